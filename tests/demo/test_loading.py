"""Loading: all or nothing, once, and the same again for the same seed."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from incubator.demo import is_empty
from incubator.demo.arrivals import IDEAS_BY_YEAR, arrivals
from incubator.demo.calls import Contest
from incubator.demo.world import set_up
from incubator.ideas.calls.models import DEFAULT_RUBRIC, Call
from incubator.settings import SettingsError
from tests.conftest import copy_of
from tests.demo.attendance import ACTIVITY, attendances
from tests.demo.conftest import SEED, Demo, load

FEW, TENTH = {"households": 1_000, "activities": 40}, {"households": 3_500, "activities": 80}
LENT = """
    SELECT count(DISTINCT l.household_id), sum(e.d_normal)::bigint FROM loan l JOIN loan_entry e ON e.loan_id = l.id
    WHERE e.counts_as = 'disbursement'
"""

SECRET = {
    "account": {"password_hash"},
    "token": {"hash"},
    "idea": {"tracking_code", "search_key", "search"},
}
CLOCKED = {"audit_entry", "alembic_version"}


async def test_a_loaded_database_is_not_empty(demo: Demo) -> None:
    assert not await is_empty(demo.url)


async def test_it_goes_into_an_empty_database_only(demo: Demo, tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        await load(demo.url, tmp_path)
    assert list(tmp_path.iterdir()) == []


async def test_an_interrupted_load_leaves_the_database_empty(server_url: str, template: str, tmp_path: Path) -> None:
    """The file cannot be written: by then every row is in, and all of them go again."""
    (tmp_path / "file").write_text("not a folder")
    async with copy_of(server_url, template, "broken") as url:
        assert await is_empty(url)
        with pytest.raises(FileExistsError):
            await load(url, tmp_path / "file", **FEW)
        assert await is_empty(url)
        await load(url, tmp_path / "folder", **FEW)
        assert not await is_empty(url)


async def test_the_same_seed_makes_the_same_rows(server_url: str, template: str, tmp_path: Path) -> None:
    digests = []
    for _ in range(2):
        async with copy_of(server_url, template, "again") as url:
            await load(url, tmp_path, seed=SEED, **TENTH)
            connection = await asyncpg.connect(url)
            try:
                digests.append({table: await _digest(connection, table) for table in await _tables(connection)})
            finally:
                await connection.close()
    assert digests[0] == digests[1]


async def test_another_seed_makes_other_rows(demo: Demo, server_url: str, template: str, tmp_path: Path) -> None:
    async with copy_of(server_url, template, "other") as url:
        await load(url, tmp_path, seed=SEED + 1, **TENTH)
        connection = await asyncpg.connect(url)
        try:
            assert await _digest(connection, "idea_version") != await _digest(demo.connection, "idea_version")
            assert await connection.fetchval("SELECT count(*) FROM idea") == 812
            statuses = await connection.fetch("SELECT DISTINCT status FROM idea")
            assert len(statuses) >= 9
            assert tuple(await connection.fetchrow(LENT)) == (3_500, 249_400_000_000)
            assert await attendances(connection, ACTIVITY) == 5_000
            names = "SELECT array_agg(name ORDER BY bank_code) FROM credit_group WHERE bank_code LIKE '%001'"
            assert await connection.fetchval(names) != await demo.connection.fetchval(names)
        finally:
            await connection.close()


async def test_the_scale_multiplies_households_and_capital(server_url: str, template: str, tmp_path: Path) -> None:
    async with copy_of(server_url, template, "twice") as url:
        await load(url, tmp_path, scale=2, **TENTH)
        connection = await asyncpg.connect(url)
        try:
            assert tuple(await connection.fetchrow(LENT)) == (7_000, 498_800_000_000)
            assert await attendances(connection, ACTIVITY) == 10_000
            assert await attendances(connection, "digital_skills_class") == 2_100
        finally:
            await connection.close()


def test_the_scale_multiplies_the_ideas() -> None:
    call = Call(id=UUID(int=1), code="open", opens_on=date(2015, 1, 1), min_age=18, max_age=35, team_limit=3)
    world, _, _ = set_up(Contest(call, UUID(int=2), DEFAULT_RUBRIC), seed=SEED)
    years = Counter(arrival.received_on.year for arrival in arrivals(world, 3))
    assert years == {year: 3 * ideas for year, ideas in IDEAS_BY_YEAR.items()}


async def _tables(connection: asyncpg.Connection) -> list[str]:
    names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [row[0] for row in names if row[0] not in CLOCKED]


async def _digest(connection: asyncpg.Connection, table: str) -> Any:
    """A digest of every row but for what is secret, whatever the order."""
    hidden = "".join(f" - '{column}'" for column in sorted(SECRET.get(table, ())))
    lines = f'SELECT (to_jsonb(t){hidden})::text AS line FROM "{table}" t'
    return await connection.fetchval(f"SELECT md5(string_agg(line, '' ORDER BY line)) FROM ({lines})")
