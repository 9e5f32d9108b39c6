"""Recording that an account must not review an idea, and taking its reviews away."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.audit import record_audit
from incubator.ideas.models import Idea
from incubator.ideas.reviews.actions import leave
from incubator.ideas.reviews.models import Review, ReviewerConflict, ReviewState

DECLARED = "declared"

STANDING = (ReviewState.to_do, ReviewState.draft, ReviewState.submitted, ReviewState.abstained)
"""What a conflict takes away where it was there all the time."""


async def record_conflict(
    session: AsyncSession, actor: Actor, idea: Idea, account_id: UUID, kind: str, note: str | None
) -> None:
    """One row for each kind of conflict; the second of its kind changes nothing. The caller has locked the idea."""
    if await session.get(ReviewerConflict, (idea.id, account_id, kind)) is None:
        session.add(ReviewerConflict(idea_id=idea.id, account_id=account_id, kind=kind, note=note))
        record_audit(session, actor, "declare_conflict", "idea", idea.id, account_id=str(account_id), kind=kind)


async def leave_reviews(
    session: AsyncSession,
    idea: Idea,
    account_id: UUID,
    reason: str | None,
    states: Iterable[ReviewState] = STANDING,
) -> None:
    """The account is out: its open reviews of the idea end as recused, and finished ones stop counting."""
    theirs = (Review.idea_id == idea.id, Review.reviewer_id == account_id, Review.state.in_(states))
    for review in await session.scalars(select(Review).where(*theirs).order_by(Review.id).with_for_update()):
        leave(review, reason)
    await session.flush()
