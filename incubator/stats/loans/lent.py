"""Who was ever lent something, and who still owes: what the headline numbers count.

As of today the sums that each loan keeps of its ledger are those of the ledger, so they are read instead of it. Today
is that of the database, which lets no entry lie after it.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Date, ScalarSelect, case, cast, func, not_, select, true
from sqlalchemy.orm import aliased

from incubator.days import VIETNAM
from incubator.loans.balances import balances, entries_by
from incubator.loans.ledger.models import LoanEntry
from incubator.loans.models import Loan
from incubator.stats.loans.ledger import AS_OF, LoansShape
from incubator.stats.loans.sources import limits


def households_ever(shape: LoansShape) -> ScalarSelect[Any]:
    return _count(_lent(shape).c.paid_out)


def households_current(shape: LoansShape) -> ScalarSelect[Any]:
    return _count(_lent(shape).c.outstanding)


def capital(shape: LoansShape) -> ScalarSelect[Any]:
    """In VND."""
    paid_out = func.coalesce(func.sum(_lent(shape).c.paid_out), 0)
    return select(cast(paid_out, BigInteger)).scalar_subquery()


def _count(amount: ColumnElement[int]) -> ScalarSelect[Any]:
    return select(func.count()).where(amount > 0).scalar_subquery()


@lru_cache
def _lent(shape: LoansShape) -> CTE:
    """What each household was paid out and owes; one object for one shape, so that a statement holds it once."""
    entry = aliased(LoanEntry)
    sums = balances(entry)
    is_today = cast(func.timezone(VIETNAM.key, func.statement_timestamp()), Date) <= AS_OF
    asked = select(
        sums["disbursed"].label("paid_out"),
        (sums["normal"] + sums["overdue"] + sums["frozen"]).label("outstanding"),
    ).where(entry.loan_id == Loan.id, entries_by(AS_OF, entry=entry), not_(is_today))
    ledger = asked.correlate(Loan).lateral("ledger")
    kept = Loan.normal_vnd + Loan.overdue_vnd + Loan.frozen_vnd
    paid_out = case((is_today, Loan.disbursed_vnd), else_=ledger.c.paid_out)
    outstanding = case((is_today, kept), else_=ledger.c.outstanding)
    query = select(func.sum(paid_out).label("paid_out"), func.sum(outstanding).label("outstanding"))
    query = query.join_from(Loan, ledger, true()).where(*limits(shape))
    return query.group_by(Loan.household_id).cte("lent")
