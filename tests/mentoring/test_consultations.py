"""Consultations after they were logged: read, edited within a week, corrected later, taken back, never overwritten."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.factories import Caller, Make, World
from tests.mentoring.logs import Mentored, mentored_project, on_day
from tests.team import Team, gather_team

WEEK_AFTER, TOO_LATE = "2025-12-07", "2025-12-08"


@pytest.fixture
async def mentored(team: Team) -> Mentored:
    return await mentored_project(team)


async def test_an_edit_is_a_version_and_the_one_before_stays(mentored: Mentored) -> None:
    consultation = await mentored.consultation(question="Bán ở đâu?", subtopic="Đầu ra")
    answer = await edit(mentored.mentor, consultation, advice="Bán ở chợ phiên.", question=None, outcome="applied")
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["advice"], after["question"], after["outcome"]) == ("Bán ở chợ phiên.", None, "applied")
    assert (after["subtopic"], after["version"]) == ("Đầu ra", 2)
    versions = await history(mentored.mentor, consultation)
    assert [(v["number"], v["advice"], v["question"]) for v in versions] == [
        (1, consultation["advice"], "Bán ở đâu?"), (2, "Bán ở chợ phiên.", None),
    ]  # fmt: skip
    assert {v["written_by"] for v in versions} == {mentored.mentor.username}


async def test_an_edit_that_changes_nothing_is_no_version(mentored: Mentored) -> None:
    consultation = await mentored.consultation()
    for patch in ({}, {"advice": consultation["advice"], "visibility": "internal"}):
        assert (await edit(mentored.mentor, consultation, **patch)).status_code == 200
    assert len(await history(mentored.mentor, consultation)) == 1


async def test_an_edit_needs_the_version_that_was_seen(mentored: Mentored) -> None:
    consultation = await mentored.consultation()
    path = f"/v1/consultations/{consultation['id']}"
    assert (await mentored.mentor.patch(path, {"outcome": "applied"})).status_code == 428
    assert (await edit(mentored.mentor, consultation, outcome="applied")).status_code == 200
    assert (await edit(mentored.mentor, consultation, outcome="achieved")).status_code == 412
    read = await mentored.read(consultation["id"])
    assert read.headers["etag"].startswith('"2.')
    same = await mentored.mentor.get(path, headers={"if-none-match": read.headers["etag"]})
    assert same.status_code == 304


async def test_it_is_edited_for_seven_days_and_corrected_after(mentored: Mentored, world: World) -> None:
    consultation = await mentored.consultation(held_on="2025-11-01")
    await on_day(world, WEEK_AFTER, mentored.mentor)
    assert (await mentored.read(consultation["id"])).json()["is_editable"] is True
    consultation = (await edit(mentored.mentor, consultation, outcome="referred")).json()
    await on_day(world, TOO_LATE, mentored.mentor, mentored.staff)
    assert (await mentored.read(consultation["id"])).json()["is_editable"] is False
    for caller in (mentored.mentor, mentored.staff):
        refused = await edit(caller, consultation, outcome="applied")
        assert (refused.status_code, refused.json()["rule"]) == (422, "consultation_too_old_to_edit")
    corrected = await correct(mentored.mentor, consultation, reason="Nhầm kết quả", outcome="applied")
    assert corrected.status_code == 200, corrected.text
    assert corrected.json()["outcome"] == "applied"
    versions = await history(mentored.mentor, consultation)
    assert [(v["outcome"], v["reason"]) for v in versions] == [
        ("none", None), ("referred", None), ("applied", "Nhầm kết quả"),
    ]  # fmt: skip


async def test_a_correction_says_why_and_changes_something(mentored: Mentored) -> None:
    consultation = await mentored.consultation()
    assert (await correct(mentored.mentor, consultation, advice="Khác")).status_code == 400
    refused = await correct(mentored.mentor, consultation, reason="Rà soát", advice=consultation["advice"])
    assert (refused.status_code, refused.json()["rule"]) == (422, "nothing_corrected")
    assert (await correct(mentored.mentor, consultation, reason="Rà soát", advice="Khác")).status_code == 200


async def test_staff_corrects_and_colleagues_only_read(mentored: Mentored, make: Make) -> None:
    consultation = await mentored.consultation(visibility="team")
    commune_staff = await make.account("commune_staff")
    for caller in (mentored.colleague, commune_staff, mentored.team.approver):
        assert (await mentored.read(consultation["id"], caller)).json()["is_editable"] is False
        for attempt in (edit(caller, consultation, outcome="applied"), void(caller, consultation)):
            assert (await attempt).status_code == 403
    assert (await mentored.read(consultation["id"], mentored.staff)).json()["is_editable"] is False
    refused = await edit(mentored.staff, consultation, outcome="applied")
    assert (refused.status_code, refused.json()["rule"]) == (422, "consultation_not_yours_to_edit")
    corrected = await correct(mentored.staff, consultation, reason="Đối chiếu biên bản", outcome="applied")
    assert (corrected.status_code, corrected.json()["is_editable"]) == (200, False)


async def test_what_staff_logged_for_a_mentor_both_edit_and_no_other_staff(mentored: Mentored, make: Make) -> None:
    mentor_id = str(mentored.mentor.mentor_id)
    consultation = await mentored.consultation(mentored.staff, mentor_id=mentor_id)
    assert consultation["is_editable"] is True
    for caller, outcome in ((mentored.staff, "applied"), (mentored.mentor, "achieved")):
        answer = await edit(caller, consultation, outcome=outcome)
        assert (answer.status_code, answer.json()["is_editable"]) == (200, True)
        consultation = answer.json()
    other_staff = await make.account("staff")
    assert [one["is_editable"] for one in await mentored.listed(other_staff)] == [False]
    assert (await edit(other_staff, consultation, outcome="none")).status_code == 422


async def test_what_was_taken_back_counts_nowhere_and_may_be_logged_anew(mentored: Mentored) -> None:
    consultation = await mentored.consultation()
    answer = await void(mentored.mentor, consultation)
    assert answer.status_code == 200, answer.text
    voided = answer.json()
    assert (voided["void_reason"], voided["counts_as_consulted"], voided["is_editable"]) == ("Nhầm dự án", False, False)
    assert voided["voided_at"] is not None
    assert await mentored.listed() == []
    assert await mentored.listed(mentored.staff) == []
    again = await mentored.consultation()
    assert again["session_id"] == consultation["session_id"]
    found = await mentored.listed(mentored.staff, include_voided=True)
    assert [one["id"] for one in found] == [again["id"], consultation["id"]]


async def test_what_was_taken_back_stays_as_it_is(mentored: Mentored) -> None:
    consultation = (await void(mentored.mentor, await mentored.consultation())).json()
    for attempt in (
        edit(mentored.mentor, consultation, outcome="applied"),
        correct(mentored.mentor, consultation, reason="Rà soát", outcome="applied"),
        void(mentored.mentor, consultation),
    ):
        refused = await attempt
        assert (refused.status_code, refused.json()["rule"]) == (422, "consultation_voided")


async def test_its_mentor_takes_it_back_within_the_week_and_staff_at_any_time(mentored: Mentored, world: World) -> None:
    consultation = await mentored.consultation()
    await on_day(world, TOO_LATE, mentored.mentor, mentored.staff)
    refused = await void(mentored.mentor, consultation)
    assert (refused.status_code, refused.json()["rule"]) == (422, "consultation_too_old_to_void")
    assert (await void(mentored.staff, consultation)).status_code == 200


async def test_its_mentor_staff_and_approvers_list_what_was_taken_back(mentored: Mentored, make: Make) -> None:
    await void(mentored.mentor, await mentored.consultation(visibility="team"))
    commune_staff = await make.account("commune_staff")
    assert (await commune_staff.get("/v1/consultations", params={"include_voided": True})).status_code == 403
    assert await mentored.listed(mentored.colleague, include_voided=True) == []
    for caller in (mentored.mentor, mentored.staff, mentored.team.approver):
        assert len(await mentored.listed(caller, include_voided=True)) == 1
        assert await mentored.listed(caller) == []


async def test_one_of_eight_edits_of_one_version_holds(committed: World) -> None:
    mentored = await mentored_project(await gather_team(committed.make))
    consultation = await mentored.consultation()
    answers = await asyncio.gather(*(edit(mentored.mentor, consultation, advice=f"Cách {i}") for i in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    assert len(await history(mentored.mentor, consultation)) == 2


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["digital", "capital", "market"]),
        ({"platform": "capital"}, ["capital"]),
        ({"held_on_gte": "2025-11-20"}, ["digital", "capital"]),
        ({"held_on_lt": "2025-11-20"}, ["market"]),
        ({"held_on_gte": "2025-11-20", "held_on_lt": "2025-11-30"}, ["capital"]),
        ({"outcome": "applied"}, ["capital"]),
        ({"mine": True}, ["capital", "market"]),
        ({"mine": True, "outcome": "none", "held_on_lt": "2025-11-30"}, ["market"]),
    ],
)
async def test_filters_of_the_list(mentored: Mentored, filters: dict[str, Any], found: list[str]) -> None:
    await mentored.log(held_on="2025-11-10")
    await mentored.log(held_on="2025-11-20", platforms=["capital"], outcome="applied")
    await mentored.log(mentored.colleague, platforms=["digital"], visibility="team")
    assert [one["platform"] for one in await mentored.listed(**filters)] == found


async def test_the_list_is_filtered_by_project_mentor_and_session(mentored: Mentored) -> None:
    other = await mentored.other_project(mentored.mentor)
    first, second = await mentored.consultation(), await mentored.consultation(project_id=other["id"])
    for filters, found in (
        ({"project_id": other["id"]}, [second]),
        ({"session_id": first["session_id"]}, [first]),
        ({"mentor_id": str(mentored.mentor.mentor_id)}, [second, first]),
        ({"mentor_id": str(mentored.colleague.mentor_id)}, []),
    ):
        assert await mentored.listed(**filters) == found


async def test_the_list_is_filtered_by_programme(mentored: Mentored) -> None:
    coffee, clinic = await mentored.programme(), await mentored.programme("clinic")
    of_coffee = await mentored.consultation(programme_id=coffee)
    await mentored.log()
    assert await mentored.listed(programme_id=coffee) == [of_coffee]
    assert await mentored.listed(programme_id=clinic) == []


async def test_a_walk_through_pages_meets_every_row_once(mentored: Mentored) -> None:
    for day in range(1, 6):
        await mentored.log(held_on=f"2025-11-0{day}", platforms=["market", "capital"])
    seen, cursor = [], None
    while True:
        params = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = (await mentored.mentor.get("/v1/consultations", params=params)).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 10
    assert seen == sorted(seen, reverse=True)


async def test_a_table_has_what_the_list_has(mentored: Mentored) -> None:
    await mentored.log(advice="=1+1", platforms=["market", "capital"])
    answer = await mentored.mentor.get("/v1/consultations", headers={"accept": "text/csv"})
    assert answer.status_code == 200
    header, *lines = answer.text.splitlines()
    assert "counts_as_consulted" in header
    assert len(lines) == 2
    assert "'=1+1" in lines[0]


@pytest.mark.parametrize(
    "query", ["held_on_gte=9999-99-99", "platform=sales", "project_id=1", "mine=perhaps", "sort=held_on"]
)
async def test_bad_filters_are_refused(mentored: Mentored, query: str) -> None:
    assert (await mentored.mentor.get(f"/v1/consultations?{query}")).status_code == 400


async def edit(caller: Caller, consultation: dict[str, Any], **patch: Any) -> httpx.Response:
    headers = {"if-match": f'"{consultation["version"]}"'}
    return await caller.patch(f"/v1/consultations/{consultation['id']}", patch, headers=headers)


async def correct(caller: Caller, consultation: dict[str, Any], **data: Any) -> httpx.Response:
    headers = {"if-match": f'"{consultation["version"]}"'}
    return await caller.post(f"/v1/consultations/{consultation['id']}/corrections", data, headers=headers)


async def void(caller: Caller, consultation: dict[str, Any]) -> httpx.Response:
    headers = {"if-match": f'"{consultation["version"]}"'}
    body = {"action": "void", "reason": "Nhầm dự án"}
    return await caller.post(f"/v1/consultations/{consultation['id']}/transitions", body, headers=headers)


async def history(caller: Caller, consultation: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await caller.get(f"/v1/consultations/{consultation['id']}/versions")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])
