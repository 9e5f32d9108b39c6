"""Measure against a hand-written service, and the reads against themselves on a table a hundred times smaller.

Every figure is a ratio of two rates taken turn by turn in this one run, so that a slow machine is slow for both.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import click
import httpx
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy.engine import make_url

from benchmarks.events import measure_events
from benchmarks.figures import Figure, middle
from benchmarks.fill import fill
from benchmarks.load import requests_per_second
from benchmarks.loans import measure_loans
from benchmarks.mentoring import Mentee, meet, tell
from benchmarks.servers import Server, serve
from incubator import migrations
from incubator.accounts.tokens.actions import create_token_from_shell
from incubator.actor import Scope
from incubator.db import Database
from incubator.embedded import EmbeddedServer
from incubator.settings import Settings

PARTS = ("ideas", "mentoring", "loans", "events")
MANY, FEW = 100_000, 1_000
COMMUNE = "02839"
TITLE = """One process, 16 connections
Ideas: 100,000. Mentoring: 8,120 ideas and what came of them.
Loans: 1.6 million entries, and four times as many. Events: 50,000 attendances, and 5,000,000 times the scale."""
LOG_TARGET = 0.08
"""The log from a phone finds its session, checks every rule and answers what it wrote; by hand there are three
statements and no question asked."""


class Bench:
    """The service on both sizes, the yardstick, and a way to ask each in turn."""

    def __init__(self, many: Server, few: Server, reference: Server, token: dict[str, str], seconds: float) -> None:
        self.many, self.few, self.reference, self.token, self.seconds = many, few, reference, token, seconds

    async def compare(
        self, name: str, at_least: float, ours: str, other: str, headers: dict[str, str], mentee: Mentee | None = None
    ) -> Figure:
        """Three turns each; the middle one of the ratios counts. With a mentee it is its logs that are posted."""
        turns = []
        logs, by_hand = (mentee.logs, mentee.logs_by_hand) if mentee else ([], [])
        for _ in range(3):
            rate = await requests_per_second(ours, self.token, self.seconds, logs)
            turns.append((rate, await requests_per_second(other, headers, self.seconds, by_hand)))
        return Figure(name, *middle(turns), at_least)


@click.command()
@click.option("--seconds", default=3.0, show_default=True, help="Length of each turn.")
@click.option("--strict", is_flag=True, help="Fail where a ratio misses its target.")
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="Measure this part; may be given several times.")
@click.option(
    "--scale", default=1.0, show_default=True, type=click.FloatRange(0.01, 1), help="Of the 5,000,000 attendances."
)
def main(seconds: float, strict: bool, only: tuple[str, ...], scale: float) -> None:
    """Fill two databases, start the servers and print the table of ratios."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="incubator-bench-") as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer.start(Path(folder) / "data") as database:
            figures, sizes = asyncio.run(_measure(database.url, seconds, only or PARTS, scale, console))
    missed = _print(figures, sizes, console)
    if strict and missed:
        raise SystemExit(1)


async def _measure(
    server_url: str, seconds: float, parts: Sequence[str], scale: float, console: Console
) -> tuple[list[Figure], dict[str, float]]:
    figures: list[Figure] = []
    sizes: dict[str, float] = {}
    with Progress(console=console) as progress:
        if "ideas" in parts:
            figures += await _ideas(server_url, seconds, sizes, progress)
        if "mentoring" in parts:
            figures += await _mentoring(server_url, seconds, progress)
        if "loans" in parts:
            figures += await measure_loans(server_url, seconds, progress)
        if "events" in parts:
            figures += await measure_events(server_url, scale, progress)
    return figures, sizes


async def _ideas(server_url: str, seconds: float, sizes: dict[str, float], progress: Progress) -> list[Figure]:
    """Reads of ideas, and into `sizes` what they cost in memory."""
    task = progress.add_task("Filling two databases", total=2)
    few, few_token = await _database(server_url, "few", FEW)
    progress.advance(task)
    many, many_token = await _database(server_url, "many", MANY)
    progress.advance(task)
    with (
        serve("incubator.asgi:app", many, "/readyz") as ours,
        serve("incubator.asgi:app", few, "/readyz") as small,
        serve("benchmarks.reference:app", many, "/ideas") as reference,
    ):
        bench = Bench(ours, small, reference, _bearer(many_token), seconds)
        figures = await _figures(bench, few_token, many, progress)
        sizes["resident after the rates"] = ours.resident_mb()
        sizes["added by a CSV of all ideas"] = await _csv_growth(ours, _bearer(many_token))
    return figures


async def _mentoring(server_url: str, seconds: float, progress: Progress) -> list[Figure]:
    """The log from a phone and the briefing, as a mentor of the demonstration."""
    task = progress.add_task("Measuring mentoring", total=2)
    await _run(server_url, "CREATE DATABASE told")
    url = make_url(server_url).set(database="told").render_as_string(hide_password=False)
    await migrations.upgrade(url)
    password = await tell(url)
    with (
        serve("incubator.asgi:app", url, "/readyz") as ours,
        serve("benchmarks.reference_mentoring:app", url, "/ready") as reference,
    ):
        mentee = await meet(ours.url, password)
        bench = Bench(ours, ours, reference, mentee.token, seconds)
        paths = f"{ours.url}/v1/projects/{mentee.project_id}/briefing", f"{reference.url}/briefing/{mentee.project_id}"
        briefing = await bench.compare("briefing, against by hand", 0.4, *paths, {})
        progress.advance(task)
        paths = f"{ours.url}/v1/consultations", f"{reference.url}/consultations"
        log = await bench.compare("log a consultation, against by hand", LOG_TARGET, *paths, {}, mentee)
        progress.advance(task)
    return [briefing, log]


