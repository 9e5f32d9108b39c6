"""Lists of what falls due. Each page looks at loans with a balance only, and is cut before its rows are filled in."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    false,
    func,
    not_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.days import FIRST_DAY, LAST_DAY
from incubator.db import AnySelect, param
from incubator.errors import DomainError, FieldError
from incubator.loans.due.schemas import (
    DueQuery,
    InspectionDueQuery,
    InspectionDueRow,
    InstalmentDueQuery,
    InstalmentDueRow,
    MaturingQuery,
    MaturingRow,
    PastDueRow,
)
from incubator.loans.groups.models import CreditGroup
from incubator.loans.inspections.models import INSPECT_WITHIN_DAYS
from incubator.loans.inspections.queries import is_inspected_since, last_disbursed
from incubator.loans.models import Loan, LoanStatus
from incubator.loans.queries import matures_on
from incubator.loans.schedules.models import Instalment, LoanSchedule
from incubator.loans.schedules.queries import oldest_unpaid, past_due, schedule_in_force
from incubator.loans.sight import Sight, if_opened, is_opened, is_seen, sight_of, sight_values
from incubator.localities.models import Locality
from incubator.paging import Listing, Order
from incubator.people.models import Person

WITH_BALANCE = (LoanStatus.disbursing.value, LoanStatus.active.value)
DAYS_AHEAD = 30

BY_DAY = Order((Instalment.due_on.expression, Instalment.schedule_id.expression))
BY_ID = Order((Loan.id.expression,))


class Span(msgspec.Struct, frozen=True):
    """The days to look at, both included."""

    first: date
    last: date


def span_of(first: date | None, last: date | None, *, today: date) -> Span:
    """The next 30 days where nothing else is asked for; 400 for days that no schedule has."""
    begin = first or today
    faults = [
        FieldError(
            code="out_of_range", parameter=name, params={"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
        )
        for name, day in (("from", first), ("until", last))
        if day is not None and not FIRST_DAY <= day <= LAST_DAY
    ]
    if not faults and last is not None and last < begin:
        faults.append(FieldError(code="out_of_range", parameter="until", params={"min": begin.isoformat()}))
    if faults:
        raise DomainError("validation_failed", errors=faults)
    return Span(begin, last or begin + timedelta(days=DAYS_AHEAD))


def list_instalments_due(actor: Actor, filters: InstalmentDueQuery, *, today: date) -> Listing[InstalmentDueRow]:
    """In the order of their days."""
    span = span_of(filters.from_, filters.until, today=today)
    return Listing(
        name="instalments_due",
        query=_instalments,
        shape=_shape(actor, filters),
        order=BY_DAY,
        values={**_values(actor, filters), "today": today, "first": span.first, "last": span.last},
        row=InstalmentDueRow,
        show=_show_instalments,
        place=lambda row: (row.due_on, row.schedule_id),
        place_types=tuple[date, UUID],
    )


def list_past_due(actor: Actor, filters: DueQuery, *, today: date) -> Listing[PastDueRow]:
    """In the order of the loans' ids, which is about that of their age."""
    return Listing(
        name="loans_past_due",
        query=_past_due,
        shape=_shape(actor, filters),
        order=BY_ID,
        values={**_values(actor, filters), "today": today, "yesterday": today - timedelta(days=1)},
        row=PastDueRow,
        show=_show_past_due,
        place=_loan_of,
    )


def list_inspections_due(actor: Actor, filters: InspectionDueQuery, *, today: date) -> Listing[InspectionDueRow]:
    """In the order of the loans' ids."""
    return Listing(
        name="inspections_due",
        query=_uninspected,
        shape=(*_shape(actor, filters), filters.late),
        order=BY_ID,
        values={**_values(actor, filters), **inspection_days(today)},
        row=InspectionDueRow,
        show=_show_uninspected,
        place=_loan_of,
    )


