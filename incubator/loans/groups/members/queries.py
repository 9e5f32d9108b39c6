"""What is read of the households of a credit group."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, Uuid, and_, select

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.loans.groups.members.schemas import GroupMemberOut, GroupMemberQuery
from incubator.loans.groups.models import CreditGroup, GroupMember
from incubator.loans.groups.queries import belongs_on
from incubator.loans.sight import Sight, is_seen, sight_of, sight_values
from incubator.paging import Listing, Order
from incubator.people.households.membership import lives_on
from incubator.people.households.models import HouseholdMember, Relation
from incubator.people.models import Person

NEWEST_FIRST = Order((GroupMember.id.expression,), descending=True)


def list_group_members(
    actor: Actor, group_id: UUID, filters: GroupMemberQuery, *, today: date
) -> Listing[GroupMemberOut]:
    """Newest first."""
    return Listing(
        name="credit_group_members",
        query=_members,
        shape=(sight_of(actor), filters.on is not None, filters.household_id is not None),
        order=NEWEST_FIRST,
        values={
            **sight_values(actor),
            "group_id": group_id,
            "on": filters.on,
            "household_id": filters.household_id,
            "today": today,
        },
        row=GroupMemberOut,
        show=_with_head,
    )


async def get_group_member(
    reads: Reads, actor: Actor, group_id: UUID, member_id: UUID, *, today: date
) -> GroupMemberOut:
    """One membership; 404 where the actor does not see its group."""
    values = {**sight_values(actor), "group_id": group_id, "member_id": member_id, "today": today}
    return await fetch_one(reads, _member(sight_of(actor)), values, GroupMemberOut)


@statement
def _member(sight: Sight) -> AnySelect:
    return _with_head(_members(sight, False, False).where(GroupMember.id == param("member_id", Uuid)))


def _members(sight: Sight, by_day: bool, by_household: bool) -> Select[Any]:
    query = (
        select(GroupMember)
        .join(CreditGroup, CreditGroup.id == GroupMember.group_id)
        .where(is_seen(sight, of=CreditGroup), GroupMember.group_id == param("group_id", Uuid))
    )
    if by_day:
        query = query.where(belongs_on(param("on", Date)))
    return query.where(GroupMember.household_id == param("household_id", Uuid)) if by_household else query


def _with_head(members: AnySelect, *_: Any) -> AnySelect:
    """The household's head of today beside each membership."""
    m, home = GroupMember, HouseholdMember
    is_head = and_(
        home.household_id == m.household_id, home.relation == Relation.head, lives_on(home, param("today", Date))
    )
    columns: tuple[Any, ...] = (m.id, m.version, m.group_id, m.household_id, Person.full_name, m.from_on, m.to_on)
    joined = members.outerjoin(home, is_head).outerjoin(Person, Person.id == home.person_id)
    return joined.with_only_columns(*columns)
