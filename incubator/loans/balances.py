"""Sums of the ledger as of a day and as known at a moment: SQL for every statement that asks.

A reversal counts as the kind that it reverses, with the sign turned, so every sum is net of reversals.
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, and_, case, cast, func, null, select, true
from sqlalchemy.orm import aliased

from incubator.loans.asked import was_known
from incubator.loans.ledger.models import EntryKind, LoanEntry
from incubator.loans.models import LoanStatus


def entries_by(as_of: Any | None, *, known: bool = False, entry: Any = LoanEntry) -> ColumnElement[bool]:
    """Whether an entry had happened by the day, if one is named. With `known`, it was also recorded by the parameter
    `known_at`."""
    happened = true() if as_of is None else entry.effective_on <= as_of
    return and_(happened, was_known(entry.recorded_at, known))


def balances(entry: Any = LoanEntry) -> dict[str, ColumnElement[int]]:
    """The sums over a group of entries by name, in VND and never null.

    `normal`, `overdue` and `frozen` are what is left of the principal; disbursed − collected − written_off + adjusted
    is the three of them together. `interest` is what was received.
    """
    principal = entry.d_normal + entry.d_overdue + entry.d_frozen
    return {
        "normal": _sum(entry.d_normal),
        "overdue": _sum(entry.d_overdue),
        "frozen": _sum(entry.d_frozen),
        "disbursed": _sum(principal, entry.counts_as == EntryKind.disbursement.value),
        "collected": _sum(-principal, entry.counts_as == EntryKind.repayment.value),
        "written_off": _sum(-principal, entry.counts_as == EntryKind.write_off.value),
        "adjusted": _sum(principal, entry.counts_as == EntryKind.adjustment.value),
        "interest": _sum(entry.interest_vnd),
    }


def balances_of(loan_id: Any, as_of: Any | None, *, known: bool = False) -> FromClause:
    """One row with a column for each of `balances`: those of one loan at the end of the day, or now."""
    entry = aliased(LoanEntry)
    sums = [value.label(name) for name, value in balances(entry).items()]
    return select(*sums).where(entry.loan_id == loan_id, entries_by(as_of, known=known, entry=entry)).lateral()


def status_by(sums: Any, loan: Any, as_of: Any) -> ColumnElement[str | None]:
    """The status of a loan that follows from these sums, as the column of the loan follows from those of today. Null
    before the day of its approval."""
    outstanding = sums.normal + sums.overdue + sums.frozen
    paid_out = case((sums.disbursed < loan.approved_vnd, LoanStatus.disbursing.value), else_=LoanStatus.active.value)
    return case(
        (loan.approved_on > as_of, null()),
        (loan.cancelled_on <= as_of, LoanStatus.cancelled.value),
        (outstanding > 0, paid_out),
        (sums.disbursed == 0, LoanStatus.approved.value),
        (sums.written_off > 0, LoanStatus.written_off.value),
        else_=LoanStatus.settled.value,
    )


def _sum(amount: ColumnElement[int], condition: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    """PostgreSQL adds big integers up to a numeric, which is turned back: sums stay far below its end."""
    added = func.sum(amount)
    chosen: Any = added if condition is None else added.filter(condition)
    return cast(func.coalesce(chosen, 0), BigInteger)
