"""Taking hold of an event, and the right to organise it."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.db import Reads, param, statement
from incubator.errors import DomainError
from incubator.events.layout.models import EventSite
from incubator.events.models import Event
from incubator.events.sight import Sight, is_seen, sight_of, sight_values, visible_events


async def require_seen(reads: Reads, actor: Actor, event_id: UUID) -> None:
    """404 where the actor does not see the event, before a list of what belongs to it is given."""
    if not await reads.rows(_seen(sight_of(actor)), {**sight_values(actor), "event_id": event_id}):
        raise DomainError("not_found")


async def load_event(session: AsyncSession, actor: Actor, event_id: UUID) -> Event:
    """The event, visible to the actor; else 404."""
    query = visible_events(sight_of(actor)).where(Event.id == event_id)
    event = await session.scalar(query, sight_values(actor))
    if event is None:
        raise DomainError("not_found")
    return event


async def lock_event(session: AsyncSession, actor: Actor, event_id: UUID, *, share: bool = False) -> Event:
    """The same, locked to the end of the transaction. With `share` many may hold it at once while nobody changes it,
    which is what everything that is done at an event asks for."""
    values = {**sight_values(actor), "event_id": event_id}
    event = await session.scalar(_locked(sight_of(actor), share), values)
    if event is None:
        raise DomainError("not_found")
    return event


async def lock_event_to_organise(session: AsyncSession, actor: Actor, event_id: UUID) -> Event:
    """The same for who organises the event: 403 for those who merely see it, as at a site of theirs."""
    actor.require(Permission.events_manage)
    event = await lock_event(session, actor, event_id)
    require_organiser(actor, event)
    return event


def require_organiser(actor: Actor, event: Event) -> None:
    actor.require_at(Permission.events_manage, province_id=event.province_id, commune_id=event.locality_id)


async def require_at_sites(session: AsyncSession, actor: Actor, event: Event, site_ids: Collection[UUID]) -> None:
    """403 unless the actor organises the event, or each of these sites lies where they may organise."""
    territory = actor.territory(Permission.events_manage)
    if territory.covers(event.province_id, event.locality_id):
        return
    query = select(EventSite.province_id, EventSite.locality_id).where(EventSite.id.in_(list(site_ids)))
    places = (await session.execute(query)).all()
    if not places or not all(territory.covers(province, commune) for province, commune in places):
        raise DomainError("forbidden")


@lru_cache(maxsize=512)
def _locked(sight: Sight, share: bool) -> Select[Event]:
    """Built once for each sight, because under a rush building it took longer than running it."""
    return visible_events(sight).where(Event.id == param("event_id", Uuid)).with_for_update(of=Event, read=share)


@statement
def _seen(sight: Sight) -> Select[Any]:
    return select(Event.id).where(is_seen(sight), Event.id == param("event_id", Uuid))
