"""Graduation: what a project has to show, the exception that two people make, and taking it back."""

import asyncio
from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.audit import AuditEntry
from incubator.mentoring.graduation.models import LACK_LABELS, Lack, Readiness, RequestAction, RequestStatus
from incubator.mentoring.labels import VOCABULARIES
from incubator.projects.models import Platform, Project
from tests.factories import BAC_HA, Y_TY, Caller, Make, World
from tests.team import TODAY, Team, gather_team

WHY = {"reason": "Đã có hai hợp đồng lớn, không cần tư vấn số"}
JULY = "2025-07-15"


class Candidate:
    """An active project of months ago, and what is said of it on its way to graduation."""

    def __init__(self, team: Team, project: dict[str, Any]) -> None:
        self.team = team
        self.project = project
        self.path = f"/v1/projects/{project['id']}/graduation"

    async def consulted(self, *platforms: str, minutes: int = 60) -> list[dict[str, Any]]:
        """In one session in July."""
        mentor = await self.team.make.mentor()
        body = {
            "project_id": self.project["id"], "mentor_id": str(mentor.mentor_id), "platforms": list(platforms),
            "held_on": JULY, "minutes": minutes, "advice": "Ký hợp đồng trước khi mở rộng.",
        }  # fmt: skip
        answer = await self.team.staff.post("/v1/consultations", body)
        assert answer.status_code == 201, answer.text
        return list(answer.json()["consultations"])

    async def achieved(self, *kinds: str, on: str = JULY) -> list[str]:
        bodies: dict[str, dict[str, Any]] = {"jobs": {"kind": "jobs", "jobs": 2}, "prize": {"kind": "prize"}}
        return [await self.recorded({**bodies[kind], "occurred_on": on, "evidence": "Bảng lương"}) for kind in kinds]

    async def recorded(self, body: dict[str, Any]) -> str:
        answer = await self.team.staff.post(f"/v1/projects/{self.project['id']}/outcomes", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def ready(self) -> None:
        await self.consulted("capital", "market")
        await self.achieved("jobs", "prize")

    async def standing(self, caller: Caller | None = None) -> dict[str, Any]:
        answer = await (caller or self.team.approver).get(self.path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def lacks(self) -> list[str]:
        return list((await self.standing())["lacks"])

    async def graduate(self, caller: Caller | None = None, **data: Any) -> httpx.Response:
        read = (await self.team.approver.get(f"/v1/projects/{self.project['id']}")).json()
        headers = {"if-match": f'"{read["version"]}"'}
        return await (caller or self.team.approver).post(self.path, data, headers=headers)

    async def ask(self, caller: Caller | None = None, **more: Any) -> httpx.Response:
        return await (caller or self.team.approver).post(f"{self.path}/requests", {**WHY, **more})

    async def asked(self, **more: Any) -> dict[str, Any]:
        answer = await self.ask(**more)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def answer(self, request: dict[str, Any], caller: Caller, action: str, **data: Any) -> httpx.Response:
        headers = {"if-match": f'"{request["version"]}"'}
        path = f"{self.path}/requests/{request['id']}/transitions"
        return await caller.post(path, {"action": action, **data}, headers=headers)

    async def status(self) -> str:
        return str((await self.team.staff.get(f"/v1/projects/{self.project['id']}")).json()["status"])


@pytest.fixture
async def candidate(world: World, team: Team) -> Candidate:
    """It needs capital and market; moves are possible from the first of June on."""
    return await old_candidate(world, team)


async def old_candidate(world: World, team: Team) -> Candidate:
    project = await team.old_project()
    async with world.database.begin() as session:
        moved = update(Project).where(Project.id == UUID(project["id"]))
        await session.execute(moved.values(moved_on=date(2025, 6, 1)))
    return Candidate(team, project)


def rule(answer: httpx.Response) -> str:
    assert answer.status_code == 422, answer.text
    return str(answer.json()["rule"])


async def test_a_project_that_has_everything_graduates(candidate: Candidate) -> None:
    await candidate.ready()
    standing = await candidate.standing()
    assert (standing["is_ready"], standing["lacks"]) == (True, [])
    answer = await candidate.graduate(occurred_on="2025-11-01", note="Họp ngày 01/11")
    assert answer.status_code == 200, answer.text
    project = answer.json()
    assert (project["status"], project["moved_on"], project["allowed_actions"]) == ("graduated", "2025-11-01", [])
    last = (await candidate.team.history(candidate.project))[-1]
    assert (last["action"], last["from_status"], last["to_status"]) == ("graduate", "active", "graduated")
    assert (last["actor"], last["reason"], last["details"]) == (candidate.team.approver.username, "Họp ngày 01/11", {})
    assert (await candidate.graduate()).json()["code"] == "invalid_transition"
    after = await candidate.standing()
    assert (after["is_ready"], after["status"], after["lacks"]) == (False, "graduated", [])


async def test_it_says_what_holds_and_what_lacks(candidate: Candidate) -> None:
    standing = await candidate.standing()
    assert (standing["id"], standing["is_ready"], standing["as_of"]) == (candidate.project["id"], False, TODAY)
    assert standing["platforms"] == [
        {"platform": "capital", "needed": True, "consulted": False},
        {"platform": "market", "needed": True, "consulted": False},
        {"platform": "digital", "needed": False, "consulted": False},
    ]
    assert standing["lacks"] == ["consultation_capital", "consultation_market", "outcomes", "economic_outcome"]
    await candidate.consulted("capital", "digital")
    await candidate.achieved("prize", "prize")
    standing = await candidate.standing()
    assert standing["lacks"] == ["consultation_market", "economic_outcome"]
    assert (standing["outcomes"], standing["outcomes_needed"], standing["economic_outcomes"]) == (2, 2, 0)
    assert [platform["consulted"] for platform in standing["platforms"]] == [True, False, True]
    assert (standing["is_fully_consulted"], standing["open_request_id"]) == (False, None)


async def test_the_refusal_names_everything_that_lacks(candidate: Candidate) -> None:
    await candidate.consulted("capital")
    answer = await candidate.graduate()
    assert rule(answer) == "not_ready_to_graduate"
    detail = answer.json()["detail"]
    assert "Not consulted on the market, Fewer than two outcomes, No economic outcome. An approver may" in detail
    assert f"{candidate.path}/requests" in detail
    vietnamese = await candidate.team.approver.post(candidate.path, headers={"if-match": "*", "accept-language": "vi"})
    assert "Chưa được tư vấn về thị trường, Chưa đủ hai kết quả" in vietnamese.json()["detail"]
    assert await candidate.status() == "active"


@pytest.mark.parametrize(
    ("platforms", "minutes", "outcomes", "lack"),
    [
        (("capital",), 60, ("jobs", "prize"), "consultation_market"),
        (("capital", "market"), 14, ("jobs", "prize"), "consultation_capital"),
        (("capital", "market"), 60, ("jobs",), "outcomes"),
        (("capital", "market"), 60, ("prize", "prize"), "economic_outcome"),
    ],
)
async def test_without_one_thing_it_does_not_graduate(
    candidate: Candidate, platforms: tuple[str, ...], minutes: int, outcomes: tuple[str, ...], lack: str
) -> None:
    await candidate.consulted(*platforms, minutes=minutes)
    await candidate.achieved(*outcomes)
    assert lack in await candidate.lacks()
    assert rule(await candidate.graduate()) == "not_ready_to_graduate"


async def test_everything_must_hold_by_the_day_of_graduation(candidate: Candidate) -> None:
    await candidate.ready()
    early = await candidate.graduate(occurred_on="2025-07-14")
    assert rule(early) == "not_ready_to_graduate"
    assert (await candidate.graduate(occurred_on="2025-07-15")).status_code == 200


async def test_an_outcome_of_later_does_not_count_before(candidate: Candidate) -> None:
    await candidate.consulted("capital", "market")
    await candidate.achieved("jobs")
    await candidate.achieved("prize", on="2025-11-10")
    assert rule(await candidate.graduate(occurred_on="2025-11-09")) == "not_ready_to_graduate"
    assert (await candidate.graduate(occurred_on="2025-11-10")).status_code == 200


async def test_what_was_taken_back_counts_no_more(candidate: Candidate) -> None:
    [capital, _] = await candidate.consulted("capital", "market")
    [jobs, _] = await candidate.achieved("jobs", "prize")
    assert await candidate.lacks() == []
    await candidate.recorded({"kind": "withdrawal", "corrects_id": jobs, "reason": "Nhầm dự án"})
    assert await candidate.lacks() == ["outcomes", "economic_outcome"]
    path, headers = f"/v1/consultations/{capital['id']}/transitions", {"if-match": f'"{capital["version"]}"'}
    voided = await candidate.team.staff.post(path, {"action": "void", "reason": "Nhầm"}, headers=headers)
    assert voided.status_code == 200, voided.text
    assert await candidate.lacks() == ["consultation_capital", "outcomes", "economic_outcome"]


@pytest.mark.parametrize(
    ("occurred_on", "broken"), [("2025-12-01", "day_in_future"), ("2025-05-31", "day_before_previous_move")]
)
async def test_the_day_is_one_that_can_be(candidate: Candidate, occurred_on: str, broken: str) -> None:
    await candidate.ready()
    assert rule(await candidate.graduate(occurred_on=occurred_on)) == broken
    assert rule(await candidate.ask(graduated_on=occurred_on)) == broken


async def test_only_an_active_project_graduates(team: Team) -> None:
    project = await team.project()
    candidate = Candidate(team, project)
    for answer in (await candidate.graduate(), await candidate.ask()):
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")


async def test_graduating_needs_the_version_that_was_seen(candidate: Candidate) -> None:
    await candidate.ready()
    approver = candidate.team.approver
    assert (await approver.post(candidate.path)).status_code == 428
    assert (await approver.post(candidate.path, headers={"if-match": '"1"'})).status_code == 412
    etag = (await approver.get(candidate.path)).headers["etag"]
    headers = {"if-match": etag, "idempotency-key": str(uuid4())}
    first = await approver.post(candidate.path, headers=headers)
    again = await approver.post(candidate.path, headers=headers)
    assert (first.status_code, again.json()) == (200, first.json())


async def test_everybody_who_follows_it_reads_and_only_approvers_of_the_place_act(
    candidate: Candidate, make: Make
) -> None:
    await candidate.ready()
    officer, team = await make.account("commune_staff", BAC_HA), candidate.team
    request = await candidate.asked()
    for follower in (team.staff, team.mentor, officer):
        assert (await candidate.standing(follower))["open_request_id"] == request["id"]
        assert [row["id"] for row in (await follower.get(f"{candidate.path}/requests")).json()["items"]] == [
            request["id"]
        ]
        assert (await follower.get(f"{candidate.path}/requests/{request['id']}")).json() == request
        assert (await candidate.graduate(follower)).status_code == 403
        assert (await candidate.ask(follower)).status_code == 403
        assert (await candidate.answer(request, follower, "approve")).status_code == 403
    for stranger in (await make.account("mentor"), await make.account("commune_staff", Y_TY)):
        for path in ("", "/requests", f"/requests/{request['id']}"):
            assert (await stranger.get(candidate.path + path)).status_code == 404
    elsewhere = await make.account("approver", "01")
    assert (await candidate.graduate(elsewhere)).status_code == 404
    assert (await candidate.answer(request, elsewhere, "approve")).status_code == 404


async def test_a_second_person_lets_a_project_graduate_that_lacks_something(
    candidate: Candidate, make: Make, session: AsyncSession
) -> None:
    await candidate.consulted("capital")
    request = await candidate.asked(graduated_on="2025-11-01")
    assert (request["status"], request["requested_by"]) == ("open", candidate.team.approver.username)
    alone = await candidate.answer(request, candidate.team.approver, "approve")
    assert (alone.status_code, alone.json()["code"]) == (403, "self_approval")
    assert await candidate.status() == "active"
    second = await make.account("approver")
    answer = await candidate.answer(request, second, "approve", note="Đồng ý")
    assert answer.status_code == 200, answer.text
    decided = answer.json()
    assert (decided["status"], decided["decided_by"], decided["decision_note"]) == (
        "approved", second.username, "Đồng ý",
    )  # fmt: skip
    assert await candidate.status() == "graduated"
    last = (await candidate.team.history(candidate.project))[-1]
    assert (last["action"], last["occurred_on"], last["actor"]) == ("graduate", "2025-11-01", second.username)
    assert last["reason"] == WHY["reason"]
    assert last["details"] == {
        "request_id": request["id"],
        "lacks": ["consultation_market", "outcomes", "economic_outcome"],
    }
    trail = await session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == UUID(request["id"])))
    assert set(trail) == {"request", "approve"}
    assert (await candidate.answer(decided, second, "refuse", note="Thôi")).json()["code"] == "invalid_transition"


