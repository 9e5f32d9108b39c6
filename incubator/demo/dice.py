"""Chance with a seed, and the calendar of the demonstration."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from incubator.days import VIETNAM

T = TypeVar("T")

FIRST_DAY = date(2021, 1, 4)
LAST_DAY = date(2025, 11, 30)
BEFORE_ALL = datetime(2020, 12, 15, 2, 0, tzinfo=UTC)
"""When the service was set up: older than every idea."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 62
_MINUTE = timedelta(minutes=1)


class Dice(random.Random):
    """The one source of chance: the same seed throws the same demonstration."""

    def chance(self, share: float) -> bool:
        return self.random() < share

    def pick(self, things: Sequence[T]) -> T:
        return things[int(self.random() * len(things))]

    def weighted(self, things: Sequence[T], weights: Sequence[float]) -> T:
        return self.choices(things, weights)[0]

    def between(self, least: int, most: int) -> int:
        return least + int(self.random() * (most - least + 1))

    def new_id(self, at: datetime) -> UUID:
        """An id of version 7 for something recorded at that moment, so that ids sort by time."""
        milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
        bits = milliseconds << 80 | 0x7 << 76 | self.getrandbits(12) << 64 | 0x2 << _RANDOM_BITS
        return UUID(int=bits | self.getrandbits(_RANDOM_BITS))

    def moment(self, day: date, *, first_hour: int = 8, last_hour: int = 16) -> datetime:
        """Some moment of a day, by default in the hours of an office."""
        start = datetime.combine(day, time(first_hour), VIETNAM)
        seconds = self.between(0, (last_hour + 1 - first_hour) * 3600 - 1)
        return (start + timedelta(seconds=seconds)).astimezone(UTC)

    def after(self, earlier: datetime, day: date) -> datetime:
        """A moment in the office hours of the day, in any case later than another one."""
        return max(self.moment(day), earlier + _MINUTE)


def workday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def days_later(day: date, days: int) -> date:
    """The workday so many days later."""
    return workday(day + timedelta(days=days))
