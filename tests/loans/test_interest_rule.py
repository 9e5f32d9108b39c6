"""The rule of interest by itself: the worked example, single vectors, and two computations of another kind."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.days import months_after
from incubator.errors import DomainError
from incubator.loans.findings import RateSource
from incubator.loans.interest.rule import (
    Movement,
    Rate,
    Segment,
    interest_of,
    rates_in_force,
    rounded,
    segments,
)
from incubator.loans.models import Bucket

DAY = timedelta(1)
PAID_OUT = date(2025, 9, 15)
EXAMPLE = [Movement(PAID_OUT, 100_000_000), *(Movement(date(year, 9, 15), -20_000_000) for year in range(2026, 2031))]
LOWERED = [(date(2019, 1, 1), 66_000), (date(2025, 12, 1), 62_400)]
ROWS = {
    1: 542_466, 2: 560_548, 3: 527_671, 4: 529_973, 6: 478_685, 12: 529_973, 13: 410_301, 30: 297_468, 60: 105_995,
}  # fmt: skip


def explain(
    movements: Sequence[Movement], rates: Sequence[Rate], start: date, end: date, factor: int = 1_300_000
) -> list[Segment]:
    return segments(movements, rates, overdue_factor_ppm=factor, start=start, end=end)


def by_months(rates: Iterable[tuple[date, int]]) -> list[int]:
    """The interest of each month of the worked example."""
    days = [months_after(PAID_OUT, month) for month in range(61)]
    dated = rates_in_force([], rates)
    return [interest_of(explain(EXAMPLE, dated, *period)) for period in pairwise(days)]


def test_the_worked_example_row_by_row() -> None:
    interest = by_months(LOWERED)
    assert {number: interest[number - 1] for number in ROWS} == ROWS
    assert sum(interest) == 18_805_223
    assert len(interest) == 60


def test_the_worked_example_at_a_fixed_rate() -> None:
    assert sum(by_months([(date(2019, 1, 1), 66_000)])) == 19_810_849


def test_a_change_of_rate_is_explained_by_two_segments() -> None:
    found = explain(EXAMPLE, rates_in_force([], LOWERED), date(2025, 11, 15), date(2025, 12, 15))
    shown = [(s.from_on, s.to_on, s.days, s.rate_ppm, s.balance_vnd, s.interest_vnd) for s in found]
    assert shown == [
        (date(2025, 11, 16), date(2025, 11, 30), 15, 66_000, 100_000_000, 271_233),
        (date(2025, 12, 1), date(2025, 12, 15), 15, 62_400, 100_000_000, 256_438),
    ]
    assert sum(s.interest_vnd for s in found) == interest_of(found) == ROWS[3]


VECTORS: dict[str, tuple[Movement, int, tuple[date, date], int]] = {
    "overdue": (Movement(date(2025, 1, 1), overdue=20_000_000), 62_400, (date(2025, 1, 1), date(2025, 2, 17)), 208_912),
    "a tie": (Movement(date(2025, 1, 1), 35_001_000), 82_500, (date(2025, 1, 1), date(2025, 3, 15)), 577_517),
    "a leap year has 366 days of 365": (
        Movement(date(2024, 1, 1), 36_500_000), 100_000, (date(2023, 12, 31), date(2024, 12, 31)), 3_650_000,
    ),
    "29 February": (
        Movement(date(2027, 9, 15), 60_000_000), 62_400, (date(2028, 2, 15), date(2028, 3, 15)), 297_468,
    ),
    "frozen": (Movement(date(2025, 1, 1), frozen=20_000_000), 62_400, (date(2025, 1, 1), date(2025, 2, 17)), 0),
    "the most that a loan can be": (
        Movement(date(2015, 1, 1), 10_000_000_000_000), 1_000_000, (date(2015, 1, 1), date(2024, 12, 29)),
        100_000_000_000_000,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector(name: str) -> None:
    movement, ppm, (start, end), expected = VECTORS[name]
    assert interest_of(explain([movement], [Rate(date(2000, 1, 1), ppm, RateSource.programme)], start, end)) == expected


def test_the_first_day_is_dropped_and_the_last_one_counted() -> None:
    rates = [Rate(date(2000, 1, 1), 365_000, RateSource.loan)]
    moved = [Movement(date(2025, 1, 10), 1_000_000), Movement(date(2025, 1, 12), -1_000_000)]

    def days(start: int, end: int) -> int:
        return interest_of(explain(moved, rates, date(2025, 1, start), date(2025, 1, end))) // 1_000

    assert [days(9, 10), days(10, 11), days(11, 12), days(12, 13)] == [0, 1, 1, 0]
    assert (days(1, 31), days(10, 12), days(11, 31)) == (2, 2, 1)


def test_what_comes_and_goes_on_one_day_cuts_nothing() -> None:
    day = date(2025, 1, 10)
    moved = [Movement(date(2025, 1, 1), 5_000_000), Movement(day, -1_000_000), Movement(day, 1_000_000)]
    found = explain(moved, rates_in_force([], LOWERED), date(2025, 1, 1), date(2025, 1, 31))
    assert [(s.from_on, s.days) for s in found] == [(date(2025, 1, 2), 30)]


def test_a_period_without_a_balance_has_no_segments_and_needs_no_rate() -> None:
    assert explain([], [], PAID_OUT, PAID_OUT + DAY) == []
    assert explain(EXAMPLE, [], PAID_OUT - 9 * DAY, PAID_OUT) == []
    assert interest_of([]) == 0


def test_a_frozen_balance_needs_no_rate_and_an_overdue_one_does() -> None:
    [frozen] = explain([Movement(PAID_OUT, frozen=9)], [], PAID_OUT, PAID_OUT + 3 * DAY)
    assert (frozen.days, frozen.rate_ppm, frozen.rate_from, frozen.factor_ppm) == (3, None, None, 0)
    late = [Rate(PAID_OUT + 3 * DAY, 66_000, RateSource.programme)]
    moved = [Movement(PAID_OUT, frozen=9), Movement(PAID_OUT + DAY, overdue=9)]
    with pytest.raises(DomainError) as refused:
        explain(moved, late, PAID_OUT, PAID_OUT + 9 * DAY)
    assert refused.value.params == {"rule": "no_rate_on_day", "day": "2025-09-17"}


def test_all_parts_of_the_principal_are_rounded_together() -> None:
    """Each part has a third of a dong; together they are one."""
    rates = [Rate(date(2000, 1, 1), 1_000_000, RateSource.loan)]
    moved = [Movement(PAID_OUT, 122), Movement(PAID_OUT, overdue=61, frozen=7)]
    found = explain(moved, rates, PAID_OUT, PAID_OUT + DAY, factor=2_000_000)
    assert [s.bucket for s in found] == [Bucket.normal, Bucket.overdue, Bucket.frozen]
    assert [s.interest_vnd for s in found] == [0, 1, 0]
    assert interest_of(found) == 1


def test_an_own_rate_wins_until_a_null() -> None:
    def day(month: int) -> date:
        return date(2025, month, 1)

    programme = [(day(1), 66_000), (day(3), 62_400), (day(9), 60_000)]
    own: list[tuple[date, int | None]] = [(day(2), 50_000), (day(5), None), (day(7), None)]
    loan, theirs = RateSource.loan, RateSource.programme
    assert rates_in_force(own, programme) == [
        Rate(day(1), 66_000, theirs),
        Rate(day(2), 50_000, loan),
        Rate(day(5), 62_400, theirs),
        Rate(day(9), 60_000, theirs),
    ]
    assert rates_in_force([(day(2), 50_000), (day(5), None)], []) == [
        Rate(day(2), 50_000, loan),
        Rate(day(5), None, theirs),
    ]


DAYS = st.dates(date(2023, 11, 1), date(2025, 3, 1))
AMOUNTS = st.integers(0, 10**13)
MOVEMENTS = st.lists(st.builds(Movement, DAYS, AMOUNTS, AMOUNTS, AMOUNTS), max_size=8)
DATED = st.dictionaries(DAYS, st.integers(0, 10**6), max_size=6).map(
    lambda later: [(date(2019, 1, 1), 66_000), *sorted(later.items())]
)
OWN = st.dictionaries(DAYS, st.none() | st.integers(0, 10**6), max_size=4).map(lambda rows: sorted(rows.items()))
FACTORS = st.integers(1_000_000, 3_000_000)


def day_by_day(
    movements: list[Movement], own: Any, programme: Any, factor: int, start: date, end: date
) -> tuple[Fraction, int]:
    """The same with fractions, a day at a time, and each day's facts looked up anew: exact, and rounded half up."""
    exact, day = Fraction(), start + DAY
    while day <= end:
        before = [movement for movement in movements if movement.on < day]
        bearing = sum(m.normal for m in before) + Fraction(factor, 10**6) * sum(m.overdue for m in before)
        theirs = [ppm for on, ppm in programme if on <= day][-1]
        mine = ([ppm for on, ppm in own if on <= day] or [None])[-1]
        exact += bearing * Fraction(theirs if mine is None else mine, 10**6) / 365
        day += DAY
    return exact, int(exact + Fraction(1, 2))


