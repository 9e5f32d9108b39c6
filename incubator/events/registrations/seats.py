"""The seats of a mode, and the queue of those who wait for one.

Everything that takes, frees or adds seats first holds the row of the mode (`hold_modes`), so that all of it happens in
one order: that of the commits. What is asked afterwards sees whatever was committed before. Nobody overtakes: while
somebody waits, a newcomer waits too, and whoever frees a seat gives it to the lowest number in the same transaction.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import DateTime, Integer, Text, Uuid, and_, any_, exists, func, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.audit import record_audit
from incubator.db import param
from incubator.errors import DomainError
from incubator.events.layout.models import EventMode
from incubator.events.registrations.models import Registration, RegistrationStatus


class Seats(msgspec.Struct, frozen=True):
    """A mode as it was when its row was taken hold of."""

    mode: str
    capacity: int | None
    seats_taken: int
    waitlist: bool


async def hold_modes(
    session: AsyncSession, event_id: UUID, modes: Collection[str] = ("in_person", "online")
) -> dict[str, Seats]:
    """Take hold of modes of an event, or of all, to the end of the transaction; always in the order of their names, so
    that two who want both wait for each other and cannot deadlock. Those that are not there are left out."""
    rows = await session.execute(_HOLD, {"of_event": event_id, "modes": list(modes)})
    return {row.mode: Seats(*row) for row in rows}


async def take_seats(session: AsyncSession, event_id: UUID, mode: str, number: int = 1) -> int:
    """As many of so many seats as are free, where nobody waits for them: how many these were."""
    values = {"of_event": event_id, "of_mode": mode, "number": number}
    return (await session.execute(_TAKE, values, execution_options=BESIDE_THE_SESSION)).scalar() or 0


async def next_wait_numbers(session: AsyncSession, event_id: UUID, mode: str, number: int = 1) -> range:
    """The numbers of those who wait next, which are above all that were ever given."""
    values = {"of_event": event_id, "of_mode": mode, "number": number}
    last: int = (await session.execute(_QUEUE, values, execution_options=BESIDE_THE_SESSION)).scalar_one()
    return range(last - number + 1, last + 1)


async def release_seat(session: AsyncSession, event_id: UUID, mode: str) -> None:
    """A confirmed registration gave its seat back; `promote` follows in the same transaction."""
    values = {"of_event": event_id, "of_mode": mode, "number": -1}
    await session.execute(_COUNT, values, execution_options=BESIDE_THE_SESSION)


async def promote(session: AsyncSession, event_id: UUID, mode: str, *, now: datetime) -> list[UUID]:
    """Give the free seats to those who wait, the lowest numbers first. The registrations that have a seat now, in that
    order. The caller holds the mode, and writes to the trail what happened."""
    values: dict[str, Any] = {"of_event": event_id, "of_mode": mode, "now": now}
    rows = await session.execute(_PROMOTE, values, execution_options=BESIDE_THE_SESSION)
    promoted = sorted(tuple(row) for row in rows)
    if promoted:
        values = {"of_event": event_id, "of_mode": mode, "number": len(promoted)}
        await session.execute(_COUNT, values, execution_options=BESIDE_THE_SESSION)
    return [registration_id for _, registration_id in promoted]


async def change_capacity(
    session: AsyncSession, event_id: UUID, mode: str, capacity: int | None, *, now: datetime
) -> list[UUID]:
    """More seats go to those who wait, in the same transaction; fewer than are taken are refused, because it is people
    who tell people that they cannot come. The registrations that have a seat now."""
    held = (await hold_modes(session, event_id, [mode]))[mode]
    if capacity is not None and capacity < held.seats_taken:
        raise DomainError("capacity_full", capacity=capacity, seats_taken=held.seats_taken)
    values = {"of_event": event_id, "of_mode": mode, "to_capacity": capacity}
    await session.execute(_RESIZE, values, execution_options=BESIDE_THE_SESSION)
    return await promote(session, event_id, mode, now=now)


def record_promotions(session: AsyncSession, actor: Actor, event_id: UUID, promoted: Sequence[UUID]) -> None:
    """Who acted made it possible; in the trail of the registration it says why it has a seat."""
    for registration_id in promoted:
        record_audit(session, actor, "promote", "registration", registration_id, event_id=str(event_id))


BESIDE_THE_SESSION: dict[str, Any] = {"synchronize_session": False}
"""These statements compare with the row as it is, not with what the session remembers of it."""

_M, _R = EventMode, Registration

# A parameter of an UPDATE must not be called like a column.
_NUMBER = param("number", Integer)
_IS_MODE = and_(_M.event_id == param("of_event", Uuid), _M.mode == param("of_mode", Text))
_WAITS = and_(
    _R.event_id == param("of_event", Uuid),
    _R.mode == param("of_mode", Text),
    _R.status == RegistrationStatus.waitlisted.value,
)
_IS_FREE = or_(_M.capacity.is_(None), _M.seats_taken < _M.capacity)

# Built once, because under a rush building them took longer than running them.
_HOLD = (
    select(_M.mode, _M.capacity, _M.seats_taken, _M.waitlist)
    .where(_M.event_id == param("of_event", Uuid), _M.mode == any_(param("modes", ARRAY(Text))))
    .order_by(_M.mode)
    .with_for_update()
)
_TAKE = (
    update(_M)
    .where(_IS_MODE, _IS_FREE, ~exists().where(_WAITS))
    .values(seats_taken=_M.seats_taken + func.least(_NUMBER, func.coalesce(_M.capacity - _M.seats_taken, _NUMBER)))
    .returning(literal_column("new.seats_taken - old.seats_taken", Integer))
)
_COUNT = update(_M).where(_IS_MODE).values(seats_taken=_M.seats_taken + _NUMBER)
_QUEUE = update(_M).where(_IS_MODE).values(last_wait=_M.last_wait + _NUMBER).returning(_M.last_wait)
_RESIZE = update(_M).where(_IS_MODE).values(capacity=param("to_capacity", Integer))
# LIMIT NULL is no limit, which is what a mode of unlimited seats has.
_FREE = select(_M.capacity - _M.seats_taken).where(_IS_MODE).scalar_subquery()
_FIRST = select(_R.id, _R.wait_number).where(_WAITS).order_by(_R.wait_number).limit(_FREE).cte("first")
_PROMOTE = (
    update(_R)
    .where(_R.id == _FIRST.c.id)
    .values(
        status=RegistrationStatus.confirmed.value,
        wait_number=None,
        confirmed_at=param("now", DateTime(timezone=True)),
        version=_R.version + 1,
    )
    .returning(_FIRST.c.wait_number, _R.id)
)
