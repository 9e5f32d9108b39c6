"""The ledger of all loans: append-only entries, and the requests for those that need a second person."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of
from incubator.errors import DomainError
from incubator.money import MOST_VND


class EntryKind(enum.StrEnum):
    disbursement = "disbursement"
    repayment = "repayment"
    overdue_transfer = "overdue_transfer"
    overdue_cure = "overdue_cure"
    freeze = "freeze"
    unfreeze = "unfreeze"
    write_off = "write_off"
    adjustment = "adjustment"
    reversal = "reversal"


class EntrySource(enum.StrEnum):
    """How an entry came: typed in, or as a row of the bank's."""

    typed = "typed"
    batch = "batch"


class EntryRequestStatus(enum.StrEnum):
    open = "open"
    approved = "approved"
    refused = "refused"
    withdrawn = "withdrawn"


class EntryRequestAction(enum.StrEnum):
    approve = "approve"
    refuse = "refuse"
    withdraw = "withdraw"


ENDS = {
    EntryRequestAction.approve: EntryRequestStatus.approved,
    EntryRequestAction.refuse: EntryRequestStatus.refused,
    EntryRequestAction.withdraw: EntryRequestStatus.withdrawn,
}
"""Each starts at an open request."""

NEED_TWO = frozenset({EntryKind.write_off, EntryKind.adjustment})
"""Kinds that a second person approves, and so their reversal."""

COUNTED = frozenset(EntryKind) - {EntryKind.reversal}
"""What an entry counts as in figures: a reversal as the kind that it reverses."""

_SUM = "d_normal + d_overdue + d_frozen"
SIGNS = {
    EntryKind.disbursement: "d_normal > 0 AND d_overdue = 0 AND d_frozen = 0 AND interest_vnd = 0",
    EntryKind.repayment: "d_normal <= 0 AND d_overdue <= 0 AND d_frozen <= 0 AND interest_vnd >= 0"
    f" AND ({_SUM} < 0 OR interest_vnd > 0)",
    EntryKind.overdue_transfer: "d_overdue > 0 AND d_normal = -d_overdue AND d_frozen = 0 AND interest_vnd = 0",
    EntryKind.overdue_cure: "d_normal > 0 AND d_overdue = -d_normal AND d_frozen = 0 AND interest_vnd = 0",
    EntryKind.freeze: f"d_frozen > 0 AND d_normal <= 0 AND d_overdue <= 0 AND {_SUM} = 0 AND interest_vnd = 0",
    EntryKind.unfreeze: f"d_frozen < 0 AND d_normal >= 0 AND d_overdue >= 0 AND {_SUM} = 0 AND interest_vnd = 0",
    EntryKind.write_off: f"d_normal <= 0 AND d_overdue <= 0 AND d_frozen <= 0 AND {_SUM} < 0 AND interest_vnd = 0",
    EntryKind.adjustment: "d_normal <> 0 OR d_overdue <> 0 OR d_frozen <> 0 OR interest_vnd <> 0",
}
"""What the database asks of the amounts of each kind. Those of a reversal it fills in itself."""

_SIGNS = " ".join(f"WHEN '{kind}' THEN {signs}" for kind, signs in SIGNS.items())
_BOUND = " AND ".join(
    f"{column} BETWEEN -{MOST_VND} AND {MOST_VND}" for column in ("d_normal", "d_overdue", "d_frozen", "interest_vnd")
)


