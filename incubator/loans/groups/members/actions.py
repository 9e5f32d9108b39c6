"""Households that join and leave a credit group. The group is locked, so that its seats are counted one by one."""

from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.errors import DomainError, FieldError, wrong_field
from incubator.loans.groups.actions import check_past_day, is_somebody_of, lock_group_to_manage
from incubator.loans.groups.members.schemas import GroupMemberJoin, GroupMemberPatch
from incubator.loans.groups.models import CreditGroup, GroupMember, Period, check_seats
from incubator.loans.groups.queries import visible_groups
from incubator.loans.sight import sight_of, sight_values
from incubator.people.households import sight as households_sight
from incubator.people.households.models import Household


async def join_group(
    session: AsyncSession, actor: Actor, group_id: UUID, data: GroupMemberJoin, *, now: datetime
) -> UUID:
    """One more household of the village, if there is room and it belongs to no other group."""
    group = await lock_group_to_manage(session, actor, group_id)
    today = civil_day(now)
    household = await _household(session, actor, data.household_id)
    group.check_home(village_id=household.village_id, locality_id=household.locality_id)
    period = Period(today if data.from_on is UNSET else data.from_on, data.to_on)
    await _check(session, actor, group, household.id, period, today=today)
    member = GroupMember(group_id=group.id, household_id=household.id, from_on=period.from_on, to_on=period.to_on)
    session.add(member)
    await session.flush()
    record_audit(session, actor, "join", "credit_group", group.id, household_id=str(household.id))
    await session.flush()
    return member.id


async def edit_membership(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    member_id: UUID,
    data: GroupMemberPatch,
    if_match: IfMatch,
    *,
    now: datetime,
) -> None:
    """Let a household leave, or correct its days."""
    group = await lock_group_to_manage(session, actor, group_id)
    wanted = select(GroupMember).where(GroupMember.id == member_id, GroupMember.group_id == group.id)
    member = await session.scalar(wanted.with_for_update())
    if member is None:
        raise DomainError("not_found")
    if_match.check(member.version)
    period = Period(
        member.from_on if data.from_on is UNSET else data.from_on, member.to_on if data.to_on is UNSET else data.to_on
    )
    today = civil_day(now)
    await _check(session, actor, group, member.household_id, period, today=today, but=member.id)
    member.from_on, member.to_on = period.from_on, period.to_on
    await session.flush()
    released = await _release_leader(session, group, period, today=today)
    days = {name: getattr(period, name) and getattr(period, name).isoformat() for name in ("from_on", "to_on")}
    household_id = str(member.household_id)
    record_audit(
        session, actor, "edit_membership", "credit_group", group.id,
        household_id=household_id, leader_released=released, **days,
    )  # fmt: skip
    await session.flush()


async def _household(session: AsyncSession, actor: Actor, household_id: UUID) -> Household:
    """One that the actor sees, held so that it does not move to another village meanwhile."""
    sight = households_sight.sight_of(actor)
    query = households_sight.visible_households(sight).where(Household.id == household_id)
    locked = query.with_for_update(of=Household, key_share=True)
    household = await session.scalar(locked, households_sight.sight_values(actor))
    if household is None:
        raise wrong_field("/household_id", "not_found")
    return household


async def _check(
    session: AsyncSession, actor: Actor, group: CreditGroup, household_id: UUID, period: Period, *,
    today: date, but: UUID | None = None,
) -> None:  # fmt: skip
    """Whether a household may belong to the group on these days. `but` is the membership that they replace."""
    check_past_day(period.from_on, "/from_on", since=group.formed_on, today=today)
    if period.to_on is not None:
        check_past_day(period.to_on, "/to_on", since=period.from_on, today=today)
    group.check_exists(period)
    await _check_free(session, actor, household_id, period, but=but)
    check_seats(await _taken(session, group, but=but), period)


async def _check_free(
    session: AsyncSession, actor: Actor, household_id: UUID, period: Period, *, but: UUID | None
) -> None:
    """The friendly form of the exclusion constraint: since when it belongs to a group, and to which if that is seen."""
    memberships = select(GroupMember).where(GroupMember.household_id == household_id).order_by(GroupMember.from_on)
    for member in await session.scalars(memberships):
        if member.id != but and period.overlaps(Period(member.from_on, member.to_on)):
            seen = visible_groups(sight_of(actor)).where(CreditGroup.id == member.group_id)
            group = await session.scalar(seen, sight_values(actor))
            named = {"group_id": str(group.id), "group_name": group.name} if group else {}
            params = {"since": member.from_on.isoformat(), **named}
            raise DomainError(
                "duplicate", errors=[FieldError(code="duplicate", pointer="/household_id", params=params)]
            )


async def _taken(session: AsyncSession, group: CreditGroup, *, but: UUID | None) -> list[Period]:
    rows = select(GroupMember).where(GroupMember.group_id == group.id)
    return [Period(row.from_on, row.to_on) for row in await session.scalars(rows) if row.id != but]


async def _release_leader(session: AsyncSession, group: CreditGroup, period: Period, *, today: date) -> bool:
    """With the household goes who led the group: from the day after its last, until another is named, nobody does."""
    day = today if period.to_on is None else max(today, period.to_on + timedelta(days=1))
    if group.leader_id is None or await is_somebody_of(session, group, group.leader_id, day):
        return False
    group.leader_id = None
    return True
