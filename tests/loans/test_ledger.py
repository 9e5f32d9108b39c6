"""Entering into the ledger of a loan over HTTP: each kind with its signs, each refusal, and who may read it."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from incubator.audit import AuditEntry
from incubator.loans.ledger.models import LoanEntry
from tests.factories import BAC_HA, SA_PA, World
from tests.loans.entering import DAY, approved, balances, enter, entered, key, refused_for, requested
from tests.loans.stage import LoanStage

PAID_OUT = date(2025, 1, 20)
M = 1_000_000


async def test_an_entry_is_answered_with_what_it_leaves(loans: LoanStage) -> None:
    loan_id = await loans.granted(50 * M)
    answer = await enter(loans.staff, loan_id, "disbursement", amount_vnd=30 * M)
    assert answer.status_code == 201, answer.text
    out = answer.json()
    assert answer.headers["location"] == f"/v1/loans/{loan_id}/entries/{out['id']}"
    entry = out["entry"]
    assert (entry["seq"], entry["kind"], entry["counts_as"], entry["effective_on"]) == (
        1, "disbursement", "disbursement", DAY,
    )  # fmt: skip
    assert (entry["normal_change_vnd"], entry["overdue_change_vnd"], entry["interest_vnd"]) == (30 * M, 0, 0)
    assert (entry["source"], entry["recorded_by"]) == ("typed", loans.staff.username)
    assert out["request"] is None
    loan = out["loan"]
    assert (loan["status"], loan["disbursed_vnd"], loan["outstanding_vnd"]) == ("disbursing", 30 * M, 30 * M)
    assert loan["version"] == 2


@pytest.mark.parametrize(
    ("kind", "data", "left", "interest"),
    [
        ("repayment", {"normal_vnd": 3, "overdue_vnd": 2, "frozen_vnd": 1, "interest_vnd": 9}, (27, 8, 9), 9),
        ("repayment", {"interest_vnd": 9}, (30, 10, 10), 9),
        ("overdue_transfer", {"amount_vnd": 5}, (25, 15, 10), 0),
        ("overdue_cure", {"amount_vnd": 5}, (35, 5, 10), 0),
        ("freeze", {"from_normal_vnd": 5, "from_overdue_vnd": 2}, (25, 8, 17), 0),
        ("unfreeze", {"to_normal_vnd": 3, "to_overdue_vnd": 4}, (33, 14, 3), 0),
    ],
)
async def test_each_kind_moves_what_it_says(
    loans: LoanStage, kind: str, data: dict[str, int], left: tuple[int, int, int], interest: int
) -> None:
    """Of 30 normal, 10 overdue and 10 frozen."""
    loan_id = await three_parts(loans)
    out = await entered(loans.staff, loan_id, kind, **data)
    assert await balances(loans, loan_id) == left
    assert out["entry"]["interest_vnd"] == interest
    assert (out["loan"]["normal_vnd"], out["loan"]["overdue_vnd"], out["loan"]["frozen_vnd"]) == left


@pytest.mark.parametrize(
    ("kind", "data", "left", "status"),
    [
        ("write_off", {"normal_vnd": 30, "overdue_vnd": 10, "frozen_vnd": 10}, (0, 0, 0), "written_off"),
        ("adjustment", {"normal_vnd": -1, "overdue_vnd": 7, "interest_vnd": -2}, (29, 17, 10), "active"),
    ],
)
async def test_what_needs_two_people_waits_and_then_moves(
    loans: LoanStage, kind: str, data: dict[str, int], left: tuple[int, int, int], status: str
) -> None:
    loan_id = await three_parts(loans)
    request = await requested(loans.staff, loan_id, kind, **data)
    assert await balances(loans, loan_id) == (30, 10, 10)
    await approved(loans.approver, request)
    assert await balances(loans, loan_id) == left
    assert (await loans.row(loan_id)).status == status


async def test_a_repayment_in_full_settles_the_loan(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50 * M)
    out = await entered(loans.staff, loan_id, "repayment", normal_vnd=50 * M, interest_vnd=1)
    assert (out["loan"]["status"], out["loan"]["outstanding_vnd"]) == ("settled", 0)


async def test_tranches_add_up_to_what_was_approved_and_no_further(loans: LoanStage) -> None:
    loan_id = await loans.granted(50)
    await entered(loans.staff, loan_id, "disbursement", amount_vnd=30)
    out = await entered(loans.staff, loan_id, "disbursement", amount_vnd=20)
    assert (out["loan"]["status"], out["loan"]["disbursed_vnd"]) == ("active", 50)
    answer = await enter(loans.staff, loan_id, "disbursement", amount_vnd=1)
    assert refused_for(answer, "disbursed_over_approved")
    assert "50" in answer.json()["detail"]


async def test_a_balance_that_does_not_suffice_is_named_with_its_day(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    await loans.entry(loan_id, "repayment", date(2025, 6, 1), -45)
    answer = await enter(loans.staff, loan_id, "repayment", normal_vnd=6)
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_balance")
    detail = answer.json()["detail"]
    assert "On 2025-06-01 the normal balance holds 5 VND; 6 VND" in detail
    await entered(loans.staff, loan_id, "repayment", normal_vnd=5)


async def test_a_balance_is_named_in_vietnamese(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    body = {"kind": "repayment", "effective_on": DAY, "overdue_vnd": 1}
    headers = key() | {"accept-language": "vi"}
    answer = await loans.staff.post(f"/v1/loans/{loan_id}/entries", body, headers=headers)
    day = f"{DAY[8:]}/{DAY[5:7]}/{DAY[:4]}"
    assert answer.json()["detail"] == f"Ngày {day} số dư quá hạn còn 0 đồng; không thể trừ 1 đồng."


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("overdue_transfer", {"amount_vnd": 31}),
        ("overdue_cure", {"amount_vnd": 11}),
        ("freeze", {"from_normal_vnd": 31}),
        ("freeze", {"from_overdue_vnd": 11}),
        ("unfreeze", {"to_normal_vnd": 5, "to_overdue_vnd": 6}),
        ("write_off", {"frozen_vnd": 11, "reason": "Theo quyết định xóa nợ"}),
        ("adjustment", {"overdue_vnd": -11, "reason": "Theo sao kê"}),
    ],
)
async def test_no_part_gives_more_than_it_has(loans: LoanStage, kind: str, data: dict[str, Any]) -> None:
    loan_id = await three_parts(loans)
    answer = await enter(loans.staff, loan_id, kind, **data)
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_balance")
    assert await balances(loans, loan_id) == (30, 10, 10)


async def test_what_comes_in_on_a_day_can_go_out_on_it(loans: LoanStage) -> None:
    """What counts is the balance at the end of each day."""
    loan_id = await loans.granted(50)
    await entered(loans.staff, loan_id, "disbursement", amount_vnd=20, effective_on="2025-03-01")
    early = await enter(loans.staff, loan_id, "repayment", normal_vnd=5, effective_on="2025-02-28")
    assert (early.status_code, early.json()["code"]) == (409, "insufficient_balance")
    await entered(loans.staff, loan_id, "repayment", normal_vnd=20, effective_on="2025-03-01")
    assert await balances(loans, loan_id) == (0, 0, 0)


async def test_days_are_those_between_approval_and_today(loans: LoanStage) -> None:
    loan_id = await loans.granted(50)
    for day in ("2025-12-01", "9999-12-31"):
        answer = await enter(loans.staff, loan_id, "disbursement", amount_vnd=1, effective_on=day)
        assert refused_for(answer, "entry_in_future"), answer.text
    for day in ("2025-01-14", "0001-01-01"):
        answer = await enter(loans.staff, loan_id, "disbursement", amount_vnd=1, effective_on=day)
        assert refused_for(answer, "entry_before_approval"), answer.text
    await entered(loans.staff, loan_id, "disbursement", amount_vnd=1, effective_on="2025-01-15")
    await entered(loans.staff, loan_id, "disbursement", amount_vnd=1, effective_on="2025-11-30")


async def test_a_cancelled_loan_takes_nothing(loans: LoanStage) -> None:
    loan_id = await loans.granted(50, cancelled_on=date(2025, 2, 1), cancel_reason="Hộ không nhận vốn")
    assert refused_for(await enter(loans.staff, loan_id, "disbursement", amount_vnd=1), "loan_cancelled")


@pytest.mark.parametrize("kind", ["repayment", "freeze", "unfreeze", "write_off", "adjustment"])
async def test_an_entry_changes_something(loans: LoanStage, kind: str) -> None:
    loan_id = await loans.disbursed(50)
    data = {"reason": "Theo sao kê"} if kind in {"write_off", "adjustment"} else {}
    assert refused_for(await enter(loans.staff, loan_id, kind, **data), "entry_changes_nothing")


async def test_a_reversal_takes_back_on_the_same_day(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    paid = await entered(loans.staff, loan_id, "repayment", normal_vnd=20, interest_vnd=3)
    out = await entered(loans.staff, loan_id, "reversal", reverses_id=paid["id"], reason="Nhập nhầm hộ")
    entry = out["entry"]
    assert (entry["kind"], entry["counts_as"], entry["effective_on"]) == ("reversal", "repayment", DAY)
    assert (entry["normal_change_vnd"], entry["interest_vnd"], entry["reverses_id"]) == (20, -3, paid["id"])
    assert await balances(loans, loan_id) == (50, 0, 0)
    first = await loans.staff.get(f"/v1/loans/{loan_id}/entries/{paid['id']}")
    assert first.json()["reversed_by_id"] == out["id"]


async def test_an_entry_is_reversed_once_and_a_reversal_never(loans: LoanStage) -> None:
    loan_id, other = await loans.disbursed(50), await loans.disbursed(50)
    paid = await entered(loans.staff, loan_id, "repayment", normal_vnd=20)
    back = await entered(loans.staff, loan_id, "reversal", reverses_id=paid["id"], reason="Nhập nhầm")
    again = await enter(loans.staff, loan_id, "reversal", reverses_id=paid["id"], reason="Nhập nhầm")
    assert refused_for(again, "already_reversed")
    assert back["id"] in again.json()["detail"]
    twice = await enter(loans.staff, loan_id, "reversal", reverses_id=back["id"], reason="Nhập nhầm")
    assert refused_for(twice, "reversal_of_an_entry")
    strange = await enter(loans.staff, other, "reversal", reverses_id=paid["id"], reason="Nhập nhầm")
    assert strange.json()["errors"][0] | {"detail": ""} == {
        "code": "not_found", "pointer": "/reverses_id", "detail": "",
    }  # fmt: skip


async def test_what_was_used_since_cannot_be_taken_back(loans: LoanStage) -> None:
    loan_id = await loans.granted(50)
    first = await entered(loans.staff, loan_id, "disbursement", amount_vnd=30, effective_on="2025-02-01")
    await entered(loans.staff, loan_id, "repayment", normal_vnd=10, effective_on="2025-03-01")
    answer = await enter(loans.staff, loan_id, "reversal", reverses_id=first["id"], reason="Nhập nhầm")
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_balance")
    assert "2025-03-01" in answer.json()["detail"]


async def test_a_reversed_disbursement_may_be_paid_out_again(loans: LoanStage) -> None:
    loan_id = await loans.granted(50)
    wrong = await entered(loans.staff, loan_id, "disbursement", amount_vnd=50)
    await entered(loans.staff, loan_id, "reversal", reverses_id=wrong["id"], reason="Sai ngày")
    out = await entered(loans.staff, loan_id, "disbursement", amount_vnd=50, effective_on="2025-02-11")
    assert (out["entry"]["seq"], out["loan"]["disbursed_vnd"], out["loan"]["status"]) == (3, 50, "active")


async def test_the_same_key_enters_once(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    answers = [await enter(loans.staff, loan_id, "repayment", normal_vnd=5, repeat="one") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.text for answer in answers}) == 1
    assert answers[2].headers["idempotency-replayed"] == "true"
    assert await balances(loans, loan_id) == (45, 0, 0)
    other = await enter(loans.staff, loan_id, "repayment", normal_vnd=6, repeat="one")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_an_entry_needs_a_key(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    body = {"kind": "repayment", "effective_on": DAY, "normal_vnd": 5}
    answer = await loans.staff.post(f"/v1/loans/{loan_id}/entries", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")
    assert await balances(loans, loan_id) == (50, 0, 0)


async def test_who_sees_no_amounts_writes_none(loans: LoanStage, world: World) -> None:
    loan_id = await loans.disbursed(50)
    assert (await enter(loans.plain, loan_id, "repayment", normal_vnd=5)).json()["code"] == "forbidden"
    assert (await enter(loans.officer, loan_id, "repayment", normal_vnd=5)).json()["code"] == "forbidden"
    elsewhere = await world.make.account("staff", SA_PA, sensitive=True)
    assert (await enter(elsewhere, loan_id, "repayment", normal_vnd=5)).status_code == 404
    here = await world.make.account("staff", BAC_HA, sensitive=True)
    assert (await enter(here, loan_id, "repayment", normal_vnd=5)).status_code == 201


async def test_the_ledger_is_read_from_its_end(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    for _ in range(4):
        await entered(loans.staff, loan_id, "repayment", normal_vnd=5)
    await entered(loans.staff, loan_id, "overdue_transfer", amount_vnd=5, effective_on="2025-04-01")
    path = f"/v1/loans/{loan_id}/entries"
    first = (await loans.staff.get(f"{path}?limit=4&count=exact")).json()
    assert ([entry["seq"] for entry in first["items"]], first["total"]) == ([6, 5, 4, 3], 6)
    rest = (await loans.staff.get(f"{path}?limit=4&count=exact&cursor={first['next_cursor']}")).json()
    assert ([entry["seq"] for entry in rest["items"]], rest["next_cursor"]) == ([2, 1], None)

    async def found(query: str) -> list[int]:
        return [entry["seq"] for entry in (await loans.staff.get(f"{path}?{query}")).json()["items"]]

    assert await found("kind=overdue_transfer") == [6]
    assert await found(f"effective_on_gte={DAY}&effective_on_lt=2025-04-01") == [5, 4, 3, 2]
    table = await loans.staff.get(path, headers={"accept": "text/csv"})
    assert len(table.text.splitlines()) == 7


async def test_amounts_are_for_some_eyes(loans: LoanStage, world: World) -> None:
    loan_id = await loans.disbursed(50)
    paid = await entered(loans.staff, loan_id, "repayment", normal_vnd=5)
    await entered(loans.staff, loan_id, "reversal", reverses_id=paid["id"], reason="Thu 4 chứ không phải 5 đồng")
    path = f"/v1/loans/{loan_id}/entries"
    shown = (await loans.officer.get(path)).json()["items"][0]
    assert (shown["amounts_hidden"], shown["normal_change_vnd"]) == (False, 5)
    hidden = (await loans.plain.get(path)).json()["items"][0]
    assert hidden["amounts_hidden"] is True
    assert {hidden[name] for name in hidden if name.endswith("_vnd")} | {hidden["reason"]} == {None}
    one = (await loans.plain.get(f"{path}/{paid['id']}")).json()
    assert one["amounts_hidden"] is True
    elsewhere = await world.make.account("staff", SA_PA, sensitive=True)
    for url in (path, f"{path}/{paid['id']}"):
        assert (await elsewhere.get(url)).status_code == 404
    assert (await loans.staff.get(f"/v1/loans/{await loans.disbursed(1)}/entries/{paid['id']}")).status_code == 404


async def test_each_look_leaves_a_row(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    paid = await entered(loans.staff, loan_id, "repayment", normal_vnd=5)
    before = await looks(loans)
    await loans.plain.get(f"/v1/loans/{loan_id}/entries")
    await loans.plain.get(f"/v1/loans/{loan_id}/entries/{paid['id']}")
    assert await looks(loans) == before + 2


async def test_who_entered_is_in_the_trail(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    paid = await entered(loans.staff, loan_id, "repayment", normal_vnd=5)
    async with loans.world.database.begin() as session:
        row = (await session.scalars(select(AuditEntry).where(AuditEntry.subject_id == paid["id"]))).one()
        entry = await session.get_one(LoanEntry, paid["id"])
    assert (row.action, row.actor_id, row.details) == (
        "enter", loans.staff.id, {"loan_id": str(loan_id), "kind": "repayment"},
    )  # fmt: skip
    assert entry.recorded_by_id == loans.staff.id


async def three_parts(loans: LoanStage) -> Any:
    """A loan of 50 with 30 normal, 10 overdue and 10 frozen."""
    loan_id = await loans.disbursed(50)
    await loans.entry(loan_id, "overdue_transfer", PAID_OUT, -10, 10)
    await loans.entry(loan_id, "freeze", PAID_OUT, -10, 0, 10)
    return loan_id


async def looks(loans: LoanStage) -> int:
    async with loans.world.database.begin() as session:
        looked = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "read_loans")
        return int(await session.scalar(looked) or 0)
