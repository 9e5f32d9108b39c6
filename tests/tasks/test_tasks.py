"""What waits for whom."""

from typing import Any

from tests.factories import BAC_HA, Y_TY, Caller, Make


async def groups(caller: Caller) -> dict[str, list[str]]:
    answer = await caller.get("/v1/me/tasks")
    assert answer.status_code == 200, answer.text
    return {group["kind"]: [item["idea_id"] for item in group["items"]] for group in answer.json()["groups"]}


async def test_each_role_sees_what_waits_for_it(make: Make) -> None:
    staff, approver, officer = [await make.account(role) for role in ("staff", "approver", "commune_staff")]
    idea: dict[str, Any] = await make.idea(staff)
    assert await groups(staff) == {
        "screen": [idea["id"]], "answer": [], "close_review": [], "found_project": [],
    }  # fmt: skip
    idea = await make.moved(staff, idea, "start_screening")
    [reviewer, _] = await make.reviewers(staff, idea)
    idea = await make.moved(staff, await make.read(staff, idea), "pass_screening")
    assert await groups(reviewer) == {"review": [idea["id"]]}
    assert await groups(approver) == {"decide": []}
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
