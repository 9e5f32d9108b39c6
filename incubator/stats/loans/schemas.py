"""What the API takes and gives about the figures of loans."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.loans.asked import AsOf, KnownAt
from incubator.money import PPM
from incubator.stats.funnel.schemas import (
    MOST,
    AreaCode,
    Count,
    DefinitionId,
    Filters,
    GroupRef,
    Scope,
    TerritoryBasis,
    Version,
)

GroupBy = Literal[
    "programme", "lender", "locality", "group", "project", "sex", "age_band", "ethnicity", "poverty_class"
]
Number = Count | None
Vnd = Annotated[int, Meta(ge=0, le=MOST, examples=[2_494_000_000_000])] | None
SignedVnd = Annotated[int, Meta(ge=-MOST, le=MOST, examples=[-1_500_000])] | None
Ppm = Annotated[int, Meta(ge=0, le=PPM, examples=[4_512])] | None


class LoanFigureQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which loans to count, as of which day, and as known at which moment. Without days, the flows are all up to
    as_of."""

    from_: (
        Annotated[date, Meta(description="First day of the period of the flows.", examples=["2025-01-01"])] | None
    ) = msgspec.field(name="from", default=None)
    to: (
        Annotated[
            date, Meta(description="The day after the period, at most the one after as_of.", examples=["2025-07-01"])
        ]
        | None
    ) = None
    as_of: AsOf | None = None
    known_at: KnownAt | None = None
    locality: AreaCode | None = None
    programme: Annotated[UUID, Meta(description="Loans of this programme.")] | None = None
    lender: Annotated[UUID, Meta(description="Loans of this lender.")] | None = None
    group_by: (
        Annotated[
            GroupBy,
            Meta(
                description="One breakdown. `ethnicity` and `poverty_class` count where your grants open sensitive "
                "fields; `group` (credit group) is not for service tokens and analysts."
            ),
        ]
        | None
    ) = None
    territory: Annotated[
        TerritoryBasis, Meta(description="Whether old communes appear as what they became, or as written down.")
    ] = "current"


class LoanMeasuresOut(msgspec.Struct, frozen=True):
    """What was counted: each number is a term of the definition `loans` (GET /v1/stats/definitions). Amounts are VND,
    and null where they are not for the caller; ratios are parts per million, and null where the whole is zero. What a
    breakdown does not measure is null, and so is a number behind which stand too few households."""

    households_ever: Number
    households_current: Number
    loans: Number
    loans_current: Number
    groups: Number
    members: Number
    opening_vnd: Vnd
    disbursed_vnd: Vnd
    collected_vnd: Vnd
    written_off_vnd: Vnd
    adjusted_vnd: SignedVnd
    closing_vnd: Vnd
    interest_received_vnd: SignedVnd
    outstanding_vnd: Vnd
    normal_vnd: Vnd
    overdue_vnd: Vnd
    frozen_vnd: Vnd
    past_due_by_schedule_vnd: Vnd
    par1_vnd: Vnd
    par30_vnd: Vnd
    par90_vnd: Vnd
    overdue_ratio_ppm: Ppm
    par1_ppm: Ppm
    par30_ppm: Ppm
    par90_ppm: Ppm
    inspected_share_ppm: Ppm
    reconciled_share_ppm: Ppm
    suppressed: bool


class LoanGroupOut(LoanMeasuresOut, frozen=True):
    """One value of the breakdown; `ref` where that is a programme, a lender, a locality or a credit group. Each number
    is a term of the definition `loans` (GET /v1/stats/definitions)."""

    key: Annotated[dict[str, str], Meta(examples=[{"sex": "female"}])]
    ref: GroupRef | None


class LoanQualityOut(msgspec.Struct, frozen=True):
    """How good the data is: loans of which the value of the breakdown is unknown; of the loans with a balance, those
    without a schedule, which no measure of lateness sees, and those of which no statement of the bank is in."""

    unknown_n: Number
    unscheduled_n: Number
    no_statement_n: Number


class LoanFigureOut(msgspec.Struct, frozen=True):
    """The figures of loans. `scope`: the localities that they are limited to; null is none. `register_basis`: who
    belongs to what is told as of today, whatever as_of and known_at say."""

    definition_id: DefinitionId
    version: Version
    as_of: date
    known_at: datetime | None
    from_: date | None = msgspec.field(name="from")
    to: date | None
    territory: TerritoryBasis
    register_basis: Literal["today"]
    scope: Scope | None
    filters: Filters
    group_by: GroupBy | None
    amounts_hidden: bool
    totals: LoanMeasuresOut
    groups: list[LoanGroupOut]
    quality: LoanQualityOut
