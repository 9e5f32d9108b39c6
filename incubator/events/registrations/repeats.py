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
Met = dict[UUID | NameAndPhone | None, UUID | None]
"""People who are registered, or about to be, with their registration where the caller may know it."""


async def find_repeats(
    session: AsyncSession, event_id: UUID, wishes: Mapping[int, RegistrationCreate], *, token_id: UUID | None
) -> dict[int, UUID | None]:
    """Which wishes name somebody who has a live registration for the event or stands earlier among the wishes, with
    that registration where the caller may know it. People are told apart by the row that counts, and where a program
    sends a name and a number again, which it does when an answer was lost, by those."""
    named = [wish.person.person_id for wish in wishes.values() if wish.person.person_id is not None]
    counted = await _counted_ids(session, named)
    told = {n: _name_and_phone(wish) for n, wish in wishes.items()} if token_id else {}
    met: Met = {
        **await _live_people(session, event_id, sorted(counted.values())),
        **await _live_names(session, event_id, sorted({key[1] for key in told.values() if key}), token_id),
    }
    repeats = {}
    for n, wish in wishes.items():
        key = counted[wish.person.person_id] if wish.person.person_id else told.get(n)
        if key in met:
            repeats[n] = met[key]
        elif key is not None:
            met[key] = None
    return repeats


def _name_and_phone(wish: RegistrationCreate) -> NameAndPhone | None:
    phone = e164(wish.person.phone) if wish.person.phone else None
    return (fold(wish.person.full_name or ""), phone) if phone else None


async def _counted_ids(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """By which row each of the persons counts."""
    rows = await SessionReads(session).rows(_counted(), {"ids": ids}) if ids else []
    return {row[0]: row[1] for row in rows}


async def _live_people(session: AsyncSession, event_id: UUID, counted: Sequence[UUID]) -> Met:
    values = {"event_id": event_id, "ids": counted}
    rows = await SessionReads(session).rows(_live_by_person(), values) if counted else []
    return {person_id: id_ for id_, _, person_id in rows}


async def _live_names(session: AsyncSession, event_id: UUID, phones: Sequence[str], token_id: UUID | None) -> Met:
    """A program is told of those registrations that it made itself."""
    values = {"event_id": event_id, "phones": phones}
    rows = await SessionReads(session).rows(_live_by_phone(), values) if phones else []
    return {(name, phone): id_ if owner == token_id else None for id_, owner, name, phone in rows}


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
    """The registration, the program that made it, and the columns."""
    is_live = Registration.status != RegistrationStatus.cancelled.value
    return (
        select(Registration.id, Registration.owner_token_id, *columns)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.event_id == param("event_id", Uuid), is_live)
    )
