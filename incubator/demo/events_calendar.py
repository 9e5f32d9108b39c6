"""The days and hours of 2025 on which something goes on."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import repeat

from incubator.days import VIETNAM
from incubator.demo.dice import Dice

FIRST_HELD, LAST_HELD = date(2025, 1, 4), date(2025, 11, 29)
LAST_MOMENT = datetime(2025, 11, 30, 2, 0, tzinfo=UTC)
"""Nothing is known of what came after it."""

_NEW_YEAR = (date(2025, 1, 25), date(2025, 2, 3))
_LIVELY = {1: 0.5, 2: 0.7, 3: 1.7, 4: 1.0, 5: 1.1, 6: 1.1, 7: 1.2, 8: 1.1, 9: 1.0, 10: 1.4, 11: 1.3}
"""March is the month of youth."""
_WEEKEND = 2.2


def days_of_activities(dice: Dice, number: int) -> list[date]:
    days = [FIRST_HELD + timedelta(days=n) for n in range((LAST_HELD - FIRST_HELD).days + 1)]
    return sorted(dice.choices(days, list(map(_liveliness, days)), k=number))


def hours(day: date, begin: time, minutes: int) -> tuple[datetime, datetime]:
    """From and to, in UTC."""
    starts_at = datetime.combine(day, begin, VIETNAM).astimezone(UTC)
    return starts_at, starts_at + timedelta(minutes=minutes)


def moments_between(dice: Dice, first: datetime, last: datetime, number: int) -> list[datetime]:
    """So many moments in their order, whole seconds apart from the first."""
    length = max(1, int((last - first).total_seconds()))
    seconds = sorted(dice.between(0, length) for _ in repeat(None, number))
    return [first + timedelta(seconds=one) for one in seconds]


def _liveliness(day: date) -> float:
    if _NEW_YEAR[0] <= day <= _NEW_YEAR[1]:
        return 0.0
    return _LIVELY[day.month] * (_WEEKEND if day.weekday() > 4 else 1.0)
