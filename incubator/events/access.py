"""Taking hold of an event, and the right to organise it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.db import Reads, param, statement
from incubator.errors import DomainError, FieldError
from incubator.events.layout.models import EventSite
from incubator.events.models import Event
from incubator.events.sight import Sight, is_seen, sight_of, sight_values, visible_events

Pointers = Mapping[UUID, Sequence[str]]
"""Where a body names each site."""
NOWHERE: Pointers = {}


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


def is_organiser(actor: Actor, event: Event) -> bool:
    return actor.territory(Permission.events_manage).covers(event.province_id, event.locality_id)


async def require_at_sites(
    session: AsyncSession, actor: Actor, event: Event, site_ids: Collection[UUID], pointers: Pointers = NOWHERE
) -> None:
    """403 unless the actor organises the event, or each of these sites lies where they may organise. The refusal points
    to the sites that do not. Sites of other events are the caller's matter."""
    if is_organiser(actor, event):
        return
    territory, site = actor.territory(Permission.events_manage), EventSite
    query = select(site.id, site.province_id, site.locality_id)
    places = (await session.execute(query.where(site.event_id == event.id, site.id.in_(list(site_ids))))).all()
    strange = {id_ for id_, province, commune in places if not territory.covers(province, commune)}
    if strange or not places:
        raise DomainError("forbidden", errors=list(_not_theirs(strange, pointers)))


def _not_theirs(strange: set[UUID], pointers: Pointers) -> Iterator[FieldError]:
    for site_id in pointers:
        if site_id in strange:
            params = {"site_id": str(site_id)}
            yield from (FieldError(code="not_found", pointer=at, params=params) for at in pointers[site_id])


@lru_cache(maxsize=512)
def _locked(sight: Sight, share: bool) -> Select[Event]:
    """Built once for each sight, because under a rush building it took longer than running it."""
    return visible_events(sight).where(Event.id == param("event_id", Uuid)).with_for_update(of=Event, read=share)


@statement
def _seen(sight: Sight) -> Select[Any]:
    return select(Event.id).where(is_seen(sight), Event.id == param("event_id", Uuid))
