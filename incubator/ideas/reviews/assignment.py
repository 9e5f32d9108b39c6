"""Who reviews an idea: assigning by hand or evenly, taking an assignment back, and conflicts of interest."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account, AccountStatus, RoleGrant
from incubator.actor import HOLDERS, Actor, Permission, Role
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.errors import DomainError, FieldError, broken_rule, wrong_field
from incubator.ideas.actions import lock_idea
from incubator.ideas.calls.models import Call
from incubator.ideas.models import OPEN, Idea, IdeaVersion
from incubator.ideas.reviews.actions import take_back
from incubator.ideas.reviews.conflicts import leave_reviews, record_conflict
from incubator.ideas.reviews.models import Review, ReviewerConflict, ReviewState
from incubator.ideas.reviews.queries import is_in_conflict, may_review
from incubator.ideas.reviews.rules import BY_HAND, REVIEWER_CONFLICT, Candidate, Pick, check_assignable, pick_evenly
from incubator.ideas.reviews.schemas import Assignment, ConflictCreate
from incubator.ideas.reviews.sight import OWED

REVIEWERS = [holder.value for holder in HOLDERS[Permission.reviews_write] if isinstance(holder, Role)]


async def assign_reviewers(
    session: AsyncSession, actor: Actor, idea_id: UUID, data: Assignment, *, now: datetime
) -> UUID:
    """Ask the named accounts, or so many picked evenly, to review the current version; all of them or none."""
    idea = await _lock(session, actor, idea_id, now=now)
    check_assignable(idea.status)
    picks = await _picks(session, idea, data)
    await _hold(session, picks)
    call = await session.get_one(Call, idea.call_id)
    for pick in picks:
        session.add(_assigned(idea, actor, pick, call))
    await session.flush()
    for pick in picks:
        record_audit(session, actor, "assign", "idea", idea.id, reviewer_id=str(pick.account_id))
    return idea.id


async def unassign_reviewer(
    session: AsyncSession, actor: Actor, idea_id: UUID, review_id: UUID, if_match: IfMatch, *, now: datetime
) -> None:
    """Take back an assignment that the reviewer has not begun to work on."""
    idea = await _lock(session, actor, idea_id, now=now)
    review = await lock_review(session, Review.id == review_id, Review.idea_id == idea.id)
    if_match.check(review.version)
    if review.state != ReviewState.to_do:
        raise DomainError("invalid_transition", status=review.state, action="unassign", allowed_actions=[])
    await take_back(session, actor, review)
    await session.flush()


async def declare_conflict(
    session: AsyncSession, actor: Actor, idea_id: UUID, data: ConflictCreate, *, now: datetime
) -> UUID:
    """Staff learns of a conflict: the account reads nothing of the idea as a reviewer, and its marks stop counting."""
    idea = await _lock(session, actor, idea_id, now=now)
    if await session.get(Account, data.account_id) is None:
        raise wrong_field("/account_id", "not_found")
    if await session.get(ReviewerConflict, (idea.id, data.account_id, data.kind)) is not None:
        raise DomainError("duplicate")
    await record_conflict(session, actor, idea, data.account_id, data.kind, data.note)
    await leave_reviews(session, idea, data.account_id, data.note)
    return idea.id


async def lock_review(session: AsyncSession, *conditions: ColumnElement[bool]) -> Review:
    """The one review of an idea that the caller has locked before; else 404."""
    review = (await session.scalars(select(Review).where(*conditions).with_for_update())).one_or_none()
    if review is None:
        raise DomainError("not_found")
    return review


async def _lock(session: AsyncSession, actor: Actor, idea_id: UUID, *, now: datetime) -> Idea:
    idea = await lock_idea(session, actor, idea_id, now=now)
    actor.require_at(Permission.reviews_assign, province_id=idea.province_id, commune_id=idea.locality_id)
    return idea


async def _picks(session: AsyncSession, idea: Idea, data: Assignment) -> list[Pick]:
    """The body says either whom or how many."""
    if data.automatic is UNSET:
        if data.reviewer_ids is UNSET:
            raise wrong_field("/reviewer_ids", "required")
        return await _named(session, idea, data.reviewer_ids)
    if data.reviewer_ids is not UNSET:
        raise wrong_field("/automatic", "duplicate")
    return pick_evenly(await _free_reviewers(session, idea), data.automatic)


async def _named(session: AsyncSession, idea: Idea, reviewer_ids: list[UUID]) -> list[Pick]:
    """Those that staff names: each a reviewer for this place, nobody twice, nobody in conflict."""
    rows = await session.execute(_reviewers_of(idea).where(Account.id.in_(reviewer_ids)))
    found = {row.account_id: row for row in rows}
    wrong = {
        f"/reviewer_ids/{position}": "not_found" if account_id not in found else "duplicate"
        for position, account_id in enumerate(reviewer_ids)
        if account_id not in found or account_id in reviewer_ids[:position]
    }
    if wrong:
        raise DomainError("validation_failed", errors=[FieldError(code=wrong[at], pointer=at) for at in wrong])
    named = [found[account_id] for account_id in reviewer_ids]
    if conflicted := [row.username for row in named if row.in_conflict]:
        raise broken_rule(REVIEWER_CONFLICT, reviewers=conflicted)
    if any(row.is_asked for row in named):
        raise DomainError("duplicate")
    return [Pick(account_id, BY_HAND) for account_id in reviewer_ids]


async def _free_reviewers(session: AsyncSession, idea: Idea) -> list[Candidate]:
    sector = await session.scalar(_sector_of(idea))
    columns = (Account.id, Account.username, _owed(), _asked(), _known(sector))
    free = and_(not_(is_in_conflict(Idea, Account)), not_(_is_asked(idea)))
    rows = await session.execute(_reviewers_of(idea).where(free).with_only_columns(*columns))
    return [Candidate(*row) for row in rows]


async def _hold(session: AsyncSession, picks: list[Pick]) -> None:
    """Keep the accounts from losing the role before the assignment is stored, so that the loss gives it back.

    Two statements: after waiting for a lock, only a fresh one sees a grant that was revoked meanwhile.
    """
    ids = [pick.account_id for pick in picks]
    await session.execute(select(Account.id).where(Account.id.in_(ids)).order_by(Account.id).with_for_update(read=True))
    able = await session.scalars(select(Account.id).where(Account.id.in_(ids), may_review()))
    if len(able.all()) < len(ids):
        raise DomainError("concurrent_update")


def _reviewers_of(idea: Idea) -> Select[Any]:
    """Active accounts that review for the place of the idea."""
    places = (idea.province_id, idea.locality_id)
    granted = exists().where(
        RoleGrant.account_id == Account.id,
        RoleGrant.role.in_(REVIEWERS),
        RoleGrant.is_live(),
        or_(RoleGrant.locality_id.is_(None), RoleGrant.locality_id.in_(places)),
    )
    columns: tuple[Any, ...] = (
        Account.id.label("account_id"),
        Account.username,
        is_in_conflict(Idea, Account).label("in_conflict"),
        _is_asked(idea).label("is_asked"),
    )
    return select(*columns).join(Idea, Idea.id == idea.id).where(Account.status == AccountStatus.active, granted)


def _is_asked(idea: Idea) -> ColumnElement[bool]:
    """About the current version, whatever came of it."""
    same = (Review.idea_id == idea.id, Review.content_number == idea.content_number)
    return exists().where(*same, Review.reviewer_id == Account.id)


def _sector_of(idea: Idea) -> Select[Any]:
    current = (IdeaVersion.idea_id == idea.id, IdeaVersion.number == idea.content_number)
    return select(IdeaVersion.sector).where(*current)


def _owed() -> Any:
    """What waits for the account on ideas that are still open."""
    other = aliased(Idea)
    return (
        _reviews_of_account()
        .join(other, other.id == Review.idea_id)
        .where(Review.state.in_(OWED), other.status.in_(OPEN))
        .scalar_subquery()
    )


def _asked() -> Any:
    return _reviews_of_account().scalar_subquery()


def _known(sector: str | None) -> Any:
    """Reviews that the account ever submitted on the same sector."""
    same = and_(IdeaVersion.idea_id == Review.idea_id, IdeaVersion.number == Review.content_number)
    return (
        _reviews_of_account()
        .join(IdeaVersion, same)
        .where(Review.submitted_at.is_not(None), IdeaVersion.sector == sector)
        .scalar_subquery()
    )


def _reviews_of_account() -> Select[Any]:
    return select(func.count()).select_from(Review).where(Review.reviewer_id == Account.id).correlate(Account)


def _assigned(idea: Idea, actor: Actor, pick: Pick, call: Call) -> Review:
    return Review(
        idea_id=idea.id, reviewer_id=pick.account_id, content_number=idea.content_number, state=ReviewState.to_do,
        assigned_by=actor.id, assigned_because=pick.because, due_on=call.review_due_on,
    )  # fmt: skip
