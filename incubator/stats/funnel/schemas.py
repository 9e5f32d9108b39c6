"""What the API takes and gives about the funnel."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.ideas.calls.models import Sector
from incubator.ideas.models import IdeaStatus
from incubator.stats.funnel.steps import Unit

MOST = 2**53 - 1
"""The largest number that every JSON reader holds exactly."""

Mode = Literal["snapshot", "throughput", "cohort"]
GroupBy = Literal["locality", "sector", "sex", "ethnicity", "age_band", "channel", "call"]
TerritoryBasis = Literal["current", "as_recorded"]

AreaCode = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{2}([0-9]{3})?$",
        description="Code of a province or commune of today, within your localities.",
        examples=["15"],
    ),
]
CallName = Annotated[str, Meta(min_length=1, max_length=100, description="Id or code of a call.", examples=["open"])]

Count = Annotated[int, Meta(ge=0, le=MOST, examples=[201])]
DefinitionId = Annotated[str, Meta(description="See /v1/stats/definitions.", examples=["funnel"])]
Version = Annotated[int, Meta(ge=1, le=MOST, examples=[1])]
StepCode = Annotated[str, Meta(examples=["screened_in"])]
Scope = Annotated[list[Annotated[str, Meta(examples=["15"])]], Meta(examples=[["15"]])]
Filters = Annotated[dict[str, str], Meta(examples=[{"sector": "tea"}])]

DEFAULT_WINDOW = 180


class FunnelQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`from` and `to` are required in the modes throughput and cohort; a snapshot takes them as days of entry."""

    mode: Mode = "snapshot"
    from_: Annotated[date, Meta(description="First day of the period.", examples=["2025-01-01"])] | None = (
        msgspec.field(name="from", default=None)
    )
    to: Annotated[date, Meta(description="The day after the period.", examples=["2025-07-01"])] | None = None
    as_of: Annotated[date, Meta(description="What had happened by this day; default: today.")] | None = None
    window_days: Annotated[
        int, Meta(ge=1, le=3650, description="Cohort: the days that each idea is given to reach a step.")
    ] = DEFAULT_WINDOW
    locality: AreaCode | None = None
    sector: Sector | None = None
    call: CallName | None = None
    group_by: Annotated[GroupBy, Meta(description="One breakdown, by values fixed at entry.")] | None = None
    territory: Annotated[
        TerritoryBasis, Meta(description="Whether old communes appear as what they became, or as written down.")
    ] = "current"


class DropOffsOut(msgspec.Struct, frozen=True):
    """How many left after this step and before the next, by the way they left: ideas in four ways, projects in one."""

    rejected: Count | None
    deferred: Count | None
    withdrawn: Count | None
    lapsed: Count | None
    closed: Count | None


class FunnelStepOut(msgspec.Struct, frozen=True):
    """One step. What a mode does not measure is null, and so is a cell too small to show (`suppressed`)."""

    step: Annotated[int, Meta(ge=1, le=8, examples=[2])]
    code: StepCode
    unit: Unit
    n: Count | None
    imputed_n: Count | None
    mature_n: Count | None
    reached_n: Count | None
    rate: Annotated[float, Meta(ge=0, le=1, examples=[0.75])] | None
    median_days: Annotated[float, Meta(ge=0, examples=[35.5])] | None
    open_n: Count | None
    drop_offs: DropOffsOut | None
    ideas_n: Count | None
    projects_n: Count | None
    suppressed: bool


class StatusCountOut(msgspec.Struct, frozen=True):
    """How many ideas stood at a status on the day of a snapshot."""

    status: IdeaStatus
    n: Count


class GroupRef(msgspec.Struct, frozen=True):
    """What a group's key names. Codes of localities return in time, so `id` tells an old commune from a new one."""

    id: UUID
    name: Annotated[str, Meta(examples=["Bắc Hà"])]


class FunnelGroupOut(msgspec.Struct, frozen=True):
    """The funnel of one value of the breakdown; `ref` where that is a locality or a call."""

    key: Annotated[dict[str, str], Meta(examples=[{"sector": "tea"}])]
    ref: GroupRef | None
    steps: list[FunnelStepOut]
    statuses: list[StatusCountOut] | None


class DataQualityOut(msgspec.Struct, frozen=True):
    """How good the data is: unknown breakdown values, entries recorded late, and ideas merged into others."""

    unknown_n: Count | None
    late_n: Count
    merged_n: Count


class FunnelOut(msgspec.Struct, frozen=True):
    """A funnel and all that it takes to understand it. `scope`: the localities it is limited to; null is none."""

    definition_id: DefinitionId
    version: Version
    mode: Mode
    as_of: date
    from_: date | None = msgspec.field(name="from")
    to: date | None
    window_days: Annotated[int, Meta(ge=1, le=3650, examples=[180])] | None
    territory: TerritoryBasis
    unit: Unit
    scope: Scope | None
    filters: Filters
    group_by: GroupBy | None
    steps: list[FunnelStepOut]
    statuses: list[StatusCountOut] | None
    groups: list[FunnelGroupOut]
    quality: DataQualityOut
