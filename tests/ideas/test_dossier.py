"""The file on an idea: who reads its versions, remarks and papers, and who adds to them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from incubator.actor import NOBODY
from incubator.audit import AuditEntry
from incubator.ideas.models import Idea, IdeaViewer
from incubator.ideas.reviews.models import Review
from tests.factories import BAC_HA, Y_TY, Caller, Make, World

PAPER = {
    "kind": "paper_form",
    "title": "Đơn đăng ký",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "link": "https://files.example.org/0412.pdf",
}


async def blind_call(staff: Caller) -> str:
    body = {"code": f"blind-{uuid4().hex[:8]}", "title": "Ẩn danh", "opens_on": "2025-01-01", "blind": True}
    answer = await staff.post("/v1/calls", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def assigned(make: Make, world: World, idea: dict[str, Any]) -> Caller:
    reviewer = await make.account("reviewer")
    async with world.database.begin() as session:
        row = Review(
            idea_id=idea["id"], reviewer_id=reviewer.id, content_number=idea["content_number"], version=1,
            assigned_by=NOBODY, assigned_because="by hand",
        )  # fmt: skip
        session.add(row)
    return reviewer


async def items(caller: Caller, idea: dict[str, Any], what: str) -> list[dict[str, Any]]:
    answer = await caller.get(f"/v1/ideas/{idea['id']}/{what}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def comment(caller: Caller, idea: dict[str, Any], audience: str, body: str = "Nên hỏi thêm.") -> int:
    answer = await caller.post(f"/v1/ideas/{idea['id']}/comments", {"audience": audience, "body": body})
    return answer.status_code


async def heard(caller: Caller, idea: dict[str, Any]) -> list[str]:
    return [item["audience"] for item in await items(caller, idea, "comments")]


async def test_every_version_is_kept_oldest_first(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.idea(staff, needs={"market": "Cần đầu ra"})
    answer = await staff.patch(
        f"/v1/ideas/{idea['id']}", {"title": "Tên mới"}, headers={"if-match": f'"{idea["version"]}"'}
    )
    assert answer.status_code == 200, answer.text
    first, second = await items(staff, idea, "versions")
    assert [first["number"], first["title"]] == [1, idea["title"]]
    assert [second["number"], second["title"], second["summary"]] == [2, "Tên mới", idea["summary"]]
    assert second["needs"] == {"capital": None, "market": "Cần đầu ra", "digital": None}
    assert first["leader"] == idea["leader"]
    page = (await staff.get(f"/v1/ideas/{idea['id']}/versions", params={"limit": 1})).json()
    rest = await staff.get(f"/v1/ideas/{idea['id']}/versions", params={"limit": 1, "cursor": page["next_cursor"]})
    assert rest.json()["items"] == [second]


async def test_versions_show_no_people_to_who_reviews_blind(make: Make, world: World) -> None:
    staff = await make.account("staff")
    team = [{"full_name": "Lò Thị Mai", "birth_year": 1999}]
    open_idea = await make.idea(staff, team=team)
    blind_idea = await make.idea(staff, team=team, call_id=await blind_call(staff))
    for idea, shown in ((open_idea, True), (blind_idea, False)):
        reviewer = await assigned(make, world, idea)
        answer = await reviewer.get(f"/v1/ideas/{idea['id']}/versions")
        [version] = answer.json()["items"]
        assert version["title"] == idea["title"]
        assert (version["leader"] is not None, len(version["team"])) == (shown, int(shown))
        assert ("Giàng" in answer.text, "Lò Thị" in answer.text) == (shown, shown)
        table = await reviewer.get(f"/v1/ideas/{idea['id']}/versions", headers={"accept": "text/csv"})
        assert ("Giàng" in table.text) is shown
    [version] = await items(staff, blind_idea, "versions")
    assert version["leader"] is not None


async def test_who_does_not_see_an_idea_finds_no_file_on_it(make: Make) -> None:
    here, there = await make.account("commune_staff", BAC_HA), await make.account("commune_staff", Y_TY)
    reviewer, stranger = await make.account("reviewer"), await make.token("ideas:submit")
    idea = await make.idea(here)
    for what in ("versions", "comments", "documents"):
        assert (await here.get(f"/v1/ideas/{idea['id']}/{what}")).status_code == 200
        for caller in (there, reviewer, stranger):
            answer = await caller.get(f"/v1/ideas/{idea['id']}/{what}")
            random = await caller.get(f"/v1/ideas/{uuid4()}/{what}")
            assert (answer.status_code, random.status_code) == (404, 404)
            assert answer.json()["detail"] == random.json()["detail"]
    assert await comment(there, idea, "internal") == 404
    assert await comment(stranger, idea, "applicant") == 404
    assert (await there.post(f"/v1/ideas/{idea['id']}/documents", PAPER)).status_code == 404


async def test_each_audience_hears_what_is_meant_for_it(make: Make, world: World) -> None:
    staff, approver = await make.account("staff"), await make.account("approver")
    officer, frontend = await make.account("commune_staff", BAC_HA), await make.token("ideas:submit", "ideas:read")
    idea = await make.idea(frontend)
    reviewer = await assigned(make, world, idea)
    for audience in ("internal", "reviewers", "applicant"):
        assert await comment(staff, idea, audience) == 201
    for insider in (staff, approver, officer):
        assert await heard(insider, idea) == ["internal", "reviewers", "applicant"]
    assert await heard(reviewer, idea) == ["reviewers"]
    assert await heard(frontend, idea) == ["applicant"]


async def test_each_caller_speaks_only_to_their_own_audience(make: Make, world: World) -> None:
    officer, approver = await make.account("commune_staff", BAC_HA), await make.account("approver")
    owner, reader = await make.token("ideas:submit"), await make.token("ideas:read")
    idea = await make.idea(owner)
    reviewer, mentor = await assigned(make, world, idea), await make.account("mentor")
    async with world.database.begin() as session:
        session.add(IdeaViewer(idea_id=idea["id"], account_id=mentor.id, source="project"))
    may = {
        officer: {"internal", "reviewers", "applicant"},
        approver: {"internal", "reviewers", "applicant"},
        reviewer: {"reviewers"},
        owner: {"applicant"},
        reader: set(),
        mentor: set(),
    }
    for caller, audiences in may.items():
        for audience in ("internal", "reviewers", "applicant"):
            assert await comment(caller, idea, audience) == (201 if audience in audiences else 403)


async def test_a_token_does_not_write_beside_the_idea_of_another(make: Make) -> None:
    owner, other = await make.token("ideas:submit"), await make.token("ideas:submit", "ideas:read")
    idea = await make.idea(owner)
    assert (await other.get(f"/v1/ideas/{idea['id']}")).status_code == 200
    assert await comment(other, idea, "applicant") == 403
    assert (await other.post(f"/v1/ideas/{idea['id']}/documents", PAPER)).status_code == 403
    assert await comment(owner, idea, "applicant") == 201
    assert (await owner.post(f"/v1/ideas/{idea['id']}/documents", PAPER)).status_code == 201


async def test_a_remark_names_its_author_and_leaves_a_trail(make: Make, world: World) -> None:
    staff, owner = await make.account("staff"), await make.token("ideas:submit")
    idea = await make.idea(owner)
    answer = await staff.post(f"/v1/ideas/{idea['id']}/comments", {"body": " Đã gọi điện. "})
    assert answer.status_code == 201, answer.text
    first = answer.json()
    assert first | {"id": "", "created_at": ""} == {
        "id": "", "audience": "internal", "body": "Đã gọi điện.", "author_id": str(staff.id),
        "author": staff.username, "created_at": "",
    }  # fmt: skip
    assert await comment(owner, idea, "applicant") == 201
    assert [item["author"] for item in await items(staff, idea, "comments")] == [staff.username, owner.username]
    async with world.database.begin() as session:
        rows = select(AuditEntry).where(AuditEntry.subject_id == idea["id"], AuditEntry.action == "comment")
        trail = list(await session.scalars(rows))
    assert [row.details["comment_id"] for row in trail][:1] == [first["id"]]
    assert all("body" not in row.details for row in trail)


async def test_the_same_remark_twice_is_one(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.idea(staff)
    path, headers = f"/v1/ideas/{idea['id']}/comments", {"idempotency-key": "remark-1"}
    first = await staff.post(path, {"body": "Một lần"}, headers=headers)
    again = await staff.post(path, {"body": "Một lần"}, headers=headers)
    assert (first.status_code, again.json()) == (201, first.json())
    assert len(await items(staff, idea, "comments")) == 1


async def test_a_paper_is_entered_once(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.idea(staff)
    path = f"/v1/ideas/{idea['id']}/documents"
    answer = await staff.post(path, PAPER)
    assert answer.status_code == 201, answer.text
    assert answer.json() | {"id": "", "created_at": ""} == PAPER | {"id": "", "created_at": ""}
    assert await items(staff, idea, "documents") == [answer.json()]
    again = await staff.post(path, PAPER | {"title": "Bản chụp"})
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")


@pytest.mark.parametrize(
    ("field", "value"),
    [("sha256", "A" * 64), ("sha256", PAPER["sha256"] + "\n"), ("link", "javascript:alert(1)"), ("kind", "video")],
)
async def test_a_wrong_field_of_a_paper_is_named(make: Make, field: str, value: str) -> None:
    staff = await make.account("staff")
    idea = await make.idea(staff)
    answer = await staff.post(f"/v1/ideas/{idea['id']}/documents", PAPER | {field: value})
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]


async def test_who_reviews_blind_sees_no_papers(make: Make, world: World) -> None:
    staff = await make.account("staff")
    open_idea, blind_idea = await make.idea(staff), await make.idea(staff, call_id=await blind_call(staff))
    for idea, papers in ((open_idea, 1), (blind_idea, 0)):
        reviewer = await assigned(make, world, idea)
        assert (await staff.post(f"/v1/ideas/{idea['id']}/documents", PAPER)).status_code == 201
        assert len(await items(staff, idea, "documents")) == 1
        assert len(await items(reviewer, idea, "documents")) == papers
        assert (await reviewer.post(f"/v1/ideas/{idea['id']}/documents", PAPER)).status_code == 403


async def test_minutes_of_a_decision_wait_for_the_day_it_is_published(make: Make, world: World) -> None:
    staff, approver = await make.account("staff"), await make.account("approver")
    officer = await make.account("commune_staff", BAC_HA)
    idea = await make.idea(officer)
    for kind, sha256 in (("minutes", "a" * 64), ("photo", "b" * 64)):
        answer = await staff.post(f"/v1/ideas/{idea['id']}/documents", PAPER | {"kind": kind, "sha256": sha256})
        assert answer.status_code == 201, answer.text

    async def kinds(caller: Caller) -> list[str]:
        return [item["kind"] for item in await items(caller, idea, "documents")]

    assert await kinds(officer) == ["minutes", "photo"]
    await decide_for(world, idea, datetime(2025, 12, 24, tzinfo=UTC))
    assert await kinds(officer) == ["photo"]
    assert await kinds(staff) == await kinds(approver) == ["minutes", "photo"]
    own = await officer.post(f"/v1/ideas/{idea['id']}/documents", PAPER | {"kind": "minutes", "sha256": "c" * 64})
    assert own.status_code == 201, own.text
    world.clock.now = datetime(2025, 12, 24, 1, tzinfo=UTC)
    fresh = await make.account("commune_staff", BAC_HA)
    assert await kinds(fresh) == ["minutes", "photo", "minutes"]


async def decide_for(world: World, idea: dict[str, Any], publish_at: datetime) -> None:
    """An accepted idea whose decision is not public yet, without the way there."""
    async with world.database.begin() as session:
        row = await session.get_one(Idea, idea["id"])
        await session.execute(
            Idea.__table__.update().where(Idea.id == row.id).values(status="accepted", publish_at=publish_at)
        )
