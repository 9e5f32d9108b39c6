"""The figures of mentoring as a flat table: the total, its consultations by platform and month, and the groups."""

from collections.abc import Iterator
from typing import Any

import msgspec

from incubator.stats.funnel.table import TOTAL
from incubator.stats.mentoring.schemas import (
    ByPlatformsOut,
    MentoringFigureOut,
    MentoringMeasuresOut,
    MentoringTotalsOut,
)
from incubator.stats.tables import Table

MEASURES = tuple(name for name in MentoringMeasuresOut.__struct_fields__ if name != "projects_by_platforms")
PLATFORMS = tuple(f"projects_on_{number}" for number in ByPlatformsOut.__struct_encode_fields__)
OF_FIGURE = ("definition_id", "version", "as_of", "from", "to", "territory")
FILTERS = ("locality", "programme", "mentor")
HEADER = (
    "group_by", "group", "group_id", "group_name", "platform", "month", *MEASURES, *PLATFORMS, *OF_FIGURE, *FILTERS,
    "scope",
)  # fmt: skip

Row = dict[str, Any]


def mentoring_table(figure: MentoringFigureOut) -> Table:
    """Every row says what it belongs to. A row with a platform or a month holds the total's consultations there."""
    told = msgspec.to_builtins(figure)
    about = {name: told[name] for name in OF_FIGURE} | figure.filters
    about["scope"] = None if figure.scope is None else " ".join(figure.scope)
    rows = [[{**row, **about, "group_by": figure.group_by}.get(name) for name in HEADER] for row in _rows(figure)]
    return Table(name="mentoring", header=HEADER, rows=rows, as_of=figure.as_of)


def _rows(figure: MentoringFigureOut) -> Iterator[Row]:
    yield {"group": TOTAL, **_measures(figure.totals)}
    for cell in _cells(figure.totals):
        yield {"group": TOTAL, **msgspec.to_builtins(cell)}
    for group in figure.groups:
        (value,) = group.key.values()
        named = {"group_id": str(group.ref.id), "group_name": group.ref.name} if group.ref else {}
        yield {"group": value, **named, **_measures(group)}


def _cells(totals: MentoringTotalsOut) -> Iterator[Any]:
    yield from totals.by_platform
    yield from totals.by_month
    yield from totals.by_platform_and_month


def _measures(measures: MentoringMeasuresOut) -> Row:
    row: Row = {name: getattr(measures, name) for name in MEASURES}
    projects = measures.projects_by_platforms
    return row | (dict(zip(PLATFORMS, msgspec.structs.astuple(projects), strict=True)) if projects else {})
