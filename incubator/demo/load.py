"""Putting the demonstration into an empty database: all of it in one transaction, or nothing."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from incubator.demo.accounts import Secrets
from incubator.demo.calls import Contest
from incubator.demo.events import ACTIVITIES, Known, Movement
from incubator.demo.events_youth import FIRST_BORN, LAST_BORN
from incubator.demo.loans import HOUSEHOLDS, LAST_FOUNDED, Leader, Lending
from incubator.demo.rows import Batch, Sheet
from incubator.demo.stories import Storyteller
from incubator.demo.world import set_up
from incubator.ideas.calls.models import OPEN_CALL, Call, Rubric
from incubator.settings import SettingsError

ACCOUNTS_FILE = "demo-accounts.json"

_LOCK = 57_1204_2028
_ANY_CONTENT = "SELECT EXISTS (SELECT FROM idea) OR EXISTS (SELECT FROM account)"
_OPEN_CALL = "SELECT * FROM call WHERE code = $1"
_ITS_RUBRIC = "SELECT * FROM rubric WHERE call_id = $1 ORDER BY number DESC LIMIT 1"
_LEADERS = """
    SELECT project.id, project.founded_on, person.id, person.ethnicity, person.locality_id
    FROM (
      SELECT DISTINCT ON (m.person_id) m.person_id, p.id, p.founded_on
      FROM project p JOIN project_idea f ON f.project_id = p.id AND f.position = 0 JOIN idea i ON i.id = f.idea_id
      JOIN idea_member m ON m.idea_id = i.id AND m.number = i.content_number AND m.position = 0
      WHERE p.founded_on <= $1 ORDER BY m.person_id, p.id
    ) project JOIN person ON person.id = project.person_id ORDER BY project.id
"""
_YOUNG = """
    SELECT id, full_name, name_key, birth_year, locality_id, created_at,
      NOT EXISTS (SELECT FROM account WHERE person_id = person.id)
    FROM person WHERE birth_year BETWEEN $1 AND $2 AND locality_id IS NOT NULL ORDER BY id
"""


class Teller(Protocol):
    """Tells a part of the demonstration batch by batch, `total` in all."""

    name: str
    total: int

    def tell(self) -> Batch: ...


async def is_empty(database_url: str) -> bool:
    """Whether the migrated database holds neither ideas nor accounts."""
    async with _connected(database_url) as connection:
        return not await connection.fetchval(_ANY_CONTENT)


async def load_demo(
    database_url: str, *, scale: int, seed: int, data_dir: Path, console: Console, households: int = HOUSEHOLDS,
    activities: int = ACTIVITIES,
) -> None:  # fmt: skip
    """Fill an empty database with `scale` times 812 ideas, so many households with loans and so many activities with
    what else goes on, and write the logins to a file in `data_dir`. Fewer households, hundreds at least, or fewer
    activities, dozens at least, are for who needs other data and cannot wait.

    The same seed makes the same rows but for what nobody may foresee: passwords, tokens and tracking codes.
    Raises SettingsError where the database is not empty.
    """
    async with _connected(database_url) as connection:
        async with connection.transaction():
            await _take(connection)
            world, rows, secrets = set_up(await _open_contest(connection), seed=seed)
            await _copy(connection, rows.sheets())
            with _no_garbage_collection(), _progress(console) as progress:
                await _copy_told(connection, Storyteller(world, scale), progress)
                leaders = [Leader(*row) for row in await connection.fetch(_LEADERS, LAST_FOUNDED)]
                await _copy_told(
                    connection, Lending(world, leaders, households=households * scale, seed=seed), progress
                )
                young = [Known(*row) for row in await connection.fetch(_YOUNG, FIRST_BORN, LAST_BORN)]
                await _copy_told(connection, Movement(world, young, activities=activities * scale, seed=seed), progress)
            written = _write_beside(data_dir, secrets)
        written.replace(data_dir / ACCOUNTS_FILE)
        await connection.execute("VACUUM (ANALYZE)")


async def _take(connection: asyncpg.Connection) -> None:
    """Of two loads at once the second waits, and then finds the database taken."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    if await connection.fetchval(_ANY_CONTENT):
        raise SettingsError("The database is not empty; the demonstration goes into an empty one only.")


async def _open_contest(connection: asyncpg.Connection) -> Contest:
    """The call that the migration made."""
    call = Call(**await connection.fetchrow(_OPEN_CALL, OPEN_CALL))
    rubric = Rubric(**await connection.fetchrow(_ITS_RUBRIC, call.id))
    return Contest(call, rubric.id, tuple(rubric.criteria_list()))


async def _copy_told(connection: asyncpg.Connection, teller: Teller, progress: Progress) -> None:
    """The database stores one batch while a thread tells the next."""
    bar = progress.add_task(teller.name, total=teller.total)
    batch = await asyncio.to_thread(teller.tell)
    while batch.told:
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(asyncio.to_thread(teller.tell))
            await _copy(connection, batch.sheets)
        progress.advance(bar, batch.told)
        batch = following.result()


async def _copy(connection: asyncpg.Connection, sheets: Iterable[Sheet]) -> None:
    for sheet in sheets:
        await connection.copy_records_to_table(sheet.table, columns=sheet.columns, records=sheet.records)


def _write_beside(data_dir: Path, secrets: Secrets) -> Path:
    """The file under a name of its own, complete before the commit, so that only a rename is left to do after it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / f".{ACCOUNTS_FILE}.new"
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(secrets), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return path


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Rows by the hundred thousand are no garbage, and looking through them again and again takes half the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@asynccontextmanager
async def _connected(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    settings = {"application_name": "incubator demo", "timezone": "UTC", "statement_timeout": "0"}
    connection = await asyncpg.connect(database_url, timeout=10, server_settings=settings)
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", format="binary", encoder=_to_jsonb, decoder=_from_jsonb
    )
    try:
        yield connection
    finally:
        await connection.close()


def _to_jsonb(value: Any) -> bytes:
    """The binary form is a version number, 1, and the text."""
    return b"\x01" + msgspec.json.encode(value)


def _from_jsonb(data: bytes) -> Any:
    return msgspec.json.decode(data[1:])


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
