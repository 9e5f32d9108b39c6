"""The headline numbers, read in one statement."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, statement
from incubator.errors import DomainError, FieldError
from incubator.stats.area import Area, find_area
from incubator.stats.funnel.disclosure import is_small
from incubator.stats.funnel.history import FunnelShape
from incubator.stats.funnel.measures import totals
from incubator.stats.funnel.questions import wrong_days
from incubator.stats.funnel.schemas import DataQualityOut
from incubator.stats.loans.questions import sees_amounts
from incubator.stats.overview.headline import PUBLIC_STEP_VND, Headline
from incubator.stats.overview.headlines import HEADLINES
from incubator.stats.overview.schemas import HeadlineOut, OverviewOut, OverviewQuery
from incubator.stats.scope import FigureScope, codes_of, figure_scope
from incubator.territory import shape_of

QUALITY = DataQualityOut.__struct_fields__


async def get_overview(
    reads: Reads, actor: Actor, asked: OverviewQuery, *, now: datetime, today: date, seconds: float
) -> OverviewOut:
    """The headline numbers as far as the actor may count; 400 names every parameter that is wrong."""
    scope = figure_scope(actor)
    as_of = asked.as_of or today
    area = await _check(reads, asked, scope, as_of, today=today)
    values = {**scope.values(now), **_period(asked, as_of), "as_of": as_of, "area_id": area.id if area else None}
    is_exact = not scope.is_guarded and await sees_amounts(reads, actor, scope, area, today=today)
    rows = await reads.rows(_overview(_shape(scope, area)), values, seconds=seconds)
    numbers = list(rows[0])
    return OverviewOut(
        as_of=as_of,
        from_=asked.from_,
        to=asked.to,
        territory="current",
        scope=await codes_of(reads, scope.territory),
        filters={"locality": area.code} if area else {},
        figures=_figures(numbers[: len(HEADLINES)], is_guarded=scope.is_guarded, is_exact=is_exact),
        quality=DataQualityOut(*numbers[len(HEADLINES) :]),
    )


@statement
def _overview(shape: FunnelShape) -> AnySelect:
    funnel = totals(shape).cte("funnel")
    quality = [select(funnel.c[f"quality.{name}"]).scalar_subquery() for name in QUALITY]
    return select(*(headline.number(funnel, shape) for headline in HEADLINES), *quality)


async def _check(reads: Reads, asked: OverviewQuery, scope: FigureScope, as_of: date, *, today: date) -> Area | None:
    errors = wrong_days(asked.from_, asked.to, as_of, today=today)
    area = asked.locality and await find_area(reads, asked.locality, scope.territory, today=today)
    if isinstance(area, FieldError):
        errors.append(area)
    if errors:
        raise DomainError("validation_failed", errors=errors)
    return area if isinstance(area, Area) else None


def _figures(numbers: list[int], *, is_guarded: bool, is_exact: bool) -> list[HeadlineOut]:
    """`is_exact`: the caller is shown amounts to the dong."""
    told = {one.definition.id: n for one, n in zip(HEADLINES, numbers, strict=True)}
    return [_headline(one, told, is_coarse=not is_exact if one.is_amount else is_guarded) for one in HEADLINES]


def _headline(one: Headline, told: Mapping[str, int], *, is_coarse: bool) -> HeadlineOut:
    """With `is_coarse`, what few households stand behind is hidden, and no amount is told to the dong."""
    about, n = one.definition, told[one.definition.id]
    hides = is_coarse and one.behind is not None and is_small(told[one.behind])
    shown = n - n % PUBLIC_STEP_VND if is_coarse and one.is_amount else n
    return HeadlineOut(about.id, None if hides else shown, about.unit, about.id, about.version, suppressed=hides)


def _period(asked: OverviewQuery, as_of: date) -> dict[str, Any]:
    """Without days, everything that had happened by as_of."""
    return {"from": asked.from_ or date.min, "to": asked.to or as_of + timedelta(1)}


def _shape(scope: FigureScope, area: Area | None) -> FunnelShape:
    return FunnelShape(
        mode="throughput", group_by=None, as_recorded=False, scope=shape_of(scope.territory), sight=scope.sight,
        area=area.level if area else None, sector=False, call=False, since=True, before=True,
    )  # fmt: skip
