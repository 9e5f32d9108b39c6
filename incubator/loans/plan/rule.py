"""A repayment plan: what will be due on each day of interest, if principal is paid as scheduled and rates stay."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from incubator.days import months_after
from incubator.loans.interest.rule import Movement, Rate, interest_of, segments
from incubator.money import PPM


class PlannedRow(msgspec.Struct, frozen=True):
    """A day on which interest is due, for `days` days, with the principal that falls due after the row before."""

    number: int
    due_on: date
    days: int
    interest_vnd: int
    principal_vnd: int
    balance_after_vnd: int


def plan_of(
    disbursed: Mapping[date, int], due_in_all: Mapping[date, int], interest_on: Iterable[date], rates: Sequence[Rate]
) -> list[PlannedRow]:
    """A row for each day of interest between the first disbursement and the last instalment, and one for that.

    `disbursed` is what was paid out on a day, `due_in_all` the principal due up to and with a day. Both come in the
    order of days, and so do the days of interest, which need no end. Without any row of both there is no plan.
    """
    if not disbursed or not due_in_all:
        return []
    start, last = min(disbursed), max(due_in_all)
    ahead = deque(sorted([*_paid_out(disbursed), *_paid_back(disbursed, due_in_all)], key=lambda moved: moved.on))
    opening = _taken(ahead, start)
    balance, paid = _sum(opening), _repaid(opening)
    rows: list[PlannedRow] = []
    for end in _between(interest_on, start, last):
        moved = _taken(ahead, end)
        days = segments([Movement(start, balance), *moved], rates, overdue_factor_ppm=PPM, start=start, end=end)
        balance, paid = balance + _sum(moved), paid + _repaid(moved)
        rows.append(PlannedRow(len(rows) + 1, end, (end - start).days, interest_of(days), paid, balance))
        start, paid = end, 0
    return rows


def interest_days(first_on: date, every_months: int) -> Iterator[date]:
    """From the first on, on the same day of the month or the last of a shorter one; without an end."""
    months = 0
    while True:
        yield months_after(first_on, months)
        months += every_months


def _paid_out(disbursed: Mapping[date, int]) -> Iterator[Movement]:
    return (Movement(on, vnd) for on, vnd in disbursed.items())


def _paid_back(disbursed: Mapping[date, int], due_in_all: Mapping[date, int]) -> Iterator[Movement]:
    """Nobody pays back what is not paid out yet; it is paid with a later instalment."""
    paid = 0
    for due_on, in_all in due_in_all.items():
        out = sum(vnd for on, vnd in disbursed.items() if on <= due_on)
        if (part := min(out, in_all) - paid) > 0:
            paid += part
            yield Movement(due_on, -part)


def _between(days: Iterable[date], start: date, last: date) -> Iterator[date]:
    """Those after `start` and before `last`, and `last` itself."""
    for day in days:
        if day >= last:
            break
        if day > start:
            yield day
    if start < last:
        yield last


def _taken(ahead: deque[Movement], day: date) -> list[Movement]:
    """Takes what moves up to and with the day."""
    found = []
    while ahead and ahead[0].on <= day:
        found.append(ahead.popleft())
    return found


def _sum(moved: Iterable[Movement]) -> int:
    return sum(movement.normal for movement in moved)


def _repaid(moved: Iterable[Movement]) -> int:
    return -sum(movement.normal for movement in moved if movement.normal < 0)
