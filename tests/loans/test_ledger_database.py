"""What PostgreSQL refuses by itself, whoever writes: no action of ours stands before it here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from incubator.actor import NOBODY
from incubator.api.problems import as_domain_error, render
from incubator.days import civil_day
from incubator.errors import RULES
from incubator.loans.ledger.models import LoanEntry
from tests.loans.stage import LoanStage

FIRST, LATER, LAST = date(2025, 1, 20), date(2025, 3, 1), date(2025, 6, 1)


@pytest.mark.parametrize(
    "command",
    [
        "UPDATE loan_entry SET reason = 'x'",
        "UPDATE loan_entry SET reason = 'x' WHERE false",
        "DELETE FROM loan_entry",
        "DELETE FROM loan_entry WHERE false",
        "TRUNCATE loan_entry CASCADE",
        "TRUNCATE loan CASCADE",
        "TRUNCATE lender CASCADE",
        "INSERT INTO loan_entry SELECT * FROM loan_entry ON CONFLICT (id) DO UPDATE SET reason = 'x'",
        "MERGE INTO loan_entry e USING loan_entry o ON e.id = o.id WHEN MATCHED THEN DELETE",
    ],
)
async def test_entries_are_never_changed(loans: LoanStage, command: str) -> None:
    await loans.disbursed(50)
    async with refused(loans, "append_only") as session:
        await session.execute(text(command))


@pytest.mark.parametrize(
    ("kind", "amounts"),
    [
        ("disbursement", (0, 0, 0, 0)), ("disbursement", (-1, 0, 0, 0)), ("disbursement", (0, 1, 0, 0)),
        ("disbursement", (1, 0, 1, 0)), ("disbursement", (1, 0, 0, 1)),
        ("repayment", (0, 0, 0, 0)), ("repayment", (1, 0, 0, 0)), ("repayment", (-1, 1, 0, 0)),
        ("repayment", (-1, 0, 0, -1)), ("repayment", (0, 0, 1, 1)),
        ("overdue_transfer", (-1, 2, 0, 0)), ("overdue_transfer", (1, -1, 0, 0)), ("overdue_transfer", (0, 0, 0, 0)),
        ("overdue_transfer", (-1, 1, 0, 1)), ("overdue_transfer", (-2, 1, 1, 0)),
        ("overdue_cure", (-1, 1, 0, 0)), ("overdue_cure", (2, -1, 0, 0)), ("overdue_cure", (1, -1, 0, 1)),
        ("freeze", (-1, 0, 2, 0)), ("freeze", (1, 0, -1, 0)), ("freeze", (1, -2, 1, 0)), ("freeze", (-1, 0, 1, 1)),
        ("unfreeze", (-1, 0, 1, 0)), ("unfreeze", (1, 1, -1, 0)), ("unfreeze", (2, -1, -1, 0)),
        ("write_off", (0, 0, 0, 0)), ("write_off", (1, 0, 0, 0)), ("write_off", (-2, 1, 0, 0)),
        ("write_off", (-1, 0, 0, 1)),
        ("adjustment", (0, 0, 0, 0)),
        ("reversal", (1, 0, 0, 0)),
        ("gift", (1, 0, 0, 0)),
    ],
)  # fmt: skip
async def test_each_kind_has_its_signs(loans: LoanStage, kind: str, amounts: tuple[int, int, int, int]) -> None:
    """The loan has enough of everything, so that only the signs can be wrong."""
    loan_id = await loans.granted(100)
    await loans.entry(loan_id, "disbursement", FIRST, 50)
    await loans.entry(loan_id, "adjustment", FIRST, 0, 10, 10)
    other = {"gift": "ck_loan_entry_kind_known", "reversal": "reversal_of_an_entry"}
    async with refused(loans, other.get(kind, "ck_loan_entry_signs_of_kind")):
        await loans.entry(loan_id, kind, LATER, *amounts)


@pytest.mark.parametrize("kind", ["write_off", "adjustment", "reversal"])
async def test_some_kinds_have_a_reason(loans: LoanStage, kind: str) -> None:
    loan_id = await loans.granted(50)
    first = await loans.entry(loan_id, "disbursement", FIRST, 50)
    reverses = first if kind == "reversal" else None
    async with refused(loans, "ck_loan_entry_has_reason"):
        await loans.entry(loan_id, kind, FIRST, -1, reverses=reverses, reason=None)


async def test_a_reversal_is_filled_in_whatever_was_sent(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    paid = await loans.entry(loan_id, "repayment", LATER, -20, interest=3)
    back = await loans.entry(loan_id, "reversal", LAST, 99, 98, 97, 96, reverses=paid, counts_as="write_off")
    async with loans.world.database.begin() as session:
        entry = await session.get_one(LoanEntry, back)
        await session.refresh(entry)
    assert (entry.counts_as, entry.effective_on) == ("repayment", LATER)
    assert (entry.d_normal, entry.d_overdue, entry.d_frozen, entry.interest_vnd) == (20, 0, 0, -3)
    assert (await loans.row(loan_id)).normal_vnd == 50


async def test_an_entry_is_reversed_once(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    paid = await loans.entry(loan_id, "repayment", LATER, -20)
    await loans.entry(loan_id, "reversal", LATER, reverses=paid)
    async with refused(loans, "uq_loan_entry_reverses_id"):
        await loans.entry(loan_id, "reversal", LATER, reverses=paid)


async def test_a_reversal_is_reversed_never_nor_an_entry_of_another_loan(loans: LoanStage) -> None:
    loan_id, other = await loans.disbursed(50), await loans.disbursed(50)
    paid = await loans.entry(loan_id, "repayment", LATER, -20)
    back = await loans.entry(loan_id, "reversal", LATER, reverses=paid)
    second = await loans.entry(loan_id, "repayment", LATER, -20)
    for of, reverses in ((loan_id, back), (other, second), (loan_id, NOBODY), (loan_id, None)):
        async with refused(loans, "reversal_of_an_entry"):
            await loans.entry(of, "reversal", LATER, reverses=reverses)
    with pytest.raises(IntegrityError):
        await loans.entry(loan_id, "repayment", LATER, -1, reverses=second)


@pytest.mark.parametrize("amounts", [(-6, 0, 0), (0, -1, 0), (0, 0, -1)])
async def test_a_row_of_an_earlier_day_is_held_against_every_later_one(
    loans: LoanStage, amounts: tuple[int, int, int]
) -> None:
    """At the end of June 5 are left; the balance of March, where the row belongs, would suffice."""
    loan_id = await loans.disbursed(50)
    await loans.entry(loan_id, "repayment", LAST, -45)
    async with refused(loans, "balance_below_zero", "ck_loan_balance_not_negative"):
        await loans.entry(loan_id, "repayment", LATER, *amounts)
    await loans.entry(loan_id, "repayment", LATER, -5)


async def test_a_balance_below_zero_in_between_is_refused_though_the_end_is_not(loans: LoanStage) -> None:
    loan_id = await loans.granted(50)
    await loans.entry(loan_id, "disbursement", LAST, 50)
    async with refused(loans, "balance_below_zero"):
        await loans.entry(loan_id, "repayment", LATER, -1)
    async with refused(loans, "balance_below_zero"):
        await loans.entry(loan_id, "freeze", LATER, -1, 0, 1)


async def test_rows_of_one_statement_are_judged_together(loans: LoanStage) -> None:
    loan_id = await loans.granted(50)
    rows = [row(loan_id, 1, "repayment", LATER, -50), row(loan_id, 2, "disbursement", LATER, 50)]
    async with loans.world.database.begin() as session:
        await session.execute(insert(LoanEntry).values(rows))
    loan = await loans.row(loan_id)
    assert (loan.normal_vnd, loan.disbursed_vnd, loan.last_seq, loan.status) == (0, 50, 2, "settled")


async def test_no_more_is_paid_out_than_was_approved(loans: LoanStage) -> None:
    loan_id = await loans.granted(50)
    await loans.entry(loan_id, "disbursement", FIRST, 30)
    async with refused(loans, "ck_loan_disbursed_within_approved"):
        await loans.entry(loan_id, "disbursement", FIRST, 21)
    async with refused(loans, "ck_loan_disbursed_within_approved") as session:
        await session.execute(text("UPDATE loan SET approved_vnd = 29 WHERE id = :id"), {"id": loan_id})


async def test_days_are_those_between_approval_and_the_clock_of_the_database(loans: LoanStage) -> None:
    loan_id = await loans.granted(50)
    today = civil_day(datetime.now(UTC))
    async with refused(loans, "entry_in_future"):
        await loans.entry(loan_id, "disbursement", today + timedelta(2), 50)
    async with refused(loans, "entry_before_approval"):
        await loans.entry(loan_id, "disbursement", date(2025, 1, 14), 50)
    await loans.entry(loan_id, "disbursement", FIRST, 50)
    async with refused(loans, "entry_before_approval") as session:
        await session.execute(text("UPDATE loan SET approved_on = '2025-01-21' WHERE id = :id"), {"id": loan_id})


async def test_a_cancelled_loan_takes_no_entry_and_a_used_one_is_not_cancelled(loans: LoanStage) -> None:
    cancelled = await loans.granted(50, cancelled_on=LATER, cancel_reason="Hộ không nhận vốn")
    async with refused(loans, "loan_cancelled"):
        await loans.entry(cancelled, "disbursement", FIRST, 50)
    used = await loans.disbursed(50)
    async with refused(loans, "ck_loan_cancelled_unused") as session:
        command = "UPDATE loan SET cancelled_on = '2025-03-01', cancel_reason = 'x' WHERE id = :id"
        await session.execute(text(command), {"id": used})


@pytest.mark.parametrize(
    "column", ["disbursed_vnd", "normal_vnd", "overdue_vnd", "frozen_vnd", "written_off_vnd", "last_seq"]
)
async def test_sums_follow_from_the_ledger_alone(loans: LoanStage, column: str) -> None:
    loan_id = await loans.disbursed(50)
    async with refused(loans, "sums_of_the_ledger") as session:
        await session.execute(text(f"UPDATE loan SET {column} = 1 WHERE id = :id"), {"id": loan_id})
    async with refused(loans, "sums_of_the_ledger"):
        await loans.granted(50, **{column: 1})


async def test_two_entries_have_two_numbers(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    async with refused(loans, "uq_loan_entry_loan_id_seq"):
        await loans.entry(loan_id, "repayment", LATER, -1, seq=1)


@pytest.mark.parametrize("seqs", [(3,), (2, 4), (3, 4), (2**31 - 1,)])
async def test_entries_are_numbered_one_by_one(loans: LoanStage, seqs: tuple[int, ...]) -> None:
    loan_id, other = await loans.disbursed(50), await loans.granted(50)
    rows = [row(loan_id, seq, "repayment", LATER, -1) for seq in seqs]
    async with refused(loans, "entries_in_sequence") as session:
        await session.execute(insert(LoanEntry).values([*rows, row(other, 1, "disbursement", LATER, 1)]))
    async with loans.world.database.begin() as session:
        await session.execute(insert(LoanEntry).values([row(loan_id, seq, "repayment", LATER, -1) for seq in (3, 2)]))
    assert (await loans.row(loan_id)).last_seq == 3


@pytest.mark.parametrize("seq", [0, -1])
async def test_the_first_entry_has_number_one(loans: LoanStage, seq: int) -> None:
    loan_id = await loans.disbursed(50)
    async with refused(loans, "ck_loan_entry_seq_from_one"):
        await loans.entry(loan_id, "repayment", LATER, -1, seq=seq)


@pytest.mark.parametrize(
    ("command", "constraint"),
    [
        ("DELETE FROM loan_entry WHERE loan_id = :id", "append_only"),
        ("UPDATE loan_entry SET d_normal = 1 WHERE loan_id = :id", "append_only"),
        ("TRUNCATE loan_entry CASCADE", "append_only"),
        ("UPDATE loan SET normal_vnd = 0 WHERE id = :id", "sums_of_the_ledger"),
        ("UPDATE loan SET approved_on = '2025-01-21' WHERE id = :id", "entry_before_approval"),
        (
            "INSERT INTO loan (lender_id, contract_no, programme_id, household_id, borrower_id, approved_vnd,"
            " approved_on, maturity_on, locality_id, province_id, entered_by_kind, entered_by_id, normal_vnd)"
            " SELECT lender_id, 'HD-X', programme_id, household_id, borrower_id, approved_vnd, approved_on,"
            " maturity_on, locality_id, province_id, entered_by_kind, entered_by_id, 7 FROM loan WHERE id = :id",
            "sums_of_the_ledger",
        ),
    ],
)
async def test_the_guards_stand_as_a_replica_too(loans: LoanStage, command: str, constraint: str) -> None:
    """`session_replication_role` would turn usual triggers off for who may set it."""
    loan_id = await loans.disbursed(50)
    async with refused(loans, constraint) as session:
        await session.execute(text("SET LOCAL session_replication_role = 'replica'"))
        await session.execute(text(command), {"id": loan_id})


async def test_entries_of_a_replica_are_posted_and_reversed_as_always(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    paid = await loans.entry(loan_id, "repayment", LATER, -20)
    async with loans.world.database.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = 'replica'"))
        back = row(loan_id, 3, "reversal", LAST, 0) | {"reverses_id": paid, "reason": "Nhập nhầm"}
        await session.execute(insert(LoanEntry).values(back))
        await session.execute(text("SET LOCAL session_replication_role = 'origin'"))
    loan = await loans.row(loan_id)
    assert (loan.normal_vnd, loan.last_seq) == (50, 3)


async def test_a_row_of_a_file_is_one_entry(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    await loans.entry(loan_id, "repayment", LATER, -1, row_key="2025-03-01/repayment/1", source="batch")
    async with refused(loans, "uq_loan_entry_loan_id_row_key"):
        await loans.entry(loan_id, "repayment", LATER, -1, row_key="2025-03-01/repayment/1", source="batch")


async def test_the_sums_are_those_of_the_entries(loans: LoanStage) -> None:
    loan_id = await loans.granted(100)
    await loans.entry(loan_id, "disbursement", FIRST, 100)
    await loans.entry(loan_id, "overdue_transfer", LATER, -40, 40)
    await loans.entry(loan_id, "freeze", LATER, -10, -10, 20)
    await loans.entry(loan_id, "write_off", LAST, 0, -5, -5)
    loan = await loans.row(loan_id)
    assert (loan.normal_vnd, loan.overdue_vnd, loan.frozen_vnd) == (50, 25, 15)
    assert (loan.disbursed_vnd, loan.written_off_vnd, loan.last_seq, loan.version) == (100, 10, 4, 5)


async def test_what_the_database_refuses_reads_as_well_as_what_the_service_does(loans: LoanStage) -> None:
    """The name of the constraint is that of a rule with words of its own."""
    loan_id = await loans.disbursed(50)
    with pytest.raises(DBAPIError) as caught:
        await loans.entry(loan_id, "repayment", date(2025, 1, 14), -1)
    problem = render(as_domain_error(caught.value), path="/", request_id="x", language="vi")
    assert (problem.status, problem.rule) == (422, "entry_before_approval")
    assert problem.detail == RULES["entry_before_approval"].vi
    named = {
        "entries_in_sequence",
        "entry_in_future",
        "loan_cancelled",
        "balance_below_zero",
        "reversal_of_an_entry",
        "sums_of_the_ledger",
    }
    assert named <= RULES.keys()


@asynccontextmanager
async def refused(loans: LoanStage, *constraints: str) -> AsyncIterator[Any]:
    """What is done inside, with a session or not, breaks one of the constraints."""
    with pytest.raises(DBAPIError) as caught:
        async with loans.world.database.begin() as session:
            yield session
    broken = getattr(caught.value.orig.__cause__, "constraint_name", None)
    assert broken in constraints, caught.value


def row(loan_id: UUID, seq: int, kind: str, day: date, normal: int) -> dict[str, Any]:
    return {
        "loan_id": loan_id, "seq": seq, "kind": kind, "counts_as": kind, "effective_on": day, "d_normal": normal,
        "d_overdue": 0, "d_frozen": 0, "interest_vnd": 0, "source": "typed", "recorded_by_kind": "system",
        "recorded_by_id": NOBODY,
    }  # fmt: skip