@settings(max_examples=150, deadline=None)
@given(MOVEMENTS, OWN, DATED, FACTORS, st.lists(DAYS, min_size=2, max_size=2, unique=True))
def test_it_is_what_fractions_say(movements: Any, own: Any, programme: Any, factor: int, days: list[date]) -> None:
    start, end = sorted(days)
    found = explain(movements, rates_in_force(own, programme), start, end, factor)
    _, vnd = day_by_day(movements, own, programme, factor, start, end)
    assert interest_of(found) == vnd == sum(segment.interest_vnd for segment in found)
    for bucket in Bucket:
        spans = [(s.from_on, s.to_on) for s in found if s.bucket is bucket]
        assert all(start < first <= last <= end for first, last in spans)
        assert all(last < first for (_, last), (first, _) in pairwise(spans))


@settings(max_examples=150, deadline=None)
@given(MOVEMENTS, DATED, FACTORS, st.lists(DAYS, min_size=3, max_size=3, unique=True))
def test_periods_side_by_side_add_up_exactly(movements: Any, programme: Any, factor: int, days: list[date]) -> None:
    """The exact sums do; each is rounded by itself."""
    first, middle, last = sorted(days)
    rates = rates_in_force([], programme)

    def exact(start: date, end: date) -> int:
        return sum(segment.numerator for segment in explain(movements, rates, start, end, factor))

    assert exact(first, middle) + exact(middle, last) == exact(first, last)
    assert abs(rounded(exact(first, middle)) + rounded(exact(middle, last)) - rounded(exact(first, last))) <= 1


