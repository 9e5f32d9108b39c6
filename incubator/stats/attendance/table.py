"""The figures of attendance as a flat table: the total and the groups."""

from collections.abc import Iterator
from typing import Any

import msgspec

from incubator.stats.attendance.schemas import AttendanceFigureOut, AttendanceMeasuresOut
from incubator.stats.funnel.table import TOTAL
from incubator.stats.tables import Table

MEASURES = AttendanceMeasuresOut.__struct_fields__
OF_FIGURE = ("definition_id", "version", "as_of", "from", "to", "territory")
FILTERS = ("locality", "kind", "event", "final_only")
HEADER = (
    "group_by", "group", "group_id", "group_name", *MEASURES, "additive", *OF_FIGURE, *FILTERS, "scope",
)  # fmt: skip

Row = dict[str, Any]


def attendance_table(figure: AttendanceFigureOut) -> Table:
    """Every row says what it belongs to."""
    told = msgspec.to_builtins(figure)
    about = {name: told[name] for name in OF_FIGURE} | figure.filters
    about |= {"group_by": figure.group_by, "additive": " ".join(figure.additive)}
    about["scope"] = None if figure.scope is None else " ".join(figure.scope)
    rows = [[{**about, **row}.get(name) for name in HEADER] for row in _rows(figure)]
    return Table(name="attendance", header=HEADER, rows=rows, as_of=figure.as_of)


def _rows(figure: AttendanceFigureOut) -> Iterator[Row]:
    yield {"group": TOTAL, **_measures(figure.totals)}
    for group in figure.groups:
        (value,) = group.key.values()
        named = {"group_id": str(group.ref.id), "group_name": group.ref.name} if group.ref else {}
        yield {"group": value, **named, **_measures(group)}


def _measures(measures: AttendanceMeasuresOut) -> Row:
    return {name: getattr(measures, name) for name in MEASURES}
