"""What the API takes and gives about rows of the lender's statement."""

import enum
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.loans.reconciliation.models import ReconciliationStatus
from incubator.money import MOST_VND
from incubator.paging import PageQuery

MOST_ROWS = 2_000

Balance = Annotated[int, Meta(ge=0, le=MOST_VND, examples=[35_000_000])]
StatementDay = Annotated[date, Meta(description="The day at whose end these balances hold.", examples=["2025-10-31"])]


class BankResult(enum.StrEnum):
    """What became of a row: `known` is one that was there already, amount by amount."""

    agrees = "agrees"
    differs = "differs"
    known = "known"


class StatementRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the lender says is outstanding of one loan."""

    contract_no: Annotated[str, Meta(min_length=1, max_length=60, examples=["66000724150123"])]
    normal_vnd: Balance
    overdue_vnd: Balance
    frozen_vnd: Balance


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The balances of one lender's loans at the end of a day. The lender is named by id or code."""

    lender_id: UUID | UnsetType = UNSET
    lender_code: Annotated[str, Meta(min_length=1, max_length=40, examples=["vbsp"])] | UnsetType = UNSET
    on_day: StatementDay
    rows: Annotated[list[StatementRow], Meta(min_length=1, max_length=MOST_ROWS)]


class BankBalanceQuery(PageQuery, frozen=True, kw_only=True):
    """Which rows of statements to list, newest first."""

    loan_id: UUID | None = None
    lender_id: UUID | None = None
    on_day: date | None = None
    standing: Annotated[bool, Meta(description="Only the newest row of each loan and day.")] = True


class StatementRowOut(msgspec.Struct, frozen=True):
    """What became of the row at this place of the body, counted from 0, and by how much (VND) the bank is above the
    ledger now. `reconciliation_id` is there where the row differed when it first came in."""

    row: int
    contract_no: str
    loan_id: UUID
    bank_balance_id: UUID
    result: BankResult
    d_normal_vnd: int
    d_overdue_vnd: int
    d_frozen_vnd: int
    reconciliation_id: UUID | None


class StatementOut(msgspec.Struct, frozen=True):
    """How many rows agree, differ and were known, and what became of each, in their order."""

    lender_id: UUID
    on_day: date
    agrees: int
    differs: int
    known: int
    rows: list[StatementRowOut]


class BankBalanceOut(msgspec.Struct, frozen=True):
    """A row of a statement. `is_standing`: no newer one speaks of this loan and day. `agrees_now`: the ledger says
    the same, with all that is recorded by now. `reconciliation_status` is null where the row agreed when it came in.
    """

    id: UUID
    loan_id: UUID
    contract_no: str
    lender_id: UUID
    group_id: UUID | None
    on_day: date
    is_standing: bool
    normal_vnd: int | None
    overdue_vnd: int | None
    frozen_vnd: int | None
    amounts_hidden: bool
    agrees_now: bool
    reconciliation_id: UUID | None
    reconciliation_status: ReconciliationStatus | None
    recorded_at: datetime
    recorded_by_id: UUID
    recorded_by: str | None
