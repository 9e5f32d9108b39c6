"""What is read about households, always through `sight`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, Select, String, Text, Uuid, exists, func, select
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_all, fetch_one, param, statement
from incubator.errors import DomainError, FieldError
from incubator.localities.models import Locality
from incubator.localities.queries import find_locality
from incubator.localities.schemas import LocalityRef
from incubator.paging import Listing, Order
from incubator.people.households.membership import class_on, class_since, is_household_member, lives_on
from incubator.people.households.models import Household, HouseholdClass, HouseholdMember, Relation
from incubator.people.households.schemas import (
    HouseholdClassOut,
    HouseholdMemberOut,
    HouseholdOut,
    HouseholdQuery,
    HouseholdRow,
)
from incubator.people.households.sight import Sight, is_opened, is_seen, sight_of, sight_values
from incubator.people.models import Person
from incubator.text import search_query

Commune = aliased(Locality, name="commune")
Recorded = aliased(Locality, name="recorded")
Village = aliased(Locality, name="village")

NEWEST_FIRST = Order((Household.id.expression,), descending=True)
OLDEST_MEMBER_FIRST = Order((HouseholdMember.id.expression,))
LAST_DAY_FIRST = Order((HouseholdClass.from_on.expression,), descending=True)

_REFS: tuple[Any, ...] = tuple(
    getattr(place, name) for place in (Commune, Recorded, Village) for name in LocalityRef.__struct_fields__
)
_MEMBER: tuple[Any, ...] = (
    HouseholdMember.id, HouseholdMember.version, HouseholdMember.person_id, Person.full_name,
    HouseholdMember.relation, HouseholdMember.from_on, HouseholdMember.to_on,
)  # fmt: skip
_CLASS: tuple[Any, ...] = (
    HouseholdClass.id, HouseholdClass.from_on, HouseholdClass.poverty_class, HouseholdClass.certificate,
    HouseholdClass.recorded_at, HouseholdClass.recorded_by_id,
)  # fmt: skip


async def get_household(reads: Reads, actor: Actor, household_id: UUID, *, today: date) -> HouseholdOut:
    """One household as it is today; 404 where the actor sees none.

    Where this shows a class it is a sensitive read: answer with `actions.show_household`, which records it.
    """
    sight, values = sight_of(actor), {**sight_values(actor), "household_id": household_id, "today": today}
    shown = await fetch_one(reads, _household(sight), values, _household_out)
    members = await fetch_all(reads, _current_members(sight), values, HouseholdMemberOut)
    return msgspec.structs.replace(shown, members=members)


async def households_listing(
    reads: Reads, actor: Actor, filters: HouseholdQuery, *, today: date
) -> Listing[HouseholdRow]:
    """The newest first. 400 where a filter names no place of today, 403 where it asks for what stays hidden."""
    sight = sight_of(actor)
    if filters.poverty_class is not None and sight.opened.nowhere:
        raise DomainError("forbidden")
    values = await _filter_values(reads, filters, today)
    asked = frozenset(name for name, value in values.items() if value is not None)
    return Listing(
        name="households",
        query=_households,
        shape=(sight, asked),
        order=NEWEST_FIRST,
        values={**sight_values(actor), **values, "today": today},
        row=HouseholdRow,
        show=_in_list,
    )


async def require_household(reads: Reads, actor: Actor, household_id: UUID, *, opened: bool = False) -> None:
    """404 where the actor sees no such household; with `opened`, 403 where its class stays hidden from them."""
    values = {**sight_values(actor), "household_id": household_id}
    is_open = await fetch_one(reads, _is_open(sight_of(actor)), values, bool)
    if opened and not is_open:
        raise DomainError("forbidden")


def members_listing(actor: Actor, household_id: UUID) -> Listing[HouseholdMemberOut]:
    """Everybody who ever lived there, in the order in which they were entered."""
    return Listing(
        name="household_members",
        query=_members,
        shape=(sight_of(actor),),
        order=OLDEST_MEMBER_FIRST,
        values={**sight_values(actor), "household_id": household_id},
        row=HouseholdMemberOut,
    )


async def get_member(reads: Reads, actor: Actor, household_id: UUID, member_id: UUID) -> HouseholdMemberOut:
    values = {**sight_values(actor), "household_id": household_id, "member_id": member_id}
    return await fetch_one(reads, _member(sight_of(actor)), values, HouseholdMemberOut)


def classes_listing(actor: Actor, household_id: UUID) -> Listing[HouseholdClassOut]:
    """The classes of a household whose sensitive fields the actor may read, the last first."""
    return Listing(
        name="household_classes",
        query=_classes,
        shape=(sight_of(actor),),
        order=LAST_DAY_FIRST,
        values={**sight_values(actor), "household_id": household_id},
        row=HouseholdClassOut,
        place=lambda row: (row.from_on,),
        place_types=tuple[date],
    )


@statement
def _household(sight: Sight) -> Select[Any]:
    today = param("today", Date)
    columns: tuple[Any, ...] = (
        Household.id, Household.version, Household.created_at, is_opened(sight), class_on(Household.id, today),
        class_since(Household.id, today), *_REFS,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Commune, Commune.id == Household.locality_id)
        .outerjoin(Recorded, Recorded.id == Household.recorded_locality_id)
        .outerjoin(Village, Village.id == Household.village_id)
        .where(Household.id == param("household_id", Uuid), is_seen(sight))
    )


@statement
def _current_members(sight: Sight) -> Select[Any]:
    """The head first, the others as they were entered."""
    head_first = (HouseholdMember.relation != Relation.head, HouseholdMember.id)
    return _members(sight).where(lives_on(HouseholdMember, param("today", Date))).order_by(*head_first)


@statement
def _is_open(sight: Sight) -> Select[Any]:
    return (
        select(is_opened(sight))
        .select_from(Household)
        .where(Household.id == param("household_id", Uuid), is_seen(sight))
    )


@statement
def _member(sight: Sight) -> Select[Any]:
    return _members(sight).where(HouseholdMember.id == param("member_id", Uuid))


def _members(sight: Sight) -> Select[Any]:
    return (
        select(*_MEMBER)
        .join(Person, Person.id == HouseholdMember.person_id)
        .join(Household, Household.id == HouseholdMember.household_id)
        .where(Household.id == param("household_id", Uuid), is_seen(sight))
    )


def _classes(sight: Sight) -> Select[Any]:
    return (
        select(*_CLASS)
        .join(Household, Household.id == HouseholdClass.household_id)
        .where(Household.id == param("household_id", Uuid), is_seen(sight), is_opened(sight))
    )


def _households(sight: Sight, asked: frozenset[str]) -> Select[Any]:
    today = param("today", Date)
    conditions: dict[str, Any] = {
        "province_id": Household.province_id == param("province_id", Uuid),
        "commune_id": Household.locality_id == param("commune_id", Uuid),
        "village_id": Household.village_id == param("village_id", Uuid),
        "q": _has_somebody_named(today),
        "person_id": is_household_member(Household.id, param("person_id", Uuid), today),
    }
    query = select(Household.id).where(is_seen(sight))
    query = query.where(*(condition for name, condition in conditions.items() if name in asked))
    if "poverty_class" in asked:
        query = query.where(is_opened(sight), class_on(Household.id, today) == param("poverty_class", Text))
    return query


def _has_somebody_named(today: Any) -> ColumnElement[bool]:
    named = Person.search.bool_op("@@")(func.to_tsquery("simple", param("q", String)))
    lives_here = HouseholdMember.household_id == Household.id
    at_home = (lives_here, lives_on(HouseholdMember, today), HouseholdMember.person_id == Person.id)
    return exists().where(*at_home, named).correlate(Household)


def _in_list(cut: AnySelect, _: Sight, __: frozenset[str]) -> AnySelect:
    today, head = param("today", Date), aliased(HouseholdMember)
    at_home = aliased(HouseholdMember)
    is_head = (head.household_id == Household.id) & (head.relation == Relation.head) & lives_on(head, today)
    how_many = select(func.count()).where(at_home.household_id == Household.id, lives_on(at_home, today))
    columns: tuple[Any, ...] = (
        Household.id, Household.version, Commune.code, Commune.name, Village.code, Village.name, Person.id,
        Person.full_name, how_many.correlate(Household).scalar_subquery(),
    )  # fmt: skip
    return (
        cut.with_only_columns(*columns)
        .join(Commune, Commune.id == Household.locality_id)
        .outerjoin(Village, Village.id == Household.village_id)
        .outerjoin(head, is_head)
        .outerjoin(Person, Person.id == head.person_id)
    )


async def _filter_values(reads: Reads, filters: HouseholdQuery, today: date) -> dict[str, Any]:
    values: dict[str, Any] = {
        "q": None if filters.q is None else search_query(filters.q),
        "person_id": filters.person_id,
        "poverty_class": filters.poverty_class and filters.poverty_class.value,
    }
    if filters.locality_code is not None:
        place = await find_locality(reads, filters.locality_code, today=today)
        if place is None:
            raise DomainError("validation_failed", errors=[FieldError(code="not_found", parameter="locality_code")])
        values[f"{place.level}_id"] = place.id
    return values


def _household_out(
    id_: UUID, version: int, created_at: datetime, opened: bool, poverty_class: Any, since: date | None, *refs: Any
) -> HouseholdOut:
    size = len(LocalityRef.__struct_fields__)
    locality, recorded, village = (refs[start : start + size] for start in range(0, 3 * size, size))
    return HouseholdOut(
        id=id_,
        version=version,
        locality=LocalityRef(*locality),
        recorded_locality=LocalityRef(*recorded) if recorded[0] else None,
        village=LocalityRef(*village) if village[0] else None,
        members=[],
        poverty_class=poverty_class if opened else None,
        poverty_class_since=since if opened else None,
        sensitive_hidden=not opened,
        created_at=created_at,
    )
