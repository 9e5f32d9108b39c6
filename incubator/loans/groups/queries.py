"""What is read of credit groups. A group is seen where it lies, by who reads loans there."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, String, Text, Uuid, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.errors import DomainError, FieldError
from incubator.loans.groups.models import FEWEST_MEMBERS, CreditGroup, GroupMember
from incubator.loans.groups.schemas import CreditGroupOut, CreditGroupQuery, CreditGroupRow, LeaderOut
from incubator.loans.lenders.models import Lender
from incubator.loans.lenders.queries import lender_asked_for
from incubator.loans.lenders.schemas import LenderRef
from incubator.loans.models import Loan
from incubator.loans.sight import Sight, is_seen, sight_of, sight_values
from incubator.localities.models import Locality
from incubator.localities.queries import find_locality
from incubator.localities.schemas import LocalityRef
from incubator.paging import Listing, Order
from incubator.people.models import Person
from incubator.text import clean_line, search_query

Village = aliased(Locality, name="village")
Commune = aliased(Locality, name="commune")
Province = aliased(Locality, name="province")

NEWEST_FIRST = Order((CreditGroup.id.expression,), descending=True)

_PLACES: tuple[Any, ...] = tuple(
    getattr(place, name) for place in (Village, Commune, Province) for name in LocalityRef.__struct_fields__
)


async def members_on(session: AsyncSession, group_id: UUID, day: date) -> int:
    """How many households belong to the group on a day."""
    count = select(func.count()).select_from(GroupMember).where(GroupMember.group_id == group_id, belongs_on(day))
    return await session.scalar(count) or 0


async def is_group_member(session: AsyncSession, group_id: UUID, household_id: UUID, day: date) -> bool:
    """Whether the household belongs to the group on a day."""
    belongs = (GroupMember.group_id == group_id, GroupMember.household_id == household_id, belongs_on(day))
    return bool(await session.scalar(select(exists().where(*belongs))))


def belongs_on(day: Any, member: Any = GroupMember) -> ColumnElement[bool]:
    """Whether the membership holds on a day."""
    return and_(member.from_on <= day, or_(member.to_on.is_(None), member.to_on >= day))


def visible_groups(sight: Sight) -> Select[CreditGroup]:
    """The groups that the actor may see: loading through this is the authorisation."""
    return select(CreditGroup).where(is_seen(sight, of=CreditGroup))


async def credit_groups_listing(
    reads: Reads, actor: Actor, filters: CreditGroupQuery, *, today: date
) -> Listing[CreditGroupRow]:
    """Newest first. 400 where a filter names no place of today or no lender."""
    values = await _filter_values(reads, filters, today)
    return Listing(
        name="credit_groups",
        query=_filtered,
        shape=(sight_of(actor), frozenset(name for name, value in values.items() if value is not None)),
        order=NEWEST_FIRST,
        values={**sight_values(actor), **values, "today": today},
        row=CreditGroupRow,
        show=_in_list,
    )


async def get_credit_group(reads: Reads, actor: Actor, group_id: UUID, *, today: date) -> CreditGroupOut:
    """One group; 404 where the actor does not see it."""
    values = {**sight_values(actor), "group_id": group_id, "today": today}
    return await fetch_one(reads, _group(sight_of(actor)), values, _group_out)


async def require_credit_group(reads: Reads, actor: Actor, group_id: UUID) -> None:
    """404 where the actor does not see the group."""
    values = {**sight_values(actor), "group_id": group_id}
    await fetch_one(reads, _is_there(sight_of(actor)), values, lambda id_: id_)


@statement
def _group(sight: Sight) -> Select[Any]:
    g = CreditGroup
    columns: tuple[Any, ...] = (
        g.id, g.version, Lender.id, Lender.code, Lender.name, g.bank_code, g.name, *_PLACES,
        Person.id, Person.full_name, _count_members(), _count_loans(), g.formed_on, g.dissolved_on, g.created_at,
    )  # fmt: skip
    query = _joined(visible_groups(sight)).join(Province, Province.id == g.province_id)
    return query.where(g.id == param("group_id", Uuid)).with_only_columns(*columns)


@statement
def _is_there(sight: Sight) -> Select[Any]:
    return visible_groups(sight).where(CreditGroup.id == param("group_id", Uuid)).with_only_columns(CreditGroup.id)


def _filtered(sight: Sight, asked: frozenset[str]) -> Select[Any]:
    g = CreditGroup
    conditions = {
        "q": g.search.bool_op("@@")(func.to_tsquery("simple", param("q", String))),
        "province_id": g.province_id == param("province_id", Uuid),
        "commune_id": g.locality_id == param("commune_id", Uuid),
        "village_id": g.village_id == param("village_id", Uuid),
        "other_village_id": g.village_id == param("other_village_id", Uuid),
        "lender_id": g.lender_id == param("lender_id", Uuid),
        "bank_code": g.bank_code == param("bank_code", Text),
    }
    return visible_groups(sight).where(*(condition for name, condition in conditions.items() if name in asked))


def _in_list(cut: AnySelect, _: Sight, __: frozenset[str]) -> AnySelect:
    """What the list shows, for the groups of one page alone."""
    g, members = CreditGroup, _count_members()
    columns: tuple[Any, ...] = (
        g.id, g.version, Lender.code, g.bank_code, g.name, Village.code, Village.name, Commune.code, Commune.name,
        Person.full_name, members, members >= FEWEST_MEMBERS, g.formed_on, g.dissolved_on,
    )  # fmt: skip
    return _joined(cut).with_only_columns(*columns)


def _joined(groups: AnySelect) -> AnySelect:
    """With what a group is shown by."""
    return (
        groups.join(Lender, Lender.id == CreditGroup.lender_id)
        .join(Village, Village.id == CreditGroup.village_id)
        .join(Commune, Commune.id == CreditGroup.locality_id)
        .outerjoin(Person, Person.id == CreditGroup.leader_id)
    )


def _count_members() -> Any:
    """The households of today."""
    member = aliased(GroupMember)
    today = (member.group_id == CreditGroup.id, belongs_on(param("today", Date), member))
    return select(func.count()).select_from(member).where(*today).correlate(CreditGroup).scalar_subquery()


def _count_loans() -> Any:
    counted = (Loan.group_id == CreditGroup.id, Loan.cancelled_on.is_(None))
    return select(func.count()).select_from(Loan).where(*counted).correlate(CreditGroup).scalar_subquery()


async def _filter_values(reads: Reads, filters: CreditGroupQuery, today: date) -> dict[str, Any]:
    """A village may be named by its code and another by its id: then both are asked for, and nothing is both."""
    values: dict[str, Any] = {
        "q": None if filters.q is None else search_query(filters.q),
        "other_village_id": filters.village_id,
        "lender_id": await lender_asked_for(reads, filters.lender),
        "bank_code": None if filters.bank_code is None else clean_line(filters.bank_code),
    }
    if filters.locality_code is not None:
        place = await find_locality(reads, filters.locality_code, today=today)
        if place is None:
            raise DomainError("validation_failed", errors=[FieldError(code="not_found", parameter="locality_code")])
        values[f"{place.level}_id"] = place.id
    return values


def _group_out(
    id_: UUID, version: int, lender_id: UUID, lender_code: str, lender_name: str, bank_code: str | None, name: str,
    *rest: Any,
) -> CreditGroupOut:  # fmt: skip
    size = len(LocalityRef.__struct_fields__)
    village, commune, province = (LocalityRef(*rest[start : start + size]) for start in range(0, 3 * size, size))
    leader_id, leader_name, members_n, loans_n, formed_on, dissolved_on, created_at = rest[3 * size :]
    return CreditGroupOut(
        id_, version, LenderRef(lender_id, lender_code, lender_name), bank_code, name, village, commune, province,
        LeaderOut(leader_id, leader_name) if leader_id else None, members_n, members_n >= FEWEST_MEMBERS, loans_n,
        formed_on, dissolved_on, created_at,
    )  # fmt: skip
