"""Real PostgreSQL for every test: TEST_DATABASE_URL, else a container, else the embedded server.

Most tests run inside one transaction that is rolled back, on one connection, with the application called in this
process. What needs several connections takes `committed`: a database of its own, made from a migrated template.
"""

import os
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from incubator import migrations
from incubator.app import create_app
from incubator.db import Database, Statement, create_engine
from incubator.settings import Settings
from tests.factories import Make, World
from tests.postgres import TestServer, start_server
from tests.stage import Stage, set_stage
from tests.team import Team, gather_team

SERVER: TestServer | None = None


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the one server; workers learn its address."""
    global SERVER
    if not hasattr(config, "workerinput"):
        SERVER = start_server(os.environ.get("TEST_DATABASE_URL"))


def pytest_configure_node(node: Any) -> None:
    assert SERVER is not None
    node.workerinput["server_url"] = SERVER.url


def pytest_report_header() -> str:
    return f"PostgreSQL: {SERVER.said}" if SERVER else "PostgreSQL: that of the controller"


def pytest_unconfigure() -> None:
    if SERVER is not None:
        SERVER.stop()


@pytest.fixture(scope="session")
def server_url(request: pytest.FixtureRequest) -> str:
    worker = getattr(request.config, "workerinput", None)
    if worker is not None:
        return str(worker["server_url"])
    assert SERVER is not None
    return SERVER.url


@pytest.fixture(scope="session")
async def template(server_url: str, worker_id: str) -> AsyncIterator[str]:
    """The name of a migrated database that nobody connects to, so that others can be made from it."""
    name = f"incubator_test_{os.getpid()}_{worker_id}"
    await run_on(server_url, f'CREATE DATABASE "{name}"')
    await migrations.upgrade(database_at(server_url, name))
    yield name
    await run_on(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
async def database_url(server_url: str, template: str) -> AsyncIterator[str]:
    async with copy_of(server_url, template, "shared") as url:
        yield url


@pytest.fixture(scope="session")
def settings(database_url: str) -> Settings:
    return settings_for(database_url)


class Clock:
    """The time that the application is told. A test may set `now`."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(service: Any) -> Clock:
    told: Clock = service.litestar.state.clock
    told.now = datetime(2025, 11, 30, 3, 0, tzinfo=UTC)
    return told


@pytest.fixture(scope="session")
def service(settings: Settings) -> Any:
    """The application, made once; each test lends it its own database."""
    return create_app(settings, Database(create_engine(settings), None, 2.0), clock=Clock())


@pytest.fixture(scope="session")
async def engine(settings: Settings) -> AsyncIterator[Any]:
    engine = create_engine(settings)
    yield engine
    await engine.dispose()


class ConnectionReads:
    """Reads on the one connection of a test, inside its transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def rows(
        self, query: Statement, values: Mapping[str, Any], *, seconds: float | None = None
    ) -> Sequence[Sequence[Any]]:
        return (await self._connection.exec_driver_sql(query.sql, tuple(query.arguments(values)))).all()


@pytest.fixture
async def database(engine: Any) -> AsyncIterator[Database]:
    """A database whose commits are savepoints of a transaction that is rolled back after the test."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        database = Database(engine, None, 2.0)
        database.sessions = async_sessionmaker(
            bind=connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        database.reads = ConnectionReads(connection)
        yield database
        await outer.rollback()


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.sessions() as session:
        yield session


@pytest.fixture
async def world(service: Any, database: Database, clock: Clock) -> AsyncIterator[World]:
    """The application over this test's transaction, and what a test needs to set things up."""
    service.litestar.state.database = database
    async with World(service, database, clock) as world:
        yield world


@pytest.fixture
def make(world: World) -> Make:
    return world.make


@pytest.fixture
async def committed(server_url: str, template: str) -> AsyncIterator[World]:
    """The application over a database of its own, with real commits, for races and everything across connections."""
    async with committing_world(server_url, template, "committed") as world:
        yield world


@pytest.fixture(scope="session")
async def stage(server_url: str, template: str) -> AsyncIterator[Stage]:
    """One of everything in a database of its own, for what is tried on every operation and must change nothing."""
    async with committing_world(server_url, template, "stage") as world:
        yield await set_stage(world)


@asynccontextmanager
async def committing_world(server_url: str, template: str, purpose: str, **settings: Any) -> AsyncIterator[World]:
    """The application over a copy of the template. `settings` replace those that tests usually have."""
    async with copy_of(server_url, template, purpose) as url, world_at(url, **settings) as world:
        yield world


@asynccontextmanager
async def world_at(database_url: str, **settings: Any) -> AsyncIterator[World]:
    """The application over a database that is there, as if the service had just been started."""
    chosen = settings_for(database_url, **{"pool_size": 25, "read_pool_size": 10, **settings})
    database, clock = await Database.open(chosen), Clock()
    clock.now = datetime(2025, 11, 30, 3, 0, tzinfo=UTC)
    try:
        async with World(create_app(chosen, database, clock=clock), database, clock) as world:
            yield world
    finally:
        await database.close()


def settings_for(database_url: str, **more: Any) -> Settings:
    return Settings(
        database_url=database_url,
        secret_key="test" * 16,
        data_dir=Path(tempfile.gettempdir()),
        log_level="ERROR",
        token_cache_seconds=0.0,
        run_jobs=False,
        **more,
    )


@asynccontextmanager
async def copy_of(server_url: str, template: str, purpose: str) -> AsyncIterator[str]:
    name = f"{template}_{purpose}"
    await run_on(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await run_on(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield database_at(server_url, name)
    finally:
        await run_on(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def database_at(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


async def run_on(server_url: str, command: str) -> None:
    connection = await asyncpg.connect(server_url, timeout=10)
    try:
        await connection.execute(command)
    finally:
        await connection.close()


@pytest.fixture
async def team(make: Make) -> Team:
    """Staff, an approver and a mentor, and what they do together."""
    return await gather_team(make)
