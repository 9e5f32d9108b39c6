"""The rates of a loan itself: setting and removing them, and what becomes of them when its approval is corrected."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import LAST_DAY
from incubator.errors import DomainError, FieldError
from incubator.loans import rules
from incubator.loans.access import lock_loan_to_write
from incubator.loans.models import Loan, LoanRate
from incubator.loans.schemas import LoanRatePut


async def put_rate(
    session: AsyncSession, actor: Actor, loan_id: UUID, from_on: date, data: LoanRatePut, if_match: IfMatch
) -> None:
    """The rate of the loan from that day on, added or replaced. What holds already changes nothing."""
    loan = await _lock(session, actor, loan_id, if_match)
    _refuse_day(loan, from_on)
    rate = await session.get(LoanRate, (loan.id, from_on))
    if rate is not None and rate.rate_ppm == data.rate_ppm:
        return
    before = None if rate is None else {"rate_ppm": rate.rate_ppm}
    if rate is None:
        session.add(rate_of(actor, loan.id, from_on, data.rate_ppm))
    else:
        rate.rate_ppm, rate.recorded_at = data.rate_ppm, func.clock_timestamp()
        rate.recorded_by_kind, rate.recorded_by_id = actor.kind, actor.id
    await _record(session, actor, loan, "set_rate", from_on, before=before, after={"rate_ppm": data.rate_ppm})


async def remove_rate(session: AsyncSession, actor: Actor, loan_id: UUID, from_on: date, if_match: IfMatch) -> None:
    """Take a rate out: from its day on the one before it holds, or that of the programme."""
    loan = await _lock(session, actor, loan_id, if_match)
    rate = await session.get(LoanRate, (loan.id, from_on))
    if rate is None:
        raise DomainError("not_found")
    await session.delete(rate)
    await _record(session, actor, loan, "remove_rate", from_on, before={"rate_ppm": rate.rate_ppm}, after=None)


async def move_rates(session: AsyncSession, actor: Actor, loan: Loan, approved_on: date) -> None:
    """Own rates begin with the approval at the earliest, so they follow when its day is corrected.

    To a later day: the rate in force on it begins there, and what held before is gone. To an earlier one: what was
    fixed from the approval on is fixed from there.
    """
    until = max(approved_on, loan.approved_on)
    wanted = select(LoanRate).where(LoanRate.loan_id == loan.id, LoanRate.from_on <= until).order_by(LoanRate.from_on)
    rates = list(await session.scalars(wanted))
    gone = [rate for rate in rates if rate.from_on != approved_on]
    if not gone:
        return
    if rates[-1] in gone:
        session.add(rate_of(actor, loan.id, approved_on, rates[-1].rate_ppm))
    for rate in gone:
        await session.delete(rate)
    before = {rate.from_on.isoformat(): rate.rate_ppm for rate in gone}
    record_audit(session, actor, "move_rates", "loan", loan.id, before=before, from_on=approved_on.isoformat())


def rate_of(actor: Actor, loan_id: UUID, from_on: date, rate_ppm: int | None) -> LoanRate:
    by = {"recorded_by_kind": actor.kind, "recorded_by_id": actor.id}
    return LoanRate(loan_id=loan_id, from_on=from_on, rate_ppm=rate_ppm, **by)


async def _lock(session: AsyncSession, actor: Actor, loan_id: UUID, if_match: IfMatch) -> Loan:
    loan = await lock_loan_to_write(session, actor, loan_id, Permission.loans_manage)
    if_match.check(loan.version)
    rules.check_not_cancelled(loan)
    return loan


async def _record(session: AsyncSession, actor: Actor, loan: Loan, action: str, from_on: date, **facts: Any) -> None:
    loan.count_change()
    record_audit(session, actor, action, "loan", loan.id, from_on=from_on.isoformat(), **facts)
    await session.flush()


def _refuse_day(loan: Loan, from_on: date) -> None:
    """A rate of a loan begins with its approval at the earliest."""
    if not loan.approved_on <= from_on <= LAST_DAY:
        limits = {"min": loan.approved_on.isoformat(), "max": LAST_DAY.isoformat()}
        raise DomainError(
            "validation_failed", errors=[FieldError(code="out_of_range", parameter="from_on", params=limits)]
        )
