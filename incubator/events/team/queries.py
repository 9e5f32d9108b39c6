"""What is read of the team of an event. Who sees the event sees who is there for it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, select

from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.events.layout.models import EventSession
from incubator.events.models import Event
from incubator.events.sight import Sight, is_seen, sight_of, sight_values
from incubator.events.team.models import EventTeamMember
from incubator.events.team.schemas import EventTeamQuery, EventTeamRow
from incubator.paging import Listing, Order
from incubator.people.models import Person

BY_SESSION = Order((EventTeamMember.session_id.expression, EventTeamMember.person_id.expression))


def list_event_team(actor: Actor, event_id: UUID, filters: EventTeamQuery) -> Listing[EventTeamRow]:
    """Session by session."""
    values = {
        "session_id": filters.session_id,
        "person_id": filters.person_id,
        "part": filters.part and filters.part.value,
    }
    return Listing(
        name="event_team",
        query=_filtered,
        shape=(sight_of(actor), frozenset(name for name, value in values.items() if value is not None)),
        order=BY_SESSION,
        values={**sight_values(actor), **values, "event_id": event_id},
        row=EventTeamRow,
        place=lambda row: (row.session_id, row.person_id),
        place_types=tuple[UUID, UUID],
    )


async def get_team_member(
    reads: Reads, actor: Actor, event_id: UUID, session_id: UUID, person_id: UUID
) -> EventTeamRow:
    """One part; 404 where the person has none in the session, or the actor does not see the event."""
    values = {**sight_values(actor), "event_id": event_id, "session_id": session_id, "person_id": person_id}
    return await fetch_one(reads, _member(sight_of(actor)), values, EventTeamRow)


@statement
def _member(sight: Sight) -> Select[Any]:
    return _filtered(sight, frozenset({"session_id", "person_id"}))


def _filtered(sight: Sight, asked: frozenset[str]) -> Select[Any]:
    t = EventTeamMember
    conditions = {
        "session_id": t.session_id == param("session_id", Uuid),
        "person_id": t.person_id == param("person_id", Uuid),
        "part": t.part == param("part", Text),
    }
    columns: tuple[Any, ...] = (
        t.session_id, EventSession.number, t.person_id, Person.full_name, t.part, t.added_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Event, Event.id == t.event_id)
        .join(EventSession, EventSession.id == t.session_id)
        .join(Person, Person.id == t.person_id)
        .where(is_seen(sight), t.event_id == param("event_id", Uuid))
        .where(*(condition for name, condition in conditions.items() if name in asked))
    )
