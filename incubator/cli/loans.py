"""`incubator loans`: proving that the ledgers add up."""

import asyncio
from pathlib import Path

import asyncpg
import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from incubator.cli.database import address_of, data_dir_option, require_newest_schema, running_database
from incubator.loans.ledger.proof import Finding, count_loans, prove

MOST_SHOWN = 1_000


class Verdict:
    """What was looked at and what does not add up. Beyond the most that are shown, findings are only counted."""

    def __init__(self) -> None:
        self.loans = 0
        self.entries = 0
        self.found = 0
        self.shown: list[Finding] = []

    def add(self, loans: int, entries: int, findings: list[Finding]) -> None:
        self.loans += loans
        self.entries += entries
        self.found += len(findings)
        self.shown += findings[: MOST_SHOWN - len(self.shown)]


@click.group()
def loans() -> None:
    """Loans: proving that their ledgers add up."""


@loans.command()
@data_dir_option
def verify(data_dir: Path | None) -> None:
    """Prove over the whole database that every loan adds up; the exit code is 1 if one does not.

    It reads only, as of one moment, and the service may run meanwhile.
    """
    console = Console()
    with running_database(data_dir) as settings:
        require_newest_schema(settings)
        verdict = asyncio.run(_verify(address_of(settings), console))
    if verdict.found:
        console.print(_table(verdict.shown))
        console.print(f"{verdict.found:,} findings in {verdict.loans:,} loans, {verdict.entries:,} entries")
        raise click.exceptions.Exit(1)
    console.print(f"everything adds up: {verdict.loans:,} loans, {verdict.entries:,} entries")


async def _verify(url: str, console: Console) -> Verdict:
    settings = {"application_name": "incubator loans verify", "timezone": "UTC", "jit": "off", "statement_timeout": "0"}
    connection = await asyncpg.connect(url, timeout=10, server_settings=settings)
    try:
        return await _walk(connection, console)
    finally:
        await connection.close()


async def _walk(connection: asyncpg.Connection, console: Console) -> Verdict:
    verdict = Verdict()
    with _progress(console) as progress:
        bar = progress.add_task("Loans", total=await count_loans(connection))
        async for portion in prove(connection):
            verdict.add(portion.loans, portion.entries, portion.findings)
            progress.advance(bar, portion.loans)
    return verdict


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )


def _table(findings: list[Finding]) -> Table:
    table = Table("lender", "contract", "what", "detail", title="What does not add up", title_justify="left")
    for finding in findings:
        table.add_row(finding.lender_code, finding.contract_no, finding.what, finding.detail)
    return table
