"""One loan with all that belongs to it: its contract, schedule, ledger, balance and inspections."""

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from incubator.demo.loans_applications import put_kept
from incubator.demo.loans_clerk import Clerk
from incubator.demo.loans_households import Home
from incubator.demo.loans_ledger import Book
from incubator.demo.loans_lives import Life
from incubator.demo.loans_plans import Fate, Plan
from incubator.demo.loans_programmes import MILLION, Lenders
from incubator.demo.loans_schedules import Timetable
from incubator.demo.loans_statement import put_balance
from incubator.demo.loans_visits import put_visits
from incubator.demo.places import PROVINCE_ID
from incubator.demo.rows import Rows
from incubator.loans.models import Loan

_CANCELLED_AFTER, _WHY_CANCELLED = timedelta(days=14), "Hộ xin thôi vay, chưa nhận tiền."


class Contracts:
    """Writes loans down, one contract number after the other."""

    def __init__(self, clerk: Clerk, lenders: Lenders) -> None:
        self._clerk, self._lenders = clerk, lenders
        self._numbers = count(1)

    def tell(self, rows: Rows, home: Home, plan: Plan) -> Book:
        """The loan from its approval to the last day."""
        loan_id = self._put_loan(rows, home, plan)
        book = Book(rows, self._clerk, loan_id, plan.offer.rates[0][1])
        timetable = Timetable(rows, self._clerk, loan_id)
        days, approved_vnd = plan.due_days, plan.approved_millions * MILLION
        timetable.set_up(approved_vnd, days, at_end=plan.at_end, decided_on=plan.approved_on)
        if plan.is_paid_out:
            Life(rows, self._clerk, plan, book, timetable).tell()
            put_balance(rows, self._clerk, book)
            put_visits(rows, self._clerk, loan_id, plan)
        return book

    def _put_loan(self, rows: Rows, home: Home, plan: Plan) -> UUID:
        at = self._clerk.arrivals.of(plan.approved_on)
        loan_id, approved_vnd = self._clerk.dice.new_id(at), plan.approved_millions * MILLION
        rows.put(
            Loan, id=loan_id, lender_id=self._lenders.by_code[plan.offer.lender],
            contract_no=f"LC{plan.approved_on:%y}-{next(self._numbers):06d}",
            programme_id=self._lenders.programmes[plan.offer.code], household_id=home.id, borrower_id=home.head_id,
            group_id=home.circle and home.circle.id, project_id=home.project_id,
            application_id=put_kept(rows, self._clerk, self._lenders, home, plan), approved_vnd=approved_vnd,
            approved_on=plan.approved_on, maturity_on=plan.matures_on, locality_id=home.commune_id,
            province_id=PROVINCE_ID, recorded_locality_id=home.recorded_id(plan.approved_on), created_at=at,
            **self._clerk.entered, **_cancellation(plan),
        )  # fmt: skip
        return loan_id


def _cancellation(plan: Plan) -> dict[str, Any]:
    if plan.fate is not Fate.cancelled:
        return {}
    return {"cancelled_on": plan.approved_on + _CANCELLED_AFTER, "cancel_reason": _WHY_CANCELLED}
