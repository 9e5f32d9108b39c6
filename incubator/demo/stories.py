"""Every idea's story from its arrival to its project and the mentoring of that, told batch by batch."""

from itertools import islice

from incubator.demo.arrivals import IDEAS, arrivals
from incubator.demo.dice import LAST_DAY
from incubator.demo.ideas import Desk
from incubator.demo.mentoring import Mentoring
from incubator.demo.moves import travel
from incubator.demo.projects import Founder
from incubator.demo.rows import Batch, Rows
from incubator.demo.world import World

BATCH = 1_000


class Storyteller:
    """Tells the stories in the order in which the ideas come in. One thread at a time may listen."""

    name = "Ideas"

    def __init__(self, world: World, scale: int) -> None:
        self.total = IDEAS * scale
        self._coming = arrivals(world, scale)
        self._desk = Desk(world)
        self._founder = Founder(world)
        self._mentoring = Mentoring(world, scale)
        self._told = 0

    def tell(self) -> Batch:
        """The next batch. Projects are founded after their ideas came in, so that those of earlier days are known."""
        rows, day, before = Rows(), LAST_DAY, self._told
        for arrival in islice(self._coming, BATCH):
            journey = self._desk.take_in(rows, arrival)
            travel(journey)
            if venture := self._founder.found(journey):
                self._mentoring.expect(venture)
            day = arrival.received_on
            self._told += 1
        self._mentoring.tell(rows, day if self._told < self.total else None)
        return Batch(self._told - before, list(rows.sheets()))
