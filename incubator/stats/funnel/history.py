"""From history to days: on which day each idea, and its project, reached each step of the funnel.

The statement is built of common table expressions: `entry` (which ideas, and their breakdown value), `moved`
(the first standing move of each kind), `founded` (the projects and their days), `stood` (where projects stood at the
end; cohorts alone ask) and `reached`, which joins them, one row an idea.
"""

import enum
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Subquery,
    Text,
    Uuid,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased

from incubator.db import AnySelect, param
from incubator.ideas.dossier.models import IdeaEntry
from incubator.ideas.models import Idea, IdeaAction, IdeaStatus, IdeaTransition
from incubator.ideas.sight import Sight, is_pending
from incubator.projects.models import ProjectIdea, ProjectStatus, ProjectTransition
from incubator.stats.funnel.dimensions import DIMENSIONS, UNKNOWN
from incubator.stats.funnel.schemas import GroupBy, Mode
from incubator.stats.funnel.steps import FIRST, STEPS, ByMove, ByProject, Step, steps_of
from incubator.territory import Shape, within

LATE_DAYS = 30
"""An idea entered this long after it was handed in is late data: earlier figures missed it."""

PACKING = 100
"""More than there are statuses."""


class FunnelShape(msgspec.Struct, frozen=True, kw_only=True):
    """What of a question changes the SQL; its values are parameters."""

    mode: Mode
    group_by: GroupBy | None
    as_recorded: bool
    scope: Shape
    sight: Sight
    area: str | None
    sector: bool
    call: bool
    since: bool
    before: bool

    @property
    def wants_status(self) -> bool:
        return self.mode != "throughput"

    @property
    def has_window(self) -> bool:
        """Each idea is looked at for a time of its own: what comes after it must not change the figure."""
        return self.mode == "cohort"


def reached_days(shape: FunnelShape) -> CTE:
    """One row an idea: its breakdown value, and by `<step>_on` the day on which it reached each step.

    `<step>_own` is null where the step was skipped; its day is then that of the next step that was not.
    """
    entry = _entries(shape).cte("entry")
    moved = _moves(shape, entry).cte("moved")
    founded = _founded().cte("founded")
    stood = _projects_stood(entry).cte("stood") if shape.has_window else None
    own = {step.code: _own_day(shape, step, entry, moved, founded) for step in STEPS}
    codes = [step.code for step in STEPS]
    filled = {code: func.coalesce(*(own[later] for later in codes[place:]), null()) for place, code in enumerate(codes)}
    reached = (
        select(
            *entry.c,
            moved.c.merged_on.is_not(None).label("is_merged"),
            func.coalesce(founded.c.is_first, False).label("is_first"),
            (moved.c.last_status if shape.wants_status else null()).label("status"),
            (null() if stood is None else stood.c.last_status).label("project_status"),
            *(day.label(f"{code}_own") for code, day in own.items()),
            *(day.label(f"{code}_on") for code, day in filled.items()),
        )
        .select_from(entry)
        .outerjoin(moved, moved.c.idea_id == entry.c.idea_id)
        .outerjoin(founded, founded.c.idea_id == entry.c.idea_id)
    )
    if stood is not None:
        reached = reached.outerjoin(stood, stood.c.idea_id == entry.c.idea_id)
    # OFFSET keeps the planner from working out each day anew in every measure that looks at it.
    return reached.offset(0).cte("reached")


def _entries(shape: FunnelShape) -> AnySelect:
    """The ideas that the figure is about. Drafts have no entry. `until_on` is the last day that is looked at."""
    e, as_of = IdeaEntry, param("as_of", Date)
    until = e.entered_on + param("window_days", Integer) if shape.mode == "cohort" else as_of
    return select(
        e.idea_id,
        e.entered_on,
        until.label("until_on"),
        (e.recorded_on > e.entered_on + LATE_DAYS).label("is_late"),
        _is_unknown(shape).label("is_unknown"),
        _breakdown(shape).label("value"),
    ).where(e.entered_on <= as_of, *_filters(shape))


def _filters(shape: FunnelShape) -> list[ColumnElement[bool]]:
    e = IdeaEntry
    place = {"province": e.province_id, "commune": e.locality_id}
    conditions = [within(shape.scope, "counted", province=e.province_id, commune=e.locality_id)]
    if shape.area:
        conditions.append(place[shape.area] == param("area_id", Uuid))
    if shape.sector:
        conditions.append(e.sector == param("sector", Text))
    if shape.call:
        conditions.append(e.call_id == param("call_id", Uuid))
    if shape.since and shape.mode != "throughput":
        conditions.append(e.entered_on >= param("from", Date))
    if shape.before:
        conditions.append(e.entered_on < param("to", Date))
    return conditions


def _breakdown(shape: FunnelShape) -> Any:
    return DIMENSIONS[shape.group_by].value(shape.as_recorded) if shape.group_by else null()


