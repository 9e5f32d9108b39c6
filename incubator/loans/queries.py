"""What is read of loans: the list, one loan as of a day and as known at a moment, and its rates."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    Text,
    Uuid,
    case,
    exists,
    func,
    select,
    true,
)
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.loans.asked import was_known
from incubator.loans.balances import balances_of, status_by
from incubator.loans.contracts import contract_number
from incubator.loans.findings import LoanWarning, warnings_of
from incubator.loans.groups.models import CreditGroup
from incubator.loans.lenders.models import Lender
from incubator.loans.models import Loan, LoanRate
from incubator.loans.programmes.models import LoanProgramme, LoanProgrammeRate
from incubator.loans.rows import loan_out
from incubator.loans.schedules.models import Instalment, LoanSchedule, ScheduleReason
from incubator.loans.schedules.queries import schedule_in_force
from incubator.loans.schemas import LoanMomentQuery, LoanOut, LoanQuery, LoanRateOut, LoanRow
from incubator.loans.sight import Sight, if_opened, is_opened, is_seen, sight_of, sight_values, visible_loans
from incubator.localities.models import Locality
from incubator.paging import Listing, Order
from incubator.people.models import Person
from incubator.territory import Many, among_value, how_many, is_among

NEWEST_FIRST = Order((Loan.id.expression,), descending=True)
LATEST_FIRST = Order((LoanRate.from_on.expression,), descending=True)

SUMS = ("normal", "overdue", "frozen", "disbursed", "collected", "written_off", "adjusted", "interest")


class LoanFilters(msgspec.Struct, frozen=True):
    """Which filters are set: the shape of a list's statement."""

    status: Many
    given: frozenset[str]


def list_loans(actor: Actor, filters: LoanQuery) -> Listing[LoanRow]:
    """Newest first."""
    statuses = [status.value for status in filters.status]
    given = frozenset(name for name in _conditions() if getattr(filters, name, None) is not None)
    flags = {None: set(), True: {"overdue"}, False: {"not_overdue"}}[filters.is_overdue]
    return Listing(
        name="loans",
        query=_filtered,
        shape=(sight_of(actor), LoanFilters(how_many(statuses), given | flags)),
        order=NEWEST_FIRST,
        values={
            **sight_values(actor),
            **{name: getattr(filters, name) for name in given},
            "status": among_value(statuses),
            "contract_no": None if filters.contract_no is None else contract_number(filters.contract_no),
        },
        row=LoanRow,
        show=_in_list,
    )


async def get_loan(
    reads: Reads, actor: Actor, loan_id: UUID, *, today: date, asked: LoanMomentQuery | None = None
) -> LoanOut:
    """One loan; 404 where the actor does not see it. Its sums are of the times that are asked for."""
    asked = asked or LoanMomentQuery()
    as_of, known_at = asked.as_of or today, asked.known_at
    values = {**sight_values(actor), "loan_id": loan_id, "as_of": as_of, "known_at": known_at}
    is_dated = asked.as_of is not None or known_at is not None
    query = _loan(sight_of(actor), is_dated, known_at is not None)
    return await fetch_one(reads, query, values, loan_out(as_of, known_at))


async def require_loan(reads: Reads, actor: Actor, loan_id: UUID) -> None:
    """404 where the actor does not see the loan."""
    values = {**sight_values(actor), "loan_id": loan_id}
    await fetch_one(reads, _is_seen(sight_of(actor)), values, lambda one: one)


def list_loan_rates(actor: Actor, loan_id: UUID) -> Listing[LoanRateOut]:
    """The latest first."""
    return Listing(
        name="loan_rates",
        query=_rates,
        shape=(sight_of(actor),),
        order=LATEST_FIRST,
        values={**sight_values(actor), "loan_id": loan_id},
        row=LoanRateOut,
        place=lambda row: (row.from_on,),
        place_types=tuple[date],
    )


@statement
def _is_seen(sight: Sight) -> Select[Any]:
    return select(Loan.id).where(is_seen(sight), Loan.id == param("loan_id", Uuid))


def _rates(sight: Sight) -> Select[Any]:
    rate = LoanRate
    columns: tuple[Any, ...] = (rate.from_on, rate.rate_ppm, rate.recorded_by_id, rate.recorded_at)
    seen = select(*columns).join(Loan, Loan.id == rate.loan_id)
    return seen.where(is_seen(sight), rate.loan_id == param("loan_id", Uuid))