@given(st.integers(0, 10**40))
def test_rounding_is_half_up(numerator: int) -> None:
    whole = 365 * 10**12
    assert rounded(numerator) == int(Fraction(numerator, whole) + Fraction(1, 2))


BY_THE_DATABASE = text(
    """
    WITH day AS (SELECT CAST(on_day AS date) AS on_day
      FROM generate_series(CAST(:start AS date) + 1, CAST(:end AS date), interval '1 day') AS on_day),
    moved AS (SELECT * FROM unnest(CAST(:days AS date[]), CAST(:normal AS bigint[]), CAST(:overdue AS bigint[]))
      AS m (on_day, normal, overdue)),
    rate AS (SELECT * FROM unnest(CAST(:rate_days AS date[]), CAST(:ppm AS bigint[])) AS r (on_day, ppm))
    SELECT coalesce(round(sum(
      (SELECT coalesce(sum(m.normal + m.overdue * CAST(:factor AS numeric) / 1000000), 0)
        FROM moved m WHERE m.on_day < day.on_day)
      * (SELECT r.ppm FROM rate r WHERE r.on_day <= day.on_day ORDER BY r.on_day DESC LIMIT 1)
    ) / 365000000), 0)::bigint FROM day
    """
)


async def by_the_database(
    session: AsyncSession, movements: Sequence[Movement], rates: Sequence[tuple[date, int]], start: date, end: date
) -> int:
    """Day by day in PostgreSQL, with numeric."""
    values = {
        "start": start, "end": end, "factor": 1_300_000,
        "days": [m.on for m in movements], "normal": [m.normal for m in movements],
        "overdue": [m.overdue for m in movements],
        "rate_days": [day for day, _ in rates], "ppm": [ppm for _, ppm in rates],
    }  # fmt: skip
    return int(await session.scalar(BY_THE_DATABASE, values) or 0)


LIFE = [
    *EXAMPLE,
    Movement(date(2026, 3, 31), -7_000_001, 7_000_001),
    Movement(date(2026, 8, 1), 0, -3_000_000),
    Movement(date(2028, 2, 28), 4_000_001, -4_000_001),
    Movement(date(2028, 2, 29), -1_234_567, 1_234_567),
]
"""The worked example with a time of being overdue."""


@pytest.mark.parametrize("movements", [EXAMPLE, LIFE], ids=["the worked example", "with overdue debt"])
async def test_it_is_what_the_database_says(session: AsyncSession, movements: list[Movement]) -> None:
    rates = rates_in_force([], LOWERED)
    for month in range(0, 60, 7):
        for months in (1, 11):
            period = months_after(PAID_OUT, month), months_after(PAID_OUT, month + months)
            told = await by_the_database(session, movements, LOWERED, *period)
            assert interest_of(explain(movements, rates, *period)) == told, period
