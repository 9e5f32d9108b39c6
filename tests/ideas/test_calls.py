"""Calls for ideas, their terms and the versions of their rubrics, over HTTP."""

import base64
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import select

from incubator.actor import NOBODY
from incubator.audit import AuditEntry
from incubator.ideas.models import Idea
from incubator.ideas.reviews.models import Review, ReviewerConflict
from tests.factories import BAC_HA, Caller, Make, World


def call_body(**more: Any) -> dict[str, Any]:
    return {"code": "khoi_nghiep_2026", "title": "Khởi nghiệp 2026", "opens_on": "2025-11-01", **more}


def criterion(code: str = "market", **more: Any) -> dict[str, Any]:
    return {"code": code, "label_en": "Market", "label_vi": "Thị trường", "max": 10, "weight": 1, **more}


async def add_call(staff: Caller, **more: Any) -> dict[str, Any]:
    answer = await staff.post("/v1/calls", call_body(**more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def assign(world: World, idea: dict[str, Any], reviewer: Caller) -> None:
    async with world.database.begin() as session:
        row = Review(
            idea_id=idea["id"], reviewer_id=reviewer.id, content_number=idea["content_number"], version=1,
            assigned_by=NOBODY, assigned_because="by hand",
        )  # fmt: skip
        session.add(row)


def wrong(answer: Any) -> dict[str, str]:
    assert answer.status_code in {400, 409, 422}, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


async def test_a_new_call_starts_with_the_standard_rubric(make: Make) -> None:
    staff = await make.account("staff")
    answer = await staff.post("/v1/calls", call_body())
    assert answer.status_code == 201, answer.text
    call = answer.json()
    assert answer.headers["location"] == f"/v1/calls/{call['id']}"
    assert call | {"id": "", "created_at": "", "rubric": {}} == {
        "id": "", "version": 1, "code": "khoi_nghiep_2026", "title": "Khởi nghiệp 2026", "opens_on": "2025-11-01",
        "closes_on": None, "sectors": None, "min_age": 18, "max_age": 35, "birth_year_optional": False,
        "team_limit": 3, "min_reviewers": 2, "review_due_on": None, "blind": False, "created_at": "", "rubric": {},
    }  # fmt: skip
    assert call["rubric"]["number"] == 1
    assert sum(line["max"] for line in call["rubric"]["criteria"]) == 100
    assert (await staff.get(f"/v1/calls/{call['id']}")).json() == call


async def test_an_idea_without_a_call_belongs_to_the_open_one(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.idea(staff)
    assert idea["call"]["code"] == "open"
    call = (await staff.get(f"/v1/calls/{idea['call']['id']}")).json()
    assert [line["code"] for line in call["rubric"]["criteria"]][:2] == ["need_and_market", "novelty"]


async def test_an_idea_for_an_unknown_call_is_refused(make: Make) -> None:
    staff = await make.account("staff")
    answer = await staff.post("/v1/ideas", make.idea_body(call_id=str(uuid4())))
    assert wrong(answer) == {"/call_id": "not_found"}


async def test_a_code_is_given_once(make: Make) -> None:
    staff = await make.account("staff")
    await add_call(staff)
    answer = await staff.post("/v1/calls", call_body(title="Một đợt khác"))
    assert answer.status_code == 409
    assert wrong(answer) == {"/code": "duplicate"}


async def test_every_term_that_does_not_fit_is_named(make: Make) -> None:
    staff = await make.account("staff")
    answer = await staff.post(
        "/v1/calls",
        call_body(
            closes_on="2025-10-31", min_age=30, max_age=20, sectors=["tea", "tea"], criteria=[criterion(floor=11)]
        ),
    )
    assert wrong(answer) == {
        "/closes_on": "out_of_range",
        "/max_age": "out_of_range",
        "/sectors/1": "duplicate",
        "/criteria/0/floor": "out_of_range",
    }


@pytest.mark.parametrize(
    ("criteria", "errors"),
    [
        ([], {"/criteria": "too_short"}),
        ([criterion(f"c{i}") for i in range(21)], {"/criteria": "too_long"}),
        (
            [criterion(max=0), criterion("b", max=101)],
            {"/criteria/0/max": "out_of_range", "/criteria/1/max": "out_of_range"},
        ),
        ([criterion(weight=0)], {"/criteria/0/weight": "out_of_range"}),
        ([criterion("Market")], {"/criteria/0/code": "bad_format"}),
        (
            [criterion(), criterion("b", floor=11), criterion()],
            {"/criteria/1/floor": "out_of_range", "/criteria/2/code": "duplicate"},
        ),
        ([criterion(independent=True)], {"/criteria/0/independent": "not_in_enum"}),
    ],
)
async def test_every_wrong_field_of_a_rubric_is_named(
    make: Make, criteria: list[dict[str, Any]], errors: dict[str, str]
) -> None:
    staff = await make.account("staff")
    call = await add_call(staff)
    assert wrong(await staff.post("/v1/calls", call_body(code="other", criteria=criteria))) == errors
    assert wrong(await staff.post(f"/v1/calls/{call['id']}/rubrics", {"criteria": criteria})) == errors


async def test_a_rubric_may_hold_independent_criteria_beside_a_counted_one(make: Make) -> None:
    staff = await make.account("staff")
    criteria = [criterion(), criterion("ocop", independent=True, required=False, floor=None)]
    call = await add_call(staff, criteria=criteria)
    assert call["rubric"]["criteria"] == [
        criterion() | {"floor": 1, "required": True, "independent": False},
        criterion("ocop") | {"floor": None, "required": False, "independent": True},
    ]


async def test_a_new_rubric_is_the_next_version_and_leaves_the_older_ones(make: Make) -> None:
    staff = await make.account("staff")
    call = await add_call(staff)
    path = f"/v1/calls/{call['id']}/rubrics"
    answer = await staff.post(path, {"criteria": [criterion()]})
    assert answer.status_code == 201, answer.text
    second = answer.json()
    assert second["number"] == 2
    assert (await staff.get(path)).json()["items"] == [second, call["rubric"]]
    assert (await staff.get(f"/v1/calls/{call['id']}")).json()["rubric"] == second


async def test_rubrics_are_paged(make: Make) -> None:
    staff = await make.account("staff")
    call = await add_call(staff)
    path = f"/v1/calls/{call['id']}/rubrics"
    await staff.post(path, {"criteria": [criterion()]})
    first = (await staff.get(path, params={"limit": 1, "count": "exact"})).json()
    assert [first["items"][0]["number"], first["total"]] == [2, 2]
    rest = (await staff.get(path, params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [rest["items"][0]["number"], rest["next_cursor"]] == [1, None]
    bound_to, _ = msgspec.json.decode(base64.urlsafe_b64decode(first["next_cursor"] + "=="))
    for number in (0, -1, 2**15, 2**40):
        forged = base64.urlsafe_b64encode(msgspec.json.encode([bound_to, number])).rstrip(b"=").decode()
        answer = await staff.get(path, params={"cursor": forged})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


async def test_terms_change_by_a_merge_patch_from_the_version_that_was_read(make: Make, world: World) -> None:
    staff = await make.account("staff")
    call = await add_call(staff, closes_on="2025-12-31", sectors=["tea"])
    path, etag = f"/v1/calls/{call['id']}", f'"{call["version"]}"'
    change = {"closes_on": None, "sectors": ["fruit", "tea"], "blind": True, "title": "  Tên   mới "}
    assert (await staff.patch(path, change)).status_code == 428
    answer = await staff.patch(path, change, headers={"if-match": etag})
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert changed == call | change | {"title": "Tên mới", "version": 2}
    assert answer.headers["etag"].startswith('"2.')
    assert (await staff.patch(path, change, headers={"if-match": etag})).status_code == 412
    async with world.database.begin() as session:
        rows = select(AuditEntry.action).where(AuditEntry.subject_id == call["id"]).order_by(AuditEntry.id)
        assert list(await session.scalars(rows)) == ["add", "edit"]


async def test_a_patch_is_checked_against_what_stays(make: Make) -> None:
    staff = await make.account("staff")
    call = await add_call(staff, closes_on="2025-12-31")
    path, headers = f"/v1/calls/{call['id']}", {"if-match": '"1"'}
    answer = await staff.patch(path, {"opens_on": "2026-01-01", "min_age": 36}, headers=headers)
    assert wrong(answer) == {"/closes_on": "out_of_range", "/max_age": "out_of_range"}
    assert wrong(await staff.patch(path, {"code": "new"}, headers=headers)) == {"/code": "unknown_field"}
    assert wrong(await staff.patch(path, {"title": None}, headers=headers)) == {"/title": "wrong_type"}


async def test_a_call_stays_blind_or_not_once_its_ideas_are_in_review(make: Make, world: World) -> None:
    staff = await make.account("staff")
    call = await add_call(staff)
    path, idea = f"/v1/calls/{call['id']}", await make.idea(staff, call_id=call["id"])
    answer = await staff.patch(path, {"blind": True}, headers={"if-match": '"1"'})
    assert answer.status_code == 200, answer.text
    async with world.database.begin() as session:
        screened = await session.get_one(Idea, idea["id"])
        screened.rubric_id = call["rubric"]["id"]
    refused = await staff.patch(path, {"blind": False}, headers={"if-match": '"2"'})
    assert (refused.status_code, refused.json()["rule"]) == (422, "blind_is_fixed")
    answer = await staff.patch(path, {"blind": True, "min_reviewers": 3}, headers={"if-match": '"2"'})
    assert answer.status_code == 200, answer.text


async def test_calls_are_found_by_the_day_and_by_their_code(make: Make) -> None:
    staff = await make.account("staff")
    await add_call(staff, code="past", opens_on="2024-01-01", closes_on="2024-12-31")
    await add_call(staff, code="now", opens_on="2025-11-30", closes_on="2025-11-30")

    async def codes(**params: str) -> set[str]:
        answer = await staff.get("/v1/calls", params=params)
        assert answer.status_code == 200, answer.text
        return {item["code"] for item in answer.json()["items"]}

    assert await codes() == {"open", "past", "now"}
    assert await codes(open_on="2025-11-30") == {"open", "now"}
    assert await codes(open_on="2024-12-31") == {"open", "past"}
    assert await codes(open_on="0001-01-01") == set()
    assert await codes(code="past") == {"past"}


async def test_a_list_of_calls_is_a_table_where_accept_asks_for_one(make: Make) -> None:
    staff = await make.account("staff")
    await add_call(staff, sectors=["tea", "fruit"])
    answer = await staff.get("/v1/calls", headers={"accept": "text/csv"})
    assert answer.status_code == 200
    assert "khoi_nghiep_2026" in answer.text


async def test_a_reviewer_sees_the_calls_of_their_ideas_only(make: Make, world: World) -> None:
    staff, reviewer = await make.account("staff"), await make.account("reviewer")
    mine, other = await add_call(staff), await add_call(staff, code="other")
    idea = await make.idea(staff, call_id=mine["id"])
    await assign(world, idea, reviewer)
    assert [item["id"] for item in (await reviewer.get("/v1/calls")).json()["items"]] == [mine["id"]]
    assert (await reviewer.get(f"/v1/calls/{mine['id']}")).json() == mine
    assert (await reviewer.get(f"/v1/calls/{mine['id']}/rubrics")).status_code == 200
    for path in (f"/v1/calls/{other['id']}", f"/v1/calls/{other['id']}/rubrics", f"/v1/calls/{uuid4()}"):
        assert (await reviewer.get(path)).status_code == 404
    async with world.database.begin() as session:
        session.add(ReviewerConflict(idea_id=idea["id"], account_id=reviewer.id, kind="declared"))
    assert (await reviewer.get(f"/v1/calls/{mine['id']}")).status_code == 404


async def test_only_staff_manages_calls(make: Make) -> None:
    staff = await make.account("staff")
    call = await add_call(staff)
    others = [await make.account(role) for role in ("admin", "approver", "reviewer", "mentor", "analyst")]
    others.append(await make.account("commune_staff", BAC_HA))
    others.append(await make.token("ideas:submit"))
    for caller in others:
        assert (await caller.post("/v1/calls", call_body(code="x"))).status_code == 403
        assert (await caller.post(f"/v1/calls/{call['id']}/rubrics", {"criteria": [criterion()]})).status_code == 403
        assert (await caller.patch(f"/v1/calls/{call['id']}", {}, headers={"if-match": '"1"'})).status_code == 403


async def test_the_same_post_twice_opens_one_call(make: Make) -> None:
    staff = await make.account("staff")
    headers = {"idempotency-key": "call-1"}
    first = await staff.post("/v1/calls", call_body(), headers=headers)
    again = await staff.post("/v1/calls", call_body(), headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
