"""From days to numbers: what each mode of the funnel measures at each step."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CTE, ColumnElement, Date, and_, false, func, not_, null, or_, select, true, tuple_

from incubator.db import AnySelect, param, statement
from incubator.stats.funnel.dimensions import DIMENSIONS
from incubator.stats.funnel.history import FunnelShape, reached_days
from incubator.stats.funnel.schemas import Mode
from incubator.stats.funnel.steps import EXITS, FIRST, STATUSES, STEPS, Step, Unit, after

Measures = dict[str, ColumnElement[Any]]

SNAPSHOT = ("n", "imputed_n")
THROUGHPUT = ("n", "imputed_n")
COHORT = ("n", "imputed_n", "mature_n", "reached_n", "median_days", "open_n")
OF_MODE: Mapping[Mode, tuple[str, ...]] = {"snapshot": SNAPSHOT, "throughput": THROUGHPUT, "cohort": COHORT}

MAIN: Mapping[Mode, str] = {"snapshot": "n", "throughput": "n", "cohort": "reached_n"}
"""The measure that says how many units stand at a step."""


@statement
def funnel_statement(shape: FunnelShape) -> AnySelect:
    """Rows of (is a group, code, id and name of its value, then the measures), the total first.

    The total is counted over the ideas themselves and never summed from the groups.
    """
    if shape.group_by is None:
        total = totals(shape).subquery()
        return select(false(), null(), null(), null(), *total.c)
    dimension = DIMENSIONS[shape.group_by]
    grouped = _grouped(shape).subquery("grouped")
    is_group, value, *numbers = grouped.c
    if dimension.named_by is None:
        return select(is_group, value, null(), null(), *numbers).order_by(is_group)
    named = dimension.named_by
    return (
        select(is_group, named.code, named.id, dimension.title, *numbers)
        .outerjoin_from(grouped, named, named.id == value)
        .order_by(is_group, named.code, named.id)
    )


def totals(shape: FunnelShape) -> AnySelect:
    """One row with every measure, under the names of `measures`."""
    reached = reached_days(shape)
    columns = [column.label(name) for name, column in measures(shape.mode, reached).items()]
    return select(*columns).where(_is_counted(shape.mode, reached))


def measure_names(mode: Mode) -> tuple[str, ...]:
    """The measures of a row, in order."""
    steps = [f"{step.code}.{name}" for step in STEPS for name in _names(mode, step)]
    statuses = [f"status.{status.value}" for status in STATUSES] if mode == "snapshot" else []
    return (*steps, *statuses, "quality.unknown_n", "quality.late_n", "quality.merged_n")


def measures(mode: Mode, reached: CTE) -> Measures:
    """Every measure of a mode, in the order of `measure_names`."""
    found: Measures = {}
    for step in STEPS:
        of_step = _of_step(mode, step, step.unit, reached)
        if step.counts_both:
            of_step["projects_n"] = _of_step(mode, step, "project", reached)[MAIN[mode]]
        found |= {f"{step.code}.{name}": of_step[name] for name in _names(mode, step)}
    idea = _population("idea", reached)
    if mode == "snapshot":
        found |= {f"status.{status.value}": _count(idea, reached.c.status == status.value) for status in STATUSES}
    found["quality.unknown_n"] = _count(idea, reached.c.is_unknown)
    found["quality.late_n"] = _count(idea, reached.c.is_late)
    found["quality.merged_n"] = _count(reached.c.is_merged)
    return found


def _names(mode: Mode, step: Step) -> tuple[str, ...]:
    exits = tuple(exit_.value for exit_ in EXITS[step.unit]) if mode == "cohort" else ()
    return (*OF_MODE[mode], *exits, "projects_n") if step.counts_both else (*OF_MODE[mode], *exits)


def _grouped(shape: FunnelShape) -> AnySelect:
    reached = reached_days(shape)
    value = reached.c.value
    columns = [column.label(name) for name, column in measures(shape.mode, reached).items()]
    return (
        select((func.grouping(value) == 0).label("is_group"), value, *columns)
        .where(_is_counted(shape.mode, reached))
        .group_by(func.grouping_sets(tuple_(), tuple_(value)))
    )


def _of_step(mode: Mode, step: Step, unit: Unit, reached: CTE) -> Measures:
    return {"snapshot": _snapshot, "throughput": _throughput, "cohort": _cohort}[mode](step, unit, reached)


def _snapshot(step: Step, unit: Unit, reached: CTE) -> Measures:
    """A stock: who has come this far and no farther."""
    population, day = _population(unit, reached), _day(step, reached)
    following = after(step, unit)
    stays = _day(following, reached).is_(None) if following else true()
    return {
        "n": _count(population, day.is_not(None), stays),
        "imputed_n": _count(population, day.is_not(None), _is_imputed(step, reached)),
    }


def _throughput(step: Step, unit: Unit, reached: CTE) -> Measures:
    """A flow: who came here in the period."""
    population, within_period = _population(unit, reached), _in_period(_day(step, reached))
    return {
        "n": _count(population, within_period),
        "imputed_n": _count(population, within_period, _is_imputed(step, reached)),
    }


def _cohort(step: Step, unit: Unit, reached: CTE) -> Measures:
    """Those who entered in the period, each followed for the same number of days: later days are not among theirs."""
    population, has_come = _population(unit, reached), _day(step, reached).is_not(None)
    mature = and_(population, reached.c.until_on <= param("as_of", Date))
    following = after(step, unit)
    stays = _day(following, reached).is_(None) if following else true()
    status = reached.c.status if unit == "idea" else reached.c.project_status
    left = status.in_([exit_.value for exit_ in EXITS[unit]])
    days = _day(step, reached) - reached.c.entered_on
    median = func.percentile_cont(0.5).within_group(days).filter(mature, has_come)
    return {
        "n": _count(population),
        "mature_n": _count(mature),
        "reached_n": _count(mature, has_come),
        "imputed_n": _count(mature, has_come, _is_imputed(step, reached)),
        "median_days": null() if step is FIRST else median,
        "open_n": _count(mature, not_(has_come), not_(func.coalesce(left, False))),
        **{exit_.value: _count(mature, has_come, stays, status == exit_.value) for exit_ in EXITS[unit]},
    }


def _population(unit: Unit, reached: CTE) -> ColumnElement[bool]:
    """Who is counted: ideas that are no duplicates; projects, each at its earliest idea."""
    idea = not_(reached.c.is_merged)
    if unit == "idea":
        return idea
    founding = next(step for step in STEPS if step.counts_both)
    return and_(idea, reached.c.is_first, _day(founding, reached).is_not(None))


def _is_counted(mode: Mode, reached: CTE) -> ColumnElement[bool]:
    """A flow is about those who made a step in the period; the other modes about all of their entries."""
    if mode != "throughput":
        return true()
    return or_(*(_in_period(_day(step, reached)) for step in STEPS))


def _in_period(day: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(day >= param("from", Date), day < param("to", Date))


def _is_imputed(step: Step, reached: CTE) -> ColumnElement[bool]:
    return reached.c[f"{step.code}_own"].is_(None)


def _day(step: Step, reached: CTE) -> ColumnElement[Any]:
    return reached.c[f"{step.code}_on"]


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(and_(*conditions))
