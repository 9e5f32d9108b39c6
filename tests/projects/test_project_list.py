"""The list of projects: who sees which rows, the filters, pages and tables."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from incubator.actor import NOBODY
from tests.factories import BAC_HA, SA_PA, Y_TY, Caller, Make, World
from tests.team import BASELINE, TODAY, Team


@pytest.fixture
async def projects(team: Team) -> list[dict[str, Any]]:
    """Tea in Bắc Hà, active with a mentor; a homestay in Sa Pa, closed; plums in Bắc Hà, onboarding."""
    tea = await team.project(await team.idea(title="Chè Shan Tuyết"))
    await team.assign(tea)
    tea = await team.move(tea, "activate")
    no_need = {name: {**need, "needed": name == "digital"} for name, need in BASELINE.items()}
    homestay = await team.project(await team.idea(title="Homestay nhà đất", locality_code=SA_PA), baseline=no_need)
    homestay = await team.move(homestay, "close", reason_code="family")
    return [tea, homestay, await team.project(await team.idea(title="Mận Tam Hoa"))]


async def test_the_newest_project_comes_first(team: Team, projects: list[dict[str, Any]]) -> None:
    rows = await rows_of(team.staff)
    assert [row["id"] for row in rows] == [project["id"] for project in reversed(projects)]
    assert rows[2] == {
        "id": projects[0]["id"], "version": projects[0]["version"], "title": "Chè Shan Tuyết", "status": "active",
        "locality_code": BAC_HA, "locality_name": projects[0]["locality"]["name"],
        "leader_id": projects[0]["leaders"][0]["person_id"], "leader_name": projects[0]["leaders"][0]["full_name"],
        "founded_on": TODAY, "moved_on": TODAY, "capital_needed": True, "market_needed": True,
        "digital_needed": False, "mentors": 1, "created_at": projects[0]["created_at"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=active", [0]),
        ("status=active&status=closed", [1, 0]),
        (f"locality_code={BAC_HA}", [2, 0]),
        (f"locality_code={BAC_HA}&status=onboarding", [2]),
        ("platform_needed=digital", [1]),
        ("platform_needed=market", [2, 0]),
        ("q=che shan", [0]),
        ("q=dat", [1]),
        ("q=Mận", [2]),
        ("q=---", []),
        (f"founded_on_gte={TODAY}", [2, 1, 0]),
        (f"founded_on_lt={TODAY}", []),
        ("founded_on_gte=9999-12-31", []),
        (f"mentor_id={NOBODY}", []),
    ],
)
async def test_filters_narrow_the_list(
    team: Team, projects: list[dict[str, Any]], query: str, found: list[int]
) -> None:
    rows = await rows_of(team.staff, query)
    assert [row["id"] for row in rows] == [projects[i]["id"] for i in found]


async def test_the_list_is_asked_by_mentor(team: Team, projects: list[dict[str, Any]]) -> None:
    rows = await rows_of(team.staff, f"mentor_id={team.mentor.id}")
    assert [row["id"] for row in rows] == [projects[0]["id"]]


async def test_a_commune_officer_sees_nothing_of_a_sibling_commune(
    make: Make, team: Team, projects: list[dict[str, Any]]
) -> None:
    here, there = await make.account("commune_staff", SA_PA), await make.account("commune_staff", Y_TY)
    homestay = projects[1]
    assert [row["id"] for row in await rows_of(here)] == [homestay["id"]]
    assert await rows_of(there) == []
    assert await rows_of(there, f"locality_code={SA_PA}") == []
    assert await rows_of(there, "q=homestay") == []
    assert (await there.get("/v1/projects?count=exact")).json()["total"] == 0
    for path in ("", "/transitions", "/mentors"):
        seen = await there.get(f"/v1/projects/{homestay['id']}{path}")
        random = await there.get(f"/v1/projects/{uuid4()}{path}")
        assert (seen.status_code, random.status_code) == (404, 404)
        assert seen.json()["detail"] == random.json()["detail"]
        assert (await here.get(f"/v1/projects/{homestay['id']}{path}")).status_code == 200


async def test_a_token_sees_projects_by_its_scope_and_locality(
    make: Make, team: Team, projects: list[dict[str, Any]]
) -> None:
    everywhere = await make.token("projects:read")
    assert len(await rows_of(everywhere)) == 3
    sa_pa = await make.token("projects:read", locality=SA_PA)
    assert [row["id"] for row in await rows_of(sa_pa)] == [projects[1]["id"]]
    other = await make.token("ideas:read")
    assert (await other.get("/v1/projects")).json()["code"] == "insufficient_scope"
    assert (await everywhere.post("/v1/projects", team.body())).status_code in {400, 403}


@pytest.mark.parametrize("role", ["reviewer", "analyst", "admin"])
async def test_other_roles_do_not_read_projects(make: Make, role: str) -> None:
    caller = await make.account(role)
    assert (await caller.get("/v1/projects")).status_code == 403


async def test_a_walk_meets_every_project_once(team: Team, projects: list[dict[str, Any]]) -> None:
    met, path = [], "/v1/projects?limit=1&count=exact"
    while path:
        answer = await team.staff.get(path)
        page = answer.json()
        assert page["total"] == 3
        met += [row["id"] for row in page["items"]]
        path = f"/v1/projects?limit=1&count=exact&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert met == [project["id"] for project in reversed(projects)]
    mismatch = await team.staff.get(f"/v1/projects?limit=1&status=active&cursor={(await cursor_of(team.staff))}")
    assert mismatch.json()["code"] == "cursor_mismatch"


async def test_the_list_comes_as_a_table(team: Team, projects: list[dict[str, Any]], world: World) -> None:
    answer = await team.staff.get("/v1/projects?status=active", headers={"accept": "text/csv"})
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["title"] for row in rows] == ["Chè Shan Tuyết"]
    assert rows[0]["mentors"] == "1"


async def cursor_of(caller: Caller) -> str:
    return str((await caller.get("/v1/projects?limit=1")).json()["next_cursor"])


async def rows_of(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    answer = await caller.get(f"/v1/projects?{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])
