"""Taking hold of an event, and the right to organise it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.errors import DomainError
from incubator.events.layout.models import EventSite
from incubator.events.models import Event
from incubator.events.sight import sight_of, sight_values, visible_events


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
    query = visible_events(sight_of(actor)).where(Event.id == event_id)
    query = query.with_for_update(of=Event, read=True) if share else query.with_for_update(of=Event)
    event = await session.scalar(query, sight_values(actor))
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
