"""Many hands at one ledger: nothing is paid twice, no day ends below zero, and sums are those of the entries."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from sqlalchemy import func, select

from incubator.actor import SYSTEM
from incubator.loans.ledger.batches.actions import post_batch
from incubator.loans.ledger.batches.schemas import BatchRow
from incubator.loans.ledger.models import EntryRequest, LoanEntry
from incubator.loans.ledger.proof import portions
from incubator.loans.ledger.schemas import Repayment
from incubator.loans.lenders.models import Lender
from tests.factories import World
from tests.loans.entering import balances, decide, enter, requested
from tests.loans.stage import LoanStage, set_loans
from tests.test_races import all_at_once

MANY = 20
ROUNDS = 8


async def test_one_of_twenty_full_repayments_succeeds(committed: World) -> None:
    loans = await set_loans(committed)
    loan_id = await loans.disbursed(50_000_000)
    answers = await asyncio.gather(
        *(enter(loans.staff, loan_id, "repayment", normal_vnd=50_000_000, interest_vnd=1) for _ in range(MANY))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: MANY - 1}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"insufficient_balance"}
    assert (await loans.row(loan_id)).status == "settled"
    await everything_adds_up(committed, entries=2)


async def test_one_of_twenty_last_tranches_is_paid_out(committed: World) -> None:
    loans = await set_loans(committed)
    loan_id = await loans.granted(50)
    statuses = await all_at_once(*(enter(loans.staff, loan_id, "disbursement", amount_vnd=50) for _ in range(MANY)))
    assert statuses == {201: 1, 422: MANY - 1}
    await everything_adds_up(committed, entries=1)


async def test_repayment_freeze_and_write_off_in_parallel_keep_every_day_above_zero(committed: World) -> None:
    """Each wants more than half of what is left, on days before and after each other."""
    loans = await set_loans(committed)
    for number in range(ROUNDS):
        loan_id = await loans.disbursed(50)
        request = await requested(loans.staff, loan_id, "write_off", normal_vnd=30, effective_on="2025-03-01")
        statuses = await in_any_order(
            number,
            decide(loans.approver, request, "approval"),
            enter(loans.staff, loan_id, "repayment", normal_vnd=30, effective_on="2025-02-01"),
            enter(loans.staff, loan_id, "repayment", normal_vnd=30, effective_on="2025-06-01"),
            enter(loans.staff, loan_id, "freeze", from_normal_vnd=30, effective_on="2025-04-01"),
            enter(loans.staff, loan_id, "overdue_transfer", amount_vnd=30, effective_on="2025-05-01"),
        )
        assert statuses[200] + statuses[201] == 1, statuses
        assert statuses[409] == 4, statuses
        assert (await loans.row(loan_id)).normal_vnd == 20
    await everything_adds_up(committed, entries=2 * ROUNDS)


async def test_what_fits_together_is_all_entered(committed: World) -> None:
    loans = await set_loans(committed)
    loan_id = await loans.disbursed(50)
    statuses = await all_at_once(*(enter(loans.staff, loan_id, "repayment", normal_vnd=2) for _ in range(MANY)))
    assert statuses == {201: MANY}
    assert await balances(loans, loan_id) == (10, 0, 0)
    await everything_adds_up(committed, entries=1 + MANY)


async def test_one_key_many_times_at_once_is_one_entry(committed: World) -> None:
    loans = await set_loans(committed)
    loan_id = await loans.disbursed(50)
    statuses = await all_at_once(
        *(enter(loans.staff, loan_id, "repayment", normal_vnd=2, repeat="phone-7") for _ in range(MANY))
    )
    assert set(statuses) <= {201, 409}, statuses
    assert statuses[201] >= 1
    later = await enter(loans.staff, loan_id, "repayment", normal_vnd=2, repeat="phone-7")
    assert later.headers["idempotency-replayed"] == "true"
    assert await balances(loans, loan_id) == (48, 0, 0)


async def test_an_entry_is_reversed_by_one_of_many(committed: World) -> None:
    loans = await set_loans(committed)
    loan_id = await loans.disbursed(50)
    paid = (await enter(loans.staff, loan_id, "repayment", normal_vnd=20)).json()["id"]
    statuses = await all_at_once(
        *(enter(loans.staff, loan_id, "reversal", reverses_id=paid, reason="Nhập nhầm") for _ in range(MANY))
    )
    assert statuses == {201: 1, 422: MANY - 1}
    assert await balances(loans, loan_id) == (50, 0, 0)


async def test_a_request_ends_in_one_way(committed: World) -> None:
    loans = await set_loans(committed)
    for number in range(ROUNDS):
        loan_id = await loans.disbursed(50)
        request = await requested(loans.staff, loan_id, "write_off", normal_vnd=10)
        statuses = await in_any_order(
            number,
            *(decide(loans.approver, request, "approval") for _ in range(3)),
            decide(loans.approver, request, "refusal", note="Chưa đủ hồ sơ"),
            decide(loans.staff, request, "withdrawal"),
        )
        assert statuses[200] == 1, statuses
        async with committed.database.begin() as session:
            status = await session.scalar(select(EntryRequest.status).where(EntryRequest.loan_id == loan_id))
            written = select(func.count()).select_from(LoanEntry).where(LoanEntry.loan_id == loan_id)
            assert await session.scalar(written) == (2 if status == "approved" else 1)


async def test_batches_over_the_same_loans_in_opposite_orders_both_end(committed: World) -> None:
    loans = await set_loans(committed)
    loan_ids = [await loans.disbursed(50) for _ in range(30)]
    rows = [await bank_row(loans, loan_id) for loan_id in loan_ids]
    outs = await asyncio.gather(*(batch(committed, order) for order in (rows, rows[::-1], rows, rows[::-1])))
    assert sorted(out.written for out in outs) == [0, 0, 0, 30]
    assert {out.written + out.known for out in outs} == {30}
    await everything_adds_up(committed, entries=60)


async def test_a_batch_and_single_entries_share_what_is_left(committed: World) -> None:
    loans = await set_loans(committed)
    loan_ids = [await loans.disbursed(50) for _ in range(10)]
    rows = [await bank_row(loans, loan_id, vnd=40) for loan_id in loan_ids]
    body = [
        {
            "lender_code": row.lender_code, "contract_no": row.contract_no,
            "entry": {"kind": "repayment", "effective_on": "2025-02-10", "normal_vnd": 40},
        }
        for row in rows
    ]  # fmt: skip
    statuses = await all_at_once(
        loans.staff.post("/v1/entry-batches", {"rows": body}, headers={"idempotency-key": "file"}),
        *(enter(loans.staff, loan_id, "repayment", normal_vnd=40) for loan_id in loan_ids),
    )
    assert statuses[200] + statuses[400] == 1
    assert statuses[201] == (0 if statuses[200] else 10), statuses
    await everything_adds_up(committed, entries=20)


async def in_any_order(seed: int, *calls: Awaitable[httpx.Response]) -> Counter[int]:
    shuffled = list(calls)
    random.Random(seed).shuffle(shuffled)
    return await all_at_once(*shuffled)


async def bank_row(loans: LoanStage, loan_id: UUID, vnd: int = 5) -> BatchRow:
    loan = await loans.row(loan_id)
    async with loans.world.database.begin() as session:
        code = (await session.get_one(Lender, loan.lender_id)).code
    entry = Repayment(effective_on=datetime(2025, 2, 10, tzinfo=UTC).date(), normal_vnd=vnd)
    return BatchRow(lender_code=code, contract_no=loan.contract_no, entry=entry)


async def batch(world: World, rows: list[BatchRow]) -> Any:
    async with world.database.begin() as session:
        return await post_batch(session, SYSTEM, rows, now=world.clock.now)


async def everything_adds_up(world: World, *, entries: int) -> None:
    connection = await asyncpg.connect(world.service.litestar.state.settings.database_url)
    try:
        proved = [portion async for portion in portions(connection)]
    finally:
        await connection.close()
    assert [finding for portion in proved for finding in portion.findings] == []
    assert sum(portion.entries for portion in proved) == entries
