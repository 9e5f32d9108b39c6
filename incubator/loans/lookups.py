"""What a loan or an application names, looked up; 400 with the pointer of the field where there is none of it."""

from collections.abc import Awaitable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.db import SessionReads
from incubator.errors import DomainError, FieldError, wrong_field
from incubator.loans.groups.queries import require_credit_group
from incubator.loans.models import Loan
from incubator.loans.programmes.models import LoanProgramme
from incubator.people.households import sight as households_sight
from incubator.people.households.membership import is_household_member
from incubator.people.households.models import Household, HouseholdMember
from incubator.people.households.sight import visible_households
from incubator.people.queries import seen_people
from incubator.projects.queries import require_project


async def find_household(session: AsyncSession, actor: Actor, household_id: UUID) -> Household:
    """A household of a place where the actor reads loans and people."""
    seen = visible_households(households_sight.sight_of(actor)).where(Household.id == household_id)
    household = await session.scalar(seen, households_sight.sight_values(actor))
    lends_there = actor.territory(Permission.loans_read)
    if household is None or not lends_there.covers(household.province_id, household.locality_id):
        raise wrong_field("/household_id", "not_found")
    return household


async def find_programme(session: AsyncSession, programme_id: UUID) -> LoanProgramme:
    programme = await session.get(LoanProgramme, programme_id)
    if programme is None:
        raise wrong_field("/programme_id", "not_found")
    return programme


async def check_group(session: AsyncSession, actor: Actor, group_id: UUID | None) -> None:
    """A credit group that the actor sees, or none."""
    if group_id is not None:
        await _named("/group_id", require_credit_group(SessionReads(session), actor, group_id))


async def check_project(session: AsyncSession, actor: Actor, project_id: UUID | None) -> None:
    """A project that the actor sees, or none."""
    if project_id is not None:
        await _named("/project_id", require_project(SessionReads(session), actor, project_id))


async def check_borrower(session: AsyncSession, actor: Actor, household_id: UUID, person_id: UUID) -> None:
    """Somebody whom the actor sees, or who ever lived in the household, which the actor sees."""
    ever = select(exists().where(HouseholdMember.household_id == household_id, HouseholdMember.person_id == person_id))
    if await session.scalar(ever) or await seen_people(SessionReads(session), actor, [person_id]):
        return
    raise wrong_field("/borrower_id", "not_found")


def is_loan_of(application_id: Any) -> ColumnElement[bool]:
    """Whether a loan is what the application became. One that was cancelled is not: another may follow."""
    return and_(Loan.application_id == application_id, Loan.cancelled_on.is_(None))


async def lives_in(session: AsyncSession, household_id: UUID, person_id: UUID, day: date) -> bool:
    """Whether the person lives in the household on that day."""
    return bool(await session.scalar(select(is_household_member(household_id, person_id, day))))


def require_given(data: Any, names: Sequence[str], absent: Any) -> None:
    """Fields that are required in this case."""
    errors = [FieldError(code="required", pointer=f"/{name}") for name in names if getattr(data, name) is absent]
    if errors:
        raise DomainError("validation_failed", errors=errors)


async def _named(pointer: str, requirement: Awaitable[None]) -> None:
    """What is 404 in an address is a wrong field in a body."""
    try:
        await requirement
    except DomainError as refusal:
        raise wrong_field(pointer, "not_found") from refusal
