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
from incubator.errors import broken_rule, rule_text
from incubator.money import MOST_VND

ORIGINAL_FIRST = rule_text(
    "schedule_original_first",
    "The first version of a schedule is the original, and no later one is.",
    "Kế hoạch trả nợ đầu tiên là bản gốc; các bản sau phải nêu lý do khác.",
)
DECIDED_TOO_EARLY = rule_text(
    "schedule_decided_too_early",
    "This version was decided on {day}; it must be {earliest} at the earliest. Only a correction may be of an earlier "
    "day than the version before, and none of a day before the approval.",
    "Bản kế hoạch này được quyết định ngày {day}, sớm nhất phải là ngày {earliest}. Chỉ bản đính chính mới được ghi "
    "ngày sớm hơn bản trước, và không bản nào được trước ngày phê duyệt.",
)
DUE_BEFORE_APPROVAL = rule_text(
    "instalment_before_approval",
    "An instalment due on {day} is not after the day of approval, {approved_on}.",
    "Kỳ trả nợ ngày {day} phải sau ngày phê duyệt khoản vay {approved_on}.",
)
WRONG_TOTAL = rule_text(
    "schedule_total",
    "The instalments add up to {total_vnd} VND; the original must add up to the {approved_vnd} VND approved, a later "
    "version to these or to the {disbursed_vnd} VND disbursed.",
    "Tổng các kỳ trả là {total_vnd} đồng; bản gốc phải bằng số tiền phê duyệt {approved_vnd} đồng, bản sau bằng số "
    "đó hoặc bằng số đã giải ngân {disbursed_vnd} đồng.",
)
NOT_EXTENDED = rule_text(
    "schedule_not_extended",
    "An extended schedule ends later than the one before it, on {last_due_on}; this one ends on {day}.",
    "Kế hoạch gia hạn phải kết thúc sau kế hoạch trước (ngày {last_due_on}); bản này kết thúc ngày {day}.",
)


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
        Index("ix_loan_instalment_due_on_schedule_id", "due_on", "schedule_id"),
    )

    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("loan_schedule.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    due_on: Mapped[date] = mapped_column(Date)
    principal_vnd: Mapped[int] = mapped_column(BigInteger)
    due_in_all_vnd: Mapped[int] = mapped_column(BigInteger)


def check_reason(reason: ScheduleReason, versions: int) -> None:
    """`versions`: how many there are already."""
    if (reason is ScheduleReason.original) != (versions == 0):
        raise broken_rule(ORIGINAL_FIRST)


def check_decided_on(day: date, reason: ScheduleReason, *, approved_on: date, last_decided_on: date | None) -> None:
    """A correction mends what was recorded wrongly, so it alone may reach back before a later decision."""
    earliest = approved_on
    if last_decided_on is not None and reason is not ScheduleReason.correction:
        earliest = max(approved_on, last_decided_on)
    if day < earliest:
        raise broken_rule(DECIDED_TOO_EARLY, day=day.isoformat(), earliest=earliest.isoformat())


def check_due_days(first_due_on: date, approved_on: date) -> None:
    if first_due_on <= approved_on:
        raise broken_rule(DUE_BEFORE_APPROVAL, day=first_due_on.isoformat(), approved_on=approved_on.isoformat())


def check_total(total_vnd: int, reason: ScheduleReason, *, approved_vnd: int, disbursed_vnd: int) -> None:
    """A loan that is not paid out in full may come to be repaid as what it is."""
    allowed = {approved_vnd} if reason is ScheduleReason.original else {approved_vnd, disbursed_vnd}
    if total_vnd not in allowed:
        amounts = {"total_vnd": total_vnd, "approved_vnd": approved_vnd, "disbursed_vnd": disbursed_vnd}
        raise broken_rule(WRONG_TOTAL, **amounts)


def check_extension(reason: ScheduleReason, last_due_on: date, *, last_before: date | None) -> None:
    """`last_before`: the last day of the version that would be in force without this one."""
    if reason is ScheduleReason.extended and last_before is not None and last_due_on <= last_before:
        raise broken_rule(NOT_EXTENDED, day=last_due_on.isoformat(), last_due_on=last_before.isoformat())
