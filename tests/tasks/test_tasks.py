"""What waits for whom."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.factories import BAC_HA, Y_TY, Caller, Make, World
from tests.mentoring.rows import Rows
from tests.team import TODAY, Team

YESTERDAY, NOW = date(2025, 11, 29), date(2025, 11, 30)


async def groups(caller: Caller) -> dict[str, list[str]]:
    answer = await caller.get("/v1/me/tasks")
    assert answer.status_code == 200, answer.text
    return {group["kind"]: [item["id"] for item in group["items"]] for group in answer.json()["groups"]}


async def test_each_role_sees_what_waits_for_it(make: Make) -> None:
    staff, approver, officer = [await make.account(role) for role in ("staff", "approver", "commune_staff")]
    idea: dict[str, Any] = await make.idea(staff)
    assert await groups(staff) == {
        "screen": [idea["id"]], "answer": [], "close_review": [], "found_project": [], "session_report": [],
        "action_overdue": [],
    }  # fmt: skip
    idea = await make.moved(staff, idea, "start_screening")
    [reviewer, _] = await make.reviewers(staff, idea)
    idea = await make.moved(staff, await make.read(staff, idea), "pass_screening")
    assert await groups(reviewer) == {"review": [idea["id"]]}
    assert await groups(approver) == {"decide": [], "graduation_request": []}
    assert await groups(officer) == {"answer": []}


async def test_a_reviewed_idea_waits_for_the_approver_and_an_accepted_one_for_its_project(make: Make) -> None:
    staff, approver = await make.account("staff"), await make.account("approver")
    idea = await make.reviewed_idea(staff)
    assert (await groups(approver))["decide"] == [idea["id"]]
    panel = await make.panel(staff)
    await make.moved(approver, idea, "decide", panel_id=panel["id"], outcome="accepted")
    assert (await groups(approver))["decide"] == []
    assert (await groups(staff))["found_project"] == [idea["id"]]


async def test_an_officer_sees_only_questions_of_the_own_commune(make: Make) -> None:
    staff = await make.account("staff")
    here, there = await make.account("commune_staff", BAC_HA), await make.account("commune_staff", Y_TY)
    idea = await make.moved(staff, await make.idea(staff), "start_screening")
    await make.moved(staff, idea, "request_info", question="Bán cho ai?", due_on="2025-12-20")
    assert (await groups(here))["answer"] == [idea["id"]]
    assert (await groups(there))["answer"] == []


async def test_an_analyst_has_nothing_to_do(make: Make) -> None:
    assert await groups(await make.account("analyst")) == {}


@pytest.fixture
def past(world: World, team: Team) -> Rows:
    return Rows(world, team)


async def items(caller: Caller, kind: str) -> list[dict[str, Any]]:
    told = (await caller.get("/v1/me/tasks")).json()["groups"]
    return list(next(group["items"] for group in told if group["kind"] == kind))


async def test_another_approver_is_told_of_a_request_to_graduate(team: Team, make: Make) -> None:
    project = await team.active_project()
    path, asked = f"/v1/projects/{project['id']}/graduation/requests", {"reason": "Đủ đầu ra"}
    request = (await team.approver.post(path, asked)).json()
    other, elsewhere = await make.account("approver"), await make.account("approver", "01")
    assert await items(other, "graduation_request") == [
        {
            "subject": "project", "id": project["id"], "title": project["title"],
            "since": TODAY, "due_on": None,
        }
    ]  # fmt: skip
    assert await items(team.approver, "graduation_request") == await items(elsewhere, "graduation_request") == []
    refusal, headers = {"action": "refuse", "note": "Chưa đủ"}, {"if-match": f'"{request["version"]}"'}
    assert (await other.post(f"{path}/{request['id']}/transitions", refusal, headers=headers)).status_code == 200
    assert await items(other, "graduation_request") == []


async def test_sessions_whose_day_has_passed_wait_for_their_report(team: Team, make: Make, past: Rows) -> None:
    mentor_id = await past.mentor(team.mentor)
    unreported = await past.session(day=YESTERDAY, title="Cà phê tháng 11")
    older = await past.session(day=date(2025, 11, 1), status="confirmed")
    for status, day, minutes in (("held", YESTERDAY, 60), ("cancelled", YESTERDAY, 0), ("planned", NOW, 0)):
        await past.part(await past.session(day=day, status=status), mentor_id, minutes)
    await past.part(unreported, mentor_id, 0)
    assert await items(team.mentor, "session_report") == [
        {
            "subject": "session", "id": str(unreported), "title": "Cà phê tháng 11",
            "since": "2025-11-29", "due_on": None,
        }
    ]  # fmt: skip
    for_staff = await items(team.staff, "session_report")
    assert [task["id"] for task in for_staff] == [str(older), str(unreported)]
    assert for_staff[0]["title"] == "Cố vấn riêng", "a session without a title is called by its kind"
    for stranger in (await make.account("staff", "01"), await make.account("mentor")):
        assert await items(stranger, "session_report") == []


async def test_a_held_session_waits_for_its_mentors_who_are_still_expected(team: Team, make: Make, past: Rows) -> None:
    colleague = await make.account("mentor")
    mine, theirs = await past.mentor(team.mentor), await past.mentor(colleague)
    session = await past.session(day=YESTERDAY, status="held")
    await past.part(session, mine, 60)
    await past.part(session, theirs, 0)
    assert await items(team.mentor, "session_report") == []
    for caller in (colleague, team.staff):
        assert [task["id"] for task in await items(caller, "session_report")] == [str(session)]
    assert await items(await make.account("staff", "01"), "session_report") == []


async def test_a_mentor_is_told_of_the_sessions_of_the_next_seven_days(team: Team, make: Make, past: Rows) -> None:
    mentor_id = await past.mentor(team.mentor)
    created = datetime(2025, 11, 20, 20, tzinfo=UTC)
    days = {day: await past.session(day=NOW + timedelta(day), created_at=created) for day in (8, 7, -1, 3)}
    confirmed = await past.session(day=NOW, status="confirmed", title="Cà phê sáng")
    cancelled = await past.session(day=NOW, status="cancelled")
    for session in (*days.values(), confirmed, cancelled):
        await past.part(session, mentor_id, 0)
    await past.session(day=NOW)
    told = await items(team.mentor, "session_ahead")
    assert [task["id"] for task in told] == [str(confirmed), str(days[3]), str(days[7])]
    assert told[1] == {
        "subject": "session", "id": str(days[3]), "title": "Cố vấn riêng", "since": "2025-11-21",
        "due_on": "2025-12-03",
    }  # fmt: skip
    assert await items(await make.account("mentor"), "session_ahead") == []
    assert "session_ahead" not in await groups(team.staff)


async def test_overdue_actions_wait_for_whose_they_are(team: Team, make: Make, past: Rows) -> None:
    mentor_id, project = await past.mentor(team.mentor), await team.project()
    assignment = await team.assign(project)
    late: dict[str, Any] = {"due_in": -1, "mentor_id": mentor_id}
    mine = await past.action_item(project, owner="mentor", **late)
    office = await past.action_item(project, owner="staff", **late)
    await past.action_item(project, owner="team", **late)
    await past.action_item(project, owner="mentor", **late, status="done", closed_on=YESTERDAY)
    for due_in in (0, 3):
        await past.action_item(project, owner="staff", due_in=due_in)
        await past.action_item(project, owner="mentor", mentor_id=mentor_id, due_in=due_in)
    [task] = await items(team.mentor, "action_overdue")
    assert (task["subject"], task["id"], task["due_on"]) == ("action_item", str(mine), "2025-11-29")
    assert [task["id"] for task in await items(team.staff, "action_overdue")] == [str(office)]
    assert await items(await make.account("staff", "01"), "action_overdue") == []
    await team.end(assignment)
    assert await items(team.mentor, "action_overdue") == []