async def test_a_request_is_refused_by_somebody_else_with_a_reason(candidate: Candidate, make: Make) -> None:
    request, second = await candidate.asked(), await make.account("approver")
    own = await candidate.answer(request, candidate.team.approver, "refuse", note="Thôi")
    assert (own.status_code, own.json()["code"]) == (403, "self_approval")
    assert (await candidate.answer(request, second, "refuse")).status_code == 400
    refused = await candidate.answer(request, second, "refuse", note="Chưa có hợp đồng")
    assert (refused.status_code, refused.json()["status"]) == (200, "refused")
    assert await candidate.status() == "active"
    rows = await candidate.team.staff.get(f"{candidate.path}/requests?status=refused")
    assert [row["decision_note"] for row in rows.json()["items"]] == ["Chưa có hợp đồng"]
    assert (await candidate.team.staff.get(f"{candidate.path}/requests?status=open")).json()["items"] == []


async def test_who_asked_withdraws_and_may_ask_again(candidate: Candidate, make: Make) -> None:
    request, second = await candidate.asked(), await make.account("approver")
    assert (await candidate.answer(request, second, "withdraw")).json()["code"] == "forbidden"
    withdrawn = await candidate.answer(request, candidate.team.approver, "withdraw")
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")
    assert (await candidate.standing())["open_request_id"] is None
    await candidate.asked()


