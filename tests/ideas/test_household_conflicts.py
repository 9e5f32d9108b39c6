"""A reviewer does not review ideas of those with whom they live, or lived since the idea was handed in."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import RoleGrant
from incubator.actor import NOBODY
from incubator.ideas.models import Idea
from incubator.ideas.reviews.queries import count_assigned
from tests.factories import BAC_HA, LAO_CAI, LONG_AGO, Caller, Make, World, locality_id
from tests.people.homes import add_home, add_housemate, change_member, head_of

Json = dict[str, Any]

SEN = {"full_name": "Lù Thị Sen", "birth_year": 1999}
CHU = {"full_name": "Sùng A Chứ", "birth_year": 1999}


@pytest.fixture
async def staff(make: Make) -> Caller:
    return await make.account("staff")


@pytest.fixture
async def person(make: Make) -> UUID:
    """The one whom the account of the reviewer belongs to."""
    return await make.person(BAC_HA)


@pytest.fixture
async def reviewer(make: Make, person: UUID) -> Caller:
    return await make.account("reviewer", person_id=person)


@pytest.fixture
async def home(staff: Caller) -> Json:
    """Where the one behind the ideas lives."""
    return await add_home(staff)


async def screened(make: Make, staff: Caller, home: Json, **more: Any) -> Json:
    """An idea of the head, handed in on 1 November 2025."""
    idea = await make.idea(staff, **{"leader": {"person_id": head_of(home)}, **more})
    return await make.moved(staff, idea, "start_screening")


async def in_review(make: Make, staff: Caller, idea: Json, reviewer: Caller) -> Json:
    assert (await ask(make, staff, idea, reviewer, await make.account("reviewer"))).status_code == 201
    return await make.moved(staff, await make.read(staff, idea), "pass_screening")


async def ask(make: Make, staff: Caller, idea: Json, *reviewers: Caller) -> httpx.Response:
    ids = [str(reviewer.id) for reviewer in reviewers]
    return await staff.post(f"/v1/ideas/{idea['id']}/reviews", {"reviewer_ids": ids})


async def conflicts(staff: Caller, idea: Json) -> list[tuple[str, str]]:
    answer = await staff.get(f"/v1/ideas/{idea['id']}/conflicts")
    return [(item["account"]["id"], item["kind"]) for item in answer.json()["items"]]


def rule(answer: httpx.Response) -> str:
    assert answer.status_code == 422, answer.text
    return str(answer.json()["rule"])


async def test_who_lives_with_somebody_of_the_team_is_not_asked(
    make: Make, staff: Caller, reviewer: Caller, person: UUID, home: Json
) -> None:
    own = await screened(make, staff, home)
    joined = await screened(make, staff, home, leader=SEN, team=[{"person_id": head_of(home)}])
    other = await screened(make, staff, home, leader=CHU)
    await add_housemate(staff, home, person)
    for idea in (own, joined):
        assert rule(await ask(make, staff, idea, reviewer)) == "reviewer_conflict"
        automatic = await staff.post(f"/v1/ideas/{idea['id']}/reviews", {"automatic": 1})
        assert rule(automatic) == "not_enough_reviewers"
        assert await conflicts(staff, idea) == [(str(reviewer.id), "same_household")]
    assert await conflicts(staff, other) == []
    assert (await ask(make, staff, other, reviewer)).status_code == 201


@pytest.mark.parametrize(
    ("from_on", "to_on", "status"),
    [
        ("2020-01-01", None, 422),
        ("2025-11-20", None, 422),
        ("2020-01-01", "2025-11-01", 422),
        ("2025-11-10", "2025-11-20", 422),
        ("2020-01-01", "2025-10-31", 201),
        ("2010-01-01", "2018-12-31", 201),
    ],
)
async def test_having_lived_together_since_the_entry_is_enough(
    make: Make, staff: Caller, reviewer: Caller, person: UUID, home: Json, from_on: str, to_on: str, status: int
) -> None:  # fmt: skip
    idea = await screened(make, staff, home)
    await add_housemate(staff, home, person, from_on=from_on, to_on=to_on)
    assert len(await conflicts(staff, idea)) == (status == 422)
    assert (await ask(make, staff, idea, reviewer)).status_code == status


async def test_who_came_after_the_other_had_left_never_lived_with_them(
    make: Make, staff: Caller, reviewer: Caller, person: UUID, home: Json
) -> None:
    idea = await screened(make, staff, home)
    assert (await change_member(staff, home, home["members"][0], to_on="2025-11-10")).status_code == 200
    await add_housemate(staff, home, person, from_on="2025-11-11")
    assert (await ask(make, staff, idea, reviewer)).status_code == 201


async def test_a_conflict_that_staff_declared_stands_once(
    make: Make, staff: Caller, reviewer: Caller, person: UUID, home: Json
) -> None:
    idea = await screened(make, staff, home)
    declared = {"account_id": str(reviewer.id), "kind": "same_household", "note": "Cùng nhà"}
    assert (await staff.post(f"/v1/ideas/{idea['id']}/conflicts", declared)).status_code == 201
    await add_housemate(staff, home, person)
    assert await conflicts(staff, idea) == [(str(reviewer.id), "same_household")]


async def test_with_whom_others_live_is_not_told(make: Make, staff: Caller, person: UUID, home: Json) -> None:
    await make.account("mentor", person_id=person)
    await add_housemate(staff, home, person)
    assert await conflicts(staff, await screened(make, staff, home)) == []


async def test_an_open_review_is_closed_to_who_comes_to_live_there(
    make: Make, staff: Caller, reviewer: Caller, person: UUID, home: Json, session: AsyncSession
) -> None:
    idea = await in_review(make, staff, await screened(make, staff, home), reviewer)
    path, row = f"/v1/ideas/{idea['id']}", await session.get_one(Idea, UUID(idea["id"]))
    assert (await reviewer.get(path)).status_code == 200
    assert await count_assigned(session, row) == 2
    member = await add_housemate(staff, home, person)
    for hidden in (path, f"{path}/reviews", f"{path}/reviews/mine"):
        assert (await reviewer.get(hidden)).status_code == 404
    for empty in ("/v1/reviews/mine", "/v1/ideas?status=in_review"):
        assert (await reviewer.get(empty)).json()["items"] == []
    marks = {"version": 1, "scores": {"novelty": 9}}
    assert (await reviewer.put(f"{path}/reviews/mine", marks)).status_code == 404
    tasks = {group["kind"]: group["n"] for group in (await reviewer.get("/v1/me/tasks")).json()["groups"]}
    assert tasks["review"] == 0
    assert await count_assigned(session, row) == 1
    # The row was a mistake: it ended before the idea was handed in.
    assert (await change_member(staff, home, member, to_on="2025-10-31")).status_code == 200
    assert (await reviewer.get(path)).status_code == 200


async def test_marks_given_before_stay(make: Make, staff: Caller, reviewer: Caller, person: UUID, home: Json) -> None:
    idea = await in_review(make, staff, await screened(make, staff, home), reviewer)
    await make.review(reviewer, idea)
    before = (await staff.get(f"/v1/ideas/{idea['id']}/reviews")).json()["aggregate"]
    await add_housemate(staff, home, person)
    told = (await staff.get(f"/v1/ideas/{idea['id']}/reviews")).json()
    assert (told["aggregate"], told["aggregate"]["n"]) == (before, 1)


async def test_who_sees_the_idea_as_staff_too_gives_it_no_marks(
    make: Make, world: World, staff: Caller, reviewer: Caller, person: UUID, home: Json
) -> None:
    idea = await in_review(make, staff, await screened(make, staff, home), reviewer)
    async with world.database.begin() as session:
        place = await locality_id(session, LAO_CAI)
        session.add(
            RoleGrant(
                account_id=reviewer.id, role="staff", locality_id=place, sensitive=False,
                granted_by=NOBODY, granted_at=LONG_AGO,
            )
        )  # fmt: skip
    path, marks = f"/v1/ideas/{idea['id']}/reviews/mine", {"version": 1, "scores": {"novelty": 9}}
    assert (await reviewer.put(path, marks)).status_code == 200
    await add_housemate(staff, home, person)
    assert rule(await reviewer.put(path, marks)) == "reviewer_conflict"


async def test_a_new_version_asks_nobody_of_the_household_anew(
    make: Make, staff: Caller, reviewer: Caller, person: UUID, home: Json
) -> None:
    idea = await screened(make, staff, home)
    assert (await ask(make, staff, idea, reviewer)).status_code == 201
    await add_housemate(staff, home, person)
    idea = await make.read(staff, idea)
    headers = {"if-match": f'"{idea["version"]}"'}
    assert (await staff.patch(f"/v1/ideas/{idea['id']}", {"title": "Mận sấy"}, headers=headers)).status_code == 200
    reviews = (await staff.get(f"/v1/ideas/{idea['id']}/reviews")).json()["items"]
    assert [(review["content_number"], review["state"]) for review in reviews] == [(1, "stale")]
