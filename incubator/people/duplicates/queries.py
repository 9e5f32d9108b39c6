"""The queue of pairs, through the sight of both persons."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Uuid, literal_column, not_, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.db import Reads, fetch_all, fetch_one, param, statement
from incubator.localities.models import Locality
from incubator.paging import Listing, Order
from incubator.people.duplicates.candidates import code_text
from incubator.people.duplicates.models import STRONG, DuplicateStatus, PersonDuplicate
from incubator.people.duplicates.schemas import AlikePersonOut, AllowedAction, DuplicateQuery, PersonDuplicateOut
from incubator.people.duplicates.sight import (
    High,
    Low,
    PairSight,
    is_apart,
    is_pair_seen,
    pair_sight_of,
    shown_evidence,
)
from incubator.people.sight import sight_values

NEWEST_FIRST = Order((PersonDuplicate.id.expression,), descending=True)
MOST_OF_ONE_PERSON = 50

ALLOWED: dict[DuplicateStatus, list[AllowedAction]] = {
    DuplicateStatus.open: ["not_duplicate", "merge"],
    DuplicateStatus.not_duplicate: ["reopen"],
    DuplicateStatus.merged: [],
}
"""What may be said of two who still count as two. Who were merged are parted by undoing the merge."""

LowCommune, HighCommune = aliased(Locality, name="low_commune"), aliased(Locality, name="high_commune")

_OF_SIDE = len(AlikePersonOut.__struct_fields__)


async def get_pair(reads: Reads, actor: Actor, duplicate_id: UUID) -> PersonDuplicateOut:
    values = {**sight_values(actor), "duplicate_id": duplicate_id}
    return await fetch_one(reads, _pair(pair_sight_of(actor)), values, partial(_pair_out, actor))


async def open_pairs(reads: Reads, actor: Actor, person_id: UUID) -> list[PersonDuplicateOut]:
    """The open pairs of one person, those by strong evidence first."""
    values = {**sight_values(actor), "person_id": person_id}
    return await fetch_all(reads, _open_pairs(pair_sight_of(actor)), values, partial(_pair_out, actor))


def pairs_listing(actor: Actor, filters: DuplicateQuery) -> Listing[PersonDuplicateOut]:
    """The newest first."""
    return Listing(
        name="person_duplicates",
        query=_pairs,
        shape=(pair_sight_of(actor), filters.status, filters.strong, filters.person_id is not None),
        order=NEWEST_FIRST,
        values={**sight_values(actor), "person_id": filters.person_id},
        row=PersonDuplicateOut,
        read=partial(_pair_out, actor),
    )


def visible_pairs(sight: PairSight) -> Select[Any]:
    """The pairs that the actor may see: loading through this is the authorisation."""
    return (
        select(PersonDuplicate)
        .join(Low, Low.id == PersonDuplicate.low_id)
        .join(High, High.id == PersonDuplicate.high_id)
        .where(is_pair_seen(sight))
    )


def _shown(sight: PairSight) -> Select[Any]:
    """In the order that `_pair_out` takes."""
    p = PersonDuplicate
    sides = [
        column
        for side, commune in ((Low, LowCommune), (High, HighCommune))
        for column in (
            side.id, side.full_name, side.birth_year, side.sex, side.phone, commune.code, commune.name,
            side.survivor_id, side.province_id, side.locality_id,
        )
    ]  # fmt: skip
    columns: tuple[Any, ...] = (
        p.id, p.version, p.status, _is_strong(sight), shown_evidence(sight), p.note, p.found_at, p.resolved_at,
        p.resolved_by_id, is_apart(), *sides,
    )  # fmt: skip
    return (
        visible_pairs(sight)
        .with_only_columns(*columns)
        .outerjoin(LowCommune, LowCommune.id == Low.locality_id)
        .outerjoin(HighCommune, HighCommune.id == High.locality_id)
    )


@statement
def _pair(sight: PairSight) -> Select[Any]:
    return _shown(sight).where(PersonDuplicate.id == param("duplicate_id", Uuid))


@statement
def _open_pairs(sight: PairSight) -> Select[Any]:
    return (
        _shown(sight)
        .where(PersonDuplicate.status == code_text(DuplicateStatus.open), is_apart(), _has_person())
        .order_by(PersonDuplicate.is_strong.desc(), PersonDuplicate.id.desc())
        .limit(literal_column(str(MOST_OF_ONE_PERSON)))
    )


def _pairs(sight: PairSight, status: DuplicateStatus, strong: bool | None, of_person: bool) -> Select[Any]:
    query = _shown(sight).where(PersonDuplicate.status == code_text(status))
    if status is DuplicateStatus.open:
        query = query.where(is_apart())
    if strong is not None:
        query = query.where(_is_strong(sight) if strong else not_(_is_strong(sight)))
    return query.where(_has_person()) if of_person else query


def _is_strong(sight: PairSight) -> ColumnElement[bool]:
    """As far as the actor is told why."""
    if sight.opened.territory.everywhere:
        return PersonDuplicate.is_strong.expression
    strong = array([code_text(code) for code in sorted(STRONG)])
    return shown_evidence(sight).op("&&", is_comparison=True)(strong.cast(ARRAY(Text)))


def _has_person() -> ColumnElement[bool]:
    """Whether the person is one of the two, or somebody into whom one was merged."""
    person_id = param("person_id", Uuid)
    return or_(*(column == person_id for side in (Low, High) for column in (side.id, side.survivor_id)))


def _pair_out(actor: Actor, *row: Any) -> PersonDuplicateOut:
    id_, version, status, is_strong, evidence, note, found_at, resolved_at, resolved_by, apart, *people = row
    first, second = people[: _OF_SIDE + 2], people[_OF_SIDE + 2 :]
    return PersonDuplicateOut(
        id=id_,
        version=version,
        status=DuplicateStatus(status),
        is_strong=is_strong,
        evidence=evidence,
        first=AlikePersonOut(*first[:_OF_SIDE]),
        second=AlikePersonOut(*second[:_OF_SIDE]),
        note=note,
        found_at=found_at,
        resolved_at=resolved_at,
        resolved_by=resolved_by,
        allowed_actions=_allowed(actor, status, first[_OF_SIDE:], second[_OF_SIDE:]) if apart else [],
    )


def _allowed(actor: Actor, status: str, *places: Sequence[UUID | None]) -> list[AllowedAction]:
    territory = actor.territory(Permission.people_merge)
    if not all(territory.covers(province_id, commune_id) for province_id, commune_id in places):
        return []
    return ALLOWED[DuplicateStatus(status)]
