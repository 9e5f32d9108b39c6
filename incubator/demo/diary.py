"""When one project meets its mentors: which sessions it has, how they are to go, and what they are about."""

import enum
from datetime import date, timedelta

import msgspec

from incubator.days import civil_day
from incubator.demo.coffees import Coffees, Table
from incubator.demo.dice import LAST_DAY, Dice, days_later, workday
from incubator.demo.programmes import PLANNED_UNTIL
from incubator.demo.projects import Venture
from incubator.projects.models import Platform

_MOST_SESSIONS, _SESSION_WEIGHTS = 6, (8, 17, 25, 24, 16, 10)
_FIRST_FROM, _FIRST_TO, _LAST_CHANCE = 3, 40, 2
_LEAST_GAP, _MOST_GAP = 14, 130
_AT_A_COFFEE, _SEARCH = 0.38, timedelta(days=35)
_PLATFORMS_AT_ONCE, _PLATFORM_WEIGHTS = 3, (66, 29, 5)
_BEYOND_NEED, _ONCE_MORE = 0.05, 0.4
_ONE_DAY = timedelta(days=1)


class Fate(enum.StrEnum):
    """How a session of its own goes."""

    held = "held"
    stood_in = "stood_in"
    short = "short"
    cancelled = "cancelled"
    mentor_absent = "mentor_absent"
    guests_absent = "guests_absent"
    unreported = "unreported"
    ahead = "ahead"


_FATES = (Fate.held, Fate.stood_in, Fate.short, Fate.cancelled, Fate.mentor_absent, Fate.guests_absent)
_FATE_WEIGHTS = (78, 5, 4, 6, 3, 4)
_IN_VAIN = _FATES[2:]


class Appointment(msgspec.Struct, frozen=True):
    """A day on which the project is to meet a mentor: at a table, or in a session of its own that goes somehow."""

    day: date
    platforms: tuple[Platform, ...]
    fate: Fate
    table: Table | None = None

    @property
    def counts(self) -> bool:
        """Whether the project is consulted by it."""
        return self.table.takes_place if self.table else self.fate in {Fate.held, Fate.stood_in}


class Diary:
    """Makes the appointments of one project, in the order of their days."""

    def __init__(self, dice: Dice, coffees: Coffees, venture: Venture) -> None:
        self._dice = dice
        self._coffees = coffees
        self._venture = venture
        self._asked: set[Platform] = set()
        self.appointments: list[Appointment] = []

    @property
    def consulted(self) -> list[Appointment]:
        return [appointment for appointment in self.appointments if appointment.counts]

    def fill(self) -> None:
        """So many sessions that the project counts as consulted."""
        days = self._days()
        fates = [self._dice.weighted(_FATES, _FATE_WEIGHTS) for _ in days]
        for day, fate in zip(days, fates, strict=True):
            self._meet(day, fate)
        if not self.consulted:
            self._meet_alone(days[-1], Fate.held)

    def try_in_vain(self) -> None:
        """One session, that does not count."""
        self._meet_alone(self._days()[0], self._dice.pick(_IN_VAIN))

    def look_ahead(self) -> None:
        """A session in the weeks after the last day, at a coffee or alone."""
        first = days_later(LAST_DAY, self._dice.between(1, 14))
        if self._dice.chance(_AT_A_COFFEE) and self._join_table(first, PLANNED_UNTIL):
            return
        self._meet_alone(min(first, PLANNED_UNTIL), Fate.ahead)

    def leave_unreported(self) -> None:
        """A session of the last days of which nobody has said yet how it went."""
        day = workday(LAST_DAY - timedelta(days=self._dice.between(4, 9)))
        self._meet_alone(day, Fate.unreported)

    def _days(self) -> list[date]:
        """Some time after the mentor came, and then as often as there is time, but not while the project rests."""
        dice, assigned_on, last = self._dice, civil_day(self._venture.mentored_since), self._venture.last_day
        day = days_later(assigned_on, dice.between(_FIRST_FROM, _FIRST_TO))
        days = [day if day < last else days_later(assigned_on, 1)]
        wanted = dice.weighted(range(1, _MOST_SESSIONS + 1), _SESSION_WEIGHTS)
        gap = min(_MOST_GAP, max(2 * _LEAST_GAP, 2 * (last - days[0]).days // wanted))
        while len(days) < wanted and (day := days_later(days[-1], dice.between(_LEAST_GAP, gap))) < last:
            days.append(day)
        return [days[0], *(day for day in days[1:] if not self._venture.rests_on(day))]

    def _meet(self, day: date, fate: Fate) -> None:
        last = min(self._venture.last_day, day + _SEARCH)
        if not (self._dice.chance(_AT_A_COFFEE) and self._join_table(day, last)):
            self._meet_alone(day, fate)

    def _join_table(self, first: date, last: date) -> bool:
        table = self._coffees.table_for(self._venture, first, last)
        if table is None or self._venture.rests_on(table.day) or table.day in self._taken():
            return False
        platforms = self._platforms()
        table.book(self._venture, platforms)
        self._note(Appointment(table.day, platforms, Fate.held, table))
        return True

    def _meet_alone(self, day: date, fate: Fate) -> None:
        """On that day or the next that is free."""
        last = max(day, self._venture.last_day - _ONE_DAY)
        free = (one for one in (days_later(day, days) for days in range(7)) if one not in self._taken() and one <= last)
        self._note(Appointment(next(free, day), self._platforms(), fate))

    def _taken(self) -> set[date]:
        return {appointment.day for appointment in self.appointments}

    def _note(self, appointment: Appointment) -> None:
        self.appointments.append(appointment)
        if appointment.counts:
            self._asked.update(appointment.platforms)

    def _platforms(self) -> tuple[Platform, ...]:
        """What is needed; mostly what was not talked about yet comes first."""
        dice, needs = self._dice, [platform for platform in Platform if platform in self._venture.needs]
        if not needs or dice.chance(_BEYOND_NEED):
            return (dice.pick(tuple(Platform)),)
        dice.shuffle(needs)
        if not dice.chance(_ONCE_MORE):
            needs.sort(key=self._asked.__contains__)
        wanted = dice.weighted(range(1, _PLATFORMS_AT_ONCE + 1), _PLATFORM_WEIGHTS)
        return tuple(needs[:wanted])
