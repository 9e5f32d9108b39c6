"""Making the modes, sessions and sites of an event: what a body says of them, and what it leaves to the service."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.errors import FieldError
from incubator.events.layout.models import EventMode, EventSession, EventSite, Mode
from incubator.events.layout.schemas import EventModeInput, EventModePut, EventSessionCreate, EventSiteInput
from incubator.events.models import Event
from incubator.events.places import Place
from incubator.text import clean_line

LABEL_LENGTH = 120
ONLINE = "Trực tuyến"
"""What a site online is called where nobody says more of it."""


def mode_columns(data: EventModePut) -> dict[str, Any]:
    """What a body says of a mode, without the mode and its capacity."""
    venue = data.venue and clean_line(data.venue)
    return {"waitlist": data.waitlist, "venue": venue, "join_url": data.join_url and data.join_url.strip()}


async def build_modes(session: AsyncSession, event: Event, modes: Sequence[EventModeInput]) -> list[EventMode]:
    rows = [new_mode(event, mode.mode, mode) for mode in modes]
    session.add_all(rows)
    await session.flush()
    return rows


def new_mode(event: Event, mode: Mode, data: EventModePut) -> EventMode:
    columns = {"capacity": data.capacity, "seats_taken": 0, "last_wait": 0, **mode_columns(data)}
    return EventMode(event_id=event.id, mode=mode.value, **columns)


async def build_session(
    session: AsyncSession,
    event: Event,
    data: EventSessionCreate,
    places: Mapping[str, Place],
    modes: Sequence[EventMode],
) -> EventSession:
    """The session behind the others, with its sites."""
    last = await session.scalar(select(func.max(EventSession.number)).where(EventSession.event_id == event.id))
    row = EventSession(
        event_id=event.id, number=(last or 0) + 1, title=data.title and clean_line(data.title),
        starts_at=data.starts_at, ends_at=data.ends_at,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    for site in sites_of(data, modes):
        session.add(new_site(event, row.id, site, places, modes))
    await session.flush()
    return row


def sites_of(data: EventSessionCreate, modes: Sequence[EventMode | EventModeInput]) -> list[EventSiteInput]:
    """Those that the body names, else one for each mode."""
    return [EventSiteInput(mode=Mode(mode.mode)) for mode in modes] if data.sites is UNSET else data.sites


def new_site(
    event: Event, session_id: UUID, data: EventSiteInput, places: Mapping[str, Place], modes: Sequence[EventMode]
) -> EventSite:
    """`places` has those that are named by their codes, and that of the event under the empty code."""
    place = places["" if data.locality_code is UNSET else data.locality_code]
    venue = next((mode.venue for mode in modes if mode.mode == data.mode), None)
    if data.label is UNSET:
        label = made_label(data.mode, place, venue, elsewhere=place.locality_id != event.locality_id)
    else:
        label = clean_line(data.label)
    return EventSite(event_id=event.id, session_id=session_id, mode=data.mode.value, label=label, **place.columns)


def faults_of_modes(modes: Sequence[EventModeInput]) -> list[FieldError]:
    """Each way to take part stands once."""
    return _repeated([mode.mode for mode in modes], "/modes/{}/mode")


def faults_of_sites(sites: Sequence[EventSiteInput], modes: Collection[str], at: str = "") -> list[FieldError]:
    """A site has a mode of the event, and a label of its own or one that is made of its mode and place. The sites stand
    below `at`."""
    unknown = [
        FieldError(code="not_found", pointer=f"{at}/sites/{number}/mode")
        for number, site in enumerate(sites)
        if site.mode not in modes
    ]
    named = [(site.mode, site.locality_code) if site.label is UNSET else clean_line(site.label) for site in sites]
    return unknown + _repeated(named, at + "/sites/{}/label")


def _repeated(values: Sequence[Any], pointer: str) -> list[FieldError]:
    return [
        FieldError(code="duplicate", pointer=pointer.format(number))
        for number, value in enumerate(values)
        if value in values[:number]
    ]


def named_places(sites: Sequence[EventSiteInput], at: str = "") -> dict[str, str]:
    """The codes that these sites name, by the pointers under which they stand."""
    return {
        f"{at}/sites/{number}/locality_code": site.locality_code
        for number, site in enumerate(sites)
        if site.locality_code is not UNSET
    }


def made_label(mode: Mode, place: Place, venue: str | None, *, elsewhere: bool = False) -> str:
    """The hall of the event, or the place where the bridge point is."""
    known = ONLINE if mode is Mode.online else venue or place.name
    return (f"{place.name} ({known})" if elsewhere and known != place.name else known)[:LABEL_LENGTH]
