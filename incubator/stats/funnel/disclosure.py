"""Disclosure control: which cells of a breakdown by a personal attribute are too small to be shown.

A count under 5, zero included, is hidden (Law 91/2025, Decree 356/2025). Totals are shown, so one hidden cell of a
line could be worked out from the others: the smallest shown cell of such a line is hidden too, until no line has
exactly one. A cell that tells the count of another is hidden with it. What this leaves: the sum of a line's hidden
cells, and the difference between the same figure of two days or of two filters, may concern few people.
"""

from collections.abc import Iterable, Mapping, Sequence

SMALLEST_SHOWN = 5

Cell = tuple[int, int]
Counts = Sequence[Sequence[int]]
"""Counts by group (rows) and by what is counted (columns)."""

NO_BASES: Mapping[int, int] = {}


def hidden_cells(
    counts: Counts, *, sums: Sequence[Sequence[int]] = (), bases: Mapping[int, int] = NO_BASES
) -> set[Cell]:
    """The cells not to show. Every column adds up to a total that is shown.

    `sums` are the columns that within a row add up to a number that can be known: in a stock every idea stands at one
    step, and a flow over all time tells how many ideas there are. `bases` names for a column the one whose count is
    shown beside it, as that of which it is a share.
    """
    hidden = {cell for cell in _cells(counts) if _count(counts, cell) < SMALLEST_SHOWN}
    lines = [*_columns(counts), *([(row, column) for column in line] for row in range(len(counts)) for line in sums)]
    while added := _told(counts, lines, bases, hidden) - hidden:
        hidden |= added
    return hidden


def is_small(count: int) -> bool:
    """Of a count inside a shown cell; that nobody is there may be said."""
    return 0 < count < SMALLEST_SHOWN


def _told(counts: Counts, lines: list[list[Cell]], bases: Mapping[int, int], hidden: set[Cell]) -> set[Cell]:
    """The cells from which a hidden one could be worked out."""
    shares = {cell for cell in _cells(counts) if (cell[0], bases.get(cell[1])) in hidden}
    return shares | {cell for line in lines for cell in _complement(counts, line, hidden)}


def _complement(counts: Counts, line: list[Cell], hidden: set[Cell]) -> list[Cell]:
    """The cell to hide beside the only hidden one of a line; none where there are more, or no other."""
    shown = sorted((cell for cell in line if cell not in hidden), key=lambda cell: _count(counts, cell))
    return shown[:1] if len(shown) == len(line) - 1 else []


def _cells(counts: Counts) -> Iterable[Cell]:
    return (cell for row in _rows(counts) for cell in row)


def _rows(counts: Counts) -> list[list[Cell]]:
    return [[(row, column) for column in range(len(line))] for row, line in enumerate(counts)]


def _columns(counts: Counts) -> list[list[Cell]]:
    return [list(line) for line in zip(*_rows(counts), strict=True)]


def _count(counts: Counts, cell: Cell) -> int:
    return counts[cell[0]][cell[1]]
