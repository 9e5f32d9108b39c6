"""What is read about registrations, always through `sight`."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, String, Text, Uuid, any_, case, exists, false, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_all, param, statement
from incubator.errors import DomainError
from incubator.events.access import require_seen
from incubator.events.attendance.models import Attendance
from incubator.events.models import Event
from incubator.events.registrations.models import Registration, RegistrationStatus
from incubator.events.registrations.schemas import RegistrationOut, RegistrationQuery, RegistrationRow
from incubator.events.sight import Sight, is_registration_seen, sight_of, sight_values
from incubator.localities.models import Locality
from incubator.paging import Listing, Order
from incubator.people.models import Person
from incubator.territory import Many, among_value, how_many, is_among
from incubator.text import search_query

NEWEST_FIRST = Order((Registration.id.expression,), descending=True)

Registered = aliased(Person, name="registered")
"""The row for which somebody was registered; `Person` is the one by which they count now."""


async def list_registrations(
    reads: Reads, actor: Actor, event_id: UUID, filters: RegistrationQuery
) -> Listing[RegistrationRow]:
    """Those of one event that the actor sees, newest first; 404 where they do not see the event."""
    await require_seen(reads, actor, event_id)
    asked = frozenset(name for name in ("mode", "source", "q") if getattr(filters, name) is not None)
    return Listing(
        name="registrations",
        query=_of_event,
        shape=(sight_of(actor), how_many(filters.status), asked),
        order=NEWEST_FIRST,
        values={
            **sight_values(actor),
            "event_id": event_id,
            "status": among_value(list(filters.status)),
            "mode": filters.mode,
            "source": filters.source,
            "q": None if filters.q is None else search_query(filters.q),
        },
        row=RegistrationRow,
        show=_as_rows,
    )


async def get_registration(reads: Reads, actor: Actor, registration_id: UUID) -> RegistrationOut:
    """One registration; 404 where the actor sees none."""
    return (await get_registrations(reads, actor, [registration_id]))[registration_id]


async def get_registrations(reads: Reads, actor: Actor, ids: Iterable[UUID]) -> dict[UUID, RegistrationOut]:
    """Several by their ids; 404 where the actor does not see all of them."""
    wanted = list(ids)
    values = {**sight_values(actor), "ids": wanted}
    found = await fetch_all(reads, _by_ids(sight_of(actor)), values, RegistrationOut)
    if len(found) < len(set(wanted)):
        raise DomainError("not_found")
    return {out.id: out for out in found}


def visible_registrations(sight: Sight) -> Select[Registration]:
    """The registrations that the actor may see: loading through this is the authorisation."""
    return select(Registration).join(Event, Event.id == Registration.event_id).where(is_registration_seen(sight))


@statement
def _by_ids(sight: Sight) -> AnySelect:
    some = visible_registrations(sight).where(Registration.id == any_(param("ids", ARRAY(Uuid))))
    r = Registration
    more = (r.event_id, r.confirmed_at, r.cancelled_at, r.cancel_reason)
    return _as_rows(_with_person(some), sight).add_columns(*more)


def _of_event(sight: Sight, statuses: Many, asked: frozenset[str]) -> Select[Any]:
    r = Registration
    query = visible_registrations(sight).where(
        r.event_id == param("event_id", Uuid), is_among(r.status, statuses, "status", Text)
    )
    conditions: dict[str, ColumnElement[bool]] = {
        "mode": r.mode == param("mode", Text),
        "source": r.source == param("source", Text),
        "q": Person.search.bool_op("@@")(func.to_tsquery("simple", param("q", String))),
    }
    return _with_person(query).where(*(conditions[name] for name in sorted(asked)))


def _as_rows(page: AnySelect, sight: Sight, *_: Any) -> AnySelect:
    return page.outerjoin(Locality, Locality.id == Person.locality_id).with_only_columns(*_row_columns(sight))


def _with_person(query: Select[Any]) -> Select[Any]:
    return query.join(Registered, Registered.id == Registration.person_id).join(
        Person, Person.id == func.coalesce(Registered.survivor_id, Registered.id)
    )


def _row_columns(sight: Sight) -> tuple[Any, ...]:
    r = Registration
    return (
        r.id, r.version, Person.id, Person.full_name, Person.birth_year, Locality.code, Locality.name, _phone(sight),
        r.mode, r.status, _wait_place(), r.source, _attended(), r.registered_at,
    )  # fmt: skip


def _phone(sight: Sight) -> ColumnElement[Any]:
    """Who merely leads a session needs no numbers."""
    if not sight.leader:
        return Person.phone.expression
    return case((is_registration_seen(msgspec.structs.replace(sight, leader=False)), Person.phone), else_=None)


def _wait_place() -> ColumnElement[Any]:
    """The rank in the queue; null for who does not wait."""
    ahead = aliased(Registration)
    place = (
        select(func.count())
        .where(
            ahead.event_id == Registration.event_id,
            ahead.mode == Registration.mode,
            ahead.status == RegistrationStatus.waitlisted.value,
            ahead.wait_number <= Registration.wait_number,
        )
        .correlate(Registration)
        .scalar_subquery()
    )
    return func.nullif(place, 0)


def _attended() -> ColumnElement[Any]:
    """Whether anybody whose row counts as this person's was seen at the event; who was not stayed away only once the
    attendance is closed."""
    same = aliased(Person)
    came = exists(
        select(Attendance.session_id)
        .join(same, same.id == Attendance.person_id)
        .where(
            Attendance.event_id == Registration.event_id,
            or_(same.id == Person.id, same.survivor_id == Person.id),
            Attendance.is_counted(),
        )
        .correlate(Registration, Person)
    )
    return case((came, True), (Event.attendance_closed_at.is_not(None), false()), else_=None)
