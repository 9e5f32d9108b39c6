"""Saying who leads, teaches and helps at a session. Like its other parts, the team belongs to the version of the
event; unlike them it may be completed at any time, because nothing is counted by it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch
from incubator.db import SessionReads
from incubator.errors import DomainError
from incubator.events.access import lock_event_to_organise
from incubator.events.layout.models import EventSession
from incubator.events.layout.parts import part_of, renew
from incubator.events.models import Event
from incubator.events.team.models import EventTeamMember
from incubator.events.team.schemas import EventTeamPut
from incubator.people.models import Person
from incubator.people.queries import seen_people


async def set_team_member(
    session: AsyncSession,
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    person_id: UUID,
    data: EventTeamPut,
    if_match: IfMatch,
    *,
    now: datetime,
) -> tuple[UUID, int]:
    """The person who has the part now, and the version of the event. Who was merged with another person takes part as
    that one."""
    event = await lock_event_to_organise(session, actor, event_id)
    await part_of(session, event, EventSession, session_id)
    if not await seen_people(SessionReads(session), actor, [person_id]):
        raise DomainError("not_found")
    if_match.check(event.version)
    counted = await session.scalar(select(Person.counted_id()).where(Person.id == person_id))
    assert counted is not None, "the person was seen"
    member = await session.get(EventTeamMember, (session_id, counted))
    if member is None:
        member = EventTeamMember(session_id=session_id, person_id=counted, event_id=event.id, part=data.part.value)
        session.add(member)
    elif member.part == data.part:
        return counted, event.version
    member.part = data.part.value
    await _renew(session, actor, event, "set_team_member", now, member)
    return counted, event.version


async def remove_team_member(
    session: AsyncSession,
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    person_id: UUID,
    if_match: IfMatch,
    *,
    now: datetime,
) -> None:
    event = await lock_event_to_organise(session, actor, event_id)
    member = await session.get(EventTeamMember, (session_id, person_id))
    if member is None or member.event_id != event.id:
        raise DomainError("not_found")
    if_match.check(event.version)
    await session.delete(member)
    await _renew(session, actor, event, "remove_team_member", now, member)


async def _renew(
    session: AsyncSession, actor: Actor, event: Event, action: str, now: datetime, member: EventTeamMember
) -> None:
    person_id = str(member.person_id)
    details = {"session_id": str(member.session_id), "person_id": person_id, "part": member.part}
    await renew(session, actor, event, action, now=now, shown=False, **details)
