"""When principal and interest of a loan are due: versions that never change, of which the newest holds."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of
from incubator.money import MOST_VND


class ScheduleReason(enum.StrEnum):
    """Why there is a version."""

    original = "original"
    instalment_adjusted = "instalment_adjusted"
    extended = "extended"
    after_freeze = "after_freeze"
    correction = "correction"


class LoanSchedule(Base):
    """One version, append-only: in force from `decided_on` on, unless a later one is too. Interest is due on the day
    of the month of `first_interest_on`, every `interest_months` months."""

    __tablename__ = "loan_schedule"
    __table_args__ = (
        UniqueConstraint("loan_id", "number"),
        CheckConstraint(one_of("reason", ScheduleReason), name="reason_known"),
        CheckConstraint("(number = 1) = (reason = 'original')", name="first_is_original"),
        CheckConstraint(f"principal_vnd BETWEEN 1 AND {MOST_VND}", name="principal_vnd_range"),
        CheckConstraint("interest_months BETWEEN 1 AND 12", name="interest_months_range"),
        CheckConstraint("reason = 'original' OR note IS NOT NULL", name="change_has_note"),
        Index("ix_loan_schedule_loan_id_decided_on_number", "loan_id", "decided_on", "number"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    loan_id: Mapped[UUID] = mapped_column(ForeignKey("loan.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date] = mapped_column(Date)
    principal_vnd: Mapped[int] = mapped_column(BigInteger)
    first_interest_on: Mapped[date] = mapped_column(Date)
    interest_months: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    note: Mapped[str | None] = mapped_column(Text)
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())


class Instalment(Base):
    """Principal due on a day, append-only. `due_in_all_vnd` is the sum up to and with this one; the last is the
    `principal_vnd` of the version, which a trigger makes sure of."""

    __tablename__ = "loan_instalment"
    __table_args__ = (
        UniqueConstraint("schedule_id", "due_on"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint(f"principal_vnd BETWEEN 1 AND {MOST_VND}", name="principal_vnd_range"),
        CheckConstraint("due_in_all_vnd >= principal_vnd", name="sum_holds_it"),
        Index(
            "ix_loan_instalment_schedule_id_due_in_all_vnd",
            "schedule_id",
            "due_in_all_vnd",
            postgresql_include=["due_on"],
        ),
    )

    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("loan_schedule.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    due_on: Mapped[date] = mapped_column(Date)
    principal_vnd: Mapped[int] = mapped_column(BigInteger)
    due_in_all_vnd: Mapped[int] = mapped_column(BigInteger)
