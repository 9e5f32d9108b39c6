"""The figures of attendance, read in one statement and so from one snapshot."""

from datetime import date, datetime, timedelta
from typing import Any

from incubator.actor import Actor
from incubator.db import Reads
from incubator.stats.attendance.definition import ATTENDANCE
from incubator.stats.attendance.dimensions import DIMENSIONS, OF_SESSIONS
from incubator.stats.attendance.figure import build_figure
from incubator.stats.attendance.measures import attendance_statement
from incubator.stats.attendance.questions import Limits, find_limits
from incubator.stats.attendance.schemas import AttendanceFigureOut, AttendanceFigureQuery
from incubator.stats.attendance.sources import AttendanceShape
from incubator.stats.scope import FigureScope, codes_of, figure_scope
from incubator.territory import shape_of


async def get_attendance_figures(
    reads: Reads, actor: Actor, asked: AttendanceFigureQuery, *, now: datetime, today: date, seconds: float
) -> AttendanceFigureOut:
    """The attendance at the sites that the actor may count; 400 names every parameter that is wrong."""
    scope = figure_scope(actor)
    limits = await find_limits(reads, asked, scope, today=today)
    shape = _shape(asked, scope, limits)
    values = {**scope.values(now), **_values(asked, limits, today)}
    rows = await reads.rows(attendance_statement(shape), values, seconds=seconds)
    figure = build_figure(asked.group_by, rows, is_guarded=scope.is_guarded)
    return AttendanceFigureOut(
        definition_id=ATTENDANCE.id,
        version=ATTENDANCE.version,
        as_of=today,
        from_=asked.from_,
        to=asked.to,
        territory="current",
        scope=await codes_of(reads, scope.territory),
        filters=limits.shown(),
        group_by=asked.group_by,
        additive=list(DIMENSIONS[asked.group_by].additive if asked.group_by else OF_SESSIONS),
        totals=figure.totals,
        groups=figure.groups,
        quality=figure.quality,
    )


def _shape(asked: AttendanceFigureQuery, scope: FigureScope, limits: Limits) -> AttendanceShape:
    return AttendanceShape(
        scope=shape_of(scope.territory),
        area=limits.area.level if limits.area else None,
        group_by=asked.group_by,
        kind=limits.kind is not None,
        event=limits.event_id is not None,
        final_only=limits.final_only,
    )


def _values(asked: AttendanceFigureQuery, limits: Limits, today: date) -> dict[str, Any]:
    """Without days, everything up to today."""
    return {
        "from": asked.from_ or date.min,
        "to": asked.to or today + timedelta(1),
        "as_of": today,
        "area_id": limits.area.id if limits.area else None,
        "kind": limits.kind,
        "event_id": limits.event_id,
    }
