"""Many at once: one wins, the others are told, nothing is done twice, and nobody gets a 500."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

import httpx
from sqlalchemy import func, select

from incubator.ideas.panels.models import IdeaDecision
from incubator.ideas.reviews.models import Review
from incubator.projects.models import Project
from tests.factories import Caller, World
from tests.stage import BASELINE

MANY = 20


async def all_at_once(*calls: Awaitable[httpx.Response]) -> Counter[int]:
    """The statuses of the answers; none may be one of trouble."""
    answers = await asyncio.gather(*calls)
    troubled = [answer.text for answer in answers if answer.status_code >= 500]
    assert not troubled, troubled
    return Counter(answer.status_code for answer in answers)


async def rows(world: World, table: Any) -> int:
    async with world.database.begin() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


async def team(world: World) -> tuple[Caller, Caller]:
    return await world.make.account("staff"), await world.make.account("approver")


async def test_one_of_twenty_decisions_on_an_idea_holds(committed: World) -> None:
    staff, approver = await team(committed)
    idea, panel = await committed.make.reviewed_idea(staff), await committed.make.panel(staff)
    statuses = await all_at_once(
        *(approver.move(idea, "decide", panel_id=panel["id"], outcome="accepted") for _ in range(MANY))
    )
    assert statuses[200] == 1
    assert statuses[409] + statuses[412] == MANY - 1
    assert await rows(committed, IdeaDecision) == 1


async def test_one_of_twenty_decisions_through_panels_holds(committed: World) -> None:
    staff, approver = await team(committed)
    idea, panel = await committed.make.reviewed_idea(staff), await committed.make.panel(staff)
    answers = await asyncio.gather(*(decide(approver, panel, [idea]) for _ in range(MANY)))
    assert {answer.status_code for answer in answers} == {200}
    results = [answer.json()["items"][0] for answer in answers]
    assert Counter(result["status"] for result in results) == {"done": 1, "failed": MANY - 1}
    assert {result["problem"]["status"] for result in results if result["problem"]} <= {409, 412}
    assert await rows(committed, IdeaDecision) == 1


async def test_one_of_twenty_edits_of_one_version_holds(committed: World) -> None:
    staff, _ = await team(committed)
    idea = await committed.make.idea(staff)
    tag = {"if-match": f'"{idea["version"]}"'}
    statuses = await all_at_once(
        *(staff.patch(f"/v1/ideas/{idea['id']}", {"title": f"Trà {i}"}, headers=tag) for i in range(MANY))
    )
    assert statuses[200] == 1
    assert statuses[409] + statuses[412] == MANY - 1
    assert len((await staff.get(f"/v1/ideas/{idea['id']}/versions")).json()["items"]) == 2


async def test_an_idea_becomes_one_project(committed: World) -> None:
    staff, approver = await team(committed)
    idea = await committed.make.accepted_idea(staff, approver)
    body = {"idea_ids": [idea["id"]], "founded_on": "2025-11-30", "baseline": BASELINE}
    statuses = await all_at_once(*(staff.post("/v1/projects", body) for _ in range(MANY)))
    assert statuses[201] == 1
    assert sum(statuses[status] for status in (400, 409, 412, 422)) == MANY - 1
    assert await rows(committed, Project) == 1


async def test_two_bulks_in_opposite_orders_do_not_block_each_other(committed: World) -> None:
    staff, approver = await team(committed)
    ideas = [await committed.make.reviewed_idea(staff) for _ in range(50)]
    panel = await committed.make.panel(staff)
    one, other = await asyncio.gather(decide(approver, panel, ideas), decide(approver, panel, ideas[::-1]))
    assert (one.status_code, other.status_code) == (200, 200), one.text + other.text
    results = one.json()["items"] + other.json()["items"]
    assert Counter(result["status"] for result in results) == {"done": 50, "failed": 50}
    assert {result["id"] for result in results if result["status"] == "done"} == {idea["id"] for idea in ideas}
    assert await rows(committed, IdeaDecision) == 50


async def test_a_reviewer_is_asked_once(committed: World) -> None:
    staff, _ = await team(committed)
    idea = await committed.make.moved(staff, await committed.make.idea(staff), "start_screening")
    reviewers = [str((await committed.make.account("reviewer")).id) for _ in range(3)]
    path = f"/v1/ideas/{idea['id']}/reviews"
    statuses = await all_at_once(
        *(staff.post(path, {"reviewer_ids": reviewers[i % 3 :] + reviewers[: i % 3]}) for i in range(MANY))
    )
    assert set(statuses) <= {200, 201, 409, 422}, statuses
    assert await rows(committed, Review) == 3


async def test_automatic_assignment_gives_no_more_than_asked(committed: World) -> None:
    staff, _ = await team(committed)
    for _ in range(4):
        await committed.make.account("reviewer")
    ideas = [await committed.make.moved(staff, await committed.make.idea(staff), "start_screening") for _ in range(8)]
    statuses = await all_at_once(*(staff.post(f"/v1/ideas/{idea['id']}/reviews", {"automatic": 2}) for idea in ideas))
    assert set(statuses) <= {200, 201, 409}, statuses
    assert await rows(committed, Review) == 2 * (statuses[200] + statuses[201])


async def test_a_review_is_written_by_one_hand_at_a_time(committed: World) -> None:
    staff, _ = await team(committed)
    make = committed.make
    idea = await make.moved(staff, await make.idea(staff), "start_screening")
    reviewers = await make.reviewers(staff, idea)
    idea = await make.moved(staff, await make.read(staff, idea), "pass_screening")
    body = {"version": idea["content_number"], "scores": {"novelty": 9}}
    path = f"/v1/ideas/{idea['id']}/reviews/mine"
    statuses = await all_at_once(*(reviewers[i % 2].put(path, body) for i in range(MANY)))
    assert set(statuses) <= {200, 409, 412}
    assert statuses[200] >= 1


async def test_the_login_throttle_counts_every_parallel_attempt(committed: World) -> None:
    wrong = {"username": "nobody-of-that-name", "password": "x" * 20}
    statuses = await all_at_once(*(committed.http.post("/v1/auth/login", json=wrong) for _ in range(MANY)))
    assert statuses == {401: 10, 429: 10}


async def test_things_with_one_name_are_made_once(committed: World) -> None:
    staff, admin = await committed.make.account("staff"), await committed.make.account("admin")
    call = {"code": "cuoc-thi-2026", "title": "Cuộc thi 2026", "opens_on": "2025-12-01"}
    for caller, path, body in (
        (admin, "/v1/accounts", {"username": "giang.a.pao"}),
        (staff, "/v1/calls", call),
        (staff, "/v1/panels", {**_panel(), "minutes_number": "9/BB"}),
    ):
        statuses = await all_at_once(*(caller.post(path, body) for _ in range(8)))
        assert statuses[201] == 1, (path, statuses)
        assert statuses[409] == 7, (path, statuses)


async def test_the_last_grant_of_admin_stays(committed: World) -> None:
    """Two administrators who take each other's role at the same moment must not lock everybody out."""
    admins = [await committed.make.account("admin") for _ in range(2)]
    grants = [(await admins[0].get(f"/v1/accounts/{admin.id}")) for admin in admins]
    statuses = await all_at_once(
        *(
            admin.request(
                "DELETE", f"/v1/accounts/{admin.id}/grants/{answer.json()['grants'][0]['id']}",
                headers={"if-match": answer.headers["etag"]},
            )
            for admin, answer in zip(admins, grants, strict=True)
        )
    )  # fmt: skip
    assert statuses[204] == 1, statuses
    assert statuses[409] + statuses[422] == 1, statuses


async def decide(approver: Caller, panel: dict[str, Any], ideas: list[dict[str, Any]]) -> httpx.Response:
    items = [{"idea_id": idea["id"], "version": idea["version"], "outcome": "accepted"} for idea in ideas]
    return await approver.post(f"/v1/panels/{panel['id']}/decisions", {"items": items})


def _panel() -> dict[str, Any]:
    members = [{"full_name": f"Nguyễn Thị Hoa {i}", "birth_year": 1980} for i in range(3)]
    return {"minutes_number": "1/BB", "held_on": "2025-11-30", "members": members, "locality_code": "03006"}
