"""Finding the ideas that may be the same one, noting each such pair once, and what waits for the pairs.

Both ways in go by an index (the leader's ideas, the words of the title), so that the cost grows with what is alike and
not with the table.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    SmallInteger,
    Text,
    Uuid,
    and_,
    any_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.days import months_after
from incubator.db import Reads, SessionReads, fetch_all, param, statement
from incubator.errors import broken_rule
from incubator.ideas.dossier.models import IdeaEntry
from incubator.ideas.duplicates.models import (
    MOST_CANDIDATES,
    OPEN_DUPLICATES,
    TAKES_MORE,
    IdeaDuplicate,
    IdeaDuplicateStatus,
    IdeaEvidence,
    evidence_of,
    words_of,
)
from incubator.ideas.duplicates.sight import sight_of_pairs
from incubator.ideas.models import Idea, IdeaMember, IdeaStatus
from incubator.ideas.sight import Sight, is_visible, sight_values
from incubator.people.duplicates.models import DuplicateStatus, PersonDuplicate
from incubator.people.models import Person

WITHOUT_DUPLICATES = frozenset({IdeaStatus.draft, IdeaStatus.merged})
MONTHS_KNOWN = 12
"""For so long a closed idea may be found again."""

MOST_COMPARED = 500
"""Newer ideas first. Nobody leads so many, and a title that more of them bear says nothing."""

_SPLIT_CODES = 3
"""PostgreSQL may take a tracking code for several words, so a title is looked for among those that seem longer."""

_FIRST_EVIDENCE = list(IdeaEvidence)


class Compared(msgspec.Struct, frozen=True):
    """An idea that has a leader or all words of its title in common with the one asked about."""

    id: UUID
    search_key: str
    province_id: UUID
    leader_id: UUID


async def find_duplicates(reads: Reads, idea: Idea, *, today: date) -> dict[UUID, list[IdeaEvidence]]:
    """The ideas that may be the same as this one, at most twenty, the best first, each with the reasons.

    They were handed in and are open, accepted, or closed for no more than a year; who may see them does not matter
    here. A draft has none yet, and a merged idea none any more.
    """
    if idea.status in WITHOUT_DUPLICATES:
        return {}
    words = words_of(idea.search_key)
    values = {
        "idea_id": idea.id, "province_id": idea.province_id, "leader_ids": sorted(await _leaders_of(reads, idea)),
        "title": " ".join(sorted(words)), "words": len(words), "closed_since": months_after(today, -MONTHS_KNOWN),
    }  # fmt: skip
    found = await _evidence(reads, idea, await fetch_all(reads, _compared(), values, Compared))
    best = sorted(found.items(), key=_strength)
    return dict(best[:MOST_CANDIDATES])


async def note_duplicates(session: AsyncSession, idea: Idea, *, today: date) -> None:
    """Open a pair with each idea that may be the same, and take open pairs away whose reasons are gone: nobody has said
    anything of those yet. What a person said about a pair stands.

    Two ideas that come in at the same moment do not see each other; the next step of either finds the pair.
    """
    if idea.status in WITHOUT_DUPLICATES:
        return
    still = await _renew_open(session, idea)
    found = still | await find_duplicates(SessionReads(session), idea, today=today)
    if not found:
        return
    pairs = sorted((*sorted((idea.id, other_id)), evidence) for other_id, evidence in found.items())
    rows = [{"low_id": low, "high_id": high, "evidence": evidence} for low, high, evidence in pairs]
    new = insert(IdeaDuplicate).values(rows)
    says_more = and_(IdeaDuplicate.status == IdeaDuplicateStatus.open, IdeaDuplicate.evidence != new.excluded.evidence)
    await session.execute(
        new.on_conflict_do_update(
            index_elements=[IdeaDuplicate.low_id, IdeaDuplicate.high_id],
            set_={"evidence": new.excluded.evidence, "version": IdeaDuplicate.version + 1},
            where=says_more,
        )
    )


async def _renew_open(session: AsyncSession, idea: Idea) -> dict[UUID, list[IdeaEvidence]]:
    """The reasons of today of each open pair, whether it is among the best or not; without any it is deleted."""
    d, reads = IdeaDuplicate, SessionReads(session)
    locked = select(d).where(is_of(idea.id), d.status == IdeaDuplicateStatus.open).order_by(d.low_id, d.high_id)
    pairs = {
        pair.high_id if pair.low_id == idea.id else pair.low_id: pair
        for pair in await session.scalars(locked.with_for_update())
    }
    if not pairs:
        return {}
    others = await fetch_all(reads, _paired(), {"other_ids": sorted(pairs)}, Compared)
    evidence = await _evidence(reads, idea, others)
    for other_id in pairs.keys() - evidence.keys():
        await session.delete(pairs[other_id])
    await session.flush()
    return evidence


async def _evidence(reads: Reads, idea: Idea, others: Iterable[Compared]) -> dict[UUID, list[IdeaEvidence]]:
    """Those of the ideas that may be the same, with the reasons."""
    leaders, words = await _leaders_of(reads, idea), words_of(idea.search_key)
    found = {
        other.id: evidence_of(
            leaders.get(other.leader_id), words, words_of(other.search_key),
            same_province=other.province_id == idea.province_id,
        )
        for other in others
    }  # fmt: skip
    return {other_id: evidence for other_id, evidence in found.items() if evidence}


async def _leaders_of(reads: Reads, idea: Idea) -> dict[UUID, IdeaEvidence]:
    return dict(await fetch_all(reads, _leaders(), {"idea_id": idea.id, "number": idea.content_number}, _leader))


async def require_no_duplicates(session: AsyncSession, actor: Actor, idea: Idea, *, now: datetime) -> None:
    """Refuses while somebody has to say whether the idea is the same as another one, as far as the actor sees those:
    whoever cannot look at the other idea cannot say it, and must not learn of it."""
    values = {**sight_values(actor, now), "idea_id": idea.id}
    codes = [row[0] for row in await SessionReads(session).rows(_holding_up(sight_of_pairs(actor)), values)]
    if codes:
        raise broken_rule(OPEN_DUPLICATES, count=len(codes), tracking_codes=codes)


async def close_pairs(session: AsyncSession, actor: Actor, idea: Idea, target_id: UUID, *, now: datetime) -> None:
    """After a merger: the pair with the target, whatever was said of it, and all open pairs of the idea are merged."""
    d = IdeaDuplicate
    with_target = or_(d.low_id == target_id, d.high_id == target_id)
    concerned = or_(d.status == IdeaDuplicateStatus.open, with_target)
    pairs = select(d).where(is_of(idea.id), concerned).order_by(d.id).with_for_update()
    for pair in await session.scalars(pairs):
        pair.merge(actor.id, now=now)


def is_of(idea_id: Any) -> ColumnElement[bool]:
    """Whether the pair is one of the idea's."""
    return or_(IdeaDuplicate.low_id == idea_id, IdeaDuplicate.high_id == idea_id)


