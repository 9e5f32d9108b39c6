"""The funnel as a flat table: one row for each step of the total and of each group, and for each status."""

from collections.abc import Iterator
from typing import Any

import msgspec

from incubator.stats.funnel.figure import EXIT_NAMES
from incubator.stats.funnel.schemas import FunnelOut, FunnelStepOut, GroupRef, StatusCountOut
from incubator.stats.tables import Table

TOTAL = "total"

OF_STEP = tuple(name for name in FunnelStepOut.__struct_fields__ if name != "drop_offs")
OF_FIGURE = ("definition_id", "version", "mode", "as_of", "from", "to", "window_days", "territory")
FILTERS = ("locality", "sector", "call")
HEADER = ("group_by", "group", "group_id", "group_name", *OF_STEP, *EXIT_NAMES, *OF_FIGURE, *FILTERS, "scope")


def funnel_table(funnel: FunnelOut) -> Table:
    """Every row says what it belongs to, so that rows of several figures can stand in one sheet."""
    figure = msgspec.to_builtins(funnel)
    about = [*(figure[name] for name in OF_FIGURE), *(funnel.filters.get(name) for name in FILTERS), _scope(funnel)]
    rows = [[*row, *about] for row in _rows(funnel)]
    return Table(name="funnel", header=HEADER, rows=rows, as_of=funnel.as_of)


def _rows(funnel: FunnelOut) -> Iterator[list[Any]]:
    yield from _part(funnel.group_by, TOTAL, None, funnel.steps, funnel.statuses)
    for group in funnel.groups:
        (value,) = group.key.values()
        yield from _part(funnel.group_by, value, group.ref, group.steps, group.statuses)


def _part(
    group_by: str | None,
    value: str,
    ref: GroupRef | None,
    steps: list[FunnelStepOut],
    statuses: list[StatusCountOut] | None,
) -> Iterator[list[Any]]:
    start = [group_by, value, str(ref.id) if ref else None, ref.name if ref else None]
    for step in steps:
        exits = [getattr(step.drop_offs, name, None) for name in EXIT_NAMES]
        yield [*start, *(getattr(step, name) for name in OF_STEP), *exits]
    for status in statuses or []:
        yield [*start, None, status.status, "idea", status.n, *[None] * (len(OF_STEP) - 4 + len(EXIT_NAMES))]


def _scope(funnel: FunnelOut) -> str | None:
    return None if funnel.scope is None else " ".join(funnel.scope)
