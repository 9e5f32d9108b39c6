"""What is read of programmes. They are a catalogue: everybody who may read it reads all of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, Text, Uuid, or_, select

from incubator.db import Reads, fetch_one, param, statement
from incubator.localities.models import Locality
from incubator.localities.schemas import LocalityRef
from incubator.mentoring.programmes.models import Programme
from incubator.mentoring.programmes.schemas import ProgrammeFilter, ProgrammeOut, ProgrammeRow
from incubator.paging import Listing, Order

NEWEST_FIRST = Order((Programme.id.expression,), descending=True)


def list_programmes(filters: ProgrammeFilter) -> Listing[ProgrammeRow]:
    """Newest first."""
    return Listing(
        name="programmes",
        query=_programmes,
        shape=(filters.kind is not None, filters.active_on is not None),
        order=NEWEST_FIRST,
        values={"kind": filters.kind and filters.kind.value, "active_on": filters.active_on},
        row=ProgrammeRow,
    )


async def get_programme(reads: Reads, programme_id: UUID) -> ProgrammeOut:
    return await fetch_one(reads, _programme(), {"programme_id": programme_id}, _programme_out)


@statement
def _programme() -> Select[Any]:
    p = Programme
    columns: tuple[Any, ...] = (
        p.id, p.version, p.kind, p.title, p.host, p.cadence,
        Locality.id, Locality.code, Locality.name, Locality.kind,
        p.starts_on, p.ends_on, p.created_at,
    )  # fmt: skip
    in_place = select(*columns).join(Locality, Locality.id == p.locality_id)
    return in_place.where(p.id == param("programme_id", Uuid))


def _programmes(by_kind: bool, by_day: bool) -> Select[Any]:
    p = Programme
    columns: tuple[Any, ...] = (
        p.id, p.version, p.kind, p.title, p.host, p.cadence, Locality.code, Locality.name, p.starts_on, p.ends_on,
    )  # fmt: skip
    query = select(*columns).join(Locality, Locality.id == p.locality_id)
    if by_kind:
        query = query.where(p.kind == param("kind", Text))
    if by_day:
        day = param("active_on", Date)
        query = query.where(p.starts_on <= day, or_(p.ends_on.is_(None), p.ends_on >= day))
    return query


def _programme_out(
    id_: UUID, version: int, kind: Any, title: str, host: str, cadence: Any,
    place_id: UUID, code: str, name: str, place_kind: Any, *rest: Any,
) -> ProgrammeOut:  # fmt: skip
    place = LocalityRef(place_id, code, name, place_kind)
    return ProgrammeOut(id_, version, kind, title, host, cadence, place, *rest)
