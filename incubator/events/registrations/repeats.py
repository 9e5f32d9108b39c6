"""Who is registered already: the same person again, or the same request of a program sent twice."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, any_, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.db import AnySelect, SessionReads, param, statement
from incubator.events.registrations.models import Registration, RegistrationStatus
from incubator.events.registrations.schemas import RegistrationCreate
from incubator.people.models import Person
from incubator.people.phones import e164
from incubator.text import fold

NameAndPhone = tuple[str, str]


async def find_repeats(
    session: AsyncSession, event_id: UUID, wishes: Mapping[int, RegistrationCreate], *, of_program: bool
) -> set[int]:
    """Which wishes name somebody who has a live registration for the event or stands earlier among the wishes. People
    are told apart by the row that counts, and where a program sends a name and a number again, which it does when an
    answer was lost, by those."""
    named = [wish.person.person_id for wish in wishes.values() if wish.person.person_id is not None]
    counted = await _counted_ids(session, named)
    told = {n: _name_and_phone(wish) for n, wish in wishes.items()} if of_program else {}
    met: set[UUID | NameAndPhone | None] = {*await _live_people(session, event_id, sorted(counted.values()))}
    met |= await _live_names(session, event_id, sorted({key[1] for key in told.values() if key}))
    repeats = set()
    for n, wish in wishes.items():
        key = counted[wish.person.person_id] if wish.person.person_id else told.get(n)
        if key in met:
            repeats.add(n)
        elif key is not None:
            met.add(key)
    return repeats


def _name_and_phone(wish: RegistrationCreate) -> NameAndPhone | None:
    phone = e164(wish.person.phone) if wish.person.phone else None
    return (fold(wish.person.full_name or ""), phone) if phone else None


async def _counted_ids(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """By which row each of the persons counts."""
    rows = await SessionReads(session).rows(_counted(), {"ids": ids}) if ids else []
    return {row[0]: row[1] for row in rows}


async def _live_people(session: AsyncSession, event_id: UUID, counted: Sequence[UUID]) -> set[UUID]:
    values = {"event_id": event_id, "ids": counted}
    return {row[0] for row in await SessionReads(session).rows(_live_by_person(), values)} if counted else set()


async def _live_names(session: AsyncSession, event_id: UUID, phones: Sequence[str]) -> set[NameAndPhone]:
    values = {"event_id": event_id, "phones": phones}
    return {(row[0], row[1]) for row in await SessionReads(session).rows(_live_by_phone(), values)} if phones else set()


@statement
def _counted() -> AnySelect:
    return select(Person.id, Person.counted_id()).where(Person.id == any_(param("ids", ARRAY(Uuid))))


@statement
def _live_by_person() -> Select[Any]:
    """Whichever of their rows the registration names."""
    ids = any_(param("ids", ARRAY(Uuid)))
    return _live(Person.counted_id()).where(or_(Person.id == ids, Person.survivor_id == ids))


@statement
def _live_by_phone() -> Select[Any]:
    return _live(Person.name_key, Person.phone).where(Person.phone == any_(param("phones", ARRAY(Text))))


def _live(*columns: Any) -> Select[Any]:
    is_live = Registration.status != RegistrationStatus.cancelled.value
    of_event = select(*columns).join(Registration, Registration.person_id == Person.id)
    return of_event.where(Registration.event_id == param("event_id", Uuid), is_live)