def list_maturing(actor: Actor, filters: MaturingQuery, *, today: date) -> Listing[MaturingRow]:
    """In the order of the loans' ids."""
    span = span_of(None, filters.until, today=today)
    return Listing(
        name="loans_maturing",
        query=_maturing,
        shape=_shape(actor, filters),
        order=BY_ID,
        values={**_values(actor, filters), "today": today, "first": span.first, "last": span.last},
        row=MaturingRow,
        show=_show_maturing,
        place=_loan_of,
    )


def inspection_days(today: date) -> dict[str, date]:
    """The parameters of `waits_for_inspection` and `is_inspection_late`."""
    return {"today": today, "late_before": today - timedelta(days=INSPECT_WITHIN_DAYS)}


def last_payment(loan: Any = Loan) -> FromClause:
    """A row with the last day before today on which the loan was paid out."""
    return last_disbursed(loan.id, param("today", Date))


def waits_for_inspection(paid: Any, loan: Any = Loan) -> ColumnElement[bool]:
    """Whether the loan has a balance, and nobody looked at its use since its `last_payment`, which is joined."""
    return and_(loan.status.in_(WITH_BALANCE), not_(is_inspected_since(loan.id, paid.c.effective_on)))


def is_inspection_late(paid: Any) -> ColumnElement[bool]:
    return paid.c.effective_on < param("late_before", Date)  # type: ignore[no-any-return]


def _instalments(sight: Sight, given: frozenset[str]) -> AnySelect:
    """Of versions in force, and not yet paid in full.

    An equality with what is in force would pass for one row in the table, so that all were gathered and sorted; as a
    CASE it is asked of each instalment in the order of the index until the page is full.
    """
    i = Instalment
    version = LoanSchedule.id == schedule_in_force(Loan.id, param("today", Date))
    is_in_force = case((version, true()), else_=false())
    due = i.due_on.between(param("first", Date), param("last", Date))
    return (
        select(i)
        .join(LoanSchedule, LoanSchedule.id == i.schedule_id)
        .join(Loan, Loan.id == LoanSchedule.loan_id)
        .where(due, *_with_balance(sight, given), _left_of(i, Loan) > 0, is_in_force)
    )


def _show_instalments(cut: AnySelect, sight: Sight, *_: Any) -> AnySelect:
    page = cut.subquery("page")
    i = aliased(Instalment, page)
    amounts = (if_opened(sight, i.principal_vnd), if_opened(sight, _left_of(i, Loan)))
    columns: tuple[Any, ...] = (i.schedule_id, i.number, i.due_on, *amounts, not_(is_opened(sight)))
    query = select(*_whose(Loan), *columns).select_from(i).join(LoanSchedule, LoanSchedule.id == i.schedule_id)
    return _joined(query.join(Loan, Loan.id == LoanSchedule.loan_id), Loan).order_by(i.due_on, i.schedule_id)


def _past_due(sight: Sight, given: frozenset[str]) -> AnySelect:
    return select(Loan).where(*_with_balance(sight, given), _oldest_unpaid_of(Loan) < param("today", Date))


def _show_past_due(cut: AnySelect, sight: Sight, *_: Any) -> AnySelect:
    loan = aliased(Loan, cut.subquery("page"))
    oldest = _oldest_unpaid_of(loan)
    amounts = (if_opened(sight, amount, loan) for amount in (_past_due_of(loan), _outstanding(loan)))
    late = cast(param("today", Date) - oldest, Integer)
    query = select(*_whose(loan), oldest, late, *amounts, not_(is_opened(sight, loan)))
    return _joined(query, loan).order_by(loan.id)


def _uninspected(sight: Sight, given: frozenset[str], late: bool | None) -> AnySelect:
    paid = last_payment()
    query = select(Loan).join(paid, true()).where(*_with_balance(sight, given), waits_for_inspection(paid))
    if late is None:
        return query
    return query.where(is_inspection_late(paid) if late else not_(is_inspection_late(paid)))


