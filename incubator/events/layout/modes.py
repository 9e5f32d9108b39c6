"""The ways to take part in an event, and their seats."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch
from incubator.db import differing
from incubator.errors import DomainError
from incubator.events.access import lock_event_to_organise
from incubator.events.layout.building import mode_columns, new_mode
from incubator.events.layout.models import EventMode, Mode
from incubator.events.layout.parts import lock_part, renew
from incubator.events.layout.schemas import EventModePut
from incubator.events.models import Event
from incubator.events.registrations.seats import change_capacity, record_promotions
from incubator.events.rules import check_open


async def set_mode(
    session: AsyncSession,
    actor: Actor,
    event_id: UUID,
    mode: Mode,
    data: EventModePut,
    if_match: IfMatch,
    *,
    now: datetime,
) -> None:
    """Add a way to take part, or change one."""
    event = await lock_event_to_organise(session, actor, event_id)
    if_match.check(event.version)
    check_open(event)
    row = await session.get(EventMode, (event.id, mode.value))
    if row is None:
        session.add(new_mode(event, mode, data))
        await renew(session, actor, event, "set_mode", now=now, mode=mode.value, fields=["mode"])
        return
    changes = differing(row, {**mode_columns(data), "capacity": data.capacity})
    if "capacity" in changes:
        await _change_seats(session, actor, event, mode, changes.pop("capacity"), now=now)
        fields = ["capacity", *changes]
    else:
        fields = list(changes)
    for name, value in changes.items():
        setattr(row, name, value)
    if fields:
        shown = not changes.keys().isdisjoint({"venue", "join_url"})
        await renew(session, actor, event, "set_mode", now=now, shown=shown, mode=mode.value, fields=sorted(fields))


async def remove_mode(
    session: AsyncSession, actor: Actor, event_id: UUID, mode: Mode, if_match: IfMatch, *, now: datetime
) -> None:
    """A way to take part that nobody ever chose and no site has; else the database refuses."""
    event, row = await lock_part(session, actor, event_id, EventMode, (event_id, mode.value), if_match)
    await session.delete(row)
    await renew(session, actor, event, "remove_mode", now=now, mode=mode.value)


def mode_named(text: str) -> Mode:
    """The mode that an address names."""
    if text not in set(Mode):
        raise DomainError("not_found")
    return Mode(text)


async def _change_seats(
    session: AsyncSession, actor: Actor, event: Event, mode: Mode, capacity: int | None, *, now: datetime
) -> None:
    """Seats that are added go to those who wait, in this transaction."""
    promoted = await change_capacity(session, event.id, mode.value, capacity, now=now)
    record_promotions(session, actor, event.id, promoted)
