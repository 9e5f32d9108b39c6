"""A mentor does not review ideas of their mentees: what is recorded, and what follows from mentoring somebody now."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import RoleGrant
from incubator.actor import NOBODY
from incubator.ideas.models import Idea
from incubator.ideas.reviews.models import ReviewerConflict
from incubator.ideas.reviews.queries import count_assigned
from tests.factories import LAO_CAI, LONG_AGO, Caller, Make, World, locality_id
from tests.team import Team


@pytest.fixture
async def expert(world: World, make: Make) -> Caller:
    """A mentor who reviews as well."""
    mentor = await make.account("mentor")
    await grant(world, mentor, "reviewer")
    return mentor


async def grant(world: World, caller: Caller, role: str) -> None:
    async with world.database.begin() as session:
        place = await locality_id(session, LAO_CAI)
        session.add(
            RoleGrant(
                account_id=caller.id, role=role, locality_id=place, sensitive=False,
                granted_by=NOBODY, granted_at=LONG_AGO,
            )
        )  # fmt: skip


async def in_review(team: Team, *reviewers: Caller, **more: Any) -> dict[str, Any]:
    """An idea with these reviewers and one more."""
    make, staff = team.make, team.staff
    idea = await make.moved(staff, await make.idea(staff, **more), "start_screening")
    assert (await ask(team, idea, *reviewers, await make.account("reviewer"))).status_code == 201
    return await make.moved(staff, await make.read(staff, idea), "pass_screening")


async def ask(team: Team, idea: dict[str, Any], *reviewers: Caller) -> httpx.Response:
    ids = [str(reviewer.id) for reviewer in reviewers]
    return await team.staff.post(f"/v1/ideas/{idea['id']}/reviews", {"reviewer_ids": ids})


async def accepted(team: Team, idea: dict[str, Any]) -> dict[str, Any]:
    make = team.make
    idea = await make.moved(team.staff, await make.read(team.staff, idea), "close_review", reason="Đủ ý kiến")
    panel = await make.panel(team.staff)
    return await make.moved(team.approver, idea, "decide", panel_id=panel["id"], outcome="accepted")


async def reviews(team: Team, idea: dict[str, Any]) -> dict[str, Any]:
    return dict((await team.staff.get(f"/v1/ideas/{idea['id']}/reviews")).json())


def state_of(told: dict[str, Any], reviewer: Caller) -> str:
    return str(next(item["state"] for item in told["items"] if item["reviewer"]["id"] == str(reviewer.id)))


async def conflicts(team: Team, idea: dict[str, Any]) -> list[tuple[str, str]]:
    answer = await team.staff.get(f"/v1/ideas/{idea['id']}/conflicts")
    return [(item["account"]["id"], item["kind"]) for item in answer.json()["items"]]


async def test_a_conflict_is_recorded_for_every_idea_of_the_project(team: Team, expert: Caller) -> None:
    ideas = [await team.idea() for _ in range(2)]
    await team.assign(await team.project(*ideas), expert)
    for idea in ideas:
        assert await conflicts(team, idea) == [(str(expert.id), "own_mentee")]


async def test_the_conflict_outlives_the_mentoring_and_is_recorded_once(
    team: Team, expert: Caller, session: AsyncSession
) -> None:
    idea = await team.idea()
    project = await team.project(idea)
    assert (await team.end(await team.assign(project, expert))).status_code == 200
    await team.assign(project, expert)
    rows = select(ReviewerConflict.kind).where(ReviewerConflict.account_id == expert.id)
    assert list(await session.scalars(rows)) == ["own_mentee"]


async def test_a_conflict_that_staff_declared_before_is_no_obstacle(team: Team, expert: Caller) -> None:
    idea = await team.idea()
    declared = {"account_id": str(expert.id), "kind": "own_mentee", "note": "Cố vấn từ trước"}
    assert (await team.staff.post(f"/v1/ideas/{idea['id']}/conflicts", declared)).status_code == 201
    await team.assign(await team.project(idea), expert)
    assert await conflicts(team, idea) == [(str(expert.id), "own_mentee")]


async def test_an_open_review_of_the_idea_ends_as_recused(team: Team, make: Make, expert: Caller) -> None:
    colleague = await make.account("reviewer")
    idea = await in_review(team, expert, colleague)
    await make.review(colleague, idea)
    project = await team.project(await accepted(team, idea))
    assert state_of(await reviews(team, idea), expert) == "to_do"
    await team.assign(project, expert)
    told = await reviews(team, idea)
    assert (state_of(told, expert), told["aggregate"]["n"]) == ("recused", 1)
    assert (await expert.get("/v1/reviews/mine?status=to_do")).json()["items"] == []


async def test_marks_given_before_the_mentoring_stay_in_the_decided_ranking(
    team: Team, make: Make, expert: Caller
) -> None:
    colleague = await make.account("reviewer")
    idea = await in_review(team, expert, colleague)
    for reviewer in (expert, colleague):
        await make.review(reviewer, idea)
    before = (await reviews(team, idea))["aggregate"]
    await team.assign(await team.project(await accepted(team, idea)), expert)
    told = await reviews(team, idea)
    assert (state_of(told, expert), told["aggregate"]) == ("submitted", before)


async def test_a_mentor_is_not_asked_about_the_next_idea_of_a_mentee(team: Team, make: Make, expert: Caller) -> None:
    project = await team.project()  # Two others reviewed its idea and are free for the next one.
    leader = {"person_id": project["leaders"][0]["person_id"]}
    own = await make.moved(team.staff, await make.idea(team.staff, leader=leader), "start_screening")
    joined = await make.moved(team.staff, await make.idea(team.staff, team=[leader]), "start_screening")
    assignment = await team.assign(project, expert)
    for idea in (own, joined):
        refused = await ask(team, idea, expert)
        assert (refused.status_code, refused.json()["rule"]) == (422, "reviewer_conflict")
        automatic = await team.staff.post(f"/v1/ideas/{idea['id']}/reviews", {"automatic": 3})
        assert (automatic.status_code, automatic.json()["rule"]) == (422, "not_enough_reviewers")
        assert await conflicts(team, idea) == [(str(expert.id), "own_mentee")]
    await team.end(assignment)
    assert await conflicts(team, own) == []
    assert (await ask(team, own, expert)).status_code == 201


async def test_who_mentors_one_of_the_team_stands_once_among_the_conflicts(
    team: Team, make: Make, expert: Caller
) -> None:
    recorded, other = await team.idea(), await make.account("mentor")
    project = await team.project(recorded)
    second = await team.project(await team.idea(leader={"person_id": project["leaders"][0]["person_id"]}))
    for mentor in (expert, other):
        await team.assign(project, mentor)
    await team.assign(second, expert)
    leader = {"person_id": project["leaders"][0]["person_id"]}
    idea = await make.idea(team.staff, leader=leader)
    path = f"/v1/ideas/{idea['id']}/conflicts"
    declared = {"account_id": str(other.id), "kind": "family", "note": "Em họ"}
    assert (await team.staff.post(path, declared)).status_code == 201
    items = (await team.staff.get(path)).json()["items"]
    assert [item["kind"] for item in items] == ["family", "own_mentee", "own_mentee"]
    assert items[0]["recorded_at"] is not None
    derived = {item["account"]["id"]: (item["note"], item["recorded_at"]) for item in items[1:]}
    assert derived == {str(mentor.id): (None, None) for mentor in (expert, other)}
    assert sorted(await conflicts(team, recorded)) == sorted((str(one.id), "own_mentee") for one in (expert, other))


async def test_a_reviewer_who_comes_to_mentor_the_leader_reads_nothing_of_the_idea(
    team: Team, make: Make, expert: Caller, session: AsyncSession
) -> None:
    project = await team.project()
    idea = await in_review(team, expert, leader={"person_id": project["leaders"][0]["person_id"]})
    path = f"/v1/ideas/{idea['id']}"
    row = await session.get_one(Idea, UUID(idea["id"]))
    assert (await expert.get(path)).status_code == 200
    assert await count_assigned(session, row) == 2
    assignment = await team.assign(project, expert)
    for hidden in (path, f"{path}/reviews", f"{path}/reviews/mine"):
        assert (await expert.get(hidden)).status_code == 404
    for empty in ("/v1/reviews/mine", "/v1/ideas?status=in_review"):
        assert (await expert.get(empty)).json()["items"] == []
    tasks = {group["kind"]: group["n"] for group in (await expert.get("/v1/me/tasks")).json()["groups"]}
    assert tasks["review"] == 0
    assert await count_assigned(session, row) == 1
    await team.end(assignment)
    assert (await expert.get(path)).status_code == 200


async def test_a_mentor_of_somebody_else_reviews(team: Team, make: Make, expert: Caller) -> None:
    await team.assign(await team.project(), expert)
    idea = await in_review(team, expert)
    assert (await expert.get(f"/v1/ideas/{idea['id']}")).status_code == 200
    await make.review(expert, idea)
    assert (await reviews(team, idea))["aggregate"]["n"] == 1


async def test_who_sees_the_idea_as_staff_too_gives_it_no_marks(
    team: Team, make: Make, world: World, expert: Caller
) -> None:
    project = await team.project()
    idea = await in_review(team, expert, leader={"person_id": project["leaders"][0]["person_id"]})
    await grant(world, expert, "staff")
    review = {"version": 1, "scores": {"novelty": 9}}
    path = f"/v1/ideas/{idea['id']}/reviews/mine"
    assert (await expert.put(path, review)).status_code == 200
    await team.assign(project, expert)
    refused = await expert.put(path, review)
    assert (refused.status_code, refused.json()["rule"]) == (422, "reviewer_conflict")
