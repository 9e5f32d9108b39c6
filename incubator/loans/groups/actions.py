"""Forming, changing and dissolving credit groups."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import Select, Uuid, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import FIRST_DAY, civil_day
from incubator.db import SessionReads, differing, param
from incubator.errors import DomainError, FieldError, broken_rule, wrong_field
from incubator.loans.groups.models import (
    GROUP_HAS_LOANS,
    GROUP_HAS_MEMBERS,
    LEADER_NOT_A_MEMBER,
    CreditGroup,
    GroupMember,
)
from incubator.loans.groups.queries import belongs_on, visible_groups
from incubator.loans.groups.schemas import CreditGroupCreate, CreditGroupPatch
from incubator.loans.lenders.queries import lender_named
from incubator.loans.models import Loan, LoanStatus
from incubator.loans.sight import Sight, sight_of, sight_values
from incubator.localities.models import Locality
from incubator.localities.queries import is_valid_on
from incubator.people.households.membership import lives_on
from incubator.people.households.models import HouseholdMember
from incubator.people.queries import seen_people
from incubator.text import clean_line

OPEN = (LoanStatus.approved, LoanStatus.disbursing, LoanStatus.active)
"""Of a loan that may still be paid out, or is to be paid back."""


async def add_credit_group(session: AsyncSession, actor: Actor, data: CreditGroupCreate, *, now: datetime) -> UUID:
    """A group of a village in which the actor manages loans."""
    actor.require(Permission.loans_manage)
    today = civil_day(now)
    check_past_day(data.formed_on, "/formed_on", today=today)
    place = await _place(session, actor, data, today=today)
    lender_id = await lender_named(SessionReads(session), data.lender)
    group = CreditGroup(lender_id=lender_id, formed_on=data.formed_on, **place, **_names_of(data))
    await _refuse_second(session, lender_id, group.bank_code)
    session.add(group)
    await session.flush()
    record_audit(session, actor, "add", "credit_group", group.id)
    await session.flush()
    return group.id


async def edit_credit_group(
    session: AsyncSession, actor: Actor, group_id: UUID, data: CreditGroupPatch, if_match: IfMatch, *, now: datetime
) -> None:
    """Lay a merge patch over a group: its names, who leads it, and its first and last day. What it says already
    changes nothing."""
    group = await lock_group_to_manage(session, actor, group_id)
    if_match.check(group.version)
    if not (changes := differing(group, _said_by(data))):
        return
    await _refuse_second(session, group.lender_id, changes.get("bank_code"))
    await _check_days(session, group, changes, today=civil_day(now))
    await _check_leader(session, actor, group, changes.get("leader_id"), today=civil_day(now))
    for name, value in changes.items():
        setattr(group, name, value)
    record_audit(session, actor, "edit", "credit_group", group.id, fields=sorted(changes))
    await session.flush()


async def lock_group_to_manage(session: AsyncSession, actor: Actor, group_id: UUID) -> CreditGroup:
    """The group, locked to the end of the transaction: 404 where it is not seen, 403 for who may not manage it."""
    actor.require(Permission.loans_manage)
    group = await session.scalar(_locked(sight_of(actor)), {**sight_values(actor), "group_id": group_id})
    if group is None:
        raise DomainError("not_found")
    actor.require_at(Permission.loans_manage, province_id=group.province_id, commune_id=group.locality_id)
    return group


async def is_somebody_of(session: AsyncSession, group: CreditGroup, person_id: UUID, day: date) -> bool:
    """Whether the person lives on that day in a household that then belongs to the group."""
    at_home = (HouseholdMember.household_id == GroupMember.household_id, lives_on(HouseholdMember, day))
    belongs = (GroupMember.group_id == group.id, belongs_on(day))
    return bool(
        await session.scalar(select(exists().where(*belongs, *at_home, HouseholdMember.person_id == person_id)))
    )


def check_past_day(day: date, pointer: str, *, since: date = FIRST_DAY, today: date) -> None:
    """What happened is not ahead, and not before what it follows."""
    if not since <= day <= today:
        raise wrong_field(pointer, "out_of_range", min=since.isoformat(), max=today.isoformat())


@lru_cache
def _locked(sight: Sight) -> Select[CreditGroup]:
    """Kept, because putting it together takes longer than running it."""
    return visible_groups(sight).where(CreditGroup.id == param("group_id", Uuid)).with_for_update(of=CreditGroup)


async def _place(session: AsyncSession, actor: Actor, data: CreditGroupCreate, *, today: date) -> dict[str, Any]:
    """The columns of a village of today. One elsewhere is, for this actor, not there."""
    if (data.village_code is UNSET) == (data.village_id is UNSET):
        raise wrong_field("/village_code", "required" if data.village_code is UNSET else "duplicate")
    by_code = data.village_id is UNSET
    named = Locality.code == data.village_code if by_code else Locality.id == data.village_id
    commune = aliased(Locality)
    found = await session.execute(
        select(Locality.id, commune.id, commune.parent_id)
        .join(commune, commune.id == Locality.parent_id)
        .where(named, Locality.level == "village", is_valid_on(Locality, literal(today)))
    )
    row = found.one_or_none()
    if row is None or not actor.territory(Permission.loans_manage).covers(row[2], row[1]):
        raise wrong_field("/village_code" if by_code else "/village_id", "not_found")
    return {"village_id": row[0], "locality_id": row[1], "province_id": row[2]}


async def _refuse_second(session: AsyncSession, lender_id: UUID, bank_code: str | None) -> None:
    """The friendly form of the unique constraint."""
    same = select(CreditGroup.id).where(CreditGroup.lender_id == lender_id, CreditGroup.bank_code == bank_code)
    if bank_code is not None and await session.scalar(same) is not None:
        raise DomainError("duplicate", errors=[FieldError(code="duplicate", pointer="/bank_code")])


async def _check_days(session: AsyncSession, group: CreditGroup, changes: dict[str, Any], *, today: date) -> None:
    """A group begins no later than its first membership, and ends when nobody belongs to it or borrows through it."""
    formed_on, dissolved_on = changes.get("formed_on", group.formed_on), changes.get("dissolved_on")
    if "formed_on" in changes:
        first = await session.scalar(select(func.min(GroupMember.from_on)).where(GroupMember.group_id == group.id))
        check_past_day(formed_on, "/formed_on", today=min(filter(None, (first, group.dissolved_on, today))))
    if dissolved_on is not None:
        check_past_day(dissolved_on, "/dissolved_on", since=formed_on, today=today)
        await _check_left(session, group, dissolved_on)


async def _check_left(session: AsyncSession, group: CreditGroup, day: date) -> None:
    stays = or_(GroupMember.to_on.is_(None), GroupMember.to_on > day)
    members = await session.scalar(select(func.count()).where(GroupMember.group_id == group.id, stays))
    if members:
        raise broken_rule(GROUP_HAS_MEMBERS, members=members, day=day.isoformat())
    loans = await session.scalar(select(func.count()).where(Loan.group_id == group.id, Loan.status.in_(OPEN)))
    if loans:
        raise broken_rule(GROUP_HAS_LOANS, loans=loans)


async def _check_leader(
    session: AsyncSession, actor: Actor, group: CreditGroup, person_id: UUID | None, *, today: date
) -> None:
    """A person whom the actor does not see is, for them, not there."""
    if person_id is None:
        return
    if not await seen_people(SessionReads(session), actor, [person_id]):
        raise wrong_field("/leader_person_id", "not_found")
    if not await is_somebody_of(session, group, person_id, today):
        raise broken_rule(LEADER_NOT_A_MEMBER)


def _said_by(data: CreditGroupPatch) -> dict[str, Any]:
    """What a patch says, by column; what it does not mention is left out."""
    rest = {"leader_id": data.leader_person_id, "formed_on": data.formed_on, "dissolved_on": data.dissolved_on}
    return {**_names_of(data), **{name: value for name, value in rest.items() if value is not UNSET}}


def _names_of(data: CreditGroupCreate | CreditGroupPatch) -> dict[str, Any]:
    """Those that a body sends; what it does not mention is left out."""
    names = {name: value for name in ("name", "bank_code") if (value := getattr(data, name)) is not UNSET}
    return {name: value and clean_line(value) for name, value in names.items()}
