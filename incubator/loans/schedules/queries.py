"""The versions of a loan's schedule: which one is in force, what is due by it, and what each says."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, ScalarSelect, Select, Uuid, case, func, literal_column, not_, select
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.loans.asked import was_known
from incubator.loans.models import Loan
from incubator.loans.schedules.models import Instalment, LoanSchedule
from incubator.loans.schedules.schemas import InstalmentOut, ScheduleOut, ScheduleQuery, ScheduleRow
from incubator.loans.sight import Sight, is_opened, is_seen, sight_of, sight_values
from incubator.paging import Listing, Order, SmallNumber
from incubator.projects.queries import json_list

NEWEST_FIRST = Order((LoanSchedule.number.expression,), descending=True)
ONE: ColumnElement[int] = literal_column("1")


def schedule_in_force(loan_id: Any, as_of: Any, *, known: bool = False) -> ScalarSelect[UUID]:
    """SQL for the id of the version that was in force on the day `as_of`; null where there was none.

    The newest decision wins, and of decisions of one day the later version. With `known`, versions that were
    recorded after the parameter `known_at` are not there yet.
    """
    v = aliased(LoanSchedule)
    decided = select(v.id).where(v.loan_id == loan_id, v.decided_on <= as_of, was_known(v.recorded_at, known))
    return decided.order_by(v.decided_on.desc(), v.number.desc()).limit(ONE).correlate_except(v).scalar_subquery()


def due_by(schedule_id: Any, day: Any) -> ColumnElement[int]:
    """SQL for the principal that a version asks for up to and with the day; 0 without a version."""
    i = aliased(Instalment)
    due = select(i.due_in_all_vnd).where(i.schedule_id == schedule_id, i.due_on <= day).order_by(i.due_on.desc())
    return func.coalesce(due.limit(ONE).correlate_except(i).scalar_subquery(), 0)


def past_due(schedule_id: Any, day: Any, *, disbursed: Any, outstanding: Any) -> ColumnElement[int]:
    """SQL for the principal that was due up to and with the day and is not paid: never more than is outstanding.

    What is paid is what was disbursed and is no longer outstanding. What falls due on the day itself is in it: ask
    with the day before for what is late.
    """
    unpaid = due_by(schedule_id, day) - (disbursed - outstanding)
    return func.least(func.greatest(unpaid, 0), outstanding)


def oldest_unpaid(schedule_id: Any, *, disbursed: Any, outstanding: Any) -> ColumnElement[Any]:
    """SQL for the day of the first instalment that is not paid in full, which may lie ahead; null where nothing is
    outstanding, where there is no version, and where all its instalments are paid."""
    i = aliased(Instalment)
    unpaid = select(i.due_on).where(i.schedule_id == schedule_id, i.due_in_all_vnd > disbursed - outstanding)
    first = unpaid.order_by(i.due_in_all_vnd).limit(ONE).correlate_except(i).scalar_subquery()
    return case((outstanding > 0, first))


async def get_schedule(reads: Reads, actor: Actor, loan_id: UUID, schedule_id: UUID, *, today: date) -> ScheduleOut:
    """One version with its instalments; 404 where the actor does not see the loan."""
    values = {**sight_values(actor), "loan_id": loan_id, "schedule_id": schedule_id, "as_of": today}
    return await fetch_one(reads, _schedule(sight_of(actor)), values, _schedule_out)


def list_schedules(actor: Actor, loan_id: UUID, filters: ScheduleQuery, *, today: date) -> Listing[ScheduleRow]:
    """The last version first."""
    return Listing(
        name="schedules",
        query=_versions,
        shape=(sight_of(actor), filters.known_at is not None),
        order=NEWEST_FIRST,
        values={
            **sight_values(actor), "loan_id": loan_id, "as_of": filters.as_of or today, "known_at": filters.known_at,
        },
        row=ScheduleRow,
        place=lambda row: (row.number,),
        place_types=tuple[SmallNumber],
    )  # fmt: skip


@statement
def _schedule(sight: Sight) -> Select[Any]:
    instalments = _versions(sight, False).add_columns(_instalments_json(sight))
    return instalments.where(LoanSchedule.id == param("schedule_id", Uuid))


def _versions(sight: Sight, known: bool) -> Select[Any]:
    s, amounts = LoanSchedule, is_opened(sight)
    in_force = schedule_in_force(Loan.id, param("as_of", Date), known=known)
    columns: tuple[Any, ...] = (
        s.id, s.loan_id, s.number, s.reason, s.decided_on, func.coalesce(s.id == in_force, False),
        *_ends_and_count(), case((amounts, s.principal_vnd)), s.first_interest_on, s.interest_months,
        case((amounts, s.note)), s.recorded_by_id, Account.username, s.recorded_at, not_(amounts),
    )  # fmt: skip
    return (
        select(*columns)
        .join(Loan, Loan.id == s.loan_id)
        .outerjoin(Account, Account.id == s.recorded_by_id)
        .where(is_seen(sight), Loan.id == param("loan_id", Uuid), was_known(s.recorded_at, known))
    )


def _ends_and_count() -> list[Any]:
    """The first and the last due day of the row of LoanSchedule, and how many instalments it has."""
    found = (func.min(Instalment.due_on), func.max(Instalment.due_on), func.count())
    of_version = Instalment.schedule_id == LoanSchedule.id
    return [select(each).where(of_version).correlate(LoanSchedule).scalar_subquery() for each in found]


def _instalments_json(sight: Sight) -> Any:
    i, amounts = Instalment, is_opened(sight)
    instalment = func.json_build_object(
        "number", i.number, "due_on", i.due_on, "principal_vnd", case((amounts, i.principal_vnd)),
        "due_in_all_vnd", case((amounts, i.due_in_all_vnd)),
    )  # fmt: skip
    of_version = select(json_list(instalment, i.number)).where(i.schedule_id == LoanSchedule.id)
    return of_version.correlate(LoanSchedule, Loan).scalar_subquery()


def _schedule_out(*row: Any) -> ScheduleOut:
    fields = dict(zip(ScheduleOut.__struct_fields__, row, strict=True))
    return ScheduleOut(**fields | {"instalments": msgspec.json.decode(row[-1], type=list[InstalmentOut])})
