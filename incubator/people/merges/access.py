"""Taking hold of persons that are merged or parted: one after another, and all rows of a person together."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.errors import DomainError
from incubator.people.models import Person

_ALL_MERGES = "person_merge"


async def queue_for_merging(session: AsyncSession) -> None:
    """Wait until nobody else merges, parts or judges pairs. These are acts of people, few a day: one at a time, they
    cannot deadlock however their persons hang together, and what one has read no other changes."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_ALL_MERGES, 0))))


async def lock_rows(session: AsyncSession, person_ids: Collection[UUID]) -> dict[UUID, Person]:
    """The rows, and those merged into them, in the order in which everybody locks them.

    Rows that refer to a person may still be written, so that a merge never stands in the way of a check-in.
    """
    rows = await session.scalars(
        select(Person)
        .where(or_(Person.id.in_(person_ids), Person.survivor_id.in_(person_ids)))
        .order_by(Person.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def rows_of(person_id: UUID, rows: Mapping[UUID, Person]) -> list[UUID]:
    """The row itself, and those that count as it."""
    return sorted(row_id for row_id, row in rows.items() if person_id in {row_id, row.survivor_id})


def require_merge_right(actor: Actor, *people: Person) -> None:
    """Who merges must have the right where each of them lives; where nobody knows that, it must hold everywhere."""
    actor.require(Permission.people_merge)
    territory = actor.territory(Permission.people_merge)
    if not all(territory.covers(person.province_id, person.locality_id) for person in people):
        raise DomainError("forbidden")
