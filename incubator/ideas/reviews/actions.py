"""What happens to reviews when something else changes: a new version of the idea, an account that is disabled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import Account
from incubator.actor import SYSTEM, Actor
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.ideas.models import OPEN, Idea, IdeaMember
from incubator.ideas.reviews.models import Review, ReviewerConflict, ReviewState
from incubator.ideas.reviews.queries import is_in_conflict, may_review
from incubator.ideas.reviews.sight import OWED

IN_TEAM = "in_team"
RENEWED = (ReviewState.to_do, ReviewState.draft, ReviewState.submitted, ReviewState.abstained)


async def make_stale(session: AsyncSession, idea: Idea) -> None:
    """The idea has a new version: what was said of older ones no longer counts, and each reviewer is asked anew."""
    older = (Review.idea_id == idea.id, Review.content_number < idea.content_number, Review.state.in_(RENEWED))
    reviews = list(await _locked(session, *older))
    if not reviews:
        return
    await _record_team_conflicts(session, idea)
    free = await _still_free(session, idea, {review.reviewer_id for review in reviews})
    for review in reviews:
        review.move_to(ReviewState.stale)
        if review.reviewer_id in free:
            free.remove(review.reviewer_id)
            session.add(_renewed(review, idea))
    await session.flush()


async def return_reviews(session: AsyncSession, account_id: UUID, now: datetime) -> None:
    """Who is a reviewer no more gives back the reviews not finished; what was submitted stays.

    An open review is taken away with its row, so that the account can be asked again should it come back; the trail
    keeps that it was there.
    """
    for review in await _locked(session, Review.reviewer_id == account_id, Review.state.in_(OWED)):
        await take_back(session, SYSTEM, review, returned_on=civil_day(now).isoformat())
    await session.flush()


async def return_screening(session: AsyncSession, account_id: UUID, now: datetime) -> None:
    """Who is staff no more gives back the ideas to screen."""
    theirs = select(Idea).where(Idea.assignee_id == account_id, Idea.status.in_(OPEN))
    for idea in await session.scalars(theirs.order_by(Idea.id).with_for_update()):
        idea.assignee_id = None
        record_audit(session, SYSTEM, "unassign", "idea", idea.id, assignee_id=str(account_id))
    await session.flush()


async def take_back(session: AsyncSession, actor: Actor, review: Review, **details: str) -> None:
    """End an assignment that nothing has come of yet. It leaves no row, only its trace in the audit trail."""
    record_audit(
        session, actor, "unassign", "review", review.id, idea_id=str(review.idea_id),
        reviewer_id=str(review.reviewer_id), state=review.state, **details,
    )  # fmt: skip
    await session.delete(review)


def leave(review: Review, reason: str | None) -> None:
    """Out for good, because of a conflict: an open review ends as recused, and a finished one stops counting."""
    finished = review.state in (ReviewState.submitted, ReviewState.abstained)
    review.reason = reason
    review.move_to(ReviewState.stale if finished else ReviewState.recused)


async def _locked(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[Review]:
    """In id order, so that two requests never wait for each other."""
    query = select(Review).where(*conditions).order_by(Review.id).with_for_update(of=Review)
    return list((await session.scalars(query)).all())


async def _record_team_conflicts(session: AsyncSession, idea: Idea) -> None:
    """A reviewer whom the new version makes a member of the team reads nothing of the idea from now on."""
    known = exists().where(
        ReviewerConflict.idea_id == idea.id,
        ReviewerConflict.account_id == Account.id,
        ReviewerConflict.kind == IN_TEAM,
    )
    query = (
        select(Account.id)
        .distinct()
        .join(Review, Review.reviewer_id == Account.id)
        .join(IdeaMember, IdeaMember.person_id == Account.person_id)
        .where(Review.idea_id == idea.id, IdeaMember.idea_id == idea.id, not_(known))
    )
    for account_id in await session.scalars(query):
        session.add(ReviewerConflict(idea_id=idea.id, account_id=account_id, kind=IN_TEAM))
    await session.flush()


async def _still_free(session: AsyncSession, idea: Idea, reviewer_ids: set[UUID]) -> set[UUID]:
    """Those who may go on: active, without a conflict, and not asked about the current version already."""
    asked = exists().where(
        Review.idea_id == idea.id,
        Review.reviewer_id == Account.id,
        Review.content_number == idea.content_number,
    )
    query = (
        select(Account.id)
        .join(Idea, Idea.id == idea.id)
        .where(Account.id.in_(reviewer_ids), may_review())
        .where(not_(is_in_conflict(Idea, Account)), not_(asked))
    )
    # Held still first, so that who is losing the role meanwhile is seen to have lost it.
    held = select(Account.id).where(Account.id.in_(reviewer_ids)).order_by(Account.id)
    await session.execute(held.with_for_update(read=True))
    return set((await session.scalars(query)).all())


def _renewed(review: Review, idea: Idea) -> Review:
    return Review(
        idea_id=idea.id, reviewer_id=review.reviewer_id, content_number=idea.content_number,
        state=ReviewState.to_do, assigned_by=review.assigned_by, due_on=review.due_on,
        assigned_because=f"Reviewer of version {review.content_number}, which the current one replaces.",
    )  # fmt: skip
