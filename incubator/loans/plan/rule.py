"""A repayment plan: what was paid on a loan up to a day, and what will be due after it by its schedule.

Interest is due on the days of interest, principal on days of its own; where both fall together there is one row. What
is due ahead supposes that principal is paid as scheduled and that rates stay as they are known.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from incubator.days import months_after
from incubator.loans.interest.rule import Movement, Rate, Segment, interest_of, segments
from incubator.loans.models import Bucket


class LedgerDay(Movement, frozen=True):
    """How the principal changed on a day. Of that, `disbursed` was paid out and `repaid` paid back or written off."""

    disbursed: int = 0
    repaid: int = 0


class Terms(msgspec.Struct, frozen=True):
    """What interest is estimated by; rates come the earliest first."""

    rates: Sequence[Rate]
    overdue_factor_ppm: int


class Standing(msgspec.Struct, frozen=True):
    """Where a loan stands at the end of a day."""

    normal: int
    overdue: int
    frozen: int
    disbursed: int

    @property
    def payable(self) -> int:
        """What the plan asks for: frozen principal stays out of it until it is unfrozen."""
        return self.normal + self.overdue

    @property
    def paid(self) -> int:
        return self.disbursed - self.payable - self.frozen

    def asked_for(self, due_in_all: int) -> int:
        """What is still to be paid of the principal due up to a day. Nobody pays back what is not paid out yet."""
        return min(max(due_in_all - self.paid, 0), self.payable)


class PlannedRow(msgspec.Struct, frozen=True):
    """A day on which something was paid or is due. On a day of interest, that of the `days` days up to it; `days` is
    0 on one of principal only. `balance_after_vnd` is the whole principal, with what is frozen."""

    number: int
    due_on: date
    is_past: bool
    days: int
    interest_vnd: int
    principal_vnd: int
    balance_after_vnd: int


def plan_of(
    moved: Sequence[LedgerDay], due_in_all: Mapping[date, int], interest_on: Iterable[date], terms: Terms, as_of: date
) -> list[PlannedRow]:
    """The rows of the plan in the order of days; none without money paid out or without a schedule.

    `moved` is what happened up to and with `as_of`, `due_in_all` the principal due up to and with a day. Both have a
    day once, in order; the days of interest come in order too, without an end.

    Up to `as_of` rows say what was: principal on the day on which it was paid back or written off. After it principal
    is due by the schedule less what is paid, the parts that are past due with the first row.
    """
    if not moved or not due_in_all:
        return []
    last = max(due_in_all)
    interest_days = set(_interest_days_until(interest_on, last, as_of))
    first_ahead = min(day for day in {*interest_days, *due_in_all} if day > as_of)
    days = [*moved, *_payments_ahead(standing_of(moved), due_in_all, first_ahead, as_of)]
    return list(_rows(days, interest_days | set(_days_settled(days)), terms, as_of))


def standing_of(moved: Iterable[LedgerDay]) -> Standing:
    sums = [(day.normal, day.overdue, day.frozen, day.disbursed) for day in moved]
    return Standing(*(sum(amounts) for amounts in zip((0, 0, 0, 0), *sums, strict=True)))


def past_due(standing: Standing, due_in_all: Mapping[date, int], as_of: date) -> int:
    """The principal that was due up to and with the day and is not paid, without what is frozen."""
    return standing.asked_for(_due_by(due_in_all, as_of))


def interest_days(first_on: date, every_months: int) -> Iterator[date]:
    """From the first on, on the same day of the month or the last of a shorter one; without an end."""
    months = 0
    while True:
        yield months_after(first_on, months)
        months += every_months


def _interest_days_until(interest_on: Iterable[date], last: date, as_of: date) -> Iterator[date]:
    """Up to the day of the last instalment, with which the last interest is due. Where that is over, up to the first
    day of interest ahead, when what is still unpaid is due."""
    yield last
    for day in interest_on:
        if day > last > as_of:
            break
        yield day
        if day > as_of >= last:
            break


def _payments_ahead(
    standing: Standing, due_in_all: Mapping[date, int], first_ahead: date, as_of: date
) -> Iterator[LedgerDay]:
    """Principal by the day on which it is due after `as_of`, of the normal part first, then of the overdue one."""
    in_all, before = _due_by(due_in_all, as_of), 0
    for day in sorted({first_ahead, *(day for day in due_in_all if day > as_of)}):
        in_all = due_in_all.get(day, in_all)
        if (so_far := standing.asked_for(in_all)) > before:
            normal = min(so_far, standing.normal) - min(before, standing.normal)
            repaid = so_far - before
            yield LedgerDay(day, -normal, normal - repaid, repaid=repaid)
            before = so_far


def _due_by(due_in_all: Mapping[date, int], day: date) -> int:
    return max((in_all for due_on, in_all in due_in_all.items() if due_on <= day), default=0)


def _days_settled(days: Iterable[LedgerDay]) -> Iterator[date]:
    """Those at whose end nothing is left: with the last of the principal its interest is due."""
    balance = 0
    for day in days:
        balance += _principal(day)
        if not balance:
            yield day.on


def _rows(days: Sequence[LedgerDay], interest_on: set[date], terms: Terms, as_of: date) -> Iterator[PlannedRow]:
    """A row for each day of interest with a balance on one of its days, and for each on which principal is paid."""
    by_day = {day.on: day for day in days}
    start, number = days[0].on, 1
    since: list[Movement] = []
    for on in sorted({*(day for day in interest_on if day > start), *by_day}):
        today = by_day.get(on, LedgerDay(on))
        since.append(today)
        balance, explained, length = sum(map(_principal, since)), [], 0
        if on in interest_on:
            explained, length = _explained(since, terms, start, on, is_past=on <= as_of), (on - start).days
            since, start = [_added(since, on)], on
        if today.repaid or explained:
            yield PlannedRow(number, on, on <= as_of, length, interest_of(explained), today.repaid, balance)
            number += 1


def _explained(since: Sequence[Movement], terms: Terms, start: date, end: date, *, is_past: bool) -> list[Segment]:
    """The interest of the days after `start`. Days ahead on which all that is left is frozen are no part of the
    plan."""
    found = segments(since, terms.rates, overdue_factor_ppm=terms.overdue_factor_ppm, start=start, end=end)
    return [segment for segment in found if is_past or segment.bucket is not Bucket.frozen]


def _added(moved: Iterable[Movement], on: date) -> Movement:
    """Several movements as one of the day."""
    parts = [(each.normal, each.overdue, each.frozen) for each in moved]
    return Movement(on, *(sum(amounts) for amounts in zip(*parts, strict=True)))


def _principal(moved: Movement) -> int:
    return moved.normal + moved.overdue + moved.frozen
