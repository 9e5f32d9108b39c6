"""What the API takes and gives about schedules: a union tagged by `method`, and versions with their instalments."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.loans.asked import AsOf, KnownAt
from incubator.loans.schedules.models import ScheduleReason
from incubator.loans.schemas import Vnd
from incubator.paging import PageQuery

MOST_INSTALMENTS = 600

Note = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1_000,
        description="Why there is this version; every one but the original needs it.",
        examples=["Gia hạn nợ do dịch tả lợn châu Phi, QĐ số 12/QĐ-NHCS"],
    ),
]
DecidedOn = Annotated[
    date,
    Meta(
        description="From this day on the version is in force. Absent: the day of approval for the original, else "
        "today. Not ahead; only a correction may be of an earlier day than the version before."
    ),
]
FirstInterestOn = Annotated[
    date,
    Meta(
        description="The first day on which interest is due; later ones are on the same day of the month. Absent: as "
        "in the version before, and in the original one month after the approval.",
        examples=["2025-12-15"],
    ),
]
InterestMonths = Annotated[
    int,
    Meta(
        ge=1,
        le=12,
        description="Months from one day of interest to the next. Absent: as in the version before, else 1.",
        examples=[1],
    ),
]
DueOn = Annotated[date, Meta(description="After the day of approval.", examples=["2026-11-15"])]
Principal = Annotated[Vnd, Meta(description="What is to be repaid in all. Absent: what was approved.")]
ShownVnd = Annotated[int, Meta(description="Whole dong; null where amounts are hidden.", examples=[20_000_000])]


class _Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="method"):
    reason: Annotated[ScheduleReason, Meta(examples=["extended"])]
    note: Note | None = None
    decided_on: DecidedOn | UnsetType = UNSET
    first_interest_on: FirstInterestOn | UnsetType = UNSET
    interest_months: InterestMonths | UnsetType = UNSET


class EqualPrincipal(_Schedule, frozen=True, kw_only=True, tag="equal_principal"):
    """The same principal in even steps; what the division leaves comes with the last instalment. A month that is too
    short takes its last day, and later ones the day of `first_due_on` again."""

    first_due_on: DueOn
    every_months: Annotated[int, Meta(ge=1, le=12, examples=[12])]
    instalments_n: Annotated[int, Meta(ge=1, le=MOST_INSTALMENTS, description="How many.", examples=[5])]
    principal_vnd: Principal | UnsetType = UNSET


class AtEnd(_Schedule, frozen=True, kw_only=True, tag="at_end"):
    """All principal on one day."""

    due_on: DueOn
    principal_vnd: Principal | UnsetType = UNSET


class InstalmentInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Principal due on a day."""

    due_on: DueOn
    principal_vnd: Vnd


class AsGiven(_Schedule, frozen=True, kw_only=True, tag="as_given"):
    """The instalments as the lender has them, in any order."""

    instalments: Annotated[list[InstalmentInput], Meta(min_length=1, max_length=MOST_INSTALMENTS)]


ScheduleCreate = EqualPrincipal | AtEnd | AsGiven


class ScheduleQuery(PageQuery, frozen=True, kw_only=True):
    """Which versions to list, the newest first, and as of which day to say what is in force."""

    as_of: AsOf | None = None
    known_at: KnownAt | None = None


class ScheduleRow(msgspec.Struct, frozen=True):
    """A version of a schedule. It never changes; of all versions one is in force. The note is null where amounts are
    hidden, because it may tell them."""

    id: UUID
    loan_id: UUID
    number: Annotated[int, Meta(ge=1, examples=[1])]
    reason: ScheduleReason
    decided_on: date
    is_in_force: bool
    first_due_on: date
    last_due_on: date
    instalments_n: Annotated[int, Meta(ge=1, examples=[5])]
    principal_vnd: ShownVnd | None
    first_interest_on: date
    interest_months: Annotated[int, Meta(ge=1, examples=[1])]
    note: str | None
    recorded_by_id: UUID
    recorded_by: str | None
    recorded_at: datetime
    amounts_hidden: bool


class InstalmentOut(msgspec.Struct, frozen=True):
    """Principal due on a day; `due_in_all_vnd` is the sum up to and with this one."""

    number: Annotated[int, Meta(ge=1, examples=[1])]
    due_on: date
    principal_vnd: ShownVnd | None
    due_in_all_vnd: ShownVnd | None


class ScheduleOut(ScheduleRow, frozen=True):
    """A version of a schedule with its instalments. It never changes; `is_in_force` speaks of today."""

    instalments: list[InstalmentOut]
