"""What is read about localities. They are public facts: everybody who may ask sees all of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, String, Text, Uuid, any_, distinct, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incubator.db import Reads, fetch_all, fetch_one, param, statement
from incubator.errors import wrong_field
from incubator.localities.models import (
    Candidate,
    Locality,
    LocalitySuccession,
    Place,
    WrittenName,
    choose_commune,
    spellings,
)
from incubator.localities.schemas import LocalityDetail, LocalityOut, LocalityQuery, LocalityRef
from incubator.paging import Listing, Order
from incubator.text import fold, search_query, sort_key

Parent = aliased(Locality, name="parent")
BY_NAME = Order((Locality.sort_key.expression, Locality.id.expression))


_LOCALITY: tuple[Any, ...] = (
    Locality.id,
    Locality.version,
    Locality.code,
    Locality.level,
    Locality.kind,
    Locality.name,
    Locality.district,
    Locality.valid_from,
    Locality.valid_to,
)
_REF: tuple[Any, ...] = (Locality.id, Locality.code, Locality.name, Locality.kind)
_REF_OF_PARENT: tuple[Any, ...] = (Parent.id, Parent.code, Parent.name, Parent.kind)


def is_valid_on(locality: type[Locality], day: ColumnElement[date]) -> ColumnElement[bool]:
    return (locality.valid_from <= day) & or_(locality.valid_to.is_(None), locality.valid_to > day)


def list_localities(filters: LocalityQuery, *, today: date) -> Listing[LocalityOut]:
    """In alphabetical order, valid on the day asked for or today."""
    return Listing(
        name="localities",
        query=_localities,
        shape=(filters.parent_code is not None, filters.kind is not None, filters.q is not None),
        order=BY_NAME,
        values={
            "day": filters.valid_on or today,
            "parent_code": filters.parent_code,
            "kind": filters.kind,
            "q": search_query(filters.q or ""),
        },
        row=LocalityOut,
        read=_locality_out,
        place=lambda out: (sort_key(out.name), out.id),
        place_types=tuple[str, UUID],
        columns=("id", "code", "level", "kind", "name", "district", "parent_code", "valid_from", "valid_to"),
    )


async def get_locality(reads: Reads, locality_id: UUID) -> LocalityDetail:
    """One locality of any time. 404 where there is none."""
    locality = await fetch_one(reads, _locality(), {"locality_id": locality_id}, _locality_out)
    values = {"locality_id": locality_id}
    return LocalityDetail(
        **{field: getattr(locality, field) for field in LocalityOut.__struct_fields__},
        predecessors=await fetch_all(reads, _predecessors(), values, LocalityRef),
        successors=await fetch_all(reads, _successors(), values, LocalityRef),
    )


async def find_locality(reads: Reads, code: str, *, today: date) -> LocalityOut | None:
    """The locality that bears the code today."""
    found = await fetch_all(reads, _locality_by_code(), {"code": code, "day": today}, _locality_out)
    return found[0] if found else None


async def locality_by_code(reads: Reads, code: str, *, today: date, pointer: str = "/locality_code") -> LocalityOut:
    """The locality that bears the code today; else the field at `pointer` is wrong."""
    locality = await find_locality(reads, code, today=today)
    if locality is None:
        raise wrong_field(pointer, "not_found")
    return locality


async def commune_by_code(reads: Reads, code: str, *, today: date, pointer: str = "/commune_code") -> LocalityOut:
    """The commune that bears the code today, with its province as parent; else the field is wrong."""
    locality = await locality_by_code(reads, code, today=today, pointer=pointer)
    if locality.level != "commune":
        raise wrong_field(pointer, "not_found")
    return locality


async def village_of(reads: Reads, code: str, commune_id: UUID, *, today: date, pointer: str = "/village_code") -> UUID:
    """The village of the commune that bears the code today; else the field is wrong."""
    village = await locality_by_code(reads, code, today=today, pointer=pointer)
    if village.level != "village" or village.parent is None or village.parent.id != commune_id:
        raise wrong_field(pointer, "not_found")
    return village.id


async def resolve_commune(reads: Reads, written: WrittenName, *, today: date, pointer: str | None = None) -> Candidate:
    """The commune that somebody wrote of, and what it is today; 422 with candidates where that is unclear.

    `pointer` says where in a body the name stands; without it the name is a query parameter.
    """
    keys = sorted({fold(spelling) for spelling in spellings(written.name)})
    candidates = await fetch_all(reads, _candidates(), {"name_keys": keys, "day": today}, _candidate)
    return choose_commune(candidates, written, pointer=pointer)


@statement
def _locality() -> Select[Any]:
    return _select_locality().where(Locality.id == param("locality_id", Uuid))


@statement
def _locality_by_code() -> Select[Any]:
    day = param("day", Date)
    return _select_locality().where(Locality.code == param("code", Text), is_valid_on(Locality, day))


@statement
def _predecessors() -> Select[Any]:
    return (
        _select_ref()
        .join(LocalitySuccession, LocalitySuccession.predecessor_id == Locality.id)
        .where(LocalitySuccession.successor_id == param("locality_id", Uuid))
    )


@statement
def _successors() -> Select[Any]:
    return (
        _select_ref()
        .join(LocalitySuccession, LocalitySuccession.successor_id == Locality.id)
        .where(LocalitySuccession.predecessor_id == param("locality_id", Uuid))
    )


@statement
def _candidates() -> Select[Any]:
    """Every commune of any time that bears the folded name, beside each that it is today."""
    recorded, current = aliased(Locality, name="recorded"), aliased(Locality, name="current")
    recorded_province, current_province = aliased(Locality), aliased(Locality)
    became = _became().alias("became")
    return (
        select(
            *_place_columns(recorded, recorded_province),
            *_place_columns(current, current_province),
            _former_districts(recorded),
        )
        .select_from(became)
        .join(recorded, recorded.id == became.c.recorded_id)
        .join(recorded_province, recorded_province.id == recorded.parent_id)
        .join(current, current.id == became.c.id)
        .join(current_province, current_province.id == current.parent_id)
        .where(is_valid_on(current, param("day", Date)))
        .order_by(recorded.code, recorded.valid_from, current.code)
    )


def _localities(by_parent: bool, by_kind: bool, by_name: bool) -> Select[Any]:
    day = param("day", Date)
    query = _select_locality().where(is_valid_on(Locality, day))
    if by_parent:
        query = query.where(Parent.code == param("parent_code", Text), is_valid_on(Parent, day))
    if by_kind:
        query = query.where(Locality.kind == param("kind", Text))
    if by_name:
        query = query.where(Locality.search.bool_op("@@")(func.to_tsquery("simple", param("q", String))))
    return query


def _select_locality() -> Select[Any]:
    return select(*_LOCALITY, *_REF_OF_PARENT).outerjoin(Parent, Parent.id == Locality.parent_id)


def _select_ref() -> Select[Any]:
    return select(*_REF).order_by(*BY_NAME.columns)


def _became() -> Any:
    """Pairs of a commune that bears the name and each commune that it became, itself included."""
    named = (
        select(Locality.id.label("recorded_id"), Locality.id.label("id"))
        .where(Locality.level == "commune", Locality.name_key == any_(param("name_keys", ARRAY(Text))))
        .cte("line", recursive=True)
    )
    later = select(named.c.recorded_id, LocalitySuccession.successor_id)
    return named.union(later.join(LocalitySuccession, LocalitySuccession.predecessor_id == named.c.id))


def _place_columns(commune: type[Locality], province: type[Locality]) -> Sequence[Any]:
    return [
        commune.id,
        commune.code,
        commune.name,
        commune.kind,
        commune.district,
        province.name,
        commune.valid_from,
        commune.valid_to,
    ]


def _former_districts(commune: type[Locality]) -> ColumnElement[Any]:
    predecessor = aliased(Locality)
    return (
        select(func.array_agg(distinct(predecessor.district)))
        .join(LocalitySuccession, LocalitySuccession.predecessor_id == predecessor.id)
        .where(LocalitySuccession.successor_id == commune.id, predecessor.district.is_not(None))
        .correlate(commune)
        .scalar_subquery()
    )


def _locality_out(
    id_: UUID, version: int, code: str, level: Any, kind: Any, name: str, district: str | None,
    valid_from: date, valid_to: date | None, *parent: Any,
) -> LocalityOut:  # fmt: skip
    above = LocalityRef(*parent) if parent[0] else None
    return LocalityOut(id_, version, code, level, kind, name, district, above, valid_from, valid_to)


def _candidate(*row: Any) -> Candidate:
    size = len(Place.__struct_fields__)
    return Candidate(Place(*row[:size]), Place(*row[size : 2 * size]), tuple(row[2 * size] or ()))
