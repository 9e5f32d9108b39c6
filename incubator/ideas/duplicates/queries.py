"""What is read of the pairs of an idea: those whose other idea the actor sees too."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, and_, any_, case, literal_column, null, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import Reads, fetch_all, fetch_one, param, statement
from incubator.ideas.duplicates.finding import is_of, other_of
from incubator.ideas.duplicates.models import IdeaDuplicate, IdeaDuplicateStatus
from incubator.ideas.duplicates.schemas import IdeaDuplicateOut, IdeaDuplicateQuery, IdeaDuplicateSearchOut
from incubator.ideas.duplicates.sight import sight_of_pairs
from incubator.ideas.models import Idea, IdeaMember, IdeaVersion
from incubator.ideas.sight import Sight, is_visible, shown_status, sight_values
from incubator.localities.models import Locality
from incubator.paging import MAX_LIMIT, Listing, Order
from incubator.people.models import Person
from incubator.territory import within

LATEST_FIRST = Order((IdeaDuplicate.id.expression,), descending=True)


def list_duplicates(
    actor: Actor, idea_id: UUID, filters: IdeaDuplicateQuery, *, now: datetime
) -> Listing[IdeaDuplicateOut]:
    return Listing(
        name="idea_duplicates",
        query=_pairs,
        shape=(sight_of_pairs(actor), bool(filters.status)),
        order=LATEST_FIRST,
        values={**_values(actor, idea_id, now), "status": [status.value for status in filters.status]},
        row=IdeaDuplicateOut,
    )


async def get_duplicate(reads: Reads, actor: Actor, idea_id: UUID, pair_id: UUID, *, now: datetime) -> IdeaDuplicateOut:
    """One pair of the idea; 404 where the actor does not see both ideas."""
    values = {**_values(actor, idea_id, now), "pair_id": pair_id}
    return await fetch_one(reads, _pair(sight_of_pairs(actor)), values, IdeaDuplicateOut)


async def open_duplicates(reads: Reads, actor: Actor, idea_id: UUID, *, now: datetime) -> IdeaDuplicateSearchOut:
    """The open pairs of the idea, as far as the actor sees them."""
    values = {**_values(actor, idea_id, now), "status": [IdeaDuplicateStatus.open.value]}
    return IdeaDuplicateSearchOut(await fetch_all(reads, _open(sight_of_pairs(actor)), values, IdeaDuplicateOut))


def seen_pair(sight: Sight) -> Select[IdeaDuplicate]:
    """The pair `pair_id` of the idea `idea_id`, where the actor sees both ideas."""
    return _between_seen(select(IdeaDuplicate), sight, aliased(Idea)).where(IdeaDuplicate.id == param("pair_id", Uuid))


def _values(actor: Actor, idea_id: UUID, now: datetime) -> dict[str, Any]:
    return {**sight_values(actor, now), "idea_id": idea_id}


@statement
def _pair(sight: Sight) -> Select[Any]:
    return _pairs(sight, False).where(IdeaDuplicate.id == param("pair_id", Uuid))


@statement
def _open(sight: Sight) -> Select[Any]:
    return _pairs(sight, True).order_by(IdeaDuplicate.id.desc()).limit(literal_column(str(MAX_LIMIT)))


def _pairs(sight: Sight, by_status: bool) -> Select[Any]:
    d, other, leader = IdeaDuplicate, aliased(Idea), aliased(IdeaMember)
    screens = within(sight.unpublished, "unpublished", province=Idea.province_id, commune=Idea.locality_id)
    columns: tuple[Any, ...] = (
        d.id, d.version, d.status, d.evidence, case((screens, d.note), else_=null()), d.found_at, d.resolved_at,
        case((screens, d.resolved_by_id), else_=null()),
        other.id, other.tracking_code, IdeaVersion.title, shown_status(sight, other), Person.id, Person.full_name,
        Locality.code, Locality.name, other.received_on,
    )  # fmt: skip
    query = (
        _between_seen(select(*columns), sight, other)
        .join(IdeaVersion, and_(IdeaVersion.idea_id == other.id, IdeaVersion.number == other.content_number))
        .join(leader, and_(leader.idea_id == other.id, leader.number == other.content_number, leader.position == 0))
        .join(Person, Person.id == leader.person_id)
        .join(Locality, Locality.id == other.locality_id)
    )
    return query.where(d.status == any_(param("status", ARRAY(Text)))) if by_status else query


def _between_seen(query: Select[Any], sight: Sight, other: type[Idea]) -> Select[Any]:
    idea_id = param("idea_id", Uuid)
    return (
        query.select_from(IdeaDuplicate)
        .join(Idea, and_(Idea.id == idea_id, is_of(Idea.id)))
        .join(other, other.id == other_of(Idea.id))
        .where(is_visible(sight, Idea), is_visible(sight, other))
    )
