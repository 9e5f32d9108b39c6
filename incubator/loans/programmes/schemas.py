"""What the API takes and gives about loan programmes and their rates."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.loans.lenders.schemas import LenderNamed, LenderRef, RegisterCode
from incubator.loans.programmes.models import USUAL_OVERDUE_FACTOR_PPM
from incubator.money import MOST_VND, PPM
from incubator.paging import PageQuery

MOST_RATES = 100

ProgrammeCode = Annotated[RegisterCode, Meta(description="Of this lender alone.", examples=["poor"])]
ProgrammeName = Annotated[str, Meta(min_length=1, max_length=200, examples=["Cho vay hộ nghèo"])]
MaxVnd = Annotated[
    int, Meta(ge=1, le=MOST_VND, description="The most that a loan may be; null for no limit.", examples=[100_000_000])
]
MaxMonths = Annotated[
    int, Meta(ge=1, le=600, description="The longest that a loan may run; null for no limit.", examples=[120])
]
OverdueFactor = Annotated[
    int,
    Meta(
        ge=PPM,
        le=3 * PPM,
        description="What an overdue balance costs as a share of the rate in force: 1300000 is 130 %.",
        examples=[USUAL_OVERDUE_FACTOR_PPM],
    ),
]
LegalReference = Annotated[
    str, Meta(min_length=1, max_length=200, description="The decision it rests on.", examples=["78/2002/NĐ-CP"])
]
RatePpm = Annotated[
    int, Meta(ge=0, le=PPM, description="Parts per million of a year: 62400 is 6.24 %.", examples=[62_400])
]
RateDay = Annotated[
    date, Meta(description="The first day, until the day before the next rate.", examples=["2025-12-01"])
]
Start = Annotated[date, Meta(examples=["2019-01-01"])]
End = Annotated[date, Meta(description="The last day; null while no end is set.", examples=["2030-12-31"])]


class LoanProgrammeRatePut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rate from the day in the address on."""

    rate_ppm: RatePpm
    legal_reference: LegalReference | None = None


class LoanProgrammeRateInput(LoanProgrammeRatePut, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rate from a day on."""

    from_on: RateDay


Rates = Annotated[
    list[LoanProgrammeRateInput],
    Meta(max_length=MOST_RATES, examples=[[{"from_on": "2025-12-01", "rate_ppm": 62_400}]]),
]


class LoanProgrammeCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a lender offers under one name. Its rates may come with it or later."""

    lender: LenderNamed
    code: ProgrammeCode
    name: ProgrammeName
    max_vnd: MaxVnd | None = None
    max_months: MaxMonths | None = None
    overdue_factor_ppm: OverdueFactor = USUAL_OVERDUE_FACTOR_PPM
    legal_reference: LegalReference | None = None
    starts_on: Start
    ends_on: End | None = None
    rates: Rates = []


class LoanProgrammePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged, null clears. Lender and code never change; rates have an address of
    their own."""

    name: ProgrammeName | UnsetType = UNSET
    max_vnd: MaxVnd | None | UnsetType = UNSET
    max_months: MaxMonths | None | UnsetType = UNSET
    overdue_factor_ppm: OverdueFactor | UnsetType = UNSET
    legal_reference: LegalReference | None | UnsetType = UNSET
    starts_on: Start | UnsetType = UNSET
    ends_on: End | None | UnsetType = UNSET


class LoanProgrammeQuery(PageQuery, frozen=True, kw_only=True):
    """Which loan programmes to list, newest first."""

    lender: LenderNamed | None = None
    code: RegisterCode | None = None
    active_on: Annotated[date, Meta(description="Those that take applications on that day.")] | None = None


class LoanProgrammeRateOut(msgspec.Struct, frozen=True):
    """A yearly rate that is in force from a day on, until the next one."""

    from_on: date
    rate_ppm: int
    legal_reference: str | None
    recorded_at: datetime


class LoanProgrammeRow(msgspec.Struct, frozen=True):
    """A loan programme in a list. `rate_ppm` is the rate in force today; null where none is yet."""

    id: UUID
    version: int
    lender_code: str
    code: str
    name: str
    max_vnd: int | None
    max_months: int | None
    overdue_factor_ppm: int
    rate_ppm: int | None
    starts_on: date
    ends_on: date | None


class LoanProgrammeOut(msgspec.Struct, frozen=True):
    """A loan programme. `rate_ppm` is the rate in force today, null where none is yet; `rates` are all of them, the
    earliest first."""

    id: UUID
    version: int
    lender: LenderRef
    code: str
    name: str
    max_vnd: int | None
    max_months: int | None
    overdue_factor_ppm: int
    legal_reference: str | None
    rate_ppm: int | None
    rates: list[LoanProgrammeRateOut]
    starts_on: date
    ends_on: date | None
    created_at: datetime
