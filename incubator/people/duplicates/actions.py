"""What people say about a pair: that they are two, that they are one, or that it is open after all."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.db import SessionReads
from incubator.errors import DomainError, wrong_field
from incubator.people.citizen_ids.sealing import Sealer
from incubator.people.duplicates.finding import note_duplicates
from incubator.people.duplicates.models import DuplicateStatus, PersonDuplicate
from incubator.people.duplicates.pairs import pairs_between, settle
from incubator.people.duplicates.queries import ALLOWED, open_pairs, visible_pairs
from incubator.people.duplicates.schemas import AllowedAction, MergePair, PairResolution, PersonDuplicatesOut, SayTwo
from incubator.people.duplicates.sight import pair_sight_of
from incubator.people.merges.access import lock_rows, queue_for_merging, require_merge_right, rows_of
from incubator.people.merges.actions import join
from incubator.people.models import Person
from incubator.people.queries import seen_by_place
from incubator.people.sight import sight_values


async def resolve_pair(
    session: AsyncSession, actor: Actor, sealer: Sealer, duplicate_id: UUID, data: PairResolution, if_match: IfMatch
) -> UUID:
    """Say what the two are. That they are two is said of every open pair of the same two persons."""
    await queue_for_merging(session)
    pair = await _lock_pair(session, actor, duplicate_id)
    counted = await _counted(session, pair)
    rows = await lock_rows(session, counted)
    require_merge_right(actor, *(rows[person_id] for person_id in counted))
    if_match.check(pair.version)
    if isinstance(data, MergePair):
        _require(pair, "merge", counted)
        await _merge(session, actor, sealer, counted, data)
    elif isinstance(data, SayTwo):
        _require(pair, "not_duplicate", counted)
        ones, others = (rows_of(person_id, rows) for person_id in counted)
        pairs = await pairs_between(session, ones, others, DuplicateStatus.open)
        settle(pairs, DuplicateStatus.not_duplicate, by=actor.id, note=data.note)
    else:
        _require(pair, "reopen", counted)
        pair.settle(DuplicateStatus.open, by=actor.id, note=data.note)
    record_audit(session, actor, "resolve", "person_duplicate", pair.id, status=pair.status)
    await session.flush()
    return pair.id


async def search_pairs(session: AsyncSession, actor: Actor, person_id: UUID) -> PersonDuplicatesOut:
    """Look for others who may be this person; the pairs that are open then."""
    if not await seen_by_place(SessionReads(session), actor, [person_id]):
        raise DomainError("not_found")
    await note_duplicates(session, actor, [person_id])
    return PersonDuplicatesOut(await open_pairs(SessionReads(session), actor, person_id))


async def _lock_pair(session: AsyncSession, actor: Actor, duplicate_id: UUID) -> PersonDuplicate:
    """The pair, visible to the actor and locked to the end of the transaction; else 404."""
    query = visible_pairs(pair_sight_of(actor)).where(PersonDuplicate.id == duplicate_id)
    pair: PersonDuplicate | None = await session.scalar(query.with_for_update(of=PersonDuplicate), sight_values(actor))
    if pair is None:
        raise DomainError("not_found")
    return pair


async def _counted(session: AsyncSession, pair: PersonDuplicate) -> list[UUID]:
    """The persons as whom the two rows count: one where they were merged."""
    ids = select(Person.counted_id()).where(Person.id.in_([pair.low_id, pair.high_id])).distinct()
    return sorted((await session.scalars(ids)).all())


def _require(pair: PersonDuplicate, action: AllowedAction, counted: list[UUID]) -> None:
    allowed = ALLOWED[DuplicateStatus(pair.status)] if len(counted) > 1 else []
    if action not in allowed:
        raise DomainError("invalid_transition", status=pair.status, action=action, allowed_actions=allowed)


async def _merge(session: AsyncSession, actor: Actor, sealer: Sealer, counted: list[UUID], data: MergePair) -> None:
    if data.survivor_id not in counted:
        raise wrong_field("/survivor_id", "not_in_enum", allowed=[str(person_id) for person_id in counted])
    (absorbed_id,) = set(counted) - {data.survivor_id}
    await join(session, actor, sealer, data.survivor_id, absorbed_id, data.note)
