"""A review of one version of an idea, and the arithmetic of its total."""

import enum
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base
from incubator.errors import DomainError
from incubator.ideas.calls.models import Criterion


class ReviewState(enum.StrEnum):
    to_do = "to_do"
    draft = "draft"
    submitted = "submitted"
    abstained = "abstained"
    recused = "recused"
    stale = "stale"


_R = ReviewState

NEXT: Mapping[ReviewState, frozenset[ReviewState]] = {
    _R.to_do: frozenset({_R.draft, _R.submitted, _R.abstained, _R.recused, _R.stale}),
    _R.draft: frozenset({_R.draft, _R.submitted, _R.abstained, _R.recused, _R.stale}),
    _R.submitted: frozenset({_R.draft, _R.stale}),
    _R.abstained: frozenset({_R.stale}),
    _R.recused: frozenset(),
    _R.stale: frozenset(),
}
"""submitted → draft is staff reopening it. A recused reviewer is out for good."""


class Review(Base):
    """What one reviewer makes of one version of an idea. A new version of the idea is a new row."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("idea_id", "reviewer_id", "content_number"),
        CheckConstraint("state IN ('" + "','".join(ReviewState) + "')", name="state_known"),
        CheckConstraint(
            "(state <> 'submitted') OR (total IS NOT NULL AND submitted_at IS NOT NULL)", name="submitted_is_complete"
        ),
        Index("ix_review_reviewer_id_state_id", "reviewer_id", "state", "id"),
        Index("ix_review_to_do", "reviewer_id", "idea_id", postgresql_where=text("state IN ('to_do','draft')")),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    idea_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"))
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    content_number: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(Text, server_default="to_do")
    scores: Mapped[dict[str, int] | None] = mapped_column(JSONB)
    total: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    floor_failed: Mapped[bool] = mapped_column(server_default="false")
    recommendation: Mapped[str | None] = mapped_column(Text)
    confidence: Mapped[int | None] = mapped_column(SmallInteger)
    feedback_to_applicant: Mapped[str | None] = mapped_column(Text)
    private_note: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    assigned_by: Mapped[UUID] = mapped_column(Uuid)
    assigned_because: Mapped[str] = mapped_column(Text)
    assigned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    due_on: Mapped[date | None] = mapped_column(Date)
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __mapper_args__ = {"version_id_col": version}

    def move_to(self, state: ReviewState) -> None:
        """The only place where a review's state changes."""
        if state not in NEXT[ReviewState(self.state)]:
            raise DomainError("invalid_transition", status=self.state, action=state.value, allowed_actions=[])
        self.state = state


OWN_MENTEE = "own_mentee"
"""The kind of conflict of who mentors or mentored somebody behind the idea."""


SAME_HOUSEHOLD = "same_household"
"""The kind of conflict of who lives or, since the idea was handed in, lived with somebody behind it."""


class ReviewerConflict(Base):
    """Why an account must not review an idea. Features above write here too (own mentee)."""

    __tablename__ = "reviewer_conflict"
    __table_args__ = (Index("ix_reviewer_conflict_account_id", "account_id"),)

    idea_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    note: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


def total_of(criteria: Iterable[Criterion], scores: Mapping[str, int]) -> Decimal | None:
    """Points out of 100: Σ(score/max · weight) / Σ(weights answered) · 100, to two decimals, half up.

    None while a required criterion is empty. Criteria marked `independent` stand outside the total.
    """
    counted = [criterion for criterion in criteria if not criterion.independent]
    if any(criterion.required and criterion.code not in scores for criterion in counted):
        return None
    answered = [criterion for criterion in counted if criterion.code in scores]
    weights = sum(criterion.weight for criterion in answered)
    if not weights:
        return None
    earned = sum((Fraction(scores[c.code] * c.weight, c.max) for c in answered), Fraction(0))
    points = earned / weights * 100
    return (Decimal(points.numerator) / Decimal(points.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def fails_a_floor(criteria: Iterable[Criterion], scores: Mapping[str, int]) -> bool:
    """Whether an answered criterion lies below its floor (by default: a zero)."""
    return any(c.floor is not None and c.code in scores and scores[c.code] < c.floor for c in criteria)
