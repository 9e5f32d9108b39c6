"""Agreeing on action items, changing them while they are open, and ending them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day, fault_of_day
from incubator.errors import DomainError, FieldError, WrongFields
from incubator.ideas.models import Idea, IdeaMember, check_day
from incubator.mentoring.action_items.models import (
    ActionItem,
    ActionItemMove,
    ActionItemTransition,
    Owner,
    wrong_terms,
)
from incubator.mentoring.action_items.schemas import ActionItemCreate, ActionItemPatch, ActionItemStep
from incubator.mentoring.actions import is_staff_of, lock_followed_project, require_writer
from incubator.mentoring.mentors.actions import mentor_of_body
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.models import check_not_closed
from incubator.mentoring.sessions.models import MentoringSession
from incubator.mentoring.sight import is_followed, is_session_seen, sight_of, sight_values
from incubator.projects.models import Project, ProjectIdea
from incubator.projects.sight import is_mentored_by

PLAIN = ("what", "due_on", "platform")
"""What a patch sets as it is sent."""

TERMS = (*PLAIN, "owner", "owner_person_id", "mentor_id")
"""What a patch may change."""


async def add_action_item(session: AsyncSession, actor: Actor, data: ActionItemCreate, *, now: datetime) -> UUID:
    """Agree on something outside a log. Whoever is a mentor, though staff too, may leave out who it was."""
    actor.require(Permission.mentoring_manage, Permission.mentoring_log)
    today = civil_day(now)
    set_on = today if data.set_on is UNSET else data.set_on
    wrong = WrongFields(fault_of_day(set_on, "/set_on"))
    mentor = await wrong.gather(_mentor_of_item(session, actor, data.owner, data.mentor_id))
    project = await wrong.gather(lock_followed_project(session, actor, data.project_id, pointer="/project_id"))
    await wrong.gather(_require_session(session, actor, data.session_id))
    team = await team_of(session, data.project_id) if project and data.owner_person_id else None
    wrong.errors += wrong_terms(set_on, data.due_on, data.owner, data.owner_person_id, team)
    if wrong.errors or project is None:
        raise DomainError("validation_failed", errors=wrong.errors)
    require_own_voice(actor, project, mentor)
    check_day(set_on, not_before=project.founded_on, today=today)
    check_not_closed(project, set_on)
    row = {"what": data.what, "due_on": data.due_on, "owner": data.owner, "owner_person_id": data.owner_person_id,
           "platform": data.platform}  # fmt: skip
    mentor_id = mentor.id if mentor else None
    [item_id] = await insert_items(session, project.id, data.session_id, mentor_id, set_on, [row])
    record_audit(session, actor, "add", "action_item", item_id, project_id=str(project.id))
    await session.flush()
    return item_id


async def edit_action_item(
    session: AsyncSession, actor: Actor, item_id: UUID, data: ActionItemPatch, if_match: IfMatch, *, now: datetime
) -> None:
    """Lay a merge patch over an open item. What it changes stays in the history as it was."""
    item, project = await _lock_item(session, actor, item_id)
    if_match.check(item.version)
    item.check_open()
    sent = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
    mentor = await _new_mentor(session, actor, item, data)
    require_own_voice(actor, project, mentor)
    owner = Owner(sent.get("owner", item.owner))
    await _check_terms(session, item, owner, sent)
    before = _change_terms(item, owner, mentor, sent)
    if not before:
        return
    number, _ = await _last_move(session, item)
    session.add(
        ActionItemTransition(
            action_item_id=item.id, number=number + 1, action=ActionItemMove.edit.value, from_status=item.status,
            to_status=item.status, occurred_on=civil_day(now), actor_kind=actor.kind, actor_id=actor.id,
            before=msgspec.to_builtins(before),
        )
    )  # fmt: skip
    record_audit(session, actor, "edit", "action_item", item.id, fields=sorted(before))
    await session.flush()


async def move_action_item(
    session: AsyncSession, actor: Actor, item_id: UUID, data: ActionItemStep, if_match: IfMatch, *, now: datetime
) -> UUID:
    """Complete, drop or reopen, with a row of history."""
    item, _ = await _lock_item(session, actor, item_id)
    if_match.check(item.version)
    move = ActionItemMove(str(data.__struct_config__.tag))
    today, before = civil_day(now), item.status
    number, last_on = await _last_move(session, item)
    occurred_on = today if data.occurred_on is UNSET else data.occurred_on
    item.move_to(move, occurred_on, not_before=max(item.set_on, last_on or item.set_on), today=today)
    said = {name: getattr(data, name, None) for name in ("reason", "evidence", "evidence_link")}
    item.tell(**said if move is not ActionItemMove.reopen else {})
    session.add(
        ActionItemTransition(
            action_item_id=item.id, number=number + 1, action=move.value, from_status=before, to_status=item.status,
            occurred_on=occurred_on, actor_kind=actor.kind, actor_id=actor.id, **said,
        )
    )  # fmt: skip
    record_audit(session, actor, move.value, "action_item", item.id, status=item.status)
    await session.flush()
    return item.id


async def insert_items(
    session: AsyncSession,
    project_id: UUID,
    session_id: UUID | None,
    mentor_id: UUID | None,
    set_on: date,
    items: Sequence[dict[str, Any]],
) -> list[UUID]:
    """Open items in one statement, which takes that their nulls are written too; and their ids."""
    if not items:
        return []
    same = {"project_id": project_id, "session_id": session_id, "mentor_id": mentor_id, "set_on": set_on}
    rows = [{**same, **item} for item in items]
    new = insert(ActionItem).returning(ActionItem.id).execution_options(render_nulls=True)
    return list(await session.scalars(new, rows))


async def team_of(session: AsyncSession, project_id: UUID) -> Collection[UUID]:
    """Who belongs to the project: the members of its ideas as they are now."""
    members = (
        select(IdeaMember.person_id)
        .join(Idea, Idea.id == IdeaMember.idea_id)
        .join(ProjectIdea, ProjectIdea.idea_id == Idea.id)
        .where(ProjectIdea.project_id == project_id, IdeaMember.number == Idea.content_number)
    )
    return set(await session.scalars(members))


def require_own_voice(actor: Actor, project: Project, mentor: Mentor | None) -> None:
    """403 where somebody writes in another mentor's name who is not staff of the project's place."""
    if mentor is not None and mentor.account_id != actor.id and not is_staff_of(actor, project):
        raise DomainError("forbidden")


async def _mentor_of_item(session: AsyncSession, actor: Actor, owner: Owner, mentor_id: UUID | None) -> Mentor | None:
    """Staff may leave it open who agreed on an item, unless a mentor is to do it."""
    if mentor_id is None and owner is not Owner.mentor and not actor.may(Permission.mentoring_log):
        return None
    return await mentor_of_body(session, actor, mentor_id)


async def _require_session(session: AsyncSession, actor: Actor, session_id: UUID | None) -> None:
    if session_id is None:
        return
    query = select(MentoringSession.id).where(is_session_seen(sight_of(actor)), MentoringSession.id == session_id)
    if await session.scalar(query, sight_values(actor)) is None:
        error = FieldError(code="not_found", pointer="/session_id")
        raise DomainError("validation_failed", errors=[error])


async def _new_mentor(session: AsyncSession, actor: Actor, item: ActionItem, data: ActionItemPatch) -> Mentor | None:
    """Who the patch names, or who has to be named because a mentor is to do it now."""
    needed = data.owner is Owner.mentor and item.mentor_id is None
    if data.mentor_id is UNSET and not needed:
        return None
    return await mentor_of_body(session, actor, data.mentor_id)


async def _check_terms(session: AsyncSession, item: ActionItem, owner: Owner, sent: dict[str, Any]) -> None:
    person_id = sent.get("owner_person_id")
    team = await team_of(session, item.project_id) if person_id else None
    errors = wrong_terms(item.set_on, sent.get("due_on", item.due_on), owner, person_id, team)
    if errors:
        raise DomainError("validation_failed", errors=errors)


def _change_terms(item: ActionItem, owner: Owner, mentor: Mentor | None, sent: dict[str, Any]) -> dict[str, Any]:
    """What the fields that now say something else said before."""
    before = {name: getattr(item, name) for name in TERMS}
    for name in PLAIN:
        if name in sent:
            setattr(item, name, sent[name])
    item.owner = owner.value
    item.owner_person_id = sent.get("owner_person_id", item.owner_person_id) if owner is Owner.team else None
    item.mentor_id = mentor.id if mentor else item.mentor_id
    return {name: value for name, value in before.items() if value != getattr(item, name)}


async def _lock_item(session: AsyncSession, actor: Actor, item_id: UUID) -> tuple[ActionItem, Project]:
    """The item, locked, for those who write for its project; 404 for who does not follow it, 403 for who only reads."""
    actor.require(Permission.mentoring_manage, Permission.mentoring_log)
    query = (
        select(ActionItem, Project, is_mentored_by(actor.id))
        .join(Project, Project.id == ActionItem.project_id)
        .where(ActionItem.id == item_id, is_followed(sight_of(actor)))
    )
    row = (await session.execute(query.with_for_update(of=ActionItem), sight_values(actor))).one_or_none()
    if row is None:
        raise DomainError("not_found")
    item, project, mentors = row
    require_writer(actor, project, mentors=mentors)
    return item, project


async def _last_move(session: AsyncSession, item: ActionItem) -> tuple[int, date | None]:
    """The last number of the history, 0 where there is none yet, and the day of the last move. An edit is none: what
    was done last week may be reported after a slip of the pen was mended today."""
    t = ActionItemTransition
    moved_on = func.max(t.occurred_on).filter(t.action != ActionItemMove.edit.value)
    last = select(func.max(t.number), moved_on).where(t.action_item_id == item.id)
    number, last_on = (await session.execute(last)).one()
    return number or 0, last_on
