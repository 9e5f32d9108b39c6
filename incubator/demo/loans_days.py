"""The days of the bank: when it lends, and when its rows reach the service."""

from datetime import date, datetime
from functools import cache

from incubator.days import months_after
from incubator.demo.dice import Dice, days_later

FIRST_LOANS = date(2019, 1, 14)
TAKEN_OVER = date(2021, 1, 11)
"""What the bank had lent before the service was set up came in on this day, all at once."""
STATEMENT_OF, STATEMENT_CAME = date(2025, 10, 31), date(2025, 11, 6)
BANK_CLOSES = date(2025, 11, 28)
"""The last working day of the data."""

_FILES_COME_AFTER = (0, 4)


months_later = cache(months_after)
"""Kept, because the same few thousand days are asked for again and again."""


class Arrivals:
    """When the service hears of what the bank did: a file of each working day comes in at one moment."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._moments: dict[date, datetime] = {}

    def of(self, day: date) -> datetime:
        """Some days after it happened."""
        return self.on(days_later(day, self._dice.between(*_FILES_COME_AFTER)))

    def on(self, day: date) -> datetime:
        """With the file of that day: not before the service was set up, and not after the last day."""
        day = min(max(day, TAKEN_OVER), BANK_CLOSES)
        if day not in self._moments:
            self._moments[day] = self._dice.moment(day)
        return self._moments[day]
