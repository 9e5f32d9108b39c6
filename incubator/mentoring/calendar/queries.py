"""Which sessions a calendar shows to whom.

A calendar goes back 90 days and ahead without limit. A session that did not take place (cancelled, or the mentor or
the guests stayed away) is in it as cancelled for 30 days after that was said, so that subscribers take it out, and
then no more.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, DateTime, Select, literal_column, or_, select

from incubator.actor import Actor, Permission
from incubator.api.ical import CalendarEvent, EventStatus
from incubator.days import VIETNAM, civil_day
from incubator.db import Reads, fetch_all, param, statement
from incubator.localities.models import Locality
from incubator.mentoring.labels import PROGRAMME_KIND_LABELS, SESSION_MODE_LABELS
from incubator.mentoring.programmes.models import Programme
from incubator.mentoring.sessions.models import MentoringSession, Mode, SessionStatus
from incubator.mentoring.sight import Sight, is_session_seen, sight_of, sight_values
from incubator.territory import NOWHERE, shape_of, territory_values

DAYS_BACK = timedelta(days=90)
DAYS_CANCELLED = timedelta(days=30)
MOST_SESSIONS = 2_000
"""Less than a megabyte of text; beyond that the earliest are left out."""

_STATUSES: dict[str, EventStatus] = {
    SessionStatus.planned.value: "TENTATIVE",
    SessionStatus.confirmed.value: "CONFIRMED",
    SessionStatus.held.value: "CONFIRMED",
}
_TOOK_PLACE_OR_MAY = tuple(_STATUSES)


class CalendarRow(msgspec.Struct, frozen=True):
    """What a calendar tells of a session; a row of `_sessions`."""

    id: UUID
    sequence: int
    changed_at: datetime
    status: str
    kind: str
    programme: str | None
    title: str | None
    planned_on: date
    held_on: date | None
    starts_at: datetime | None
    minutes: int
    mode: str
    place: str | None
    commune: str


async def list_events(reads: Reads, actor: Actor, *, now: datetime) -> list[CalendarEvent]:
    """The sessions in the actor's calendar, the earliest first."""
    today = civil_day(now)
    values = {
        **_values(actor),
        "from_day": today - DAYS_BACK,
        "cancelled_since": datetime.combine(today - DAYS_CANCELLED, time(), VIETNAM).astimezone(UTC),
    }
    rows = await fetch_all(reads, _sessions(_sight(actor)), values, CalendarRow)
    return [_event(row) for row in reversed(rows)]


def _sight(actor: Actor) -> Sight:
    """An account sees the sessions that it sees elsewhere, a token those of its localities."""
    if actor.kind == "account":
        return sight_of(actor)
    followed = shape_of(actor.territory(Permission.calendar_read))
    return Sight(followed=followed, internal=NOWHERE, mentor=False)


def _values(actor: Actor) -> dict[str, Any]:
    if actor.kind == "account":
        return sight_values(actor)
    return {"me": actor.id, **territory_values(actor.territory(Permission.calendar_read), "followed")}


@statement
def _sessions(sight: Sight) -> Select[Any]:
    s = MentoringSession
    columns: tuple[Any, ...] = (
        s.id, s.sequence, s.changed_at, s.status, s.kind, Programme.title, s.title, s.planned_on, s.held_on,
        s.starts_at, s.minutes, s.mode, s.place, Locality.name,
    )  # fmt: skip
    from_day = param("from_day", Date)
    is_recent = or_(s.planned_on >= from_day, s.held_on >= from_day)
    is_kept = or_(s.status.in_(_TOOK_PLACE_OR_MAY), s.changed_at >= param("cancelled_since", DateTime(timezone=True)))
    return (
        select(*columns)
        .join(Locality, Locality.id == s.locality_id)
        .outerjoin(Programme, Programme.id == s.programme_id)
        .where(is_session_seen(sight), is_recent, is_kept)
        .order_by(s.planned_on.desc(), s.id.desc())
        .limit(literal_column(str(MOST_SESSIONS)))
    )


def _event(row: CalendarRow) -> CalendarEvent:
    """Names of persons are in no field of it: neither mentors nor guests."""
    day = row.held_on or row.planned_on
    is_timed = row.starts_at is not None and civil_day(row.starts_at) == day
    return CalendarEvent(
        id=row.id,
        sequence=row.sequence,
        changed_at=row.changed_at,
        status=_STATUSES.get(row.status, "CANCELLED"),
        starts=row.starts_at if is_timed and row.starts_at is not None else day,
        lasts=timedelta(minutes=row.minutes),
        summary=": ".join(filter(None, [row.programme or PROGRAMME_KIND_LABELS[row.kind].vi, row.title])),
        location=_location(row),
    )


def _location(row: CalendarRow) -> str:
    """Where to go; of a meeting that nobody goes to, how it is held."""
    if row.mode in {Mode.online, Mode.phone}:
        return row.place or SESSION_MODE_LABELS[row.mode].vi
    return ", ".join(filter(None, [row.place, row.commune]))
