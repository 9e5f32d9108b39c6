"""`incubator loans verify`: all is well where the service wrote, and what a superuser tampered with is found."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import asyncpg
import pytest
from click.testing import CliRunner, Result

from incubator.cli import main
from incubator.loans.ledger.proof import portions
from tests.conftest import committing_world, copy_of
from tests.factories import World
from tests.loans.entering import approved, entered, requested
from tests.loans.stage import LoanStage, set_loans

CONTRACT = "HD-7"
WITHOUT_CONSTRAINTS = (
    "ALTER TABLE loan_entry DROP CONSTRAINT ck_loan_entry_signs_of_kind",
    "ALTER TABLE loan_entry DROP CONSTRAINT ck_loan_entry_counts_as_kind",
    "ALTER TABLE loan_entry DROP CONSTRAINT ck_loan_entry_reversal_of_an_entry",
    "ALTER TABLE loan DROP CONSTRAINT ck_loan_disbursed_within_approved",
    "ALTER TABLE loan DROP CONSTRAINT ck_loan_cancelled_unused",
    "ALTER TABLE loan_entry_request DROP CONSTRAINT ck_loan_entry_request_two_people",
)

Found = list[tuple[str, str, str]]
"""Of each finding what it is, its contract and its detail."""


@pytest.fixture(scope="module")
async def life(server_url: str, template: str) -> AsyncIterator[LoanStage]:
    """A database with one loan that has a life behind it. Tests roll back what they do to it."""
    async with committing_world(server_url, template, "verify") as world:
        loans = await set_loans(world)
        await a_life(loans)
        yield loans


async def test_what_the_service_wrote_adds_up(life: LoanStage) -> None:
    assert await found_after(life) == []


@pytest.mark.parametrize(
    ("table", "tampering", "what", "detail"),
    [
        ("loan_entry", "UPDATE loan_entry SET d_normal = d_normal - 1 WHERE seq = 2", "sums",
         "normal_vnd is 40, the entries say 39"),
        ("loan_entry", "UPDATE loan_entry SET counts_as = 'write_off' WHERE seq = 2", "signs",
         "entry 2 (repayment): -10, 0, 0, interest 1"),
        ("loan_entry", "UPDATE loan_entry SET d_normal = 10 WHERE seq = 2", "signs",
         "entry 2 (repayment): 10, 0, 0, interest 1"),
        ("loan_entry", "UPDATE loan_entry SET effective_on = '2025-01-17' WHERE seq = 2", "balance_below_zero",
         "at the end of 2025-01-17: normal -10, overdue 0, frozen 0"),
        ("loan_entry", "UPDATE loan_entry SET effective_on = '2025-01-10' WHERE seq = 1", "day",
         "entry 1 of 2025-01-10: approved on 2025-01-15"),
        ("loan_entry", "UPDATE loan_entry SET effective_on = '2030-01-10' WHERE seq = 4", "day",
         "entry 4 of 2030-01-10"),
        ("loan_entry", "DELETE FROM loan_entry WHERE seq = 4", "sequence",
         "4 entries from 1 to 5, last_seq is 5"),
        ("loan_entry", "UPDATE loan_entry SET seq = 9 WHERE seq = 5", "sequence",
         "5 entries from 1 to 9, last_seq is 5"),
        ("loan_entry", "UPDATE loan_entry SET d_normal = 9 WHERE kind = 'reversal'", "reversal",
         "entry 5 reverses entry 4, but not exactly"),
        ("loan_entry", "UPDATE loan_entry SET effective_on = '2025-02-11' WHERE kind = 'reversal'", "reversal",
         "entry 5 reverses entry 4, but not exactly"),
        ("loan_entry", "UPDATE loan_entry SET reverses_id = (SELECT id FROM loan_entry WHERE seq = 5) WHERE seq = 2",
         "reversal", "entry 2 (repayment) names an entry that it reverses"),
        ("loan", "UPDATE loan SET normal_vnd = normal_vnd + 5", "sums", "normal_vnd is 45, the entries say 40"),
        ("loan", "UPDATE loan SET written_off_vnd = 1", "sums", "written_off_vnd is 1, the entries say 0"),
        ("loan", "UPDATE loan SET approved_vnd = 49", "disbursed_over_approved", "50 of 49 approved"),
        ("loan", "UPDATE loan SET last_seq = 6", "sequence", "5 entries from 1 to 5, last_seq is 6"),
        ("loan", "UPDATE loan SET cancelled_on = '2025-02-01', cancel_reason = 'x'", "cancelled",
         "cancelled on 2025-02-01 with normal 40, overdue 0, frozen 0, disbursed 50"),
        ("loan", "UPDATE loan SET cancelled_on = '2025-02-01', cancel_reason = 'x'", "cancelled",
         "entry 2 of 2025-02-10"),
        ("loan_entry_request", "UPDATE loan_entry_request SET decided_by = requested_by", "two_people",
         "entry 3 (adjustment of adjustment): no second person approved it"),
        ("loan_entry_request", "UPDATE loan_entry_request SET status = 'refused', entry_id = NULL", "two_people",
         "entry 3 (adjustment of adjustment): no second person approved it"),
        ("loan_entry_request", "UPDATE loan_entry_request SET interest_vnd = 2", "two_people",
         "entry 3 (adjustment of adjustment): no second person approved it"),
        ("loan_entry_request", "DELETE FROM loan_entry_request", "two_people",
         "entry 3 (adjustment of adjustment): no second person approved it"),
        ("loan_instalment", "UPDATE loan_instalment SET principal_vnd = 19 WHERE number = 1", "schedule",
         "version 1 of 50 VND: its 2 instalments do not add up to it"),
        ("loan_instalment", "DELETE FROM loan_instalment", "schedule",
         "version 1 of 50 VND: its 0 instalments do not add up to it"),
        ("loan_instalment", "UPDATE loan_instalment SET due_on = '2029-01-01' WHERE number = 1", "schedule",
         "version 1 of 50 VND: its 2 instalments do not add up to it"),
    ],
)  # fmt: skip
async def test_tampering_as_superuser_is_found(
    life: LoanStage, table: str, tampering: str, what: str, detail: str
) -> None:
    """The triggers are back afterwards; the constraints that would refuse it are gone."""
    found = await found_after(life, *WITHOUT_CONSTRAINTS, *while_off(table, tampering))
    assert any(found_what == what and text.startswith(detail) for found_what, _, text in found), found
    assert {contract for _, contract, _ in found} == {CONTRACT}


@pytest.mark.parametrize(
    ("tampering", "detail"),
    [
        ("ALTER TABLE loan_entry DISABLE TRIGGER append_only", "append_only on loan_entry does not fire"),
        ("ALTER TABLE loan_entry DISABLE TRIGGER ALL", "post_to_loans on loan_entry does not fire"),
        ("DROP TRIGGER post_to_loans ON loan_entry", "post_to_loans on loan_entry is not there"),
        ("ALTER TABLE loan DISABLE TRIGGER sums_of_the_ledger", "sums_of_the_ledger on loan does not fire"),
        ("ALTER TABLE loan_schedule ENABLE REPLICA TRIGGER append_only", "append_only on loan_schedule does not fire"),
    ],
)
async def test_a_trigger_that_does_not_fire_is_found(life: LoanStage, tampering: str, detail: str) -> None:
    assert ("trigger", "", detail) in await found_after(life, tampering)


async def test_a_second_reversal_is_found(life: LoanStage) -> None:
    found = await found_after(
        life,
        "ALTER TABLE loan_entry DROP CONSTRAINT uq_loan_entry_reverses_id",
        "CREATE TEMP TABLE copied ON COMMIT DROP AS SELECT * FROM loan_entry WHERE kind = 'reversal'",
        "UPDATE copied SET id = uuidv7(), seq = 6",
        *while_off("loan_entry", "INSERT INTO loan_entry SELECT * FROM copied"),
    )
    assert [text for what, _, text in found if what == "reversal"] == ["entries 5, 6 reverse the same entry"]


async def test_the_reversal_of_what_takes_two_people_takes_two_as_well(committed: World) -> None:
    """Both written by the database's own roads, which do not know who approved them."""
    loans = await set_loans(committed)
    loan_id = await loans.disbursed(50, contract_no=CONTRACT)
    written_off = await loans.entry(loan_id, "write_off", date(2025, 3, 1), -5)
    await loans.entry(loan_id, "reversal", date(2025, 3, 1), reverses=written_off)
    assert [(what, text) for what, _, text in await found_after(loans)] == [
        ("two_people", "entry 2 (write_off of write_off): no second person approved it"),
        ("two_people", "entry 3 (reversal of write_off): no second person approved it"),
    ]


