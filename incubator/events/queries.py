"""What is read of events: the list and one event."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from sqlalchemy import JSON, Boolean, ColumnElement, DateTime, Select, Text, Uuid, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.days import FIRST_DAY, LAST_DAY, VIETNAM
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.events.layout.models import EventMode, EventSession, EventSite
from incubator.events.layout.schemas import EventModeOut, EventSessionOut
from incubator.events.models import Event, EventStatus, actions_from
from incubator.events.registrations.models import Registration, RegistrationStatus
from incubator.events.schemas import EventOut, EventQuery, EventRow
from incubator.events.sight import Sight, is_seen, sight_of, sight_values, visible_events
from incubator.localities.models import Locality
from incubator.localities.schemas import LocalityRef
from incubator.paging import Listing, Order
from incubator.projects.queries import json_list
from incubator.territory import Many, among_value, how_many, is_among
from incubator.text import search_query

LATEST_FIRST = Order((Event.starts_at.expression, Event.id.expression), descending=True)

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
PROVINCE_CODE = 2
"""How many digits the code of a province has."""


class EventFilters(msgspec.Struct, frozen=True):
    """Which filters are set: the shape of a list's statement."""

    status: Many
    kind: Many
    given: frozenset[str]


def list_events(actor: Actor, filters: EventQuery) -> Listing[EventRow]:
    """The latest first."""
    values = _filter_values(filters)
    given = frozenset(name for name in _conditions() if values[name] is not None)
    return Listing(
        name="events",
        query=_filtered,
        shape=(sight_of(actor), EventFilters(how_many(filters.status), how_many(filters.kind), given)),
        order=LATEST_FIRST,
        values={**sight_values(actor), **values},
        row=EventRow,
        show=_in_list,
        place=lambda row: (row.starts_at, row.id),
        place_types=tuple[Moment, UUID],
    )


async def get_event(reads: Reads, actor: Actor, event_id: UUID) -> EventOut:
    """One event; 404 where the actor does not see it."""
    values = {**sight_values(actor), "event_id": event_id}
    return await fetch_one(reads, _event(sight_of(actor)), values, _event_out(actor))


@statement
def _event(sight: Sight) -> Select[Any]:
    e = Event
    columns: tuple[Any, ...] = (
        e.id, e.version, e.kind, e.title, e.description, e.organisers,
        e.province_id, Locality.id, Locality.code, Locality.name, Locality.kind,
        e.starts_at, e.ends_at, e.status, e.is_public, e.capture, e.walk_in_policy, e.late_sync_until,
        e.attendance_closed_at, e.sequence, e.changed_at, _modes_json(), _sessions_json(), e.created_at,
    )  # fmt: skip
    in_place = select(*columns).join(Locality, Locality.id == e.locality_id)
    return in_place.where(is_seen(sight), e.id == param("event_id", Uuid))


def _filtered(sight: Sight, filters: EventFilters) -> Select[Any]:
    asked = [condition for name, condition in _conditions().items() if name in filters.given]
    return visible_events(sight).where(
        *asked,
        is_among(Event.status, filters.status, "status", Text),
        is_among(Event.kind, filters.kind, "kind", Text),
    )


def _conditions() -> dict[str, ColumnElement[bool]]:
    """Filter by filter what it asks of an event."""
    e = Event
    is_closed = e.attendance_closed_at.is_not(None)
    return {
        "province_code": e.province_id == _place("province_code"),
        "commune_code": e.locality_id == _place("commune_code"),
        "starts_at_gte": e.starts_at >= param("starts_at_gte", DateTime(timezone=True)),
        "starts_at_lt": e.starts_at < param("starts_at_lt", DateTime(timezone=True)),
        "is_public": e.is_public == param("is_public", Boolean),
        "attendance_closed": is_closed == param("attendance_closed", Boolean),
        "q": e.search.bool_op("@@")(func.to_tsquery("simple", param("q", Text))),
    }


def _place(name: str) -> Any:
    """The place of today that bears the code."""
    bears = (Locality.code == param(name, Text), Locality.valid_to.is_(None))
    return select(Locality.id).where(*bears).scalar_subquery()


def _filter_values(filters: EventQuery) -> dict[str, Any]:
    code = filters.locality_code
    of_province = code is not None and len(code) == PROVINCE_CODE
    return {
        "status": among_value([status.value for status in filters.status]),
        "kind": among_value([kind.value for kind in filters.kind]),
        "province_code": code if of_province else None,
        "commune_code": None if of_province else code,
        "starts_at_gte": _midnight(filters.starts_on_gte),
        "starts_at_lt": _midnight(filters.starts_on_lt),
        "is_public": filters.is_public,
        "attendance_closed": filters.attendance_closed,
        "q": None if filters.q is None else search_query(filters.q),
    }


