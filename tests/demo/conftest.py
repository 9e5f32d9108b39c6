"""The demonstration, loaded once by its own code into a database of its own."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from rich.console import Console

from incubator.demo import load_demo
from tests.conftest import copy_of

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


async def load(url: str, data_dir: Path, *, seed: int = SEED) -> None:
    await load_demo(url, scale=1, seed=seed, data_dir=data_dir, console=Console(quiet=True))


@pytest.fixture(scope="session")
async def demo(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    async with copy_of(server_url, template, "demo") as url:
        data_dir = tmp_path_factory.mktemp("demo")
        await load(url, data_dir)
        connection = await asyncpg.connect(url)
        yield Demo(url, data_dir, connection)
        await connection.close()
