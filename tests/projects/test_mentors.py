"""Mentors of a project: what they see while they are, and what no longer after."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest

from incubator.projects.mentors.actions import end_mentoring
from tests.factories import BAC_HA, Caller, Make, World
from tests.team import TODAY, Team, gather_team


async def test_a_mentor_sees_own_projects_with_their_ideas_and_people(team: Team) -> None:
    idea = await team.idea()
    project, other = await team.project(idea), await team.project()
    assert await seen_by(team.mentor) == ([], [], [])
    assignment = await team.assign(project)
    assert assignment["account_id"] == str(team.mentor.id)
    assert (assignment["from_on"], assignment["to_on"], assignment["end_reason"]) == (TODAY, None, None)
    leader = idea["leader"]["person_id"]
    assert await seen_by(team.mentor) == ([project["id"]], [idea["id"]], [leader])
    assert (await team.mentor.get(f"/v1/projects/{other['id']}")).status_code == 404
    read = (await team.mentor.get(f"/v1/projects/{project['id']}")).json()
    assert [mentor["username"] for mentor in read["mentors"]] == [team.mentor.username]
    assert read["allowed_actions"] == []


async def test_a_mentor_who_left_sees_nothing_of_it_any_more(team: Team) -> None:
    first, second = await team.project(), await team.project()
    assignment, _ = await team.assign(first), await team.assign(second)
    answer = await team.end(assignment)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["to_on"], answer.json()["end_reason"]) == (TODAY, "Chuyển công tác")
    projects, ideas, people = await seen_by(team.mentor)
    assert projects == [second["id"]]
    assert ideas == [second["ideas"][0]["id"]]
    assert people == [second["leaders"][0]["person_id"]]
    rows = (await team.staff.get(f"/v1/projects/{first['id']}/mentors")).json()["items"]
    assert [row["to_on"] for row in rows] == [TODAY]


async def test_an_account_mentors_a_project_once_at_a_time(team: Team) -> None:
    project = await team.project()
    assignment = await team.assign(project)
    again = await assign(team.staff, project["id"], team.mentor.id)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    await team.end(assignment)
    assert (await assign(team.staff, project["id"], team.mentor.id)).status_code == 201


async def test_two_times_of_one_mentor_do_not_overlap(team: Team, make: Make, world: World) -> None:
    project = await team.project()
    assignment = await team.assign(project)
    world.clock.now = datetime(2025, 12, 5, 3, tzinfo=UTC)
    team.staff = await make.account("staff")
    assert (await team.end(assignment, to_on="2025-12-03")).status_code == 200
    refused = await assign(team.staff, project["id"], team.mentor.id, from_on="2025-12-02")
    assert (refused.status_code, refused.json()["rule"]) == (422, "day_before_previous_move")
    assert (await assign(team.staff, project["id"], team.mentor.id, from_on="2025-12-03")).status_code == 201


async def test_mentoring_begins_between_the_founding_and_today(team: Team) -> None:
    project = await team.project()
    for from_on in ("2025-11-29", "2025-12-01"):
        assert (await assign(team.staff, project["id"], team.mentor.id, from_on=from_on)).status_code == 422
    assert (await assign(team.staff, project["id"], team.mentor.id, from_on=TODAY)).status_code == 201


async def test_an_assignment_ends_once_and_by_the_version_seen(team: Team) -> None:
    assignment = await team.assign(await team.project())
    path = f"/v1/projects/{assignment['project_id']}/mentors/{assignment['id']}"
    body = {"action": "end", "reason": "Chuyển công tác"}
    assert (await team.staff.post(f"{path}/transitions", body)).status_code == 428
    ended = await team.end(assignment)
    assert ended.status_code == 200
    assert (await team.end(assignment)).status_code == 412
    again = await team.end(ended.json())
    assert (again.status_code, again.json()["rule"]) == (422, "mentor_already_ended")
    read = await team.staff.get(path)
    assert read.json() == ended.json()
    assert read.headers["etag"] == ended.headers["etag"]


@pytest.mark.parametrize("to_on", ["2025-11-29", "2025-12-01"])
async def test_the_last_day_lies_between_the_first_and_today(team: Team, to_on: str) -> None:
    assignment = await team.assign(await team.project())
    assert (await team.end(assignment, to_on=to_on)).status_code == 422
    assert (await team.end(assignment, to_on=TODAY)).status_code == 200


async def test_only_accounts_with_the_role_mentor_are_assigned(team: Team, make: Make) -> None:
    project = await team.project()
    for account_id in ((await make.account("reviewer")).id, uuid4()):
        refused = await assign(team.staff, project["id"], account_id)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/account_id")


async def test_only_staff_of_the_place_assign_and_end(team: Team, make: Make) -> None:
    assignment = await team.assign(await team.project())
    project_id, other = assignment["project_id"], await make.account("mentor")
    for caller in (team.mentor, team.approver, await make.account("commune_staff", BAC_HA)):
        assert (await assign(caller, project_id, other.id)).status_code == 403
        path = f"/v1/projects/{project_id}/mentors/{assignment['id']}/transitions"
        body, headers = {"action": "end", "reason": "Thử"}, {"if-match": '"1"'}
        assert (await caller.post(path, body, headers=headers)).status_code == 403


async def test_an_assignment_of_another_project_is_not_found(team: Team) -> None:
    assignment, other = await team.assign(await team.project()), await team.project()
    assert (await team.staff.get(f"/v1/projects/{other['id']}/mentors/{assignment['id']}")).status_code == 404
    assert (await team.end({**assignment, "project_id": other["id"]})).status_code == 404


async def test_nobody_is_assigned_to_a_closed_project(team: Team) -> None:
    project = await team.project()
    await team.move(project, "close", reason_code="other")
    refused = await assign(team.staff, project["id"], team.mentor.id)
    assert (refused.status_code, refused.json()["rule"]) == (422, "project_not_running")


async def test_a_mentor_may_still_be_let_go_from_a_closed_project(team: Team) -> None:
    project = await team.project()
    assignment = await team.assign(project)
    await team.move(project, "close", reason_code="other")
    assert (await team.end(assignment)).status_code == 200


async def test_a_disabled_account_gives_back_its_projects(team: Team, make: Make) -> None:
    admin, colleague = await make.account("admin"), await make.account("mentor")
    project = await team.active_project()
    await team.assign(project, colleague)
    account = await admin.get(f"/v1/accounts/{team.mentor.id}")
    headers = {"if-match": account.headers["etag"]}
    disabled = await admin.patch(f"/v1/accounts/{team.mentor.id}", {"status": "disabled"}, headers=headers)
    assert disabled.status_code == 200, disabled.text
    rows = (await team.staff.get(f"/v1/projects/{project['id']}/mentors")).json()["items"]
    assert {row["username"]: row["end_reason"] for row in rows} == {
        team.mentor.username: "account_disabled", colleague.username: None,
    }  # fmt: skip


async def test_giving_back_ends_every_open_assignment_and_its_sight(team: Team, world: World) -> None:
    for project in (await team.project(), await team.project()):
        await team.assign(project)
    assert [len(ids) for ids in await seen_by(team.mentor)] == [2, 2, 2]
    async with world.database.begin() as session:
        await end_mentoring(session, team.mentor.id, world.clock.now)
    assert await seen_by(team.mentor) == ([], [], [])


async def test_twenty_assignments_of_one_mentor_at_once_make_one(committed: World) -> None:
    team = await gather_team(committed.make)
    project = await team.project()
    answers = await asyncio.gather(*(assign(team.staff, project["id"], team.mentor.id) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19


async def seen_by(caller: Caller) -> tuple[list[str], list[str], list[str]]:
    """The ids of the projects, ideas and people whom the caller finds in the lists."""
    found = []
    for path in ("/v1/projects", "/v1/ideas", "/v1/people"):
        answer = await caller.get(path)
        assert answer.status_code == 200, answer.text
        found.append([item["id"] for item in answer.json()["items"]])
    return found[0], found[1], found[2]


async def assign(caller: Caller, project_id: str, account_id: UUID, **more: str) -> httpx.Response:
    return await caller.post(f"/v1/projects/{project_id}/mentors", {"account_id": str(account_id), **more})
