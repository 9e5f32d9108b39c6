"""The repayment plan over HTTP: the worked example row by row, what was repaid, extended, overdue and frozen."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.audit import AuditEntry
from tests.factories import Caller, World
from tests.loans.stage import LoanStage
from tests.loans.test_plan_rule import EXAMPLE

PAID_OUT = date(2025, 9, 15)
HUNDRED_MILLION = 100_000_000
YEARLY = {
    "method": "equal_principal", "reason": "original", "first_due_on": "2026-09-15", "every_months": 12,
    "instalments_n": 5,
}  # fmt: skip


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


def shown(plan: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Each row without its number, and whether it is past."""
    fields = ("due_on", "days", "interest_vnd", "principal_vnd", "balance_after_vnd")
    return [tuple(row[name] for name in fields) for row in plan["rows"]]


def rows_on(plan: dict[str, Any], *days: str) -> list[tuple[Any, ...]]:
    """Of these days: when, the principal and the balance after it."""
    return [(on, principal, left) for on, _, _, principal, left in shown(plan) if on in days]


async def scheduled(caller: Caller, loan_id: UUID, **body: Any) -> dict[str, Any]:
    answer = await caller.post(f"/v1/loans/{loan_id}/schedules", {**YEARLY, **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_the_worked_example_over_http(loans: LoanStage, loan: UUID) -> None:
    schedule = await scheduled(loans.staff, loan)
    assert schedule["first_interest_on"] == "2025-10-15"
    plan = await planned(loans.staff, loan)
    rows = dict(enumerate(shown(plan), 1))
    assert {number: rows[number] for number in EXAMPLE} == EXAMPLE
    assert [row["number"] for row in plan["rows"] if row["is_past"]] == [1, 2]
    past = {"interest_vnd": 542_466 + 560_548, "principal_vnd": 0}
    ahead = {"interest_vnd": 18_805_223 - past["interest_vnd"], "principal_vnd": HUNDRED_MILLION}
    assert plan["totals"] == {
        "interest_vnd": 18_805_223, "principal_vnd": HUNDRED_MILLION, "past": past, "ahead": ahead,
    }  # fmt: skip
    assert (plan["past_due_vnd"], plan["frozen_vnd"]) == (0, 0)
    assert (plan["is_estimate"], plan["is_disbursed"], plan["amounts_hidden"]) == (True, True, False)
    assert (plan["schedule_id"], plan["schedule_number"], len(plan["rows"])) == (schedule["id"], 1, 60)
    assert (plan["as_of"], plan["known_at"]) == ("2025-11-30", None)


async def test_the_worked_example_at_a_rate_of_its_own(loans: LoanStage) -> None:
    loan = await loans.granted(HUNDRED_MILLION, PAID_OUT, rate_ppm=66_000)
    await scheduled(loans.staff, loan)
    plan = await planned(loans.staff, loan)
    assert plan["is_disbursed"] is False
    assert plan["totals"]["interest_vnd"] == plan["totals"]["ahead"]["interest_vnd"] == 19_810_849
    assert (len(plan["rows"]), plan["past_due_vnd"]) == (60, 0)
    assert not any(row["is_past"] for row in plan["rows"])


async def test_without_a_schedule_in_force_there_are_no_rows(loans: LoanStage, loan: UUID) -> None:
    plan = await planned(loans.staff, loan)
    assert (plan["schedule_id"], plan["schedule_number"], plan["rows"]) == (None, None, [])
    nothing = {"interest_vnd": 0, "principal_vnd": 0}
    assert plan["totals"] == {**nothing, "past": nothing, "ahead": nothing}
    await scheduled(loans.staff, loan, decided_on="2025-10-01")
    assert (await planned(loans.staff, loan, "as_of=2025-09-30"))["rows"] == []
    assert len((await planned(loans.staff, loan, "as_of=2025-10-01"))["rows"]) == 60


async def test_a_reversed_disbursement_was_none(loans: LoanStage) -> None:
    loan = await loans.granted(HUNDRED_MILLION, PAID_OUT)
    await scheduled(loans.staff, loan)
    wrong = await loans.entry(loan, "disbursement", date(2025, 9, 20), 60_000_000)
    await loans.entry(loan, "reversal", date(2025, 9, 20), reverses=wrong, counts_as="disbursement")
    assert (await planned(loans.staff, loan))["is_disbursed"] is False
    await loans.entry(loan, "disbursement", date(2025, 10, 1), HUNDRED_MILLION)
    plan = await planned(loans.staff, loan)
    assert (plan["rows"][0]["due_on"], plan["rows"][0]["days"], plan["is_disbursed"]) == ("2025-10-15", 14, True)
    assert (await planned(loans.staff, loan, "as_of=2025-09-30"))["is_disbursed"] is False


async def test_principal_is_on_the_day_on_which_it_is_due(loans: LoanStage) -> None:
    loan = await loans.disbursed(30_000_000, date(2025, 11, 15), approved_on=date(2025, 11, 14))
    dues = {date(2026, 2, 10): 10_000_000, date(2026, 3, 10): 10_000_000, date(2026, 4, 10): 10_000_000}
    await loans.schedule(loan, dues, decided_on=date(2025, 11, 14), first_interest_on=date(2025, 12, 15))
    plan = await planned(loans.staff, loan)
    assert [row[0:2] for row in shown(plan)] == [
        ("2025-12-15", 30), ("2026-01-15", 31), ("2026-02-10", 0), ("2026-02-15", 31), ("2026-03-10", 0),
        ("2026-03-15", 28), ("2026-04-10", 26),
    ]  # fmt: skip
    assert shown(plan)[2] == ("2026-02-10", 0, 0, 10_000_000, 20_000_000)
    assert shown(plan)[-2][3:] == (0, 10_000_000)
    assert shown(plan)[-1][3:] == (10_000_000, 0)


async def extended(loans: LoanStage) -> UUID:
    """Thirty million in three instalments, of which the first was paid; then extended to 2027."""
    loan = await loans.disbursed(30_000_000, date(2025, 1, 15))
    dues = {date(2025, 2, 10): 10_000_000, date(2025, 3, 10): 10_000_000, date(2025, 4, 10): 10_000_000}
    await loans.schedule(loan, dues, decided_on=date(2025, 1, 15), first_interest_on=date(2025, 2, 15))
    await loans.entry(loan, "repayment", date(2025, 2, 10), -10_000_000, interest=100_000)
    await loans.schedule(
        loan, {date(2027, 2, 28): 30_000_000}, decided_on=date(2025, 4, 1), reason="extended", number=2,
        first_interest_on=date(2025, 2, 15),
    )  # fmt: skip
    return loan


async def test_after_an_extension_what_is_left_is_due(loans: LoanStage) -> None:
    loan = await extended(loans)
    before = await planned(loans.staff, loan, "as_of=2025-03-31")
    assert (before["schedule_number"], before["past_due_vnd"]) == (1, 10_000_000)
    assert rows_on(before, "2025-04-10") == [("2025-04-10", 20_000_000, 0)]
    plan = await planned(loans.staff, loan, "as_of=2025-04-01")
    assert (plan["schedule_number"], plan["past_due_vnd"]) == (2, 0)
    assert [row["due_on"] for row in plan["rows"] if row["is_past"]] == ["2025-02-10", "2025-02-15", "2025-03-15"]
    assert shown(plan)[0] == ("2025-02-10", 0, 0, 10_000_000, 20_000_000)
    assert {row["balance_after_vnd"] for row in plan["rows"][1:-1]} == {20_000_000}
    assert shown(plan)[-1][:2] == ("2027-02-28", 13)
    assert shown(plan)[-1][3:] == (20_000_000, 0)
    assert plan["totals"]["past"]["principal_vnd"] == 10_000_000
    assert plan["totals"]["ahead"]["principal_vnd"] == 20_000_000
    assert plan["totals"]["principal_vnd"] == 30_000_000


async def test_overdue_and_frozen_parts_are_told_apart(loans: LoanStage) -> None:
    """The interest of each row is what is answered for its days; what is frozen stays to the end."""
    loan = await extended(loans)
    await loans.entry(loan, "overdue_transfer", date(2025, 4, 20), -6_000_000, 6_000_000)
    await loans.entry(loan, "freeze", date(2025, 5, 20), -4_000_000, -1_000_000, 5_000_000)
    await loans.entry(loan, "write_off", date(2025, 6, 20), 0, -2_000_000)
    plan = await planned(loans.staff, loan)
    assert plan["frozen_vnd"] == 5_000_000
    assert rows_on(plan, "2025-06-20", "2027-02-28") == [
        ("2025-06-20", 2_000_000, 18_000_000), ("2027-02-28", 13_000_000, 5_000_000),
    ]  # fmt: skip
    start = "2025-01-15"
    for row in plan["rows"]:
        if row["is_past"] and row["days"]:
            days = {"from": start, "to": row["due_on"]}
            answer = await loans.staff.get(f"/v1/loans/{loan}/interest", params=days)
            assert answer.json()["interest_vnd"] == row["interest_vnd"]
            start = row["due_on"]
    assert start == "2025-11-15"


async def test_a_settled_loan_has_no_rows_ahead(loans: LoanStage) -> None:
    loan = await extended(loans)
    await loans.entry(loan, "repayment", date(2025, 5, 20), -20_000_000)
    plan = await planned(loans.staff, loan)
    assert all(row["is_past"] for row in plan["rows"])
    assert shown(plan)[-1][:2] == ("2025-05-20", 5)
    assert shown(plan)[-1][3:] == (20_000_000, 0)
    assert plan["totals"]["ahead"] == {"interest_vnd": 0, "principal_vnd": 0}
    wrong = await loans.entry(loan, "repayment", date(2025, 2, 10), 0, interest=50_000)
    assert (await planned(loans.staff, loan))["rows"] == plan["rows"]
    await loans.entry(loan, "reversal", date(2025, 2, 10), reverses=wrong, counts_as="repayment")
    assert (await planned(loans.staff, loan))["rows"] == plan["rows"]


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
    hidden = {"interest_vnd": None, "principal_vnd": None}
    assert plan["totals"] == {**hidden, "past": hidden, "ahead": hidden}
    assert (plan["past_due_vnd"], plan["frozen_vnd"]) == (None, None)
    assert {row[name] for row in plan["rows"] for name in row if name.endswith("_vnd")} == {None}
    assert plan["rows"][0]["due_on"] == "2025-10-15"


async def test_a_reading_leaves_a_row(loans: LoanStage, loan: UUID, session: AsyncSession) -> None:
    await planned(loans.officer, loan)
    [row] = (await session.scalars(select(AuditEntry).where(AuditEntry.actor_id == loans.officer.id))).all()
    assert (row.action, row.subject_id, row.details) == ("read_loans", loan, {"list": "plan"})


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
