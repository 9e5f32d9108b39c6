"""Entering many new people at once, in a few statements for any number of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, Integer, SmallInteger, Text, Uuid, func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.audit import record_audit_of_many
from incubator.db import Base, by_column, param, rows_of
from incubator.people.facts import stored
from incubator.people.models import Person, PersonPlace
from incubator.people.schemas import PersonDetails
from incubator.text import fold


class Newcomer(msgspec.Struct, frozen=True):
    """Somebody who is entered: details in which `check_details` found nothing wrong, and the commune where they are
    taken to live, with its province; both are None where nobody knows it."""

    details: PersonDetails
    locality_id: UUID | None
    province_id: UUID | None


class PlaceOf(msgspec.Struct, frozen=True, order=True):
    """A commune through which a person is seen besides their own."""

    person_id: UUID
    locality_id: UUID
    province_id: UUID


async def enter_newcomers(
    session: AsyncSession, actor: Actor, newcomers: Sequence[Newcomer], *, source: str, source_id: UUID, now: datetime
) -> list[UUID]:
    """The ids of the new persons, in their order."""
    if not newcomers:
        return []
    fresh = select(func.uuidv7()).select_from(func.generate_series(1, param("number", Integer)))
    ids = list(await session.scalars(fresh, {"number": len(newcomers)}))
    rows = [_row(person_id, newcomer) for person_id, newcomer in zip(ids, newcomers, strict=True)]
    by = {"by_kind": actor.kind, "by_id": actor.id, "at": now}
    await session.execute(_INSERT, {**by_column(_COLUMNS, rows), **by})
    about = {"source": source, "source_id": str(source_id)}
    await record_audit_of_many(session, actor, "add_person", "person", ids, **about)
    return ids


async def show_in_places(session: AsyncSession, places: set[PlaceOf], *, source: str, source_id: UUID) -> None:
    """From now on the people are seen there too. Once more changes nothing."""
    if places:
        rows = [(place.person_id, place.locality_id, place.province_id) for place in sorted(places)]
        because = {"source": source, "source_id": source_id}
        await session.execute(_SHOW, {**by_column(PlaceOf.__struct_fields__, rows), **because})


def _row(person_id: UUID, newcomer: Newcomer) -> tuple[Any, ...]:
    facts = stored(newcomer.details)
    key = fold(facts["full_name"])
    known = [facts[name] for name in _FACTS]
    return person_id, key, newcomer.locality_id, newcomer.province_id, *known


_FACTS = ("full_name", "birth_date", "birth_year", "sex", "ethnicity", "phone")

_COLUMNS: dict[str, Any] = {
    "id": Uuid, "name_key": Text, "locality_id": Uuid, "province_id": Uuid,
    "full_name": Text, "birth_date": Date, "birth_year": SmallInteger, "sex": Text, "ethnicity": Text, "phone": Text,
}  # fmt: skip
_TABLE = Base.metadata.tables[Person.__tablename__]
_GIVEN = rows_of("given", _COLUMNS)
_INSERT = insert(_TABLE).from_select(
    [*_COLUMNS, "entered_by_kind", "entered_by_id", "created_at"],
    select(
        *_GIVEN.c, param("by_kind", Text), param("by_id", Uuid), param("at", _TABLE.c.created_at.type)
    ),
    include_defaults=False,
)  # fmt: skip
_PLACES = rows_of("places", dict.fromkeys(PlaceOf.__struct_fields__, Uuid))
_SHOW = (
    insert_once(Base.metadata.tables[PersonPlace.__tablename__])
    .from_select(
        [*PlaceOf.__struct_fields__, "source", "source_id"],
        select(*_PLACES.c, param("source", Text), param("source_id", Uuid)),
        include_defaults=False,
    )
    .on_conflict_do_nothing()
)
"""Each put together once."""
