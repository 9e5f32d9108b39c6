"""Moving the sites of an event with it to another place."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.db import SessionReads
from incubator.events.layout.building import made_label
from incubator.events.layout.models import EventSite, Mode
from incubator.events.layout.parts import modes_of
from incubator.events.models import Event, EventStatus
from incubator.events.places import place_of


async def move_sites(session: AsyncSession, event: Event, changes: Mapping[str, Any]) -> None:
    """Sites at the place of before move with the event; a bridge point elsewhere stays. Those of a draft that bear the
    name of that place are named anew, which nobody has read yet."""
    if event.status == EventStatus.draft:
        await _rename_sites(session, event, changes)
    place = {name: changes.get(name, getattr(event, name)) for name in ("locality_id", "province_id")}
    query = update(EventSite).where(EventSite.event_id == event.id, EventSite.locality_id == event.locality_id)
    await session.execute(query.values(**place), execution_options={"synchronize_session": False})


async def _rename_sites(session: AsyncSession, event: Event, changes: Mapping[str, Any]) -> None:
    """A name that another site of the session has already is not given twice."""
    reads, venues = SessionReads(session), {mode.mode: mode.venue for mode in await modes_of(session, event)}
    before = await place_of(reads, event.locality_id)
    after = await place_of(reads, changes["locality_id"])
    sites = list(await session.scalars(select(EventSite).where(EventSite.event_id == event.id)))
    taken = {(site.session_id, site.label) for site in sites}
    for site in sites:
        made, anew = (made_label(Mode(site.mode), place, venues[site.mode]) for place in (before, after))
        is_ours = site.locality_id == event.locality_id and site.label == made
        if is_ours and (site.session_id, anew) not in taken:
            site.label = anew
            taken.add((site.session_id, anew))
    await session.flush()
