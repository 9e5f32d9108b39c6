"""The mentoring of all projects, in the order in which they were founded."""

import heapq
from datetime import date
from itertools import count

from incubator.days import civil_day
from incubator.demo.coffees import Coffees
from incubator.demo.diary import Diary
from incubator.demo.dice import LAST_DAY, days_later
from incubator.demo.graduation import Graduation
from incubator.demo.outcomes import Ledger
from incubator.demo.programmes import PLANNED_UNTIL
from incubator.demo.projects import Venture
from incubator.demo.rows import Rows
from incubator.demo.sessions import tell_session
from incubator.demo.world import World
from incubator.projects.models import RUNNING

CONSULTED = 160
"""So many projects are consulted by the last day, times the scale; those founded last wait for their turn."""

_USUALLY, _TRIED_IN_VAIN, _GOES_ON, _NEW_ONE_GOES_ON = 0.88, 0.6, 0.14, 0.5
_PROJECTS_PER_UNREPORTED = 50


class Mentoring:
    """Takes projects as they come up and tells their mentoring once no earlier one can come any more."""

    def __init__(self, world: World, scale: int) -> None:
        self._world = world
        self._dice = world.network.dice
        self._coffees = Coffees(world, scale)
        self._graduation = Graduation(world)
        self._to_consult = CONSULTED * scale
        self._candidates: int | None = None
        self._waiting: list[tuple[date, int, Venture]] = []
        self._number = count()
        self._running = 0

    def expect(self, venture: Venture) -> None:
        heapq.heappush(self._waiting, (venture.project.founded_on, next(self._number), venture))

    def tell(self, rows: Rows, until: date | None) -> None:
        """Every project that was founded before that day, and the coffees up to it; None stands for all of them."""
        if until is None:
            self._candidates = sum(_has_time(venture) for _, _, venture in self._waiting)
        while self._waiting and (until is None or self._waiting[0][0] < until):
            _, _, venture = heapq.heappop(self._waiting)
            if _has_time(venture):
                self._accompany(venture)
            rows.pour(venture.rows)
        self._coffees.tell(rows, until or PLANNED_UNTIL)

    def _accompany(self, venture: Venture) -> None:
        """What becomes of the project is settled first, because what was agreed on ends with it at the latest."""
        diary = Diary(self._dice, self._coffees, venture)
        if self._is_consulted():
            diary.fill()
            ledger = Ledger(self._dice, venture)
            ledger.fill(min(appointment.day for appointment in diary.consulted))
            self._graduation.consider(venture, diary, ledger)
        elif self._to_consult and self._dice.chance(_TRIED_IN_VAIN):
            diary.try_in_vain()
        self._go_on(venture, diary)
        for appointment in diary.appointments:
            if appointment.table is None:
                tell_session(self._world, venture.rows, venture, appointment)

    def _is_consulted(self) -> bool:
        """Most are, until there are enough; all of them once there would be too few otherwise."""
        share = _USUALLY
        if self._candidates is not None:
            share = max(share, self._to_consult / self._candidates)
            self._candidates -= 1
        if not self._to_consult or not self._dice.chance(share):
            return False
        self._to_consult -= 1
        return True

    def _go_on(self, venture: Venture, diary: Diary) -> None:
        """Some have their next session planned, and of a few nobody has said yet how the last one went."""
        if venture.project.status not in RUNNING or venture.rests_on(LAST_DAY):
            return
        self._running += 1
        if self._running % _PROJECTS_PER_UNREPORTED == 0:
            diary.leave_unreported()
        elif self._dice.chance(_GOES_ON if self._to_consult else _NEW_ONE_GOES_ON):
            diary.look_ahead()


def _has_time(venture: Venture) -> bool:
    """Whether there is a day between the coming of a mentor and the end."""
    return bool(venture.mentors) and days_later(civil_day(venture.mentored_since), 1) < venture.last_day
