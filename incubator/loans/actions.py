"""Entering loans as the lender granted them, correcting and cancelling them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import differing
from incubator.errors import DomainError, FieldError, broken_rule
from incubator.loans import rules
from incubator.loans.access import lock_loan_to_write, require_amounts
from incubator.loans.applications.models import ApplicationStatus, LoanApplication
from incubator.loans.contracts import contract_number
from incubator.loans.ledger.models import LoanEntry
from incubator.loans.lookups import (
    check_borrower,
    check_group,
    check_project,
    find_household,
    find_programme,
    is_loan_of,
    require_given,
)
from incubator.loans.models import Loan
from incubator.loans.programmes.models import LoanProgramme
from incubator.loans.rates import move_rates, rate_of
from incubator.loans.schemas import LoanCancellation, LoanCreate, LoanPatch
from incubator.loans.sight import is_seen, sight_of, sight_values
from incubator.people.households.models import Household

MANAGE = Permission.loans_manage
OF_APPLICATION = {
    "programme_id": "programme_id",
    "household_id": "household_id",
    "borrower_id": "applicant_id",
    "group_id": "group_id",
    "project_id": "project_id",
}
"""The fields of a loan that its application knows, and what it calls them."""


async def add_loan(session: AsyncSession, actor: Actor, data: LoanCreate, *, now: datetime) -> UUID:
    """Enter a loan, from an application that the bank has approved or by itself."""
    actor.require(MANAGE)
    rules.check_days(data.approved_on, data.maturity_on, today=civil_day(now))
    if data.application_id is UNSET:
        parties, place = await _parties_named(session, actor, data)
    else:
        parties, place = await _parties_applied(session, actor, data, data.application_id)
    require_amounts(actor, MANAGE, place)
    programme = await find_programme(session, parties["programme_id"])
    _check_lender(data.lender_id, programme)
    loan_id = await _insert(
        session,
        lender_id=programme.lender_id, contract_no=contract_number(data.contract_no), approved_vnd=data.approved_vnd,
        approved_on=data.approved_on, maturity_on=data.maturity_on, **parties,
        locality_id=place.locality_id, province_id=place.province_id,
        recorded_locality_id=place.recorded_locality_id, entered_by_kind=actor.kind, entered_by_id=actor.id,
    )  # fmt: skip
    if data.rate_ppm is not None:
        session.add(rate_of(actor, loan_id, data.approved_on, data.rate_ppm))
    record_audit(session, actor, "add", "loan", loan_id, household_id=str(place.id))
    await session.flush()
    return loan_id


async def edit_loan(
    session: AsyncSession, actor: Actor, loan_id: UUID, data: LoanPatch, if_match: IfMatch, *, now: datetime
) -> None:
    """Lay a merge patch over a loan: corrections of what the contract says. What it says already changes nothing."""
    loan = await lock_loan_to_write(session, actor, loan_id, MANAGE)
    if_match.check(loan.version)
    rules.check_not_cancelled(loan)
    if not (changes := differing(loan, _said_by(data))):
        return
    await _check_changes(session, actor, loan, changes, today=civil_day(now))
    if "approved_on" in changes:
        await move_rates(session, actor, loan, changes["approved_on"])
    for name, value in changes.items():
        setattr(loan, name, value)
    record_audit(session, actor, "edit", "loan", loan.id, fields=sorted(changes))
    await session.flush()


async def cancel_loan(
    session: AsyncSession, actor: Actor, loan_id: UUID, data: LoanCancellation, if_match: IfMatch, *, now: datetime
) -> UUID:
    """End a loan of which nothing was paid out. That cannot be taken back."""
    loan = await lock_loan_to_write(session, actor, loan_id, MANAGE)
    if_match.check(loan.version)
    today = civil_day(now)
    cancelled_on = today if data.cancelled_on is UNSET else data.cancelled_on
    rules.check_cancellable(loan, cancelled_on, today=today)
    loan.cancelled_on, loan.cancel_reason = cancelled_on, data.reason
    record_audit(session, actor, "cancel", "loan", loan.id)
    await session.flush()
    return loan.id


async def _parties_named(session: AsyncSession, actor: Actor, data: LoanCreate) -> tuple[dict[str, Any], Household]:
    """What the body says of the parties, and the place: that of the household."""
    require_given(data, ("programme_id", "household_id", "borrower_id"), UNSET)
    given: dict[str, Any] = {
        name: None if (value := getattr(data, name)) is UNSET else value for name in OF_APPLICATION
    }
    household = await find_household(session, actor, given["household_id"])
    await check_borrower(session, actor, household.id, given["borrower_id"])
    await check_group(session, actor, given["group_id"])
    await check_project(session, actor, given["project_id"])
    return given, household


async def _parties_applied(
    session: AsyncSession, actor: Actor, data: LoanCreate, application_id: UUID
) -> tuple[dict[str, Any], Household]:
    """What the application says of them. It stays locked, so that it becomes one loan and is not taken back."""
    application = await _lock_application(session, actor, application_id)
    if application.status != ApplicationStatus.bank_approved:
        raise broken_rule(rules.NOT_APPROVED, status=application.status)
    applied = {name: getattr(application, of) for name, of in OF_APPLICATION.items()}
    differing = [name for name, value in applied.items() if getattr(data, name) not in {UNSET, value}]
    if differing:
        raise broken_rule(rules.NOT_AS_APPLIED, fields=", ".join(differing))
    if await session.scalar(select(Loan.id).where(is_loan_of(application.id))) is not None:
        raise _second("/application_id")
    household = await session.get_one(Household, application.household_id)
    return {**applied, "application_id": application.id}, household


async def _lock_application(session: AsyncSession, actor: Actor, application_id: UUID) -> LoanApplication:
    a = LoanApplication
    wanted = select(a).where(a.id == application_id, is_seen(sight_of(actor), of=a)).with_for_update()
    application = await session.scalar(wanted, sight_values(actor))
    if application is None:
        raise DomainError("validation_failed", errors=[FieldError(code="not_found", pointer="/application_id")])
    return application


def _said_by(data: LoanPatch) -> dict[str, Any]:
    """What a patch says, by column; what it does not mention is left out."""
    said = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
    return {**said, "contract_no": contract_number(said["contract_no"])} if "contract_no" in said else said


async def _check_changes(
    session: AsyncSession, actor: Actor, loan: Loan, changes: dict[str, Any], *, today: date
) -> None:
    approved_on, maturity_on = (changes.get(name, getattr(loan, name)) for name in ("approved_on", "maturity_on"))
    rules.check_days(approved_on, maturity_on, today=today)
    if "contract_no" in changes:
        await _refuse_second(session, loan, changes["contract_no"])
    if "borrower_id" in changes:
        await check_borrower(session, actor, loan.household_id, changes["borrower_id"])
    await check_group(session, actor, changes.get("group_id"))
    await check_project(session, actor, changes.get("project_id"))
    rules.check_amount(loan, changes.get("approved_vnd", loan.approved_vnd))
    if "approved_on" in changes:
        first = select(func.min(LoanEntry.effective_on)).where(LoanEntry.loan_id == loan.id)
        rules.check_first_entry(approved_on, await session.scalar(first))


def _check_lender(lender_id: UUID | UnsetType, programme: LoanProgramme) -> None:
    if lender_id not in {UNSET, programme.lender_id}:
        raise broken_rule(rules.OTHER_LENDER)


async def _insert(session: AsyncSession, **columns: Any) -> UUID:
    """Whoever comes second with the contract number of a lender waits for the first, and is refused."""
    new = insert(Loan).values(**columns).on_conflict_do_nothing(index_elements=["lender_id", "contract_no"])
    loan_id: UUID | None = await session.scalar(new.returning(Loan.id))
    if loan_id is None:
        raise _second("/contract_no")
    return loan_id


async def _refuse_second(session: AsyncSession, loan: Loan, contract_no: str) -> None:
    """The friendly form of the unique constraint."""
    same = select(Loan.id).where(Loan.lender_id == loan.lender_id, Loan.contract_no == contract_no)
    if await session.scalar(same.where(Loan.id != loan.id)) is not None:
        raise _second("/contract_no")


def _second(pointer: str) -> DomainError:
    return DomainError("duplicate", errors=[FieldError(code="duplicate", pointer=pointer)])
