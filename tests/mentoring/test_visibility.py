"""Who reads which note: one answer in list, detail, versions, export and briefing."""

from typing import Any

import pytest

from incubator.accounts.models import RoleGrant
from incubator.actor import NOBODY
from tests.factories import BAC_HA, LAO_CAI, LONG_AGO, Y_TY, Caller, Make, locality_id
from tests.mentoring.logs import Mentored, mentored_project
from tests.team import Team, make_old

INTERNAL, SHARED = "Nội bộ: cần thêm vốn đối ứng.", "Làm nhãn trước, rồi mới chào hàng."


@pytest.fixture
async def mentored(team: Team) -> Mentored:
    return await mentored_project(team)


@pytest.fixture
async def notes(mentored: Mentored) -> dict[str, dict[str, Any]]:
    """An internal note on capital and one for the team on the market, by the same mentor."""
    return {
        INTERNAL: await mentored.consultation(platforms=["capital"], advice=INTERNAL),
        SHARED: await mentored.consultation(platforms=["market"], advice=SHARED, visibility="team"),
    }


async def test_internal_notes_are_for_their_mentor_staff_and_approvers(
    mentored: Mentored, notes: dict[str, dict[str, Any]], make: Make
) -> None:
    for caller in (mentored.mentor, mentored.staff, mentored.team.approver, await make.account("staff", BAC_HA)):
        assert await everything_read(mentored, caller, notes) == {INTERNAL, SHARED}


async def test_notes_for_the_team_are_for_all_who_follow_the_project(
    mentored: Mentored, notes: dict[str, dict[str, Any]], make: Make
) -> None:
    officers = [await make.account("commune_staff", place) for place in (LAO_CAI, BAC_HA)]
    for caller in (mentored.colleague, *officers):
        assert await everything_read(mentored, caller, notes) == {SHARED}


async def test_who_does_not_follow_the_project_reads_nothing(
    mentored: Mentored, notes: dict[str, dict[str, Any]], make: Make
) -> None:
    strangers = [await make.mentor(), await make.account("staff", Y_TY), await make.account("commune_staff", Y_TY)]
    for caller in strangers:
        assert await everything_read(mentored, caller, notes) == set()


@pytest.mark.parametrize("role", ["admin", "reviewer", "analyst"])
async def test_other_roles_are_refused(mentored: Mentored, make: Make, role: str) -> None:
    assert (await (await make.account(role)).get("/v1/consultations")).status_code == 403


async def test_a_token_that_reads_projects_reads_no_notes(mentored: Mentored, make: Make) -> None:
    assert (await (await make.token("projects:read")).get("/v1/consultations")).status_code == 403


async def test_a_mentor_who_left_reads_not_even_the_own_notes(
    mentored: Mentored, notes: dict[str, dict[str, Any]]
) -> None:
    rows = (await mentored.staff.get(f"/v1/projects/{mentored.project['id']}/mentors")).json()["items"]
    assignment = next(row for row in rows if row["account_id"] == str(mentored.mentor.id))
    assert (await mentored.team.end(assignment)).status_code == 200
    assert await everything_read(mentored, mentored.mentor, notes) == set()
    note = notes[SHARED]
    patch = {"advice": "Khác"}
    headers = {"if-match": f'"{note["version"]}"'}
    refused = await mentored.mentor.patch(f"/v1/consultations/{note['id']}", patch, headers=headers)
    assert refused.status_code == 404


async def test_a_replay_shows_nothing_to_who_lost_the_project(mentored: Mentored) -> None:
    first = await mentored.try_log(key="k1")
    assert first.status_code == 201
    rows = (await mentored.staff.get(f"/v1/projects/{mentored.project['id']}/mentors")).json()["items"]
    await mentored.team.end(next(row for row in rows if row["account_id"] == str(mentored.mentor.id)))
    assert (await mentored.try_log(key="k1")).status_code == 404


@pytest.mark.parametrize(("role", "place"), [("staff", Y_TY), ("mentor", LAO_CAI)])
async def test_who_reads_by_another_grant_does_not_write(
    mentored: Mentored, notes: dict[str, dict[str, Any]], make: Make, role: str, place: str
) -> None:
    """An officer who is staff of another commune, or mentor of another project."""
    caller = await make.account(role, place, person_id=await make.person())
    await also(make, caller, "commune_staff", LAO_CAI)
    note, project_id, someone = notes[SHARED], mentored.project["id"], str(mentored.mentor.mentor_id)
    assert (await mentored.read(note["id"], caller)).json()["is_editable"] is False
    path, headers = f"/v1/consultations/{note['id']}", {"if-match": f'"{note["version"]}"'}
    named = {"mentor_id": someone} if role == "staff" else {}
    item = {"project_id": project_id, "what": "Gọi điện", "due_on": "2025-12-20"}
    for attempt in (
        mentored.try_log(caller, platforms=["digital"], **named),
        caller.patch(path, {"outcome": "applied"}, headers=headers),
        caller.post(f"{path}/corrections", {"reason": "Rà soát", "outcome": "applied"}, headers=headers),
        caller.post(f"{path}/transitions", {"action": "void", "reason": "Nhầm"}, headers=headers),
        caller.post("/v1/action-items", item),
    ):
        answer = await attempt
        assert answer.status_code == 403, answer.text


