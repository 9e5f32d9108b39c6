"""From rows of numbers to the figure that is shown: groups without any rows, ranges, ratios, and hidden homes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from incubator.stats.attendance.dimensions import DIMENSIONS, Dimension
from incubator.stats.attendance.disclosure import hidden_homes
from incubator.stats.attendance.measures import SECTIONS
from incubator.stats.attendance.schemas import AttendanceGroupOut, AttendanceMeasuresOut, AttendanceQualityOut, GroupBy
from incubator.stats.funnel.dimensions import UNKNOWN
from incubator.stats.groups import Group, Numbers, group_of, keys_by_name, month_code, months_between
from incubator.stats.ratios import ppm

COUNTS = (
    "events", "sessions", "provisional_sessions", "sites", "sites_reported", "named", "anonymous", "participations",
    "expected", "shown",
)  # fmt: skip
OF_HOMES = ("named", "anonymous")
QUALITY = ("pending_n", "voided_n", "late_n")
NOTHING: Numbers = {name: 0 for names in SECTIONS.values() for name in names}


class Line(NamedTuple):
    """A row of `attendance_statement`."""

    section: str
    is_group: bool
    value: Any
    numbers: Sequence[int]
    code: str | None
    name: str | None


class Figure(msgspec.Struct, frozen=True):
    """The counted part of the answer."""

    totals: AttendanceMeasuresOut
    groups: list[AttendanceGroupOut]
    quality: AttendanceQualityOut


def build_figure(group_by: GroupBy | None, rows: Iterable[Sequence[Any]], *, is_guarded: bool) -> Figure:
    """With `is_guarded`, homes of few people are hidden."""
    lines = [Line(*row) for row in rows]
    total = dict(NOTHING)
    for line in lines:
        if not line.is_group:
            total |= _numbers(line)
    groups = _groups(group_by, [line for line in lines if line.is_group], total)
    hidden = hidden_homes(groups) if group_by == "home_of" and is_guarded else set()
    return Figure(
        totals=AttendanceMeasuresOut(**_measures(total, COUNTS), suppressed=False),
        groups=[_shown(group_by, one, is_hidden=place in hidden) for place, one in enumerate(groups) if group_by],
        quality=AttendanceQualityOut(
            unknown_home_n=_unknown_home(group_by, groups, hidden), **{name: total[name] for name in QUALITY}
        ),
    )


def _numbers(line: Line) -> Numbers:
    return dict(zip(SECTIONS[line.section], line.numbers, strict=True))


def _groups(group_by: GroupBy | None, lines: list[Line], total: Numbers) -> list[Group]:
    """Every value of a closed list and every month between, or the values that occur by name; `unknown` at the end."""
    if group_by is None:
        return []
    dimension = DIMENSIONS[group_by]
    found: dict[str, Group] = {}
    for line in lines:
        code = _code(line)
        group = found.setdefault(code, group_of(code, line.value, line.code, line.name, dict(NOTHING)))
        group.numbers |= _numbers(line)
    groups = [found.get(code) or Group(code, None, dict(NOTHING)) for code in _codes(dimension, found, lines)]
    if dimension.rest is not None:
        groups[-1].numbers["anonymous"] = total["anonymous"]
    return groups


def _code(line: Line) -> str:
    if line.value is None:
        return UNKNOWN
    return line.code or (month_code(line.value) if isinstance(line.value, date) else str(line.value))


def _codes(dimension: Dimension, found: Mapping[str, Group], lines: list[Line]) -> list[str]:
    rest = [] if dimension.rest is None else [dimension.rest]
    if dimension.named is not None:
        return [*keys_by_name(found, dimension.rest), *rest]
    if dimension.codes:
        return list(dimension.codes)
    return [month_code(month) for month in months_between([line.value for line in lines])]


def _shown(group_by: GroupBy, group: Group, *, is_hidden: bool) -> AttendanceGroupOut:
    measures = _measures(group.numbers, OF_HOMES if group_by == "home_of" else COUNTS)
    if is_hidden:
        measures = dict.fromkeys(measures)
    return AttendanceGroupOut(**measures, suppressed=is_hidden, key={group_by: group.code}, ref=group.ref)


def _measures(numbers: Numbers, counted: Sequence[str]) -> dict[str, int | None]:
    """The fields of AttendanceMeasuresOut but the last. Of a home nobody is known who came and was not named."""
    known: dict[str, int | None] = {name: numbers[name] for name in counted}
    known["attendances"] = numbers["named"] + numbers["anonymous"]
    known["unique_min"] = max(numbers["people"], numbers["largest"])
    known["unique_max"] = numbers["people"] + numbers["anonymous"]
    known["coverage_ppm"] = ppm(numbers["sites_reported"], numbers["sites"])
    known["no_show_ppm"] = ppm(numbers["expected"] - numbers["shown"], numbers["expected"])
    return {name: known.get(name) for name in AttendanceMeasuresOut.__struct_fields__ if name != "suppressed"}


def _unknown_home(group_by: GroupBy | None, groups: list[Group], hidden: set[int]) -> int | None:
    if group_by != "home_of" or len(groups) - 1 in hidden:
        return None
    return groups[-1].numbers["named"]
