"""Entering applications, and changing those that are drafts. Their steps are in `steps.py`."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import Select, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day, fault_of_day
from incubator.db import differing, param
from incubator.errors import DomainError
from incubator.ideas.models import check_day
from incubator.loans.access import require_amounts
from incubator.loans.applications import rules
from incubator.loans.applications.models import (
    ApplicationAction,
    ApplicationStatus,
    ApplicationTransition,
    LoanApplication,
)
from incubator.loans.applications.schemas import ApplicationCreate, ApplicationPatch
from incubator.loans.groups.queries import is_group_member
from incubator.loans.lookups import check_group, check_project, find_household, find_programme, lives_in
from incubator.loans.sight import Sight, is_seen, sight_of, sight_values

ENTER = Permission.loans_enter


async def add_application(session: AsyncSession, actor: Actor, data: ApplicationCreate, *, now: datetime) -> UUID:
    """A draft, or an application that is handed in on the day of its entry."""
    actor.require(ENTER)
    today = civil_day(now)
    applied_on = _day(data.applied_on, today=today)
    household = await find_household(session, actor, data.household_id)
    require_amounts(actor, ENTER, household)
    await check_project(session, actor, data.project_id)
    application = LoanApplication(
        household_id=household.id, applicant_id=data.applicant_id, programme_id=data.programme_id,
        group_id=data.group_id, project_id=data.project_id, asked_vnd=data.asked_vnd, months=data.months,
        purpose=data.purpose, status=ApplicationStatus.draft.value, applied_on=applied_on, moved_on=applied_on,
        locality_id=household.locality_id, province_id=household.province_id,
        entered_by_kind=actor.kind, entered_by_id=actor.id,
    )  # fmt: skip
    await check_group(session, actor, data.group_id)
    await check_application(session, application, applied_on)
    session.add(application)
    await session.flush()
    await append_transition(session, actor, application, ApplicationAction.enter, None)
    if data.submit:
        application.move(ApplicationAction.submit, applied_on, today=today)
        await append_transition(session, actor, application, ApplicationAction.submit, ApplicationStatus.draft)
    record_audit(
        session, actor, "enter", "loan_application", application.id,
        household_id=str(household.id), status=application.status,
    )  # fmt: skip
    await session.flush()
    return application.id


async def edit_application(
    session: AsyncSession, actor: Actor, application_id: UUID, data: ApplicationPatch, if_match: IfMatch
) -> None:
    """Lay a merge patch over a draft. What it says already changes nothing."""
    actor.require(ENTER)
    application = await lock_application(session, actor, application_id)
    require_amounts(actor, ENTER, application)
    if_match.check(application.version)
    rules.check_draft(application)
    said = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
    if not (changes := differing(application, said)):
        return
    await check_group(session, actor, changes.get("group_id"))
    await check_project(session, actor, changes.get("project_id"))
    with session.no_autoflush:
        for name, value in changes.items():
            setattr(application, name, value)
        await check_application(session, application, application.applied_on)
    record_audit(session, actor, "edit", "loan_application", application.id, fields=sorted(changes))
    await session.flush()


async def lock_application(session: AsyncSession, actor: Actor, application_id: UUID) -> LoanApplication:
    """The application, visible to the actor and locked to the end of the transaction; else 404."""
    values = {**sight_values(actor), "application_id": application_id}
    application = await session.scalar(_locked(sight_of(actor)), values)
    if application is None:
        raise DomainError("not_found")
    return application


async def check_application(session: AsyncSession, application: LoanApplication, day: date) -> None:
    """What an application has to be on the day of its entry and on that on which it is handed in."""
    rules.check_terms(application, await find_programme(session, application.programme_id), day)
    await check_parties(session, application, day)


async def check_parties(session: AsyncSession, application: LoanApplication, day: date) -> None:
    """The applicant lives in the household, and the household belongs to the group if one is named."""
    group_id, household_id = application.group_id, application.household_id
    rules.check_parties(
        day,
        lives_there=await lives_in(session, household_id, application.applicant_id, day),
        is_group_member=group_id is None or await is_group_member(session, group_id, household_id, day),
    )


async def append_transition(
    session: AsyncSession,
    actor: Actor,
    application: LoanApplication,
    action: ApplicationAction,
    from_status: str | None,
    **more: Any,
) -> None:
    """The row of history of a step that the application has just made."""
    t = ApplicationTransition
    last = await session.scalar(select(func.max(t.number)).where(t.application_id == application.id))
    session.add(
        ApplicationTransition(
            application_id=application.id, number=(last or 0) + 1, action=action.value, from_status=from_status,
            to_status=application.status, occurred_on=application.moved_on,
            actor_kind=actor.kind, actor_id=actor.id, **more,
        )
    )  # fmt: skip
    await session.flush()


@lru_cache
def _locked(sight: Sight) -> Select[LoanApplication]:
    """Kept, because putting it together takes longer than running it."""
    a = LoanApplication
    seen = select(a).where(is_seen(sight, of=a), a.id == param("application_id", Uuid))
    return seen.with_for_update(of=a)


def _day(applied_on: Any, *, today: date) -> date:
    """The day of entry: today, unless another one is named that is not ahead."""
    if applied_on is UNSET:
        return today
    if errors := fault_of_day(applied_on, "/applied_on"):
        raise DomainError("validation_failed", errors=errors)
    check_day(applied_on, not_before=applied_on, today=today)
    return applied_on  # type: ignore[no-any-return]
