"""Which events a calendar shows to whom.

A calendar goes back 90 days and ahead without limit. What was published and then cancelled is in it as cancelled for 30
days after that was said, whatever is changed of it since, so that subscribers take it out, and then no more; what was
never published is in none.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import DateTime, Select, and_, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from incubator.actor import EVERYWHERE, Actor, Permission, Territory
from incubator.api.ical import CalendarEvent
from incubator.days import VIETNAM, civil_day
from incubator.db import Reads, fetch_all, param, statement
from incubator.errors import DomainError, FieldError
from incubator.events.labels import KIND_LABELS, MODE_LABELS
from incubator.events.layout.models import EventMode, EventSite, Mode
from incubator.events.models import Event, EventAction, EventStatus, EventTransition
from incubator.events.sight import Sight, is_seen, sight_of, sight_values
from incubator.localities.models import Locality
from incubator.localities.queries import find_locality
from incubator.territory import NOWHERE, shape_of, territory_values

DAYS_BACK = timedelta(days=90)
DAYS_CANCELLED = timedelta(days=30)
MOST_EVENTS = 2_000
"""Less than a megabyte and a half of text; beyond that the earliest are left out."""

MOST_PUBLIC = 500
"""Anybody may ask for these, as often as the service allows."""

NAMED_PLACES = 3
"""A conference may have a bridge point in each commune; the first few say enough."""


class CalendarRow(msgspec.Struct, frozen=True):
    """What a calendar tells of an event; a row of `_events`. Neither persons nor where to join online."""

    id: UUID
    sequence: int
    changed_at: datetime
    status: str
    kind: str
    title: str
    organisers: list[str]
    starts_at: datetime
    ends_at: datetime
    place: str
    modes: list[str]
    venue: str | None
    site_places: list[str]


async def list_events(reads: Reads, actor: Actor, *, now: datetime) -> list[CalendarEvent]:
    """The events in the actor's calendar, the earliest first: an account's are those that it sees elsewhere, a token's
    those of its localities."""
    if actor.kind == "account":
        return await _read(reads, sight_of(actor), sight_values(actor), False, now=now)
    return await _read(reads, *_sight_within(actor.territory(Permission.calendar_read)), False, now=now)


async def list_public_events(reads: Reads, locality_code: str | None, *, now: datetime) -> list[CalendarEvent]:
    """The events in everybody's calendar, or those in one place, the earliest first."""
    territory = EVERYWHERE if locality_code is None else await _area(reads, locality_code, now=now)
    return await _read(reads, *_sight_within(territory), True, now=now)


async def _area(reads: Reads, code: str, *, now: datetime) -> Territory:
    place = await find_locality(reads, code, today=civil_day(now))
    if place is None:
        raise DomainError("validation_failed", errors=[FieldError(code="not_found", parameter="locality_code")])
    is_province = place.level == "province"
    return Territory(
        everywhere=False, provinces=(place.id,) if is_province else (), communes=() if is_province else (place.id,)
    )


def _sight_within(territory: Territory) -> tuple[Sight, dict[str, Any]]:
    """What is announced in these places, and the parameters of that."""
    sight = Sight(seen=NOWHERE, published=shape_of(territory), leader=False, owner=False)
    return sight, territory_values(territory, "published")


async def _read(
    reads: Reads, sight: Sight, values: dict[str, Any], only_public: bool, *, now: datetime
) -> list[CalendarEvent]:
    days = {"ends_after": DAYS_BACK, "cancelled_since": DAYS_CANCELLED}
    since = {name: _midnight_before(now, back) for name, back in days.items()}
    rows = await fetch_all(reads, _events(sight, only_public), {**values, **since}, CalendarRow)
    return [_event(row) for row in reversed(rows)]


@statement
def _events(sight: Sight, only_public: bool) -> Select[Any]:
    e, moment = Event, DateTime(timezone=True)
    columns: tuple[Any, ...] = (
        e.id, e.sequence, e.changed_at, e.status, e.kind, e.title, e.organisers, e.starts_at, e.ends_at,
        Locality.name, _modes(), _venue(), _site_places(),
    )  # fmt: skip
    was_cancelled = exists().where(
        EventTransition.event_id == e.id,
        EventTransition.action == EventAction.cancel.value,
        EventTransition.recorded_at >= param("cancelled_since", moment),
    )
    is_kept = and_(e.published_at.is_not(None), or_(e.status != EventStatus.cancelled.value, was_cancelled))
    query = (
        select(*columns)
        .join(Locality, Locality.id == e.locality_id)
        .where(is_seen(sight), e.ends_at >= param("ends_after", moment), is_kept)
        .order_by(e.starts_at.desc(), e.id.desc())
        .limit(literal_column(str(MOST_PUBLIC if only_public else MOST_EVENTS)))
    )
    return query.where(e.is_public) if only_public else query


def _modes() -> Any:
    return func.array(select(EventMode.mode).where(EventMode.event_id == Event.id).scalar_subquery())


def _venue() -> Any:
    in_person = (EventMode.event_id == Event.id, EventMode.mode == Mode.in_person.value)
    return select(EventMode.venue).where(*in_person).scalar_subquery()


def _site_places() -> Any:
    """Where people meet, in alphabetical order."""
    site, place = aliased(EventSite), aliased(Locality)
    names = (
        select(place.name)
        .join(site, site.locality_id == place.id)
        .where(site.event_id == Event.id, site.mode == Mode.in_person.value)
        .group_by(place.name, place.sort_key)
        .order_by(place.sort_key)
        .correlate(Event)
    )
    return func.array(names.scalar_subquery())


def _midnight_before(now: datetime, back: timedelta) -> datetime:
    return datetime.combine(civil_day(now) - back, time(), VIETNAM).astimezone(UTC)


def _event(row: CalendarRow) -> CalendarEvent:
    return CalendarEvent(
        id=row.id,
        sequence=row.sequence,
        changed_at=row.changed_at,
        status="CANCELLED" if row.status == EventStatus.cancelled else "CONFIRMED",
        starts=row.starts_at,
        lasts=row.ends_at - row.starts_at,
        summary=row.title,
        location=_location(row),
        description=f"{KIND_LABELS[row.kind].vi}. Đơn vị tổ chức: {'; '.join(row.organisers)}.",
    )


def _location(row: CalendarRow) -> str:
    """Where to go: the venue, and the communes in which people meet, that of the event first."""
    if row.modes == [Mode.online]:
        return MODE_LABELS[Mode.online].vi
    places = sorted(row.site_places or [row.place], key=lambda name: name != row.place)
    more = len(places) - NAMED_PLACES
    named = [*places[:NAMED_PLACES], *([f"và {more} nơi khác"] if more > 0 else [])]
    return ", ".join(filter(None, [row.venue, *named]))
