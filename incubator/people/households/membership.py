"""Who lives in which household on a day, and of which class it is then: for this feature and those above."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.people.households.models import HouseholdClass, HouseholdMember


async def household_of(session: AsyncSession, person_id: UUID, *, on: date) -> UUID | None:
    """The household in which the person lives on the day. It is one at most, as the database holds."""
    member = HouseholdMember
    query = select(member.household_id).where(member.person_id == person_id, lives_on(member, on))
    return await session.scalar(query)


def lives_on(member: type[HouseholdMember], day: Any) -> ColumnElement[bool]:
    """Whether a membership holds on a day, which may be a column or a parameter."""
    return and_(member.from_on <= day, _reaches(member, day))


def is_household_member(household_id: Any, person_id: Any, day: Any) -> ColumnElement[bool]:
    """Whether the person lives in the household on the day."""
    member = aliased(HouseholdMember)
    return exists().where(member.household_id == household_id, member.person_id == person_id, lives_on(member, day))


def class_on(household_id: Any, day: Any) -> ScalarSelect[str]:
    """The class of the household on a day, null where none was recorded by then."""
    row = aliased(HouseholdClass)
    return _last_row(row, household_id, day, row.poverty_class)


def class_since(household_id: Any, day: Any) -> ScalarSelect[date]:
    """The first day of the class that the household has on that day."""
    row = aliased(HouseholdClass)
    return _last_row(row, household_id, day, row.from_on)


def lived_together_since(mine: type[HouseholdMember], theirs: type[HouseholdMember], day: Any) -> ColumnElement[bool]:
    """Whether two memberships were in one household together on the day or on any later one."""
    # Of three periods none ends before another begins; the third is the time from the day on.
    return and_(
        mine.household_id == theirs.household_id,
        _reaches(mine, theirs.from_on),
        _reaches(theirs, mine.from_on),
        _reaches(mine, day),
        _reaches(theirs, day),
    )


def _reaches(member: type[HouseholdMember], day: Any) -> ColumnElement[bool]:
    return or_(member.to_on.is_(None), member.to_on >= day)


def _last_row(row: type[HouseholdClass], household_id: Any, day: Any, column: Any) -> ScalarSelect[Any]:
    return (
        select(column)
        .where(row.household_id == household_id, row.from_on <= day)
        .order_by(row.from_on.desc())
        .limit(1)
        .scalar_subquery()
    )
