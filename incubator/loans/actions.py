"""Entering loans as the lender granted them, correcting and cancelling them, and their own rates."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import LAST_DAY, civil_day
from incubator.errors import DomainError, FieldError, broken_rule
from incubator.loans import rules
from incubator.loans.access import lock_loan_to_write, require_amounts
from incubator.loans.applications.models import ApplicationStatus, LoanApplication
from incubator.loans.ledger.models import LoanEntry
from incubator.loans.lookups import (
    check_borrower,
    check_group,
    check_project,
    find_household,
    find_programme,
    require_given,
)
from incubator.loans.models import Loan, LoanRate
from incubator.loans.programmes.models import LoanProgramme
from incubator.loans.schemas import LoanCancellation, LoanCreate, LoanPatch, LoanRatePut
from incubator.loans.sight import is_seen, sight_of, sight_values
from incubator.people.households.models import Household
from incubator.text import clean_line

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
        lender_id=programme.lender_id, contract_no=clean_line(data.contract_no), approved_vnd=data.approved_vnd,
        approved_on=data.approved_on, maturity_on=data.maturity_on, **parties,
        locality_id=place.locality_id, province_id=place.province_id,
        recorded_locality_id=place.recorded_locality_id, entered_by_kind=actor.kind, entered_by_id=actor.id,
    )  # fmt: skip
    if data.rate_ppm is not None:
        session.add(_rate(actor, loan_id, data.approved_on, data.rate_ppm))
    record_audit(session, actor, "add", "loan", loan_id, household_id=str(place.id))
    await session.flush()
    return loan_id


async def edit_loan(
    session: AsyncSession, actor: Actor, loan_id: UUID, data: LoanPatch, if_match: IfMatch, *, now: datetime
) -> None:
    """Lay a merge patch over a loan: corrections of what the contract says."""
    loan = await lock_loan_to_write(session, actor, loan_id, MANAGE)
    if_match.check(loan.version)
    rules.check_not_cancelled(loan)
    changes = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
    await _check_changes(session, actor, loan, changes, today=civil_day(now))
    if "approved_on" in changes:
        await _move_first_rate(session, loan, changes["approved_on"])
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


async def put_rate(
    session: AsyncSession, actor: Actor, loan_id: UUID, from_on: date, data: LoanRatePut, if_match: IfMatch
) -> None:
    """The rate of the loan from that day on, added or replaced. What holds already changes nothing."""
    loan = await lock_loan_to_write(session, actor, loan_id, MANAGE)
    if_match.check(loan.version)
    _refuse_day(loan, from_on)
    rate = await session.get(LoanRate, (loan.id, from_on))
    if rate is not None and rate.rate_ppm == data.rate_ppm:
        return
    before = None if rate is None else {"rate_ppm": rate.rate_ppm}
    if rate is None:
        session.add(_rate(actor, loan.id, from_on, data.rate_ppm))
    else:
        rate.rate_ppm, rate.recorded_at = data.rate_ppm, func.clock_timestamp()
        rate.recorded_by_kind, rate.recorded_by_id = actor.kind, actor.id
    await _record_rate(session, actor, loan, "set_rate", from_on, before, {"rate_ppm": data.rate_ppm})


async def remove_rate(session: AsyncSession, actor: Actor, loan_id: UUID, from_on: date, if_match: IfMatch) -> None:
    """Take a rate out: from its day on the one before it holds, or that of the programme."""
    loan = await lock_loan_to_write(session, actor, loan_id, MANAGE)
    if_match.check(loan.version)
    rate = await session.get(LoanRate, (loan.id, from_on))
    if rate is None:
        raise DomainError("not_found")
    await session.delete(rate)
    await _record_rate(session, actor, loan, "remove_rate", from_on, {"rate_ppm": rate.rate_ppm}, None)


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
    if await session.scalar(select(Loan.id).where(Loan.application_id == application.id)) is not None:
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


async def _check_changes(
    session: AsyncSession, actor: Actor, loan: Loan, changes: dict[str, Any], *, today: date
) -> None:
    approved_on, maturity_on = (changes.get(name, getattr(loan, name)) for name in ("approved_on", "maturity_on"))
    rules.check_days(approved_on, maturity_on, today=today)
    if "contract_no" in changes:
        changes["contract_no"] = clean_line(changes["contract_no"])
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


async def _move_first_rate(session: AsyncSession, loan: Loan, approved_on: date) -> None:
    """What was fixed from the approval on goes with its day, unless another rate begins there."""
    of_loan = LoanRate.loan_id == loan.id
    if await session.scalar(select(LoanRate.from_on).where(of_loan, LoanRate.from_on == approved_on)) is None:
        moved = update(LoanRate).where(of_loan, LoanRate.from_on == loan.approved_on)
        await session.execute(moved.values(from_on=approved_on))


def _rate(actor: Actor, loan_id: UUID, from_on: date, rate_ppm: int | None) -> LoanRate:
    by = {"recorded_by_kind": actor.kind, "recorded_by_id": actor.id}
    return LoanRate(loan_id=loan_id, from_on=from_on, rate_ppm=rate_ppm, **by)


def _refuse_day(loan: Loan, from_on: date) -> None:
    """A rate of a loan begins with its approval at the earliest."""
    if not loan.approved_on <= from_on <= LAST_DAY:
        limits = {"min": loan.approved_on.isoformat(), "max": LAST_DAY.isoformat()}
        raise DomainError(
            "validation_failed", errors=[FieldError(code="out_of_range", parameter="from_on", params=limits)]
        )


async def _record_rate(
    session: AsyncSession, actor: Actor, loan: Loan, action: str, from_on: date, before: Any, after: Any
) -> None:
    loan.count_change()
    record_audit(session, actor, action, "loan", loan.id, from_on=from_on.isoformat(), before=before, after=after)
    await session.flush()