async def test_an_entry_that_was_recorded_after_the_cancellation_is_found(committed: World) -> None:
    """Of whatever day it says it is: the trail knows when the loan was cancelled."""
    loans = await set_loans(committed)
    loan_id = await loans.granted(50, contract_no=CONTRACT)
    paid = await entered(loans.staff, loan_id, "disbursement", amount_vnd=50)
    back = await entered(loans.staff, loan_id, "reversal", reverses_id=paid["id"], reason="Nhập nhầm")
    headers = {"if-match": f'"{back["loan"]["version"]}"'}
    answer = await loans.staff.post(f"/v1/loans/{loan_id}/cancellation", {"reason": "Không nhận"}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert await found_after(loans) == []
    interest = (
        "INSERT INTO loan_entry (loan_id, seq, kind, counts_as, effective_on, d_normal, d_overdue, d_frozen, source,"
        " recorded_by_kind, recorded_by_id, interest_vnd) SELECT loan_id, 3, 'repayment', 'repayment', effective_on, 0,"
        " 0, 0, source, recorded_by_kind, recorded_by_id, 5 FROM loan_entry WHERE seq = 1"
    )
    tampered = (*while_off("loan_entry", interest), *while_off("loan", "UPDATE loan SET last_seq = 3"))
    [(what, _, text)] = await found_after(loans, *tampered)
    assert (what, text.split(",")[0]) == ("cancelled", "entry 3 of 2025-02-10")


async def test_the_command_says_what_it_found_and_ends_so(committed: World) -> None:
    await a_life(await set_loans(committed))
    good = await called(committed)
    assert (good.exit_code, good.output.splitlines()[-1]) == (0, "everything adds up: 1 loans, 5 entries")
    connection = await asyncpg.connect(address(committed))
    for command in while_off("loan", "UPDATE loan SET overdue_vnd = 7"):
        await connection.execute(command)
    await connection.close()
    bad = await called(committed)
    assert bad.exit_code == 1
    assert "overdue_vnd is 7, the entries say 0" in bad.output
    assert CONTRACT in bad.output
    assert bad.output.splitlines()[-1] == "1 findings in 1 loans, 5 entries"


async def test_a_database_without_the_tables_is_told_what_to_do(server_url: str) -> None:
    async with copy_of(server_url, "template1", "verify") as empty:
        refused = await called_on(empty)
    assert refused.exit_code == 1
    assert "incubator db upgrade" in refused.output


async def called(world: World) -> Result:
    return await called_on(address(world))


async def called_on(url: str) -> Result:
    """The command, in a thread, because it has an event loop of its own."""
    environment = {"DATABASE_URL": url, "INCUBATOR_SECRET_KEY": "test" * 16, "COLUMNS": "200"}
    return await asyncio.to_thread(CliRunner().invoke, main, ["loans", "verify"], env=environment)


async def a_life(loans: LoanStage) -> UUID:
    """A loan with every kind of step behind it: five entries, a schedule, one reversal."""
    loan_id = await loans.granted(50, contract_no=CONTRACT)
    await loans.entry(loan_id, "disbursement", date(2025, 1, 20), 50)
    await loans.schedule(loan_id, {date(2026, 1, 20): 20, date(2027, 1, 20): 30})
    await entered(loans.staff, loan_id, "repayment", normal_vnd=10, interest_vnd=1)
    request = await requested(loans.staff, loan_id, "adjustment", interest_vnd=1)
    await approved(loans.approver, request)
    paid = await entered(loans.staff, loan_id, "repayment", normal_vnd=7)
    await entered(loans.staff, loan_id, "reversal", reverses_id=paid["id"], reason="Nhập nhầm")
    return loan_id


async def found_after(loans: LoanStage, *commands: str) -> Found:
    """What the proof finds after these commands of a superuser, which are rolled back."""
    connection = await asyncpg.connect(address(loans.world))
    try:
        transaction = connection.transaction()
        await transaction.start()
        for command in commands:
            await connection.execute(command)
        findings = [finding async for portion in portions(connection) for finding in portion.findings]
        await transaction.rollback()
    finally:
        await connection.close()
    return [(finding.what, finding.contract_no, finding.detail) for finding in findings]


def while_off(table: str, command: str) -> tuple[str, ...]:
    """A command while no trigger of the table fires."""
    return f"ALTER TABLE {table} DISABLE TRIGGER ALL", command, f"ALTER TABLE {table} ENABLE TRIGGER ALL"


def address(world: World) -> str:
    """That of the database under the world."""
    url: str = world.service.litestar.state.settings.database_url
    return url
