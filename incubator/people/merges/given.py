"""Who saw a merged row sees its survivor: the places and viewers that a merge gives on.

A merge gives on what any of the rows that it moved has by itself, not by an earlier merge: so it holds through a chain
of merges, and undoing one takes back exactly what it gave. Where a row's own places or viewers change later, what was
given follows: who no longer mentors a merged person no longer sees the survivor either.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, any_, delete, exists, literal, not_, select, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.people.merges.models import BY_MERGE, PersonMerge
from incubator.people.models import Person, PersonPlace, PersonViewer

_TO = ["person_id", "source_id", "source"]


async def give_on(session: AsyncSession, merge_ids: Iterable[UUID]) -> None:
    """Give the survivors of these merges what the merged rows have. Those rows are locked, so that what takes one of
    them away at the same moment comes before this or finds what it gave."""
    ids = sorted(merge_ids)
    for table, given in ((PersonPlace, _places(ids)), (PersonViewer, _viewers(ids))):
        moved = select(table.person_id).join(PersonMerge, _is_moved(table.person_id)).where(PersonMerge.id.in_(ids))
        await session.execute(moved.with_for_update(read=True, of=table))
        columns = [*_TO, *given.selected_columns.keys()[len(_TO) :]]
        await session.execute(insert(table).from_select(columns, given).on_conflict_do_nothing())


async def take_back(session: AsyncSession, merge_id: UUID) -> None:
    for table in (PersonPlace, PersonViewer):
        await session.execute(delete(table).where(table.source == BY_MERGE, table.source_id == merge_id))


async def follow(session: AsyncSession, person_ids: Iterable[UUID]) -> None:
    """After the own places or viewers of these persons changed: what merges gave on because of them follows."""
    ids = (await session.scalars(_merges_that_moved(list(person_ids)))).all()
    if not ids:
        return
    places, viewers = _places(ids).subquery(), _viewers(ids).subquery()
    kept = (
        (PersonPlace, exists().where(places.c.source_id == PersonPlace.source_id,
                                     places.c.locality_id == PersonPlace.locality_id)),
        (PersonViewer, exists().where(viewers.c.source_id == PersonViewer.source_id,
                                      viewers.c.account_id == PersonViewer.account_id)),
    )  # fmt: skip
    for table, is_due in kept:
        given = (table.source == BY_MERGE, table.source_id.in_(ids))
        await session.execute(delete(table).where(*given, not_(is_due)))
    await give_on(session, ids)


def _merges_that_moved(person_ids: list[UUID]) -> Select[UUID]:
    """Among the merges in force of the rows that count as the same survivors."""
    named, row = aliased(Person), aliased(Person)
    survivors = select(named.survivor_id).where(named.id.in_(person_ids), named.survivor_id.is_not(None))
    return (
        select(PersonMerge.id)
        .where(PersonMerge.absorbed_id.in_(select(row.id).where(row.survivor_id.in_(survivors))))
        .where(PersonMerge.undone_at.is_(None), PersonMerge.moved_ids.overlap(person_ids))
        .order_by(PersonMerge.id)
    )


def _places(merge_ids: Iterable[UUID]) -> CompoundSelect[Any]:
    """The communes of the merged rows: their own ones, and those of what they do."""
    other, own = aliased(PersonPlace), aliased(Person)
    return union(
        _given(merge_ids, other, other.person_id, other.locality_id, other.province_id)
        .where(other.source != BY_MERGE),
        _given(merge_ids, own, own.id, own.locality_id, own.province_id).where(own.locality_id.is_not(None)),
    )  # fmt: skip


def _viewers(merge_ids: Iterable[UUID]) -> Select[Any]:
    viewer = aliased(PersonViewer)
    given = _given(merge_ids, viewer, viewer.person_id, viewer.account_id)
    return given.where(viewer.source != BY_MERGE).distinct()


def _given(merge_ids: Iterable[UUID], row: Any, person_id: Any, *columns: Any) -> Select[Any]:
    to = PersonMerge.survivor_id.label("person_id"), PersonMerge.id.label("source_id")
    return (
        select(*to, literal(BY_MERGE).label("source"), *columns)
        .join(row, _is_moved(person_id))
        .where(PersonMerge.id.in_(list(merge_ids)))
    )


def _is_moved(person_id: Any) -> ColumnElement[bool]:
    return person_id == any_(PersonMerge.moved_ids)  # type: ignore[no-any-return]
