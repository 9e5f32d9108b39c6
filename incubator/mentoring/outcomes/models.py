"""What a project achieved, as a ledger: rows are added, never changed; a later row corrects an earlier one."""

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
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of
from incubator.errors import broken_rule, rule_text
from incubator.ideas.models import DAY_IN_FUTURE

TOO_LONG_AGO = rule_text(
    "outcome_too_long_ago",
    "A period of an outcome begins on {earliest} at the earliest; {day} is before that.",
    "Kỳ tính của kết quả bắt đầu sớm nhất từ ngày {earliest}; ngày {day} sớm hơn.",
)
BEFORE_FOUNDING = rule_text(
    "outcome_before_founding",
    "The project was founded on {founded_on}, so {day} is no day of an outcome of it; a period may begin earlier.",
    "Dự án thành lập ngày {founded_on} nên kết quả không thể ghi vào ngày {day}; kỳ tính có thể bắt đầu sớm hơn.",
)
PERIOD_REVERSED = rule_text(
    "outcome_period_reversed",
    "The period begins on {period_from}, after its last day {occurred_on}.",
    "Kỳ tính bắt đầu ngày {period_from}, sau ngày cuối kỳ {occurred_on}.",
)
CORRECTED_ALREADY = rule_text(
    "outcome_already_corrected",
    "This row was replaced by row {corrected_by_id}; correct that one.",
    "Dòng này đã được thay bằng dòng {corrected_by_id}; hãy đính chính dòng đó.",
)
WITHDRAWN_ALREADY = rule_text(
    "outcome_already_withdrawn",
    "This row takes an outcome back already; correct it by recording the outcome again.",
    "Dòng này đã rút kết quả; muốn đính chính thì ghi lại kết quả.",
)

EARLIEST = date(2000, 1, 1)


class OutcomeKind(enum.StrEnum):
    revenue_vnd = "revenue_vnd"
    jobs = "jobs"
    ocop_star = "ocop_star"
    cooperative_registered = "cooperative_registered"
    market_contract = "market_contract"
    loan_received = "loan_received"
    prize = "prize"
    other = "other"


MOST_VND = 9_007_199_254_740_991
"""The largest integer that JSON carries everywhere."""

ECONOMIC = frozenset(
    {OutcomeKind.revenue_vnd, OutcomeKind.jobs, OutcomeKind.market_contract, OutcomeKind.loan_received}
)
"""Graduation asks for one of these."""


class ProjectOutcome(Base):
    """One outcome on a day, or for a period that ended on that day. What was lent is in the loan, not here.

    `corrects_id` names the row that this one replaces; with `is_withdrawal` it replaces it by nothing.
    """

    __tablename__ = "project_outcome"
    __table_args__ = (
        UniqueConstraint("corrects_id"),
        CheckConstraint(one_of("kind", OutcomeKind), name="kind_known"),
        CheckConstraint(f"amount_vnd BETWEEN 0 AND {MOST_VND}", name="amount_range"),
        CheckConstraint("amount_vnd IS NULL OR kind IN ('revenue_vnd', 'market_contract', 'prize')", name="amount_of"),
        CheckConstraint("kind <> 'revenue_vnd' OR amount_vnd IS NOT NULL AND period_from IS NOT NULL", name="revenue"),
        CheckConstraint("(kind = 'jobs') = (jobs IS NOT NULL)", name="jobs_of"),
        CheckConstraint("(kind = 'ocop_star') = (stars IS NOT NULL)", name="stars_of"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars_range"),
        CheckConstraint("jobs BETWEEN 1 AND 100000", name="jobs_range"),
        CheckConstraint("period_from <= occurred_on", name="period_order"),
        CheckConstraint("NOT is_withdrawal OR corrects_id IS NOT NULL", name="withdrawal_of_a_row"),
        CheckConstraint("(corrects_id IS NULL) = (reason IS NULL)", name="correction_has_reason"),
        Index("ix_project_outcome_project_id_id", "project_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[str] = mapped_column(Text)
    occurred_on: Mapped[date] = mapped_column(Date)
    period_from: Mapped[date | None] = mapped_column(Date)
    amount_vnd: Mapped[int | None] = mapped_column(BigInteger)
    jobs: Mapped[int | None] = mapped_column(Integer)
    stars: Mapped[int | None] = mapped_column(SmallInteger)
    reference: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    evidence_link: Mapped[str | None] = mapped_column(Text)
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("project_outcome.id"))
    is_withdrawal: Mapped[bool] = mapped_column(server_default="false")
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())


def check_days(occurred_on: date, period_from: date | None, *, founded_on: date, today: date) -> None:
    """An outcome lies behind us and in the life of the project, for graduation counts it. What it sums up may have
    begun earlier, but not too far back, and a period does not end before it begins."""
    if occurred_on > today:
        raise broken_rule(DAY_IN_FUTURE, day=occurred_on.isoformat())
    first = occurred_on if period_from is None else period_from
    if first > occurred_on:
        raise broken_rule(PERIOD_REVERSED, period_from=first.isoformat(), occurred_on=occurred_on.isoformat())
    if occurred_on < founded_on:
        raise broken_rule(BEFORE_FOUNDING, day=occurred_on.isoformat(), founded_on=founded_on.isoformat())
    if first < EARLIEST:
        raise broken_rule(TOO_LONG_AGO, day=first.isoformat(), earliest=EARLIEST.isoformat())


def check_correctable(corrected_by_id: UUID | None) -> None:
    """Corrections form a chain without branches: only its last row is corrected."""
    if corrected_by_id is not None:
        raise broken_rule(CORRECTED_ALREADY, corrected_by_id=str(corrected_by_id))


def check_withdrawable(outcome: ProjectOutcome) -> None:
    if outcome.is_withdrawal:
        raise broken_rule(WITHDRAWN_ALREADY)