async def test_a_project_has_one_open_request(candidate: Candidate, make: Make) -> None:
    await candidate.asked()
    again = await candidate.ask(await make.account("approver"))
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")


async def test_a_project_does_not_graduate_past_an_open_request(candidate: Candidate) -> None:
    await candidate.ready()
    request = await candidate.asked()
    refused = await candidate.graduate()
    assert rule(refused) == "graduation_request_open"
    assert "wait" in refused.json()["detail"]
    assert "withdraw" in refused.json()["detail"]
    await candidate.answer(request, candidate.team.approver, "withdraw")
    assert (await candidate.graduate()).status_code == 200


async def test_a_request_is_answered_in_the_version_that_was_seen(candidate: Candidate, make: Make) -> None:
    request, second = await candidate.asked(), await make.account("approver")
    path = f"{candidate.path}/requests/{request['id']}/transitions"
    assert (await second.post(path, {"action": "approve"})).status_code == 428
    assert (await second.post(path, {"action": "approve"}, headers={"if-match": '"9"'})).status_code == 412
    assert (await candidate.answer({**request, "id": str(uuid4())}, second, "approve")).status_code == 404


async def test_a_project_that_rests_does_not_graduate_by_a_request(candidate: Candidate, make: Make) -> None:
    request = await candidate.asked()
    read = (await candidate.team.staff.get(f"/v1/projects/{candidate.project['id']}")).json()
    await candidate.team.move(read, "pause", reason="Mùa vụ")
    answer = await candidate.answer(request, await make.account("approver"), "approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
    assert (await candidate.standing())["open_request_id"] == request["id"]


async def test_a_graduation_is_taken_back_by_an_approver_and_its_request_stays(
    candidate: Candidate, make: Make
) -> None:
    request = await candidate.asked()
    assert (await candidate.answer(request, await make.account("approver"), "approve")).status_code == 200
    graduated = (await candidate.team.approver.get(f"/v1/projects/{candidate.project['id']}")).json()
    assert (await candidate.team.try_move(graduated, "void", reason="Nhầm")).status_code == 403
    project = await candidate.team.move(graduated, "void", candidate.team.approver, reason="Nhầm dự án")
    assert (project["status"], project["moved_on"], project["allowed_actions"]) == (
        "active",
        TODAY,
        ["graduate"],
    )
    history = await candidate.team.history(candidate.project)
    assert [row["action"] for row in history[-2:]] == ["graduate", "void"]
    assert history[-1]["voids_id"] == history[-2]["id"]
    kept = (await candidate.team.staff.get(f"{candidate.path}/requests/{request['id']}")).json()
    assert kept["status"] == "approved"
    await candidate.asked()


async def test_of_two_approvals_at_once_one_lets_it_graduate(committed: World) -> None:
    team = await gather_team(committed.make)
    candidate = await old_candidate(committed, team)
    request = await candidate.asked()
    approvers = [await committed.make.account("approver") for _ in range(2)]
    answers = await asyncio.gather(*(candidate.answer(request, approvers[turn % 2], "approve") for turn in range(20)))
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[200] == 1
    assert statuses[409] + statuses[412] == 19
    assert [row["action"] for row in await team.history(candidate.project)].count("graduate") == 1


async def test_of_twenty_requests_at_once_one_is_open(committed: World) -> None:
    team = await gather_team(committed.make)
    candidate = await old_candidate(committed, team)
    answers = await asyncio.gather(*(candidate.ask() for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19


@pytest.mark.parametrize(
    ("consulted", "fully", "lacks"),
    [
        ({}, False, [Lack.consultation]),
        ({}, True, []),
        ({Platform.digital: False}, False, [Lack.consultation_digital]),
        ({Platform.capital: True, Platform.digital: True}, True, []),
    ],
)
def test_a_project_without_needs_was_consulted_on_something(
    consulted: dict[Platform, bool], fully: bool, lacks: list[Lack]
) -> None:
    assert Readiness(consulted, fully, 2, 1).lacks() == lacks


def test_every_lack_has_its_words() -> None:
    assert list(LACK_LABELS) == list(Lack)


def test_what_becomes_of_a_request_has_its_words() -> None:
    assert list(VOCABULARIES["graduation_request_status"]) == list(RequestStatus)
    assert list(VOCABULARIES["graduation_request_action"]) == list(RequestAction)
