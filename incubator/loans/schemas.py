"""What the API takes and gives about loans and their rates."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.loans.asked import AsOf, KnownAt
from incubator.loans.findings import LoanWarning, RateSource
from incubator.loans.lenders.schemas import LenderRef
from incubator.loans.models import LoanStatus
from incubator.loans.programmes.schemas import RatePpm
from incubator.localities.schemas import CommuneCode, LocalityRef
from incubator.money import MOST_VND
from incubator.paging import PageQuery

Vnd = Annotated[int, Meta(ge=1, le=MOST_VND, description="Whole dong.", examples=[50_000_000])]
ContractNo = Annotated[
    str, Meta(min_length=1, max_length=60, description="What the lender calls the loan.", examples=["6600000712345678"])
]
Reason = Annotated[str, Meta(min_length=1, max_length=1_000, examples=["Hộ không còn nhu cầu vay"])]


class LoanCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A loan as the lender granted it. With `application_id` it takes programme, household, borrower, group and
    project from the application; what is sent of them must be the same. Without it, programme, household and borrower
    are required. What differs from the limits of the programme is accepted, with a warning."""

    contract_no: ContractNo
    approved_vnd: Vnd
    approved_on: Annotated[date, Meta(description="Not ahead.", examples=["2025-11-20"])]
    maturity_on: Annotated[date, Meta(description="The last day of the contract.", examples=["2028-11-20"])]
    application_id: UUID | UnsetType = UNSET
    lender_id: Annotated[UUID, Meta(description="That of the programme.")] | UnsetType = UNSET
    programme_id: UUID | UnsetType = UNSET
    household_id: UUID | UnsetType = UNSET
    borrower_id: Annotated[UUID, Meta(description="A person.")] | UnsetType = UNSET
    group_id: UUID | None | UnsetType = UNSET
    project_id: UUID | None | UnsetType = UNSET
    rate_ppm: Annotated[RatePpm, Meta(description="Fixed from the approval; absent: that of the programme.")] | None = (
        None
    )


class LoanPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged, null clears."""

    contract_no: ContractNo | UnsetType = UNSET
    borrower_id: UUID | UnsetType = UNSET
    group_id: UUID | None | UnsetType = UNSET
    project_id: UUID | None | UnsetType = UNSET
    approved_vnd: Annotated[Vnd, Meta(description="Not less than was paid out.")] | UnsetType = UNSET
    approved_on: Annotated[date, Meta(description="Not after the first entry.")] | UnsetType = UNSET
    maturity_on: date | UnsetType = UNSET


class LoanCancellation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of a loan of which nothing was paid out."""

    reason: Reason
    cancelled_on: Annotated[date, Meta(description="Today if absent; not ahead, not before the approval.")] | (
        UnsetType
    ) = UNSET


class LoanRatePut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rate from a day on, until the next one."""

    rate_ppm: Annotated[RatePpm, Meta(description="null: from then on that of the programme.")] | None


class LoanMomentQuery(msgspec.Struct, frozen=True, kw_only=True):
    """As of which day, and as known at which moment, to read a loan."""

    as_of: AsOf | None = None
    known_at: KnownAt | None = None


class LoanQuery(PageQuery, frozen=True, kw_only=True):
    """Which loans to list, newest first."""

    status: Annotated[list[LoanStatus], Meta(max_length=6, description="One or several.")] = []
    programme_id: UUID | None = None
    lender_id: UUID | None = None
    group_id: UUID | None = None
    household_id: UUID | None = None
    borrower_id: UUID | None = None
    project_id: UUID | None = None
    locality_code: CommuneCode | None = None
    contract_no: Annotated[ContractNo, Meta(description="The whole number.")] | None = None
    is_overdue: Annotated[bool, Meta(description="Whether anything of the loan is overdue.")] | None = None


class LoanProgrammeRef(msgspec.Struct, frozen=True):
    """A loan programme in few words."""

    id: UUID
    code: str
    name: str


class CreditGroupRef(msgspec.Struct, frozen=True):
    """A credit group in few words."""

    id: UUID
    name: str


class PersonRef(msgspec.Struct, frozen=True):
    """A person in few words."""

    id: UUID
    full_name: str


class RateInForce(msgspec.Struct, frozen=True):
    """The yearly rate of a day, and from which day on it holds."""

    rate_ppm: int
    source: RateSource
    from_on: date


class LoanRow(msgspec.Struct, frozen=True):
    """A loan in a list, with its sums of today. Amounts are null where `amounts_hidden`."""

    id: UUID
    version: int
    contract_no: str
    status: LoanStatus
    lender_id: UUID
    programme_id: UUID
    programme_code: str
    household_id: UUID
    borrower_id: UUID
    borrower_name: str
    group_id: UUID | None
    project_id: UUID | None
    locality_code: str
    locality_name: str
    approved_on: date
    maturity_on: date
    is_overdue: bool
    is_frozen: bool
    approved_vnd: int | None
    disbursed_vnd: int | None
    normal_vnd: int | None
    overdue_vnd: int | None
    frozen_vnd: int | None
    outstanding_vnd: int | None
    written_off_vnd: int | None
    amounts_hidden: bool
    created_at: datetime


class LoanOut(msgspec.Struct, frozen=True):
    """A loan with its sums, by the end of the day `as_of` and as known at the moment `known_at` (null: all that is
    recorded). Contract, programme, household, borrower, group, project and rates are those of today. Amounts are null
    where `amounts_hidden`.

    Overdue, frozen and extended are no statuses: a loan can be all three at once. `status` is null before the
    approval. `matures_on` is the last instalment of the schedule in force, else the last day of the contract. The
    words of `warnings` are in the vocabulary `loan_warning`."""

    id: UUID
    version: int
    lender: LenderRef
    contract_no: str
    programme: LoanProgrammeRef
    household_id: UUID
    borrower: PersonRef
    group: CreditGroupRef | None
    project_id: UUID | None
    application_id: UUID | None
    locality: LocalityRef
    approved_on: date
    maturity_on: date
    cancelled_on: date | None
    cancel_reason: str | None
    as_of: date
    known_at: datetime | None
    register_basis: Literal["today"]
    status: LoanStatus | None
    is_overdue: bool
    is_frozen: bool
    is_extended: bool
    matures_on: date
    rate: RateInForce | None
    amounts_hidden: bool
    approved_vnd: int | None
    disbursed_vnd: int | None
    normal_vnd: int | None
    overdue_vnd: int | None
    frozen_vnd: int | None
    outstanding_vnd: int | None
    collected_vnd: int | None
    interest_received_vnd: int | None
    written_off_vnd: int | None
    adjusted_vnd: int | None
    warnings: list[LoanWarning]
    created_at: datetime


class LoanRateOut(msgspec.Struct, frozen=True):
    """A rate of a loan from a day on. Null: from then on that of its programme."""

    from_on: date
    rate_ppm: int | None
    recorded_by_id: UUID
    recorded_at: datetime
