"""Saying who leads, teaches and helps at a session. Like its other parts, the team belongs to the version of the
event; unlike them it may be completed at any time, because nothing is counted by it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

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
    that one, once: rows of before the merge become one."""
    event = await lock_event_to_organise(session, actor, event_id)
    await part_of(session, event, EventSession, session_id)
    if not await seen_people(SessionReads(session), actor, [person_id]):
        raise DomainError("not_found")
    if_match.check(event.version)
    counted = await session.scalar(_counted(person_id))
    assert counted is not None, "the person was seen"
    rows = {row.person_id: row for row in await _rows_of(session, session_id, person_id)}
    member = rows.pop(counted, None)
    if member is not None and member.part == data.part and not rows:
        return counted, event.version
    if member is None:
        member = EventTeamMember(session_id=session_id, person_id=counted, event_id=event.id)
        session.add(member)
    member.part = data.part.value
    for row in rows.values():
        await session.delete(row)
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
    """Under whatever row the person takes part."""
    event = await lock_event_to_organise(session, actor, event_id)
    rows = await _rows_of(session, session_id, person_id)
    if not rows or rows[0].event_id != event.id:
        raise DomainError("not_found")
    if_match.check(event.version)
    for row in rows:
        await session.delete(row)
    await _renew(session, actor, event, "remove_team_member", now, rows[0])


async def _rows_of(session: AsyncSession, session_id: UUID, person_id: UUID) -> Sequence[EventTeamMember]:
    """Under which a person takes part in the session: more than one where they were merged since."""
    member = EventTeamMember
    rows = select(member).join(Person, Person.id == member.person_id).order_by(member.person_id)
    same = Person.counted_id() == _counted(person_id).scalar_subquery()
    return (await session.scalars(rows.where(member.session_id == session_id, same))).all()


def _counted(person_id: UUID) -> Select[UUID]:
    row = aliased(Person)
    return select(func.coalesce(row.survivor_id, row.id)).where(row.id == person_id)


async def _renew(
    session: AsyncSession, actor: Actor, event: Event, action: str, now: datetime, member: EventTeamMember
) -> None:
    person_id = str(member.person_id)
    details = {"session_id": str(member.session_id), "person_id": person_id, "part": member.part}
    await renew(session, actor, event, action, now=now, shown=False, **details)
