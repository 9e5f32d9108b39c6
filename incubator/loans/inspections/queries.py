"""What was found where loans were inspected, and which loans still wait for it."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    Uuid,
    and_,
    exists,
    literal_column,
    not_,
    select,
)
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.loans.asked import was_known
from incubator.loans.inspections.models import Inspection
from incubator.loans.inspections.schemas import InspectionOut
from incubator.loans.ledger.models import EntryKind, LoanEntry
from incubator.loans.models import Loan
from incubator.loans.sight import Sight, is_seen, sight_of, sight_values
from incubator.paging import Listing, Order

NEWEST_FIRST = Order((Inspection.id.expression,), descending=True)


def is_standing(inspection: Any = Inspection, *, known: bool = False) -> ColumnElement[bool]:
    """Whether the row is an inspection that was not taken back. With `known`, as of the parameter `known_at`."""
    void = aliased(Inspection)
    taken_back = exists().where(void.voids_id == inspection.id, was_known(void.recorded_at, known))
    return and_(inspection.voids_id.is_(None), was_known(inspection.recorded_at, known), not_(taken_back))


def first_disbursed_on(loan_id: Any) -> ScalarSelect[Any]:
    """The day of the first disbursement that was not reversed; null without one."""
    return _disbursed_on(loan_id, newest=False).scalar_subquery()


def last_disbursed(loan_id: Any, before: Any) -> FromClause:
    """A row with the day (`effective_on`) of the last disbursement before that one which was not reversed, or none."""
    return _disbursed_on(loan_id, newest=True, before=before).lateral()


def is_inspected_since(loan_id: Any, day: Any) -> ColumnElement[bool]:
    """Whether an inspection stands that took place on the day or later."""
    seen = aliased(Inspection)
    return exists().where(seen.loan_id == loan_id, seen.inspected_on >= day, is_standing(seen))


def list_inspections(actor: Actor, loan_id: UUID) -> Listing[InspectionOut]:
    """The last recorded first."""
    return Listing(
        name="inspections",
        query=_of_loan,
        shape=(sight_of(actor),),
        order=NEWEST_FIRST,
        values={**sight_values(actor), "loan_id": loan_id},
        row=InspectionOut,
    )


async def get_inspection(reads: Reads, actor: Actor, loan_id: UUID, inspection_id: UUID) -> InspectionOut:
    """One inspection, standing or not; 404 where the actor does not see its loan."""
    values = {**sight_values(actor), "loan_id": loan_id, "inspection_id": inspection_id}
    return await fetch_one(reads, _inspection(sight_of(actor)), values, InspectionOut)


@statement
def _inspection(sight: Sight) -> Select[Any]:
    return _of_loan(sight).where(Inspection.id == param("inspection_id", Uuid))


def _of_loan(sight: Sight) -> Select[Any]:
    i, void, author, voider = Inspection, aliased(Inspection), aliased(Account), aliased(Account)
    columns: tuple[Any, ...] = (
        i.id, i.loan_id, i.inspected_on, i.used_as_agreed, i.note, i.recorded_by_id, author.username, i.recorded_at,
        void.id.is_(None), void.note, void.recorded_by_id, voider.username, void.recorded_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Loan, Loan.id == i.loan_id)
        .outerjoin(void, void.voids_id == i.id)
        .outerjoin(author, author.id == i.recorded_by_id)
        .outerjoin(voider, voider.id == void.recorded_by_id)
        .where(is_seen(sight), i.loan_id == param("loan_id", Uuid), i.voids_id.is_(None))
    )


def _disbursed_on(loan_id: Any, *, newest: bool, before: Any = None) -> Select[Any]:
    """Disbursements have an index of their own, so that this looks at no other entry.

    OFFSET keeps the planner from joining all reversals to the few disbursements of one loan, again for every loan.
    """
    paid, reversal = aliased(LoanEntry), aliased(LoanEntry)
    reversed_by = select(reversal.id).where(reversal.reverses_id == paid.id).correlate(paid).offset(0)
    days = select(paid.effective_on).where(
        paid.loan_id == loan_id,
        paid.kind == literal_column(f"'{EntryKind.disbursement}'"),
        not_(reversed_by.exists()),
    )
    days = days if before is None else days.where(paid.effective_on < before)
    order = paid.effective_on.desc() if newest else paid.effective_on
    return days.order_by(order).limit(literal_column("1")).correlate_except(paid, reversal)