def other_of(idea_id: Any) -> ColumnElement[UUID]:
    """The other idea of a pair of the idea's."""
    return case((IdeaDuplicate.low_id == idea_id, IdeaDuplicate.high_id), else_=IdeaDuplicate.low_id)


@statement
def _leaders() -> CompoundSelect[Any]:
    """The rows of the leader's person, and of those who may be the same person in the queue of pairs; a merged row
    goes where its survivor goes."""
    leader, row = aliased(IdeaMember), aliased(Person)
    counted = (
        select(func.coalesce(row.survivor_id, row.id))
        .join(leader, leader.person_id == row.id)
        .where(leader.idea_id == param("idea_id", Uuid), leader.number == param("number", SmallInteger))
        .where(leader.position == 0)
        .cte("counted")
    )
    (me,) = counted.c
    same = select(Person.id).join(counted, or_(Person.id == me, Person.survivor_id == me)).cte("same")
    pair, other = PersonDuplicate, aliased(Person)
    sides = ((pair.low_id, pair.high_id), (pair.high_id, pair.low_id))
    noted = [
        select(func.coalesce(other.survivor_id, other.id).label("id"))
        .select_from(same)
        .join(pair, mine == same.c.id)
        .join(other, other.id == theirs)
        .where(pair.status != DuplicateStatus.not_duplicate)
        for mine, theirs in sides
    ]
    alike = union(*noted).cte("alike")
    theirs = select(Person.id, literal(False)).join(
        alike, or_(Person.id == alike.c.id, Person.survivor_id == alike.c.id)
    )
    return union(select(same.c.id, literal(True)), theirs)


