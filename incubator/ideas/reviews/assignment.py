"""Who reviews an idea: assigning by hand or evenly, taking an assignment back, and conflicts of interest."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account, AccountStatus, RoleGrant
from incubator.actor import HOLDERS, Actor, Permission, Role
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.errors import DomainError, FieldError, broken_rule, wrong_field
from incubator.ideas.actions import lock_idea
from incubator.ideas.calls.models import Call
from incubator.ideas.models import Idea, IdeaVersion
from incubator.ideas.reviews.actions import leave, take_back
from incubator.ideas.reviews.models import Review, ReviewerConflict, ReviewState
from incubator.ideas.reviews.queries import is_in_conflict
from incubator.ideas.reviews.rules import BY_HAND, REVIEWER_CONFLICT, Candidate, Pick, check_assignable, pick_evenly
from incubator.ideas.reviews.schemas import Assignment, ConflictCreate
from incubator.ideas.reviews.sight import OWED

REVIEWERS = [holder.value for holder in HOLDERS[Permission.reviews_write] if isinstance(holder, Role)]


async def assign_reviewers(
    session: AsyncSession, actor: Actor, idea_id: UUID, data: Assignment, *, now: datetime
) -> UUID:
    """Ask the named accounts, or so many picked evenly, to review the current version; all of them or none."""
    idea = await _lock(session, actor, idea_id, now=now)
    _require_one_way(data)
    check_assignable(idea.status)
    if data.automatic is not UNSET:
        picks = pick_evenly(await _free_reviewers(session, idea), data.automatic)
    else:
        picks = await _named(session, idea, data.reviewer_ids)
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
    theirs = (Review.idea_id == idea.id, Review.reviewer_id == data.account_id)
    standing = select(Review).where(*theirs, Review.state.not_in((ReviewState.recused, ReviewState.stale)))
    for review in await session.scalars(standing.order_by(Review.id).with_for_update()):
        leave(review, data.note)
    await session.flush()
    return idea.id


async def record_conflict(
    session: AsyncSession, actor: Actor, idea: Idea, account_id: UUID, kind: str, note: str | None
) -> None:
    """One row for each kind of conflict; the second of its kind changes nothing."""
    if await session.get(ReviewerConflict, (idea.id, account_id, kind)) is None:
        session.add(ReviewerConflict(idea_id=idea.id, account_id=account_id, kind=kind, note=note))
        record_audit(session, actor, "declare_conflict", "idea", idea.id, account_id=str(account_id), kind=kind)


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


def _require_one_way(data: Assignment) -> None:
    if (data.reviewer_ids is UNSET) == (data.automatic is UNSET):
        raise wrong_field("/reviewer_ids", "required" if data.automatic is UNSET else "duplicate")


async def _named(session: AsyncSession, idea: Idea, reviewer_ids: list[UUID]) -> list[Pick]:
    """Those that staff names: each a reviewer for this place, nobody twice, nobody in conflict."""
    asked = await _asked_already(session, idea)
    found = {row.id: row for row in await session.execute(_reviewers_of(idea, reviewer_ids))}
    wrong = []
    for position, account_id in enumerate(reviewer_ids):
        if account_id not in found:
            wrong.append(FieldError(code="not_found", pointer=f"/reviewer_ids/{position}"))
        elif account_id in asked or account_id in reviewer_ids[:position]:
            wrong.append(FieldError(code="duplicate", pointer=f"/reviewer_ids/{position}"))
    if wrong:
        raise DomainError("validation_failed", errors=wrong)
    if conflicted := [found[account_id].username for account_id in reviewer_ids if found[account_id].in_conflict]:
        raise broken_rule(REVIEWER_CONFLICT, reviewers=conflicted)
    return [Pick(account_id, BY_HAND) for account_id in reviewer_ids]