def _midnight(day: date | None) -> datetime | None:
    """When the day begins in Viet Nam. No event lies outside of the years of the service, so that a day of any other
    is as good as their first, or the one after their last."""
    if day is None:
        return None
    known = min(max(day, FIRST_DAY), LAST_DAY + timedelta(days=1))
    return datetime.combine(known, time(), VIETNAM).astimezone(UTC)


def _in_list(cut: AnySelect, *_: Any) -> Select[Any]:
    """The page is cut out of `event` alone, by one index; only its rows are then joined with what they show."""
    page = cut.subquery("page")
    e = aliased(Event, page)
    columns: tuple[Any, ...] = (
        e.id, e.version, e.kind, e.title, func.array_to_string(e.organisers, ", "), Locality.code, Locality.name,
        e.starts_at, e.ends_at, e.status, e.is_public, e.capture, e.attendance_closed_at,
        _of_event(func.count(), EventSession, e), _of_event(func.count(), EventSite, e),
        _of_event(func.coalesce(func.sum(EventMode.seats_taken), 0), EventMode, e),
    )  # fmt: skip
    in_place = select(*columns).join(Locality, Locality.id == e.locality_id)
    return in_place.order_by(page.c.starts_at.desc(), page.c.id.desc())


def _of_event(figure: Any, part: Any, event: type[Event]) -> Any:
    return select(figure).select_from(part).where(part.event_id == event.id).correlate(event).scalar_subquery()


def _modes_json() -> Any:
    m, r = EventMode, Registration
    waiting = select(func.count()).select_from(r).where(
        r.event_id == m.event_id, r.mode == m.mode, r.status == RegistrationStatus.waitlisted.value
    )  # fmt: skip
    mode = func.json_build_object(
        "mode", m.mode, "capacity", m.capacity, "seats_taken", m.seats_taken,
        "waiting", waiting.correlate(m).scalar_subquery(), "waitlist", m.waitlist, "venue", m.venue,
        "join_url", m.join_url,
    )  # fmt: skip
    return select(json_list(mode, m.mode)).where(m.event_id == Event.id).scalar_subquery()


def _sessions_json() -> Any:
    s = EventSession
    session = func.json_build_object(
        "id", s.id, "number", s.number, "title", s.title, "starts_at", s.starts_at, "ends_at", s.ends_at,
        "sites", _sites_json(),
    )  # fmt: skip
    return select(json_list(session, s.number)).where(s.event_id == Event.id).scalar_subquery()


def _sites_json() -> Any:
    """As JSON itself, because it stands inside of other JSON."""
    s, place = EventSite, aliased(Locality)
    site = func.json_build_object(
        "id", s.id, "mode", s.mode, "label", s.label, "locality_code", place.code, "locality_name", place.name
    )
    in_order = func.json_agg(aggregate_order_by(site, s.mode.asc(), s.id.asc()))
    listed = func.coalesce(in_order, literal_column("'[]'::json", JSON))
    sites = select(listed).select_from(s).join(place, place.id == s.locality_id)
    return sites.where(s.session_id == EventSession.id).correlate(EventSession).scalar_subquery()


def _event_out(actor: Actor) -> Callable[..., EventOut]:
    """The reader of `_event`'s row for one actor."""

    def out(
        id_: UUID, version: int, kind: Any, title: str, description: str | None, organisers: list[str],
        province_id: UUID, place_id: UUID, code: str, name: str, place_kind: Any,
        starts_at: datetime, ends_at: datetime, status: str, *rest: Any,
    ) -> EventOut:  # fmt: skip
        is_public, capture, policy, late_sync_until, closed_at, sequence, changed_at, modes, sessions, made_at = rest
        organises = actor.territory(Permission.events_manage).covers(province_id, place_id)
        return EventOut(
            id=id_, version=version, kind=kind, title=title, description=description, organisers=organisers,
            locality=LocalityRef(place_id, code, name, place_kind), starts_at=starts_at, ends_at=ends_at,
            status=EventStatus(status),
            allowed_actions=actions_from(status, closed=closed_at is not None) if organises else [],
            is_public=is_public, capture=capture, walk_in_policy=policy, late_sync_until=late_sync_until,
            attendance_closed_at=closed_at, sequence=sequence, changed_at=changed_at,
            modes=_modes_out(actor, modes), sessions=msgspec.json.decode(sessions, type=list[EventSessionOut]),
            created_at=made_at,
        )  # fmt: skip

    return out


def _modes_out(actor: Actor, modes: str) -> list[EventModeOut]:
    """Where people join online is for officials, who leads, and the programs through which people register."""
    shown = msgspec.json.decode(modes, type=list[EventModeOut])
    if actor.may(Permission.events_read, Permission.events_register, Permission.events_read_led):
        return shown
    return [msgspec.structs.replace(mode, join_url=None) for mode in shown]