def _show_uninspected(cut: AnySelect, _: Sight, *__: Any) -> AnySelect:
    loan = aliased(Loan, cut.subquery("page"))
    paid = last_payment(loan)
    paid_on = paid.c.effective_on
    query = select(*_whose(loan), paid_on, paid_on + INSPECT_WITHIN_DAYS, is_inspection_late(paid))
    return _joined(query.select_from(loan).join(paid, true()), loan).order_by(loan.id)


def _maturing(sight: Sight, given: frozenset[str]) -> AnySelect:
    ends = matures_on(param("today", Date), False).between(param("first", Date), param("last", Date))
    return select(Loan).where(*_with_balance(sight, given), ends)


def _show_maturing(cut: AnySelect, sight: Sight, *_: Any) -> AnySelect:
    page = cut.subquery("page")
    ends = matures_on(param("today", Date), False)
    amounts = (if_opened(sight, _outstanding(Loan)), not_(is_opened(sight)))
    query = select(*_whose(Loan), ends, *amounts).select_from(page).join(Loan, Loan.id == page.c.id)
    return _joined(query, Loan).order_by(Loan.id)


def _with_balance(sight: Sight, given: frozenset[str]) -> list[ColumnElement[bool]]:
    """The loans that something can fall due of, among those that the actor sees and asks for."""
    commune = select(Locality.id).where(Locality.code == param("locality_code", Text), Locality.valid_to.is_(None))
    conditions = {
        "group_id": Loan.group_id == param("group_id", Uuid),
        "locality_code": Loan.locality_id == commune.scalar_subquery(),
    }
    asked = [condition for name, condition in conditions.items() if name in given]
    return [is_seen(sight), Loan.status.in_(WITH_BALANCE), *asked]


def _oldest_unpaid_of(loan: Any) -> ColumnElement[Any]:
    schedule = schedule_in_force(loan.id, param("today", Date))
    return oldest_unpaid(schedule, disbursed=loan.disbursed_vnd, outstanding=_outstanding(loan))


def _past_due_of(loan: Any) -> ColumnElement[int]:
    schedule = schedule_in_force(loan.id, param("today", Date))
    amounts = {"disbursed": loan.disbursed_vnd, "outstanding": _outstanding(loan)}
    return past_due(schedule, param("yesterday", Date), **amounts)


def _left_of(instalment: Any, loan: Any) -> ColumnElement[int]:
    """What is left to pay of an instalment. What was not paid out is not due, and payments go to the oldest first."""
    paid = loan.disbursed_vnd - _outstanding(loan)
    before = instalment.due_in_all_vnd - instalment.principal_vnd
    return func.least(instalment.due_in_all_vnd, loan.disbursed_vnd) - func.greatest(before, paid)


def _outstanding(loan: Any) -> ColumnElement[int]:
    return loan.normal_vnd + loan.overdue_vnd + loan.frozen_vnd  # type: ignore[no-any-return]


def _whose(loan: Any) -> tuple[Any, ...]:
    """The columns of `DueLoan`."""
    return (
        loan.id, loan.contract_no, loan.lender_id, loan.household_id, loan.borrower_id, Person.full_name,
        loan.group_id, CreditGroup.name, Locality.code,
    )  # fmt: skip


def _joined(query: Select[Any], loan: Any) -> Select[Any]:
    """With the tables that `_whose` reads."""
    return (
        query.join(Person, Person.id == loan.borrower_id)
        .join(Locality, Locality.id == loan.locality_id)
        .outerjoin(CreditGroup, CreditGroup.id == loan.group_id)
    )


def _shape(actor: Actor, filters: DueQuery) -> tuple[Any, ...]:
    given = frozenset(name for name in ("group_id", "locality_code") if getattr(filters, name) is not None)
    return sight_of(actor), given


def _values(actor: Actor, filters: DueQuery) -> dict[str, Any]:
    return {**sight_values(actor), "group_id": filters.group_id, "locality_code": filters.locality_code}


def _loan_of(row: Any) -> tuple[UUID]:
    return (row.loan_id,)
