"""The instalments of a schedule, worked out from what was agreed."""

from datetime import date
from itertools import accumulate

import msgspec

from incubator.days import months_after


class Due(msgspec.Struct, frozen=True):
    """Principal due on a day; `in_all_vnd` is the sum up to and with it."""

    on: date
    vnd: int
    in_all_vnd: int


def equal_days(first_on: date, every_months: int, n: int) -> list[date]:
    """From the first day on in even steps. A month that is too short takes its last day, and later ones the day of
    the first again: 31 January, 28 February, 31 March."""
    return [months_after(first_on, place * every_months) for place in range(n)]


def equal_parts(vnd: int, n: int) -> list[int]:
    """The same whole amount each time; what the division leaves comes with the last."""
    part = vnd // n
    return [part] * (n - 1) + [vnd - part * (n - 1)]


def in_order(parts: dict[date, int]) -> list[Due]:
    """Day by day, with the sums."""
    days = sorted(parts)
    sums = accumulate(parts[day] for day in days)
    return [Due(day, parts[day], in_all) for day, in_all in zip(days, sums, strict=True)]
