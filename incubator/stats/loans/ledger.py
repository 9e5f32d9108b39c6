"""The ledger of each loan, summed as of a day and as known at a moment.

Each loan is looked up in the ledger on its own, through the index that holds the amounts: a commune costs what its
loans cost, and the whole country is one walk along that index.
"""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Date, FromClause, and_, cast, func, literal, select, true
from sqlalchemy.orm import aliased

from incubator.db import AnySelect, param
from incubator.loans.asked import was_known
from incubator.loans.ledger.models import EntryKind, LoanEntry
from incubator.loans.models import Loan
from incubator.stats.loans.schemas import GroupBy
from incubator.territory import Shape

Sums = dict[str, ColumnElement[int]]

AS_OF = param("as_of", Date)
NOTHING: ColumnElement[int] = literal(0, BigInteger)


class LoansShape(msgspec.Struct, frozen=True, kw_only=True):
    """What of a question changes the SQL; its values are parameters.

    `known`: only what was recorded by a moment. `amounts`: whether the caller is shown more than counts. `guarded`:
    whether it is counted how many households stand behind each number.
    """

    scope: Shape
    area: str | None
    group_by: GroupBy | None = None
    as_recorded: bool = False
    programme: bool = False
    lender: bool = False
    known: bool = False
    since: bool = False
    before: bool = False
    amounts: bool = False
    guarded: bool = False


def with_ledger(shape: LoansShape, *columns: Any) -> AnySelect:
    """Every loan, with these columns of it and the sums of its ledger."""
    ledger = _ledger(shape)
    sums: dict[str, ColumnElement[Any]] = {column.key: column for column in ledger.c}
    if shape.amounts:
        sums["outstanding_vnd"] = sums["normal_vnd"] + sums["overdue_vnd"] + sums["frozen_vnd"]
        sums.setdefault("disbursed_vnd", sums["paid_out"])
        sums.setdefault("opening_vnd", NOTHING)
        sums.setdefault("closing_vnd", sums["outstanding_vnd"])
    return select(*columns, *(value.label(name) for name, value in sums.items())).join_from(Loan, ledger, true())


def _ledger(shape: LoansShape) -> FromClause:
    """What had happened to a loan by the day of the figure. `paid_out` is what was disbursed by then in all."""
    e: Any = aliased(LoanEntry)
    principal = e.d_normal + e.d_overdue + e.d_frozen
    sums = {"paid_out": _sum(principal, _is(e, EntryKind.disbursement))}
    sums |= _amounts(shape, e, principal) if shape.amounts else {"outstanding_vnd": _sum(principal)}
    happened = and_(e.effective_on <= AS_OF, was_known(e.recorded_at, shape.known))
    labelled = [value.label(name) for name, value in sums.items()]
    return select(*labelled).where(e.loan_id == Loan.id, happened).correlate(Loan).lateral("ledger")


def _amounts(shape: LoansShape, e: Any, principal: Any) -> Sums:
    """What the ledger says without being summed twice: before the beginning of time nothing was outstanding, and the
    end of the day of the figure is that of the period where no other is named."""
    inside = _in_period(shape, e)
    sums = {
        "normal_vnd": _sum(e.d_normal),
        "overdue_vnd": _sum(e.d_overdue),
        "frozen_vnd": _sum(e.d_frozen),
        "collected_vnd": _sum(-principal, _is(e, EntryKind.repayment), *inside),
        "written_off_vnd": _sum(-principal, _is(e, EntryKind.write_off), *inside),
        "adjusted_vnd": _sum(principal, _is(e, EntryKind.adjustment), *inside),
        "interest_received_vnd": _sum(e.interest_vnd, *inside),
    }
    if inside:
        sums["disbursed_vnd"] = _sum(principal, _is(e, EntryKind.disbursement), *inside)
    if shape.since:
        sums["opening_vnd"] = _sum(principal, e.effective_on < param("from", Date))
    if shape.before:
        sums["closing_vnd"] = _sum(principal, e.effective_on < param("to", Date))
    return sums


def _in_period(shape: LoansShape, e: Any) -> list[ColumnElement[bool]]:
    conditions = []
    if shape.since:
        conditions.append(e.effective_on >= param("from", Date))
    if shape.before:
        conditions.append(e.effective_on < param("to", Date))
    return conditions


def _is(e: Any, kind: EntryKind) -> ColumnElement[bool]:
    """A reversal counts as the kind that it reverses."""
    counted: ColumnElement[bool] = e.counts_as == kind.value
    return counted


def _sum(amount: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    added: Any = func.sum(amount)
    return cast(func.coalesce(added.filter(and_(*conditions)) if conditions else added, NOTHING), BigInteger)
