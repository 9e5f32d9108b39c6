"""Reviews over HTTP: who is asked, what they say, and who gets to see it."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.ideas.models import Idea
from incubator.ideas.reviews.actions import return_reviews, return_screening
from incubator.ideas.reviews.models import Review, ReviewerConflict, ReviewState
from incubator.ideas.reviews.queries import count_assigned, has_reviewed
from tests.factories import BAC_HA, LAO_CAI, Y_TY, Caller, Make, World

NOW = datetime(2025, 11, 30, 3, 0, tzinfo=UTC)
SCORES = {
    "need_and_market": 15, "novelty": 10, "feasibility": 15, "team": 10,
    "community_impact": 10, "local_resources": 8, "digital_readiness": 4,
}  # fmt: skip
"""72 points."""


async def screened(make: Make, staff: Caller, **more: Any) -> dict[str, Any]:
    return await make.moved(staff, await make.idea(staff, **more), "start_screening")


async def in_review(make: Make, staff: Caller, n: int = 2, **more: Any) -> tuple[dict[str, Any], list[Caller]]:
    idea = await screened(make, staff, **more)
    reviewers = await make.reviewers(staff, idea, n)
    return await make.moved(staff, await make.read(staff, idea), "pass_screening"), reviewers


def path(idea: dict[str, Any], *more: str) -> str:
    return "/".join([f"/v1/ideas/{idea['id']}", "reviews", *more])


def body(**more: Any) -> dict[str, Any]:
    return {"version": 1, "scores": SCORES, "recommendation": "yes", "confidence": 2, "submit": True, **more}


def rule(answer: Any) -> str:
    assert answer.status_code == 422, answer.text
    return str(answer.json()["rule"])


def pointers(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_staff_assigns_by_hand_and_the_reviewer_finds_it_among_their_own(make: Make) -> None:
    staff, reviewer = await make.account("staff"), await make.account("reviewer")
    idea = await screened(make, staff)
    answer = await staff.post(path(idea), {"reviewer_ids": [str(reviewer.id)]})
    assert answer.status_code == 201, answer.text
    [review] = answer.json()["items"]
    assert review["reviewer"] == {"id": str(reviewer.id), "username": reviewer.username}
    assert (review["state"], review["assigned_because"]) == ("to_do", "Chosen by hand.")
    [mine] = (await reviewer.get("/v1/reviews/mine?status=to_do")).json()["items"]
    assert (mine["idea_id"], mine["title"], mine["can_be_written"]) == (idea["id"], idea["title"], False)
    assert (await reviewer.get("/v1/reviews/mine?status=draft&status=submitted")).json()["items"] == []


async def test_my_reviews_are_paged_and_counted(make: Make) -> None:
    staff, reviewer = await make.account("staff"), await make.account("reviewer")
    ideas = [await screened(make, staff) for _ in range(3)]
    for idea in ideas:
        await staff.post(path(idea), {"reviewer_ids": [str(reviewer.id)]})
    rows = await walk(reviewer, "/v1/reviews/mine")
    assert [row["idea_id"] for row in rows] == [idea["id"] for idea in reversed(ideas)]
    assert (await staff.get("/v1/reviews/mine")).status_code == 403


async def test_automatic_assignment_spreads_the_load_and_says_why(make: Make) -> None:
    staff = await make.account("staff")
    reviewers = [await make.account("reviewer") for _ in range(4)]
    asked: list[str] = []
    for _ in range(2):
        answer = await staff.post(path(await screened(make, staff)), {"automatic": 2})
        assert answer.status_code == 201, answer.text
        asked += [review["reviewer"]["username"] for review in answer.json()["items"]]
        assert all("0 reviews open" in review["assigned_because"] for review in answer.json()["items"])
    assert sorted(asked) == sorted(reviewer.username for reviewer in reviewers)


async def test_automatic_assignment_takes_reviewers_of_the_place_only(make: Make) -> None:
    staff, here = await make.account("staff"), await make.account("reviewer", BAC_HA)
    await make.account("reviewer", Y_TY)
    await make.account("mentor", BAC_HA)
    idea = await screened(make, staff)
    refused = await staff.post(path(idea), {"automatic": 2})
    assert rule(refused) == "not_enough_reviewers"
    [review] = (await staff.post(path(idea), {"automatic": 1})).json()["items"]
    assert review["reviewer"]["id"] == str(here.id)


async def test_who_is_no_reviewer_here_or_named_twice_is_a_wrong_field(make: Make) -> None:
    staff, here, there = [await make.account(*grant) for grant in (("staff",), ("reviewer",), ("reviewer", Y_TY))]
    idea = await screened(make, staff)
    named = [str(here.id), str(there.id), str(here.id), str(staff.id), str(uuid4())]
    assert pointers(await staff.post(path(idea), {"reviewer_ids": named})) == [
        ("/reviewer_ids/1", "not_found"),
        ("/reviewer_ids/2", "duplicate"),
        ("/reviewer_ids/3", "not_found"),
        ("/reviewer_ids/4", "not_found"),
    ]
    assert pointers(await staff.post(path(idea), {})) == [("/reviewer_ids", "required")]
    both = {"reviewer_ids": [str(here.id)], "automatic": 1}
    assert pointers(await staff.post(path(idea), both)) == [("/automatic", "duplicate")]
    assert (await staff.post(path(idea), {"reviewer_ids": [str(here.id)]})).status_code == 201
    assert (await staff.post(path(idea), {"reviewer_ids": [str(here.id)]})).status_code == 409


async def test_reviewers_are_not_assigned_before_the_screening(make: Make) -> None:
    staff, reviewer = await make.account("staff"), await make.account("reviewer")
    idea = await make.idea(staff)
    assert rule(await staff.post(path(idea), {"reviewer_ids": [str(reviewer.id)]})) == "assignment_closed"


async def test_a_member_of_the_team_is_not_assigned(make: Make) -> None:
    staff = await make.account("staff")
    idea = await screened(make, staff)
    leader = await make.account("reviewer", person_id=UUID(idea["leader"]["person_id"]))
    assert rule(await staff.post(path(idea), {"reviewer_ids": [str(leader.id)]})) == "reviewer_conflict"
    assert rule(await staff.post(path(idea), {"automatic": 1})) == "not_enough_reviewers"


async def test_only_an_assignment_without_work_in_it_is_taken_back(make: Make, session: AsyncSession) -> None:
    staff = await make.account("staff")
    idea, [first, second] = await in_review(make, staff)
    await first.put(path(idea, "mine"), body(submit=False))
    started, untouched = (await staff.get(path(idea))).json()["items"]
    headers = {"if-match": f'"{untouched["version"]}"'}
    assert (await staff.request("DELETE", path(idea, untouched["id"]))).status_code == 428
    wrong = await staff.request("DELETE", path(idea, untouched["id"]), headers={"if-match": '"9"'})
    assert wrong.status_code == 412
    done = await staff.request("DELETE", path(idea, untouched["id"]), headers=headers)
    assert (done.status_code, done.content) == (204, b"")
    assert (await second.get(f"/v1/ideas/{idea['id']}")).status_code == 404
    refused = await staff.request("DELETE", path(idea, started["id"]), headers={"if-match": f'"{started["version"]}"'})
    assert refused.status_code == 409
    assert await count_assigned(session, await session.get_one(Idea, UUID(idea["id"]))) == 1


async def test_others_reviews_and_the_aggregate_stay_hidden_until_the_own_one_is_in(make: Make) -> None:
    staff, officer = await make.account("staff"), await make.account("commune_staff", BAC_HA)
    idea, [first, second] = await in_review(make, staff)
    await first.put(path(idea, "mine"), body(private_note="giữa chúng ta"))
    await second.put(path(idea, "mine"), body(submit=False))
    hidden = (await second.get(path(idea))).json()
    assert (hidden["aggregate"], hidden["aggregate_hidden"]) == (None, True)
    assert [review["is_mine"] for review in hidden["items"]] == [True]
    await second.put(path(idea, "mine"), body(scores={**SCORES, "novelty": 15}))
    shown = (await second.get(path(idea))).json()
    assert shown["aggregate"] == {"n": 2, "mean": 74.5, "median": 74.5, "spread": 5.0, "floor_failures": 0}
    assert [review["private_note"] for review in shown["items"]] == [None, None]
    assert [review["total"] for review in shown["items"]] == [72.0, 77.0]
    seen_by_staff = (await staff.get(path(idea))).json()["items"]
    assert [review["private_note"] for review in seen_by_staff] == ["giữa chúng ta", None]
    assert (await officer.get(path(idea))).status_code == 403


async def test_a_reviewer_who_is_not_assigned_finds_nothing(make: Make) -> None:
    staff, stranger = await make.account("staff"), await make.account("reviewer")
    idea, _ = await in_review(make, staff)
    for place in (path(idea), path(idea, "mine"), f"/v1/calls/{idea['call']['id']}/ranking"):
        assert (await stranger.get(place)).status_code == 404
    assert (await stranger.put(path(idea, "mine"), body())).status_code == 404


async def test_a_review_is_checked_against_the_frozen_rubric(make: Make) -> None:
    staff = await make.account("staff")
    idea, [reviewer, _] = await in_review(make, staff)
    mine = (await reviewer.get(path(idea, "mine"))).json()
    assert {line["code"] for line in mine["rubric"]} == set(SCORES)
    wrong = {**SCORES, "novelty": 16, "charm": 1}
    del wrong["team"]
    assert pointers(await reviewer.put(path(idea, "mine"), body(scores=wrong, confidence=None))) == [
        ("/scores/novelty", "out_of_range"), ("/scores/charm", "unknown_field"),
        ("/scores/team", "required"), ("/confidence", "required"),
    ]  # fmt: skip
    draft = await reviewer.put(path(idea, "mine"), body(scores={"team": 0}, submit=False))
    assert draft.status_code == 200, draft.text
    assert (draft.json()["state"], draft.json()["total"], draft.json()["floor_failed"]) == ("draft", None, True)


async def test_reviews_answer_304_until_something_changes(make: Make) -> None:
    staff = await make.account("staff")
    idea, [reviewer, _] = await in_review(make, staff)
    headers = {"if-none-match": (await staff.get(path(idea))).headers["etag"]}
    assert (await staff.get(path(idea), headers=headers)).status_code == 304
    await reviewer.put(path(idea, "mine"), body())
    assert (await staff.get(path(idea), headers=headers)).status_code == 200


async def test_a_submitted_review_is_final_and_sending_it_again_changes_nothing(make: Make) -> None:
    staff = await make.account("staff")
    idea, [reviewer, _] = await in_review(make, staff)
    first = await reviewer.put(path(idea, "mine"), body())
    again = await reviewer.put(path(idea, "mine"), body())
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert (await reviewer.put(path(idea, "mine"), body(confidence=3))).status_code == 409
    assert (await reviewer.put(path(idea, "mine"), body(submit=False))).status_code == 409


async def test_reviews_are_not_written_before_the_screening_is_passed(make: Make) -> None:
    staff = await make.account("staff")
    idea = await screened(make, staff)
    [reviewer] = await make.reviewers(staff, idea, 1)
    assert rule(await reviewer.put(path(idea, "mine"), body())) == "idea_not_in_review"


async def test_a_new_version_makes_reviews_stale_and_asks_anew(make: Make, session: AsyncSession) -> None:
    staff = await make.account("staff")
    idea, [first, second] = await in_review(make, staff)
    await first.put(path(idea, "mine"), body())
    idea = await make.moved(staff, idea, "request_info", question="Giá bán?", due_on="2025-12-20")
    idea = await make.moved(staff, idea, "provide_info", changes={"summary": "Giá bán 500.000 đồng/kg."})
    assert (idea["status"], idea["content_number"]) == ("in_review", 2)
    outdated = await second.put(path(idea, "mine"), body())
    assert (outdated.status_code, outdated.json()["code"]) == (412, "version_conflict")
    seen = (await staff.get(path(idea))).json()
    assert seen["aggregate"]["n"] == 0
    assert sorted((review["content_number"], review["state"]) for review in seen["items"]) == [
        (1, "stale"), (1, "stale"), (2, "to_do"), (2, "to_do"),
    ]  # fmt: skip
    assert await has_reviewed(session, UUID(idea["id"]), first.id)
    assert not await has_reviewed(session, UUID(idea["id"]), second.id)
    assert (await first.put(path(idea, "mine"), body(version=2))).status_code == 200


async def test_who_becomes_a_member_of_the_team_is_not_asked_about_the_new_version(make: Make) -> None:
    staff = await make.account("staff")
    other = await make.idea(staff)
    idea = await screened(make, staff)
    person_id = other["leader"]["person_id"]
    reviewer, fellow = await make.account("reviewer", person_id=UUID(person_id)), await make.account("reviewer")
    await staff.post(path(idea), {"reviewer_ids": [str(reviewer.id), str(fellow.id)]})
    idea = await make.moved(staff, await make.read(staff, idea), "pass_screening")
    idea = await make.moved(staff, idea, "request_info", question="Ai cùng làm?", due_on="2025-12-20")
    idea = await make.moved(staff, idea, "provide_info", changes={"team": [{"person_id": person_id}]})
    assert (await reviewer.get(f"/v1/ideas/{idea['id']}")).status_code == 404
    [conflict] = (await staff.get(f"/v1/ideas/{idea['id']}/conflicts")).json()["items"]
    assert (conflict["account"]["id"], conflict["kind"]) == (str(reviewer.id), "in_team")
    items = (await staff.get(path(idea))).json()["items"]
    assert [item["reviewer"]["username"] for item in items if item["state"] == "to_do"] == [fellow.username]


async def test_a_recused_reviewer_reads_nothing_of_the_idea_and_is_not_asked_again(make: Make) -> None:
    staff = await make.account("staff")
    idea, [reviewer, _] = await in_review(make, staff)
    etag = (await reviewer.get(path(idea, "mine"))).headers["etag"]
    step = {"action": "recuse", "reason": "Anh họ của trưởng nhóm."}
    assert (await reviewer.post(path(idea, "mine", "transitions"), step)).status_code == 428
    key = {"if-match": etag, "idempotency-key": str(uuid4())}
    left = await reviewer.post(path(idea, "mine", "transitions"), step, headers=key)
    assert (left.status_code, left.json()["state"]) == (200, "recused")
    again = await reviewer.post(path(idea, "mine", "transitions"), step, headers=key)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    for place in (f"/v1/ideas/{idea['id']}", path(idea), path(idea, "mine")):
        assert (await reviewer.get(place)).status_code == 404
    assert (await reviewer.get("/v1/reviews/mine")).json()["items"] == []
    assert rule(await staff.post(path(idea), {"reviewer_ids": [str(reviewer.id)]})) == "reviewer_conflict"


async def test_who_abstains_still_sees_the_idea_but_no_marks(make: Make, session: AsyncSession) -> None:
    staff = await make.account("staff")
    idea, [reviewer, other] = await in_review(make, staff)
    await other.put(path(idea, "mine"), body())
    etag = (await reviewer.get(path(idea, "mine"))).headers["etag"]
    step = {"action": "abstain", "reason": "Không đúng chuyên môn."}
    done = await reviewer.post(path(idea, "mine", "transitions"), step, headers={"if-match": etag})
    assert (done.status_code, done.json()["state"]) == (200, "abstained")
    assert (await reviewer.get(path(idea))).json()["aggregate_hidden"] is True
    assert (await reviewer.put(path(idea, "mine"), body())).status_code == 409
    assert await count_assigned(session, await session.get_one(Idea, UUID(idea["id"]))) == 1


async def test_staff_reopens_a_submitted_review(make: Make) -> None:
    staff = await make.account("staff")
    idea, [reviewer, _] = await in_review(make, staff)
    await reviewer.put(path(idea, "mine"), body())
    [submitted, _] = (await staff.get(path(idea))).json()["items"]
    place, headers = path(idea, submitted["id"], "transitions"), {"if-match": f'"{submitted["version"]}"'}
    step = {"action": "reopen", "reason": "Nhập nhầm điểm."}
    assert (await reviewer.post(place, step, headers=headers)).status_code == 403
    opened = await staff.post(place, step, headers=headers)
    assert (opened.status_code, opened.json()["state"]) == (200, "draft")
    assert (await staff.get(path(idea))).json()["aggregate"]["n"] == 0
    assert (await reviewer.put(path(idea, "mine"), body(confidence=3))).status_code == 200


async def test_a_conflict_that_staff_declares_takes_the_idea_and_the_marks_away(make: Make) -> None:
    staff = await make.account("staff")
    idea, [reviewer, other] = await in_review(make, staff)
    await reviewer.put(path(idea, "mine"), body())
    conflict = {"account_id": str(reviewer.id), "kind": "family", "note": "Em rể."}
    place = f"/v1/ideas/{idea['id']}/conflicts"
    assert (await reviewer.post(place, conflict)).status_code == 403
    made = await staff.post(place, conflict)
    assert made.status_code == 201, made.text
    assert [item["kind"] for item in made.json()["items"]] == ["family"]
    assert (await staff.post(place, conflict)).status_code == 409
    assert pointers(await staff.post(place, {"account_id": str(uuid4())})) == [("/account_id", "not_found")]
    assert (await reviewer.get(f"/v1/ideas/{idea['id']}")).status_code == 404
    assert (await staff.get(path(idea))).json()["aggregate"]["n"] == 0
    assert (await other.get(place)).status_code == 403


async def test_a_blind_call_numbers_fellow_reviewers(make: Make) -> None:
    staff = await make.account("staff")
    call = await staff.post("/v1/calls", {"code": "kin_2025", "title": "Kín", "opens_on": "2025-10-01", "blind": True})
    assert call.status_code == 201, call.text
    idea, [first, second] = await in_review(make, staff, call_id=call.json()["id"])
    for reviewer in (first, second):
        assert (await reviewer.put(path(idea, "mine"), body())).status_code == 200
    seen = (await first.get(path(idea))).json()["items"]
    assert [(item["reviewer_number"], item["reviewer"] and item["reviewer"]["username"]) for item in seen] == [
        (1, first.username),
        (2, None),
    ]
    assert all(item["reviewer"] for item in (await staff.get(path(idea))).json()["items"])


async def test_the_ranking_shares_ranks_and_shows_a_reviewer_only_what_they_marked(make: Make) -> None:
    staff = await make.account("staff")
    better, [reviewer, second] = await in_review(make, staff)
    equal, others = await in_review(make, staff)
    worse, [third, fourth] = await in_review(make, staff)
    for one in (reviewer, second):
        await make.review(one, better, 1.0)
    for one in others:
        await make.review(one, equal, 1.0)
    await make.review(third, worse, 0.4)
    place = f"/v1/calls/{better['call']['id']}/ranking"
    ranked = (await staff.get(place)).json()["items"]
    assert [(row["rank"], row["median"]) for row in ranked[:2]] == [(1, 100.0), (1, 100.0)]
    assert (ranked[2]["rank"], ranked[2]["idea_id"], ranked[2]["n"]) == (3, worse["id"], 1)
    assert [(row["rank"], row["idea_id"]) for row in (await third.get(place)).json()["items"]] == [(1, worse["id"])]
    assert (await fourth.get(place)).json()["items"] == []
    walked = [row["idea_id"] for row in await walk(staff, place)]
    assert walked == [row["idea_id"] for row in ranked]
    table = await staff.get(place, headers={"accept": "text/csv"})
    assert table.text.splitlines()[0].lstrip("\ufeff").startswith("rank,idea_id,tracking_code,title")
    assert len(table.text.splitlines()) == 4
    assert (await staff.get(f"/v1/calls/{uuid4()}/ranking")).status_code == 404
    assert (await (await make.account("commune_staff")).get(place)).status_code == 403


async def walk(caller: Caller, place: str) -> list[dict[str, Any]]:
    rows, cursor = [], ""
    while True:
        page = (await caller.get(f"{place}?limit=1&count=exact{cursor}")).json()
        rows += page["items"]
        if page["next_cursor"] is None:
            assert page["total"] == len(rows)
            return rows
        cursor = f"&cursor={page['next_cursor']}"


async def test_the_median_of_an_even_number_is_the_rounded_mean_of_the_middle_two(
    make: Make, session: AsyncSession
) -> None:
    staff = await make.account("staff")
    idea, reviewers = await in_review(make, staff, 4)
    totals = dict(zip((one.id for one in reviewers), ("10.00", "57.42", "57.43", "99.99"), strict=True))
    for review in await session.scalars(select(Review).where(Review.idea_id == UUID(idea["id"]))):
        review.move_to(ReviewState.submitted)
        review.total, review.submitted_at = totals[review.reviewer_id], NOW
    await session.commit()
    aggregate = (await staff.get(path(idea))).json()["aggregate"]
    assert aggregate == {"n": 4, "mean": 56.21, "median": 57.43, "spread": 89.99, "floor_failures": 0}


async def test_a_disabled_account_gives_back_what_it_has_not_finished(make: Make, session: AsyncSession) -> None:
    staff = await make.account("staff")
    idea, [reviewer, _] = await in_review(make, staff)
    done, [_, other] = await in_review(make, staff)
    await staff.post(path(done), {"reviewer_ids": [str(reviewer.id)]})
    await reviewer.put(path(done, "mine"), body())
    await reviewer.put(path(idea, "mine"), body(submit=False))
    await return_reviews(session, reviewer.id, NOW)
    await return_screening(session, staff.id, NOW)
    await session.commit()
    assert len((await staff.get(path(idea))).json()["items"]) == 1
    assert (await make.read(staff, idea))["assignee"] is None
    assert (await other.get(path(done))).json()["aggregate_hidden"] is True
    states = {item["state"] for item in (await staff.get(path(done))).json()["items"]}
    assert states == {"to_do", "submitted"}


async def test_assigning_twice_with_one_key_asks_once(make: Make, session: AsyncSession) -> None:
    staff = await make.account("staff", LAO_CAI)
    reviewers = [await make.account("reviewer") for _ in range(4)]
    idea = await screened(make, staff)
    headers = {"idempotency-key": str(uuid4())}
    first = await staff.post(path(idea), {"automatic": 2}, headers=headers)
    again = await staff.post(path(idea), {"automatic": 2}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    rows = await session.scalars(select(Review.reviewer_id).where(Review.idea_id == UUID(idea["id"])))
    assert set(rows) <= {reviewer.id for reviewer in reviewers}
    assert not (await session.scalars(select(ReviewerConflict))).all()


async def test_of_many_who_assign_the_same_reviewer_at_once_one_succeeds(committed: World) -> None:
    make = committed.make
    staff, reviewer = await make.account("staff"), await make.account("reviewer")
    idea = await screened(make, staff)
    named = {"reviewer_ids": [str(reviewer.id)]}
    answers = await asyncio.gather(*(staff.post(path(idea), named) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert len((await staff.get(path(idea))).json()["items"]) == 1


async def test_a_review_submitted_many_times_at_once_is_one_review(committed: World) -> None:
    make = committed.make
    staff = await make.account("staff")
    idea, [reviewer, _] = await in_review(make, staff)
    answers = await asyncio.gather(*(reviewer.put(path(idea, "mine"), body(confidence=1 + n % 3)) for n in range(9)))
    assert sorted({answer.status_code for answer in answers}) == [200, 409]
    said = {answer.json()["confidence"] for answer in answers if answer.status_code == 200}
    assert said == {(await reviewer.get(path(idea, "mine"))).json()["confidence"]}
