"""The demonstration, loaded once by its own code into a database of its own."""

import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from rich.console import Console

from incubator.app import create_app
from incubator.db import Database
from incubator.demo import load_demo
from incubator.demo.events import ACTIVITIES
from incubator.demo.loans import HOUSEHOLDS
from tests.conftest import Clock, copy_of, settings_for

SEED = 57


class Demo:
    """A loaded demonstration: its database, and the file of its logins."""

    def __init__(self, url: str, data_dir: Path, connection: asyncpg.Connection) -> None:
        self.url = url
        self.file = data_dir / "demo-accounts.json"
        self.connection = connection

    @property
    def secrets(self) -> dict[str, Any]:
        return dict(msgspec.json.decode(self.file.read_bytes()))

    @property
    def file_mode(self) -> int:
        return stat.S_IMODE(self.file.stat().st_mode)

    async def rows(self, query: str, *values: Any) -> list[asyncpg.Record]:
        return list(await self.connection.fetch(query, *values))

    async def value(self, query: str, *values: Any) -> Any:
        return await self.connection.fetchval(query, *values)


async def load(
    url: str, data_dir: Path, *, seed: int = SEED, scale: int = 1, households: int = HOUSEHOLDS,
    activities: int = ACTIVITIES,
) -> None:  # fmt: skip
    await load_demo(
        url, scale=scale, seed=seed, data_dir=data_dir, console=Console(quiet=True), households=households,
        activities=activities,
    )  # fmt: skip


@pytest.fixture(scope="session")
async def demo(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    async with copy_of(server_url, template, "demo") as url:
        data_dir = tmp_path_factory.mktemp("demo")
        await load(url, data_dir)
        connection = await asyncpg.connect(url)
        yield Demo(url, data_dir, connection)
        await connection.close()


@asynccontextmanager
async def service(demo: Demo, *, now: datetime | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """The application over the demonstration, today or as of a moment."""
    settings, clock = settings_for(demo.url), Clock()
    database = await Database.open(settings)
    clock.now = now or datetime.now(UTC)
    transport = httpx.ASGITransport(app=create_app(settings, database, clock=clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http
    await database.close()
