"""The sessions and sites of an event as rules need them, and the communes of today by their codes."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Date, Text, Uuid, and_, any_, select
from sqlalchemy.dialects.postgresql import ARRAY

from incubator.db import AnySelect, Reads, param, statement
from incubator.events.layout.models import EventMode, EventSession, EventSite
from incubator.localities.models import Locality
from incubator.localities.queries import is_valid_on

FAR = timedelta(days=1)
"""Nobody came to a session, or left it, farther from it than this."""


class Span(NamedTuple):
    """When a session is held."""

    starts_at: datetime
    ends_at: datetime

    def distance(self, moment: datetime) -> timedelta:
        """How long before it or after it; zero within. Subtracting cannot leave the calendar, as adding can."""
        return max(self.starts_at - moment, moment - self.ends_at, timedelta())


class Site(msgspec.Struct, frozen=True):
    """A site of the event; `capacity` is that of its mode, None where there is no limit."""

    id: UUID
    event_id: UUID
    session_id: UUID
    mode: str
    locality_id: UUID
    province_id: UUID
    capacity: int | None


class Layout(msgspec.Struct, frozen=True):
    """The sessions and the sites of an event."""

    spans: dict[UUID, Span]
    sites: dict[UUID, Site]


class Commune(NamedTuple):
    """A commune with its province."""

    locality_id: UUID
    province_id: UUID


def commune_of(*places: tuple[UUID, UUID]) -> Commune | None:
    """The first of the places, each with its province, that is a commune and not a whole province."""
    return next((Commune(*place) for place in places if place[0] != place[1]), None)


async def layout_of(reads: Reads, event_id: UUID) -> Layout:
    spans: dict[UUID, Span] = {}
    sites: dict[UUID, Site] = {}
    for session_id, starts_at, ends_at, *site in await reads.rows(_layout(), {"event_id": event_id}):
        spans[session_id] = Span(starts_at, ends_at)
        if site[0] is not None:
            sites[site[0]] = Site(site[0], event_id, session_id, *site[1:])
    return Layout(spans, sites)


async def communes_by_code(reads: Reads, codes: Collection[str], *, today: date) -> dict[str, Commune]:
    """The communes that bear these codes today."""
    rows = await reads.rows(_communes(), {"codes": sorted(codes), "day": today}) if codes else []
    return {code: Commune(*places) for code, *places in rows}


@statement
def _layout() -> AnySelect:
    of_site = and_(EventMode.event_id == EventSite.event_id, EventMode.mode == EventSite.mode)
    return (
        select(
            EventSession.id, EventSession.starts_at, EventSession.ends_at,
            EventSite.id, EventSite.mode, EventSite.locality_id, EventSite.province_id, EventMode.capacity,
        )
        .outerjoin(EventSite, EventSite.session_id == EventSession.id)
        .outerjoin(EventMode, of_site)
        .where(EventSession.event_id == param("event_id", Uuid))
    )  # fmt: skip


@statement
def _communes() -> AnySelect:
    is_commune = and_(Locality.level == "commune", is_valid_on(Locality, param("day", Date)))
    return select(Locality.code, Locality.id, Locality.parent_id).where(
        is_commune, Locality.code == any_(param("codes", ARRAY(Text)))
    )
