"""Registering people, one or many together, in a handful of statements for any number.

The order of locks is that of all events: the event, its modes, then persons. A wish that is refused is found out
before anything is written for it, so that the others of the same request stand.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Integer, Select, Uuid, any_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import AnySelect, SessionReads, param, statement
from incubator.errors import DomainError, FieldError
from incubator.events.access import lock_event
from incubator.events.registrations.desk import (
    Desk,
    Known,
    Place,
    faults_of,
    home_of,
    look_up,
    open_desk,
    require_open,
)
from incubator.events.registrations.models import (
    Registration,
    RegistrationSource,
    RegistrationStatus,
    Ticket,
    new_ticket_text,
    ticket_hash,
)
from incubator.events.registrations.repeats import find_repeats
from incubator.events.registrations.schemas import RegistrationCreate
from incubator.events.registrations.seats import Seats, hold_modes, next_wait_numbers, take_seats
from incubator.people.actions import Arrival, enter_people
from incubator.people.duplicates.models import DuplicateStatus, PersonDuplicate
from incubator.people.models import Person, PersonPlace

SOURCE = "registration"
"""Because of what the commune of the event sees who is registered for it."""

Wishes = dict[int, RegistrationCreate]
Refusals = dict[int, DomainError]


class Entered(msgspec.Struct, frozen=True):
    """A new registration, and its ticket, which nobody can read again."""

    id: UUID
    ticket: str
    possible_duplicate: bool


class Seated(msgspec.Struct, frozen=True):
    """Where a wish ended: with a seat, or with a number in the queue."""

    wait_number: int | None


async def enter_registrations(
    session: AsyncSession, actor: Actor, event_id: UUID, asked: Sequence[RegistrationCreate], *, now: datetime
) -> list[Entered | DomainError]:
    """What became of each wish, in their order, in which they also come to the seats."""
    event = await lock_event(session, actor, event_id, share=True)
    require_open(actor, event, now=now)
    desk = await open_desk(session, actor, event)
    known = await look_up(session, desk, asked, now=now)
    refused = _faulty(asked, desk, known, now=now)
    held = await hold_modes(session, event.id, sorted(desk.modes) if len(asked) > 1 else [asked[0].mode])
    repeats = await find_repeats(session, event.id, _left(asked, refused), token_id=actor.token_id)
    refused |= {n: _registered_already(id_) for n, id_ in repeats.items()}
    seated = await _seat(session, event.id, held, _left(asked, refused), refused)
    entered = await _write(session, desk, _left(asked, refused), known, seated, now=now)
    return [refused[n] if n in refused else entered[n] for n in range(len(asked))]


def _registered_already(registration_id: UUID | None) -> DomainError:
    """With the id of the registration where there is one that the caller may know, to read it or roll its ticket."""
    known = {} if registration_id is None else {"known_id": str(registration_id)}
    return DomainError("duplicate", errors=[FieldError(code="duplicate", pointer="/person", params=known)])


def _left(asked: Sequence[RegistrationCreate], refused: Refusals) -> Wishes:
    return {n: wish for n, wish in enumerate(asked) if n not in refused}


def _faulty(asked: Sequence[RegistrationCreate], desk: Desk, known: Known, *, now: datetime) -> Refusals:
    refused: Refusals = {}
    for n, wish in enumerate(asked):
        if faults := faults_of(wish, desk, known, today=civil_day(now)):
            refused[n] = DomainError("validation_failed", errors=faults)
        elif not desk.admits_to(wish.mode):
            refused[n] = DomainError("forbidden")
    return refused


async def _seat(
    session: AsyncSession, event_id: UUID, held: Mapping[str, Seats], wishes: Wishes, refused: Refusals
) -> dict[int, Seated]:
    """A seat, or a number in the queue; who gets neither joins the refused."""
    seated: dict[int, Seated] = {}
    for mode in held.values():
        asking = [n for n, wish in wishes.items() if wish.mode == mode.mode]
        seats = await take_seats(session, event_id, mode.mode, len(asking)) if asking else 0
        seated |= dict.fromkeys(asking[:seats], Seated(None))
        late = asking[seats:]
        if late and mode.waitlist:
            numbers = await next_wait_numbers(session, event_id, mode.mode, len(late))
            seated |= {n: Seated(number) for n, number in zip(late, numbers, strict=True)}
        else:
            full = DomainError("capacity_full", capacity=mode.capacity, seats_taken=mode.seats_taken + seats)
            refused |= dict.fromkeys(late, full)
    return seated


async def _write(
    session: AsyncSession, desk: Desk, wishes: Wishes, known: Known, seated: Mapping[int, Seated], *, now: datetime
) -> dict[int, Entered]:
    if not wishes:
        return {}
    ids = dict(zip(wishes, await _fresh_ids(session, len(wishes)), strict=True))
    arrivals = [Arrival(wish.person, home_of(wish, desk, known).columns, ids[n]) for n, wish in wishes.items()]
    people = await enter_people(session, desk.actor, arrivals, source=SOURCE, now=now)
    rows = {
        n: _registration(desk, ids[n], wish, person, seated[n], now=now)
        for (n, wish), person in zip(wishes.items(), people, strict=True)
    }
    session.add_all(rows.values())
    await session.flush()
    tickets = {n: new_ticket_text() for n in rows}
    session.add_all(issued(row, tickets[n]) for n, row in rows.items())
    await _show_at(session, desk, list(rows.values()), people)
    for row in rows.values():
        record_audit(
            session, desk.actor, "register", "registration", row.id,
            event_id=str(row.event_id), mode=row.mode, status=row.status,
        )  # fmt: skip
    await session.flush()
    # Programs are not told, so nobody looks.
    alike = set() if desk.is_program else await _with_open_pair(session, [row.person_id for row in rows.values()])
    return {n: Entered(row.id, tickets[n], row.person_id in alike) for n, row in rows.items()}


def _registration(
    desk: Desk, id_: UUID, wish: RegistrationCreate, person: Person, seated: Seated, *, now: datetime
) -> Registration:
    actor, waits = desk.actor, seated.wait_number is not None
    return Registration(
        id=id_,
        event_id=desk.event.id,
        mode=wish.mode.value,
        person_id=person.id,
        **desk.seen_from(person, wish.mode).columns,
        status=(RegistrationStatus.waitlisted if waits else RegistrationStatus.confirmed).value,
        wait_number=seated.wait_number,
        source=RegistrationSource.self if desk.is_program else wish.source or RegistrationSource.staff,
        owner_token_id=actor.token_id,
        registered_by_kind=actor.kind,
        registered_by_id=actor.id,
        confirmed_at=None if waits else now,
    )


def issued(registration: Registration, ticket: str) -> Ticket:
    """The row of a ticket."""
    return Ticket(hash=ticket_hash(ticket), registration_id=registration.id, event_id=registration.event_id)


async def _show_at(session: AsyncSession, desk: Desk, rows: Sequence[Registration], people: Sequence[Person]) -> None:
    """The commune of the event sees who comes, and so does that of the officer who registered them."""
    places = {
        (person.id, place.locality_id, row.id): place
        for row, person in zip(rows, people, strict=True)
        for place in (desk.place, Place(row.locality_id, row.province_id))
        if place.is_commune and (place == desk.place or place.locality_id != person.locality_id)
    }
    # In the order of the key, so that two of these at once wait for each other and cannot deadlock.
    values = [
        {"person_id": person_id, "source": SOURCE, "source_id": id_, **places[person_id, commune_id, id_].columns}
        for person_id, commune_id, id_ in sorted(places)
    ]
    if values:
        await session.execute(insert(PersonPlace).on_conflict_do_nothing(), values)


async def _fresh_ids(session: AsyncSession, number: int) -> list[UUID]:
    """Known before the rows are written, because others name them."""
    return [row[0] for row in await SessionReads(session).rows(_ids(), {"number": number})]


async def _with_open_pair(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the persons of whom somebody has to say whether they are one with another."""
    rows = await SessionReads(session).rows(_open_pairs(), {"ids": ids})
    return {id_ for ends in rows for id_ in ends}


@statement
def _ids() -> Select[Any]:
    return select(func.uuidv7()).select_from(func.generate_series(1, param("number", Integer)))


@statement
def _open_pairs() -> AnySelect:
    pair, ids = PersonDuplicate, any_(param("ids", ARRAY(Uuid)))
    is_open = pair.status == DuplicateStatus.open.value
    return select(pair.low_id, pair.high_id).where(is_open, or_(pair.low_id == ids, pair.high_id == ids))
