"""The values of a breakdown with their numbers, as they are gathered from the rows of a figure's statement."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from incubator.stats.funnel.schemas import GroupRef

Numbers = dict[str, int]


class Group(msgspec.Struct):
    """The numbers of one value of the breakdown; `place` orders the values that are ids."""

    code: str
    ref: GroupRef | None
    numbers: Numbers
    place: str = ""


def group_of(key: str, value: Any, code: str | None, name: str | None, numbers: Numbers) -> Group:
    """A value that is an id has a name, and often a code of its own."""
    return Group(key, GroupRef(value, name) if name is not None else None, numbers, code or name or "")


def keys_by_name(found: Mapping[str, Group], rest: str | None) -> list[str]:
    """The values that are ids in the order of their codes or names, without what has no value."""
    return sorted(found.keys() - {rest}, key=lambda key: (found[key].place, key))


def months_between(months: list[date]) -> list[date]:
    """Every month from the first to the last, so that a quiet one is a zero and not a gap."""
    if not months:
        return []
    first, last = min(months), max(months)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def month_code(month: date) -> str:
    return month.isoformat()[:7]
