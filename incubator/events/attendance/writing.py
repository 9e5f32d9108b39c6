"""Laying what was seen over the rows of attendance: one statement for any number of people."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, DateTime, Uuid, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.db import Base, by_column, rows_of
from incubator.events.attendance.merging import Presence, folded, merged_columns
from incubator.events.attendance.models import Attendance


class Laid(NamedTuple):
    """A row that was made or changed: whether somebody had seen them come before, and whether they wait for staff."""

    had_come: bool
    waits: bool


async def lay_over(session: AsyncSession, presences: Iterable[Presence]) -> dict[tuple[UUID, UUID], Laid]:
    """Merge what was seen into the rows, which are held to the end of the transaction. Rows are taken in the order of
    their keys, so that those who do this at once wait for each other and cannot deadlock.

    The rows that say something new, by session and person. A row that says the same as before is not among them, and
    keeps its version.
    """
    new = folded(presences)
    if not new:
        return {}
    rows = await session.execute(_UPSERT, by_column(Presence._fields, new))
    return {(session_id, person_id): Laid(*laid) for session_id, person_id, *laid in rows}


def _upsert() -> Any:
    table = Base.metadata.tables[Attendance.__tablename__]
    types = {"pending": Boolean, **dict.fromkeys(("first_in_at", "first_out_at", "last_out_at"), DateTime(True))}
    given: Any = rows_of("given", {name: types.get(name, Uuid) for name in Presence._fields})  # type: ignore[misc]
    insertion = insert(table).from_select(
        list(Presence._fields),
        select(*given.c).order_by(given.c.session_id, given.c.person_id),
        include_defaults=False,
    )
    known, new = table.c, insertion.excluded
    columns = merged_columns(known, new)
    is_news = tuple_(*(known[name] for name in columns)).is_distinct_from(tuple_(*columns.values()))
    return insertion.on_conflict_do_update(
        index_elements=[known.session_id, known.person_id],
        set_={**columns, "version": known.version + 1},
        where=is_news,
    ).returning(
        known.session_id,
        known.person_id,
        literal_column("coalesce(old.first_in_at IS NOT NULL, false)"),
        literal_column("new.pending AND new.confirmed_at IS NULL AND new.voided_at IS NULL"),
    )


_UPSERT = _upsert()
"""Put together once."""
