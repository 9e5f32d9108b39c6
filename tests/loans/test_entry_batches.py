"""Rows of the bank, entered together: all or nothing, each once, and held against the end of every day."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from incubator.loans.ledger.models import LoanEntry
from incubator.loans.lenders.models import Lender
from tests.factories import SA_PA, Caller, World
from tests.loans.entering import balances, entered, key
from tests.loans.stage import LoanStage

Row = dict[str, Any]


async def test_rows_are_written_and_counted(loans: LoanStage) -> None:
    first, second = await loans.granted(50), await loans.disbursed(50)
    rows = [
        await row(loans, first, "disbursement", amount_vnd=30),
        await row(loans, first, "repayment", normal_vnd=10, interest_vnd=1, effective_on="2025-03-10"),
        await row(loans, second, "overdue_transfer", amount_vnd=5),
        await row(loans, second, "freeze", from_normal_vnd=5, from_overdue_vnd=5, effective_on="2025-03-10"),
    ]
    out = (await post(loans.staff, rows)).json()
    assert (out["committed"], out["written"], out["known"], out["refused"]) == (True, 4, 0, 0)
    assert await balances(loans, first) == (20, 0, 0)
    assert await balances(loans, second) == (40, 0, 10)
    entry = (await loans.staff.get(f"/v1/loans/{first}/entries/{out['rows'][1]['entry_id']}")).json()
    assert (entry["seq"], entry["normal_change_vnd"], entry["interest_vnd"], entry["source"]) == (2, -10, 1, "batch")


async def test_the_same_rows_again_change_nothing(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    rows = [await row(loans, loan_id, "repayment", normal_vnd=10)]
    first = (await post(loans.staff, rows)).json()
    later = await row(loans, loan_id, "repayment", normal_vnd=10, ordinal=2)
    again = (await post(loans.staff, [*rows, later, *rows])).json()
    assert (again["written"], again["known"]) == (1, 2)
    assert [result["status"] for result in again["rows"]] == ["known", "written", "known"]
    assert again["rows"][0]["entry_id"] == again["rows"][2]["entry_id"] == first["rows"][0]["entry_id"]
    assert await balances(loans, loan_id) == (30, 0, 0)


async def test_a_row_twice_in_one_batch_is_one_entry(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    rows = [await row(loans, loan_id, "repayment", normal_vnd=10)] * 2
    out = (await post(loans.staff, rows)).json()
    assert [result["status"] for result in out["rows"]] == ["written", "known"]
    assert len({result["entry_id"] for result in out["rows"]}) == 1
    assert await balances(loans, loan_id) == (40, 0, 0)


async def test_where_one_row_is_refused_nothing_is_written(loans: LoanStage) -> None:
    good, poor = await loans.disbursed(50), await loans.disbursed(50)
    cancelled = await loans.granted(50, cancelled_on=date(2025, 2, 1), cancel_reason="Hộ không nhận vốn")
    rows = [
        await row(loans, good, "repayment", normal_vnd=10),
        await row(loans, poor, "repayment", normal_vnd=51),
        await row(loans, good, "repayment", normal_vnd=1, effective_on="2025-12-01"),
        await row(loans, poor, "repayment", normal_vnd=1, effective_on="2025-01-14"),
        {**(await row(loans, good, "repayment", normal_vnd=1)), "contract_no": "không có"},
        await row(loans, cancelled, "disbursement", amount_vnd=1),
        await row(loans, good, "repayment"),
        await row(loans, await loans.granted(50), "disbursement", amount_vnd=51),
        await row(loans, await loans.disbursed(50), "repayment", normal_vnd=51),
    ]
    answer = await post(loans.staff, rows)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_failed")
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [
        ("out_of_range", "/rows/1/entry"),
        ("out_of_range", "/rows/2/entry/effective_on"),
        ("out_of_range", "/rows/3/entry/effective_on"),
        ("not_found", "/rows/4/contract_no"),
        ("immutable", "/rows/5/contract_no"),
        ("required", "/rows/6/entry"),
        ("out_of_range", "/rows/7/entry/amount_vnd"),
        ("out_of_range", "/rows/8/entry"),
    ]
    told = answer.json()["errors"][-1]
    assert (told["params"]["max"], told["params"]["asked_vnd"], told["detail"]) == (50, 51, "must be at most 50")
    assert await balances(loans, good) == (50, 0, 0)


async def test_a_dry_run_says_what_would_become_of_each_row(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    known = await row(loans, loan_id, "repayment", normal_vnd=10)
    await post(loans.staff, [known])
    rows = [
        known,
        await row(loans, loan_id, "repayment", normal_vnd=30, effective_on="2025-03-01"),
        await row(loans, loan_id, "repayment", normal_vnd=11, effective_on="2025-04-01"),
        await row(loans, await loans.granted(5), "disbursement", amount_vnd=6),
    ]
    out = (await post(loans.staff, rows, dry_run=True)).json()
    assert (out["committed"], out["written"], out["known"], out["refused"]) == (False, 1, 1, 2)
    assert [result["status"] for result in out["rows"]] == ["known", "written", "refused", "refused"]
    poor, much = out["rows"][2:]
    assert (poor["code"], poor["rule"], poor["params"]["available_vnd"]) == ("insufficient_balance", None, 10)
    assert (much["code"], much["rule"]) == ("business_rule_failed", "disbursed_over_approved")
    assert out["rows"][1]["entry_id"] is None
    assert await balances(loans, loan_id) == (40, 0, 0)


async def test_a_dry_run_refuses_what_the_real_one_refuses(loans: LoanStage) -> None:
    """A row that could never be entered hides none that only the balances refuse."""
    loan_id = await loans.disbursed(50)
    rows = [
        await row(loans, loan_id, "repayment", normal_vnd=500),
        await row(loans, loan_id, "repayment", normal_vnd=1, effective_on="2001-01-01"),
        await row(loans, loan_id, "repayment", normal_vnd=50),
    ]
    dry = (await post(loans.staff, rows, dry_run=True)).json()
    assert [result["status"] for result in dry["rows"]] == ["refused", "refused", "written"]
    assert (dry["rows"][0]["code"], dry["rows"][1]["rule"]) == ("insufficient_balance", "entry_before_approval")
    errors = (await post(loans.staff, rows)).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/rows/0/entry", "/rows/1/entry/effective_on"]
    assert (await post(loans.staff, rows[2:])).json()["written"] == 1


@pytest.mark.parametrize(
    ("before", "wanted", "refused"),
    [
        pytest.param(0, [-10, 50, -500], [2], id="the-day-as-a-whole"),
        pytest.param(50, [-30, -30], [1], id="the-latest-of-equals"),
        pytest.param(50, [-45, -5, -3], [2], id="the-latest-that-mends-it"),
        pytest.param(50, [-45, -1, -8, -2], [2], id="one-rather-than-two"),
        pytest.param(50, [-60, -55, -10], [0, 1], id="no-more-than-needed"),
        pytest.param(0, [60, -10, -50], [0, 1, 2], id="what-hangs-on-a-refused-one"),
        pytest.param(0, [30, -40, 25], [1, 2], id="both-limits"),
    ],
)
async def test_no_row_is_refused_for_another(
    loans: LoanStage, before: int, wanted: list[int], refused: list[int]
) -> None:
    """Only the end of the day counts, so the fewest rows are refused, and of equals the latest."""
    loan_id = await (loans.disbursed(before) if before else loans.granted(50))
    rows = [
        await row(loans, loan_id, "disbursement", amount_vnd=vnd, ordinal=place)
        if vnd > 0
        else await row(loans, loan_id, "repayment", normal_vnd=-vnd, ordinal=place)
        for place, vnd in enumerate(wanted, 1)
    ]
    dry = (await post(loans.staff, rows, dry_run=True)).json()
    assert [result["row"] for result in dry["rows"] if result["status"] == "refused"] == refused
    errors = (await post(loans.staff, rows)).json()["errors"]
    assert [error["pointer"].split("/")[2] for error in errors] == [str(place) for place in refused]
    rest = [entry for place, entry in enumerate(rows) if place not in refused]
    assert not rest or (await post(loans.staff, rest)).json()["written"] == len(rest)


async def test_what_a_row_moves_between_buckets_counts_on_both_sides(loans: LoanStage) -> None:
    """Without the transfer that the normal balance cannot bear, nothing overdue is left to repay."""
    loan_id = await loans.disbursed(50)
    rows = [
        await row(loans, loan_id, "repayment", overdue_vnd=20, effective_on="2025-03-01"),
        await row(loans, loan_id, "overdue_transfer", amount_vnd=60),
        await row(loans, loan_id, "repayment", normal_vnd=50),
    ]
    dry = (await post(loans.staff, rows, dry_run=True)).json()["rows"]
    assert [result["status"] for result in dry] == ["refused", "refused", "written"]
    assert [result["params"]["bucket"] for result in dry[:2]] == ["overdue", "normal"]


async def test_a_contract_is_found_however_it_is_spaced(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50, contract_no="HD 77")
    plain = await row(loans, loan_id, "repayment", normal_vnd=10)
    out = (await post(loans.staff, [{**plain, "contract_no": "  HD   77 "}, plain])).json()
    assert [result["status"] for result in out["rows"]] == ["written", "known"]
    assert await balances(loans, loan_id) == (40, 0, 0)


async def test_the_order_of_rows_does_not_matter_where_all_of_them_fit(loans: LoanStage) -> None:
    loan_id = await loans.granted(50)
    rows = [
        await row(loans, loan_id, "repayment", normal_vnd=50, effective_on="2025-03-01"),
        await row(loans, loan_id, "disbursement", amount_vnd=20, effective_on="2025-03-01"),
        await row(loans, loan_id, "disbursement", amount_vnd=30, effective_on="2025-02-01"),
    ]
    assert (await post(loans.staff, rows)).json()["written"] == 3
    assert (await loans.row(loan_id)).status == "settled"


async def test_a_row_of_an_earlier_day_is_held_against_later_ones(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    await entered(loans.staff, loan_id, "repayment", normal_vnd=45, effective_on="2025-06-01")
    rows = [await row(loans, loan_id, "repayment", normal_vnd=6, effective_on="2025-03-01")]
    told = (await post(loans.staff, rows)).json()["errors"][0]
    assert (told["params"]["max"], told["params"]["day"]) == (5, "2025-06-01")


async def test_rows_are_for_who_may_write_amounts_there(loans: LoanStage, world: World) -> None:
    loan_id = await loans.disbursed(50)
    rows = [await row(loans, loan_id, "repayment", normal_vnd=10)]
    assert (await post(loans.plain, rows)).json()["code"] == "forbidden"
    dry = (await post(loans.plain, rows, dry_run=True)).json()
    assert (dry["rows"][0]["status"], dry["rows"][0]["code"]) == ("refused", "forbidden")
    elsewhere = await world.make.account("staff", SA_PA, sensitive=True)
    assert (await post(elsewhere, rows)).json()["errors"][0]["pointer"] == "/rows/0/contract_no"
    assert await balances(loans, loan_id) == (50, 0, 0)


async def test_a_batch_is_answered_again_for_its_key(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    rows = [await row(loans, loan_id, "repayment", normal_vnd=10)]
    answers = [await post(loans.staff, rows, repeat="file-1") for _ in range(2)]
    assert answers[0].text == answers[1].text
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert answers[1].json()["written"] == 1


async def test_two_thousand_rows_are_the_most(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50_000)
    one = await row(loans, loan_id, "repayment", normal_vnd=1)
    rows = [{**one, "ordinal": number % 1000 + 1, "entry": {**one["entry"], "normal_vnd": 1 + number // 1000}}
            for number in range(2_001)]  # fmt: skip
    answer = await post(loans.staff, rows)
    assert answer.json()["errors"][0] | {"detail": ""} == {
        "code": "too_long", "pointer": "/rows", "params": {"max": 2_000}, "detail": "",
    }  # fmt: skip
    assert (await post(loans.staff, rows[:-1])).json()["written"] == 2_000
    assert await balances(loans, loan_id) == (47_000, 0, 0)


async def test_faults_beyond_a_hundred_are_not_named(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    one = await row(loans, loan_id, "repayment", normal_vnd=51)
    answer = await post(loans.staff, [{**one, "ordinal": number} for number in range(1, 151)])
    assert len(answer.json()["errors"]) == 100
    async with loans.world.database.begin() as session:
        wanted = select(func.count()).select_from(LoanEntry).where(LoanEntry.source == "batch")
        assert await session.scalar(wanted) == 0


async def row(loans: LoanStage, loan_id: UUID, kind: str, *, ordinal: int = 1, **data: Any) -> Row:
    loan = await loans.row(loan_id)
    async with loans.world.database.begin() as session:
        code = (await session.get_one(Lender, loan.lender_id)).code
    entry = {"kind": kind, "effective_on": "2025-02-10", **data}
    return {"lender_code": code, "contract_no": loan.contract_no, "entry": entry, "ordinal": ordinal}


async def post(caller: Caller, rows: list[Row], *, dry_run: bool = False, repeat: str | None = None) -> httpx.Response:
    return await caller.post("/v1/entry-batches", {"rows": rows, "dry_run": dry_run}, headers=key(repeat))
