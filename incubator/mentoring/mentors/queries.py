"""What is read of mentors: the register, its order by load, and one mentor."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Text, Uuid, any_, cast, exists, func, not_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.errors import DomainError, FieldError
from incubator.localities.models import Locality
from incubator.localities.queries import find_locality
from incubator.localities.schemas import LocalityRef
from incubator.mentoring.mentors.models import Mentor, MentorReach
from incubator.mentoring.mentors.schemas import MentorFilter, MentorOut, MentorRow
from incubator.mentoring.mentors.sight import Sight, sight_of, sight_values, visible_mentors
from incubator.paging import Listing, Order
from incubator.people.models import Person
from incubator.projects.mentors.models import ProjectMentor
from incubator.projects.models import RUNNING, Project
from incubator.territory import Many
from incubator.text import search_query

Load = (
    select(func.count().label("projects"))
    .join_from(ProjectMentor, Project, Project.id == ProjectMentor.project_id)
    .where(
        ProjectMentor.account_id == Mentor.account_id,
        ProjectMentor.to_on.is_(None),
        Project.status.in_([status.value for status in sorted(RUNNING)]),
    )
    .correlate(Mentor)
    .lateral("mentor_load")
)
"""How many running projects the mentor's account mentors at present; joined to `Mentor` on true."""

NEWEST_FIRST = Order((Mentor.id.expression,), descending=True)
MOST_LOADED_FIRST = Order((Load.c.projects, Mentor.id.expression), descending=True)

Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class MentorFilters(msgspec.Struct, frozen=True):
    """Which filters are set: the shape of a list's statement."""

    status: Many
    has_room: bool | None
    given: frozenset[str]


async def list_mentors(reads: Reads, actor: Actor, filters: MentorFilter, *, today: date) -> Listing[MentorRow]:
    """Newest first. 400 where a filter names no place of today."""
    return await _listing(reads, actor, filters, NEWEST_FIRST, today=today)


async def list_by_load(reads: Reads, actor: Actor, filters: MentorFilter, *, today: date) -> Listing[MentorRow]:
    """Those with the most projects first. Who gets or gives back a project during a walk may be met twice or not."""
    listing = await _listing(reads, actor, filters, MOST_LOADED_FIRST, today=today)
    return msgspec.structs.replace(
        listing, name="mentors_by_load", place=lambda row: (row.projects, row.id), place_types=tuple[Count, UUID]
    )


async def get_mentor(reads: Reads, actor: Actor, mentor_id: UUID) -> MentorOut:
    """One mentor; 404 where the actor does not see them."""
    return await fetch_one(
        reads, _mentor(sight_of(actor)), {**sight_values(actor), "mentor_id": mentor_id}, _mentor_out
    )


async def _listing(
    reads: Reads, actor: Actor, filters: MentorFilter, order: Order, *, today: date
) -> Listing[MentorRow]:
    values = await _filter_values(reads, filters, today)
    given = frozenset(name for name in _conditions() if values.get(name) is not None)
    shape = MentorFilters(Many(min(len(filters.status), 2)), filters.has_room, given)
    return Listing(
        name="mentors",
        query=_mentors,
        shape=(sight_of(actor), shape),
        order=order,
        values={**sight_values(actor), **values},
        row=MentorRow,
    )


@statement
def _mentor(sight: Sight) -> Select[Any]:
    place = func.json_build_object(
        "id", Locality.id, "code", Locality.code, "name", Locality.name, "kind", Locality.kind
    )  # fmt: skip
    reach = (
        select(cast(func.json_agg(aggregate_order_by(place, Locality.code.asc(), Locality.id.asc())), Text))
        .join_from(MentorReach, Locality, Locality.id == MentorReach.locality_id)
        .where(MentorReach.mentor_id == Mentor.id)
        .correlate(Mentor)
        .scalar_subquery()
    )
    query = _all_mentors(sight).where(Mentor.id == param("mentor_id", Uuid))
    return query.add_columns(func.coalesce(reach, "[]"), Mentor.created_at)


def _mentors(sight: Sight, filters: MentorFilters) -> Select[Any]:
    query = _all_mentors(sight).where(*(_conditions()[name] for name in sorted(filters.given)))
    if filters.has_room is not None:
        query = query.where(has_room() if filters.has_room else not_(has_room()))
    if filters.status is Many.one:
        query = query.where(Mentor.status == param("status", Text))
    elif filters.status is Many.some:
        query = query.where(Mentor.status == any_(param("status", ARRAY(Text))))
    return query


def _all_mentors(sight: Sight) -> Select[Any]:
    m = Mentor
    columns: tuple[Any, ...] = (
        m.id, m.version, m.person_id, Person.full_name, m.account_id, Account.username, m.organisation, m.status,
        m.platforms, m.sectors, m.languages, m.capacity, Load.c.projects,
    )  # fmt: skip
    return (
        with_load(visible_mentors(sight))
        .join(Person, Person.id == m.person_id)
        .outerjoin(Account, Account.id == m.account_id)
        .with_only_columns(*columns)
    )


def with_load(mentors: Select[Any]) -> Select[Any]:
    """Each mentor beside the number of their projects, `Load.c.projects`."""
    return mentors.join(Load, true())


def has_room() -> ColumnElement[bool]:
    """Whether the mentor could take one more project; Load is joined."""
    return Load.c.projects < Mentor.capacity


def _conditions() -> dict[str, ColumnElement[bool]]:
    """Filter by filter what it asks of a mentor."""
    reach = aliased(MentorReach)
    mine = reach.mentor_id == Mentor.id
    return {
        "platform": param("platform", Text) == any_(Mentor.platforms.expression),
        "sector": param("sector", Text) == any_(Mentor.sectors.expression),
        "language": param("language", Text) == any_(Mentor.languages.expression),
        "reached": exists().where(mine, reach.locality_id == any_(param("reached", ARRAY(Uuid)))),
        "province_id": exists().where(mine, reach.province_id == param("province_id", Uuid)),
        "q": Person.search.bool_op("@@")(func.to_tsquery("simple", param("q", Text))),
    }


async def _filter_values(reads: Reads, filters: MentorFilter, today: date) -> dict[str, Any]:
    statuses = [status.value for status in filters.status]
    values: dict[str, Any] = {
        "status": statuses[0] if len(statuses) == 1 else statuses,
        "platform": filters.platform and filters.platform.value,
        "sector": filters.sector and filters.sector.value,
        "language": filters.language and filters.language.value,
        "q": None if filters.q is None else search_query(filters.q),
    }
    if filters.locality_code is not None:
        values |= await _place_values(reads, filters.locality_code, today)
    return values


async def _place_values(reads: Reads, code: str, today: date) -> dict[str, Any]:
    """A commune is reached by who goes there or anywhere in its province; a province by who goes to any place in it."""
    place = await find_locality(reads, code, today=today)
    if place is None:
        raise DomainError("validation_failed", errors=[FieldError(code="not_found", parameter="locality_code")])
    if place.parent is None:
        return {"province_id": place.id}
    return {"reached": [place.id, place.parent.id]}


def _mentor_out(*row: Any) -> MentorOut:
    fields = dict(zip(MentorOut.__struct_fields__, row, strict=True))
    return MentorOut(**fields | {"reach": msgspec.json.decode(fields["reach"], type=list[LocalityRef])})
