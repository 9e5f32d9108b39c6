"""Entering who was there from what people say: lines of paper lists, and items of phones that staff admits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.days import civil_day
from incubator.db import SessionReads
from incubator.errors import DomainError, FieldError, broken_rule
from incubator.events.attendance.merging import Presence
from incubator.events.attendance.models import ATTENDANCE_CLOSED, Attendance
from incubator.events.attendance.recognising import Recognised, recognise, written
from incubator.events.attendance.writing import Laid, lay_over
from incubator.events.layout.queries import FAR, Commune, Layout, Site, Span, commune_of, communes_by_code, layout_of
from incubator.events.models import Event, EventStatus
from incubator.events.registrations.models import Registration
from incubator.events.sight import is_registration_seen, sight_of, sight_values
from incubator.people.duplicates.finding import find_duplicates, note_duplicates
from incubator.people.facts import check_person
from incubator.people.many import Newcomer, PlaceOf, enter_newcomers, show_in_places
from incubator.people.models import Person
from incubator.people.queries import seen_people
from incubator.people.schemas import PersonInput

SOURCE = Attendance.__tablename__
"""Because of what the commune of a site sees who was there; the source's id is the event's."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was at a site. `at` is when, where somebody says so, and `seen_at` what a phone made of it; `known_id`
    is who it is, if nothing else says so. With `new_person` nobody who is there already is meant."""

    pointer: str
    site_id: UUID | None
    registration_id: UUID | None = None
    person: PersonInput | None = None
    known_id: UUID | None = None
    locality_code: str | None = None
    at: datetime | None = None
    seen_at: datetime | None = None
    left: bool = False
    new_person: bool = False

    @property
    def is_by_name(self) -> bool:
        return self.person is not None and self.person.person_id is None


class Entered(msgspec.Struct, frozen=True):
    """What a line led to. `resembles` is None where there is nobody whom the person may be, else those of them whom the
    actor sees."""

    site: Site
    person_id: UUID
    is_news: bool
    resembles: list[UUID] | None


class Named(msgspec.Struct, frozen=True):
    """What lines name, looked up for all of them."""

    layout: Layout
    registered: Mapping[UUID, UUID]
    people: Mapping[UUID, UUID]
    communes: Mapping[str, Commune]


def require_open(event: Event, action: str) -> None:
    """In a draft too: who was there was there, though somebody forgot to publish the event."""
    if event.status == EventStatus.cancelled:
        raise DomainError("invalid_transition", status=event.status, action=action, allowed_actions=[])
    if event.attendance_closed_at is not None:
        raise broken_rule(ATTENDANCE_CLOSED)


async def enter_lines(
    session: AsyncSession, actor: Actor, event: Event, lines: Sequence[Line], *, now: datetime
) -> list[Entered]:
    """All of them, or what is wrong with each."""
    named = await _look_up(session, actor, event, lines, now=now)
    if faults := [fault for line in lines for fault in _faults_of(line, event, named, now=now)]:
        raise DomainError("validation_failed", errors=faults)
    sites = [named.layout.sites[line.site_id] for line in lines if line.site_id is not None]
    new = _newcomers(event, named, lines, sites)
    same = await _recognise(session, actor, event, lines, sites, new)
    entered = await _enter_new(session, actor, event, new, same, now=now)
    alike = await _resembling(session, actor, entered.values()) | {id_: [id_] for id_ in same.present.values()}
    by_name = {**same.present, **entered}
    by_name |= {number: by_name[first] for number, first in same.repeated.items()}
    whom = [by_name.get(number) or _whom(line, named) for number, line in enumerate(lines)]
    places = {
        PlaceOf(person_id, *commune)
        for person_id, site in zip(whom, sites, strict=True)
        if (commune := _commune_of(event, site)) is not None
    }
    await show_in_places(session, places, source=SOURCE, source_id=event.id)
    laid = await lay_over(session, [_presence(*one, named) for one in zip(lines, sites, whom, strict=True)])
    return _entered(sites, whom, laid, alike)


async def _look_up(session: AsyncSession, actor: Actor, event: Event, lines: Sequence[Line], *, now: datetime) -> Named:
    reads = SessionReads(session)
    codes = {line.locality_code for line in lines if line.locality_code is not None}
    return Named(
        layout=await layout_of(reads, event.id),
        registered=await _registered(session, actor, event.id, [line.registration_id for line in lines]),
        people=await _people(session, actor, [line.person.person_id if line.person else None for line in lines]),
        communes=await communes_by_code(reads, codes, today=civil_day(now)),
    )


async def _registered(
    session: AsyncSession, actor: Actor, event_id: UUID, ids: Sequence[UUID | None]
) -> dict[UUID, UUID]:
    """The persons of registrations for the event that the actor sees."""
    named = [id_ for id_ in ids if id_ is not None]
    if not named:
        return {}
    query = select(Registration.id, Registration.person_id).join(Event, Event.id == Registration.event_id)
    seen = query.where(
        Event.id == event_id, Registration.id.in_(named), is_registration_seen(sight_of(actor))
    )  # fmt: skip
    rows = await session.execute(seen, sight_values(actor))
    return {row[0]: row[1] for row in rows}


async def _people(session: AsyncSession, actor: Actor, ids: Sequence[UUID | None]) -> dict[UUID, UUID]:
    """Of the persons whom the actor sees the rows by which they count."""
    named = {id_ for id_ in ids if id_ is not None}
    if not named:
        return {}
    seen = await seen_people(SessionReads(session), actor, named)
    rows = await session.execute(select(Person.id, Person.counted_id()).where(Person.id.in_(seen)))
    return {row[0]: row[1] for row in rows}


def _faults_of(line: Line, event: Event, named: Named, *, now: datetime) -> Iterator[FieldError]:
    """Everything wrong with a line."""
    yield from _faults_of_place(line, event, named, now=now)
    if line.new_person and not line.is_by_name:
        yield FieldError(code="unknown_field", pointer=f"{line.pointer}/new_person")
    given = [value for value in (line.registration_id, line.person) if value is not None]
    if len(given) > 1 or (not given and line.known_id is None):
        code, either = "duplicate" if given else "required", ["person", "registration_id"]
        yield FieldError(code=code, pointer=f"{line.pointer}/person", params={"one_of": either})
    if line.registration_id is not None and line.registration_id not in named.registered:
        yield FieldError(code="not_found", pointer=f"{line.pointer}/registration_id")
    if line.person is not None:
        yield from check_person(line.person, f"{line.pointer}/person", today=civil_day(now))
        if line.person.person_id is not None and line.person.person_id not in named.people:
            yield FieldError(code="not_found", pointer=f"{line.pointer}/person/person_id")


def _faults_of_place(line: Line, event: Event, named: Named, *, now: datetime) -> Iterator[FieldError]:
    site = line.site_id and named.layout.sites.get(line.site_id)
    if not site:
        yield FieldError(code="required" if line.site_id is None else "not_found", pointer=f"{line.pointer}/site_id")
    elif line.at is not None:
        span = named.layout.spans[site.session_id]
        earliest, latest = span.starts_at - FAR, min(span.ends_at + FAR, now)
        if not earliest <= line.at <= latest:
            params = {"min": earliest.isoformat(), "max": latest.isoformat()}
            yield FieldError(code="out_of_range", pointer=f"{line.pointer}/at", params=params)
    if line.locality_code is not None:
        fault = None if line.is_by_name else "unknown_field"
        if fault or line.locality_code not in named.communes:
            yield FieldError(code=fault or "not_found", pointer=f"{line.pointer}/locality_code")


def _newcomers(event: Event, named: Named, lines: Sequence[Line], sites: Sequence[Site]) -> dict[int, Newcomer]:
    """Who is given by name, by the number of their line."""
    newcomers = {}
    for number, (line, site) in enumerate(zip(lines, sites, strict=True)):
        if line.person is not None and line.person.person_id is None:
            home = named.communes.get(line.locality_code or "") or _commune_of(event, site)
            newcomers[number] = Newcomer(line.person, *(home or (None, None)))
    return newcomers


async def _recognise(
    session: AsyncSession, actor: Actor, event: Event, lines: Sequence[Line], sites: Sequence[Site],
    newcomers: Mapping[int, Newcomer],
) -> Recognised:  # fmt: skip
    """Who of them is there already, or stands in the list twice."""
    names = {
        number: line
        for number, newcomer in newcomers.items()
        if not lines[number].new_person
        and (line := written(newcomer.details, sites[number].session_id, newcomer.locality_id)) is not None
    }
    return await recognise(SessionReads(session), actor, event.id, names)


async def _enter_new(
    session: AsyncSession, actor: Actor, event: Event, newcomers: Mapping[int, Newcomer], same: Recognised, *,
    now: datetime,
) -> dict[int, UUID]:  # fmt: skip
    """The others by the number of their line."""
    new = {
        number: newcomer
        for number, newcomer in newcomers.items()
        if number not in same.present and number not in same.repeated
    }
    ids = await enter_newcomers(session, actor, list(new.values()), source=SOURCE, source_id=event.id, now=now)
    return dict(zip(new, ids, strict=True))


async def _resembling(session: AsyncSession, actor: Actor, person_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Those of the new persons who may be somebody else, each with whom of these the actor sees."""
    doubtful = await note_duplicates(session, actor, person_ids)
    found = await find_duplicates(session, doubtful) if doubtful else {}
    others = {alike.person_id for several in found.values() for alike in several}
    seen = await seen_people(SessionReads(session), actor, others) if others else set()
    return {
        person_id: [alike.person_id for alike in found.get(person_id, []) if alike.person_id in seen]
        for person_id in doubtful
    }


