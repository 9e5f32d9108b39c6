"""Rows of the lender's statement: all or none, compared with the ledger at the end of their day."""

import asyncio
from datetime import date
from typing import Any

from tests.factories import Y_TY, Make, World
from tests.loans.bank import DAY, items, readings, row_of, send, sent
from tests.loans.stage import LoanStage, set_loans
from tests.refusals import faults, refused


async def test_each_row_is_compared_with_the_ledger_at_the_end_of_its_day(loans: LoanStage) -> None:
    same, more, moved = [await loans.disbursed() for _ in range(3)]
    await loans.entry(moved, "overdue_transfer", date(2025, 10, 31), -2_000_000, 2_000_000)
    await loans.entry(same, "repayment", date(2025, 11, 1), -1_000_000)
    told = await sent(loans, (same, 50_000_000, 0, 0), (more, 50_000_001, 0, 0), (moved, 47_000_000, 2_000_000, 7))
    assert (told["agrees"], told["differs"], told["known"]) == (1, 2, 0)
    assert [row["result"] for row in told["rows"]] == ["agrees", "differs", "differs"]
    assert [row["row"] for row in told["rows"]] == [0, 1, 2]
    assert [(row["d_normal_vnd"], row["d_overdue_vnd"], row["d_frozen_vnd"]) for row in told["rows"]] == [
        (0, 0, 0), (1, 0, 0), (-1_000_000, 0, 7),
    ]  # fmt: skip
    assert told["rows"][0]["reconciliation_id"] is None
    assert (await loans.row(more)).normal_vnd == 50_000_000, "the bank's figure never enters the ledger"


async def test_the_same_row_again_changes_nothing(loans: LoanStage) -> None:
    loan = await loans.disbursed()
    first = await sent(loans, (loan, 49_000_000, 0, 0))
    again = await sent(loans, (loan, 49_000_000, 0, 0))
    assert again["known"] == 1
    assert again["rows"][0] == {**first["rows"][0], "result": "known"}
    assert len(await items(loans.staff, "/v1/bank-balances", loan_id=str(loan), standing=False)) == 1


async def test_a_row_sent_again_after_the_ledger_moved_away_from_it_tells_the_difference(loans: LoanStage) -> None:
    loan = await loans.disbursed()
    row = (loan, 50_000_000, 0, 0)
    assert (await sent(loans, row))["agrees"] == 1
    await loans.entry(loan, "repayment", date(2025, 10, 20), -7)
    told = await sent(loans, row)
    assert (told["differs"], told["rows"][0]["d_normal_vnd"]) == (1, 7)
    assert (await sent(loans, row))["known"] == 1
    [found] = await items(loans.staff, "/v1/reconciliations", loan_id=str(loan))
    assert (found["id"], found["status"]) == (told["rows"][0]["reconciliation_id"], "open")


async def test_a_newer_row_takes_the_place_of_the_older(loans: LoanStage) -> None:
    loan = await loans.disbursed()
    older = await sent(loans, (loan, 49_000_000, 0, 0))
    newer = await sent(loans, (loan, 50_000_000, 0, 0))
    assert newer["rows"][0]["result"] == "agrees"
    assert await items(loans.staff, "/v1/reconciliations", loan_id=str(loan)) == []
    [found] = await items(loans.staff, "/v1/reconciliations", loan_id=str(loan), standing=False)
    assert (found["id"], found["is_standing"]) == (older["rows"][0]["reconciliation_id"], False)
    back = await sent(loans, (loan, 49_000_000, 0, 0))
    assert back["rows"][0]["result"] == "differs", "what stood before the newest row is not known any more"
    listed = await items(loans.staff, "/v1/bank-balances", loan_id=str(loan), standing=False)
    assert [row["is_standing"] for row in listed] == [True, False, False]


async def test_rows_of_another_day_stand_beside_each_other(loans: LoanStage) -> None:
    loan = await loans.disbursed()
    await sent(loans, (loan, 50_000_000, 0, 0))
    await sent(loans, (loan, 50_000_000, 0, 0), on_day="2025-11-30")
    assert len(await items(loans.staff, "/v1/bank-balances", loan_id=str(loan))) == 2
    [one] = await items(loans.staff, "/v1/bank-balances", on_day=DAY, lender_id=str(loans.lender))
    assert (one["on_day"], one["normal_vnd"], one["agrees_now"]) == (DAY, 50_000_000, True)


async def test_all_wrong_rows_are_named_and_none_is_kept(loans: LoanStage, make: Make) -> None:
    good = await loans.disbursed()
    other_lender = await loans.lending()
    foreign = await loans.granted(
        lender_id=other_lender, programme_id=await loans.offer(lender_id=other_lender), group_id=None
    )
    rows = [
        await row_of(loans, good, 50_000_000), await row_of(loans, good, 1), await row_of(loans, foreign, 1),
        {"contract_no": "HD-nobody", "normal_vnd": 1, "overdue_vnd": 0, "frozen_vnd": 0},
    ]  # fmt: skip
    told = refused(await send(loans, rows=rows), 400, "validation_failed")
    assert faults(told) == {
        "/rows/1/contract_no": "duplicate", "/rows/2/contract_no": "not_found", "/rows/3/contract_no": "not_found",
    }  # fmt: skip
    assert await items(loans.staff, "/v1/bank-balances", loan_id=str(good)) == []


