"""Adding a version to the schedule of a loan. None is ever changed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.audit import record_audit
from incubator.days import FIRST_DAY, LAST_DAY, civil_day, fault_of_day, months_after
from incubator.errors import DomainError, FieldError, wrong_field
from incubator.ideas.models import check_day
from incubator.loans.access import lock_loan_to_write
from incubator.loans.models import Loan
from incubator.loans.rules import check_not_cancelled
from incubator.loans.schedules.instalments import Due, equal_days, equal_parts, in_order
from incubator.loans.schedules.models import (
    Instalment,
    LoanSchedule,
    ScheduleReason,
    check_decided_on,
    check_due_days,
    check_extension,
    check_reason,
    check_total,
)
from incubator.loans.schedules.schemas import AsGiven, AtEnd, EqualPrincipal, ScheduleCreate


async def add_schedule(
    session: AsyncSession, actor: Actor, loan_id: UUID, data: ScheduleCreate, *, now: datetime
) -> UUID:
    """The next version. The loan is locked, so that versions follow one after the other."""
    loan = await lock_loan_to_write(session, actor, loan_id, Permission.loans_manage)
    check_not_cancelled(loan)
    versions = await _versions_of(session, loan)
    check_reason(data.reason, len(versions))
    if data.reason is not ScheduleReason.original and data.note is None:
        raise wrong_field("/note", "required")
    decided_on = _decided_on(data, loan, versions, today=civil_day(now))
    dues = _dues_of(data, loan)
    before = max((v for v in versions if v.decided_on <= decided_on), key=_precedence, default=None)
    check_extension(data.reason, dues[-1].on, last_before=await _last_day_of(session, before))
    schedule = LoanSchedule(
        loan_id=loan.id, number=len(versions) + 1, reason=data.reason.value, decided_on=decided_on,
        principal_vnd=dues[-1].in_all_vnd, first_interest_on=_first_interest_on(data, loan, before, dues[-1].on),
        interest_months=_interest_months(data, before), note=data.note,
        recorded_by_kind=actor.kind, recorded_by_id=actor.id,
    )  # fmt: skip
    await _store(session, schedule, dues)
    record_audit(session, actor, "add", "loan_schedule", schedule.id, loan_id=str(loan.id), reason=schedule.reason)
    await session.flush()
    return schedule.id


async def _versions_of(session: AsyncSession, loan: Loan) -> Sequence[LoanSchedule]:
    return (await session.scalars(select(LoanSchedule).where(LoanSchedule.loan_id == loan.id))).all()


def _precedence(version: LoanSchedule) -> tuple[date, int]:
    """The newest decision is in force, and of decisions of one day the later version."""
    return version.decided_on, version.number


def _decided_on(data: ScheduleCreate, loan: Loan, versions: Sequence[LoanSchedule], *, today: date) -> date:
    """Absent, the original is part of the contract, and so of the day of approval."""
    usual = loan.approved_on if data.reason is ScheduleReason.original else today
    day = usual if data.decided_on is UNSET else data.decided_on
    last = max((version.decided_on for version in versions), default=None)
    check_day(day, not_before=date.min, today=today)
    check_decided_on(day, data.reason, approved_on=loan.approved_on, last_decided_on=last)
    return day


def _dues_of(data: ScheduleCreate, loan: Loan) -> list[Due]:
    """The instalments in order, which keep to the rules of this loan."""
    dues = in_order(_parts_of(data, loan))
    check_due_days(dues[0].on, loan.approved_on)
    amounts = {"approved_vnd": loan.approved_vnd, "disbursed_vnd": loan.disbursed_vnd}
    check_total(dues[-1].in_all_vnd, data.reason, **amounts)
    return dues


def _parts_of(data: ScheduleCreate, loan: Loan) -> dict[date, int]:
    if isinstance(data, AsGiven):
        return _given(data)
    vnd = loan.approved_vnd if data.principal_vnd is UNSET else data.principal_vnd
    if isinstance(data, AtEnd):
        _refuse(fault_of_day(data.due_on, "/due_on"))
        return {data.due_on: vnd}
    return _equal(data, vnd)


def _equal(data: EqualPrincipal, vnd: int) -> dict[date, int]:
    _refuse(fault_of_day(data.first_due_on, "/first_due_on"))
    if data.instalments_n > vnd:
        raise wrong_field("/instalments_n", "out_of_range", max=vnd)
    days = equal_days(data.first_due_on, data.every_months, data.instalments_n)
    if days[-1] > LAST_DAY:
        raise wrong_field("/instalments_n", "out_of_range", max=sum(day <= LAST_DAY for day in days))
    return dict(zip(days, equal_parts(vnd, data.instalments_n), strict=True))


def _given(data: AsGiven) -> dict[date, int]:
    faults: list[FieldError] = []
    parts: dict[date, int] = {}
    for place, instalment in enumerate(data.instalments):
        pointer = f"/instalments/{place}/due_on"
        if instalment.due_on in parts:
            faults.append(FieldError(code="duplicate", pointer=pointer))
        faults += fault_of_day(instalment.due_on, pointer)
        parts[instalment.due_on] = instalment.principal_vnd
    _refuse(faults)
    return parts


def _refuse(faults: Sequence[FieldError]) -> None:
    if faults:
        raise DomainError("validation_failed", errors=faults)


def _first_interest_on(data: ScheduleCreate, loan: Loan, before: LoanSchedule | None, last_due_on: date) -> date:
    """After the approval, and not after the last instalment, with which the last interest is due."""
    earliest = max(loan.approved_on, FIRST_DAY) + timedelta(1)
    if data.first_interest_on is UNSET:
        usual = before.first_interest_on if before else months_after(loan.approved_on, 1)
        return min(usual, last_due_on)
    if not earliest <= data.first_interest_on <= last_due_on:
        bounds = {"min": earliest.isoformat(), "max": last_due_on.isoformat()}
        raise wrong_field("/first_interest_on", "out_of_range", **bounds)
    return data.first_interest_on


def _interest_months(data: ScheduleCreate, before: LoanSchedule | None) -> int:
    if data.interest_months is not UNSET:
        return data.interest_months
    return before.interest_months if before else 1


async def _last_day_of(session: AsyncSession, schedule: LoanSchedule | None) -> date | None:
    if schedule is None:
        return None
    return await session.scalar(select(func.max(Instalment.due_on)).where(Instalment.schedule_id == schedule.id))


async def _store(session: AsyncSession, schedule: LoanSchedule, dues: Sequence[Due]) -> None:
    """The instalments go in as one statement, at whose end the database looks whether they add up."""
    session.add(schedule)
    await session.flush()
    rows = [
        {
            "schedule_id": schedule.id, "number": number, "due_on": due.on, "principal_vnd": due.vnd,
            "due_in_all_vnd": due.in_all_vnd,
        }
        for number, due in enumerate(dues, 1)
    ]  # fmt: skip
    await session.execute(insert(Instalment).values(rows))
