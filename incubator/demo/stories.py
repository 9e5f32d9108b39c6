"""Every idea's story from its arrival to its project, told batch by batch."""

from itertools import islice

import msgspec

from incubator.demo.arrivals import IDEAS, arrivals
from incubator.demo.ideas import Desk
from incubator.demo.moves import travel
from incubator.demo.projects import Founder
from incubator.demo.rows import Rows, Sheet
from incubator.demo.world import World

BATCH = 1_000


class Batch(msgspec.Struct, frozen=True):
    """So many ideas with all their rows; none at the end."""

    ideas: int
    sheets: list[Sheet]


class Storyteller:
    """Tells the stories in the order in which the ideas come in. One thread at a time may listen."""

    def __init__(self, world: World, scale: int) -> None:
        self.ideas = IDEAS * scale
        self._coming = arrivals(world, scale)
        self._desk = Desk(world)
        self._founder = Founder(world)

    def tell(self) -> Batch:
        """The next batch."""
        rows, ideas = Rows(), 0
        for arrival in islice(self._coming, BATCH):
            journey = self._desk.take_in(rows, arrival)
            travel(journey)
            self._founder.found(rows, journey)
            ideas += 1
        return Batch(ideas, list(rows.sheets()))
