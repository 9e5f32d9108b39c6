"""The schema of the database, version by version, without an alembic.ini.

await upgrade(database_url)      # to the newest version, or does nothing
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from incubator.migrations.metadata import target_metadata

T = TypeVar("T")

FILE_NAMES = "%%(year)d-%%(month).2d-%%(day).2d-%%(hour).2d%%(minute).2d_%%(slug)s"

# Any number will do, as long as every version of the program takes the same.
UPGRADE_LOCK = 57_1204_2026


async def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the schema to this version. Of several processes at once, one does and the others wait."""
    await _with_connection(database_url, lambda connection: _run(connection, command.upgrade, revision))


async def downgrade(database_url: str, revision: str) -> None:
    """Take the schema back to this version ("base" is the empty database); data of later tables is lost."""
    await _with_connection(database_url, lambda connection: _run(connection, command.downgrade, revision))


async def current(database_url: str) -> str | None:
    """The version of the database's schema, None where it is empty."""
    return await _with_connection(
        database_url, lambda connection: MigrationContext.configure(connection).get_current_revision()
    )


async def differences(database_url: str) -> list[Any]:
    """What would still have to change to make the schema what the models say; nothing, if all is well."""
    return await _with_connection(database_url, _differences)


async def write_revision(database_url: str, message: str) -> None:
    """Write a new migration with what differs between the models and a database at the newest version."""
    await _with_connection(
        database_url,
        lambda connection: _run(connection, command.revision, message=message, autogenerate=True),
    )


def head() -> str:
    """The newest version that this program knows."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


async def _with_connection(database_url: str, work: Callable[[Connection], T]) -> T:
    # asyncpg reads the address itself, so that every form that it takes works here too. A migration may take
    # longer than a request, whatever limits the role has by default.
    limits = {"application_name": "incubator migrations", "statement_timeout": "0"}
    engine = create_async_engine(
        "postgresql+asyncpg://",
        poolclass=NullPool,
        hide_parameters=True,
        async_creator=lambda: asyncpg.connect(database_url, timeout=10, server_settings=limits),
    )
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _run(connection: Connection, task: Callable[..., object], *arguments: object, **options: object) -> None:
    """Run a command of alembic alone: the lock belongs to the connection and ends with it."""
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": UPGRADE_LOCK})
    connection.commit()
    config = _config()
    config.attributes["connection"] = connection
    task(config, *arguments, **options)


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, target_metadata()))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", FILE_NAMES)
    config.set_main_option("path_separator", "newline")
    config.set_main_option("timezone", "UTC")
    return config
