"""Where people register for an event: whether it is open, who may sit there, and what is wrong with a wish."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.days import civil_day
from incubator.db import AnySelect, SessionReads, param, statement
from incubator.errors import DomainError, FieldError, broken_rule
from incubator.events.attendance.models import ATTENDANCE_CLOSED
from incubator.events.layout.models import EventMode, EventSite
from incubator.events.models import Event, EventStatus
from incubator.events.registrations.models import EVENT_CALLED_OFF, EVENT_UNPUBLISHED, REGISTRATION_OVER, Registration
from incubator.events.registrations.schemas import RegistrationCreate
from incubator.localities.queries import find_locality
from incubator.people.facts import check_person
from incubator.people.models import Person
from incubator.people.queries import seen_people
from incubator.people.schemas import PersonInput


class Place(msgspec.Struct, frozen=True):
    """A commune, or a province, which is its own `province_id`."""

    locality_id: UUID
    province_id: UUID

    @property
    def is_commune(self) -> bool:
        return self.locality_id != self.province_id

    @property
    def columns(self) -> dict[str, UUID]:
        return {"locality_id": self.locality_id, "province_id": self.province_id}


class Desk(msgspec.Struct, frozen=True):
    """An event to which an actor lets people in. `sites` are those of theirs by mode, where they have no right over
    the event as a whole; else None."""

    actor: Actor
    event: Event
    modes: frozenset[str]
    sites: Mapping[str, Place] | None

    @property
    def place(self) -> Place:
        return Place(self.event.locality_id, self.event.province_id)

    @property
    def is_program(self) -> bool:
        return self.actor.kind == "token"

    def admits_to(self, mode: str) -> bool:
        """Not where the officer of a site names a mode in which they have none."""
        return self.sites is None or mode in self.sites

    def seen_from(self, person: Person, mode: str) -> Place:
        """The commune through which officers see a registration: the person's own where that is known and theirs to
        see for who registers them, else that of the site or the event."""
        own = None
        if person.locality_id is not None and person.province_id is not None:
            own = Place(person.locality_id, person.province_id)
        if self.sites is None:
            return own or self.place
        reach = self.actor.territory(Permission.events_register)
        return own if own and reach.covers(own.province_id, own.locality_id) else self.sites[mode]


async def open_desk(session: AsyncSession, actor: Actor, event: Event) -> Desk:
    """403 unless the actor may register people for the event, or has a site of it."""
    actor.require(Permission.events_register)
    reach = actor.territory(Permission.events_register)
    rows = await SessionReads(session).rows(_modes_and_sites(), {"event_id": event.id})
    modes = frozenset(mode for mode, _, _ in rows)
    if reach.covers(event.province_id, event.locality_id):
        return Desk(actor, event, modes, None)
    mine = {m: Place(place, province) for m, place, province in reversed(rows) if reach.covers(province, place)}
    if not mine:
        raise DomainError("forbidden")
    return Desk(actor, event, modes, mine)


@statement
def _modes_and_sites() -> AnySelect:
    at_site = and_(EventSite.event_id == EventMode.event_id, EventSite.mode == EventMode.mode)
    query = select(EventMode.mode, EventSite.locality_id, EventSite.province_id).outerjoin(EventSite, at_site)
    return query.where(EventMode.event_id == param("event_id", Uuid)).order_by(EventSite.id)


def require_open(actor: Actor, event: Event, *, now: datetime) -> None:
    """Registrations are those of a published event until it ends. After that accounts may still correct them, until
    the attendance is closed."""
    if event.status == EventStatus.draft:
        raise broken_rule(EVENT_UNPUBLISHED)
    if event.status == EventStatus.cancelled:
        raise broken_rule(EVENT_CALLED_OFF)
    if actor.kind == "token" and (event.status != EventStatus.published or event.ends_at <= now):
        raise broken_rule(REGISTRATION_OVER)
    if event.attendance_closed_at is not None:
        raise broken_rule(ATTENDANCE_CLOSED)


async def desk_of(session: AsyncSession, actor: Actor, event: Event, registration: Registration) -> Desk:
    """Where a registration that the actor sees may be changed: 403 for who merely sees it, as the commune in which
    somebody lives does. A program's are those that it made, which is all that it sees."""
    desk = await open_desk(session, actor, event)
    reach = actor.territory(Permission.events_register)
    is_theirs = desk.is_program or reach.covers(registration.province_id, registration.locality_id)
    if desk.sites is not None and not is_theirs:
        raise DomainError("forbidden")
    return desk


class Known(msgspec.Struct, frozen=True):
    """What several wishes name, looked up for all of them: communes by their codes, and who is seen."""

    communes: Mapping[str, Place]
    people: Collection[UUID]


async def look_up(session: AsyncSession, desk: Desk, wishes: Sequence[RegistrationCreate], *, now: datetime) -> Known:
    reads, communes = SessionReads(session), {}
    for code in sorted({wish.locality_code for wish in wishes if wish.locality_code is not None}):
        found = await find_locality(reads, code, today=civil_day(now))
        if found is not None and found.level == "commune" and found.parent is not None:
            communes[code] = Place(found.id, found.parent.id)
    named = {wish.person.person_id for wish in wishes if wish.person.person_id is not None}
    return Known(communes, await seen_people(reads, desk.actor, named) if named and not desk.is_program else set())


def faults_of(wish: RegistrationCreate, desk: Desk, known: Known, *, today: date) -> list[FieldError]:
    """Everything wrong with the fields of a wish."""
    faults = check_person(wish.person, "/person", today=today)
    if wish.mode not in desk.modes:
        faults.append(FieldError(code="not_found", pointer="/mode"))
    if desk.is_program and wish.source is not None:
        faults.append(FieldError(code="unknown_field", pointer="/source"))
    return [*faults, *_faults_of_name(wish.person, desk, known), *_faults_of_home(wish, desk, known)]


def home_of(wish: RegistrationCreate, desk: Desk, known: Known) -> Place:
    """Where a new person is taken to live."""
    return desk.place if wish.locality_code is None else known.communes[wish.locality_code]


def _faults_of_name(ref: PersonInput, desk: Desk, known: Known) -> list[FieldError]:
    if ref.person_id is None or ref.person_id in known.people:
        return []
    return [FieldError(code="unknown_field" if desk.is_program else "not_found", pointer="/person/person_id")]


def _faults_of_home(wish: RegistrationCreate, desk: Desk, known: Known) -> list[FieldError]:
    fault = None
    if wish.person.person_id is not None:
        fault = "unknown_field" if wish.locality_code is not None else None
    elif wish.locality_code is None:
        fault = None if desk.place.is_commune else "required"
    elif wish.locality_code not in known.communes:
        fault = "not_found"
    return [FieldError(code=fault, pointer="/locality_code")] if fault else []
