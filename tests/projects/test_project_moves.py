"""The way of a project from onboarding to its end, over HTTP."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.factories import BAC_HA, Make, World
from tests.team import TODAY, Team, gather_team


async def test_a_project_is_activated_paused_resumed_closed_and_reopened(team: Team) -> None:
    project = await team.active_project()
    assert (project["status"], project["allowed_actions"]) == ("active", ["pause", "close"])
    project = await team.move(project, "pause", reason="Mùa vụ")
    assert project["status"] == "paused"
    project = await team.move(project, "resume", reason="Hết vụ")
    assert project["status"] == "active"
    project = await team.move(project, "close", reason_code="no_market", reason="Mất mối")
    assert (project["status"], project["closed_reason"]) == ("closed", "no_market")
    project = await team.move(project, "reopen", team.approver, reason="Có mối mới")
    assert (project["status"], project["closed_reason"]) == ("active", None)
    history = await team.history(project)
    assert [(row["action"], row["from_status"], row["to_status"]) for row in history] == [
        ("found", None, "onboarding"),
        ("activate", "onboarding", "active"),
        ("pause", "active", "paused"),
        ("resume", "paused", "active"),
        ("close", "active", "closed"),
        ("reopen", "closed", "active"),
    ]
    assert [row["number"] for row in history] == [1, 2, 3, 4, 5, 6]
    assert (history[4]["reason_code"], history[4]["reason"]) == ("no_market", "Mất mối")
    assert (history[4]["actor"], history[5]["actor"]) == (team.staff.username, team.approver.username)


async def test_a_project_becomes_active_with_a_mentor_only(team: Team) -> None:
    project = await team.project()
    answer = await team.try_move(project, "activate")
    assert (answer.status_code, answer.json()["rule"]) == (422, "project_without_mentor")
    await team.assign(project)
    assert (await team.move(project, "activate"))["status"] == "active"


async def test_a_mentor_of_another_day_does_not_count(team: Team, make: Make, world: World) -> None:
    project = await team.project()
    world.clock.now = datetime(2025, 12, 1, 3, tzinfo=UTC)
    team.staff = await make.account("staff")
    await team.assign(project)
    early = await team.try_move(project, "activate", occurred_on=TODAY)
    assert (early.status_code, early.json()["rule"]) == (422, "project_without_mentor")
    assert (await team.move(project, "activate", occurred_on="2025-12-01"))["moved_on"] == "2025-12-01"


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("pause", {"reason": "Mùa vụ"}),
        ("resume", {"reason": "Hết vụ"}),
        ("reopen", {"reason": "Thử lại"}),
    ],
)
async def test_a_step_that_does_not_start_here_names_those_that_do(
    team: Team, action: str, data: dict[str, str]
) -> None:
    project = await team.project()
    caller = team.approver if action == "reopen" else team.staff
    answer = await team.try_move(project, action, caller, **data)
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
    assert answer.json()["allowed_actions"] == ["activate", "close"]


async def test_graduation_has_an_address_of_its_own(team: Team) -> None:
    project = await team.active_project()
    answer = await team.try_move(project, "graduate", team.approver)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/action")
    read = await team.approver.get(f"/v1/projects/{project['id']}")
    assert read.json()["allowed_actions"] == ["graduate"]


@pytest.mark.parametrize(
    ("occurred_on", "rule"), [("2025-12-01", "day_in_future"), ("2025-11-29", "day_before_previous_move")]
)
async def test_a_move_is_neither_ahead_nor_before_the_last_one(team: Team, occurred_on: str, rule: str) -> None:
    project = await team.project()
    refused = await team.try_move(project, "close", reason_code="family", occurred_on=occurred_on)
    assert (refused.status_code, refused.json()["rule"]) == (422, rule)
    assert (await team.move(project, "close", reason_code="family", occurred_on=TODAY))["status"] == "closed"


async def test_roles_decide_who_moves(team: Team, make: Make) -> None:
    project = await team.active_project()
    officer = await make.account("commune_staff", BAC_HA)
    assert (await officer.get(f"/v1/projects/{project['id']}")).json()["allowed_actions"] == []
    for caller in (officer, team.mentor, team.approver):
        refused = await team.try_move(project, "pause", caller, reason="Mùa vụ")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    closed = await team.move(project, "close", reason_code="merged")
    refused = await team.try_move(closed, "reopen", team.staff, reason="Thử lại")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await team.approver.get(f"/v1/projects/{project['id']}")).json()["allowed_actions"] == ["reopen"]


async def test_a_move_needs_the_version_that_was_seen(team: Team) -> None:
    project = await team.active_project()
    path = f"/v1/projects/{project['id']}/transitions"
    body = {"action": "pause", "reason": "Mùa vụ"}
    assert (await team.staff.post(path, body)).status_code == 428
    assert (await team.staff.post(path, body, headers={"if-match": '"1"'})).status_code == 412
    assert (await team.staff.post(path, body, headers={"if-match": f'"{project["version"]}"'})).status_code == 200


async def test_the_same_move_with_one_key_happens_once(team: Team) -> None:
    project = await team.active_project()
    path = f"/v1/projects/{project['id']}/transitions"
    headers = {"if-match": f'"{project["version"]}"', "idempotency-key": str(uuid4())}
    body = {"action": "pause", "reason": "Mùa vụ"}
    first = await team.staff.post(path, body, headers=headers)
    again = await team.staff.post(path, body, headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(await team.history(project)) == 3


async def test_a_project_closed_while_onboarding_is_onboarding_again(team: Team) -> None:
    project = await team.move(await team.project(), "close", reason_code="migrated")
    assert (await team.move(project, "reopen", team.approver, reason="Đã về quê"))["status"] == "onboarding"


@pytest.mark.parametrize(("reopened_on", "status"), [(TODAY, "active"), ("2025-12-01", "onboarding")])
async def test_a_project_that_lost_its_mentors_starts_again_with_onboarding(
    team: Team, make: Make, world: World, reopened_on: str, status: str
) -> None:
    project = await team.project()
    assignment = await team.assign(project)
    project = await team.move(project, "activate")
    project = await team.move(project, "close", reason_code="other")
    assert (await team.end(assignment, to_on=TODAY)).status_code == 200
    world.clock.now = datetime(2025, 12, 1, 3, tzinfo=UTC)
    approver = await make.account("approver")
    reopened = await team.move(project, "reopen", approver, reason="Thử lại", occurred_on=reopened_on)
    assert reopened["status"] == status


@pytest.mark.parametrize(("year", "month", "day", "status"), [(2026, 11, 30, 200), (2026, 12, 1, 422)])
async def test_a_project_is_reopened_within_twelve_months(
    team: Team, make: Make, world: World, year: int, month: int, day: int, status: int
) -> None:
    project = await team.move(await team.project(), "close", reason_code="family")
    world.clock.now = datetime(year, month, day, 3, tzinfo=UTC)
    approver = await make.account("approver")
    answer = await team.try_move(project, "reopen", approver, reason="Thử lại")
    assert answer.status_code == status, answer.text


async def test_a_wrong_move_is_taken_back_by_a_second_row(team: Team) -> None:
    active = await team.active_project()
    closed = await team.move(active, "close", reason_code="no_capital")
    project = await team.move(closed, "void", reason="Nhầm dự án")
    assert (project["status"], project["closed_reason"]) == ("active", None)
    project = await team.move(project, "void", reason="Chưa họp")
    assert project["status"] == "onboarding"
    answer = await team.try_move(project, "void", reason="Bỏ luôn")
    assert (answer.status_code, answer.json()["rule"]) == (422, "founding_not_voidable")
    history = await team.history(project)
    assert [row["action"] for row in history] == ["found", "activate", "close", "void", "void"]
    assert [row["voids_id"] for row in history[3:]] == [history[2]["id"], history[1]["id"]]


async def test_taking_back_a_reopening_closes_the_project_for_its_old_reason(team: Team) -> None:
    closed = await team.move(await team.project(), "close", reason_code="family")
    reopened = await team.move(closed, "reopen", team.approver, reason="Thử lại")
    refused = await team.try_move(reopened, "void", team.staff, reason="Nhầm")
    assert refused.status_code == 403
    project = await team.move(reopened, "void", team.approver, reason="Nhầm")
    assert (project["status"], project["closed_reason"]) == ("closed", "family")


async def test_of_twenty_closings_at_once_one_happens(committed: World) -> None:
    team = await gather_team(committed.make)
    project = await team.project()
    answers = await asyncio.gather(*(team.try_move(project, "close", reason_code="other") for _ in range(20)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 409, 412}
