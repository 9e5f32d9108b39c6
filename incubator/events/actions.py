"""Adding and changing events. Their moves are in `moves/`; their modes, sessions and sites in `layout/`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import LAST_DAY, civil_day
from incubator.db import SessionReads, differing
from incubator.errors import DomainError, WrongFields, broken_rule
from incubator.events import rules
from incubator.events.access import lock_event_to_organise
from incubator.events.attendance.models import Attendance
from incubator.events.devices.actions import follow_event
from incubator.events.layout.building import (
    build_modes,
    build_session,
    faults_of_modes,
    faults_of_sites,
    named_places,
    sites_of,
)
from incubator.events.layout.models import EventSession, Mode
from incubator.events.layout.moving import move_sites
from incubator.events.layout.schemas import EventModeInput, EventSessionCreate
from incubator.events.models import LATE_SYNC, Event, EventStatus
from incubator.events.places import Place, find_places
from incubator.events.registrations.models import Registration
from incubator.events.schemas import EventCreate, EventPatch
from incubator.text import clean, clean_line

PLACE = "/locality_code"
WORDS = frozenset({"title", "description", "organisers", "is_public"})
"""What may be bettered at any time, because nothing is counted by it."""
SHOWN_IN_CALENDARS = frozenset({"title", "kind", "organisers", "starts_at", "ends_at", "locality_id"})


async def add_event(session: AsyncSession, actor: Actor, data: EventCreate, *, now: datetime) -> UUID:
    """A draft with its modes, sessions and sites, in a place where the actor organises."""
    actor.require(Permission.events_manage)
    modes = [EventModeInput(mode=Mode.in_person)] if data.modes is UNSET else data.modes
    event = Event(status=EventStatus.draft.value, sequence=0, changed_at=now, created_by_id=actor.id, **_said_by(data))
    event.late_sync_until = data.late_sync_until or late_sync_after(event.ends_at)
    sessions = [_whole(event)] if data.sessions is UNSET else data.sessions
    places = await _check_new(session, event, data, modes, sessions, today=civil_day(now))
    _put_in(actor, event, places[data.locality_code])
    session.add(event)
    await session.flush()
    rows = await build_modes(session, event, modes)
    for part in sessions:
        await build_session(session, event, part, {**places, "": places[data.locality_code]}, rows)
    record_audit(session, actor, "add", "event", event.id, kind=event.kind)
    await session.flush()
    return event.id


async def edit_event(
    session: AsyncSession, actor: Actor, event_id: UUID, data: EventPatch, if_match: IfMatch, *, now: datetime
) -> None:
    """Lay a merge patch over an event. What it says already changes nothing."""
    event = await lock_event_to_organise(session, actor, event_id)
    if_match.check(event.version)
    changes = differing(event, await _wanted(session, actor, event, data, today=civil_day(now)))
    if not changes:
        return
    if changes.keys() - WORDS:
        rules.check_open(event)
    if "starts_at" in changes:
        rules.check_held(event, changes["starts_at"], now=now)
    if "locality_id" in changes:
        await _check_movable(session, event)
        await move_sites(session, event, changes)
    await _move_sessions(session, event, changes)
    for name, value in changes.items():
        setattr(event, name, value)
    if changes.keys() & SHOWN_IN_CALENDARS:
        event.tell_calendars(now)
    if "late_sync_until" in changes:
        await follow_event(session, event)
    record_audit(session, actor, "edit", "event", event.id, fields=sorted(changes))
    await session.flush()


async def _check_new(
    session: AsyncSession,
    event: Event,
    data: EventCreate,
    modes: Sequence[EventModeInput],
    sessions: Sequence[EventSessionCreate],
    *,
    today: date,
) -> dict[str, Place]:
    """Everything that is wrong with the body, at once; then the places that it names."""
    times = rules.faults_of_time(event.starts_at, event.ends_at)
    wrong = WrongFields([*times, *faults_of_modes(modes)])
    wrong.errors += [] if times else rules.faults_of_late_sync(event.ends_at, data.late_sync_until)
    named = {PLACE: data.locality_code}
    for number, part in enumerate(sessions):
        at, sites = f"/sessions/{number}", sites_of(part, modes)
        wrong.errors += [] if times else rules.faults_within(part.starts_at, part.ends_at, event, at)
        wrong.errors += faults_of_sites(sites, [mode.mode for mode in modes], at)
        named |= named_places(sites, at)
    places = await wrong.gather(find_places(SessionReads(session), named, today=today))
    if wrong.errors or places is None:
        raise DomainError("validation_failed", errors=wrong.errors)
    rules.check_size(len(sessions), sum(len(sites_of(part, modes)) for part in sessions))
    return places


def _whole(event: Event) -> EventSessionCreate:
    """The one session of an event of which no session is named."""
    return EventSessionCreate(starts_at=event.starts_at, ends_at=event.ends_at)


def _put_in(actor: Actor, event: Event, place: Place) -> None:
    """A province is no commune, so a grant for one of its communes does not cover it."""
    actor.require_at(Permission.events_manage, province_id=place.province_id, commune_id=place.locality_id)
    event.locality_id, event.province_id = place.locality_id, place.province_id


async def _wanted(
    session: AsyncSession, actor: Actor, event: Event, data: EventPatch, *, today: date
) -> dict[str, Any]:
    """What a patch sets, by column."""
    said = _said_by(data)
    wrong = WrongFields()
    if {"starts_at", "ends_at"} & said.keys() or data.late_sync_until is not UNSET:
        starts_at, ends_at = said.get("starts_at", event.starts_at), said.get("ends_at", event.ends_at)
        late = _late_sync_asked(event, data)
        times = rules.faults_of_time(starts_at, ends_at)
        wrong.errors += times or rules.faults_of_late_sync(ends_at, late)
        said["late_sync_until"] = late or late_sync_after(ends_at)
    if data.locality_code is not UNSET:
        said |= await wrong.gather(_place(session, data.locality_code, today=today)) or {}
    if wrong.errors:
        raise DomainError("validation_failed", errors=wrong.errors)
    if "locality_id" in said:
        place = {"province_id": said["province_id"], "commune_id": said["locality_id"]}
        actor.require_at(Permission.events_manage, **place)
    return said


def _late_sync_asked(event: Event, data: EventPatch) -> datetime | None:
    """The end of late sending where it does not follow the event's."""
    if data.late_sync_until is not UNSET:
        return data.late_sync_until
    return None if event.late_sync_until == late_sync_after(event.ends_at) else event.late_sync_until


