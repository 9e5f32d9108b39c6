"""From rows of numbers to the figure that is shown: groups without any rows, months between, and hidden cells."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from incubator.projects.models import Platform
from incubator.stats.funnel.disclosure import SMALLEST_SHOWN, hidden_cells
from incubator.stats.groups import Group, Numbers, group_of, keys_by_name, month_code, months_between
from incubator.stats.mentoring.dimensions import DIMENSIONS, NONE, QUALITY, SECTIONS, UNMEASURED, Dimension
from incubator.stats.mentoring.measures import has_platforms
from incubator.stats.mentoring.schemas import (
    ByPlatformsOut,
    MentoringGroupOut,
    MentoringMeasuresOut,
    MentoringQualityOut,
    MentoringTotalsOut,
    MonthCountOut,
    PlatformCountOut,
    PlatformMonthCountOut,
)
from incubator.stats.mentoring.sources import MentoringShape

HOUR = 60
HOUR_DIGITS = 2
MENTEES = "distinct_mentees"


class Line(NamedTuple):
    """A row of `mentoring_statement`."""

    section: str
    is_group: bool
    value: Any
    platform: str | None
    month: date | None
    numbers: Sequence[int]
    code: str | None
    name: str | None


class Figure(msgspec.Struct, frozen=True):
    """The counted part of the answer."""

    totals: MentoringTotalsOut
    groups: list[MentoringGroupOut]
    quality: MentoringQualityOut


def build_figure(shape: MentoringShape, rows: Iterable[Sequence[Any]], *, is_guarded: bool) -> Figure:
    """With `is_guarded`, numbers of few people are hidden."""
    lines = [Line(*row) for row in rows]
    total = _total(lines)
    measured = set(SECTIONS) if has_platforms(shape) else set(SECTIONS) - {"platforms"}
    return Figure(
        totals=MentoringTotalsOut(
            **_measures(total, measured, frozenset(), hides=is_guarded and total[MENTEES] < SMALLEST_SHOWN),
            **_tables(lines),
        ),
        groups=_groups(shape, lines, measured, is_guarded),
        quality=MentoringQualityOut(*(total[name] for section in QUALITY for name in SECTIONS[section])),
    )


def _total(lines: list[Line]) -> Numbers:
    return _numbers(line for line in lines if not line.is_group and line.section in SECTIONS)


def _numbers(lines: Iterable[Line]) -> Numbers:
    return {name: n for line in lines for name, n in zip(SECTIONS[line.section], line.numbers, strict=True)}


def _groups(shape: MentoringShape, lines: list[Line], measured: set[str], is_guarded: bool) -> list[MentoringGroupOut]:
    if shape.group_by is None:
        return []
    dimension = DIMENSIONS[shape.group_by]
    groups = _all_values(shape, dimension, [line for line in lines if line.is_group])
    sections, unmeasured = measured & {*dimension.sections}, UNMEASURED.get(shape.group_by, frozenset())
    hidden = hidden_cells([[one.numbers.get(MENTEES, 0)] for one in groups]) if is_guarded else set()
    if "mentees" not in sections:
        hidden = set()
    return [
        MentoringGroupOut(
            **_measures(one.numbers, sections, unmeasured, hides=(place, 0) in hidden),
            key={shape.group_by: one.code},
            ref=one.ref,
        )
        for place, one in enumerate(groups)
    ]


def _all_values(shape: MentoringShape, dimension: Dimension, lines: list[Line]) -> list[Group]:
    """Every value of a closed list and every month between, or the values that occur by name; `none` at the end."""
    found: dict[str, Group] = {}
    for line in lines:
        code = _code(line)
        group = found.setdefault(code, group_of(code, line.value, line.code, line.name, {}))
        group.numbers.update(_numbers([line]))
    if dimension.named is not None:
        codes = keys_by_name(found, NONE)
    elif shape.group_by == "month":
        codes = [month_code(month) for month in months_between([line.value for line in lines])]
    else:
        codes = list(dimension.codes)
    is_limited = {"programme": shape.programme, "mentor": shape.mentor}.get(str(shape.group_by), False)
    if dimension.has_none and not is_limited:
        codes.append(NONE)
    return [found.get(code) or Group(code, None, {}) for code in codes]


def _code(line: Line) -> str:
    if line.value is None:
        return NONE
    return line.code or (month_code(line.value) if isinstance(line.value, date) else str(line.value))


def _measures(
    numbers: Mapping[str, int], sections: set[str], unmeasured: frozenset[str], *, hides: bool
) -> dict[str, Any]:
    """The fields of MentoringMeasuresOut. A part that is measured and has no row is a zero."""
    names = {name for section in sections for name in SECTIONS[section]} - unmeasured
    known = {name: numbers.get(name, 0) for name in names}
    fields: dict[str, Any] = {name: known.get(name) for name in MentoringMeasuresOut.__struct_fields__}
    if "contact_minutes" in known:
        worked = known["contact_minutes"] + known["preparation_minutes"]
        fields["mentor_hours"] = round(worked / HOUR, HOUR_DIGITS)
    if "platforms" in sections:
        fields["projects_by_platforms"] = ByPlatformsOut(*(known[f"on_{number}"] for number in range(4)))
    if hides:
        fields[MENTEES] = None
    return {**fields, "suppressed": hides}


def _tables(lines: list[Line]) -> dict[str, Any]:
    counted = {(line.month, line.platform): line.numbers for line in lines if line.section == "tables"}
    months = months_between([month for month, _ in counted if month])

    def numbers(month: date | None, platform: str | None) -> Sequence[int]:
        return counted.get((month, platform), (0, 0))

    return {
        "by_platform": [PlatformCountOut(one, *numbers(None, one)) for one in Platform],
        "by_month": [MonthCountOut(month_code(month), *numbers(month, None)) for month in months],
        "by_platform_and_month": [
            PlatformMonthCountOut(month_code(month), one, *numbers(month, one)) for month in months for one in Platform
        ],
    }
