"""What the API takes and gives about the repayment plan of a loan."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.loans.asked import AsOf, KnownAt

PlannedVnd = Annotated[int, Meta(description="Whole dong; null where amounts are hidden.", examples=[542_466])]
PastDueVnd = Annotated[
    int,
    Meta(
        description="Principal that was due up to and with `as_of` and is not paid, without what is frozen. It is due "
        "at once, and so part of the first row ahead. Null where amounts are hidden.",
        examples=[0],
    ),
]
FrozenVnd = Annotated[
    int,
    Meta(
        description="Frozen principal. It bears no interest, and no row asks for it until it is unfrozen. Null where "
        "amounts are hidden.",
        examples=[0],
    ),
]


class PlanQuery(msgspec.Struct, frozen=True, kw_only=True):
    """As of which day, and as known at which moment, to plan."""

    as_of: AsOf | None = None
    known_at: KnownAt | None = None


class PlanRowOut(msgspec.Struct, frozen=True):
    """A day of interest, for the `days` days up to it, or a day of principal only, with 0 days and no interest.

    The past ends with `as_of`: such a row says what was paid back or written off on its day. `balance_after_vnd` is
    the whole principal left at the end of the day, with what is frozen."""

    number: Annotated[int, Meta(ge=1, examples=[1])]
    due_on: date
    is_past: bool
    days: Annotated[int, Meta(ge=0, examples=[30])]
    interest_vnd: PlannedVnd | None
    principal_vnd: PlannedVnd | None
    balance_after_vnd: PlannedVnd | None


class PlanSumsOut(msgspec.Struct, frozen=True):
    """The sums of some rows. All interest is estimated, that of the past too."""

    interest_vnd: PlannedVnd | None
    principal_vnd: PlannedVnd | None


class PlanTotalsOut(PlanSumsOut, frozen=True):
    """The sums of all rows, and those of the rows of the past and ahead apart."""

    past: PlanSumsOut
    ahead: PlanSumsOut


class PlanOut(msgspec.Struct, frozen=True):
    """What was paid on the loan up to `as_of`, and what it will cost by the schedule in force on that day.

    Up to `as_of` interest is estimated on the balances that were, and principal is what was paid back or written off;
    an instalment that was not paid has no row. After it principal is due by the schedule less what is paid, of the
    normal part first, then of the overdue one; interest is estimated as if all were paid on its day, with the rates
    known today. Interest is due on the days of interest of this schedule, with its last instalment and on the day on
    which nothing is left. A row's interest is rounded by itself.

    Where nothing is disbursed (`is_disbursed` false), as if all that was approved had been on the day of approval;
    no row is past then. Without a schedule in force there are no rows. Principal of which a schedule says nothing is
    in no row and stays in the balance."""

    loan_id: UUID
    as_of: date
    known_at: datetime | None
    is_estimate: Literal[True]
    is_disbursed: bool
    schedule_id: UUID | None
    schedule_number: Annotated[int, Meta(ge=1, examples=[1])] | None
    past_due_vnd: PastDueVnd | None
    frozen_vnd: FrozenVnd | None
    rows: list[PlanRowOut]
    totals: PlanTotalsOut
    amounts_hidden: bool
