"""The repayment plan: the worked example row by row, by the rule and over HTTP."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.audit import AuditEntry
from incubator.loans.findings import RateSource
from incubator.loans.interest.rule import Rate
from incubator.loans.plan.rule import PlannedRow, interest_days, plan_of
from tests.factories import Caller, World
from tests.loans.stage import LoanStage

PAID_OUT = date(2025, 9, 15)
HUNDRED_MILLION = 100_000_000
YEARLY = {
    "method": "equal_principal", "reason": "original", "first_due_on": "2026-09-15", "every_months": 12,
    "instalments_n": 5,
}  # fmt: skip
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
DUES = {date(year, 9, 15): (year - 2025) * 20_000_000 for year in range(2026, 2031)}


def example(rates: list[Rate]) -> list[PlannedRow]:
    return plan_of({PAID_OUT: HUNDRED_MILLION}, DUES, interest_days(date(2025, 10, 15), 1), rates)


def shown(row: PlannedRow) -> tuple[Any, ...]:
    return row.due_on.isoformat(), row.days, row.interest_vnd, row.principal_vnd, row.balance_after_vnd


def test_the_worked_example_by_the_rule() -> None:
    rows = example(LOWERED)
    assert {row.number: shown(row) for row in rows if row.number in EXAMPLE} == EXAMPLE
    assert (len(rows), sum(row.interest_vnd for row in rows)) == (60, 18_805_223)
    assert sum(row.interest_vnd for row in example(FIXED)) == 19_810_849


def test_days_of_interest_return_to_the_day_of_the_first() -> None:
    days = list(islice(interest_days(date(2027, 12, 31), 1), 4))
    assert days == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31)]
    assert list(islice(interest_days(date(2027, 12, 31), 3), 3))[1:] == [date(2028, 3, 31), date(2028, 6, 30)]


def test_principal_between_two_days_of_interest_is_in_the_later_row() -> None:
    """Ten days on a hundred million, and ten on sixty."""
    dues = {date(2025, 9, 25): 40_000_000, date(2025, 10, 20): 100_000_000}
    rate = [Rate(date(2019, 1, 1), 36_500, RateSource.loan)]
    rows = plan_of({PAID_OUT: HUNDRED_MILLION}, dues, interest_days(date(2025, 10, 5), 1), rate)
    assert [shown(row) for row in rows] == [
        ("2025-10-05", 20, 160_000, 40_000_000, 60_000_000),
        ("2025-10-20", 15, 90_000, 60_000_000, 0),
    ]


def test_a_second_tranche_bears_interest_from_its_day_on_and_is_paid_with_what_is_due() -> None:
    rate = [Rate(date(2019, 1, 1), 36_500, RateSource.loan)]
    out = {PAID_OUT: 30_000_000, date(2025, 10, 5): 70_000_000}
    dues = {date(2025, 9, 25): 50_000_000, date(2025, 10, 15): 100_000_000}
    rows = plan_of(out, dues, interest_days(date(2025, 10, 15), 1), rate)
    assert [shown(row) for row in rows] == [("2025-10-15", 30, 100_000, 100_000_000, 0)]


def test_what_is_not_scheduled_stays() -> None:
    rate = [Rate(date(2019, 1, 1), 36_500, RateSource.loan)]
    rows = plan_of({PAID_OUT: HUNDRED_MILLION}, {date(2025, 9, 25): 1}, interest_days(date(2025, 9, 20), 1), rate)
    assert [shown(row) for row in rows] == [
        ("2025-09-20", 5, 50_000, 0, HUNDRED_MILLION),
        ("2025-09-25", 5, 50_000, 1, HUNDRED_MILLION - 1),
    ]


def test_there_is_no_plan_without_both() -> None:
    days = interest_days(date(2025, 10, 15), 1)
    assert plan_of({}, DUES, days, FIXED) == []
    assert plan_of({PAID_OUT: 1}, {}, days, FIXED) == []
    assert plan_of({date(2031, 1, 1): 1}, DUES, days, FIXED) == []


@pytest.fixture
async def loan(loans: LoanStage) -> UUID:
    """That of the worked example, in a programme with its rates."""
    loan_id = await loans.granted(HUNDRED_MILLION, PAID_OUT)
    await loans.entry(loan_id, "disbursement", PAID_OUT, HUNDRED_MILLION)
    return loan_id


async def planned(caller: Caller, loan_id: UUID, query: str = "") -> dict[str, Any]:
    answer = await caller.get(f"/v1/loans/{loan_id}/plan?{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def scheduled(caller: Caller, loan_id: UUID, **body: Any) -> dict[str, Any]:
    answer = await caller.post(f"/v1/loans/{loan_id}/schedules", {**YEARLY, **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_the_worked_example_over_http(loans: LoanStage, loan: UUID) -> None:
    schedule = await scheduled(loans.staff, loan)
    assert schedule["first_interest_on"] == "2025-10-15"
    plan = await planned(loans.staff, loan)
    rows = {row["number"]: tuple(row.values())[1:] for row in plan["rows"]}
    assert {number: rows[number] for number in EXAMPLE} == EXAMPLE
    assert plan["totals"] == {"interest_vnd": 18_805_223, "principal_vnd": HUNDRED_MILLION}
    assert (plan["is_estimate"], plan["is_disbursed"], plan["amounts_hidden"]) == (True, True, False)
    assert (plan["schedule_id"], plan["schedule_number"], len(plan["rows"])) == (schedule["id"], 1, 60)
    assert (plan["as_of"], plan["known_at"]) == ("2025-11-30", None)


async def test_the_worked_example_at_a_rate_of_its_own(loans: LoanStage) -> None:
    loan = await loans.granted(HUNDRED_MILLION, PAID_OUT, rate_ppm=66_000)
    await scheduled(loans.staff, loan)
    plan = await planned(loans.staff, loan)
    assert plan["is_disbursed"] is False
    assert plan["totals"]["interest_vnd"] == 19_810_849


async def test_without_a_schedule_in_force_there_are_no_rows(loans: LoanStage, loan: UUID) -> None:
    plan = await planned(loans.staff, loan)
    assert (plan["schedule_id"], plan["schedule_number"], plan["rows"]) == (None, None, [])
    assert plan["totals"] == {"interest_vnd": 0, "principal_vnd": 0}
    await scheduled(loans.staff, loan, decided_on="2025-10-01")
    assert (await planned(loans.staff, loan, "as_of=2025-09-30"))["rows"] == []
    assert len((await planned(loans.staff, loan, "as_of=2025-10-01"))["rows"]) == 60


async def test_repayments_change_no_plan_and_reversed_disbursements_do(loans: LoanStage) -> None:
    loan = await loans.granted(HUNDRED_MILLION, PAID_OUT)
    await scheduled(loans.staff, loan)
    wrong = await loans.entry(loan, "disbursement", date(2025, 9, 20), 60_000_000)
    await loans.entry(loan, "reversal", date(2025, 9, 20), reverses=wrong, counts_as="disbursement")
    assert (await planned(loans.staff, loan))["is_disbursed"] is False
    await loans.entry(loan, "disbursement", date(2025, 10, 1), HUNDRED_MILLION)
    before = await planned(loans.staff, loan)
    assert (before["rows"][0]["due_on"], before["rows"][0]["days"], before["is_disbursed"]) == ("2025-10-15", 14, True)
    await loans.entry(loan, "repayment", date(2025, 11, 1), -5_000_000, interest=200_000)
    assert await planned(loans.staff, loan) == before
    assert (await planned(loans.staff, loan, "as_of=2025-09-30"))["is_disbursed"] is False


async def test_a_plan_needs_a_rate_on_each_of_its_days(loans: LoanStage) -> None:
    programme = await loans.offer(rates={date(2025, 10, 1): 66_000})
    loan = await loans.granted(HUNDRED_MILLION, PAID_OUT, programme_id=programme)
    await scheduled(loans.staff, loan)
    refused = await loans.staff.get(f"/v1/loans/{loan}/plan")
    assert (refused.status_code, refused.json()["rule"]) == (422, "no_rate_on_day")
    assert "2025-09-16" in refused.json()["detail"]


async def test_amounts_are_for_those_who_may_see_them(loans: LoanStage, loan: UUID) -> None:
    await scheduled(loans.staff, loan)
    plan = await planned(loans.plain, loan)
    assert plan["amounts_hidden"] is True
    assert plan["totals"] == {"interest_vnd": None, "principal_vnd": None}
    assert {row[name] for row in plan["rows"] for name in row if name.endswith("_vnd")} == {None}
    assert plan["rows"][0]["due_on"] == "2025-10-15"


async def test_a_reading_leaves_a_row(loans: LoanStage, loan: UUID, session: AsyncSession) -> None:
    await planned(loans.officer, loan)
    [row] = (await session.scalars(select(AuditEntry).where(AuditEntry.actor_id == loans.officer.id))).all()
    assert (row.action, row.subject_id, row.details) == ("read_loans", loan, {"of": "plan"})


async def test_the_plan_of_last_month_is_the_same_after_a_new_version(loans: LoanStage, world: World) -> None:
    world.clock.now = datetime.now(UTC) + timedelta(days=2)
    staff = await world.make.account("staff", sensitive=True)
    loan = await loans.granted(HUNDRED_MILLION, PAID_OUT)
    first = await scheduled(staff, loan)
    before = await planned(staff, loan)
    extended = {"method": "at_end", "reason": "extended", "due_on": "2032-09-15", "note": "Gia hạn"}
    answer = await staff.post(f"/v1/loans/{loan}/schedules", extended)
    assert answer.status_code == 201, answer.text
    after = await planned(staff, loan)
    assert (after["schedule_number"], after["rows"][-1]["due_on"]) == (2, "2032-09-15")
    asked = await staff.get(f"/v1/loans/{loan}/plan", params={"known_at": first["recorded_at"]})
    assert asked.json()["rows"] == before["rows"]
    for query in ("as_of=2999-01-01", "known_at=2999-01-01T00:00:00Z"):
        assert (await staff.get(f"/v1/loans/{loan}/plan?{query}")).status_code == 400
