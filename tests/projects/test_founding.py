"""Founding a project, reading it and correcting it, over HTTP."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incubator.api.problems import as_domain_error
from incubator.ideas.moves.models import ALREADY_FOUNDED
from tests.factories import BAC_HA, SA_PA, Y_TY, Caller, Make, World
from tests.team import BASELINE, TODAY, Team, gather_team


async def test_a_project_is_founded_from_an_accepted_idea(team: Team) -> None:
    idea = await team.idea(title="Mận Tam Hoa sấy dẻo")
    answer = await team.staff.post("/v1/projects", team.body(idea))
    assert answer.status_code == 201, answer.text
    project = answer.json()
    assert answer.headers["location"] == f"/v1/projects/{project['id']}"
    assert project["title"] == "Mận Tam Hoa sấy dẻo"
    assert (project["status"], project["founded_on"], project["moved_on"]) == ("onboarding", TODAY, TODAY)
    assert project["baseline"] == BASELINE
    assert project["ideas"] == [{"id": idea["id"], "title": idea["title"], "tracking_code": idea["tracking_code"]}]
    assert project["leaders"] == [idea["leader"]]
    assert project["locality"]["code"] == BAC_HA
    assert (project["mentors"], project["closed_reason"]) == ([], None)
    assert project["allowed_actions"] == ["activate", "close"]
    read = await team.staff.get(f"/v1/projects/{project['id']}")
    assert read.json() == project
    assert read.headers["etag"] == answer.headers["etag"]
    assert [row["action"] for row in await team.history(project)] == ["found"]


async def test_several_ideas_found_one_project_with_the_place_of_the_first(team: Team) -> None:
    first, second = await team.idea(locality_code=SA_PA), await team.idea(locality_code=BAC_HA)
    project = await team.project(first, second, title="Hợp tác xã chè")
    assert project["title"] == "Hợp tác xã chè"
    assert [idea["id"] for idea in project["ideas"]] == [first["id"], second["id"]]
    assert len(project["leaders"]) == 2
    assert project["locality"]["code"] == SA_PA


async def test_an_idea_founds_one_project_at_most(team: Team) -> None:
    first, second = await team.idea(), await team.idea()
    await team.project(first)
    answer = await team.staff.post("/v1/projects", team.body(second, first))
    assert answer.status_code == 409
    assert answer.json()["code"] == "duplicate"
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/idea_ids/1"]
    assert (await team.staff.get("/v1/projects")).json()["items"][1:] == []


async def test_founding_twice_with_one_key_makes_one_project(team: Team) -> None:
    body, headers = team.body(await team.idea()), {"idempotency-key": str(uuid4())}
    first = await team.staff.post("/v1/projects", body, headers=headers)
    again = await team.staff.post("/v1/projects", body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"


async def test_only_an_accepted_idea_founds_a_project(team: Team) -> None:
    idea = await team.make.reviewed_idea(team.staff)
    answer = await team.staff.post("/v1/projects", team.body(idea))
    assert (answer.status_code, answer.json()["rule"]) == (422, "idea_not_accepted")


async def test_founding_waits_for_the_publication(team: Team, world: World) -> None:
    idea = await team.make.reviewed_idea(team.staff)
    panel = await team.make.panel(team.staff)
    decision = {"panel_id": panel["id"], "outcome": "accepted", "publish_at": "2025-11-30T05:00:00Z"}
    await team.make.moved(team.approver, idea, "decide", **decision)
    early = await team.staff.post("/v1/projects", team.body(idea))
    assert (early.status_code, early.json()["rule"]) == (422, "decision_not_published")
    world.clock.now = world.clock.now.replace(hour=5)
    assert (await team.staff.post("/v1/projects", team.body(idea))).status_code == 201


@pytest.mark.parametrize(
    ("founded_on", "rule"), [("2025-12-01", "day_in_future"), ("2025-11-29", "day_before_previous_move")]
)
async def test_the_founding_day_lies_between_acceptance_and_today(team: Team, founded_on: str, rule: str) -> None:
    idea = await team.idea()
    answer = await team.staff.post("/v1/projects", team.body(idea, founded_on=founded_on))
    assert (answer.status_code, answer.json()["rule"]) == (422, rule)
    assert (await team.staff.post("/v1/projects", team.body(idea))).status_code == 201


async def test_unseen_and_repeated_ideas_are_wrong_fields(team: Team) -> None:
    idea = await team.idea()
    body = team.body(idea, idea, {"id": str(uuid4())})
    answer = await team.staff.post("/v1/projects", body)
    assert answer.status_code == 400
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/idea_ids/1", "duplicate"), ("/idea_ids/2", "not_found"),
    ]  # fmt: skip


async def test_staff_of_another_place_do_not_see_the_idea(team: Team, make: Make) -> None:
    idea, stranger = await team.idea(), await make.account("staff", Y_TY)
    answer = await stranger.post("/v1/projects", team.body(idea))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "not_found")
    officer = await make.account("commune_staff", BAC_HA)
    assert (await officer.post("/v1/projects", team.body(idea))).status_code == 403


async def test_the_baseline_names_all_three_platforms(team: Team) -> None:
    idea = await team.idea()
    without = {name: need for name, need in BASELINE.items() if name != "market"}
    answer = await team.staff.post("/v1/projects", team.body(idea, baseline=without))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/baseline/market")


async def test_title_and_baseline_are_corrected_while_onboarding(team: Team) -> None:
    project = await team.project()
    patch = {"title": "Chè Suối Giàng", "baseline": {"digital": {"needed": True}}}
    answer = await edit(team.staff, project, patch)
    assert answer.status_code == 200, answer.text
    edited = answer.json()
    assert edited["version"] == project["version"] + 1
    assert edited["title"] == "Chè Suối Giàng"
    assert edited["baseline"]["digital"] == {"needed": True, "why": BASELINE["digital"]["why"]}
    assert edited["baseline"]["market"] == BASELINE["market"]
    assert (await edit(team.staff, project, patch)).status_code == 412


async def test_a_correction_of_the_baseline_alone_makes_a_new_version(team: Team) -> None:
    project = await team.project()
    edited = (await edit(team.staff, project, {"baseline": {"market": {"why": "Mất mối cũ"}}})).json()
    assert edited["version"] == project["version"] + 1


async def test_the_baseline_is_fixed_once_the_project_is_active(team: Team) -> None:
    project = await team.active_project()
    answer = await edit(team.staff, project, {"baseline": {"market": {"needed": False}}})
    assert (answer.status_code, answer.json()["rule"]) == (422, "baseline_fixed")
    assert (await edit(team.staff, project, {"title": "Tên mới"})).json()["title"] == "Tên mới"


async def test_editing_needs_if_match(team: Team) -> None:
    project = await team.project()
    answer = await team.staff.patch(f"/v1/projects/{project['id']}", {"title": "Tên mới"})
    assert answer.status_code == 428


async def test_an_idea_with_a_project_stays_accepted(team: Team, world: World) -> None:
    idea = await team.idea()
    await team.project(idea)
    take_back = text("UPDATE idea SET status = 'review_closed', publish_at = NULL WHERE id = :id")
    with pytest.raises(DBAPIError) as refusal:
        async with world.database.begin() as session:
            await session.execute(take_back, {"id": UUID(idea["id"])})
    error = as_domain_error(refusal.value)
    assert (error.code, error.params["rule"]) == ("business_rule_failed", ALREADY_FOUNDED)


async def test_twenty_foundings_from_one_idea_make_one_project(committed: World) -> None:
    team = await gather_team(committed.make)
    body = team.body(await team.idea())
    answers = await asyncio.gather(*(team.staff.post("/v1/projects", body) for _ in range(20)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] + [409] * 19
    assert len((await team.staff.get("/v1/projects")).json()["items"]) == 1


async def edit(caller: Caller, project: dict[str, Any], patch: dict[str, Any]) -> Any:
    headers = {"if-match": f'"{project["version"]}"'}
    return await caller.patch(f"/v1/projects/{project['id']}", patch, headers=headers)
