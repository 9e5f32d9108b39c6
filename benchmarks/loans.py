"""The ledger on the demonstration with 1.6 million entries, and on four times that: entering, batches and figures."""

import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.engine import make_url

from benchmarks.figures import Figure, middle
from benchmarks.load import CONNECTIONS, message, posts_per_second
from benchmarks.mentoring import DOZENS
from benchmarks.reference_loans import ENTER, FIGURES, LISTED, LISTED_BY_NUMBER
from benchmarks.servers import serve
from incubator import migrations
from incubator.actor import SYSTEM
from incubator.db import SERVER_SETTINGS, Database
from incubator.demo import load_demo
from incubator.embedded import binary
from incubator.loans.ledger.batches.actions import post_batch
from incubator.loans.ledger.batches.schemas import BatchRow
from incubator.loans.ledger.schemas import Repayment
from incubator.settings import Settings

ENTRIES, ROWS = 1_600_000, 35_000
GREATER = 4
STAFF = "staff-1"
TURNS = 3

AS_OF = date(2025, 11, 30)
BATCH_FROM = date(2025, 11, 1)
POST_TARGET, FIGURE_TARGET, BATCH_TARGET = 0.07, 0.5, 0.4

PORTIONS = 4
"""Each statement looks through all of the ledger, so there are few."""
FILL = """
INSERT INTO loan_entry
  (loan_id, seq, kind, counts_as, effective_on, recorded_at, d_normal, d_overdue, d_frozen, interest_vnd, source,
   recorded_by_kind, recorded_by_id)
SELECT l.id, l.last_seq + n, 'repayment', 'repayment', l.approved_on + (n * ($4 - l.approved_on) / ($1 + 1))::int,
  l.approved_on + (n * ($4 - l.approved_on) / ($1 + 1))::int + 3, 0, 0, 0, 250000, 'batch', 'system', uuidv7()
FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM loan WHERE cancelled_on IS NULL) l
CROSS JOIN generate_series(1, $1::int) n WHERE l.place % $3::int = $2::int
"""
"""Interest that came in month by month, as the bank sends it: so many rows for each loan, some loans at a time."""


class Place(msgspec.Struct):
    """A filled database, and the account of staff in it."""

    url: str
    size: int
    password: str
    account_id: UUID


async def measure_loans(server_url: str, seconds: float, progress: Progress) -> list[Figure]:
    """Each figure at both sizes, so that it shows how it grows."""
    figures = []
    for size in (1, GREATER):
        task = progress.add_task(f"Loans × {size}", total=4)
        place = await _fill(server_url, size)
        progress.advance(task)
        for measure in (_figures, _posts, _batches):
            figures.append(await measure(place, seconds))
            progress.advance(task)
    return figures


async def _fill(server_url: str, size: int) -> Place:
    """The demonstration so many times, and so many entries more that there are 1.6 million times that."""
    name = f"lent{size}"
    async with _connected(server_url) as connection:
        await connection.execute(f"CREATE DATABASE {name}")
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    await migrations.upgrade(url)
    with tempfile.TemporaryDirectory() as folder:
        console = Console(quiet=True)
        await load_demo(url, scale=size, seed=57, data_dir=Path(folder), console=console, activities=DOZENS)
        accounts = msgspec.json.decode((Path(folder) / "demo-accounts.json").read_bytes())["accounts"]
    async with _connected(url) as connection:
        await _add_entries(connection, ENTRIES * size)
        await connection.execute(LISTED)
        await connection.execute(LISTED_BY_NUMBER)
        await connection.execute("VACUUM (ANALYZE)")
        account_id = await connection.fetchval("SELECT id FROM account WHERE username = $1", STAFF)
    password = next(account["password"] for account in accounts if account["username"] == STAFF)
    return Place(url, size, password, account_id)


async def _add_entries(connection: asyncpg.Connection, wanted: int) -> None:
    there, loans = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM loan_entry), (SELECT count(*) FROM loan WHERE cancelled_on IS NULL)"
    )
    each = round((wanted - there) / loans)
    for portion in range(PORTIONS):
        await connection.execute(FILL, each, portion, PORTIONS, AS_OF)


async def _figures(place: Place, _: float) -> Figure:
    """One after the other: neither is asked by sixteen at once."""
    known_at = datetime.now(UTC) - timedelta(minutes=2)
    asked = {"as_of": AS_OF.isoformat(), "known_at": known_at.isoformat().replace("+00:00", "Z")}
    turns = []
    with serve("incubator.asgi:app", place.url, "/readyz") as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client, _connected(place.url) as connection:
            headers = await _log_in(client, place.password)
            for _turn in range(TURNS):
                begun = time.perf_counter()
                answer = await client.get("/v1/stats/loans", params=asked, headers=headers)
                middle_of = time.perf_counter()
                by_hand = await connection.fetchrow(FIGURES, AS_OF, known_at)
                turns.append((1 / (middle_of - begun), 1 / (time.perf_counter() - middle_of)))
                _compare(answer.raise_for_status().json()["totals"], by_hand)
    return Figure(f"figures of loans{_times(place)}, against bare SQL", *middle(turns), FIGURE_TARGET)


def _compare(totals: dict[str, Any], by_hand: asyncpg.Record) -> None:
    """A yardstick that counts something else is none."""
    ours = totals["households_ever"], totals["households_current"], totals["disbursed_vnd"]
    if ours != (by_hand[0], by_hand[1], by_hand[6]):
        raise RuntimeError(f"the figures differ from those by hand: {ours}")


