"""The repayment plan of a loan: its schedule, disbursements and rates, read in one statement."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, Select, Uuid, func, select

from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.loans.asked import was_known
from incubator.loans.interest.queries import DatedRates, own_rates_json, programme_rates_json
from incubator.loans.interest.rule import rates_in_force
from incubator.loans.ledger.models import EntryKind, LoanEntry
from incubator.loans.models import Loan
from incubator.loans.plan.rule import PlannedRow, interest_days, plan_of
from incubator.loans.plan.schemas import PlanOut, PlanQuery, PlanRowOut, PlanTotalsOut
from incubator.loans.schedules.models import Instalment, LoanSchedule
from incubator.loans.schedules.queries import schedule_in_force
from incubator.loans.sight import Sight, is_opened, is_seen, sight_of, sight_values
from incubator.projects.queries import json_list

DatedAmounts = list[tuple[date, int]]


async def get_plan(reads: Reads, actor: Actor, loan_id: UUID, asked: PlanQuery, *, today: date) -> PlanOut:
    """The plan by the schedule in force; 404 where the actor does not see the loan."""
    as_of, known_at = asked.as_of or today, asked.known_at
    values = {**sight_values(actor), "loan_id": loan_id, "as_of": as_of, "known_at": known_at}
    return await fetch_one(reads, _agreed(sight_of(actor), known_at is not None), values, _plan_out(asked, as_of))


@statement
def _agreed(sight: Sight, known: bool) -> Select[Any]:
    s = LoanSchedule
    columns: tuple[Any, ...] = (
        Loan.id, is_opened(sight), Loan.approved_on, Loan.approved_vnd, s.id, s.number, s.first_interest_on,
        s.interest_months, _dues_json(), _disbursed_json(known), own_rates_json(), programme_rates_json(),
    )  # fmt: skip
    return (
        select(*columns)
        .outerjoin(s, s.id == schedule_in_force(Loan.id, param("as_of", Date), known=known))
        .where(is_seen(sight), Loan.id == param("loan_id", Uuid))
    )


def _dues_json() -> Any:
    i = Instalment
    due = func.json_build_array(i.due_on, i.due_in_all_vnd)
    of_version = select(json_list(due, i.number)).where(i.schedule_id == LoanSchedule.id)
    return of_version.correlate(LoanSchedule).scalar_subquery()


def _disbursed_json(known: bool) -> Any:
    """What was paid out by day, without what was reversed."""
    e = LoanEntry
    dated = func.json_build_array(e.effective_on, func.sum(e.d_normal)).label("dated")
    by_day = (
        select(e.effective_on.label("on_day"), dated)
        .where(e.loan_id == param("loan_id", Uuid), e.counts_as == EntryKind.disbursement.value)
        .where(e.effective_on <= param("as_of", Date), was_known(e.recorded_at, known))
        .group_by(e.effective_on)
        .having(func.sum(e.d_normal) != 0)
        .subquery()
    )
    return select(json_list(by_day.c.dated, by_day.c.on_day)).scalar_subquery()


def _plan_out(asked: PlanQuery, as_of: date) -> Callable[..., PlanOut]:
    """The reader of the one row for a question."""

    def out(loan_id: UUID, opened: bool, approved_on: date, approved_vnd: int, *rest: Any) -> PlanOut:
        schedule_id, number, first_interest_on, interest_months, dues, disbursed, own, programme = rest
        read = msgspec.json.decode
        paid_out = read(disbursed, type=DatedAmounts)
        rows = plan_of(
            dict(paid_out or [(approved_on, approved_vnd)]),
            dict(read(dues, type=DatedAmounts)),
            interest_days(first_interest_on, interest_months),
            rates_in_force(read(own, type=DatedRates), read(programme, type=DatedRates)),
        )
        return PlanOut(
            loan_id=loan_id, as_of=as_of, known_at=asked.known_at, is_estimate=True, is_disbursed=bool(paid_out),
            schedule_id=schedule_id, schedule_number=number, rows=[_shown(row, opened) for row in rows],
            totals=_totals(rows, opened), amounts_hidden=not opened,
        )  # fmt: skip

    return out


def _totals(rows: list[PlannedRow], opened: bool) -> PlanTotalsOut:
    if not opened:
        return PlanTotalsOut(None, None)
    return PlanTotalsOut(sum(row.interest_vnd for row in rows), sum(row.principal_vnd for row in rows))


def _shown(row: PlannedRow, opened: bool) -> PlanRowOut:
    amounts = (row.interest_vnd, row.principal_vnd, row.balance_after_vnd)
    return PlanRowOut(row.number, row.due_on, row.days, *(amounts if opened else (None, None, None)))