class LoanEntry(Base):
    """A row of the ledger: what changed on `effective_on`, and that it was known from `recorded_at` on.

    Changes of the three parts of the principal and interest received, in VND. `row_key` names the row of a file, so
    that the same row twice is one entry.
    """

    __tablename__ = "loan_entry"
    __table_args__ = (
        UniqueConstraint("loan_id", "seq"),
        UniqueConstraint("loan_id", "id"),
        UniqueConstraint("reverses_id"),
        ForeignKeyConstraint(
            ["loan_id", "reverses_id"], ["loan_entry.loan_id", "loan_entry.id"], name="fk_loan_entry_reverses"
        ),
        CheckConstraint("seq >= 1", name="seq_from_one"),
        CheckConstraint(one_of("kind", EntryKind), name="kind_known"),
        CheckConstraint(one_of("source", EntrySource), name="source_known"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal_of_an_entry"),
        CheckConstraint("kind = counts_as OR kind = 'reversal' AND counts_as <> 'reversal'", name="counts_as_kind"),
        CheckConstraint(f"CASE kind {_SIGNS} WHEN 'reversal' THEN true ELSE false END", name="signs_of_kind"),
        CheckConstraint(_BOUND, name="amounts_range"),
        CheckConstraint("kind NOT IN ('write_off', 'adjustment', 'reversal') OR reason IS NOT NULL", name="has_reason"),
        Index(
            "ix_loan_entry_loan_id_effective_on",
            "loan_id",
            "effective_on",
            postgresql_include=["recorded_at", "counts_as", "d_normal", "d_overdue", "d_frozen", "interest_vnd"],
        ),
        Index(
            "ix_loan_entry_disbursement_loan_id_effective_on",
            "loan_id",
            "effective_on",
            postgresql_where="kind = 'disbursement'",
            postgresql_include=["id"],
        ),
        Index(
            "uq_loan_entry_loan_id_row_key",
            "loan_id",
            "row_key",
            unique=True,
            postgresql_where="row_key IS NOT NULL",
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    loan_id: Mapped[UUID] = mapped_column(ForeignKey("loan.id"))
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    counts_as: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    d_normal: Mapped[int] = mapped_column(BigInteger)
    d_overdue: Mapped[int] = mapped_column(BigInteger)
    d_frozen: Mapped[int] = mapped_column(BigInteger)
    interest_vnd: Mapped[int] = mapped_column(BigInteger)
    reverses_id: Mapped[UUID | None] = mapped_column(Uuid)
    reason: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    row_key: Mapped[str | None] = mapped_column(Text)
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)


class EntryRequest(Base):
    """Somebody asks for an entry that needs two people; another account decides, and only then is it written."""

    __tablename__ = "loan_entry_request"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        CheckConstraint(one_of("kind", sorted({*NEED_TWO, EntryKind.reversal})), name="kind_known"),
        CheckConstraint(one_of("status", EntryRequestStatus), name="status_known"),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_has_moment"),
        CheckConstraint("(status = 'approved') = (entry_id IS NOT NULL)", name="approved_has_entry"),
        CheckConstraint("status IN ('open', 'withdrawn') OR decided_by <> requested_by", name="two_people"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal_of_an_entry"),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 1000", name="reason_length"),
        Index("ix_loan_entry_request_status_id", "status", "id"),
        Index("ix_loan_entry_request_loan_id_id", "loan_id", "id"),
        Index(
            "uq_loan_entry_request_open_reversal",
            "reverses_id",
            unique=True,
            postgresql_where="status = 'open' AND reverses_id IS NOT NULL",
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    loan_id: Mapped[UUID] = mapped_column(ForeignKey("loan.id"))
    kind: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date] = mapped_column(Date)
    d_normal: Mapped[int] = mapped_column(BigInteger)
    d_overdue: Mapped[int] = mapped_column(BigInteger)
    d_frozen: Mapped[int] = mapped_column(BigInteger)
    interest_vnd: Mapped[int] = mapped_column(BigInteger)
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan_entry.id"))
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="open")
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_note: Mapped[str | None] = mapped_column(Text)
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan_entry.id"))

    __mapper_args__ = {"version_id_col": version}

    def require_person(self, action: EntryRequestAction, account_id: UUID) -> None:
        """Only the requester withdraws a request, and only somebody else decides on it."""
        is_requester = account_id == self.requested_by
        if action is EntryRequestAction.withdraw and not is_requester:
            raise DomainError("forbidden")
        if action is not EntryRequestAction.withdraw and is_requester:
            raise DomainError("self_approval")

    def require_open(self, action: EntryRequestAction) -> None:
        if self.status != EntryRequestStatus.open:
            raise DomainError("invalid_transition", status=self.status, action=action.value, allowed_actions=[])

    def end(
        self,
        action: EntryRequestAction,
        account_id: UUID,
        note: str | None,
        *,
        now: datetime,
        entry_id: UUID | None = None,
    ) -> None:
        """The only place where the status changes. Who approves has written the entry."""
        self.require_person(action, account_id)
        self.require_open(action)
        self.status = ENDS[action].value
        self.entry_id = entry_id
        self.decided_by = account_id
        self.decided_at = now
        self.decision_note = note
