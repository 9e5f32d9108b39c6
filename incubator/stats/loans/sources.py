"""What is counted of each loan: the sums of its ledger, how late it is, and who looked after it."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Text,
    Uuid,
    and_,
    case,
    cast,
    exists,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from incubator.db import AnySelect, param
from incubator.loans.groups.models import GroupMember
from incubator.loans.inspections.models import Inspection
from incubator.loans.inspections.queries import is_standing
from incubator.loans.models import Loan
from incubator.loans.reconciliation.queries import is_reconciled, newest_balance
from incubator.loans.schedules.queries import oldest_unpaid, past_due, schedule_in_force
from incubator.people.models import Person
from incubator.stats.loans.dimensions import DIMENSIONS
from incubator.stats.loans.ledger import AS_OF, NOTHING, LoansShape, with_ledger
from incubator.territory import within

AT_RISK = {"par1_vnd": 1, "par30_vnd": 30, "par90_vnd": 90}
"""The days that the oldest unpaid instalment must be late by more than."""

COUNTS = ("loans", "loans_current", "inspected_n", "reconciled_n", "unscheduled_n", "no_statement_n")
FLOWS = ("opening_vnd", "disbursed_vnd", "collected_vnd", "written_off_vnd", "adjusted_vnd", "closing_vnd")
BALANCES = ("outstanding_vnd", "normal_vnd", "overdue_vnd", "frozen_vnd")
AMOUNTS = (*FLOWS, "interest_received_vnd", *BALANCES, "past_due_by_schedule_vnd", *AT_RISK)


def accounts(shape: LoansShape) -> AnySelect:
    """The loans of the question, each with the value of the breakdown and the sums of its ledger."""
    dimension = DIMENSIONS[shape.group_by] if shape.group_by else None
    value = cast(null(), Text) if dimension is None else cast(dimension.value(shape.as_recorded), dimension.type_)
    query = with_ledger(shape, Loan.id, Loan.household_id, Loan.group_id, value.label("value"))
    if dimension is not None and dimension.is_of_person:
        query = query.join(Person, Person.id == Loan.borrower_id)
    return query.where(*limits(shape))


def stood(shape: LoansShape) -> AnySelect:
    """The same loans, with a column for each of COUNTS, and of AMOUNTS where they are asked for."""
    late = _lateness(shape, _papers(shape)).subquery("late")
    balance_id, has_balance = late.c.balance_id, late.c.outstanding_vnd > 0
    counts = {
        "loans": late.c.paid_out > 0,
        "loans_current": has_balance,
        "inspected_n": late.c.is_inspected,
        "reconciled_n": and_(balance_id.is_not(None), is_reconciled(balance_id, known=shape.known)),
        "unscheduled_n": and_(has_balance, late.c.schedule_id.is_(None)),
        "no_statement_n": and_(has_balance, balance_id.is_(None)),
    }
    return select(
        late.c.value, late.c.household_id, late.c.group_id,
        *(cast(func.coalesce(condition, False), Integer).label(name) for name, condition in counts.items()),
        *_amounts(shape, late),
    )  # fmt: skip


def members() -> AnySelect:
    """How many households belonged to each credit group on the day of the figure."""
    m = GroupMember
    belonged = and_(m.from_on <= AS_OF, or_(m.to_on.is_(None), m.to_on >= AS_OF))
    return select(m.group_id, func.count().label("n")).where(belonged).group_by(m.group_id)


def limits(shape: LoansShape) -> list[ColumnElement[bool]]:
    """Which loans the question is about, by today's registers."""
    conditions = [within(shape.scope, "counted", province=Loan.province_id, commune=Loan.locality_id)]
    if shape.area:
        place = {"province": Loan.province_id, "commune": Loan.locality_id}[shape.area]
        conditions.append(place == param("area_id", Uuid))
    if shape.programme:
        conditions.append(Loan.programme_id == param("programme_id", Uuid))
    if shape.lender:
        conditions.append(Loan.lender_id == param("lender_id", Uuid))
    return conditions


def _papers(shape: LoansShape) -> FromClause:
    """Which schedule, inspection and row of the bank's statement each loan with a balance goes by.

    OFFSET keeps the planner from looking each of them up anew wherever it is used.
    """
    account = accounts(shape).subquery("account")
    has_balance = account.c.outstanding_vnd > 0
    schedule_id = schedule_in_force(account.c.id, AS_OF, known=shape.known)
    papers = select(
        *account.c,
        case((has_balance, schedule_id)).label("schedule_id"),
        case((has_balance, newest_balance(account.c.id, AS_OF, known=shape.known))).label("balance_id"),
        and_(has_balance, _was_inspected(shape, account.c.id)).label("is_inspected"),
    )
    return papers.offset(0).subquery("papers")


def _lateness(shape: LoansShape, papers: FromClause) -> AnySelect:
    if not shape.amounts:
        return select(*papers.c)
    paid = {"disbursed": papers.c.paid_out, "outstanding": papers.c.outstanding_vnd}
    oldest = oldest_unpaid(papers.c.schedule_id, **paid).label("unpaid_since_on")
    return select(*papers.c, oldest).offset(0)


def _amounts(shape: LoansShape, late: FromClause) -> list[ColumnElement[Any]]:
    if not shape.amounts:
        return []
    own = [late.c[name] for name in (*FLOWS, "interest_received_vnd", *BALANCES)]
    since = late.c.unpaid_since_on
    unpaid = past_due(
        late.c.schedule_id, AS_OF - 1, disbursed=late.c.paid_out, outstanding=late.c.outstanding_vnd
    )  # fmt: skip
    return [
        *own,
        case((since < AS_OF, unpaid), else_=NOTHING).label("past_due_by_schedule_vnd"),
        *(
            case((since < AS_OF - days, late.c.outstanding_vnd), else_=NOTHING).label(name)
            for name, days in AT_RISK.items()
        ),
    ]


def _was_inspected(shape: LoansShape, loan_id: Any) -> ColumnElement[bool]:
    """Whether somebody looked, in the period or else by the day of the figure, and did not take it back."""
    seen = aliased(Inspection)
    days = [seen.inspected_on <= AS_OF]
    if shape.since:
        days.append(seen.inspected_on >= param("from", Date))
    if shape.before:
        days.append(seen.inspected_on < param("to", Date))
    return exists().where(seen.loan_id == loan_id, *days, is_standing(seen, known=shape.known))
