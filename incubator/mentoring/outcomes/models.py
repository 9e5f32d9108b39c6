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


class OutcomeKind(enum.StrEnum):
    revenue_vnd = "revenue_vnd"
    jobs = "jobs"
    ocop_star = "ocop_star"
    cooperative_registered = "cooperative_registered"
    market_contract = "market_contract"
    loan_received = "loan_received"
    prize = "prize"
    other = "other"


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
        CheckConstraint("amount_vnd BETWEEN 0 AND 9007199254740991", name="amount_range"),
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
        Index("ix_project_outcome_kind_occurred_on", "kind", "occurred_on"),
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