async def _posts(place: Place, seconds: float) -> Figure:
    """Entries of loans drawn by lot, 16 connections each."""
    turns = []
    with serve("incubator.asgi:app", place.url, "/readyz") as server:
        async with httpx.AsyncClient(base_url=server.url) as client:
            headers = await _log_in(client, place.password)
        async with _connected(place.url) as connection:
            loans = [row[0] for row in await connection.fetch("SELECT id FROM bench_loan ORDER BY n")]
        for turn in range(TURNS):
            posted = [_posting(f"{server.url}/v1/loans", loans, headers, (turn, n)) for n in range(CONNECTIONS)]
            rate = await posts_per_second(server.url, posted, seconds)
            turns.append((rate, await _pgbench(place, len(loans), seconds)))
    return Figure(f"enter a repayment{_times(place)}, against pgbench", *middle(turns), POST_TARGET)


def _posting(url: str, loans: list[UUID], headers: dict[str, str], seed: tuple[int, int]) -> Iterator[bytes]:
    """Requests without end, each of its own loan and key."""
    dice = Random(repr(seed))
    body = msgspec.json.encode(
        {"kind": "repayment", "effective_on": "2025-11-28", "normal_vnd": 1, "interest_vnd": 100}
    )
    while True:
        keyed = {**headers, "idempotency-key": str(uuid4())}
        yield message("POST", f"{url}/{dice.choice(loans)}/entries", keyed, body)


async def _pgbench(place: Place, loans: int, seconds: float) -> float:
    """Transactions per second of the inserts of one entry."""
    script = ENTER.format(loans=loans, account_id=place.account_id, digest="ab" * 32, answer="7b7d" * 300)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        options = ["-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(max(1, round(seconds)))]
        command = [str(binary("pgbench")), *options, "-f", file.name, place.url]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        output, complaints = await process.communicate()
    found = re.search(r"tps = ([\d.]+)", output.decode())
    if process.returncode or found is None or b"failed transactions: 0 " not in output:
        raise RuntimeError(output.decode() + complaints.decode())
    return float(found.group(1))


async def _batches(place: Place, _: float) -> Figure:
    """Rows of one day for as many loans, by the action and by COPY, each time for another day."""
    turns = []
    settings = Settings(database_url=place.url, secret_key="benchmark" * 8, data_dir=Path())
    database = await Database.open(settings)
    try:
        async with _connected(place.url) as connection:
            for turn in range(TURNS):
                day = BATCH_FROM + timedelta(days=2 * turn)
                rows = await _rows_of(connection, ROWS * place.size)
                rate = len(rows) / await _by_action(database, rows, day)
                rows = await _rows_of(connection, ROWS * place.size)
                turns.append((rate, len(rows) / await _by_copy(connection, rows, day + timedelta(days=1))))
    finally:
        await database.close()
    return Figure(f"rows of a batch of {ROWS * place.size:,}, against COPY", *middle(turns), BATCH_TARGET)


async def _rows_of(connection: asyncpg.Connection, wanted: int) -> list[asyncpg.Record]:
    """The loans, in the order of their ids."""
    query = """
        SELECT l.id, l.last_seq, l.contract_no, lender.code FROM loan l JOIN lender ON lender.id = l.lender_id
        WHERE cancelled_on IS NULL ORDER BY l.id LIMIT $1
    """
    return list(await connection.fetch(query, wanted))


async def _by_action(database: Database, rows: list[asyncpg.Record], day: date) -> float:
    """Seconds."""
    batch = [
        BatchRow(
            lender_code=row["code"], contract_no=row["contract_no"], entry=Repayment(effective_on=day, interest_vnd=100)
        )
        for row in rows
    ]
    begun = time.perf_counter()
    async with database.begin() as session:
        out = await post_batch(session, SYSTEM, batch, now=datetime.now(UTC))
    if out.written != len(rows):
        raise RuntimeError(f"{out.written} of {len(rows)} rows were written")
    return time.perf_counter() - begun


async def _by_copy(connection: asyncpg.Connection, rows: list[asyncpg.Record], day: date) -> float:
    """Seconds. The triggers of the ledger are on."""
    columns = (
        "loan_id", "seq", "kind", "counts_as", "effective_on", "d_normal", "d_overdue", "d_frozen", "interest_vnd",
        "source", "row_key", "recorded_by_kind", "recorded_by_id",
    )  # fmt: skip
    records = [
        (row["id"], row["last_seq"] + 1, "repayment", "repayment", day, 0, 0, 0, 100, "batch",
         f"{day}/repayment/0/0/0/100/1", "system", SYSTEM.id)
        for row in rows
    ]  # fmt: skip
    begun = time.perf_counter()
    await connection.copy_records_to_table("loan_entry", columns=columns, records=records)
    return time.perf_counter() - begun


async def _log_in(client: httpx.AsyncClient, password: str) -> dict[str, str]:
    login = await client.post("/v1/auth/login", json={"username": STAFF, "password": password})
    return {"Authorization": f"Bearer {login.raise_for_status().json()['token']}"}


def _times(place: Place) -> str:
    return f" × {place.size}" if place.size > 1 else ""


@asynccontextmanager
async def _connected(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    settings = {**SERVER_SETTINGS, "statement_timeout": "0"}
    connection = await asyncpg.connect(database_url, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()
