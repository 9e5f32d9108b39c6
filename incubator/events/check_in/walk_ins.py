"""The people whom phones meet at the door. Each is entered once, whatever becomes of the item that names them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.days import civil_day
from incubator.db import Base, SessionReads, by_column, param, rows_of
from incubator.events.check_in.models import WalkIn
from incubator.events.check_in.queries import homes_by_code, known_walk_ins
from incubator.events.check_in.reading import details_of
from incubator.events.check_in.schemas import ScanItem, WalkInPerson
from incubator.events.layout.queries import Commune, Layout, commune_of
from incubator.events.models import Event
from incubator.people.duplicates.finding import note_duplicates
from incubator.people.many import Newcomer, PlaceOf, enter_newcomers, show_in_places

SOURCE = WalkIn.__tablename__
"""Because of what the commune of a site sees who came in there; the source's id is the phone's."""


class Met(NamedTuple):
    """Persons by the phone's own ids for them. Of the new ones, those who may be somebody that is entered already, and
    those who named a commune that cannot be made out, each with the code that they named."""

    people: Mapping[UUID, UUID]
    doubtful: frozenset[UUID]
    homeless: Mapping[UUID, str]


class _New(NamedTuple):
    people: Mapping[UUID, UUID]
    homeless: Mapping[UUID, str]


NOBODY_MET = Met({}, frozenset(), {})
NOBODY_NEW = _New({}, {})


async def meet(
    session: AsyncSession, actor: Actor, device_id: UUID, event: Event, layout: Layout, scans: Sequence[ScanItem], *,
    now: datetime,
) -> Met:  # fmt: skip
    """The persons of these walk-ins. Details that come again under the same id change nothing."""
    people = {scan.person.client_person_id: scan for scan in reversed(scans) if scan.person is not None}
    if not people:
        return NOBODY_MET
    known = await known_walk_ins(SessionReads(session), device_id, people)
    strangers = [scan for client_id, scan in people.items() if client_id not in known]
    new = await _enter(session, actor, device_id, event, layout, strangers, now=now)
    known |= new.people
    places = {
        PlaceOf(known[scan.person.client_person_id], *commune)
        for scan in scans
        if scan.person is not None and (commune := _commune_of(event, layout, scan)) is not None
    }
    await show_in_places(session, places, source=SOURCE, source_id=device_id)
    doubtful = await note_duplicates(session, actor, new.people.values())
    return Met(known, frozenset(doubtful), new.homeless)


async def _enter(
    session: AsyncSession, actor: Actor, device_id: UUID, event: Event, layout: Layout, scans: Sequence[ScanItem], *,
    now: datetime,
) -> _New:  # fmt: skip
    """New persons live in the commune that they name; of one that cannot be made out nobody guesses another. Who names
    none is taken to live where they came."""
    people = [scan.person for scan in scans if scan.person is not None]
    if not people:
        return NOBODY_NEW
    codes = {person.locality_code for person in people if person.locality_code}
    communes = await homes_by_code(SessionReads(session), codes, today=civil_day(now))
    here = [_commune_of(event, layout, scan) for scan in scans]
    newcomers = [_newcomer(person, communes.get(person.locality_code) if person.locality_code else place)
                 for person, place in zip(people, here, strict=True)]  # fmt: skip
    ids = await enter_newcomers(session, actor, newcomers, source=SOURCE, source_id=device_id, now=now)
    rows = [(person.client_person_id, id_) for person, id_ in zip(people, ids, strict=True)]
    await session.execute(_INSERT, {**by_column(_COLUMNS, rows), "device_id": device_id})
    named = ((person.locality_code, id_) for person, id_ in zip(people, ids, strict=True))
    return _New(dict(rows), {id_: code for code, id_ in named if code and code not in communes})


def _newcomer(person: WalkInPerson, home: Commune | None) -> Newcomer:
    return Newcomer(details_of(person), *(home or (None, None)))


def _commune_of(event: Event, layout: Layout, scan: ScanItem) -> Commune | None:
    """That of the site, else that of the event; None where both are of a whole province."""
    site = layout.sites.get(scan.site_id)
    places = [(site.locality_id, site.province_id)] if site else []
    return commune_of(*places, (event.locality_id, event.province_id))


_COLUMNS = dict.fromkeys(("client_person_id", "person_id"), Uuid)
_INSERT = insert(Base.metadata.tables[WalkIn.__tablename__]).from_select(
    ["device_id", *_COLUMNS],
    select(param("device_id", Uuid), *rows_of("given", _COLUMNS).c),
    include_defaults=False,
)
