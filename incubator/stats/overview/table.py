"""The headline numbers as a flat table."""

import msgspec

from incubator.stats.overview.schemas import HeadlineOut, OverviewOut
from incubator.stats.tables import Table

HEADER = (*HeadlineOut.__struct_fields__, "as_of", "from", "to", "territory", "locality", "scope")


def overview_table(overview: OverviewOut) -> Table:
    about = [
        overview.as_of,
        overview.from_,
        overview.to,
        overview.territory,
        overview.filters.get("locality"),
        None if overview.scope is None else " ".join(overview.scope),
    ]
    rows = [[*msgspec.structs.astuple(figure), *about] for figure in overview.figures]
    return Table(name="overview", header=HEADER, rows=rows, as_of=overview.as_of)
