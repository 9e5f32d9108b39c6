"""Estimated interest of a loan: the sum of balance × days × yearly rate, divided by 365.

Circular 14/2017/TT-NHNN of the State Bank of Viet Nam, article 5: a year has 365 days, the first day of a period is
dropped and its last one counted. The balance of a day is that at its start, so what moves on a day counts from the
next one on; the rate is the one in force on the day. Frozen debts bear no interest (Decision 50/2010/QĐ-TTg).

Amounts are whole VND; rates (a year) and factors are parts per million. Everything is an integer: sums are exact over
`WHOLE` and rounded once for a period.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from heapq import merge

import msgspec

from incubator.errors import broken_rule, rule_text
from incubator.loans.findings import RateSource
from incubator.loans.models import Bucket
from incubator.money import PPM

NO_RATE_ON_DAY = rule_text(
    "no_rate_on_day",
    "No interest rate is known on {day}, when there was a balance. Record the rate of the loan's programme from that "
    "day on, or one of the loan's own.",
    "Chưa có lãi suất cho ngày {day}, là ngày còn dư nợ. Hãy nhập lãi suất của chương trình cho vay từ ngày đó, hoặc "
    "lãi suất riêng của khoản vay.",
)

YEAR_DAYS = 365
WHOLE = YEAR_DAYS * PPM * PPM
"""One đồng, in the unit of balance × days × rate × factor."""

DAY = timedelta(1)
ORDER = {bucket: place for place, bucket in enumerate(Bucket)}


class Movement(msgspec.Struct, frozen=True, array_like=True):
    """How the three parts of a principal changed on a day."""

    on: date
    normal: int = 0
    overdue: int = 0
    frozen: int = 0


class Rate(msgspec.Struct, frozen=True):
    """What is in force from a day on, until the next one; `ppm` is None where no rate is known."""

    from_on: date
    ppm: int | None
    source: RateSource


class Segment(msgspec.Struct, frozen=True):
    """Days, both ends counted, on which one part of the principal had one balance and one rate.

    `interest_vnd` is the rounded sum up to the segment's end less the rounded sum up to its start, so that the
    segments of a period add up to its interest. A frozen balance has no rate.
    """

    bucket: Bucket
    from_on: date
    to_on: date
    balance_vnd: int
    rate_ppm: int | None
    rate_from: RateSource | None
    factor_ppm: int
    interest_vnd: int = 0

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1

    @property
    def numerator(self) -> int:
        """The exact interest, over `WHOLE`."""
        return self.balance_vnd * self.days * (self.rate_ppm or 0) * self.factor_ppm


def rates_in_force(own: Iterable[tuple[date, int | None]], programme: Iterable[tuple[date, int]]) -> list[Rate]:
    """The rates of a loan, the earliest first: its own where it has one, else those of its programme. An own rate of
    None gives the programme's back from that day on."""
    own_from, programme_from = dict(own), dict(programme)
    mine: int | None = None
    theirs: int | None = None
    found: list[Rate] = []
    for day in sorted({*own_from, *programme_from}):
        mine, theirs = own_from.get(day, mine), programme_from.get(day, theirs)
        ppm, source = (theirs, RateSource.programme) if mine is None else (mine, RateSource.loan)
        if not found or (found[-1].ppm, found[-1].source) != (ppm, source):
            found.append(Rate(day, ppm, source))
    return found


def segments(
    movements: Sequence[Movement], rates: Sequence[Rate], *, overdue_factor_ppm: int, start: date, end: date
) -> list[Segment]:
    """What explains the interest of the days after `start`, up to and with `end`, in the order of days. Rates come
    the earliest first, movements in any order. A day with a balance that bears interest must have a rate."""
    factors = {Bucket.normal: PPM, Bucket.overdue: overdue_factor_ppm, Bucket.frozen: 0}
    exact = [
        segment
        for bucket, factor in factors.items()
        for segment in _of_bucket(bucket, factor, movements, rates, start + DAY, end)
    ]
    exact.sort(key=lambda segment: (segment.from_on, ORDER[segment.bucket]))
    return list(_shared_out(exact))


def interest_of(explained: Iterable[Segment]) -> int:
    """The interest of a period in VND, rounded half up."""
    return rounded(sum(segment.numerator for segment in explained))


def rounded(numerator: int) -> int:
    """From the exact sum over `WHOLE` to VND, half up."""
    return (2 * numerator + WHOLE) // (2 * WHOLE)


def _of_bucket(
    bucket: Bucket, factor: int, movements: Sequence[Movement], rates: Sequence[Rate], first: date, last: date
) -> Iterator[Segment]:
    moved = _moved_by_day(movements, bucket)
    for from_on, to_on, balance, rate in _stretches(moved, rates if factor else (), first, last):
        if balance:
            ppm, source = (rate.ppm, rate.source) if rate else (None, None)
            yield Segment(bucket, from_on, to_on, balance, ppm, source, factor)


def _moved_by_day(movements: Sequence[Movement], bucket: Bucket) -> Mapping[date, int]:
    sums: dict[date, int] = defaultdict(int)
    for movement in movements:
        sums[movement.on] += getattr(movement, bucket)
    return {day: vnd for day, vnd in sorted(sums.items()) if vnd}


def _stretches(
    moved: Mapping[date, int], rates: Sequence[Rate], first: date, last: date
) -> Iterator[tuple[date, date, int, Rate | None]]:
    """From day to day, with what holds there: the days are cut where the balance or the rate changes."""
    balance, rate, since = 0, None, first
    changes: Iterator[tuple[date, int, Rate | None]] = merge(
        ((day + DAY, vnd, None) for day, vnd in moved.items()),
        ((rate.from_on, 0, rate) for rate in rates),
        key=lambda change: change[0],
    )
    for day, vnd, new_rate in changes:
        if day > last:
            break
        if day > since:
            yield since, day - DAY, balance, rate
            since = day
        balance, rate = balance + vnd, new_rate or rate
    if since <= last:
        yield since, last, balance, rate


def _shared_out(exact: Iterable[Segment]) -> Iterator[Segment]:
    """Each segment with its part of the rounded sum."""
    so_far = 0
    for segment in exact:
        if segment.factor_ppm and segment.rate_ppm is None:
            raise broken_rule(NO_RATE_ON_DAY, day=segment.from_on.isoformat())
        before, so_far = rounded(so_far), so_far + segment.numerator
        yield msgspec.structs.replace(segment, interest_vnd=rounded(so_far) - before)
