"""Action items: agreed on, changed while open, completed, dropped with a reason, opened again."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.factories import Caller, Make, World
from tests.mentoring.logs import DUE, Mentored, mentored_project, on_day, pointers
from tests.team import TODAY, Team


@pytest.fixture
async def mentored(team: Team) -> Mentored:
    return await mentored_project(team)


async def test_an_item_of_the_team(mentored: Mentored) -> None:
    answer = await add(mentored, owner_person_id=mentored.leader_id, platform="market", set_on="2025-11-20")
    assert answer.status_code == 201, answer.text
    item = answer.json()
    assert answer.headers["location"] == f"/v1/action-items/{item['id']}"
    expected = {
        "owner": "team", "owner_person_id": mentored.leader_id, "set_on": "2025-11-20", "due_on": DUE,
        "status": "open", "is_overdue": False, "platform": "market", "closed_on": None,
        "owner_name": mentored.project["leaders"][0]["full_name"], "mentor_id": str(mentored.mentor.mentor_id),
        "allowed_actions": ["complete", "drop"],
    }  # fmt: skip
    assert {name: item[name] for name in expected} == expected
    read = await mentored.mentor.get(f"/v1/action-items/{item['id']}")
    assert read.json() == item
    assert read.headers["etag"] == answer.headers["etag"]


async def test_staff_says_which_mentor_is_to_do_it(mentored: Mentored) -> None:
    refused = await add(mentored, mentored.staff, owner="mentor")
    assert (refused.status_code, pointers(refused)) == (400, [("/mentor_id", "required")])
    colleague = str(mentored.colleague.mentor_id)
    item = await made(mentored, mentored.staff, owner="mentor", mentor_id=colleague)
    assert item["mentor_id"] == colleague
    assert (await made(mentored, mentored.staff, owner="staff"))["mentor_id"] is None
    assert [one["id"] for one in await listed(mentored.colleague, mine=True)] == [item["id"]]
    assert await listed(mentored.mentor, mine=True) == []


async def test_a_mentor_agrees_in_the_own_name(mentored: Mentored) -> None:
    assert (await add(mentored, mentor_id=str(mentored.colleague.mentor_id))).status_code == 403


async def test_every_wrong_field_is_named_at_once(mentored: Mentored) -> None:
    stranger = str(uuid4())
    refused = await add(mentored, session_id=stranger, owner_person_id=stranger, due_on="2025-11-29")
    assert refused.status_code == 400
    assert pointers(refused) == [
        ("/session_id", "not_found"), ("/due_on", "out_of_range"), ("/owner_person_id", "not_found"),
    ]  # fmt: skip
    refused = await add(mentored, project_id=stranger, owner="staff", owner_person_id=mentored.leader_id)
    assert pointers(refused) == [("/project_id", "not_found"), ("/owner_person_id", "unknown_field")]


@pytest.mark.parametrize("set_on", ["2025-05-31", "2025-12-01"])
async def test_it_is_agreed_between_the_founding_and_today(mentored: Mentored, set_on: str) -> None:
    assert (await add(mentored, set_on=set_on, due_on="2100-12-31")).status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"])
async def test_its_days_lie_in_this_century(mentored: Mentored, day: str) -> None:
    refused = await add(mentored, set_on=day)
    assert (refused.status_code, pointers(refused)) == (400, [("/set_on", "out_of_range")])
    assert refused.json()["errors"][0]["params"] == {"min": "2000-01-01", "max": "2100-12-31"}
    for refused in (await add(mentored, due_on=day), await edit(mentored.mentor, await made(mentored), due_on=day)):
        assert (refused.status_code, pointers(refused)) == (400, [("/due_on", "out_of_range")])
        assert refused.json()["errors"][0]["params"] == {"min": TODAY, "max": "2100-12-31"}


async def test_the_last_day_of_the_century_is_told_in_the_briefing(mentored: Mentored) -> None:
    assert (await made(mentored, due_on="2100-12-31"))["due_on"] == "2100-12-31"
    told = await mentored.mentor.get(f"/v1/projects/{mentored.project['id']}/briefing")
    assert (told.status_code, told.json()["open_actions"][0]["due_on"]) == (200, "2100-12-31")


async def test_nothing_is_agreed_on_after_a_project_was_closed(mentored: Mentored, world: World) -> None:
    await mentored.team.move(mentored.project, "close", reason_code="other", occurred_on=TODAY)
    await on_day(world, "2025-12-01", mentored.mentor)
    refused = await add(mentored, set_on="2025-12-01")
    assert (refused.status_code, refused.json()["rule"]) == (422, "consultation_after_closing")
    assert (await add(mentored, set_on=TODAY)).status_code == 201


async def test_an_open_item_is_edited(mentored: Mentored) -> None:
    item = await made(mentored, owner_person_id=mentored.leader_id)
    assert (await mentored.mentor.patch(f"/v1/action-items/{item['id']}", {"what": "x"})).status_code == 428
    answer = await edit(mentored.mentor, item, what="In nhãn mới", due_on="2026-01-15", platform="digital")
    assert answer.status_code == 200, answer.text
    edited = answer.json()
    assert (edited["what"], edited["due_on"], edited["platform"]) == ("In nhãn mới", "2026-01-15", "digital")
    assert edited["owner_person_id"] == mentored.leader_id
    assert (await edit(mentored.mentor, item, what="y")).status_code == 412
    given = (await edit(mentored.mentor, edited, owner="mentor", platform=None)).json()
    assert (given["owner"], given["owner_person_id"], given["platform"]) == ("mentor", None, None)


async def test_what_an_edit_changes_stays_in_the_history(mentored: Mentored) -> None:
    item = await made(mentored, owner_person_id=mentored.leader_id)
    assert (await edit(mentored.mentor, item, what=item["what"], due_on=DUE)).json()["version"] == item["version"]
    edited = (await edit(mentored.mentor, item, what="In nhãn mới", due_on="2026-01-15", platform=None)).json()
    colleague = str(mentored.colleague.mentor_id)
    given = (await edit(mentored.staff, edited, owner="mentor", mentor_id=colleague)).json()
    await move(mentored.mentor, given, "complete")
    rows = await history(mentored.colleague, item)
    assert [(r["number"], r["action"], r["from_status"], r["to_status"]) for r in rows] == [
        (1, "edit", "open", "open"), (2, "edit", "open", "open"), (3, "complete", "open", "done"),
    ]  # fmt: skip
    assert [r["before"] for r in rows] == [
        {"what": "Gửi mẫu trà", "due_on": DUE},
        {"owner": "team", "owner_person_id": mentored.leader_id, "mentor_id": str(mentored.mentor.mentor_id)},
        {},
    ]
    assert [(r["occurred_on"], r["actor"]) for r in rows][:2] == [
        (TODAY, mentored.mentor.username), (TODAY, mentored.staff.username),
    ]  # fmt: skip


async def test_what_was_done_last_week_is_reported_after_an_edit_of_today(mentored: Mentored) -> None:
    item = await made(mentored, set_on="2025-11-01")
    edited = (await edit(mentored.mentor, item, what="Gửi mẫu chè")).json()
    answer = await move(mentored.mentor, edited, "complete", occurred_on="2025-11-20")
    assert (answer.status_code, answer.json()["closed_on"]) == (200, "2025-11-20")
    assert answer.json()["allowed_actions"] == ["reopen"]


async def test_an_edit_holds_the_same_rules(mentored: Mentored) -> None:
    item = await made(mentored, mentored.staff)
    for patch, wrong in (
        ({"due_on": "2025-11-29"}, ("/due_on", "out_of_range")),
        ({"owner_person_id": str(uuid4())}, ("/owner_person_id", "not_found")),
        ({"owner": "staff", "owner_person_id": mentored.leader_id}, ("/owner_person_id", "unknown_field")),
        ({"owner": "mentor"}, ("/mentor_id", "required")),
    ):
        refused = await edit(mentored.staff, item, **patch)
        assert (refused.status_code, pointers(refused)) == (400, [wrong])
    assert (await edit(mentored.mentor, item, owner="mentor")).json()["mentor_id"] == str(mentored.mentor.mentor_id)


async def test_done_with_evidence_and_opened_again(mentored: Mentored) -> None:
    item = await made(mentored, set_on="2025-11-01")
    answer = await move(mentored.mentor, item, "complete", evidence="Phiếu giao hàng", occurred_on="2025-11-20")
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert (done["status"], done["closed_on"], done["evidence"]) == ("done", "2025-11-20", "Phiếu giao hàng")
    assert done["allowed_actions"] == ["reopen"]
    refused = await edit(mentored.mentor, done, what="x")
    assert (refused.status_code, refused.json()["rule"]) == (422, "action_item_closed")
    again = await move(mentored.mentor, done, "complete")
    assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")
    early = await move(mentored.mentor, done, "reopen", reason="Chưa giao", occurred_on="2025-11-19")
    assert (early.status_code, early.json()["rule"]) == (422, "day_before_previous_move")
    opened = (await move(mentored.mentor, done, "reopen", reason="Chưa giao", occurred_on="2025-11-21")).json()
    assert (opened["status"], opened["closed_on"], opened["evidence"], opened["reason"]) == ("open", None, None, None)
    early = await move(mentored.mentor, opened, "drop", reason="Thôi", occurred_on="2025-11-20")
    assert early.status_code == 422
    dropped = (await move(mentored.mentor, opened, "drop", reason="Thôi bán")).json()
    assert (dropped["status"], dropped["closed_on"], dropped["reason"]) == ("dropped", TODAY, "Thôi bán")
    rows = await history(mentored.staff, item)
    assert [(r["number"], r["action"], r["to_status"], r["evidence"] or r["reason"]) for r in rows] == [
        (1, "complete", "done", "Phiếu giao hàng"),
        (2, "reopen", "open", "Chưa giao"),
        (3, "drop", "dropped", "Thôi bán"),
    ]
    assert {r["actor"] for r in rows} == {mentored.mentor.username}


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("drop", {}), ("reopen", {}), ("complete", {"evidence_link": "ftp://x.example.org/1"}),
        ("complete", {"occurred_on": "2025-13-01"}), ("finish", {}),
    ],
)  # fmt: skip
async def test_bad_moves_are_refused(mentored: Mentored, action: str, more: dict[str, Any]) -> None:
    assert (await move(mentored.mentor, await made(mentored), action, **more)).status_code == 400


async def test_a_move_is_not_ahead_of_its_day(mentored: Mentored) -> None:
    item = await made(mentored)
    for day in ("2025-12-01", "9999-12-31", "2025-11-29"):
        assert (await move(mentored.mentor, item, "complete", occurred_on=day)).status_code == 422
    assert (await mentored.mentor.post(f"/v1/action-items/{item['id']}/transitions", {"action": "complete"})
            ).status_code == 428  # fmt: skip


async def test_all_who_follow_the_project_read_and_some_write(mentored: Mentored, make: Make) -> None:
    item, commune_staff = await made(mentored), await make.account("commune_staff")
    for caller in (commune_staff, mentored.team.approver):
        assert [one["id"] for one in await listed(caller)] == [item["id"]]
        read = await caller.get(f"/v1/action-items/{item['id']}")
        assert (read.status_code, read.json()["allowed_actions"]) == (200, [])
        for attempt in (add(mentored, caller), edit(caller, item, what="x"), move(caller, item, "complete")):
            assert (await attempt).status_code == 403
    for caller in (mentored.colleague, mentored.staff):
        assert (await edit(caller, item, what="Việc mới")).status_code == 200
        item = (await caller.get(f"/v1/action-items/{item['id']}")).json()


async def test_strangers_find_nothing(mentored: Mentored, make: Make) -> None:
    item = await made(mentored)
    for caller in (await make.mentor(), await make.account("commune_staff", "02701")):
        assert await listed(caller) == []
        assert (await caller.get(f"/v1/action-items/{item['id']}")).status_code == 404
        assert (await caller.get(f"/v1/action-items/{item['id']}/transitions")).status_code == 404
    stranger = await make.mentor()
    assert (await edit(stranger, item, what="x")).status_code == 404
    assert (await move(stranger, item, "complete")).status_code == 404


async def test_overdue_is_open_and_past_its_day(mentored: Mentored, world: World) -> None:
    late, done, ahead = await made(mentored), await made(mentored), await made(mentored, due_on="2026-03-01")
    await move(mentored.mentor, done, "complete")
    assert await listed(mentored.mentor, overdue=True) == []
    await on_day(world, "2025-12-21", mentored.mentor)
    overdue = await listed(mentored.mentor, overdue=True)
    assert [(one["id"], one["is_overdue"]) for one in overdue] == [(late["id"], True)]
    assert [one["id"] for one in await listed(mentored.mentor, overdue=False)] == [ahead["id"], done["id"]]


async def test_filters_of_the_list(mentored: Mentored) -> None:
    other = await mentored.other_project(mentored.mentor)
    first = await made(mentored, due_on="2025-12-01")
    second = await made(mentored, owner="mentor")
    third = await made(mentored, project_id=other["id"], owner="staff")
    await move(mentored.mentor, first, "complete")
    await move(mentored.mentor, third, "drop", reason="Thôi")
    for filters, found in (
        ({}, [third, second, first]),
        ({"project_id": other["id"]}, [third]),
        ({"status": "open"}, [second]),
        ({"status": ["done", "dropped"]}, [third, first]),
        ({"owner": "staff"}, [third]),
        ({"due_on_lt": DUE}, [first]),
        ({"mine": True}, [second]),
    ):
        assert [one["id"] for one in await listed(mentored.mentor, **filters)] == [one["id"] for one in found]


async def test_the_list_is_filtered_by_mentor_and_session(mentored: Mentored) -> None:
    logged = await mentored.log(actions=[{"what": "Gửi mẫu", "due_on": DUE}])
    (agreed,), other = logged["actions"], await made(mentored, mentored.colleague)
    for filters, found in (
        ({"session_id": logged["session"]["id"]}, [agreed]),
        ({"session_id": str(uuid4())}, []),
        ({"mentor_id": str(mentored.mentor.mentor_id)}, [agreed]),
        ({"mentor_id": str(mentored.colleague.mentor_id), "status": "open"}, [other]),
    ):
        assert [one["id"] for one in await listed(mentored.staff, **filters)] == [one["id"] for one in found]


async def test_a_table_has_what_the_list_has(mentored: Mentored) -> None:
    await made(mentored)
    answer = await mentored.mentor.get("/v1/action-items", headers={"accept": "text/csv"})
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == 2


async def add(mentored: Mentored, caller: Caller | None = None, **more: Any) -> httpx.Response:
    body = {"project_id": mentored.project["id"], "what": "Gửi mẫu trà", "due_on": DUE, **more}
    return await (caller or mentored.mentor).post("/v1/action-items", body)


async def made(mentored: Mentored, caller: Caller | None = None, **more: Any) -> dict[str, Any]:
    answer = await add(mentored, caller, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def edit(caller: Caller, item: dict[str, Any], **patch: Any) -> httpx.Response:
    headers = {"if-match": f'"{item["version"]}"'}
    return await caller.patch(f"/v1/action-items/{item['id']}", patch, headers=headers)


async def move(caller: Caller, item: dict[str, Any], action: str, **data: Any) -> httpx.Response:
    headers = {"if-match": f'"{item["version"]}"'}
    return await caller.post(f"/v1/action-items/{item['id']}/transitions", {"action": action, **data}, headers=headers)


async def history(caller: Caller, item: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await caller.get(f"/v1/action-items/{item['id']}/transitions")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def listed(caller: Caller, **filters: Any) -> list[dict[str, Any]]:
    answer = await caller.get("/v1/action-items", params=filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])
