"""Merging two rows of one person, and parting them again. Nothing outside `people` is changed by either."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.audit import record_audit
from incubator.db import SessionReads
from incubator.errors import DomainError, broken_rule, wrong_field
from incubator.people.citizen_ids.sealing import Sealer
from incubator.people.duplicates.finding import note_duplicates
from incubator.people.duplicates.models import DuplicateStatus
from incubator.people.duplicates.pairs import pairs_between, settle
from incubator.people.merges.access import lock_rows, queue_for_merging, require_merge_right, rows_of
from incubator.people.merges.filling import empty_again, fill
from incubator.people.merges.given import give_on, take_back
from incubator.people.merges.models import MERGE_NEEDS_REASON, MERGE_UNDONE, NEWER_MERGE_FIRST, PersonMerge
from incubator.people.merges.numbers import fill_number, take_back_number
from incubator.people.merges.schemas import MergeCreate, MergeUndo
from incubator.people.models import Person
from incubator.people.queries import seen_by_place


async def merge_person(
    session: AsyncSession, actor: Actor, sealer: Sealer, survivor_id: UUID, data: MergeCreate
) -> UUID:
    """Merge another row into this one, which goes on."""
    await queue_for_merging(session)
    seen = await seen_by_place(SessionReads(session), actor, [survivor_id, data.absorbed_id])
    if survivor_id not in seen:
        raise DomainError("not_found")
    if data.absorbed_id not in seen:
        raise wrong_field("/absorbed_id", "not_found")
    if data.absorbed_id == survivor_id:
        raise wrong_field("/absorbed_id", "duplicate")
    return (await join(session, actor, sealer, survivor_id, data.absorbed_id, data.reason)).id


async def join(
    session: AsyncSession, actor: Actor, sealer: Sealer, survivor_id: UUID, absorbed_id: UUID, reason: str | None
) -> PersonMerge:
    """Make one of two persons whom the actor sees, in the queue of merges."""
    rows = await lock_rows(session, [survivor_id, absorbed_id])
    survivor, absorbed = rows[survivor_id], rows[absorbed_id]
    require_merge_right(actor, survivor, absorbed)
    survivor.require_not_merged()
    absorbed.require_not_merged()
    moved, kept = rows_of(absorbed_id, rows), rows_of(survivor_id, rows)
    await note_duplicates(session, actor, [survivor_id, absorbed_id])
    pairs = await pairs_between(session, kept, moved, DuplicateStatus.open)
    if not pairs and reason is None:
        raise broken_rule(MERGE_NEEDS_REASON)
    number = await fill_number(session, actor, sealer, survivor, absorbed)
    merge = PersonMerge(
        absorbed_id=absorbed_id, survivor_id=survivor_id, filled=[*fill(survivor, absorbed), *number],
        moved_ids=moved, reason=reason, merged_by_id=actor.id,
    )  # fmt: skip
    session.add(merge)
    for row_id in moved:
        rows[row_id].survivor_id = survivor_id
    settle(pairs, DuplicateStatus.merged, by=actor.id)
    await session.flush()
    await give_on(session, [merge.id])
    _record(session, actor, "merge_person", merge, filled=merge.filled)
    return merge


async def undo_merge(session: AsyncSession, actor: Actor, merge_id: UUID, data: MergeUndo) -> UUID:
    """Part the two again, as they were; a field of the survivor that was edited since stays as it is."""
    await queue_for_merging(session)
    merge = await session.get(PersonMerge, merge_id, populate_existing=True)
    if merge is None or not await _is_seen(session, actor, merge):
        raise DomainError("not_found")
    root = await session.scalar(select(Person.counted_id()).where(Person.id == merge.survivor_id))
    rows = await lock_rows(session, [root or merge.survivor_id])
    survivor, absorbed = rows[merge.survivor_id], await session.get_one(Person, merge.absorbed_id)
    require_merge_right(actor, survivor, absorbed)
    await _require_last(session, merge, rows)
    for row_id in merge.moved_ids:
        rows[row_id].survivor_id = None if row_id == absorbed.id else absorbed.id
    await take_back_number(session, survivor, absorbed, merge.filled)
    empty_again(survivor, absorbed, merge.filled)
    kept = sorted(rows.keys() - set(merge.moved_ids))
    pairs = await pairs_between(session, kept, merge.moved_ids, DuplicateStatus.merged)
    settle(pairs, DuplicateStatus.open, by=actor.id)
    merge.undone_at, merge.undone_by_id, merge.undo_reason = func.clock_timestamp(), actor.id, data.reason
    await session.flush()
    await take_back(session, merge.id)
    _record(session, actor, "undo_merge", merge)
    await note_duplicates(session, actor, [survivor.id, absorbed.id])
    return merge.id


async def _is_seen(session: AsyncSession, actor: Actor, merge: PersonMerge) -> bool:
    both = {merge.survivor_id, merge.absorbed_id}
    return await seen_by_place(SessionReads(session), actor, both) == both


async def _require_last(session: AsyncSession, merge: PersonMerge, rows: Collection[UUID]) -> None:
    """Merges of one person are undone from the newest on: an older one says nothing of what came after it."""
    if merge.undone_at is not None:
        raise broken_rule(MERGE_UNDONE)
    in_force = select(PersonMerge.id).where(PersonMerge.absorbed_id.in_(rows), PersonMerge.undone_at.is_(None))
    newest = await session.scalar(in_force.order_by(PersonMerge.id.desc()).limit(1))
    if newest != merge.id:
        raise broken_rule(NEWER_MERGE_FIRST, merge_id=str(newest))


def _record(session: AsyncSession, actor: Actor, action: str, merge: PersonMerge, **details: object) -> None:
    """In the trail of either row."""
    both = {"survivor_id": str(merge.survivor_id), "absorbed_id": str(merge.absorbed_id), "merge_id": str(merge.id)}
    for person_id in (merge.survivor_id, merge.absorbed_id):
        record_audit(session, actor, action, "person", person_id, **both, **details)
