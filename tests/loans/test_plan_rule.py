"""The rule of the repayment plan by itself: the worked example, what was and what is ahead, and what always holds."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import accumulate, islice
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from incubator.loans.findings import RateSource
from incubator.loans.interest.rule import Rate, interest_of, segments
from incubator.loans.plan.rule import (
    LedgerDay,
    PlannedRow,
    Terms,
    interest_days,
    past_due,
    plan_of,
    standing_of,
)

MILLION = 1_000_000
PAID_OUT = date(2025, 9, 15)
EXAMPLE = {
    1: ("2025-10-15", 30, 542_466, 0, 100_000_000),
    2: ("2025-11-15", 31, 560_548, 0, 100_000_000),
    3: ("2025-12-15", 30, 527_671, 0, 100_000_000),
    4: ("2026-01-15", 31, 529_973, 0, 100_000_000),
    6: ("2026-03-15", 28, 478_685, 0, 100_000_000),
    12: ("2026-09-15", 31, 529_973, 20_000_000, 80_000_000),
    13: ("2026-10-15", 30, 410_301, 0, 80_000_000),
    30: ("2028-03-15", 29, 297_468, 0, 60_000_000),
    60: ("2030-09-15", 31, 105_995, 20_000_000, 0),
}
FIXED = [Rate(date(2019, 1, 1), 66_000, RateSource.programme)]
LOWERED = [*FIXED, Rate(date(2025, 12, 1), 62_400, RateSource.programme)]
DAILY = [Rate(date(2019, 1, 1), 36_500, RateSource.loan)]
"""100 VND a day on a million."""
FACTOR = 1_300_000
DUES = {date(year, 9, 15): (year - 2025) * 20 * MILLION for year in range(2026, 2031)}


def paid_out(on: date, vnd: int) -> LedgerDay:
    return LedgerDay(on, vnd, disbursed=vnd)


def repaid(on: date, vnd: int) -> LedgerDay:
    return LedgerDay(on, -vnd, repaid=vnd)


def shown(row: PlannedRow) -> tuple[Any, ...]:
    return row.due_on.isoformat(), row.days, row.interest_vnd, row.principal_vnd, row.balance_after_vnd


def example(rates: list[Rate], as_of: date) -> list[PlannedRow]:
    moved = [paid_out(PAID_OUT, 100 * MILLION)]
    return plan_of(moved, DUES, interest_days(date(2025, 10, 15), 1), Terms(rates, FACTOR), as_of)


def planned(
    moved: list[LedgerDay], due_in_all: dict[date, int], first_interest_on: date, as_of: date | None = None
) -> list[tuple[Any, ...]]:
    """At 100 VND a day on a million, as of the day of the last movement where none is named."""
    days = interest_days(first_interest_on, 1)
    rows = plan_of(moved, due_in_all, days, Terms(DAILY, FACTOR), as_of or moved[-1].on)
    return [shown(row) for row in rows]


def test_the_worked_example() -> None:
    for as_of in (PAID_OUT, date(2025, 11, 15), date(2025, 11, 30)):
        rows = example(LOWERED, as_of)
        assert {row.number: shown(row) for row in rows if row.number in EXAMPLE} == EXAMPLE
        assert (len(rows), sum(row.interest_vnd for row in rows)) == (60, 18_805_223)
        assert [row.is_past for row in rows] == [row.due_on <= as_of for row in rows]
        assert sum(row.interest_vnd for row in example(FIXED, as_of)) == 19_810_849


def test_days_of_interest_return_to_the_day_of_the_first() -> None:
    days = list(islice(interest_days(date(2027, 12, 31), 1), 4))
    assert days == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31)]
    assert list(islice(interest_days(date(2027, 12, 31), 3), 3))[1:] == [date(2028, 3, 31), date(2028, 6, 30)]


def test_an_instalment_between_two_days_of_interest_has_a_row_of_its_own() -> None:
    """Interest of the 15 days is ten on a hundred million, and the rest on sixty."""
    dues = {date(2025, 9, 25): 40 * MILLION, date(2025, 10, 20): 100 * MILLION}
    assert planned([paid_out(PAID_OUT, 100 * MILLION)], dues, date(2025, 10, 5)) == [
        ("2025-09-25", 0, 0, 40_000_000, 60_000_000),
        ("2025-10-05", 20, 160_000, 0, 60_000_000),
        ("2025-10-20", 15, 90_000, 60_000_000, 0),
    ]


def test_each_instalment_of_the_last_day_of_a_month_is_on_it() -> None:
    dues = {date(2026, 12, 31): 5 * MILLION, date(2027, 12, 31): 10 * MILLION}
    rows = planned([paid_out(date(2026, 11, 29), 10 * MILLION)], dues, date(2026, 12, 29))
    principal = {on: vnd for on, _, _, vnd, _ in rows if vnd}
    assert principal == {"2026-12-31": 5_000_000, "2027-12-31": 5_000_000}
    assert rows[-2:] == [("2027-12-29", 30, 15_000, 0, 5_000_000), ("2027-12-31", 2, 1_000, 5_000_000, 0)]


def test_a_second_tranche_bears_interest_from_its_day_on_and_what_it_owes_is_due_at_once() -> None:
    dues = {date(2025, 9, 25): 50 * MILLION, date(2025, 10, 15): 100 * MILLION}
    first, second = paid_out(PAID_OUT, 30 * MILLION), paid_out(date(2025, 10, 5), 70 * MILLION)
    assert planned([first], dues, date(2025, 10, 15)) == [("2025-09-25", 10, 30_000, 30_000_000, 0)]
    assert planned([first, second], dues, date(2025, 10, 15)) == [("2025-10-15", 30, 160_000, 100_000_000, 0)]


def test_what_is_not_scheduled_stays() -> None:
    rows = planned([paid_out(PAID_OUT, 100 * MILLION)], {date(2025, 9, 25): 1}, date(2025, 9, 20))
    assert rows == [("2025-09-20", 5, 50_000, 0, 100 * MILLION), ("2025-09-25", 5, 50_000, 1, 100 * MILLION - 1)]


def test_what_was_repaid_is_on_its_day_and_less_is_due_ahead() -> None:
    """Of the 40 million of November 30 are paid before; interest of the broken month is on what was."""
    dues = {date(2025, 11, 15): 40 * MILLION, date(2025, 12, 15): 100 * MILLION}
    moved = [paid_out(PAID_OUT, 100 * MILLION), repaid(date(2025, 10, 5), 10 * MILLION)]
    assert planned([*moved, repaid(date(2025, 10, 25), 20 * MILLION)], dues, date(2025, 10, 15)) == [
        ("2025-10-05", 0, 0, 10_000_000, 90_000_000),
        ("2025-10-15", 30, 290_000, 0, 90_000_000),
        ("2025-10-25", 0, 0, 20_000_000, 70_000_000),
        ("2025-11-15", 31, 237_000, 10_000_000, 60_000_000),
        ("2025-12-15", 30, 180_000, 60_000_000, 0),
    ]


def test_what_is_past_due_is_in_the_first_row_ahead() -> None:
    dues = {date(2025, 10, 15): 40 * MILLION, date(2025, 12, 15): 100 * MILLION}
    moved = [paid_out(PAID_OUT, 100 * MILLION), repaid(date(2025, 10, 15), 10 * MILLION)]
    assert planned(moved, dues, date(2025, 10, 15), date(2025, 11, 14))[1:] == [
        ("2025-11-15", 31, 279_000, 30_000_000, 60_000_000),
        ("2025-12-15", 30, 180_000, 60_000_000, 0),
    ]
    assert past_due(standing_of(moved), dues, date(2025, 10, 14)) == 0
    assert past_due(standing_of(moved), dues, date(2025, 10, 15)) == 30 * MILLION
    first_is_principal = {**dues, date(2025, 11, 20): 50 * MILLION}
    rows = planned(moved, dict(sorted(first_is_principal.items())), date(2025, 10, 15), date(2025, 11, 16))
    assert rows[2] == ("2025-11-20", 0, 0, 40_000_000, 50_000_000)


def test_after_the_last_instalment_all_is_due_on_the_next_day_of_interest() -> None:
    dues = {date(2025, 10, 20): 10 * MILLION}
    assert planned([paid_out(PAID_OUT, 10 * MILLION)], dues, date(2025, 10, 15), date(2025, 10, 31)) == [
        ("2025-10-15", 30, 30_000, 0, 10_000_000),
        ("2025-10-20", 5, 5_000, 0, 10_000_000),
        ("2025-11-15", 26, 26_000, 10_000_000, 0),
    ]


def test_each_part_bears_interest_as_it_is_and_the_overdue_one_is_paid_last() -> None:
    """On 6 million and on 4 overdue at 130 %; then on 2 and 4, on 1 and 4, and on 3 overdue."""
    dues = {
        date(2025, 10, 20): 4 * MILLION, date(2025, 12, 15): 5 * MILLION, date(2025, 12, 21): 7 * MILLION,
        date(2026, 1, 15): 10 * MILLION,
    }  # fmt: skip
    moved = [paid_out(PAID_OUT, 10 * MILLION), LedgerDay(date(2025, 10, 21), -4 * MILLION, 4 * MILLION)]
    assert planned(moved, dues, date(2025, 10, 21)) == [
        ("2025-10-21", 36, 36_000, 0, 10_000_000),
        ("2025-11-21", 31, 31 * (600 + 520), 4_000_000, 6_000_000),
        ("2025-12-15", 0, 0, 1_000_000, 5_000_000),
        ("2025-12-21", 30, 24 * (200 + 520) + 6 * (100 + 520), 2_000_000, 3_000_000),
        ("2026-01-15", 25, 25 * 390, 3_000_000, 0),
    ]


def test_what_is_frozen_bears_nothing_and_is_not_asked_for() -> None:
    dues = {date(2025, 12, 15): 10 * MILLION}
    freeze = LedgerDay(date(2025, 10, 20), -4 * MILLION, 0, 4 * MILLION)
    rows = planned([paid_out(PAID_OUT, 10 * MILLION), freeze], dues, date(2025, 10, 15))
    assert rows[1:] == [
        ("2025-11-15", 31, 5 * 1_000 + 26 * 600, 0, 10_000_000),
        ("2025-12-15", 30, 30 * 600, 6_000_000, 4_000_000),
    ]
    the_rest = LedgerDay(date(2025, 10, 25), -6 * MILLION, 0, 6 * MILLION)
    rows = planned([paid_out(PAID_OUT, 10 * MILLION), freeze, the_rest], dues, date(2025, 10, 15))
    assert rows[1:] == [("2025-11-15", 31, 5 * 1_000 + 5 * 600, 0, 10_000_000)]
    rows = planned([paid_out(PAID_OUT, 10 * MILLION), freeze, the_rest], dues, date(2025, 10, 15), date(2025, 12, 1))
    assert rows[1:] == [("2025-11-15", 31, 5 * 1_000 + 5 * 600, 0, 10_000_000)]


def test_a_settled_loan_has_its_last_interest_with_its_last_principal() -> None:
    moved = [paid_out(PAID_OUT, 10 * MILLION), repaid(date(2025, 10, 25), 10 * MILLION)]
    rows = [("2025-10-15", 30, 30_000, 0, 10_000_000), ("2025-10-25", 10, 10_000, 10_000_000, 0)]
    for as_of in (date(2025, 10, 25), date(2026, 3, 1)):
        assert planned(moved, {date(2025, 12, 15): 10 * MILLION}, date(2025, 10, 15), as_of) == rows
    again = [*moved, paid_out(date(2025, 12, 5), 5 * MILLION)]
    rows.append(("2025-12-15", 30, 5_000, 5_000_000, 0))
    assert planned(again, {date(2025, 12, 15): 15 * MILLION}, date(2025, 10, 15)) == rows


def test_there_is_no_plan_without_both() -> None:
    terms = Terms(FIXED, FACTOR)
    days = interest_days(date(2025, 10, 15), 1)
    assert plan_of([], DUES, days, terms, PAID_OUT) == []
    assert plan_of([paid_out(PAID_OUT, 1)], {}, days, terms, PAID_OUT) == []


def ledger_of(start: date, steps: Iterable[tuple[int, str, int]]) -> list[LedgerDay]:
    """A hundred million, and then what a bank might record; no part ever falls below zero."""
    moved = [paid_out(start, 100 * MILLION)]
    for gap, kind, percent in steps:
        on, now = moved[-1].on + timedelta(gap), standing_of(moved)
        normal, overdue, frozen = (part * percent // 100 for part in (now.normal, now.overdue, now.frozen))
        moved.append(
            {
                "repay": LedgerDay(on, -normal, -overdue, 0, repaid=normal + overdue),
                "write_off": LedgerDay(on, 0, -overdue, -frozen, repaid=overdue + frozen),
                "transfer": LedgerDay(on, -normal, normal),
                "freeze": LedgerDay(on, -normal, -overdue, normal + overdue),
                "unfreeze": LedgerDay(on, frozen, 0, -frozen),
                "pay_out": LedgerDay(on, percent * MILLION, disbursed=percent * MILLION),
                "adjust": LedgerDay(on, percent - normal),
            }[kind]
        )
    return moved


KINDS = ["repay", "write_off", "transfer", "freeze", "unfreeze", "pay_out", "adjust"]
STEPS = st.lists(
    st.tuples(st.integers(1, 90), st.sampled_from(KINDS), st.sampled_from([1, 10, 33, 50, 100])), max_size=10
)
INSTALMENTS = st.lists(st.tuples(st.integers(1, 90), st.integers(1, 60 * MILLION)), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(steps=STEPS, instalments=INSTALMENTS, waited=st.integers(0, 200), first=st.integers(1, 60))
def test_what_always_holds(
    steps: list[tuple[int, str, int]], instalments: list[tuple[int, int]], waited: int, first: int
) -> None:
    """Rows ahead ask for all that is not frozen and scheduled; those of the past say all that was paid back; balances
    follow; no day of interest counts twice, and none is left out while something bears interest."""
    moved = ledger_of(PAID_OUT, steps)
    as_of, standing = moved[-1].on + timedelta(waited), standing_of(moved)
    days = accumulate((gap for gap, _ in instalments), lambda day, gap: day + timedelta(gap), initial=PAID_OUT)
    dues = dict(zip(islice(days, 1, None), accumulate(vnd for _, vnd in instalments), strict=True))
    dues[max(dues)] = max(*dues.values(), standing.disbursed)
    rows = plan_of(moved, dues, interest_days(PAID_OUT + timedelta(first), 1), Terms(DAILY, FACTOR), as_of)
    past, ahead = [row for row in rows if row.due_on <= as_of], [row for row in rows if row.due_on > as_of]
    assert sum(row.principal_vnd for row in ahead) == standing.payable
    assert sum(row.principal_vnd for row in past) == sum(day.repaid for day in moved)
    left = standing.payable + standing.frozen
    for row in ahead:
        left -= row.principal_vnd
        assert row.balance_after_vnd == left >= standing.frozen
    assert all(row.days or not row.interest_vnd for row in rows)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert [row.due_on for row in rows] == sorted({row.due_on for row in rows})
    interest = sum(row.interest_vnd for row in past)
    whole = segments(moved, DAILY, overdue_factor_ppm=FACTOR, start=PAID_OUT, end=last_interest_day(past))
    assert abs(interest - interest_of(whole)) <= len(past)


def last_interest_day(rows: list[PlannedRow]) -> date:
    return max((row.due_on for row in rows if row.days), default=PAID_OUT)
