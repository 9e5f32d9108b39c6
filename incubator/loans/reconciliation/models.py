"""What the bank's statement says of loans, and what became of each difference from our ledger."""

import enum
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of
from incubator.errors import DomainError, broken_rule, rule_text
from incubator.money import MOST_VND

STILL_DIFFERS = rule_text(
    "still_differs",
    "At the end of {day} the bank says {normal_vnd} VND normal, {overdue_vnd} VND overdue and {frozen_vnd} VND frozen "
    "beyond the ledger. Enter what is missing, or explain the difference.",
    "Cuối ngày {day} số liệu ngân hàng còn chênh so với sổ theo dõi: trong hạn {normal_vnd} đồng, quá hạn "
    "{overdue_vnd} đồng, khoanh {frozen_vnd} đồng. Hãy ghi bổ sung giao dịch còn thiếu hoặc giải trình chênh lệch.",
)
SUPERSEDED = rule_text(
    "statement_superseded",
    "A newer row of the statement of {day} replaced the one that this difference comes from: {bank_balance_id}.",
    "Dòng sao kê ngày {day} mà chênh lệch này dựa vào đã được thay bằng dòng mới hơn: {bank_balance_id}.",
)


class ReconciliationStatus(enum.StrEnum):
    open = "open"
    explained = "explained"
    corrected = "corrected"


class ReconciliationAction(enum.StrEnum):
    explain = "explain"
    correct = "correct"
    reopen = "reopen"


class Step(msgspec.Struct, frozen=True):
    sources: frozenset[ReconciliationStatus]
    target: ReconciliationStatus


_S, _A = ReconciliationStatus, ReconciliationAction

NEXT: Mapping[ReconciliationAction, Step] = {
    _A.explain: Step(frozenset({_S.open}), _S.explained),
    _A.correct: Step(frozenset({_S.open, _S.explained}), _S.corrected),
    _A.reopen: Step(frozenset({_S.explained, _S.corrected}), _S.open),
}
"""What was explained as not yet entered is corrected once it is."""


class Difference(msgspec.Struct, frozen=True):
    """Bank minus ledger, in VND."""

    normal_vnd: int
    overdue_vnd: int
    frozen_vnd: int

    @property
    def is_none(self) -> bool:
        return not (self.normal_vnd or self.overdue_vnd or self.frozen_vnd)


class DifferenceCause(enum.StrEnum):
    """Why the bank and the ledger may differ although both may be right."""

    timing = "timing"
    not_yet_entered = "not_yet_entered"
    bank_error = "bank_error"
    moved_between_buckets = "moved_between_buckets"
    other = "other"


class BankBalance(Base):
    """A row of the bank's statement, append-only: the balances of a loan at the end of a day. Of several for the same
    loan and day the newest stands. It never goes into the ledger."""

    __tablename__ = "bank_balance"
    __table_args__ = (
        CheckConstraint(
            " AND ".join(f"{name}_vnd BETWEEN 0 AND {MOST_VND}" for name in ("normal", "overdue", "frozen")),
            name="amounts_range",
        ),
        Index("ix_bank_balance_loan_id_on_day_id", "loan_id", "on_day", "id"),
        Index("ix_bank_balance_on_day_id", "on_day", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    loan_id: Mapped[UUID] = mapped_column(ForeignKey("loan.id"))
    on_day: Mapped[date] = mapped_column(Date)
    normal_vnd: Mapped[int] = mapped_column(BigInteger)
    overdue_vnd: Mapped[int] = mapped_column(BigInteger)
    frozen_vnd: Mapped[int] = mapped_column(BigInteger)
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())


class Reconciliation(Base):
    """A difference that was found when the statement came in: bank minus ledger, in VND. It stays visible until it is
    explained, or corrected by entries, after which bank and ledger agree. Its status is that of now, which follows from
    its moves."""

    __tablename__ = "reconciliation"
    __table_args__ = (
        CheckConstraint(one_of("status", ReconciliationStatus), name="status_known"),
        CheckConstraint(one_of("cause", DifferenceCause), name="cause_known"),
        CheckConstraint("d_normal <> 0 OR d_overdue <> 0 OR d_frozen <> 0", name="is_a_difference"),
        CheckConstraint("(status = 'explained') = (cause IS NOT NULL)", name="explained_has_cause"),
        CheckConstraint("(status = 'open') = (settled_at IS NULL)", name="settled_has_moment"),
        Index("uq_reconciliation_bank_balance_id", "bank_balance_id", unique=True),
        Index("ix_reconciliation_status_id", "status", "id"),
        Index("ix_reconciliation_loan_id_id", "loan_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    bank_balance_id: Mapped[UUID] = mapped_column(ForeignKey("bank_balance.id"))
    loan_id: Mapped[UUID] = mapped_column(ForeignKey("loan.id"))
    d_normal: Mapped[int] = mapped_column(BigInteger)
    d_overdue: Mapped[int] = mapped_column(BigInteger)
    d_frozen: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text, server_default="open")
    cause: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def move(
        self, action: ReconciliationAction, account_id: UUID, *, cause: str | None, note: str | None, now: datetime
    ) -> None:
        """The only place where the status changes."""
        step = NEXT[action]
        if self.status not in step.sources:
            raise DomainError(
                "invalid_transition", status=self.status, action=action.value, allowed_actions=actions_from(self.status)
            )
        is_open = step.target is ReconciliationStatus.open
        self.status = step.target.value
        self.cause, self.note = cause, note
        self.settled_by = None if is_open else account_id
        self.settled_at = None if is_open else now


class ReconciliationMove(Base):
    """The append-only history of a difference, which was open before the first move."""

    __tablename__ = "reconciliation_move"
    __table_args__ = (
        UniqueConstraint("reconciliation_id", "number"),
        CheckConstraint(one_of("action", ReconciliationAction), name="action_known"),
        CheckConstraint(one_of("from_status", ReconciliationStatus), name="from_status_known"),
        CheckConstraint(one_of("to_status", ReconciliationStatus), name="to_status_known"),
        CheckConstraint(one_of("cause", DifferenceCause), name="cause_known"),
        CheckConstraint("(action = 'explain') = (cause IS NOT NULL)", name="explained_has_cause"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    reconciliation_id: Mapped[UUID] = mapped_column(ForeignKey("reconciliation.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    action: Mapped[str] = mapped_column(Text)
    from_status: Mapped[str] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    cause: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID] = mapped_column(Uuid)


def actions_from(status: str) -> list[str]:
    return [action.value for action, step in NEXT.items() if status in step.sources]


def check_stands(day: date, newest_id: UUID, balance_id: UUID) -> None:
    """What a newer row replaced is history."""
    if newest_id != balance_id:
        raise broken_rule(SUPERSEDED, day=day.isoformat(), bank_balance_id=str(newest_id))


def check_agrees(day: date, left: Difference) -> None:
    if not left.is_none:
        raise broken_rule(STILL_DIFFERS, day=day.isoformat(), **msgspec.structs.asdict(left))
