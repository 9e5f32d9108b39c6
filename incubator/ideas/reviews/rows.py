"""From the rows of `queries.py` to what the API gives, and what of a review each reader gets to see."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from incubator.ideas.calls.schemas import CriterionOut
from incubator.ideas.reviews.models import ReviewState
from incubator.ideas.reviews.schemas import MyReviewOut, ReviewOut
from incubator.ideas.schemas import AccountRef

UNSAID = (ReviewState.to_do, ReviewState.draft)


class ReviewRow(msgspec.Struct, frozen=True):
    """A review as it is stored, and who looks: `is_mine`, or `inside` (staff and approvers), or a fellow reviewer."""

    id: UUID
    version: int
    content_number: int
    state: str
    is_mine: bool
    inside: bool
    blind: bool
    reviewer_id: UUID
    username: str
    scores: str | None
    total: float | None
    floor_failed: bool
    recommendation: Any
    confidence: int | None
    feedback_to_applicant: str | None
    private_note: str | None
    reason: str | None
    assigned_because: str
    due_on: date | None
    submitted_at: datetime | None


def reviews_out(rows: Iterable[ReviewRow]) -> list[ReviewOut]:
    """In the order of assignment; a reviewer bears the same number in every version of the idea."""
    numbers: dict[UUID, int] = {}
    return [review_out(row, numbers.setdefault(row.reviewer_id, len(numbers) + 1)) for row in rows]


def review_out(row: ReviewRow, number: int) -> ReviewOut:
    """What this reader gets: a draft is its author's alone, notes and reasons are for the author and the inside."""
    said = row.is_mine or ReviewState(row.state) not in UNSAID
    trusted = row.is_mine or row.inside
    return ReviewOut(
        id=row.id, version=row.version, content_number=row.content_number, state=ReviewState(row.state),
        is_mine=row.is_mine, reviewer_number=number,
        reviewer=AccountRef(row.reviewer_id, row.username) if trusted or not row.blind else None,
        scores=_scores(row.scores) if said else {},
        total=row.total if said else None,
        floor_failed=said and row.floor_failed,
        recommendation=row.recommendation if said else None,
        confidence=row.confidence if said else None,
        feedback_to_applicant=row.feedback_to_applicant if said else None,
        private_note=row.private_note if said and trusted else None,
        reason=row.reason if trusted else None,
        assigned_because=row.assigned_because if row.inside else None,
        due_on=row.due_on, submitted_at=row.submitted_at,
    )  # fmt: skip


def my_review_out(
    id_: UUID, version: int, idea_id: UUID, content_number: int, state: str, scores: str | None, *rest: Any
) -> MyReviewOut:
    *marks, rubric = rest
    head = (id_, version, idea_id, content_number, ReviewState(state), _scores(scores))
    return MyReviewOut(*(*head, *marks, msgspec.json.decode(rubric or "[]", type=list[CriterionOut])))


def _scores(text: str | None) -> dict[str, int]:
    return msgspec.json.decode(text, type=dict[str, int]) if text else {}
