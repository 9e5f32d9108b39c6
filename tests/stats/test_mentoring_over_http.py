"""What mentors and staff do through the API is in the figures at once, and what they take back is not."""

from typing import Any

from tests.factories import Caller
from tests.people.alike import merged, undone
from tests.team import Team


async def log(caller: Caller, project: dict[str, Any], *platforms: str, **more: Any) -> dict[str, Any]:
    body = {
        "project_id": project["id"], "platforms": platforms, "held_on": "2025-11-20", "minutes": 45,
        "advice": "Đăng ký mã vùng trồng.", **more,
    }  # fmt: skip
    answer = await caller.post("/v1/consultations", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def steps(caller: Caller) -> dict[str, int]:
    answer = await caller.get("/v1/stats/funnel")
    return {step["code"]: step["n"] for step in answer.json()["steps"] if step["unit"] == "project"}


async def totals(caller: Caller) -> dict[str, Any]:
    answer = await caller.get("/v1/stats/mentoring")
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["totals"])


async def test_the_funnel_moves_with_each_consultation_and_back_with_its_void(team: Team) -> None:
    mentor = await team.make.mentor()
    project = await team.old_project(mentors=(mentor,))
    assert await steps(team.staff) == {"consulted_any": 0, "consulted_all_needed": 0, "graduated": 0}
    await log(mentor, project, "capital", preparation_minutes=15, travel_minutes=60)
    assert await steps(team.staff) == {"consulted_any": 1, "consulted_all_needed": 0, "graduated": 0}
    second = await log(mentor, project, "market", held_on="2025-11-25")
    assert await steps(team.staff) == {"consulted_any": 0, "consulted_all_needed": 1, "graduated": 0}
    for caller in (team.staff, mentor):
        figure = await totals(caller)
        assert (figure["sessions_held"], figure["consultations"], figure["mentor_hours"]) == (2, 2, 1.75)
        assert (figure["travel_minutes"], figure["distinct_mentees"]) == (60, 1)
    made = second["consultations"][0]
    path, headers = f"/v1/consultations/{made['id']}/transitions", {"if-match": f'"{made["version"]}"'}
    answer = await team.staff.post(path, {"action": "void", "reason": "Nhầm dự án"}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert await steps(team.staff) == {"consulted_any": 1, "consulted_all_needed": 0, "graduated": 0}
    assert (await totals(team.staff))["consultations"] == 1


async def test_two_projects_and_two_platforms_at_one_table_are_one_time(team: Team) -> None:
    mentor = await team.make.mentor()
    first, second = [await team.old_project(mentors=(mentor,)) for _ in range(2)]
    table = await log(mentor, first, "capital", "market", minutes=60)
    await log(mentor, second, "capital", "market", minutes=60, session_id=table["session"]["id"])
    figure = await totals(team.staff)
    assert (figure["sessions_held"], figure["contact_minutes"], figure["consultations"]) == (1, 60, 4)


async def test_a_mentee_who_was_entered_twice_is_counted_once_after_the_merge(team: Team) -> None:
    mentor = await team.make.mentor()
    projects = [await team.old_project(mentors=(mentor,)) for _ in range(2)]
    for project in projects:
        await log(mentor, project, "capital")
    one, other = ({"id": project["leaders"][0]["person_id"]} for project in projects)
    assert (await totals(team.staff))["distinct_mentees"] == 2
    merge = await merged(team.staff, one, other)
    figure = await totals(team.staff)
    assert (figure["distinct_mentees"], figure["sessions_held"], figure["consultations"]) == (1, 2, 2)
    await undone(team.staff, merge)
    assert (await totals(team.staff))["distinct_mentees"] == 2
