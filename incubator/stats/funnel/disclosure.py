"""Disclosure control: which cells of a breakdown by a personal attribute are too small to be shown.

A count under 5 is hidden (Law 91/2025, Decree 356/2025). Since totals are shown, one hidden cell of a line could be
worked out from the others; so in every line the smallest further cells are hidden too, until at least two are
and they add up to 5 or more. What is left as a risk: the difference between the same figure of two days, or of two
filters, can still concern few people.
"""

from collections.abc import Iterable, Sequence

SMALLEST_SHOWN = 5

Cell = tuple[int, int]
Counts = Sequence[Sequence[int]]
"""Counts by group (rows) and step (columns)."""


def hidden_cells(counts: Counts, *, rows_add_up: bool) -> set[Cell]:
    """The cells not to show. Columns add up to a total that is shown; rows do so only in a stock."""
    hidden = {cell for cell in _cells(counts) if _count(counts, cell) < SMALLEST_SHOWN}
    lines = [*_columns(counts), *(_rows(counts) if rows_add_up else [])]
    while added := {cell for line in lines for cell in _also_hidden(counts, line, hidden)}:
        hidden |= added
    return hidden


def is_small(count: int) -> bool:
    """Of a count inside a shown cell; that nobody is there may be said."""
    return 0 < count < SMALLEST_SHOWN


def _also_hidden(counts: Counts, line: list[Cell], hidden: set[Cell]) -> set[Cell]:
    """What must be hidden beside the cells of a line that are hidden already."""
    out = [cell for cell in line if cell in hidden]
    if not out:
        return set()
    shown = sorted((cell for cell in line if cell not in hidden), key=lambda cell: _count(counts, cell))
    added: set[Cell] = set()
    while shown and (len(out) < 2 or sum(_count(counts, cell) for cell in out) < SMALLEST_SHOWN):
        added.add(shown[0])
        out.append(shown.pop(0))
    return added


def _cells(counts: Counts) -> Iterable[Cell]:
    return ((row, column) for row, line in enumerate(counts) for column in range(len(line)))


def _rows(counts: Counts) -> list[list[Cell]]:
    return [[(row, column) for column in range(len(line))] for row, line in enumerate(counts)]


def _columns(counts: Counts) -> list[list[Cell]]:
    return [list(line) for line in zip(*_rows(counts), strict=True)]


def _count(counts: Counts, cell: Cell) -> int:
    return counts[cell[0]][cell[1]]