@statement
def _compared() -> Select[Any]:
    led, titled, leads = aliased(Idea), aliased(Idea), aliased(IdeaMember)
    by_leader = (
        select(led.id).join(leads, _leads(leads, led)).where(leads.person_id == any_(param("leader_ids", ARRAY(Uuid))))
    )
    # All words of the title, and few others: whether they are the same is asked of what this finds.
    length = param("words", SmallInteger)
    by_title = select(titled.id).where(
        titled.search.bool_op("@@")(func.plainto_tsquery("simple", param("title", Text))),
        func.length(titled.search).between(length, length + _SPLIT_CODES),
        titled.province_id == param("province_id", Uuid),
    )
    leader = aliased(IdeaMember)
    columns: tuple[Any, ...] = (Idea.id, Idea.search_key, Idea.province_id, leader.person_id)
    return (
        select(*columns)
        .join(leader, _leads(leader, Idea))
        .where(Idea.id.in_(union(by_leader, by_title)), Idea.id != param("idea_id", Uuid), _is_alive())
        .order_by(Idea.id.desc())
        .limit(literal_column(str(MOST_COMPARED)))
    )


@statement
def _paired() -> Select[Any]:
    leader = aliased(IdeaMember)
    columns: tuple[Any, ...] = (Idea.id, Idea.search_key, Idea.province_id, leader.person_id)
    return select(*columns).join(leader, _leads(leader, Idea)).where(Idea.id == any_(param("other_ids", ARRAY(Uuid))))


@statement
def _holding_up(sight: Sight) -> Select[Any]:
    idea_id, d = param("idea_id", Uuid), IdeaDuplicate
    return (
        select(Idea.tracking_code)
        .join(d, Idea.id == other_of(idea_id))
        .where(is_of(idea_id), d.status == IdeaDuplicateStatus.open, Idea.status.in_(sorted(TAKES_MORE)))
        .where(is_visible(sight, Idea))
        .order_by(d.id)
    )


def _leads(member: type[IdeaMember], idea: type[Idea]) -> ColumnElement[bool]:
    return and_(member.idea_id == idea.id, member.number == idea.content_number, member.position == 0)


def _is_alive() -> ColumnElement[bool]:
    """Handed in, and not closed long ago."""
    closed = Idea.status.not_in(sorted({*TAKES_MORE, IdeaStatus.draft, IdeaStatus.merged}))
    was_submitted = exists().where(IdeaEntry.idea_id == Idea.id)
    recently = and_(closed, Idea.moved_on >= param("closed_since", Date), was_submitted)
    return or_(Idea.status.in_(sorted(TAKES_MORE)), recently)


def _leader(person_id: UUID, same: bool) -> tuple[UUID, IdeaEvidence]:
    return person_id, IdeaEvidence.same_leader if same else IdeaEvidence.leader_may_be_same


def _strength(found: tuple[UUID, list[IdeaEvidence]]) -> tuple[bool, list[int], int]:
    """Where it stands among the candidates: two reasons before one, the leader the same before perhaps the same, and
    of equals the newest first."""
    other_id, evidence = found
    return len(evidence) < 2, [_FIRST_EVIDENCE.index(one) for one in evidence], -other_id.int
