"""What falls due: instalments, loans past due, inspections, last days."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tests.factories import BAC_HA, Y_TY, Caller, Make
from tests.loans.bank import items, readings
from tests.loans.stage import TODAY, LoanStage
from tests.loans.test_inspections import inspected, void
from tests.refusals import faults, refused

MILLION = 1_000_000
YESTERDAY, TOMORROW = TODAY - timedelta(1), TODAY + timedelta(1)


def day(days: int) -> date:
    return TODAY + timedelta(days)


async def due(caller: Caller, what: str, **query: Any) -> list[dict[str, Any]]:
    return await items(caller, f"/v1/loans/{what}", **query)


async def paying(loans: LoanStage, instalments: dict[date, int], **columns: Any) -> UUID:
    """A loan of 50 million with this schedule."""
    loan = await loans.disbursed(**columns)
    await loans.schedule(loan, instalments)
    return loan


async def test_instalments_come_in_the_order_of_their_days(loans: LoanStage) -> None:
    first = await paying(loans, {day(30): 20 * MILLION, day(31): 30 * MILLION})
    second = await paying(loans, {day(1): 10 * MILLION, day(20): 40 * MILLION})
    rows = await due(loans.staff, "instalments-due")
    assert [(row["loan_id"], row["number"]) for row in rows] == [(str(second), 1), (str(second), 2), (str(first), 1)]
    assert rows[0]["due_on"] == TOMORROW.isoformat()
    assert (rows[0]["principal_vnd"], rows[0]["left_vnd"]) == (10 * MILLION, 10 * MILLION)
    assert rows[0]["group_name"] == "Tổ vay vốn Nậm"
    page = (await loans.staff.get("/v1/loans/instalments-due", params={"limit": 2})).json()
    rest = await due(loans.staff, "instalments-due", limit=2, cursor=page["next_cursor"])
    assert [*page["items"], *rest] == rows


async def test_what_is_paid_is_not_due(loans: LoanStage) -> None:
    loan = await paying(loans, {day(1): 10 * MILLION, day(20): 40 * MILLION})
    await loans.entry(loan, "repayment", TODAY, -4 * MILLION)
    assert [row["left_vnd"] for row in await due(loans.staff, "instalments-due")] == [6 * MILLION, 40 * MILLION]
    await loans.entry(loan, "repayment", TODAY, -16 * MILLION)
    assert [row["left_vnd"] for row in await due(loans.staff, "instalments-due")] == [30 * MILLION]
    await loans.entry(loan, "repayment", TODAY, -30 * MILLION)
    assert await due(loans.staff, "instalments-due") == []


async def test_what_was_not_paid_out_is_not_due(loans: LoanStage) -> None:
    loan = await loans.granted(50 * MILLION)
    await loans.entry(loan, "disbursement", YESTERDAY, 25 * MILLION)
    await loans.schedule(loan, {day(1): 20 * MILLION, day(2): 20 * MILLION, day(3): 10 * MILLION})
    assert [row["left_vnd"] for row in await due(loans.staff, "instalments-due")] == [20 * MILLION, 5 * MILLION]


async def test_only_the_schedule_in_force_counts(loans: LoanStage) -> None:
    loan = await paying(loans, {day(1): 50 * MILLION})
    await loans.schedule(loan, {day(9): 50 * MILLION}, number=2, reason="extended", decided_on=YESTERDAY)
    assert [row["due_on"] for row in await due(loans.staff, "instalments-due")] == [day(9).isoformat()]


async def test_a_period_can_be_asked_for(loans: LoanStage) -> None:
    await paying(loans, {day(-10): 20 * MILLION, day(40): 30 * MILLION})
    found = await due(loans.staff, "instalments-due", **{"from": day(-20).isoformat(), "until": day(40).isoformat()})
    assert [row["number"] for row in found] == [1, 2]
    for query, faulty in (
        ({"from": "1999-12-31"}, "from"), ({"until": "9999-12-31"}, "until"), ({"until": "2025-11-29"}, "until"),
    ):  # fmt: skip
        answer = await loans.staff.get("/v1/loans/instalments-due", params=query)
        assert faults(refused(answer, 400, "validation_failed")) == {faulty: "out_of_range"}


async def test_due_lists_show_ones_own_places_groups_and_amounts(loans: LoanStage, make: Make) -> None:
    loan = await paying(loans, {day(-5): 20 * MILLION, day(1): 30 * MILLION})
    alone = await paying(loans, {day(-5): 20 * MILLION, day(1): 30 * MILLION}, group_id=None)
    elsewhere = await make.account("staff", Y_TY, sensitive=True)
    for what in ("instalments-due", "past-due", "inspections-due"):
        assert {row["loan_id"] for row in await due(loans.officer, what)} == {str(loan), str(alone)}
        assert {row["loan_id"] for row in await due(loans.staff, what, group_id=str(loans.group))} == {str(loan)}
        assert len(await due(loans.staff, what, locality_code=BAC_HA)) == 2
        assert await due(loans.staff, what, locality_code=Y_TY) == []
        assert await due(elsewhere, what) == []
        for row in await due(loans.plain, what):
            assert {value for name, value in row.items() if name.endswith("_vnd")} <= {None}
    [trace, *_] = await readings(loans, loans.plain)
    assert (trace["subject_type"], trace["subject_id"]) == ("inspections_due", None)


async def test_a_loan_is_past_due_from_the_day_after(loans: LoanStage) -> None:
    today = await paying(loans, {TODAY: 50 * MILLION})
    late = await paying(loans, {YESTERDAY: 20 * MILLION, day(1): 30 * MILLION})
    longer = await paying(loans, {day(-40): 20 * MILLION, day(-10): 20 * MILLION, day(1): 10 * MILLION})
    await loans.entry(longer, "repayment", day(-5), -25 * MILLION)
    one, two = await due(loans.staff, "past-due")
    assert (one["loan_id"], one["oldest_unpaid_on"], one["days_late"]) == (str(late), YESTERDAY.isoformat(), 1)
    assert (one["past_due_vnd"], one["outstanding_vnd"]) == (20 * MILLION, 50 * MILLION)
    assert (two["loan_id"], two["oldest_unpaid_on"], two["days_late"]) == (str(longer), day(-10).isoformat(), 10)
    assert (two["past_due_vnd"], two["outstanding_vnd"]) == (15 * MILLION, 25 * MILLION)
    assert str(today) not in {one["loan_id"], two["loan_id"]}


async def test_a_paid_loan_and_one_without_a_schedule_are_not_past_due(loans: LoanStage) -> None:
    paid = await paying(loans, {YESTERDAY: 50 * MILLION})
    await loans.entry(paid, "repayment", TODAY, -50 * MILLION)
    await loans.disbursed()
    assert await due(loans.staff, "past-due") == []


async def test_an_inspection_is_due_a_month_after_the_last_payment(loans: LoanStage) -> None:
    paid_today = await loans.disbursed(on=TODAY)
    in_time = await loans.disbursed(on=day(-30))
    late = await loans.disbursed(on=day(-31))
    settled = await loans.disbursed(on=day(-31))
    await loans.entry(settled, "repayment", TODAY, -50 * MILLION)
    rows = await due(loans.officer, "inspections-due")
    assert [(row["loan_id"], row["due_on"], row["is_late"]) for row in rows] == [
        (str(in_time), TODAY.isoformat(), False), (str(late), YESTERDAY.isoformat(), True),
    ]  # fmt: skip
    assert [row["loan_id"] for row in await due(loans.officer, "inspections-due", late=True)] == [str(late)]
    assert [row["loan_id"] for row in await due(loans.officer, "inspections-due", late=False)] == [str(in_time)]
    assert str(paid_today) not in {row["loan_id"] for row in rows}


async def test_an_inspection_counts_until_the_next_payment_and_until_it_is_taken_back(loans: LoanStage) -> None:
    loan = await loans.granted(50 * MILLION)
    await loans.entry(loan, "disbursement", day(-60), 20 * MILLION)
    seen = await inspected(loans.officer, loan, inspected_on=day(-60).isoformat())
    assert await due(loans.officer, "inspections-due") == []
    await void(loans.staff, seen)
    assert len(await due(loans.officer, "inspections-due")) == 1
    await inspected(loans.officer, loan, inspected_on=day(-59).isoformat())
    assert await due(loans.officer, "inspections-due") == []
    second = await loans.entry(loan, "disbursement", day(-10), 30 * MILLION)
    [row] = await due(loans.officer, "inspections-due")
    assert (row["disbursed_on"], row["is_late"]) == (day(-10).isoformat(), False)
    await loans.entry(loan, "reversal", day(-10), reverses=second)
    assert await due(loans.officer, "inspections-due") == []


async def test_a_loan_ends_with_its_schedule_or_its_contract(loans: LoanStage) -> None:
    by_contract = await loans.disbursed(maturity_on=day(10))
    by_schedule = await paying(loans, {day(1): 20 * MILLION, day(20): 30 * MILLION})
    await paying(loans, {day(40): 50 * MILLION}, maturity_on=day(10))
    rows = await due(loans.staff, "maturing")
    assert [(row["loan_id"], row["matures_on"]) for row in rows] == [
        (str(by_contract), day(10).isoformat()), (str(by_schedule), day(20).isoformat()),
    ]  # fmt: skip
    assert rows[0]["outstanding_vnd"] == 50 * MILLION
    assert len(await due(loans.staff, "maturing", until=day(40).isoformat())) == 3
    answer = await loans.staff.get("/v1/loans/maturing", params={"until": YESTERDAY.isoformat()})
    assert faults(refused(answer, 400, "validation_failed")) == {"until": "out_of_range"}
