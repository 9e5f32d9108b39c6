"""What the API takes and gives about the interest of a loan."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.loans.asked import KnownAt
from incubator.loans.findings import RateSource
from incubator.loans.models import Bucket

Vnd = Annotated[int, Meta(description="Whole dong; null where amounts are hidden.", examples=[542_466])]
Days = Annotated[int, Meta(ge=1, examples=[30])]
RatePpm = Annotated[
    int,
    Meta(ge=0, description="Yearly, in parts per million; null for a frozen balance.", examples=[66_000]),
]


class InterestQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which period to compute; both of its days are needed."""

    from_: (
        Annotated[
            date,
            Meta(
                description="The day before the first that counts, such as the last pay day.",
                examples=["2025-09-15"],
                extra_json_schema={"required": True},
            ),
        ]
        | None
    ) = msgspec.field(name="from", default=None)
    to: (
        Annotated[
            date,
            Meta(
                description="The last day that counts, at most ten years after `from`.",
                examples=["2025-10-15"],
                extra_json_schema={"required": True},
            ),
        ]
        | None
    ) = None
    known_at: KnownAt | None = None


class InterestSegmentOut(msgspec.Struct, frozen=True):
    """Days, both ends counted, on which one part of the principal had one balance and one rate. Its interest is the
    rounded sum up to its end less the rounded sum before it, so that segments add up to the interest of the period."""

    bucket: Bucket
    from_on: date
    to_on: date
    days: Days
    balance_vnd: Vnd | None
    rate_ppm: RatePpm | None
    factor_ppm: Annotated[
        int,
        Meta(
            ge=0,
            description="What the rate is multiplied by: 1000000, more if overdue, 0 if frozen.",
            examples=[1_000_000],
        ),
    ]
    rate_from: Annotated[RateSource, Meta(description="Whose rate it is; null for a frozen balance.")] | None
    interest_vnd: Vnd | None


class InterestOut(msgspec.Struct, frozen=True):
    """The interest of a loan for the days after `from` up to and with `to`: an estimate by the rule of Circular
    14/2017/TT-NHNN beside what the lender received in these days. It is rounded half up once, over all segments."""

    loan_id: UUID
    from_: date = msgspec.field(name="from")
    to: date
    known_at: datetime | None
    is_estimate: Literal[True]
    interest_vnd: Vnd | None
    received_vnd: Vnd | None
    segments: list[InterestSegmentOut]
    amounts_hidden: bool
