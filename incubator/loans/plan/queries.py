"""The repayment plan of a loan: its schedule, ledger and rates, read in one statement."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, Select, Uuid, func, select

from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.loans.balances import balances, entries_by
from incubator.loans.interest.queries import DatedRates, own_rates_json, programme_rates_json
from incubator.loans.interest.rule import rates_in_force
from incubator.loans.ledger.models import LoanEntry
from incubator.loans.models import Loan
from incubator.loans.plan.rule import LedgerDay, PlannedRow, Terms, interest_days, past_due, plan_of, standing_of
from incubator.loans.plan.schemas import PlanOut, PlanQuery, PlanRowOut, PlanSumsOut, PlanTotalsOut
from incubator.loans.programmes.models import LoanProgramme
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
        s.interest_months, LoanProgramme.overdue_factor_ppm, _dues_json(), _ledger_json(known), own_rates_json(),
        programme_rates_json(),
    )  # fmt: skip
    return (
        select(*columns)
        .join(LoanProgramme, LoanProgramme.id == Loan.programme_id)
        .outerjoin(s, s.id == schedule_in_force(Loan.id, param("as_of", Date), known=known))
        .where(is_seen(sight), Loan.id == param("loan_id", Uuid))
    )


def _dues_json() -> Any:
    i = Instalment
    due = func.json_build_array(i.due_on, i.due_in_all_vnd)
    of_version = select(json_list(due, i.number)).where(i.schedule_id == LoanSchedule.id)
    return of_version.correlate(LoanSchedule).scalar_subquery()


def _ledger_json(known: bool) -> Any:
    """The sums of each day, as the text of a list of LedgerDays."""
    e = LoanEntry
    sums = balances(e)
    repaid = sums["collected"] + sums["written_off"]
    of_day = (e.effective_on, sums["normal"], sums["overdue"], sums["frozen"], sums["disbursed"], repaid)
    by_day = (
        select(e.effective_on.label("on_day"), func.json_build_array(*of_day).label("sums"))
        .where(e.loan_id == param("loan_id", Uuid), entries_by(param("as_of", Date), known=known))
        .group_by(e.effective_on)
        .subquery()
    )
    return select(json_list(by_day.c.sums, by_day.c.on_day)).scalar_subquery()


def _plan_out(asked: PlanQuery, as_of: date) -> Callable[..., PlanOut]:
    """The reader of the one row for a question."""

    def out(loan_id: UUID, opened: bool, approved_on: date, approved_vnd: int, *rest: Any) -> PlanOut:
        schedule_id, number, first_interest_on, interest_months, factor, dues, ledger, own, programme = rest
        read = msgspec.json.decode
        due_in_all = dict(read(dues, type=DatedAmounts))
        moved = [day for day in read(ledger, type=list[LedgerDay]) if day != LedgerDay(day.on)]
        granted = [LedgerDay(approved_on, approved_vnd, disbursed=approved_vnd)]
        happened, up_to = (moved, as_of) if moved else (granted, approved_on)
        terms = Terms(rates_in_force(read(own, type=DatedRates), read(programme, type=DatedRates)), factor)
        rows = plan_of(happened, due_in_all, interest_days(first_interest_on, interest_months), terms, up_to)
        standing = standing_of(happened)
        return PlanOut(
            loan_id=loan_id, as_of=as_of, known_at=asked.known_at, is_estimate=True, is_disbursed=bool(moved),
            schedule_id=schedule_id, schedule_number=number,
            past_due_vnd=past_due(standing, due_in_all, up_to) if opened else None,
            frozen_vnd=standing.frozen if opened else None, rows=[_shown(row, opened) for row in rows],
            totals=_totals(rows, opened), amounts_hidden=not opened,
        )  # fmt: skip

    return out


def _totals(rows: list[PlannedRow], opened: bool) -> PlanTotalsOut:
    past = _sums((row for row in rows if row.is_past), opened)
    ahead = _sums((row for row in rows if not row.is_past), opened)
    together = _sums(rows, opened)
    return PlanTotalsOut(together.interest_vnd, together.principal_vnd, past=past, ahead=ahead)


def _sums(rows: Iterable[PlannedRow], opened: bool) -> PlanSumsOut:
    if not opened:
        return PlanSumsOut(None, None)
    amounts = [(row.interest_vnd, row.principal_vnd) for row in rows]
    return PlanSumsOut(sum(interest for interest, _ in amounts), sum(principal for _, principal in amounts))


def _shown(row: PlannedRow, opened: bool) -> PlanRowOut:
    amounts = (row.interest_vnd, row.principal_vnd, row.balance_after_vnd)
    shown = amounts if opened else (None, None, None)
    return PlanRowOut(row.number, row.due_on, row.is_past, row.days, *shown)
