"""What is read about attendance, always through `sight`."""

from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Select, Uuid, and_, select
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.events.access import require_seen
from incubator.events.attendance.models import Attendance
from incubator.events.attendance.schemas import AttendanceOut, AttendanceQuery, AttendanceRow
from incubator.events.attendance.sight import is_attendance_seen
from incubator.events.layout.models import EventSession, EventSite
from incubator.events.models import Event
from incubator.events.sight import Sight, sight_of, sight_values
from incubator.localities.models import Locality
from incubator.paging import Listing, Order
from incubator.people.models import Person

BY_SESSION = Order((Attendance.session_id.expression, Attendance.person_id.expression))

Counted = aliased(Person, name="counted")
"""The row by which the person counts."""


async def list_attendances(
    reads: Reads, actor: Actor, event_id: UUID, filters: AttendanceQuery
) -> Listing[AttendanceRow]:
    """Those of one event that the actor sees, session by session; 404 where they do not see the event."""
    await require_seen(reads, actor, event_id)
    asked = {name: getattr(filters, name) for name in ("session_id", "site_id", "counted")}
    return Listing(
        name="attendances",
        query=_of_event,
        shape=(sight_of(actor), frozenset(name for name, value in asked.items() if value is not None)),
        order=BY_SESSION,
        values={**sight_values(actor), "event_id": event_id, **asked},
        row=AttendanceRow,
        show=_with_names,
        place=lambda row: (row.session_id, row.person_id),
        place_types=tuple[UUID, UUID],
    )


async def get_attendance(
    reads: Reads, actor: Actor, event_id: UUID, session_id: UUID, person_id: UUID
) -> AttendanceOut:
    """One person at one session; 404 where the actor sees none."""
    values = {**sight_values(actor), "event_id": event_id, "session_id": session_id, "person_id": person_id}
    return await fetch_one(reads, _attendance(sight_of(actor)), values, AttendanceOut)


def visible_attendances(sight: Sight) -> Select[Attendance]:
    """The rows of an event that the actor may see: loading through this is the authorisation."""
    return (
        select(Attendance)
        .join(Event, Event.id == Attendance.event_id)
        .join(EventSite, EventSite.id == Attendance.site_id)
        .join(Person, Person.id == Attendance.person_id)
        .where(Attendance.event_id == param("event_id", Uuid), is_attendance_seen(sight))
    )


def is_this() -> Any:
    return and_(Attendance.session_id == param("session_id", Uuid), Attendance.person_id == param("person_id", Uuid))


@statement
def _attendance(sight: Sight) -> AnySelect:
    a = Attendance
    more = (a.event_id, a.first_out_at, a.confirmed_at, a.void_reason)
    return _with_names(visible_attendances(sight).where(is_this())).add_columns(*more)


def _of_event(sight: Sight, asked: frozenset[str]) -> Select[Any]:
    conditions = {
        "session_id": Attendance.session_id == param("session_id", Uuid),
        "site_id": Attendance.site_id == param("site_id", Uuid),
        "counted": Attendance.is_counted() == param("counted", Boolean),
    }
    return visible_attendances(sight).where(*(conditions[name] for name in sorted(asked)))


def _with_names(page: AnySelect, *_: Any) -> AnySelect:
    a = Attendance
    waits = and_(a.pending, a.confirmed_at.is_(None))
    columns: tuple[Any, ...] = (
        a.session_id, EventSession.number, a.site_id, EventSite.label, EventSite.mode, a.person_id, Counted.id,
        Counted.full_name, Counted.birth_year, Locality.code, Locality.name, a.first_in_at, a.last_out_at, waits,
        a.is_counted(), a.voided_at, a.version,
    )  # fmt: skip
    return (
        page.join(EventSession, EventSession.id == a.session_id)
        .join(Counted, Counted.id == Person.counted_id())
        .outerjoin(Locality, Locality.id == Counted.locality_id)
        .with_only_columns(*columns)
    )
