"""The database that a command works on, and the options that choose it."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import click
import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.db import Database
from incubator.embedded import EmbeddedError, EmbeddedServer
from incubator.errors import DomainError
from incubator.migrations import current, head
from incubator.settings import Settings, default_data_dir

# Seconds for a database that is being started together with this command.
DATABASE_PATIENCE = 30.0

Command = TypeVar("Command", bound=Callable[..., Any])


def data_dir_option(command: Command) -> Command:
    """Add --data-dir, which stands for INCUBATOR_DATA_DIR."""
    return click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of the embedded database.",
    )(command)


@contextmanager
def running_database(data_dir: Path | None = None, *, as_owner: bool = False) -> Iterator[Settings]:
    """The settings of this process, with the address of a database that answers.

    The embedded server of another process is used as it is, unless the command must own it.
    """
    environment = dict(os.environ)
    if data_dir is not None:
        environment["INCUBATOR_DATA_DIR"] = str(data_dir.absolute())
    if environment.get("DATABASE_URL"):
        settings = Settings.from_env(environment)
        asyncio.run(_wait_for(address_of(settings)))
        yield settings
        return
    # The server comes first: it refuses a folder that it cannot use before anything is written there.
    with _embedded_server(environment, as_owner) as server:
        yield msgspec.structs.replace(Settings.from_env(environment), database_url=server.url)


@asynccontextmanager
async def session_of(settings: Settings) -> AsyncIterator[AsyncSession]:
    """One transaction on this database, committed at the end."""
    database = await Database.open(settings)
    try:
        async with database.begin() as session:
            yield session
    except DomainError as refusal:
        raise click.ClickException(_explain(refusal)) from refusal
    finally:
        await database.close()


def require_newest_schema(settings: Settings) -> None:
    """Refuse a database that this version of the program has not migrated yet."""
    if asyncio.run(current(address_of(settings))) != head():
        raise click.ClickException("The database lacks migrations of this version: run `incubator db upgrade` first.")


def address_of(settings: Settings) -> str:
    """The address, which is there once a database runs."""
    assert settings.database_url is not None
    return settings.database_url


async def _wait_for(url: str) -> None:
    """Wait for a database that starts at the same time; raises at once where waiting cannot help."""
    deadline = time.monotonic() + DATABASE_PATIENCE
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
            await connection.close()
            return
        except (OSError, asyncpg.CannotConnectNowError) as error:
            if time.monotonic() > deadline:
                raise click.ClickException(f"No database answers at DATABASE_URL: {error}") from error
        except (ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise click.ClickException(f"DATABASE_URL cannot be used: {error}") from error
        await asyncio.sleep(0.5)


def _explain(refusal: DomainError) -> str:
    wrong = [f"{error.pointer or error.parameter}: {error.code}" for error in refusal.errors]
    parameters = [f"{name}: {value}" for name, value in refusal.params.items()]
    return "; ".join([refusal.code, *wrong, *parameters])


def _embedded_server(environment: dict[str, str], as_owner: bool) -> EmbeddedServer:
    data_dir = Path(environment.get("INCUBATOR_DATA_DIR") or default_data_dir())
    try:
        return EmbeddedServer.start(data_dir) if as_owner else EmbeddedServer.open(data_dir)
    except EmbeddedError as error:
        raise click.ClickException(str(error)) from error
