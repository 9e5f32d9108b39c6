"""The schema: what the migrations make, take back and make again."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from rich.console import Console

from incubator import migrations
from incubator.demo import load_demo
from tests.conftest import copy_of

VERSIONS = sorted(Path(migrations.__file__).parent.glob("versions/*.py"))
APPEND_ONLY = {
    "audit_entry", "consent", "idea_decision", "idea_entry", "idea_transition", "project_transition",
}  # fmt: skip
"""At least these. A table of history that is not here still has to have the trigger."""

TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')"
OTHERS = (
    "SELECT (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) + "
    "(SELECT count(*) FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'r'))"
)
GUARDED = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only' ORDER BY 1"
HISTORIES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE '%\\_transition'"
SHAPE = """
    SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
     WHERE table_schema = 'public' ORDER BY 1, ordinal_position
"""
RULES = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"
TRIGGERS = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"


async def test_the_schema_goes_up_and_down_and_up_again(server_url: str, template: str) -> None:
    async with copy_of(server_url, template, "migrated") as url:
        first = await _shape_of(url)
        await migrations.downgrade(url, "base")
        assert await migrations.current(url) is None
        async with _connected(url) as connection:
            assert await connection.fetchval(TABLES) == 1, "alembic's own table alone is left"
            assert await connection.fetchval(OTHERS) == 0
        await migrations.upgrade(url)
        assert await migrations.current(url) == migrations.head()
        assert await _shape_of(url) == first


async def test_each_step_can_be_taken_back_alone(server_url: str, template: str) -> None:
    async with copy_of(server_url, template, "stepwise") as url:
        for below in [_script(version).down_revision or "base" for version in reversed(_revisions())]:
            await migrations.downgrade(url, below)
        for revision in _revisions():
            await migrations.upgrade(url, revision)
            assert await migrations.current(url) == revision


async def test_projects_outlive_the_way_back_from_mentoring(server_url: str, template: str, tmp_path: Path) -> None:
    """The version before knows no graduation; coming back, conflicts with mentees are recorded anew."""
    mentees = "SELECT count(*) FROM reviewer_conflict WHERE kind = 'own_mentee'"
    async with copy_of(server_url, template, "mentored") as url:
        await load_demo(
            url, scale=1, seed=57, data_dir=tmp_path, console=Console(quiet=True), households=1_000, activities=40
        )
        async with _connected(url) as connection:
            before = await connection.fetchval(mentees)
        await migrations.downgrade(url, "1060_projects")
        async with _connected(url) as connection:
            actions = {row[0] for row in await connection.fetch("SELECT DISTINCT action FROM project_transition")}
            assert actions == {"found", "activate", "pause", "resume", "close"}
            assert await connection.fetchval("SELECT count(*) FROM project WHERE status = 'graduated'") == 0
            assert await connection.fetchval(mentees) == 0
            guards = [row[0] for row in await connection.fetch(GUARDED)]
            assert "project_transition" in guards
        await migrations.upgrade(url)
        async with _connected(url) as connection:
            assert await connection.fetchval(mentees) == before > 0


async def test_the_models_ask_for_nothing_that_the_migrations_lack(database_url: str) -> None:
    assert await migrations.differences(database_url) == []


async def test_an_upgrade_of_a_new_schema_does_nothing(server_url: str, template: str) -> None:
    async with copy_of(server_url, template, "again") as url:
        await migrations.upgrade(url)
        assert await migrations.current(url) == migrations.head()


def test_there_is_one_line_of_versions() -> None:
    assert len(_revisions()) == len(VERSIONS)


@pytest.mark.parametrize("file", VERSIONS, ids=lambda file: file.stem)
def test_a_migration_waits_for_no_lock_and_has_a_way_back(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-\d{4}_[a-z_]+", file.stem)
    for direction in ("upgrade", "downgrade"):
        body = re.search(rf"^def {direction}\(\) -> None:\n(.+?)(?=^\S|\Z)", text, re.M | re.S)
        assert body is not None
        statements = [line.strip() for line in body[1].splitlines() if line.strip()]
        assert statements[0] == "op.execute(\"SET LOCAL lock_timeout = '5s'\")"
        assert len(statements) > 1
        assert "pass" not in statements


async def test_tables_of_history_are_append_only(server_url: str, template: str) -> None:
    async with copy_of(server_url, template, "appended") as url, _connected(url) as connection:
        guarded = {row[0] for row in await connection.fetch(GUARDED)}
        assert guarded >= APPEND_ONLY | {row[0] for row in await connection.fetch(HISTORIES)}
        for table in sorted(guarded):
            column = await _a_column(connection, table)
            for change in (
                f"UPDATE {table} SET {column} = {column}",
                f"DELETE FROM {table}",
                f"TRUNCATE {table} CASCADE",
            ):
                with pytest.raises(asyncpg.CheckViolationError, match="append-only"):
                    await connection.execute(change)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        yield connection
    finally:
        await connection.close()


async def _shape_of(url: str) -> list[list[tuple[object, ...]]]:
    async with _connected(url) as connection:
        return [[tuple(row) for row in await connection.fetch(query)] for query in (SHAPE, RULES, INDEXES, TRIGGERS)]


async def _a_column(connection: asyncpg.Connection, table: str) -> str:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum = 1"
    return str(await connection.fetchval(query, table))


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(migrations.__file__).parent))


def _script(revision: str) -> Any:
    return _scripts().get_revision(revision)


def _revisions() -> list[str]:
    """From the first to the newest."""
    return [script.revision for script in reversed(list(_scripts().walk_revisions()))]