async def _figures(bench: Bench, few_token: str, many_url: str, progress: Progress) -> list[Figure]:
    one = await _newest_id(many_url)
    ours, reference, small = bench.many.url, bench.reference.url, bench.few.url
    page_1000 = await _page_1000(ours, bench.token)
    status, commune = "status=screening", f"locality_code={COMMUNE}"
    against_reference = [
        ("list of 50, against by hand", 0.7, "/v1/ideas?limit=50", "/ideas"),
        ("one idea, against by hand", 0.5, f"/v1/ideas/{one}", f"/ideas/{one}"),
    ]
    against_few = [
        ("list at 100,000 / at 1,000: scope alone", "limit=10"),
        ("… by status", f"limit=10&{status}"),
        ("… by commune", f"limit=10&{commune}"),
        ("… by commune and status", f"limit=1&{commune}&{status}"),
    ]
    task = progress.add_task("Measuring", total=len(against_reference) + len(against_few) + 1)
    figures = []
    for name, target, path, other in against_reference:
        figures.append(await bench.compare(name, target, ours + path, reference + other, {}))
        progress.advance(task)
    first = f"{ours}/v1/ideas?limit=50"
    late = f"{first}&cursor={page_1000}"
    figures.append(await bench.compare("page 1,000 / page 1", 1 / 1.2, late, first, bench.token))
    progress.advance(task)
    for name, query in against_few:
        paths = f"{ours}/v1/ideas?{query}", f"{small}/v1/ideas?{query}"
        figures.append(await bench.compare(name, 1 / 1.2, *paths, _bearer(few_token)))
        progress.advance(task)
    return figures


async def _database(server_url: str, name: str, ideas: int) -> tuple[str, str]:
    """A migrated database with so many ideas, and the token of a frontend."""
    await _run(server_url, f"CREATE DATABASE {name}")
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    await migrations.upgrade(url)
    await fill(url, ideas)
    return url, await _frontend_token(url)


async def _frontend_token(database_url: str) -> str:
    """A token that reads the ideas of one province: authentication, scope and unpublished decisions all count."""
    settings = Settings(database_url=database_url, secret_key="benchmark" * 8, data_dir=Path())
    database = await Database.open(settings)
    try:
        async with database.begin() as session:
            return await create_token_from_shell(
                session, name="bench", scopes=[Scope.ideas_read], locality_code="15", now=datetime.now(UTC)
            )
    finally:
        await database.close()


async def _page_1000(url: str, token: dict[str, str]) -> str:
    """The cursor behind 999 pages of 50, walked as a client walks."""
    cursor = ""
    async with httpx.AsyncClient(headers=token) as client:
        for _ in range(999):
            answer = await client.get(f"{url}/v1/ideas?limit=50{cursor and f'&cursor={cursor}'}")
            cursor = answer.raise_for_status().json()["next_cursor"]
    return cursor


async def _csv_growth(server: Server, token: dict[str, str]) -> float:
    """How much resident memory grows, in MB, while all ideas leave as CSV."""
    before = peak = server.resident_mb()
    async with (
        httpx.AsyncClient(headers={**token, "accept": "text/csv"}, timeout=60) as client,
        client.stream("GET", f"{server.url}/v1/ideas") as answer,
    ):
        async for _ in answer.aiter_bytes(1 << 20):
            peak = max(peak, server.resident_mb())
    return peak - before


async def _newest_id(database_url: str) -> str:
    async with _connected(database_url) as connection:
        return str(await connection.fetchval("SELECT id FROM idea ORDER BY id DESC OFFSET 500 LIMIT 1"))


async def _run(database_url: str, command: str) -> None:
    async with _connected(database_url) as connection:
        await connection.execute(command)


@asynccontextmanager
async def _connected(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    try:
        yield connection
    finally:
        await connection.close()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _print(figures: list[Figure], sizes: dict[str, float], console: Console) -> list[Figure]:
    table = Table(title=TITLE)
    for column in ("", "per second", "yardstick", "ratio", "target", ""):
        table.add_column(column, justify="left" if not column else "right")
    for figure in figures:
        met = "met" if figure.ratio >= figure.at_least else "[bold]missed[/bold]"
        rates = _number(figure.rate), _number(figure.yardstick)
        table.add_row(figure.name, *rates, f"{figure.ratio:.2f}", f"≥ {figure.at_least:.2f}", met)
    console.print(table)
    for name, megabytes in sizes.items():
        console.print(f"{name}: {megabytes:.0f} MB")
    return [figure for figure in figures if figure.ratio < figure.at_least]


def _number(rate: float) -> str:
    """Figures of loans take a second and more."""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2f}"


if __name__ == "__main__":
    main()
