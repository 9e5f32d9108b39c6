"""Searching anew, and what people say about a pair. Merging is a move of the idea."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.errors import DomainError
from incubator.ideas.actions import lock_idea
from incubator.ideas.content import current_version
from incubator.ideas.duplicates.finding import note_duplicates
from incubator.ideas.duplicates.models import IdeaDuplicate
from incubator.ideas.duplicates.queries import seen_pair
from incubator.ideas.duplicates.schemas import IdeaDuplicateResolution, IdeasDiffer
from incubator.ideas.duplicates.sight import sight_of_pairs
from incubator.ideas.models import Idea
from incubator.ideas.sight import sight_values
from incubator.people.duplicates import finding


async def search_duplicates(session: AsyncSession, actor: Actor, idea_id: UUID, *, now: datetime) -> UUID:
    """Look once more for ideas that may be the same, and before that for persons who may be the leader."""
    idea = await _lock_to_screen(session, actor, idea_id, now=now)
    _, people = await current_version(session, idea)
    await finding.note_duplicates(session, actor, [people[0].id])
    await note_duplicates(session, idea, today=civil_day(now))
    record_audit(session, actor, "search_duplicates", "idea", idea.id)
    return idea.id


async def resolve_duplicate(
    session: AsyncSession, actor: Actor, idea_id: UUID, pair_id: UUID, data: IdeaDuplicateResolution,
    if_match: IfMatch, *, now: datetime,
) -> UUID:  # fmt: skip
    """Say that a pair is two ideas, or take that back."""
    idea = await _lock_to_screen(session, actor, idea_id, now=now)
    pair = await _lock_pair(session, actor, idea, pair_id, now=now)
    if_match.check(pair.version)
    if isinstance(data, IdeasDiffer):
        pair.dismiss(data.note, actor.id, now=now)
    else:
        pair.reopen()
    await session.flush()
    record_audit(session, actor, str(data.__struct_config__.tag), "idea_duplicate", pair.id, status=pair.status)
    return pair.id


async def _lock_to_screen(session: AsyncSession, actor: Actor, idea_id: UUID, *, now: datetime) -> Idea:
    actor.require(Permission.ideas_screen)
    idea = await lock_idea(session, actor, idea_id, now=now)
    actor.require_at(Permission.ideas_screen, province_id=idea.province_id, commune_id=idea.locality_id)
    return idea


async def _lock_pair(session: AsyncSession, actor: Actor, idea: Idea, pair_id: UUID, *, now: datetime) -> IdeaDuplicate:
    query = seen_pair(sight_of_pairs(actor)).with_for_update(of=IdeaDuplicate)
    pair = await session.scalar(query, {**sight_values(actor, now), "idea_id": idea.id, "pair_id": pair_id})
    if pair is None:
        raise DomainError("not_found")
    return pair
