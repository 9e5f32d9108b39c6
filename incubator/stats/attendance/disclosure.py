"""Which homes are not shown to those who may not read the people one by one.

Where fewer than five named people have their home in a commune, all numbers of that commune are hidden, and so is the
smallest other one where only one would be. Those who were merely counted have no home that could be told.
"""

from collections.abc import Sequence

from incubator.stats.funnel.dimensions import UNKNOWN
from incubator.stats.funnel.disclosure import SMALLEST_SHOWN, hidden_cells
from incubator.stats.groups import Group


def hidden_homes(groups: Sequence[Group]) -> set[int]:
    """The places in the list of the groups that are hidden."""
    return {place for place, _ in hidden_cells([[_behind(one)] for one in groups])}


def _behind(group: Group) -> int:
    people = group.numbers["people"]
    return SMALLEST_SHOWN if group.code == UNKNOWN and people == 0 else people