def _whom(line: Line, named: Named) -> UUID:
    """Whom a line without a new person means."""
    if line.registration_id is not None:
        return named.registered[line.registration_id]
    if line.person is not None and line.person.person_id is not None:
        return named.people[line.person.person_id]
    assert line.known_id is not None, "a line that names nobody is wrong"
    return line.known_id


def _commune_of(event: Event, site: Site) -> Commune | None:
    return commune_of((site.locality_id, site.province_id), (event.locality_id, event.province_id))


def _presence(line: Line, site: Site, person_id: UUID, named: Named) -> Presence:
    at = line.at or _believed(line.seen_at, named.layout.spans[site.session_id])
    came, left = (None, at) if line.left else (at, None)
    return Presence(site.session_id, person_id, site.event_id, site.id, came, left, left, pending=False)


def _believed(seen_at: datetime | None, span: Span) -> datetime:
    """The start of the session where nobody knows better."""
    return span.starts_at if seen_at is None or span.distance(seen_at) > FAR else seen_at


def _entered(
    sites: Sequence[Site], whom: Sequence[UUID], laid: Mapping[tuple[UUID, UUID], Laid],
    alike: Mapping[UUID, list[UUID]],
) -> list[Entered]:  # fmt: skip
    """Of a person who stands in two lines of a session the first is the news."""
    told: set[tuple[UUID, UUID]] = set()
    entered = []
    for site, person_id in zip(sites, whom, strict=True):
        key = (site.session_id, person_id)
        is_news = key in laid and not laid[key].had_come and key not in told
        told.add(key)
        entered.append(Entered(site, person_id, is_news, alike.get(person_id)))
    return entered
