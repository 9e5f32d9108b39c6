"""What the API takes and gives about the headline numbers."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from incubator.stats.funnel.schemas import AreaCode, Count, DataQualityOut, Filters, Scope, TerritoryBasis, Version


class OverviewQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the programme to sum up. Without days, all of it up to as_of."""

    from_: Annotated[date, Meta(description="First day of the period.")] | None = msgspec.field(
        name="from", default=None
    )
    to: Annotated[date, Meta(description="The day after the period.")] | None = None
    as_of: Annotated[date, Meta(description="What had happened by this day; default: today.")] | None = None
    locality: AreaCode | None = None


class HeadlineOut(msgspec.Struct, frozen=True):
    """One number, with the definition that says what was counted; null where too few households stand behind it."""

    code: Annotated[str, Meta(examples=["ideas_received"])]
    n: Count | None
    unit: Annotated[str, Meta(examples=["idea"])]
    definition_id: Annotated[str, Meta(examples=["ideas_received"])]
    version: Version
    suppressed: bool


class OverviewOut(msgspec.Struct, frozen=True):
    """The headline numbers of a period. `scope`: the localities that they are limited to; null is none."""

    as_of: date
    from_: date | None = msgspec.field(name="from")
    to: date | None
    territory: TerritoryBasis
    scope: Scope | None
    filters: Filters
    figures: list[HeadlineOut]
    quality: DataQualityOut
