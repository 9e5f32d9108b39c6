"""Entering who lives in a household. The database holds that nobody lives in two, and that one is the head."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.errors import DomainError, FieldError
from incubator.people.actions import check_people, resolve_people
from incubator.people.facts import FIRST_DAY
from incubator.people.households.access import lock_household_to_enter
from incubator.people.households.models import Household, HouseholdMember, Relation
from incubator.people.households.schemas import MemberCreate, MemberPatch
from incubator.people.households.sight import sight_of, sight_values, visible_households
from incubator.people.schemas import PersonInput

SOURCE = "household"
"""Why the people of a household are seen in its commune."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who comes to live in a household, as a body says it at `at`; the person stands at `person_at`."""

    at: str
    person_at: str
    person: PersonInput
    relation: Relation
    from_on: date
    to_on: date | None = None


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """What a row shall say: a new one, or the one with `member_id`."""

    household_id: UUID
    person_id: UUID
    relation: Relation
    from_on: date
    to_on: date | None
    member_id: UUID | None = None


async def add_member(
    session: AsyncSession, actor: Actor, household_id: UUID, data: MemberCreate, *, now: datetime
) -> UUID:
    """Somebody comes to live in the household."""
    household = await lock_household_to_enter(session, actor, household_id)
    today = civil_day(now)
    arrival = Arrival(
        at="", person_at="/person", person=data.person, relation=data.relation,
        from_on=today if data.from_on is UNSET else data.from_on, to_on=data.to_on,
    )  # fmt: skip
    if errors := await check_arrivals(session, actor, [arrival], source_id=household.id, today=today):
        raise DomainError("validation_failed", errors=errors)
    (member,) = await move_in(session, actor, household, [arrival], now=now)
    record_audit(session, actor, "add_member", "household", household.id, member_id=str(member.id))
    await session.flush()
    return member.id


async def edit_member(
    session: AsyncSession, actor: Actor, household_id: UUID, member_id: UUID, data: MemberPatch, if_match: IfMatch, *,
    today: date,
) -> None:  # fmt: skip
    """End a stay or correct it."""
    household = await lock_household_to_enter(session, actor, household_id)
    member = await _lock_member(session, household, member_id)
    if_match.check(member.version)
    stay = _after(member, data)
    if errors := _faults_of_days(stay.from_on, stay.to_on, "", today=today):
        raise DomainError("validation_failed", errors=errors)
    if errors := await _clashes(session, actor, stay, "", "/from_on"):
        raise DomainError("duplicate", errors=errors)
    member.relation, member.from_on, member.to_on = stay.relation.value, stay.from_on, stay.to_on
    if session.is_modified(member):
        fields = [name for name in data.__struct_fields__ if getattr(data, name) is not UNSET]
        record_audit(session, actor, "edit_member", "household", household.id, member_id=str(member.id), fields=fields)
    await session.flush()


async def check_arrivals(
    session: AsyncSession, actor: Actor, arrivals: Sequence[Arrival], *, source_id: UUID | None = None, today: date
) -> list[FieldError]:
    """Everything wrong with the people and their days. `source_id` is the household, where it is there already."""
    errors = [error for one in arrivals for error in _faults_of_days(one.from_on, one.to_on, one.at, today=today)]
    people = {one.person_at: one.person for one in arrivals}
    return errors + await check_people(session, actor, people, source_id=source_id, today=today)


async def move_in(
    session: AsyncSession, actor: Actor, household: Household, arrivals: Sequence[Arrival], *, now: datetime
) -> list[HouseholdMember]:
    """Their rows. They are seen where the household lies from now on, because they live there or did so."""
    people = await resolve_people(
        session, actor, {one.person_at: one.person for one in arrivals}, locality_id=household.locality_id,
        province_id=household.province_id, source=SOURCE, source_id=household.id, now=now,
    )  # fmt: skip
    members, errors = [], []
    for one, person in zip(arrivals, people, strict=True):
        stay = Stay(
            household_id=household.id, person_id=person.id, relation=one.relation, from_on=one.from_on, to_on=one.to_on
        )
        errors += await _clashes(session, actor, stay, one.at, one.person_at)
        members.append(_row_of(stay))
    if errors:
        raise DomainError("duplicate", errors=errors)
    session.add_all(members)
    await session.flush()
    return members


