"""Visits that look whether a loan is used for what it was granted for."""

import enum
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from incubator.days import civil_day
from incubator.db import Base, one_of
from incubator.errors import broken_rule, rule_text

BEFORE_LOAN = rule_text(
    "inspected_before_loan",
    "There was nothing to inspect before {since}, when the loan was paid out or, where that is not entered yet, "
    "approved.",
    "Trước ngày {since} (ngày giải ngân, hoặc ngày phê duyệt nếu chưa ghi giải ngân) chưa có gì để kiểm tra.",
)
NOTHING_TO_INSPECT = rule_text(
    "nothing_to_inspect",
    "The loan was cancelled before anything was paid out; nobody uses it.",
    "Khoản vay đã bị hủy khi chưa giải ngân nên không có gì để kiểm tra.",
)
INSPECTION_VOIDED = rule_text(
    "inspection_voided",
    "This inspection was taken back; it stays as it is.",
    "Lần kiểm tra này đã bị hủy và giữ nguyên như vậy.",
)
TOO_OLD_TO_VOID = rule_text(
    "inspection_too_old_to_void",
    "Who recorded it could take it back until {until}; staff still can.",
    "Người ghi chỉ hủy được đến hết ngày {until}; hãy nhờ cán bộ hủy.",
)

VOID_DAYS = 7
"""So long after the day of recording its author may take an inspection back."""

INSPECT_WITHIN_DAYS = 30
"""VBSP asks for a look at the use of a loan within a month of each disbursement."""


class Use(enum.StrEnum):
    """Whether the loan is used as agreed."""

    yes = "yes"
    partly = "partly"
    no = "no"


class Inspection(Base):
    """An inspection on a day, append-only; a wrong one is taken back by a row that names it in `voids_id`."""

    __tablename__ = "loan_inspection"
    __table_args__ = (
        UniqueConstraint("voids_id"),
        CheckConstraint(one_of("used_as_agreed", Use), name="use_known"),
        CheckConstraint("(voids_id IS NULL) = (used_as_agreed IS NOT NULL)", name="void_says_nothing"),
        CheckConstraint("used_as_agreed = 'yes' OR note IS NOT NULL", name="deviation_has_note"),
        Index("ix_loan_inspection_loan_id_inspected_on", "loan_id", "inspected_on"),
        Index("ix_loan_inspection_loan_id_id", "loan_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    loan_id: Mapped[UUID] = mapped_column(ForeignKey("loan.id"))
    inspected_on: Mapped[date] = mapped_column(Date)
    used_as_agreed: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    voids_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan_inspection.id"))
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())

    def check_voidable(self, today: date, *, by_staff: bool) -> None:
        """By staff at any time; by who recorded it, for some days. Others are kept out before."""
        until = civil_day(self.recorded_at) + timedelta(days=VOID_DAYS)
        if not by_staff and today > until:
            raise broken_rule(TOO_OLD_TO_VOID, until=until.isoformat())


def check_inspected_on(day: date, *, since: date, is_cancelled: bool) -> None:
    if is_cancelled:
        raise broken_rule(NOTHING_TO_INSPECT)
    if day < since:
        raise broken_rule(BEFORE_LOAN, since=since.isoformat())


def check_not_voided(is_voided: bool) -> None:
    if is_voided:
        raise broken_rule(INSPECTION_VOIDED)
