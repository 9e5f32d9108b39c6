"""The funnel, read in one statement and so from one snapshot."""

from datetime import date, datetime
from typing import Any

import msgspec

from incubator.actor import Actor
from incubator.db import Reads
from incubator.errors import DomainError, FieldError
from incubator.stats.area import Area, CallNamed, find_area, find_call
from incubator.stats.funnel.definition import FUNNEL
from incubator.stats.funnel.dimensions import DIMENSIONS
from incubator.stats.funnel.figure import UNIT, build_figure, read_rows
from incubator.stats.funnel.history import FunnelShape
from incubator.stats.funnel.measures import funnel_statement
from incubator.stats.funnel.questions import check_question
from incubator.stats.funnel.schemas import FunnelOut, FunnelQuery
from incubator.stats.scope import FigureScope, codes_of, figure_scope
from incubator.territory import shape_of


class Limits(msgspec.Struct, frozen=True):
    """What the caller limits the figure to, found in the database."""

    area: Area | None
    call: CallNamed | None
    sector: str | None

    def shown(self) -> dict[str, str]:
        named = {"locality": self.area and self.area.code, "call": self.call and self.call.code, "sector": self.sector}
        return {name: value for name, value in named.items() if value}


async def get_funnel(
    reads: Reads, actor: Actor, asked: FunnelQuery, *, now: datetime, today: date, seconds: float
) -> FunnelOut:
    """The funnel as far as the actor may count; 400 names every parameter that is wrong."""
    is_sensitive = asked.group_by is not None and DIMENSIONS[asked.group_by].is_sensitive
    scope = figure_scope(actor, sensitive=is_sensitive)
    as_of = check_question(asked, today=today)
    limits = await _find_limits(reads, asked, scope, today=today)
    shape = _shape_of(asked, scope, limits)
    values = {**scope.values(now), **_values(asked, limits), "as_of": as_of}
    rows = await reads.rows(funnel_statement(shape), values, seconds=seconds)
    total, groups = read_rows(asked.mode, rows)
    figure = build_figure(asked.mode, asked.group_by, total, groups, is_guarded=scope.is_guarded)
    return FunnelOut(
        definition_id=FUNNEL.id,
        version=FUNNEL.version,
        mode=asked.mode,
        as_of=as_of,
        from_=asked.from_,
        to=asked.to,
        window_days=asked.window_days if asked.mode == "cohort" else None,
        territory=asked.territory,
        unit=UNIT,
        scope=await codes_of(reads, scope.territory),
        filters=limits.shown(),
        group_by=asked.group_by,
        steps=figure.steps,
        statuses=figure.statuses,
        groups=figure.groups,
        quality=figure.quality,
    )


async def _find_limits(reads: Reads, asked: FunnelQuery, scope: FigureScope, *, today: date) -> Limits:
    area = asked.locality and await find_area(reads, asked.locality, scope.territory, today=today)
    call = asked.call and await find_call(reads, asked.call)
    wrong = [found for found in (area, call) if isinstance(found, FieldError)]
    if wrong:
        raise DomainError("validation_failed", errors=wrong)
    return Limits(
        area=area if isinstance(area, Area) else None,
        call=call if isinstance(call, CallNamed) else None,
        sector=asked.sector and asked.sector.value,
    )


def _shape_of(asked: FunnelQuery, scope: FigureScope, limits: Limits) -> FunnelShape:
    return FunnelShape(
        mode=asked.mode,
        group_by=asked.group_by,
        as_recorded=asked.territory == "as_recorded",
        scope=shape_of(scope.territory),
        sight=scope.sight,
        area=limits.area.level if limits.area else None,
        sector=limits.sector is not None,
        call=limits.call is not None,
        since=asked.from_ is not None,
        before=asked.to is not None,
    )


def _values(asked: FunnelQuery, limits: Limits) -> dict[str, Any]:
    return {
        "from": asked.from_,
        "to": asked.to,
        "window_days": asked.window_days,
        "area_id": limits.area.id if limits.area else None,
        "call_id": limits.call.id if limits.call else None,
        "sector": limits.sector,
    }
