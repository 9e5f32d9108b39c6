"""The database away, read-only, full, slow or in use: a clear refusal that says when to come back, and recovery."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from incubator import migrations
from incubator.embedded import EmbeddedServer
from tests.conftest import copy_of, world_at
from tests.factories import Caller, World


def refused(answer: httpx.Response, status: int, code: str) -> None:
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["retryable"] is True
    assert int(answer.headers["retry-after"]) >= 1


def address_of(world: World) -> str:
    return str(world.service.litestar.state.settings.database_url)


@pytest.fixture
async def operator(committed: World) -> AsyncIterator[asyncpg.Connection]:
    """Somebody at the database beside the service."""
    connection = await asyncpg.connect(address_of(committed))
    yield connection
    await connection.close()


async def edit(caller: Caller, idea: dict[str, Any], title: str = "Chè mới") -> httpx.Response:
    tag = {"if-match": f'"{idea["version"]}"'}
    return await caller.patch(f"/v1/ideas/{idea['id']}", {"title": title}, headers=tag)


# The database goes away


async def test_a_database_that_stops_is_said_and_comes_back_by_itself() -> None:
    folder = Path(tempfile.mkdtemp(prefix="incubator-trouble-", dir="/tmp" if Path("/tmp").is_dir() else None))
    folder.chmod(0o755)
    server = EmbeddedServer.start(folder)
    try:
        await migrations.upgrade(server.url)
        async with world_at(server.url) as world:
            staff = await world.make.account("staff")
            idea = await world.make.idea(staff)
            await asyncio.to_thread(server.stop)
            for answer in (await staff.get("/v1/ideas"), await edit(staff, idea), await world.http.get("/readyz")):
                refused(answer, 503, "database_unavailable")
            assert (await world.http.get("/healthz")).status_code == 200
            server = await asyncio.to_thread(EmbeddedServer.start, folder)
            assert (await staff.get("/v1/ideas")).json()["items"][0]["id"] == idea["id"]
            assert (await edit(staff, idea)).status_code == 200
            assert (await world.http.get("/readyz")).status_code == 200
    finally:
        await asyncio.to_thread(server.stop)
        shutil.rmtree(folder, ignore_errors=True)


async def test_connections_that_are_cut_cost_at_most_one_refusal_each(
    committed: World, operator: asyncpg.Connection
) -> None:
    staff = await committed.make.account("staff")
    idea = await committed.make.idea(staff)
    await asyncio.gather(*(staff.get("/v1/ideas") for _ in range(10)))
    await cut_all(operator)
    for answer in await asyncio.gather(*(staff.get("/v1/ideas") for _ in range(10))):
        if answer.status_code != 200:
            refused(answer, 503, "database_unavailable")
    await asyncio.sleep(0.2)
    assert (await staff.get("/v1/ideas")).status_code == 200
    assert (await edit(staff, idea)).status_code == 200


async def test_a_write_whose_connection_is_cut_is_no_success(committed: World, operator: asyncpg.Connection) -> None:
    staff = await committed.make.account("staff")
    idea = await committed.make.idea(staff)
    async with operator.transaction():
        await operator.execute("SELECT FROM idea FOR UPDATE")
        waiting = asyncio.create_task(edit(staff, idea))
        await asyncio.sleep(0.3)
        await cut_all(operator)
        refused(await waiting, 503, "database_unavailable")
    await asyncio.sleep(0.2)
    assert (await staff.get(f"/v1/ideas/{idea['id']}")).json()["title"] == idea["title"]
    assert (await edit(staff, idea)).status_code == 200


async def cut_all(operator: asyncpg.Connection) -> None:
    await operator.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


# The database only reads


async def test_a_database_that_only_reads_still_reads(committed: World, operator: asyncpg.Connection) -> None:
    staff = await committed.make.account("staff")
    idea = await committed.make.idea(staff)
    name = await operator.fetchval("SELECT quote_ident(current_database())")
    await operator.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await cut_all(operator)
    await asyncio.sleep(0.2)
    assert (await staff.get("/v1/ideas")).status_code == 200
    for _ in range(2):
        refused(await edit(staff, idea), 503, "read_only")
        refused(await staff.post("/v1/ideas", committed.make.idea_body()), 503, "read_only")
    await operator.execute("SET default_transaction_read_only = off")
    await operator.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert (await edit(staff, idea)).status_code == 200


# Too much at once


async def test_a_pool_in_full_use_is_said_within_two_seconds(server_url: str, template: str) -> None:
    async with (
        copy_of(server_url, template, "small") as url,
        world_at(url, pool_size=2, read_pool_size=2) as world,
        AsyncExitStack() as held,
    ):
        staff = await world.make.account("staff")
        idea = await world.make.idea(staff)
        assert world.database.pool is not None
        for _ in range(2):
            await held.enter_async_context(world.database.pool.acquire())
        began = time.monotonic()
        refused(await staff.get("/v1/ideas"), 503, "overloaded")
        assert 1.5 < time.monotonic() - began < 3.5
        await held.aclose()
        for _ in range(2):
            await held.enter_async_context(world.database.engine.connect())
        began = time.monotonic()
        refused(await edit(staff, idea), 503, "overloaded")
        assert 1.5 < time.monotonic() - began < 3.5
        await held.aclose()
        assert (await edit(staff, idea)).status_code == 200


async def test_a_row_that_somebody_holds_is_waited_for_two_seconds(
    committed: World, operator: asyncpg.Connection
) -> None:
    staff = await committed.make.account("staff")
    idea = await committed.make.idea(staff)
    async with operator.transaction():
        await operator.execute("SELECT FROM idea FOR UPDATE")
        began = time.monotonic()
        refused(await edit(staff, idea), 409, "concurrent_update")
        assert 1.5 < time.monotonic() - began < 3.5
    assert (await edit(staff, idea)).status_code == 200


async def test_a_statement_that_takes_too_long_is_ended(committed: World, operator: asyncpg.Connection) -> None:
    staff = await committed.make.account("staff")
    idea = await committed.make.idea(staff)
    await operator.execute(
        "CREATE FUNCTION sleep_first() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';"
        "CREATE TRIGGER sleep_first BEFORE UPDATE ON idea FOR EACH ROW EXECUTE FUNCTION sleep_first()"
    )
    began = time.monotonic()
    refused(await edit(staff, idea), 504, "deadline_exceeded")
    assert 4.5 < time.monotonic() - began < 6.5
    await operator.execute("DROP TRIGGER sleep_first ON idea")
    assert (await edit(staff, idea)).status_code == 200


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        ("53100", 503, "storage_full"),
        ("53300", 503, "database_unavailable"),
        ("57P03", 503, "database_unavailable"),
        ("08006", 503, "database_unavailable"),
        ("40001", 409, "concurrent_update"),
        ("40P01", 409, "concurrent_update"),
    ],
)
async def test_what_the_database_says_is_said_in_our_words(
    committed: World, operator: asyncpg.Connection, state: str, status: int, code: str
) -> None:
    staff = await committed.make.account("staff")
    idea = await committed.make.idea(staff)
    await operator.execute(
        "CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS "
        f"'BEGIN RAISE EXCEPTION ''Giàng A Páo'' USING ERRCODE = ''{state}''; END';"
        "CREATE TRIGGER refuse_it BEFORE UPDATE ON idea FOR EACH ROW EXECUTE FUNCTION refuse_it()"
    )
    answer = await edit(staff, idea)
    refused(answer, status, code)
    assert "Giàng" not in answer.text


async def test_a_commit_that_fails_is_no_success(committed: World, operator: asyncpg.Connection) -> None:
    staff = await committed.make.account("staff")
    await operator.execute(
        "CREATE FUNCTION refuse_late() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RAISE EXCEPTION ''late'' USING ERRCODE = ''40001''; END';"
        "CREATE CONSTRAINT TRIGGER refuse_late AFTER INSERT ON idea DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION refuse_late()"
    )
    refused(await staff.post("/v1/ideas", committed.make.idea_body()), 409, "concurrent_update")
    assert await operator.fetchval("SELECT count(*) FROM idea") == 0
