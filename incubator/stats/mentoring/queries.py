"""The figures of mentoring, read in one statement and so from one snapshot."""

from datetime import date, datetime, timedelta
from typing import Any

from incubator.actor import Actor
from incubator.db import Reads
from incubator.stats.mentoring.definition import MENTORING
from incubator.stats.mentoring.figure import build_figure
from incubator.stats.mentoring.measures import mentoring_statement
from incubator.stats.mentoring.questions import Limits, find_limits, view_of
from incubator.stats.mentoring.schemas import MentoringFigureOut, MentoringFigureQuery
from incubator.stats.mentoring.sources import MentoringShape
from incubator.stats.scope import FigureScope, codes_of
from incubator.territory import shape_of


async def get_mentoring(
    reads: Reads, actor: Actor, asked: MentoringFigureQuery, *, now: datetime, today: date, seconds: float
) -> MentoringFigureOut:
    """The mentoring as far as the actor may count it, or the actor's own."""
    view = await view_of(reads, actor, asked)
    as_of = asked.as_of or today
    limits = await find_limits(reads, actor, asked, view, as_of, today=today)
    shape = _shape(asked, view.scope, limits)
    values = {**view.scope.values(now), **_values(asked, limits, as_of)}
    rows = await reads.rows(mentoring_statement(shape), values, seconds=seconds)
    figure = build_figure(shape, rows, is_guarded=view.scope.is_guarded)
    return MentoringFigureOut(
        definition_id=MENTORING.id,
        version=MENTORING.version,
        as_of=as_of,
        from_=asked.from_,
        to=asked.to,
        territory="current",
        scope=await codes_of(reads, view.scope.territory),
        filters=limits.shown(),
        group_by=asked.group_by,
        totals=figure.totals,
        groups=figure.groups,
        quality=figure.quality,
    )


def _shape(asked: MentoringFigureQuery, scope: FigureScope, limits: Limits) -> MentoringShape:
    return MentoringShape(
        scope=shape_of(scope.territory),
        area=limits.area.level if limits.area else None,
        group_by=asked.group_by,
        programme=limits.programme_id is not None,
        mentor=limits.mentor_id is not None,
    )


def _values(asked: MentoringFigureQuery, limits: Limits, as_of: date) -> dict[str, Any]:
    """Without days, everything that had happened by as_of."""
    return {
        "from": asked.from_ or date.min,
        "to": asked.to or as_of + timedelta(1),
        "as_of": as_of,
        "area_id": limits.area.id if limits.area else None,
        "programme_id": limits.programme_id,
        "mentor_id": limits.mentor_id,
    }