def _faults_of_days(from_on: date, to_on: date | None, at: str, *, today: date) -> list[FieldError]:
    """A stay begins within living memory and ends no sooner than it began; nothing lies in the future."""
    faults = _fault_of_day(from_on, FIRST_DAY, today, f"{at}/from_on")
    if to_on is not None:
        faults += _fault_of_day(to_on, max(from_on, FIRST_DAY), today, f"{at}/to_on")
    return faults


def _fault_of_day(day: date, first: date, today: date, pointer: str) -> list[FieldError]:
    if first <= day <= today:
        return []
    params = {"min": first.isoformat(), "max": today.isoformat()}
    return [FieldError(code="out_of_range", pointer=pointer, params=params)]


async def _lock_member(session: AsyncSession, household: Household, member_id: UUID) -> HouseholdMember:
    wanted = (HouseholdMember.id == member_id, HouseholdMember.household_id == household.id)
    member = await session.scalar(select(HouseholdMember).where(*wanted).with_for_update())
    if member is None:
        raise DomainError("not_found")
    return member


def _after(member: HouseholdMember, data: MemberPatch) -> Stay:
    return Stay(
        household_id=member.household_id,
        person_id=member.person_id,
        relation=Relation(member.relation) if data.relation is UNSET else data.relation,
        from_on=member.from_on if data.from_on is UNSET else data.from_on,
        to_on=member.to_on if data.to_on is UNSET else data.to_on,
        member_id=member.id,
    )


async def _clashes(session: AsyncSession, actor: Actor, stay: Stay, at: str, person_at: str) -> list[FieldError]:
    """The friendly form of the two exclusion constraints, which hold where another request is quicker."""
    found = {person_at: await _meeting(session, stay, HouseholdMember.person_id == stay.person_id)}
    if stay.relation is Relation.head:
        is_head = (HouseholdMember.household_id == stay.household_id, HouseholdMember.relation == Relation.head)
        found[f"{at}/relation"] = await _meeting(session, stay, *is_head)
    return [
        FieldError(code="duplicate", pointer=pointer, params=await _told_of(session, actor, member))
        for pointer, member in found.items()
        if member is not None
    ]


async def _meeting(session: AsyncSession, stay: Stay, *conditions: ColumnElement[bool]) -> HouseholdMember | None:
    """The first of these rows that has a day in common with the stay."""
    member = HouseholdMember
    before_its_end = true() if stay.to_on is None else member.from_on <= stay.to_on
    not_itself = true() if stay.member_id is None else member.id != stay.member_id
    reaches_it = or_(member.to_on.is_(None), member.to_on >= stay.from_on)
    query = select(member).where(*conditions, reaches_it, before_its_end, not_itself)
    return (await session.scalars(query.order_by(member.from_on).limit(1))).one_or_none()


async def _told_of(session: AsyncSession, actor: Actor, member: HouseholdMember) -> dict[str, Any]:
    """Where and since when, for those who see that household; others learn only that there is one."""
    seen = visible_households(sight_of(actor)).where(Household.id == member.household_id)
    if (await session.scalars(seen, sight_values(actor))).one_or_none() is None:
        return {}
    return {
        "household_id": str(member.household_id),
        "person_id": str(member.person_id),
        "from_on": member.from_on.isoformat(),
        "to_on": member.to_on and member.to_on.isoformat(),
    }


def _row_of(stay: Stay) -> HouseholdMember:
    return HouseholdMember(
        household_id=stay.household_id, person_id=stay.person_id, relation=stay.relation.value,
        from_on=stay.from_on, to_on=stay.to_on,
    )  # fmt: skip
