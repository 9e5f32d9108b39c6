"""What the API takes and gives about the funnel."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.ideas.calls.models import Sector
from incubator.stats.funnel.steps import Unit

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
    """How many left after this step and before the next, by the way they left."""

    rejected: int | None
    deferred: int | None
    withdrawn: int | None
    lapsed: int | None


class StepOut(msgspec.Struct, frozen=True):
    """One step. What a mode does not measure is null, and so is a cell too small to show (`suppressed`)."""

    step: int
    code: str
    unit: Unit
    n: int | None
    imputed_n: int | None
    mature_n: int | None
    reached_n: int | None
    rate: float | None
    median_days: float | None
    open_n: int | None
    drop_offs: DropOffsOut | None
    ideas_n: int | None
    projects_n: int | None
    suppressed: bool


class StatusCountOut(msgspec.Struct, frozen=True):
    """How many ideas stood at a status on the day of a snapshot."""

    status: str
    n: int


class PlaceRef(msgspec.Struct, frozen=True):
    """What a group's key names. Codes of localities return in time, so `id` tells an old commune from a new one."""

    id: UUID
    name: str


class GroupOut(msgspec.Struct, frozen=True):
    """The funnel of one value of the breakdown; `ref` where that is a locality or a call."""

    key: dict[str, str]
    ref: PlaceRef | None
    steps: list[StepOut]
    statuses: list[StatusCountOut] | None


class QualityOut(msgspec.Struct, frozen=True):
    """How good the data is: unknown breakdown values, entries recorded late, and ideas merged into others."""

    unknown_n: int | None
    late_n: int
    merged_n: int


class FunnelOut(msgspec.Struct, frozen=True):
    """A funnel and all that it takes to understand it. `scope`: the localities it is limited to; null is none."""

    definition_id: str
    version: int
    mode: Mode
    as_of: date
    from_: date | None = msgspec.field(name="from")
    to: date | None
    window_days: int | None
    territory: TerritoryBasis
    unit: Unit
    scope: list[str] | None
    filters: dict[str, str]
    group_by: GroupBy | None
    steps: list[StepOut]
    statuses: list[StatusCountOut] | None
    groups: list[GroupOut]
    quality: QualityOut
