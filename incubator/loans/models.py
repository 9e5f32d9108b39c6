"""A loan as the lender granted it. What was paid out and back is in `ledger/`, what is due in `schedules/`."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
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
from sqlalchemy.orm.attributes import flag_modified

from incubator.db import Base
from incubator.money import MOST_VND, PPM

_STATUS = (
    "CASE WHEN cancelled_on IS NOT NULL THEN 'cancelled'"
    " WHEN normal_vnd + overdue_vnd + frozen_vnd > 0"
    " THEN CASE WHEN disbursed_vnd < approved_vnd THEN 'disbursing' ELSE 'active' END"
    " WHEN disbursed_vnd = 0 THEN 'approved'"
    " WHEN written_off_vnd > 0 THEN 'written_off' ELSE 'settled' END"
)


class LoanStatus(enum.StrEnum):
    """Derived from the amounts. Overdue, frozen and extended are no statuses: a loan can be all three at once."""

    approved = "approved"
    disbursing = "disbursing"
    active = "active"
    settled = "settled"
    written_off = "written_off"
    cancelled = "cancelled"


class Bucket(enum.StrEnum):
    """The three parts of an outstanding principal."""

    normal = "normal"
    overdue = "overdue"
    frozen = "frozen"


class Loan(Base):
    """A loan. Its place is that of the household when it was granted.

    The amounts from `disbursed_vnd` to `last_seq` are sums of its ledger. A trigger of the ledger keeps them, and
    nothing else writes them; `incubator loans verify` proves that they are right.
    """

    __tablename__ = "loan"
    __table_args__ = (
        ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_loan_locality_id_province_id_locality",
        ),
        ForeignKeyConstraint(
            ["programme_id", "lender_id"],
            ["loan_programme.id", "loan_programme.lender_id"],
            name="fk_loan_programme_id_lender_id_loan_programme",
        ),
        UniqueConstraint("lender_id", "contract_no"),
        Index("uq_loan_application_id", "application_id", unique=True, postgresql_where="cancelled_on IS NULL"),
        CheckConstraint("char_length(contract_no) BETWEEN 1 AND 60", name="contract_no_length"),
        CheckConstraint(f"approved_vnd BETWEEN 1 AND {MOST_VND}", name="approved_vnd_range"),
        CheckConstraint("maturity_on > approved_on", name="matures_after_approval"),
        CheckConstraint("normal_vnd >= 0 AND overdue_vnd >= 0 AND frozen_vnd >= 0", name="balance_not_negative"),
        CheckConstraint("disbursed_vnd BETWEEN 0 AND approved_vnd", name="disbursed_within_approved"),
        CheckConstraint("(cancelled_on IS NULL) = (cancel_reason IS NULL)", name="cancelled_has_reason"),
        CheckConstraint(
            "cancelled_on IS NULL OR disbursed_vnd = 0 AND normal_vnd + overdue_vnd + frozen_vnd = 0",
            name="cancelled_unused",
        ),
        CheckConstraint("cancelled_on >= approved_on", name="cancelled_after_approval"),
        Index("ix_loan_province_id_id", "province_id", "id"),
        Index("ix_loan_locality_id_id", "locality_id", "id"),
        Index("ix_loan_status_id", "status", "id"),
        Index("ix_loan_programme_id_id", "programme_id", "id"),
        Index("ix_loan_group_id_id", "group_id", "id"),
        Index("ix_loan_household_id_id", "household_id", "id"),
        Index("ix_loan_borrower_id_id", "borrower_id", "id"),
        Index("ix_loan_project_id_id", "project_id", "id", postgresql_where="project_id IS NOT NULL"),
        Index("ix_loan_contract_no_id", "contract_no", "id"),
        Index("ix_loan_lender_id_id", "lender_id", "id"),
        Index("ix_loan_overdue_id", "id", postgresql_where="overdue_vnd > 0"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    lender_id: Mapped[UUID] = mapped_column(ForeignKey("lender.id"))
    contract_no: Mapped[str] = mapped_column(Text)
    programme_id: Mapped[UUID] = mapped_column(Uuid)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    borrower_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("credit_group.id"))
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("project.id"))
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan_application.id"))
    approved_vnd: Mapped[int] = mapped_column(BigInteger)
    approved_on: Mapped[date] = mapped_column(Date)
    maturity_on: Mapped[date] = mapped_column(Date)
    cancelled_on: Mapped[date | None] = mapped_column(Date)
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    locality_id: Mapped[UUID] = mapped_column(Uuid)
    province_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_locality_id: Mapped[UUID | None] = mapped_column(ForeignKey("locality.id"))
    disbursed_vnd: Mapped[int] = mapped_column(BigInteger, server_default="0")
    normal_vnd: Mapped[int] = mapped_column(BigInteger, server_default="0")
    overdue_vnd: Mapped[int] = mapped_column(BigInteger, server_default="0")
    frozen_vnd: Mapped[int] = mapped_column(BigInteger, server_default="0")
    written_off_vnd: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_seq: Mapped[int] = mapped_column(Integer, server_default="0")
    status: Mapped[str] = mapped_column(Text, Computed(_STATUS, persisted=True))
    entered_by_kind: Mapped[str] = mapped_column(Text)
    entered_by_id: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def count_change(self) -> None:
        """A change of its rates is one of the loan: the flush writes its row and raises the version."""
        flag_modified(self, "contract_no")


class LoanRate(Base):
    """The yearly rate of this loan from a day on, until the next row; null: from then on that of its programme.

    A loan without such rows goes by its programme on every day.
    """

    __tablename__ = "loan_rate"
    __table_args__ = (CheckConstraint(f"rate_ppm BETWEEN 0 AND {PPM}", name="rate_range"),)

    loan_id: Mapped[UUID] = mapped_column(ForeignKey("loan.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(Date, primary_key=True)
    rate_ppm: Mapped[int | None] = mapped_column(Integer)
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
