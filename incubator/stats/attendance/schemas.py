"""What the API takes and gives about the figures of attendance."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.events.models import EventKind
from incubator.money import PPM
from incubator.stats.funnel.schemas import (
    AreaCode,
    Count,
    DefinitionId,
    Filters,
    GroupRef,
    Scope,
    TerritoryBasis,
    Version,
)

GroupBy = Literal["kind", "held_in", "home_of", "mode", "month"]
Number = Count | None
Ppm = Annotated[int, Meta(ge=0, le=PPM, examples=[912_500])] | None


class AttendanceFigureQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which attendance to count, by the civil day on which a session begins. Without days, all of it up to today."""

    from_: Annotated[date, Meta(description="First day of the period.", examples=["2025-01-01"])] | None = (
        msgspec.field(name="from", default=None)
    )
    to: Annotated[date, Meta(description="The day after the period.", examples=["2026-01-01"])] | None = None
    locality: AreaCode | None = None
    kind: Annotated[EventKind, Meta(description="Events of this kind.")] | None = None
    event: Annotated[UUID, Meta(description="This event alone.")] | None = None
    final_only: Annotated[bool, Meta(description="Only events whose attendance is closed.")] = False
    group_by: (
        Annotated[
            GroupBy,
            Meta(description="One breakdown. `held_in` is the place of the site, `home_of` the commune of the person."),
        ]
        | None
    ) = None


class AttendanceMeasuresOut(msgspec.Struct, frozen=True):
    """What was counted: each number is a term of the definition `attendance` (GET /v1/stats/definitions). Ratios are
    parts per million, and null where the whole is zero. What a breakdown does not measure is null, and so is what
    would tell of too few people."""

    events: Number
    sessions: Number
    provisional_sessions: Number
    sites: Number
    sites_reported: Number
    coverage_ppm: Ppm
    attendances: Number
    named: Number
    anonymous: Number
    participations: Number
    unique_min: Number
    unique_max: Number
    expected: Number
    shown: Number
    no_show_ppm: Ppm
    suppressed: bool


class AttendanceGroupOut(AttendanceMeasuresOut, frozen=True):
    """One value of the breakdown; `ref` where that is a locality. Each number is a term of the definition `attendance`
    (GET /v1/stats/definitions)."""

    key: Annotated[dict[str, str], Meta(examples=[{"kind": "forum"}])]
    ref: GroupRef | None


class AttendanceQualityOut(msgspec.Struct, frozen=True):
    """How good the data is: named attendances of people of unknown home (null unless broken down by it), walk-ins who
    wait for staff, attendances that staff took back, and scans that phones sent late."""

    unknown_home_n: Number
    pending_n: Count
    voided_n: Count
    late_n: Count


class AttendanceFigureOut(msgspec.Struct, frozen=True):
    """The figures of attendance. `scope`: the localities that they are limited to; null is none. `additive`: the
    measures that add up over these groups and over periods; of all others no sum is a figure."""

    definition_id: DefinitionId
    version: Version
    as_of: date
    from_: date | None = msgspec.field(name="from")
    to: date | None
    territory: TerritoryBasis
    scope: Scope | None
    filters: Filters
    group_by: GroupBy | None
    additive: Annotated[list[str], Meta(examples=[["attendances", "named", "anonymous"]])]
    totals: AttendanceMeasuresOut
    groups: list[AttendanceGroupOut]
    quality: AttendanceQualityOut
