"""What the API takes and gives about what falls due."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.localities.schemas import CommuneCode
from incubator.paging import PageQuery


class DueQuery(PageQuery, frozen=True, kw_only=True):
    """Whose loans to look at."""

    group_id: UUID | None = None
    locality_code: CommuneCode | None = None


class InstalmentDueQuery(DueQuery, frozen=True, kw_only=True):
    """Which instalments to list, in the order of their days."""

    from_: Annotated[date, Meta(description="The first day; today if absent.")] | None = msgspec.field(
        name="from", default=None
    )
    until: Annotated[date, Meta(description="The last day; 30 days after the first if absent.")] | None = None


class MaturingQuery(DueQuery, frozen=True, kw_only=True):
    """Which loans end soon."""

    until: Annotated[date, Meta(description="The last day; 30 days from today if absent.")] | None = None


class InspectionDueQuery(DueQuery, frozen=True, kw_only=True):
    """Which loans wait for an inspection."""

    late: Annotated[bool, Meta(description="Only those whose inspection is late, or only those where it is not.")] | (
        None
    ) = None


class DueLoan(msgspec.Struct, frozen=True):
    """Whose loan it is."""

    loan_id: UUID
    contract_no: str
    lender_id: UUID
    household_id: UUID
    borrower_id: UUID
    borrower_name: str
    group_id: UUID | None
    group_name: str | None
    locality_code: str


class InstalmentDueRow(DueLoan, frozen=True):
    """Principal that falls due: the instalment, and what is left to pay of it."""

    schedule_id: UUID
    number: int
    due_on: date
    principal_vnd: int | None
    left_vnd: int | None
    amounts_hidden: bool


class PastDueRow(DueLoan, frozen=True):
    """A loan whose principal was due before today and is not paid: since which day, and how much of it."""

    oldest_unpaid_on: date
    days_late: int
    past_due_vnd: int | None
    outstanding_vnd: int | None
    amounts_hidden: bool


class InspectionDueRow(DueLoan, frozen=True):
    """A loan that nobody looked at since it was last paid out."""

    disbursed_on: date
    due_on: date
    is_late: bool


class MaturingRow(DueLoan, frozen=True):
    """A loan whose last day comes: that of the schedule in force, else that of the contract."""

    matures_on: date
    outstanding_vnd: int | None
    amounts_hidden: bool
