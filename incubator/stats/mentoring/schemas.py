"""What the API takes and gives about the figures of mentoring."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.projects.models import Platform
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

GroupBy = Literal["locality", "programme", "mentor", "month", "platform", "kind"]
Month = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2025-11"])]
Number = Count | None


class MentoringFigureQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the mentoring to count. Without days, all of it up to as_of. A mentor counts the own part alone."""

    from_: Annotated[date, Meta(description="First day of the period.", examples=["2025-01-01"])] | None = (
        msgspec.field(name="from", default=None)
    )
    to: Annotated[date, Meta(description="The day after the period.", examples=["2026-01-01"])] | None = None
    as_of: Annotated[date, Meta(description="What had happened by this day; default: today.")] | None = None
    locality: AreaCode | None = None
    programme: Annotated[UUID, Meta(description="Sessions of this programme, and what came of them.")] | None = None
    mentor: (
        Annotated[UUID, Meta(description="What this mentor did. For those who may read mentors, and for themselves.")]
        | None
    ) = None
    group_by: (
        Annotated[GroupBy, Meta(description="One breakdown. `mentor` is for those who may read mentors.")] | None
    ) = None


class ByPlatformsOut(msgspec.Struct, frozen=True):
    """Projects by the number of platforms on which they had been consulted."""

    none: Count = msgspec.field(name="0")
    one: Count = msgspec.field(name="1")
    two: Count = msgspec.field(name="2")
    three: Count = msgspec.field(name="3")


class MentoringMeasuresOut(msgspec.Struct, frozen=True):
    """What was counted: each number is a term of the definition `mentoring` (GET /v1/stats/definitions). Several
    mentors on one platform in one session are one consultation. What a breakdown does not measure is null, and so is
    a number too small to show."""

    sessions_held: Number
    sessions_cancelled: Number
    mentors_absent: Number
    guests_absent: Number
    contact_minutes: Number
    preparation_minutes: Number
    travel_minutes: Number
    mentor_hours: Annotated[float, Meta(ge=0, examples=[126.5])] | None
    distinct_mentors: Number
    distinct_mentees: Number
    consultations: Number
    distinct_projects: Number
    consulted_projects: Number
    fully_consulted_projects: Number
    projects_by_platforms: ByPlatformsOut | None
    actions_open: Number
    actions_overdue: Number
    actions_done: Number
    suppressed: bool


class PlatformCountOut(msgspec.Struct, frozen=True):
    """The consultations on a platform."""

    platform: Platform
    consultations: Count
    distinct_projects: Count


class MonthCountOut(msgspec.Struct, frozen=True):
    """The consultations of a month; months without any between the first and the last are there with zeros."""

    month: Month
    consultations: Count
    distinct_projects: Count


class PlatformMonthCountOut(msgspec.Struct, frozen=True):
    """The consultations on a platform in a month."""

    month: Month
    platform: Platform
    consultations: Count
    distinct_projects: Count


class MentoringTotalsOut(MentoringMeasuresOut, frozen=True):
    """The whole of the figure, and its consultations by platform and month. Each number is a term of the definition
    `mentoring` (GET /v1/stats/definitions). Several mentors on one platform in one session are one consultation."""

    by_platform: list[PlatformCountOut]
    by_month: list[MonthCountOut]
    by_platform_and_month: list[PlatformMonthCountOut]


class MentoringGroupOut(MentoringMeasuresOut, frozen=True):
    """One value of the breakdown; `ref` where that is a locality, a programme or a mentor. Each number is a term of the
    definition `mentoring` (GET /v1/stats/definitions). Several mentors on one platform in one session are one
    consultation."""

    key: Annotated[dict[str, str], Meta(examples=[{"platform": "market"}])]
    ref: GroupRef | None


class MentoringQualityOut(msgspec.Struct, frozen=True):
    """How good the data is: sessions nobody reported yet, or late, and consultations too short to count."""

    awaiting_report_n: Count
    late_n: Count
    short_contact_n: Count


class MentoringFigureOut(msgspec.Struct, frozen=True):
    """The figures of mentoring. `scope`: the localities that they are limited to; null is none."""

    definition_id: DefinitionId
    version: Version
    as_of: date
    from_: date | None = msgspec.field(name="from")
    to: date | None
    territory: TerritoryBasis
    scope: Scope | None
    filters: Filters
    group_by: GroupBy | None
    totals: MentoringTotalsOut
    groups: list[MentoringGroupOut]
    quality: MentoringQualityOut
