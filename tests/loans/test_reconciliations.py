"""Differences between the lender's statement and the ledger, and what becomes of them."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from incubator.loans.models import Loan
from incubator.loans.reconciliation.models import BankBalance
from incubator.loans.reconciliation.queries import is_newest_row, is_reconciled, newest_balance
from tests.factories import BAC_HA, Y_TY, Caller, Make, current_locality
from tests.loans.bank import DAY, differing, items, readings, sent
from tests.loans.stage import LoanStage
from tests.refusals import faults, refused


async def read(caller: Caller, id_: str) -> dict[str, Any]:
    answer = await caller.get(f"/v1/reconciliations/{id_}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def move(caller: Caller, id_: str, action: str, version: int | None = 1, **more: Any) -> httpx.Response:
    headers = {} if version is None else {"if-match": f'"{version}"'}
    return await caller.post(f"/v1/reconciliations/{id_}/transitions", {"action": action, **more}, headers=headers)


async def test_a_difference_stays_open_until_it_is_explained(loans: LoanStage) -> None:
    _, id_ = await differing(loans)
    found = await read(loans.staff, id_)
    assert (found["status"], found["d_normal_vnd"], found["left_normal_vnd"]) == ("open", 5_000_000, 5_000_000)
    assert (found["bank_normal_vnd"], found["on_day"], found["agrees_now"]) == (55_000_000, DAY, False)
    assert found["allowed_actions"] == ["explain", "correct"]
    answer = await move(loans.staff, id_, "explain", cause="timing", note="Ngân hàng hạch toán ngày hôm sau")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["status"], told["cause"], told["settled_by"]) == ("explained", "timing", loans.staff.username)
    assert (told["version"], told["allowed_actions"]) == (2, ["correct", "reopen"])
    assert answer.headers["etag"].startswith('"2.')
    refused(await move(loans.staff, id_, "explain", 2, cause="timing"), 409, "invalid_transition")


async def test_another_cause_needs_a_note(loans: LoanStage) -> None:
    _, id_ = await differing(loans)
    told = refused(await move(loans.staff, id_, "explain", cause="other"), 400, "validation_failed")
    assert faults(told) == {"/note": "required"}


async def test_a_difference_is_corrected_when_nothing_of_it_is_left(loans: LoanStage) -> None:
    loan, id_ = await differing(loans, by=-5_000_000)
    told = refused(await move(loans.staff, id_, "correct"), 422, "business_rule_failed")
    assert told["rule"] == "still_differs"
    assert "-5,000,000 VND normal" in told["detail"]
    await loans.entry(loan, "repayment", date(2025, 11, 1), -5_000_000)
    refused(await move(loans.staff, id_, "correct"), 422, "business_rule_failed")
    await loans.entry(loan, "repayment", date(2025, 10, 30), -5_000_000)
    found = await read(loans.staff, id_)
    assert (found["agrees_now"], found["left_normal_vnd"], found["d_normal_vnd"]) == (True, 0, -5_000_000)
    answer = await move(loans.staff, id_, "correct")
    assert (answer.status_code, answer.json()["status"]) == (200, "corrected")


async def test_a_settled_difference_can_be_opened_again(loans: LoanStage) -> None:
    _, id_ = await differing(loans)
    await move(loans.staff, id_, "explain", cause="bank_error")
    told = (await move(loans.staff, id_, "reopen", 2, reason="Ngân hàng trả lời là không nhầm")).json()
    assert (told["status"], told["cause"], told["settled_at"]) == ("open", None, None)
    assert told["note"] == "Ngân hàng trả lời là không nhầm"


async def test_the_history_of_a_difference_keeps_every_move(loans: LoanStage) -> None:
    loan, id_ = await differing(loans)
    await move(loans.staff, id_, "explain", cause="other", note="Ngân hàng ghi thừa 5.000.000 đồng")
    await move(loans.staff, id_, "reopen", 2, reason="Không thừa")
    await loans.entry(loan, "adjustment", date(2025, 10, 31), 5_000_000)
    await move(loans.staff, id_, "correct", 3)
    path = f"/v1/reconciliations/{id_}/transitions"
    told = await items(loans.staff, path)
    assert [(row["number"], row["action"], row["from_status"], row["to_status"]) for row in told] == [
        (1, "explain", "open", "explained"), (2, "reopen", "explained", "open"), (3, "correct", "open", "corrected"),
    ]  # fmt: skip
    assert [row["cause"] for row in told] == ["other", None, None]
    assert [row["note"] for row in told] == ["Ngân hàng ghi thừa 5.000.000 đồng", "Không thừa", None]
    assert {(row["actor"], row["amounts_hidden"]) for row in told} == {(loans.staff.username, False)}
    first = (await loans.staff.get(path, params={"limit": 2})).json()
    assert [row["number"] for row in await items(loans.staff, path, cursor=first["next_cursor"])] == [3]


async def test_a_note_may_tell_amounts_and_is_opened_like_them(loans: LoanStage, make: Make) -> None:
    _, id_ = await differing(loans)
    await move(loans.staff, id_, "explain", cause="timing", note="Ngân hàng ghi thừa 5.000.000 đồng")
    path = f"/v1/reconciliations/{id_}/transitions"
    for caller, note in ((loans.staff, "Ngân hàng ghi thừa 5.000.000 đồng"), (loans.plain, None)):
        [row], [moved] = await items(caller, "/v1/reconciliations"), await items(caller, path)
        shown = [(one["note"], one["amounts_hidden"]) for one in (row, moved, await read(caller, id_))]
        assert shown == [(note, note is None)] * 3
        assert (row["cause"], moved["cause"]) == ("timing", "timing")
    away = await make.account("staff", Y_TY, sensitive=True)
    refused(await away.get(path), 404, "not_found")


async def test_each_look_says_which_list_it_was(loans: LoanStage) -> None:
    _, id_ = await differing(loans)
    for path in ("", "/by-group", f"/{id_}/transitions"):
        await items(loans.officer, f"/v1/reconciliations{path}")
    told = [(row["subject_type"], row["subject_id"], row["details"]) for row in await readings(loans, loans.officer)]
    assert told == [
        ("reconciliation", id_, {"list": "reconciliation_transitions"}),
        ("differences_by_group", None, {"list": "differences_by_group", "filters": []}),
        ("reconciliation", None, {"list": "reconciliation", "filters": ["standing"]}),
    ]


async def test_what_a_newer_row_replaced_is_history(loans: LoanStage) -> None:
    loan, id_ = await differing(loans)
    newer = await sent(loans, (loan, 52_000_000, 0, 0))
    found = await read(loans.staff, id_)
    assert (found["is_standing"], found["allowed_actions"]) == (False, [])
    told = refused(await move(loans.staff, id_, "explain", cause="timing"), 422, "business_rule_failed")
    assert told["rule"] == "statement_superseded"
    assert newer["rows"][0]["bank_balance_id"] in told["detail"]


async def test_a_move_names_the_version_that_it_saw(loans: LoanStage) -> None:
    _, id_ = await differing(loans)
    refused(await move(loans.staff, id_, "correct", None), 428, "precondition_required")
    refused(await move(loans.staff, id_, "correct", 7), 412, "version_conflict")


async def test_who_sees_no_amounts_moves_nothing(loans: LoanStage, make: Make) -> None:
    _, id_ = await differing(loans)
    refused(await move(loans.plain, id_, "explain", cause="timing"), 403, "forbidden")
    refused(await move(loans.officer, id_, "explain", cause="timing"), 403, "forbidden")
    elsewhere = await make.account("staff", Y_TY, sensitive=True)
    refused(await move(elsewhere, id_, "explain", cause="timing"), 404, "not_found")
    refused(await elsewhere.get(f"/v1/reconciliations/{id_}"), 404, "not_found")
    found = await read(loans.plain, id_)
    hidden = {name for name, value in found.items() if name.endswith("_vnd") and value is None}
    assert hidden == {name for name in found if name.endswith("_vnd")}
    assert (found["amounts_hidden"], found["agrees_now"], found["allowed_actions"]) == (True, False, [])


async def test_the_list_has_its_filters_and_leaves_a_trace(loans: LoanStage, make: Make) -> None:
    loan, id_ = await differing(loans)
    _, other = await differing(loans, group_id=None)
    await move(loans.staff, other, "explain", cause="timing")
    async with loans.world.database.begin() as session:
        code = (await current_locality(session, BAC_HA)).code
    for query, ids in (
        ({}, [other, id_]),
        ({"status": "open"}, [id_]),
        ({"status": "corrected"}, []),
        ({"loan_id": str(loan)}, [id_]),
        ({"group_id": str(loans.group)}, [id_]),
        ({"lender_id": str(loans.lender)}, [other, id_]),
        ({"on_day": DAY, "locality_code": code}, [other, id_]),
        ({"on_day": "2025-09-30"}, []),
        ({"locality_code": Y_TY}, []),
    ):
        assert [row["id"] for row in await items(loans.staff, "/v1/reconciliations", **query)] == ids, query
    await read(loans.officer, id_)
    await items(loans.officer, "/v1/reconciliations", group_id=str(loans.group))
    newest, oldest = await readings(loans, loans.officer)
    assert (newest["subject_type"], newest["subject_id"]) == ("credit_group", str(loans.group))
    assert (oldest["subject_type"], oldest["subject_id"]) == ("reconciliation", id_)
    assert await items(await make.account("staff", Y_TY, sensitive=True), "/v1/reconciliations") == []


async def test_open_differences_are_summed_up_by_group(loans: LoanStage) -> None:
    _, explained = await differing(loans)
    await move(loans.staff, explained, "explain", cause="timing")
    for by in (5_000_000, -2_000_000):
        await differing(loans, by=by)
    await differing(loans, by=1_000, group_id=None)
    alone, of_group = await items(loans.staff, "/v1/reconciliations/by-group", lender_id=str(loans.lender))
    assert (alone["group_id"], alone["group_name"], alone["differences"], alone["off_by_vnd"]) == (None, None, 1, 1_000)
    assert of_group == {
        "group_id": str(loans.group), "group_name": "Tổ vay vốn Nậm", "differences": 2, "loans": 2,
        "d_normal_vnd": 3_000_000, "d_overdue_vnd": 0, "d_frozen_vnd": 0, "off_by_vnd": 7_000_000,
        "amounts_hidden": False,
    }  # fmt: skip
    hidden = (await items(loans.plain, "/v1/reconciliations/by-group"))[1]
    assert (hidden["differences"], hidden["d_normal_vnd"], hidden["off_by_vnd"]) == (2, None, None)
    assert hidden["amounts_hidden"] is True
    first = (await loans.staff.get("/v1/reconciliations/by-group", params={"limit": 1})).json()
    second = await items(loans.staff, "/v1/reconciliations/by-group", limit=1, cursor=first["next_cursor"])
    assert [row["group_id"] for row in [*first["items"], *second]] == [None, str(loans.group)]


async def test_every_move_is_in_the_trail_without_amounts(loans: LoanStage, make: Make) -> None:
    _, id_ = await differing(loans)
    await move(loans.staff, id_, "explain", cause="bank_error", note="x")
    await move(loans.staff, id_, "reopen", 2, reason="y")
    trail = await items(await make.account("admin"), "/v1/audit", subject_id=id_, actor_id=str(loans.staff.id))
    moves = [(row["action"], row["details"]) for row in trail if row["action"] != "read_loans"]
    assert moves == [("reopen", {"from": "explained"}), ("explain", {"from": "open", "cause": "bank_error"})]


async def test_a_loan_is_reconciled_by_its_newest_standing_row(loans: LoanStage) -> None:
    agreeing = await loans.disbursed()
    await sent(loans, (agreeing, 50_000_000, 0, 0))
    explained, id_ = await differing(loans)
    await move(loans.staff, id_, "explain", cause="timing")
    still_open, _ = await differing(loans)
    later, _ = await differing(loans)
    await sent(loans, (later, 50_000_000, 0, 0), on_day="2025-11-29")
    replaced, _ = await differing(loans)
    await sent(loans, (replaced, 50_000_000, 0, 0))
    never = await loans.disbursed()
    assert await _reconciled(loans, date(2025, 11, 30)) == {
        agreeing: True, explained: True, still_open: False, later: True, replaced: True,
    }  # fmt: skip
    assert (await _reconciled(loans, date(2025, 11, 28)))[later] is False
    assert await _reconciled(loans, date(2025, 10, 30)) == {}
    assert never not in await _reconciled(loans, date(2025, 11, 30))


async def _reconciled(loans: LoanStage, as_of: date) -> dict[UUID, bool]:
    """Of each loan with a statement by that day, whether it is reconciled."""
    newest = BankBalance.id == newest_balance(Loan.id, as_of)
    query = select(Loan.id, is_reconciled(BankBalance.id), is_newest_row()).join(BankBalance, newest)
    async with loans.world.database.begin() as session:
        rows = list(await session.execute(query.where(Loan.lender_id == loans.lender)))
    assert all(standing for _, _, standing in rows)
    return {loan_id: reconciled for loan_id, reconciled, _ in rows}
