"""What every change of a part of an event does: take hold of the event, find the part, make a new version of it."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from incubator.actor import Actor
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.db import differing
from incubator.errors import DomainError
from incubator.events import rules
from incubator.events.access import lock_event_to_organise
from incubator.events.layout.models import EventMode, EventSession, EventSite
from incubator.events.models import Event

Part = TypeVar("Part", EventMode, EventSession, EventSite)


async def lock_to_arrange(session: AsyncSession, actor: Actor, event_id: UUID) -> Event:
    """The event, to which parts may still be added."""
    event = await lock_event_to_organise(session, actor, event_id)
    rules.check_open(event)
    return event


async def lock_part(
    session: AsyncSession, actor: Actor, event_id: UUID, kind: type[Part], key: Any, if_match: IfMatch
) -> tuple[Event, Part]:
    """The event and its part with this primary key, which may still be changed. The rows are asked first (404, 403),
    then the version of the event (412)."""
    event = await lock_event_to_organise(session, actor, event_id)
    part = await part_of(session, event, kind, key)
    if_match.check(event.version)
    rules.check_open(event)
    return event, part


async def modes_of(session: AsyncSession, event: Event) -> list[EventMode]:
    query = select(EventMode).where(EventMode.event_id == event.id).order_by(EventMode.mode)
    return list(await session.scalars(query))


async def part_of(session: AsyncSession, event: Event, kind: type[Part], key: Any) -> Part:
    """The part with this primary key; 404 where the event has none such."""
    part = await session.get(kind, key)
    if part is None or part.event_id != event.id:
        raise DomainError("not_found")
    return part


async def change_part(
    session: AsyncSession,
    actor: Actor,
    event: Event,
    part: EventSession | EventSite,
    action: str,
    said: dict[str, Any],
    *,
    now: datetime,
) -> None:
    """Lay what was said over a part. What it says already changes nothing."""
    changes = differing(part, said)
    if not changes:
        return
    for name, value in changes.items():
        setattr(part, name, value)
    await renew(session, actor, event, action, now=now, part_id=str(part.id), fields=sorted(changes))


async def renew(
    session: AsyncSession, actor: Actor, event: Event, action: str, *, now: datetime, shown: bool = True, **details: Any
) -> None:
    """A change of a part is one of the event: the flush writes its row and raises the version. `shown` is one that a
    calendar has to know of."""
    flag_modified(event, "changed_at")
    if shown:
        event.tell_calendars(now)
    record_audit(session, actor, action, "event", event.id, **details)
    await session.flush()
