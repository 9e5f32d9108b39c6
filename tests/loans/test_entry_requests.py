"""Entries that need a second person: asked for by one account, written by another."""

from typing import Any

import pytest

from tests.factories import SA_PA, World
from tests.loans.entering import approved, balances, decide, enter, entered, key, refused_for, requested
from tests.loans.stage import LoanStage


async def test_a_write_off_is_asked_for(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    answer = await enter(loans.staff, loan_id, "write_off", normal_vnd=20, reason="Người vay đã mất")
    assert answer.status_code == 202, answer.text
    out = answer.json()
    assert (out["entry"], out["loan"]["outstanding_vnd"]) == (None, 50)
    assert answer.headers["location"] == f"/v1/entry-requests/{out['id']}"
    found = await loans.approver.get(answer.headers["location"])
    assert found.json() == out["request"]
    assert (found.json()["status"], found.json()["normal_change_vnd"]) == ("open", -20)
    assert (found.json()["requested_by"], found.json()["decided_by"]) == (loans.staff.username, None)


async def test_another_account_approves_and_so_writes_it(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    request = await requested(loans.staff, loan_id, "write_off", normal_vnd=20, reason="Người vay đã mất")
    done = await approved(loans.approver, request)
    assert (done["status"], done["decided_by"]) == ("approved", loans.approver.username)
    entry = (await loans.staff.get(f"/v1/loans/{loan_id}/entries/{done['entry_id']}")).json()
    assert (entry["kind"], entry["normal_change_vnd"], entry["reason"]) == ("write_off", -20, "Người vay đã mất")
    assert entry["recorded_by"] == loans.approver.username
    loan = await loans.row(loan_id)
    assert (loan.normal_vnd, loan.written_off_vnd) == (30, 20)


async def test_a_second_member_of_staff_may_approve(loans: LoanStage, world: World) -> None:
    loan_id, other = await loans.disbursed(50), await world.make.account("staff", sensitive=True)
    await approved(other, await requested(loans.staff, loan_id, "adjustment", normal_vnd=-1))
    assert await balances(loans, loan_id) == (49, 0, 0)


async def test_nobody_decides_on_their_own_request(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    request = await requested(loans.staff, loan_id, "write_off", normal_vnd=20)
    for step, data in (("approval", {}), ("refusal", {"note": "Thôi"})):
        answer = await decide(loans.staff, request, step, **data)
        assert (answer.status_code, answer.json()["code"]) == (403, "self_approval")
    assert await balances(loans, loan_id) == (50, 0, 0)


@pytest.mark.parametrize("if_match", [{}, {"if-match": '"7"'}], ids=["missing", "stale"])
async def test_the_person_is_asked_before_the_version(loans: LoanStage, world: World, if_match: dict[str, str]) -> None:
    request = await requested(loans.staff, await loans.disbursed(50), "write_off", normal_vnd=20)
    path, other = f"/v1/entry-requests/{request['id']}", await world.make.account("staff", sensitive=True)
    for caller, step, data, code in (
        (loans.staff, "approval", {}, "self_approval"),
        (loans.staff, "refusal", {"note": "Thôi"}, "self_approval"),
        (other, "withdrawal", {}, "forbidden"),
    ):
        answer = await caller.post(f"{path}/{step}", data, headers=key() | if_match)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    answer = await loans.approver.post(f"{path}/approval", {}, headers=key() | if_match)
    assert answer.status_code == (412 if if_match else 428)


async def test_who_may_not_write_is_told_nothing_of_the_entry(loans: LoanStage, world: World) -> None:
    """Whether a second person is needed hangs on an entry of the loan, so the right to the loan comes first."""
    loan_id = await loans.disbursed(50)
    done = await approved(loans.approver, await requested(loans.staff, loan_id, "write_off", normal_vnd=50))
    elsewhere = await world.make.account("staff", SA_PA, sensitive=True)
    for caller, status in ((loans.plain, 403), (elsewhere, 404)):
        for entry_id in (done["entry_id"], str(loan_id)):
            answer = await enter(caller, loan_id, "reversal", reverses_id=entry_id, reason="Xóa nhầm")
            assert answer.status_code == status


async def test_only_who_asked_withdraws(loans: LoanStage, world: World) -> None:
    loan_id, other = await loans.disbursed(50), await world.make.account("staff", sensitive=True)
    request = await requested(loans.staff, loan_id, "write_off", normal_vnd=20)
    assert (await decide(other, request, "withdrawal")).json()["code"] == "forbidden"
    answer = await decide(loans.staff, request, "withdrawal", note="Nhầm khoản vay")
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    assert answer.json()["decision_note"] == "Nhầm khoản vay"


async def test_a_refused_request_writes_nothing(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    request = await requested(loans.staff, loan_id, "write_off", normal_vnd=20)
    answer = await decide(loans.approver, request, "refusal", note="Chưa đủ hồ sơ")
    assert (answer.status_code, answer.json()["status"], answer.json()["entry_id"]) == (200, "refused", None)
    assert await balances(loans, loan_id) == (50, 0, 0)


async def test_a_request_ends_once(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    request = await requested(loans.staff, loan_id, "write_off", normal_vnd=20)
    done = await approved(loans.approver, request)
    again = await decide(loans.approver, request, "approval")
    assert (again.status_code, again.json()["code"]) == (412, "version_conflict")
    for caller, step, data in (
        (loans.approver, "approval", {}), (loans.approver, "refusal", {"note": "x"}), (loans.staff, "withdrawal", {}),
    ):  # fmt: skip
        answer = await decide(caller, done, step, **data)
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition"), answer.text
    assert await balances(loans, loan_id) == (30, 0, 0)


async def test_approving_again_with_the_same_key_is_answered_again(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    request = await requested(loans.staff, loan_id, "write_off", normal_vnd=20)
    headers = key("once") | {"if-match": '"1"'}
    answers = [
        await loans.approver.post(f"/v1/entry-requests/{request['id']}/approval", {}, headers=headers) for _ in "12"
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    assert await balances(loans, loan_id) == (30, 0, 0)


async def test_what_is_approved_must_still_be_possible(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    request = await requested(loans.staff, loan_id, "write_off", normal_vnd=20)
    await entered(loans.staff, loan_id, "repayment", normal_vnd=31)
    answer = await decide(loans.approver, request, "approval")
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_balance")
    assert (await loans.staff.get(f"/v1/entry-requests/{request['id']}")).json()["status"] == "open"


async def test_what_cannot_be_written_is_not_asked_for(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    answer = await enter(loans.staff, loan_id, "write_off", normal_vnd=51, reason="Xóa nợ")
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_balance")
    answer = await enter(
        loans.staff, loan_id, "adjustment", normal_vnd=1, reason="Theo sao kê", effective_on="2025-12-01"
    )
    assert refused_for(answer, "entry_in_future")


async def test_taking_back_a_write_off_needs_two_people_too(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    done = await approved(loans.approver, await requested(loans.staff, loan_id, "write_off", normal_vnd=50))
    request = await requested(loans.staff, loan_id, "reversal", reverses_id=done["entry_id"], reason="Xóa nhầm")
    assert (request["kind"], request["normal_change_vnd"], request["reverses_id"]) == (
        "reversal", 50, done["entry_id"],
    )  # fmt: skip
    second = await enter(loans.staff, loan_id, "reversal", reverses_id=done["entry_id"], reason="Xóa nhầm")
    assert (second.status_code, second.json()["code"]) == (409, "duplicate")
    await approved(loans.approver, request)
    loan = await loans.row(loan_id)
    assert (loan.normal_vnd, loan.written_off_vnd, loan.status) == (50, 0, "active")
    again = await enter(loans.staff, loan_id, "reversal", reverses_id=done["entry_id"], reason="Xóa nhầm")
    assert refused_for(again, "already_reversed")


async def test_who_sees_no_amounts_approves_nothing(loans: LoanStage, world: World) -> None:
    loan_id = await loans.disbursed(50)
    request = await requested(loans.staff, loan_id, "write_off", normal_vnd=20)
    blind, elsewhere = await world.make.account("approver"), await world.make.account("approver", SA_PA, sensitive=True)
    assert (await decide(blind, request, "approval")).json()["code"] == "forbidden"
    assert (await decide(elsewhere, request, "approval")).status_code == 404
    shown = (await blind.get(f"/v1/entry-requests/{request['id']}")).json()
    assert (shown["amounts_hidden"], shown["normal_change_vnd"], shown["reason"]) == (True, None, None)
    assert (await elsewhere.get(f"/v1/entry-requests/{request['id']}")).status_code == 404


async def test_requests_are_listed_newest_first(loans: LoanStage, world: World) -> None:
    loan_id, other = await loans.disbursed(50), await loans.disbursed(50)
    first = await requested(loans.staff, loan_id, "write_off", normal_vnd=1)
    second = await requested(loans.staff, other, "write_off", normal_vnd=2)
    await approved(loans.approver, first)

    async def listed(caller: Any, query: str = "") -> list[str]:
        answer = await caller.get(f"/v1/entry-requests?{query}")
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert await listed(loans.approver) == [second["id"], first["id"]]
    assert await listed(loans.approver, "status=open") == [second["id"]]
    assert await listed(loans.approver, f"loan_id={loan_id}") == [first["id"]]
    assert await listed(await world.make.account("staff", SA_PA)) == []