async def test_versions_that_were_internal_stay_so_after_the_note_was_shared(
    mentored: Mentored, notes: dict[str, dict[str, Any]], make: Make
) -> None:
    note, outsider = notes[INTERNAL], await make.account("commune_staff")
    path = f"/v1/consultations/{note['id']}"
    headers = {"if-match": f'"{note["version"]}"'}
    shared = await mentored.mentor.patch(path, {"visibility": "team", "advice": "Hãy vay vốn."}, headers=headers)
    assert shared.status_code == 200
    for caller, advice in ((mentored.mentor, [INTERNAL, "Hãy vay vốn."]), (outsider, ["Hãy vay vốn."])):
        versions = (await caller.get(f"{path}/versions")).json()["items"]
        assert [version["advice"] for version in versions] == advice
    hidden = await mentored.mentor.patch(path, {"visibility": "internal"}, headers={"if-match": '"2"'})
    assert hidden.status_code == 200
    assert (await outsider.get(f"{path}/versions")).status_code == 404


async def test_a_note_that_was_taken_back_is_for_its_mentor_and_those_inside(
    mentored: Mentored, notes: dict[str, dict[str, Any]], make: Make
) -> None:
    note = notes[SHARED]
    path, headers = f"/v1/consultations/{note['id']}", {"if-match": f'"{note["version"]}"'}
    voided = await mentored.staff.post(f"{path}/transitions", {"action": "void", "reason": "Nhầm"}, headers=headers)
    assert voided.status_code == 200
    for caller, status in (
        (mentored.mentor, 200), (mentored.staff, 200), (mentored.team.approver, 200), (mentored.colleague, 404),
        (await make.account("commune_staff"), 404),
    ):  # fmt: skip
        assert (await caller.get(path)).status_code == status
        assert (await caller.get(f"{path}/versions")).status_code == status


async def test_the_count_of_a_list_hides_what_the_list_hides(
    mentored: Mentored, notes: dict[str, dict[str, Any]]
) -> None:
    for caller, total in ((mentored.mentor, 2), (mentored.colleague, 1)):
        answer = await caller.get("/v1/consultations", params={"count": "exact"})
        assert answer.json()["total"] == total


async def also(make: Make, caller: Caller, role: str, place: str) -> None:
    """One more grant of the caller."""
    async with make.world.database.begin() as session:
        session.add(
            RoleGrant(
                account_id=caller.id, role=role, locality_id=await locality_id(session, place), sensitive=False,
                granted_by=NOBODY, granted_at=LONG_AGO,
            )
        )  # fmt: skip


async def everything_read(mentored: Mentored, caller: Caller, notes: dict[str, dict[str, Any]]) -> set[str]:
    """The notes that a caller finds, which must be the same ones in every place."""
    places = {
        "list": {one["advice"] for one in await mentored.listed(caller)},
        "filtered list": {one["advice"] for one in await mentored.listed(caller, project_id=mentored.project["id"])},
        "detail": {advice for advice, note in notes.items() if await _is_there(caller, note, "")},
        "versions": {advice for advice, note in notes.items() if await _is_there(caller, note, "/versions")},
        "export": await _exported(caller, notes),
        "briefing": await _briefed(mentored, caller),
    }
    found = places["list"]
    assert all(advice == found for advice in places.values()), places
    return found


async def _is_there(caller: Caller, note: dict[str, Any], part: str) -> bool:
    answer = await caller.get(f"/v1/consultations/{note['id']}{part}")
    assert answer.status_code in {200, 404}
    return answer.status_code == 200


async def _exported(caller: Caller, notes: dict[str, dict[str, Any]]) -> set[str]:
    table = (await caller.get("/v1/consultations", headers={"accept": "text/csv"})).text
    return {advice for advice in notes if advice in table}


async def _briefed(mentored: Mentored, caller: Caller) -> set[str]:
    answer = await caller.get(f"/v1/projects/{mentored.project['id']}/briefing")
    if answer.status_code == 404:
        return set()
    platforms = answer.json()["platforms"]
    return {platform["last_advice"]["advice"] for platform in platforms if platform["last_advice"]}


async def test_who_leads_two_projects_sits_at_the_table_for_both(mentored: Mentored) -> None:
    team, coffee = mentored.team, await mentored.programme()
    project = await team.project(await team.idea(leader={"person_id": mentored.leader_id}))
    third = await mentored.make.mentor()
    for mentor in (mentored.colleague, third):
        await team.assign(project, mentor)
    await make_old(mentored.make, project["id"])
    first = await mentored.log(programme_id=coffee)
    second = await mentored.log(mentored.colleague, project_id=project["id"], programme_id=coffee)
    assert first["session"]["id"] == second["session"]["id"]
    briefing = (await third.get(f"/v1/projects/{project['id']}/briefing")).json()
    assert briefing["last_session"]["id"] == second["session"]["id"]
    assert (await third.get(f"/v1/sessions/{second['session']['id']}")).status_code == 200
    told = {"action": "void", "reason": "Nhầm dự án"}
    consultation = second["consultations"][0]
    path, seen = f"/v1/consultations/{consultation['id']}", {"if-match": f'"{consultation["version"]}"'}
    assert (await mentored.colleague.post(f"{path}/transitions", told, headers=seen)).status_code == 200
    assert (await third.get(f"/v1/sessions/{second['session']['id']}")).status_code == 404