def late_sync_after(ends_at: datetime) -> datetime:
    """The usual end of late sending. What ends beyond the years of the service is refused, and reaches no further."""
    return ends_at if civil_day(ends_at) > LAST_DAY else ends_at + LATE_SYNC


async def _place(session: AsyncSession, code: str, *, today: date) -> dict[str, UUID]:
    return (await find_places(SessionReads(session), {PLACE: code}, today=today))[code].columns


async def _check_movable(session: AsyncSession, event: Event) -> None:
    """Through the place of the event people are seen who are registered or came. It holds because whoever registers
    waits for the event's row."""
    registered = exists().where(Registration.event_id == event.id)
    came = exists().where(Attendance.event_id == event.id)
    if await session.scalar(select(or_(registered, came))):
        raise broken_rule(rules.PLACE_FIXED)


async def _move_sessions(session: AsyncSession, event: Event, changes: dict[str, Any]) -> None:
    """An event that keeps its length takes its sessions along, and one that has a single session as long as itself
    keeps it so. All others have to lie within it."""
    if not changes.keys() & {"starts_at", "ends_at"}:
        return
    starts_at, ends_at = changes.get("starts_at", event.starts_at), changes.get("ends_at", event.ends_at)
    rows = list(await session.scalars(select(EventSession).where(EventSession.event_id == event.id)))
    if ends_at - starts_at == event.ends_at - event.starts_at:
        for row in rows:
            row.starts_at, row.ends_at = (time + (starts_at - event.starts_at) for time in (row.starts_at, row.ends_at))
    elif len(rows) == 1 and (rows[0].starts_at, rows[0].ends_at) == (event.starts_at, event.ends_at):
        rows[0].starts_at, rows[0].ends_at = starts_at, ends_at
    rules.check_around(rows, starts_at, ends_at)


def _said_by(data: EventCreate | EventPatch) -> dict[str, Any]:
    """What a body says, by column, without the place and the end of late sending; what it does not mention is left
    out."""
    names = ("kind", "capture", "walk_in_policy", "starts_at", "ends_at", "is_public")
    said = {name: value for name in names if (value := getattr(data, name)) is not UNSET}
    if data.title is not UNSET:
        said["title"] = clean_line(data.title)
    if data.description is not UNSET:
        said["description"] = data.description and clean(data.description)
    if data.organisers is not UNSET:
        said["organisers"] = [clean_line(organiser) for organiser in data.organisers]
    return said