async def test_a_contract_is_found_however_it_is_spaced(loans: LoanStage) -> None:
    """As contracts are kept: one space between words, none at the ends, composed letters."""
    loan = await loans.disbursed(contract_no="HD BẮC 77")
    rows = [{**await row_of(loans, loan, 50_000_000), "contract_no": no} for no in (" HD  Bắc 77 ", "HD Bắc 77")]
    told = await sent(loans, rows=rows[:1])
    assert [(row["contract_no"], row["result"]) for row in told["rows"]] == [("HD BẮC 77", "agrees")]
    answer = refused(await send(loans, rows=rows), 400, "validation_failed")
    assert faults(answer) == {"/rows/1/contract_no": "duplicate"}


async def test_loans_of_other_places_are_like_none(loans: LoanStage, make: Make) -> None:
    loan = await loans.disbursed()
    elsewhere = await make.account("staff", Y_TY, sensitive=True)
    told = refused(await send(loans, (loan, 1, 0, 0), caller=elsewhere), 400, "validation_failed")
    assert faults(told) == {"/rows/0/contract_no": "not_found"}
    refused(await send(loans, (loan, 1, 0, 0), caller=loans.plain), 403, "forbidden")


async def test_the_lender_is_named_by_id_or_code(loans: LoanStage) -> None:
    loan = await loans.disbursed()
    row = await row_of(loans, loan, 50_000_000)
    headers = {"idempotency-key": "by-code"}
    lender = (await loans.staff.get(f"/v1/lenders/{loans.lender}")).json()
    body: dict[str, Any] = {"lender_code": lender["code"], "on_day": DAY, "rows": [row]}
    answer = await loans.staff.post("/v1/bank-balances", body, headers=headers)
    assert answer.json()["lender_id"] == str(loans.lender), answer.text
    del body["lender_code"]
    told = refused(
        await loans.staff.post("/v1/bank-balances", body, headers=headers | {"idempotency-key": "2"}),
        400,
        "validation_failed",
    )
    assert faults(told) == {"/lender_id": "required"}
    told = refused(await send(loans, (loan, 1, 0, 0), lender_code="nobody"), 400, "validation_failed")
    assert faults(told) == {"/lender_id": "not_found", "/lender_code": "not_found"}


async def test_a_statement_speaks_of_a_day_that_is_over(loans: LoanStage) -> None:
    loan = await loans.disbursed()
    told = refused(await send(loans, (loan, 1, 0, 0), on_day="2025-12-01"), 422, "business_rule_failed")
    assert told["rule"] == "day_in_future"
    told = refused(await send(loans, (loan, 1, 0, 0), on_day="1999-12-31"), 400, "validation_failed")
    assert faults(told) == {"/on_day": "out_of_range"}


async def test_a_statement_is_taken_once_for_its_key(loans: LoanStage) -> None:
    loan = await loans.disbursed()
    first = await send(loans, (loan, 1, 0, 0), key="once")
    again = await send(loans, (loan, 1, 0, 0), key="once")
    assert again.headers["idempotency-replayed"] == "true"
    assert again.content == first.content
    body = {"lender_id": str(loans.lender), "on_day": DAY, "rows": [await row_of(loans, loan, 1)]}
    refused(await loans.staff.post("/v1/bank-balances", body), 400, "idempotency_key_required")


async def test_amounts_are_for_eyes_that_may_see_them_and_each_look_leaves_a_trace(
    loans: LoanStage, make: Make
) -> None:
    loan = await loans.disbursed()
    await sent(loans, (loan, 49_000_000, 0, 0))
    [row] = await items(loans.plain, "/v1/bank-balances", loan_id=str(loan))
    assert row["amounts_hidden"] is True
    assert (row["normal_vnd"], row["overdue_vnd"], row["frozen_vnd"]) == (None, None, None)
    assert (row["agrees_now"], row["reconciliation_status"]) == (False, "open")
    [trace] = await readings(loans, loans.plain)
    assert (trace["subject_type"], trace["subject_id"]) == ("loan", str(loan))
    assert await items(await make.account("staff", Y_TY, sensitive=True), "/v1/bank-balances") == []


async def test_two_thousand_rows_take_a_few_statements(loans: LoanStage) -> None:
    row = await row_of(loans, await loans.disbursed(), 50_000_000)
    rows = [{**row, "contract_no": f"none-{number}"} for number in range(1_999)] + [row]
    told = refused(await send(loans, rows=rows), 400, "validation_failed")
    assert len(told["errors"]) == 1_999
    told = refused(await send(loans, rows=[row] * 2_001), 400, "validation_failed")
    assert faults(told) == {"/rows": "too_long"}


async def test_the_same_statement_at_the_same_time_is_kept_once(committed: World) -> None:
    loans = await set_loans(committed)
    rows = [(await loans.disbursed(), 49_000_000, 0, 0) for _ in range(3)]
    told = await asyncio.gather(*(sent(loans, *sent_rows) for sent_rows in (rows, rows[::-1], rows, rows[::-1])))
    assert sorted(answer["differs"] for answer in told) == [0, 0, 0, 3]
    assert sorted(answer["known"] for answer in told) == [0, 3, 3, 3]
    assert len(await items(loans.staff, "/v1/bank-balances", standing=False)) == 3
