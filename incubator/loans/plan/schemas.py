"""What the API takes and gives about the repayment plan of a loan."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.loans.asked import AsOf, KnownAt

PlannedVnd = Annotated[int, Meta(description="Whole dong; null where amounts are hidden.", examples=[542_466])]


class PlanQuery(msgspec.Struct, frozen=True, kw_only=True):
    """As of which day, and as known at which moment, to plan."""

    as_of: AsOf | None = None
    known_at: KnownAt | None = None


class PlanRowOut(msgspec.Struct, frozen=True):
    """A day on which interest is due for the `days` days up to it, with the principal that falls due after the row
    before. The last row is of the day of the last instalment."""

    number: Annotated[int, Meta(ge=1, examples=[1])]
    due_on: date
    days: Annotated[int, Meta(ge=1, examples=[30])]
    interest_vnd: PlannedVnd | None
    principal_vnd: PlannedVnd | None
    balance_after_vnd: PlannedVnd | None


class PlanTotalsOut(msgspec.Struct, frozen=True):
    """The sums of all rows."""

    interest_vnd: PlannedVnd | None
    principal_vnd: PlannedVnd | None


class PlanOut(msgspec.Struct, frozen=True):
    """What the loan will cost by the schedule in force: an estimate as if all principal were paid on its day, with
    the disbursements of `as_of` and the rates known today.

    Where nothing is disbursed (`is_disbursed` false), as if all that was approved had been on the day of approval.
    Without a schedule in force there are no rows. Each row's interest is rounded by itself."""

    loan_id: UUID
    as_of: date
    known_at: datetime | None
    is_estimate: Literal[True]
    is_disbursed: bool
    schedule_id: UUID | None
    schedule_number: Annotated[int, Meta(ge=1, examples=[1])] | None
    rows: list[PlanRowOut]
    totals: PlanTotalsOut
    amounts_hidden: bool