@statement
def _loan(sight: Sight, is_dated: bool, known: bool) -> Select[Any]:
    """In the order in which `rows.loan_out` reads it. Where no times are asked for, all entries count."""
    as_of = param("as_of", Date)
    sums = balances_of(Loan.id, as_of if is_dated else None, known=known)
    own = _latest(LoanRate, LoanRate.loan_id == Loan.id, as_of)
    usual = _latest(LoanProgrammeRate, LoanProgrammeRate.programme_id == Loan.programme_id, as_of)
    in_force = schedule_in_force(Loan.id, as_of, known=known)
    found = warnings_of(Loan, LoanProgramme, schedule_id=in_force, disbursed_vnd=sums.c.disbursed)
    columns: tuple[Any, ...] = (
        Loan.id, Loan.version, Loan.contract_no, Loan.household_id, Loan.project_id, Loan.application_id,
        Loan.approved_on, Loan.maturity_on, Loan.cancelled_on, if_opened(sight, Loan.cancel_reason), Loan.created_at,
        Lender.id, Lender.code, Lender.name, LoanProgramme.id, LoanProgramme.code, LoanProgramme.name,
        Person.id, Person.full_name, CreditGroup.id, CreditGroup.name,
        Locality.id, Locality.code, Locality.name, Locality.kind,
        status_by(sums.c, Loan, as_of) if is_dated else Loan.status,
        _is_extended(as_of, known), matures_on(as_of, known),
        own.c.from_on, own.c.rate_ppm, usual.c.from_on, usual.c.rate_ppm,
        is_opened(sight), Loan.approved_vnd, *(sums.c[name] for name in SUMS),
        *(found[warning] for warning in LoanWarning),
    )  # fmt: skip
    return (
        select(*columns)
        .join(Lender, Lender.id == Loan.lender_id)
        .join(LoanProgramme, LoanProgramme.id == Loan.programme_id)
        .join(Person, Person.id == Loan.borrower_id)
        .join(Locality, Locality.id == Loan.locality_id)
        .outerjoin(CreditGroup, CreditGroup.id == Loan.group_id)
        .join(sums, true())
        .outerjoin(own, true())
        .outerjoin(usual, true())
        .where(is_seen(sight), Loan.id == param("loan_id", Uuid))
    )


def _latest(rate: Any, whose: ColumnElement[bool], as_of: Any) -> FromClause:
    """The row of a table of rates that is in force on the day."""
    in_force = select(rate.from_on, rate.rate_ppm).where(whose, rate.from_on <= as_of)
    return in_force.order_by(rate.from_on.desc()).limit(1).correlate(Loan).lateral()


def _is_extended(as_of: Any, known: bool) -> ColumnElement[bool]:
    version = aliased(LoanSchedule)
    return exists().where(
        version.loan_id == Loan.id,
        version.reason == ScheduleReason.extended.value,
        version.decided_on <= as_of,
        was_known(version.recorded_at, known),
    )


def matures_on(as_of: Any, known: bool) -> ColumnElement[date]:
    """Which is the last instalment of the schedule in force, else the last day of the contract."""
    in_force = schedule_in_force(Loan.id, as_of, known=known)
    last = select(func.max(Instalment.due_on)).where(Instalment.schedule_id == in_force).correlate(Loan)
    return func.coalesce(last.scalar_subquery(), Loan.maturity_on)


def _filtered(sight: Sight, filters: LoanFilters) -> Select[Any]:
    asked = [condition for name, condition in _conditions().items() if name in filters.given]
    return visible_loans(sight).where(is_among(Loan.status, filters.status, "status", Text), *asked)


def _conditions() -> dict[str, ColumnElement[bool]]:
    """Filter by filter what it asks of a loan."""
    commune = select(Locality.id).where(Locality.code == param("locality_code", Text), Locality.valid_to.is_(None))
    of_ids = ("programme_id", "lender_id", "group_id", "household_id", "borrower_id", "project_id")
    return {
        **{name: getattr(Loan, name) == param(name, Uuid) for name in of_ids},
        "locality_code": Loan.locality_id == commune.scalar_subquery(),
        "contract_no": Loan.contract_no == param("contract_no", Text),
        "overdue": Loan.overdue_vnd > 0,
        "not_overdue": Loan.overdue_vnd == 0,
    }


def _in_list(cut: AnySelect, sight: Sight, *_: Any) -> Select[Any]:
    """The page is cut out of `loan` alone, by one index; only its rows are then joined with what they show."""
    page = cut.subquery("page")
    loan = aliased(Loan, page)
    opened = is_opened(sight, of=loan)
    outstanding = loan.normal_vnd + loan.overdue_vnd + loan.frozen_vnd
    amounts = (
        loan.approved_vnd, loan.disbursed_vnd, loan.normal_vnd, loan.overdue_vnd, loan.frozen_vnd, outstanding,
        loan.written_off_vnd,
    )  # fmt: skip
    columns: tuple[Any, ...] = (
        loan.id, loan.version, loan.contract_no, loan.status, loan.lender_id, loan.programme_id, LoanProgramme.code,
        loan.household_id, loan.borrower_id, Person.full_name, loan.group_id, loan.project_id,
        Locality.code, Locality.name, loan.approved_on, loan.maturity_on, loan.overdue_vnd > 0, loan.frozen_vnd > 0,
        *(case((opened, amount)) for amount in amounts), ~opened, loan.created_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(LoanProgramme, LoanProgramme.id == loan.programme_id)
        .join(Person, Person.id == loan.borrower_id)
        .join(Locality, Locality.id == loan.locality_id)
        .order_by(page.c.id.desc())
    )
