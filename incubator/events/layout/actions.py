"""Changing the sessions and sites of an event; its modes are in `modes.py`.

What attendance, head-counts or phones refer to cannot be removed: the database refuses (409).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch
from incubator.days import civil_day
from incubator.db import SessionReads
from incubator.errors import DomainError, FieldError, WrongFields
from incubator.events import rules
from incubator.events.layout.building import build_session, faults_of_sites, named_places, new_site, sites_of
from incubator.events.layout.models import EventMode, EventSession, EventSite, Mode
from incubator.events.layout.parts import change_part, lock_part, lock_to_arrange, modes_of, renew
from incubator.events.layout.schemas import EventSessionCreate, EventSessionPatch, EventSiteCreate, EventSitePatch
from incubator.events.models import Event
from incubator.events.places import Place, find_places, place_of
from incubator.events.team.models import EventTeamMember
from incubator.text import clean_line


async def add_session(
    session: AsyncSession, actor: Actor, event_id: UUID, data: EventSessionCreate, *, now: datetime
) -> UUID:
    """The id of the session."""
    event = await lock_to_arrange(session, actor, event_id)
    modes = await modes_of(session, event)
    sites = sites_of(data, modes)
    wrong = WrongFields(rules.faults_within(data.starts_at, data.ends_at, event))
    wrong.errors += faults_of_sites(sites, [mode.mode for mode in modes])
    places = await wrong.gather(_places(session, event, named_places(sites), today=civil_day(now)))
    if wrong.errors or places is None:
        raise DomainError("validation_failed", errors=wrong.errors)
    await _check_size(session, event, sessions=1, sites=len(sites))
    row = await build_session(session, event, data, places, modes)
    if not sites:
        rules.check_sites(event, [row])
    await renew(session, actor, event, "add_session", now=now, number=row.number)
    return row.id


async def edit_session(
    session: AsyncSession,
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    data: EventSessionPatch,
    if_match: IfMatch,
    *,
    now: datetime,
) -> None:
    event, row = await lock_part(session, actor, event_id, EventSession, session_id, if_match)
    said = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
    if said.get("title"):
        said["title"] = clean_line(said["title"])
    times = {name: said.get(name, getattr(row, name)) for name in ("starts_at", "ends_at")}
    if errors := rules.faults_within(**times, event=event):
        raise DomainError("validation_failed", errors=errors)
    await change_part(session, actor, event, row, "edit_session", said, now=now)


async def remove_session(
    session: AsyncSession, actor: Actor, event_id: UUID, session_id: UUID, if_match: IfMatch, *, now: datetime
) -> None:
    """With its sites and its team, where nobody was counted or is about to be. An event that people see keeps one."""
    event, row = await lock_part(session, actor, event_id, EventSession, session_id, if_match)
    for part in (EventTeamMember, EventSite):
        await session.execute(delete(part).where(part.session_id == row.id))
    await session.delete(row)
    await session.flush()
    rules.check_any(event, await session.scalar(select(EventSession.id).where(EventSession.event_id == event.id)))
    await renew(session, actor, event, "remove_session", now=now, number=row.number)


async def add_site(
    session: AsyncSession, actor: Actor, event_id: UUID, data: EventSiteCreate, *, now: datetime
) -> UUID:
    """The id of the site."""
    event = await lock_to_arrange(session, actor, event_id)
    modes = await modes_of(session, event)
    wrong = WrongFields(_faults_of_mode(data.mode, modes))
    if not await _is_session(session, event, data.session_id):
        wrong.errors.append(FieldError(code="not_found", pointer="/session_id"))
    named = {} if data.locality_code is UNSET else {"/locality_code": data.locality_code}
    places = await wrong.gather(_places(session, event, named, today=civil_day(now)))
    if wrong.errors or places is None:
        raise DomainError("validation_failed", errors=wrong.errors)
    await _check_size(session, event, sites=1)
    row = new_site(event, data.session_id, data, places, modes)
    await _check_label(session, row.session_id, row.label)
    session.add(row)
    await session.flush()
    await renew(session, actor, event, "add_site", now=now, site_id=str(row.id))
    return row.id


async def edit_site(
    session: AsyncSession,
    actor: Actor,
    event_id: UUID,
    site_id: UUID,
    data: EventSitePatch,
    if_match: IfMatch,
    *,
    now: datetime,
) -> None:
    event, row = await lock_part(session, actor, event_id, EventSite, site_id, if_match)
    said: dict[str, Any] = {}
    wrong = WrongFields()
    if data.mode is not UNSET:
        wrong.errors += _faults_of_mode(data.mode, await modes_of(session, event))
        said["mode"] = data.mode.value
    if data.locality_code is not UNSET:
        places = (
            await wrong.gather(_places(session, event, {"/locality_code": data.locality_code}, today=civil_day(now)))
            or {}
        )
        said |= places[data.locality_code].columns if places else {}
    if wrong.errors:
        raise DomainError("validation_failed", errors=wrong.errors)
    if data.label is not UNSET:
        said["label"] = clean_line(data.label)
        await _check_label(session, row.session_id, said["label"], but=row.id)
    await change_part(session, actor, event, row, "edit_site", said, now=now)


async def remove_site(
    session: AsyncSession, actor: Actor, event_id: UUID, site_id: UUID, if_match: IfMatch, *, now: datetime
) -> None:
    """A site at which nobody was counted and for which no phone is enrolled. A session that people see keeps one."""
    event, row = await lock_part(session, actor, event_id, EventSite, site_id, if_match)
    await session.delete(row)
    await session.flush()
    others = select(EventSite.id).where(EventSite.session_id == row.session_id).limit(1)
    if await session.scalar(others) is None:
        rules.check_sites(event, [await session.get_one(EventSession, row.session_id)])
    await renew(session, actor, event, "remove_site", now=now, site_id=str(row.id))


async def _check_size(session: AsyncSession, event: Event, *, sessions: int = 0, sites: int) -> None:
    """With so many more. It holds because the event is locked."""
    counts = [
        select(func.count()).select_from(part).where(part.event_id == event.id).scalar_subquery()
        for part in (EventSession, EventSite)
    ]
    has_sessions, has_sites = (await session.execute(select(*counts))).one()
    rules.check_size(has_sessions + sessions, has_sites + sites)


async def _places(session: AsyncSession, event: Event, named: Mapping[str, str], *, today: date) -> dict[str, Place]:
    """Those that are named by their codes, and that of the event under the empty code."""
    places = await find_places(SessionReads(session), named, today=today)
    return {**places, "": await place_of(SessionReads(session), event.locality_id)}


def _faults_of_mode(mode: Mode, modes: Sequence[EventMode]) -> list[FieldError]:
    known = {row.mode for row in modes}
    return [] if mode in known else [FieldError(code="not_found", pointer="/mode")]


async def _is_session(session: AsyncSession, event: Event, session_id: UUID) -> bool:
    row = await session.get(EventSession, session_id)
    return row is not None and row.event_id == event.id


async def _check_label(session: AsyncSession, session_id: UUID, label: str, *, but: UUID | None = None) -> None:
    """The friendly form of the unique constraint."""
    query = select(EventSite.id).where(EventSite.session_id == session_id, EventSite.label == label)
    if await session.scalar(query) not in {None, but}:
        raise DomainError("duplicate", errors=[FieldError(code="duplicate", pointer="/label")])