def _is_unknown(shape: FunnelShape) -> ColumnElement[bool]:
    """Of the breakdown's own value; without a breakdown, of any personal attribute."""
    e = IdeaEntry
    if shape.group_by is None:
        return or_(e.sex.is_(None), e.ethnicity.is_(None), e.age.is_(None))
    if DIMENSIONS[shape.group_by].named_by is not None:
        return literal(False)
    return cast(_breakdown(shape), Text) == UNKNOWN


def _moves(shape: FunnelShape, entry: CTE) -> AnySelect:
    """The first day of each kind of move, out of the moves that hold and that the caller may know of."""
    t = IdeaTransition
    columns = {step.code: step.reached.matches(t) for step in STEPS if isinstance(step.reached, ByMove)}
    columns["merged_on"] = t.action == IdeaAction.merge_into.value
    firsts = [func.min(t.occurred_on).filter(condition).label(name) for name, condition in columns.items()]
    query = (
        select(t.idea_id, *firsts)
        .join(entry, entry.c.idea_id == t.idea_id)
        .where(t.occurred_on <= param("as_of", Date), *_holds(shape))
        .group_by(t.idea_id)
    )
    if shape.wants_status:
        return query.add_columns(_last_status(entry).label("last_status"))
    return query.where(or_(*columns.values()))


def _last_status(entry: CTE) -> ColumnElement[str]:
    """Where the idea stood at the end of the days that are looked at.

    The number of a move and the place of its status are packed into one integer: the greatest is found while
    hashing, where sorting the moves of each idea would put the whole history on disk.
    """
    return _last(IdeaTransition, IdeaStatus, entry)


def _last(t: Any, statuses: Iterable[enum.StrEnum], entry: CTE) -> ColumnElement[str]:
    names = [status.value for status in statuses]
    place = case({name: place for place, name in enumerate(names, start=1)}, value=t.to_status)
    last = func.max(cast(t.number, Integer) * PACKING + place).filter(t.occurred_on <= entry.c.until_on)
    return array(names)[last % PACKING]


def _projects_stood(entry: CTE) -> AnySelect:
    """The status of each idea's project at the end of the days that are looked at."""
    t, void = ProjectTransition, aliased(ProjectTransition)
    voided = select(void.voids_id).where(void.voids_id.is_not(None))
    return (
        select(ProjectIdea.idea_id, _last(t, ProjectStatus, entry).label("last_status"))
        .join(entry, entry.c.idea_id == ProjectIdea.idea_id)
        .join(t, t.project_id == ProjectIdea.project_id)
        .where(t.occurred_on <= param("as_of", Date), t.voids_id.is_(None), t.id.not_in(voided))
        .group_by(ProjectIdea.idea_id)
    )


def _holds(shape: FunnelShape) -> list[ColumnElement[bool]]:
    """Not voided, not a void itself, and no decision that is still unpublished to the caller."""
    t, void = IdeaTransition, aliased(IdeaTransition)
    voided = select(void.voids_id).where(void.voids_id.is_not(None))
    conditions: list[ColumnElement[bool]] = [t.voids_id.is_(None), t.id.not_in(voided)]
    if not shape.sight.sees_all_unpublished:
        conditions.append(t.id.not_in(_unpublished_decisions(shape.sight)))
    return conditions


def _unpublished_decisions(sight: Sight) -> AnySelect:
    """The last move of each idea that is decided, but for the caller not yet."""
    last, later = aliased(IdeaTransition), aliased(IdeaTransition)
    is_last = not_(exists().where(later.idea_id == last.idea_id, later.number > last.number))
    decided = last.action == IdeaAction.decide.value
    return select(last.id).join(Idea, Idea.id == last.idea_id).where(is_pending(sight, Idea), decided, is_last)


def _founded() -> AnySelect:
    """The project of each idea. What a project reaches after its founding stands at its earliest idea alone."""
    order = (IdeaEntry.entered_on, ProjectIdea.position)
    by_project = {step.code: step.reached for step in STEPS if isinstance(step.reached, ByProject)}
    is_first = func.row_number().over(partition_by=ProjectIdea.project_id, order_by=order) == 1
    query = select(ProjectIdea.idea_id, is_first.label("is_first")).join(
        IdeaEntry, IdeaEntry.idea_id == ProjectIdea.idea_id
    )
    sources: dict[Callable[[], AnySelect], Subquery] = {}
    for code, reached in by_project.items():
        if reached.days not in sources:
            sources[reached.days] = days = reached.days().subquery(f"{code}_days")
            query = query.outerjoin(days, days.c.project_id == ProjectIdea.project_id)
        day = sources[reached.days].c[reached.column]
        query = query.add_columns(case((day <= param("as_of", Date), day)).label(code))
    return query


def _own_day(shape: FunnelShape, step: Step, entry: CTE, moved: CTE, founded: CTE) -> Any:
    if step is FIRST:
        return entry.c.entered_on
    day: ColumnElement[Any] = moved.c[step.code] if isinstance(step.reached, ByMove) else founded.c[step.code]
    if step not in steps_of("idea"):
        day = case((founded.c.is_first, day))
    return case((day <= entry.c.until_on, day)) if shape.has_window else day
