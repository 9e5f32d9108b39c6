"""Which numbers about loans are hidden from those who may not read the loans one by one.

Behind a number stand the households that add something to it. Where they are fewer than five it is hidden, and with it
what would tell it: a number from which it could be worked out, and the smallest other group of its line. That nobody
at all stands behind a number, in no group, may be said.
"""

from collections.abc import Iterable, Mapping, Sequence

from incubator.stats.funnel.disclosure import SMALLEST_SHOWN, hidden_cells
from incubator.stats.loans.measures import BEHIND
from incubator.stats.loans.sources import AMOUNTS, AT_RISK, BALANCES, FLOWS

Numbers = Mapping[str, int]

EVER, CURRENT = "households_ever", "households_current"
OF_CURRENT = ("members", "inspected_n", "reconciled_n", *BALANCES, "past_due_by_schedule_vnd", *AT_RISK)
COLUMNS = (EVER, CURRENT, *OF_CURRENT, *(name for name in AMOUNTS if name not in OF_CURRENT))
BASES = {
    place: COLUMNS.index(CURRENT if name in OF_CURRENT else EVER) for place, name in enumerate(COLUMNS) if place > 0
}
SUMS = [[COLUMNS.index(name) for name in line] for line in (BALANCES, FLOWS)]
"""The parts of the balance add up to it, and the flows lead from one balance to the other."""

TELLS = {
    EVER: ("loans",),
    CURRENT: ("loans_current", "groups"),
    "inspected_n": ("inspected_share_ppm",),
    "reconciled_n": ("reconciled_share_ppm",),
    "overdue_vnd": ("overdue_ratio_ppm",),
    **{name: (name.replace("_vnd", "_ppm"),) for name in AT_RISK},
}
"""The other fields that show what such a column holds."""


def hidden_fields(rows: Sequence[Numbers], total: Numbers) -> list[frozenset[str]]:
    """Row by row the fields of the answer that are not shown; a figure's total is a row without others beside it."""
    counts = [[_behind(row, name, total) for name in COLUMNS] for row in rows]
    hidden = hidden_cells(counts, sums=SUMS, bases=BASES)
    return [frozenset(_fields(COLUMNS[column] for row, column in hidden if row == place)) for place in range(len(rows))]


def _behind(row: Numbers, name: str, total: Numbers) -> int:
    if _count(total, name) == 0:
        return SMALLEST_SHOWN
    return _count(row, name)


def _count(row: Numbers, name: str) -> int:
    return row.get(f"{BEHIND}{name}", row.get(name, 0))


def _fields(columns: Iterable[str]) -> Iterable[str]:
    for name in columns:
        yield from (name, *TELLS.get(name, ()))
