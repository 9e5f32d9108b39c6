"""Writing a review, standing aside from one, and staff giving one back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.errors import DomainError, broken_rule
from incubator.ideas.actions import lock_idea
from incubator.ideas.calls.models import Criterion, Rubric
from incubator.ideas.models import Idea
from incubator.ideas.reviews.actions import leave
from incubator.ideas.reviews.assignment import lock_review
from incubator.ideas.reviews.conflicts import DECLARED, record_conflict
from incubator.ideas.reviews.models import Review, ReviewState, fails_a_floor, total_of
from incubator.ideas.reviews.queries import has_conflict
from incubator.ideas.reviews.rules import REVIEWER_CONFLICT, check_in_review, check_marks
from incubator.ideas.reviews.schemas import MyStep, Recuse, Reopen, ReviewInput

SAID = ("scores", "recommendation", "confidence", "feedback_to_applicant", "private_note")
WRITABLE = (ReviewState.to_do, ReviewState.draft)


async def write_review(session: AsyncSession, actor: Actor, idea_id: UUID, data: ReviewInput, *, now: datetime) -> None:
    """Put the whole review, as a draft or for good. Sending what was submitted once more changes nothing."""
    idea = await lock_idea(session, actor, idea_id, now=now)
    review = await _my_review(session, actor, idea)
    if data.version != idea.content_number:
        raise DomainError("version_conflict", current=idea.content_number, sent=data.version)
    if data.submit and review.state == ReviewState.submitted and _says_the_same(review, data):
        return
    if review.state not in WRITABLE:
        raise DomainError("invalid_transition", status=review.state, action="write", allowed_actions=[])
    check_in_review(idea.status)
    if await has_conflict(session, idea.id, actor.id):
        raise broken_rule(REVIEWER_CONFLICT, reviewers=[actor.name])
    criteria = await _criteria(session, idea)
    check_marks(criteria, data)
    _mark(review, criteria, data)
    if data.submit:
        review.submitted_at = now
    review.move_to(ReviewState.submitted if data.submit else ReviewState.draft)
    record_audit(session, actor, "submit" if data.submit else "draft", "review", review.id, idea_id=str(idea.id))
    await session.flush()


async def stand_aside(
    session: AsyncSession, actor: Actor, idea_id: UUID, data: MyStep, if_match: IfMatch, *, now: datetime
) -> UUID:
    """Abstain from marking this version, or leave the idea altogether because of a conflict."""
    idea = await lock_idea(session, actor, idea_id, now=now)
    review = await _my_review(session, actor, idea)
    if_match.check(review.version)
    action = "recuse" if isinstance(data, Recuse) else "abstain"
    if review.state not in WRITABLE:
        raise DomainError("invalid_transition", status=review.state, action=action, allowed_actions=[])
    if isinstance(data, Recuse):
        leave(review, data.reason)
        await record_conflict(session, actor, idea, actor.id, DECLARED, data.reason)
    else:
        review.reason = data.reason
        review.move_to(ReviewState.abstained)
    record_audit(session, actor, action, "review", review.id, idea_id=str(idea.id))
    await session.flush()
    return review.id


async def reopen_review(
    session: AsyncSession,
    actor: Actor,
    idea_id: UUID,
    review_id: UUID,
    data: Reopen,
    if_match: IfMatch,
    *,
    now: datetime,
) -> UUID:
    """Give a submitted review back to its author, while the idea is in review."""
    idea = await lock_idea(session, actor, idea_id, now=now)
    actor.require_at(Permission.reviews_assign, province_id=idea.province_id, commune_id=idea.locality_id)
    review = await lock_review(session, Review.id == review_id, Review.idea_id == idea.id)
    if_match.check(review.version)
    if review.state != ReviewState.submitted:
        raise DomainError("invalid_transition", status=review.state, action="reopen", allowed_actions=[])
    check_in_review(idea.status)
    review.reason = data.reason
    review.move_to(ReviewState.draft)
    record_audit(session, actor, "reopen", "review", review.id, idea_id=str(idea.id), reason=data.reason)
    await session.flush()
    return review.id


async def _my_review(session: AsyncSession, actor: Actor, idea: Idea) -> Review:
    """The actor's own review of the current version; 404 where it was not asked for one."""
    mine = (Review.idea_id == idea.id, Review.reviewer_id == actor.id)
    return await lock_review(session, *mine, Review.content_number == idea.content_number)


async def _criteria(session: AsyncSession, idea: Idea) -> list[Criterion]:
    """Of the rubric that was frozen when the idea passed its screening."""
    return (await session.get_one(Rubric, idea.rubric_id)).criteria_list()


def _says_the_same(review: Review, data: ReviewInput) -> bool:
    return all(getattr(review, name) == getattr(data, name) for name in SAID)


def _mark(review: Review, criteria: list[Criterion], data: ReviewInput) -> None:
    for name in SAID:
        setattr(review, name, getattr(data, name))
    review.total = total_of(criteria, data.scores)
    review.floor_failed = fails_a_floor(criteria, data.scores)
