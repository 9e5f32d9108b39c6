"""Entering, submitting and editing an idea. The moves from status to status are in `moves/`."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import Select, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import param
from incubator.errors import DomainError, WrongFields
from incubator.ideas.calls.models import Call
from incubator.ideas.calls.queries import load_call
from incubator.ideas.content import (
    check_content,
    content_of,
    missing_fields,
    references,
    resolve_members,
    write_content,
    write_version,
    wrong_day,
)
from incubator.ideas.dossier.models import IdeaEntry
from incubator.ideas.duplicates.finding import note_duplicates
from incubator.ideas.models import (
    Idea,
    IdeaAction,
    IdeaStatus,
    IdeaTransition,
    IdeaVersion,
    actions_from,
    new_tracking_code,
)
from incubator.ideas.places import place_of_entry
from incubator.ideas.schemas import IdeaCreate, IdeaPatch
from incubator.ideas.sight import Sight, knows_status, sight_of, sight_values, visible_ideas
from incubator.localities.places import Place
from incubator.people.actions import check_people, record_consent
from incubator.people.models import Person

EDITABLE = {IdeaStatus.draft, IdeaStatus.submitted, IdeaStatus.screening}


async def enter_idea(session: AsyncSession, actor: Actor, data: IdeaCreate, *, now: datetime) -> UUID:
    """Take in an idea, as a draft or submitted at once, with its people; all of it or nothing."""
    today = civil_day(now)
    received_on = today if data.received_on is UNSET else data.received_on
    call, place = await _check_entry(session, actor, data, received_on, today=today)
    idea = Idea(
        tracking_code=new_tracking_code(), call_id=call.id, status=IdeaStatus.draft, moved_on=received_on,
        search_key="", locality_id=place.commune_id, province_id=place.province_id,
        recorded_locality_id=place.recorded_id, channel=data.channel, received_on=received_on,
        late_reason=data.late_reason, entered_by_id=actor.account_id, owner_token_id=actor.token_id,
        is_proxy=data.is_proxy, content_number=1,
    )  # fmt: skip
    session.add(idea)
    await session.flush()
    people = await resolve_members(session, actor, idea, references(data.leader, data.team), now=now)
    call.check_team(len(people))
    await write_version(session, actor, idea, 1, content_of(data), people)
    if data.consent is not UNSET:
        await record_consent(session, actor, people[0], data.consent, today=today)
    record_audit(session, actor, "enter", "idea", idea.id, status=data.status, channel=data.channel)
    if data.status == IdeaStatus.submitted:
        await submit_idea(session, actor, idea, received_on, today=today)
    await session.flush()
    return idea.id


async def submit_idea(session: AsyncSession, actor: Actor, idea: Idea, occurred_on: date, *, today: date) -> None:
    """Draft to submitted: the call's limits hold, and what figures are broken down by is fixed from now on."""
    call = await session.get_one(Call, idea.call_id)
    version, people = await check_content(session, idea)
    call.check_open(idea.received_on, idea.late_reason)
    idea.move_to(IdeaStatus.submitted, IdeaAction.submit, occurred_on, today=today)
    session.add(_entry(idea, version, people[0], today))
    on_behalf_of = people[0].id if idea.is_proxy else None
    await append_transition(session, actor, idea, IdeaAction.submit, IdeaStatus.draft, on_behalf_of_id=on_behalf_of)
    await note_duplicates(session, idea, today=today)


async def edit_idea(
    session: AsyncSession, actor: Actor, idea_id: UUID, data: IdeaPatch, if_match: IfMatch, *, now: datetime
) -> None:
    """A merge patch: in place while a draft, a new version in submitted and screening, refused later."""
    idea = await lock_idea(session, actor, idea_id, now=now)
    require_entry_right(actor, idea)
    if_match.check(idea.version)
    if idea.status not in EDITABLE:
        raise refused_move(actor, idea, "edit", now)
    if await write_content(session, actor, idea, data, now=now):
        record_audit(session, actor, "edit", "idea", idea.id, content_number=idea.content_number)
    await session.flush()


async def lock_idea(session: AsyncSession, actor: Actor, idea_id: UUID, *, now: datetime) -> Idea:
    """The idea, visible to the actor and locked to the end of the transaction; else 404."""
    idea = await session.scalar(_locked(sight_of(actor)), {**sight_values(actor, now), "idea_id": idea_id})
    if idea is None:
        raise DomainError("not_found")
    return idea


@lru_cache
def _locked(sight: Sight) -> Select[Idea]:
    """Kept, because putting it together takes longer than running it. Rows that refer to the idea, such as a pair with
    another one, may be written meanwhile."""
    return visible_ideas(sight).where(Idea.id == param("idea_id", Uuid)).with_for_update(of=Idea, key_share=True)


def refused_move(actor: Actor, idea: Idea, action: str, now: datetime) -> DomainError:
    """A step that does not start here. Who may not know a decision yet is told of the review it follows."""
    known = knows_status(actor, idea, now)
    status = idea.status if known else IdeaStatus.review_closed.value
    allowed = actions_from(status) if known else []
    return DomainError("invalid_transition", status=status, action=action, allowed_actions=allowed)


def require_entry_right(actor: Actor, idea: Idea) -> None:
    """Entering, answering and withdrawing: staff and the commune's officers, and the token that owns the idea."""
    if actor.kind == "token" and actor.token_id != idea.owner_token_id:
        raise DomainError("forbidden")
    actor.require_at(Permission.ideas_enter, province_id=idea.province_id, commune_id=idea.locality_id)


async def append_transition(
    session: AsyncSession, actor: Actor, idea: Idea, action: IdeaAction, from_status: str | None, **more: Any
) -> IdeaTransition:
    """The row of history of a move that the idea has just made."""
    last = select(func.max(IdeaTransition.number)).where(IdeaTransition.idea_id == idea.id)
    transition = IdeaTransition(
        idea_id=idea.id, number=(await session.scalar(last) or 0) + 1, action=action.value, from_status=from_status,
        to_status=idea.status, occurred_on=idea.moved_on, actor_kind=actor.kind, actor_id=actor.id,
        content_number=idea.content_number, **more,
    )  # fmt: skip
    session.add(transition)
    await session.flush()
    return transition


async def _check_entry(
    session: AsyncSession, actor: Actor, data: IdeaCreate, received_on: date, *, today: date
) -> tuple[Call, Place]:
    """The call and the place of a new idea; every wrong field of the body is named at once."""
    wrong = WrongFields(wrong_day(data.received_on, today))
    call = await wrong.gather(load_call(session, data.call_id))
    place = await wrong.gather(place_of_entry(session, actor, data, received_on, today=today))
    wrong.errors += await check_people(session, actor, references(data.leader, data.team), today=today)
    if data.status == IdeaStatus.submitted:
        wrong.errors += missing_fields(data, call)
    if wrong.errors or call is None or place is None:
        raise DomainError("validation_failed", errors=wrong.errors)
    return call, place


def _entry(idea: Idea, version: IdeaVersion, leader: Person, today: date) -> IdeaEntry:
    return IdeaEntry(
        idea_id=idea.id, entered_on=idea.received_on, recorded_on=today, call_id=idea.call_id, channel=idea.channel,
        sector=version.sector, locality_id=idea.locality_id, province_id=idea.province_id,
        recorded_locality_id=idea.recorded_locality_id, sex=leader.sex, ethnicity=leader.ethnicity,
        age=idea.received_on.year - leader.birth_year if leader.birth_year else None,
    )  # fmt: skip
