"""A ledger that was written to a file and came back: every row, and every guard as it stood."""

import asyncio
from pathlib import Path

import asyncpg
from click.testing import CliRunner, Result

from incubator.cli import main
from tests.factories import World
from tests.loans.entering import entered
from tests.loans.stage import set_loans
from tests.loans.test_verify import a_life, address, called, found_after

STATES = """
    SELECT tgrelid::regclass::text, tgname::text, chr(tgenabled::int) FROM pg_trigger
    WHERE NOT tgisinternal ORDER BY 1, 2
"""
ALWAYS = {
    ("loan", "approval_before_entries"), ("loan", "sums_of_the_ledger"), ("loan", "sums_start_at_zero"),
    ("loan_entry", "append_only"), ("loan_entry", "fill_in_reversal"), ("loan_entry", "post_to_loans"),
}  # fmt: skip


async def test_a_ledger_comes_back_with_its_guards(committed: World, tmp_path: Path) -> None:
    loans, file = await set_loans(committed), tmp_path / "incubator.backup"
    loan_id = await a_life(loans)
    guards = await states(committed)
    assert {(table, name) for table, name, state in guards if state == "A"} >= ALWAYS
    written = await command(committed, "db", "backup", str(file))
    assert written.exit_code == 0, written.output
    await entered(loans.staff, loan_id, "repayment", normal_vnd=3)
    restored = await command(committed, "db", "restore", str(file), "--yes")
    assert restored.exit_code == 0, restored.output
    assert await states(committed) == guards
    assert await found_after(loans) == []
    assert (await called(committed)).output.splitlines()[-1] == "everything adds up: 1 loans, 5 entries"


async def states(world: World) -> list[tuple[str, ...]]:
    """Table, name and state of every trigger."""
    connection = await asyncpg.connect(address(world))
    try:
        return [tuple(row) for row in await connection.fetch(STATES)]
    finally:
        await connection.close()


async def command(world: World, *arguments: str) -> Result:
    """In a thread, because commands have event loops of their own."""
    environment = {"DATABASE_URL": address(world), "INCUBATOR_SECRET_KEY": "test" * 16}
    return await asyncio.to_thread(CliRunner().invoke, main, list(arguments), env=environment)
