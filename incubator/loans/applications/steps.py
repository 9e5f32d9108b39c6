"""The steps of an application, from the household to the bank: the guard, the step, the row of history."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.histories import standing
from incubator.loans.applications import rules
from incubator.loans.applications.actions import (
    append_transition,
    check_application,
    check_parties,
    lock_application,
)
from incubator.loans.applications.models import NEXT, ApplicationAction, ApplicationTransition, LoanApplication
from incubator.loans.applications.schemas import ApplicationStep, VoidApplicationStep
from incubator.loans.groups.queries import members_on
from incubator.loans.lookups import is_loan_of

_A = ApplicationAction


async def move_application(
    session: AsyncSession, actor: Actor, application_id: UUID, data: ApplicationStep, if_match: IfMatch, *,
    now: datetime,
) -> UUID:  # fmt: skip
    """Make one step. The role is asked first (403), then the row (404), its version (412) and the guard (409, 422)."""
    action = ApplicationAction(str(data.__struct_config__.tag))
    if action is not _A.void:
        actor.require(NEXT[action].permission)
    application = await lock_application(session, actor, application_id)
    if action is not _A.void:
        _require_at(actor, NEXT[action].permission, application)
    if_match.check(application.version)
    if isinstance(data, VoidApplicationStep):
        await _void(session, actor, application, data.reason)
    else:
        await _step(session, actor, application, action, data, today=civil_day(now))
    record_audit(session, actor, action.value, "loan_application", application.id, status=application.status)
    await session.flush()
    return application.id


async def _step(
    session: AsyncSession, actor: Actor, application: LoanApplication, action: ApplicationAction, data: Any, *,
    today: date,
) -> None:  # fmt: skip
    application.require_step(action)
    day = today if data.occurred_on is UNSET else data.occurred_on
    rules.check_path(application, action)
    await _check(session, application, action, day)
    before = application.status
    application.move(action, day, today=today)
    await append_transition(session, actor, application, action, before, reason=getattr(data, "reason", None))


async def _check(session: AsyncSession, application: LoanApplication, action: ApplicationAction, day: date) -> None:
    """What a step asks for of that day, beside the status."""
    if action is _A.submit:
        await check_application(session, application, day)
    if action is _A.approve_by_group and application.group_id is not None:
        await check_parties(session, application, day)
        rules.check_group(day, await members_on(session, application.group_id, day))


async def _void(session: AsyncSession, actor: Actor, application: LoanApplication, reason: str) -> None:
    """The last step that still holds is taken back by whoever may make it."""
    *before, last = await _standing_steps(session, application)
    action = ApplicationAction(last.action)
    _require_at(actor, NEXT[action].permission if action in NEXT else Permission.loans_enter, application)
    has_loan = await session.scalar(select(exists().where(is_loan_of(application.id))))
    rules.check_voidable(action, has_loan=bool(has_loan))
    held = before[-1]
    application.take_back(held.to_status, held.occurred_on)
    await append_transition(session, actor, application, _A.void, last.to_status, reason=reason, voids_id=last.id)


async def _standing_steps(session: AsyncSession, application: LoanApplication) -> list[ApplicationTransition]:
    """The steps that were not voided, in order; the voids themselves left out."""
    t = ApplicationTransition
    rows = await session.scalars(select(t).where(t.application_id == application.id).order_by(t.number))
    return standing(rows)


def _require_at(actor: Actor, permission: Permission, application: LoanApplication) -> None:
    actor.require_at(permission, province_id=application.province_id, commune_id=application.locality_id)
