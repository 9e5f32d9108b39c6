"""What is read about merges: those of which the actor sees both rows."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, or_, select
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.errors import DomainError
from incubator.paging import Listing, Order
from incubator.people.merges.models import PersonMerge
from incubator.people.merges.schemas import PersonMergeOut
from incubator.people.models import Person
from incubator.people.queries import seen_by_place
from incubator.people.sight import Sight, is_seen, sight_by_place, sight_values

NEWEST_FIRST = Order((PersonMerge.id.expression,), descending=True)

Survivor, Absorbed = aliased(Person, name="survivor"), aliased(Person, name="absorbed")


async def get_merge(reads: Reads, actor: Actor, merge_id: UUID) -> PersonMergeOut:
    values = {**sight_values(actor), "merge_id": merge_id}
    return await fetch_one(reads, _merge(sight_by_place(actor)), values, PersonMergeOut)


async def merges_listing(reads: Reads, actor: Actor, person_id: UUID) -> Listing[PersonMergeOut]:
    """The merges in which a person survived or was merged, the newest first; 404 where the actor sees no such one."""
    if not await seen_by_place(reads, actor, [person_id]):
        raise DomainError("not_found")
    return Listing(
        name="person_merges",
        query=_merges_of_person,
        shape=(sight_by_place(actor),),
        order=NEWEST_FIRST,
        values={**sight_values(actor), "person_id": person_id},
        row=PersonMergeOut,
    )


@statement
def _merge(sight: Sight) -> Select[Any]:
    return _merges(sight).where(PersonMerge.id == param("merge_id", Uuid))


def _merges_of_person(sight: Sight) -> Select[Any]:
    person_id = param("person_id", Uuid)
    return _merges(sight).where(or_(PersonMerge.survivor_id == person_id, PersonMerge.absorbed_id == person_id))


def _merges(sight: Sight) -> Select[Any]:
    m = PersonMerge
    columns: tuple[Any, ...] = (
        m.id, m.version, m.survivor_id, Survivor.full_name, m.absorbed_id, Absorbed.full_name, m.filled, m.reason,
        m.merged_at, m.merged_by_id, m.undone_at, m.undone_by_id, m.undo_reason,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Survivor, Survivor.id == m.survivor_id)
        .join(Absorbed, Absorbed.id == m.absorbed_id)
        .where(is_seen(sight, Survivor), is_seen(sight, Absorbed))
    )
