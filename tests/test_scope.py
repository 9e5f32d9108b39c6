"""What one may not see is not there: in lists, details, searches, exports and figures alike.

Each test asks the same questions twice, before and after something that the caller must not learn of, or for a hidden
id and an id of nothing, and compares whole answers. Beside the caller who must not see stands one who must.
"""

import csv
import io
import zipfile
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.factories import BAC_HA, LAO_CAI, Y_TY, Caller, Make, World
from tests.permission_table import TABLE
from tests.team import make_old

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LATER = "2025-12-20T00:00:00Z"
PHONE = "912345678"
LEADER = {"full_name": "Giàng Thị Xuyến", "birth_year": 1999, "sex": "female", "phone": f"0{PHONE}"}
MEMBER = {"full_name": "Lù Văn Quẩy", "birth_year": 1997}
TITLE = "Mận Tam Hoa sấy dẻo"
BASELINE = {name: {"needed": True, "why": "Chưa có"} for name in ("capital", "market", "digital")}
MEETING = {"starts_at": "2025-11-30T08:00:00+07:00", "minutes": 60, "mode": "in_person", "locality_code": BAC_HA}
SIGNED_IN = {"participant_id": "0193b1f0-0000-7000-8000-000000000000", "status": "attended"}
OUTCOME = {"kind": "jobs", "jobs": 2, "occurred_on": "2025-11-30", "evidence": "Bảng lương"}
CITIZEN_ID = {"number": "010098001234"}
HOUSEMATE = {"person": MEMBER, "relation": "sibling"}
CLASS = {"poverty_class": "poor"}
PAPER = {"kind": "other", "title": "Đơn của Giàng Thị Xuyến", "sha256": "a" * 64, "link": "https://example.vn/don.pdf"}

LISTS = (
    "/v1/ideas?count=exact",
    f"/v1/ideas?locality_code={BAC_HA}&count=exact",
    "/v1/ideas?status=review_closed&count=exact",
    "/v1/ideas?status=accepted&count=exact",
    "/v1/ideas?status=accepted&status=rejected&count=exact",
    "/v1/ideas?sector=tea&count=exact",
    "/v1/ideas?q=man%20tam&count=exact",
    "/v1/ideas?q=giang%20thi&count=exact",
    "/v1/ideas?received_on_gte=2025-01-01&count=exact",
)
PEOPLE_LISTS = (
    "/v1/people?count=exact",
    "/v1/people?q=giang&count=exact",
    f"/v1/people?phone=0{PHONE}&count=exact",
    f"/v1/people?locality_code={BAC_HA}&count=exact",
    f"/v1/people?locality_code={LAO_CAI}&count=exact",
    "/v1/people/duplicates?count=exact",
    "/v1/people/duplicates?strong=true&count=exact",
)
HOUSEHOLD_LISTS = (
    "/v1/households?count=exact",
    "/v1/households?q=giang&count=exact",
    f"/v1/households?locality_code={BAC_HA}&count=exact",
)
PROJECT_LISTS = (
    "/v1/projects?count=exact",
    "/v1/projects?q=man&count=exact",
    "/v1/projects?status=onboarding&count=exact",
    f"/v1/projects?locality_code={BAC_HA}&count=exact",
)
SESSION_LISTS = (
    "/v1/sessions?count=exact",
    "/v1/sessions?status=planned&count=exact",
    "/v1/sessions?kind=one_to_one&on_gte=2025-11-01&count=exact",
    f"/v1/sessions?locality_code={BAC_HA}&count=exact",
    "/v1/projects/without-session?count=exact",
)
FIGURES = (
    "/v1/stats/funnel",
    "/v1/stats/funnel?mode=cohort&from=2025-01-01&to=2026-01-01",
    "/v1/stats/funnel?mode=throughput&from=2025-01-01&to=2026-01-01",
    "/v1/stats/funnel?group_by=sector",
    f"/v1/stats/funnel?locality={LAO_CAI}",
    "/v1/stats/overview",
    "/v1/stats/mentoring",
    "/v1/stats/mentoring?group_by=programme",
    f"/v1/stats/mentoring?locality={LAO_CAI}",
    "/v1/stats/attendance",
    "/v1/stats/attendance?group_by=held_in",
    "/v1/stats/attendance?group_by=home_of&final_only=true",
)
TASKS = ("/v1/me/tasks",)
OF_AN_IDEA = (
    "",
    "/transitions?count=exact",
    "/versions?count=exact",
    "/comments?count=exact",
    "/documents?count=exact",
)
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/v1/ideas/{idea_id}"): {"title": "Mận sấy"},
    ("POST", "/v1/ideas/{idea_id}/comments"): {"body": "Xin chào"},
    ("POST", "/v1/ideas/{idea_id}/documents"): PAPER,
    ("PATCH", "/v1/people/{person_id}"): {"full_name": "Người Khác"},
    ("POST", "/v1/people/{person_id}/consents"): {"action": "give", "given_on": "2025-11-01", "form": "paper"},
    ("PUT", "/v1/people/{person_id}/citizen-id"): CITIZEN_ID,
    ("PATCH", "/v1/households/{household_id}"): {"village_code": None},
    ("POST", "/v1/households/{household_id}/members"): HOUSEMATE,
    ("PATCH", "/v1/households/{household_id}/members/{member_id}"): {"relation": "other"},
    ("PUT", "/v1/households/{household_id}/classes/{from_on}"): CLASS,
    ("POST", "/v1/sessions/{session_id}/participants"): {"full_name": "Người Khác"},
    ("POST", "/v1/sessions/{session_id}/sign-ins"): {"items": [SIGNED_IN]},
}


class Hidden:
    """What a test made in Bắc Hà, by the names that addresses give it."""

    def __init__(self, **ids: Any) -> None:
        self.ids: dict[str, str] = {name: str(id_) for name, id_ in ids.items()}


async def test_nothing_that_happens_in_a_sibling_commune_changes_any_answer(make: Make) -> None:
    here, there = await make.account("commune_staff", BAC_HA), await make.account("commune_staff", Y_TY)
    token = await make.token("ideas:read", "people:read", "projects:read", "stats:read", locality=Y_TY)
    staff_there = await make.account("staff", Y_TY)
    alike = await _done((await make.account("staff")).post("/v1/people", {**LEADER, "locality_code": Y_TY}))
    of_alike = (f"/v1/people/{alike['id']}", f"/v1/people/duplicates?person_id={alike['id']}")
    questions = (*LISTS, *PEOPLE_LISTS, *of_alike, *HOUSEHOLD_LISTS, *PROJECT_LISTS, *FIGURES)
    mine = (*questions, *SESSION_LISTS, *TASKS)
    callers = {here: mine, there: mine, token: questions, staff_there: mine}
    before = {caller: await _answers(caller, asked) for caller, asked in callers.items()}
    await _life_of_an_idea(make)
    after = {caller: await _answers(caller, asked) for caller, asked in callers.items()}
    for caller in (there, token, staff_there):
        assert _changed(before[caller], after[caller]) == {}
    seen = _changed(before[here], after[here])
    assert {question.split("?")[0] for question in seen} >= {
        "/v1/ideas", "/v1/people", "/v1/people/duplicates", "/v1/households", "/v1/projects", "/v1/stats/funnel",
        "/v1/stats/overview", "/v1/sessions", "/v1/projects/without-session",
    }  # fmt: skip


async def test_an_id_of_a_sibling_commune_answers_like_an_id_of_nothing(make: Make) -> None:
    there = await make.account("commune_staff", Y_TY)
    hidden = await _life_of_an_idea(make)
    asked = [row for row in TABLE if "commune_staff" in row.may.split() and _named(row.path, hidden) != row.path]
    assert len(asked) > 15
    for row in asked:
        body = row.body or BODIES.get(row.route)
        answers = [await _ask(there, row.method, _named(row.path, ids), body) for ids in (hidden, _nothing(hidden))]
        assert answers[0].status_code == 404, f"{row.name}: {answers[0].text}"
        assert _plain(answers[0]) == _plain(answers[1]), row.name


async def test_who_may_see_them_gets_other_answers_to_the_same_questions(make: Make) -> None:
    here = await make.account("commune_staff", BAC_HA, sensitive=True)
    hidden = await _life_of_an_idea(make)
    for row in TABLE:
        path = _named(row.path, hidden)
        if "commune_staff" in row.may.split() and row.method == "GET" and path != row.path and "{" not in path:
            answer = await here.get(path)
            assert answer.status_code == 200, f"{row.name}: {answer.text}"


async def test_a_person_of_a_sibling_commune_cannot_be_named(make: Make) -> None:
    there, hidden = await make.account("commune_staff", Y_TY), await _life_of_an_idea(make)
    answers = []
    for person_id in (hidden.ids["person_id"], str(uuid4())):
        body = make.idea_body(title=TITLE, locality_code=Y_TY, leader={"person_id": person_id})
        answers.append(await there.post("/v1/ideas", body))
    assert answers[0].status_code == 400
    assert _plain(answers[0]) == _plain(answers[1])


async def test_a_commune_officer_enters_nothing_elsewhere(make: Make) -> None:
    there = await make.account("commune_staff", Y_TY)
    for path, body in (("/v1/ideas", make.idea_body()), ("/v1/people", {**LEADER, "locality_code": BAC_HA})):
        answer = await there.post(path, body)
        assert answer.status_code == 400, answer.text
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/locality_code", "not_found")]


async def test_a_reviewer_of_a_blind_call_learns_no_name_and_no_place(make: Make) -> None:
    staff = await make.account("staff")
    idea, (reviewer, _) = await _blind_idea(make, staff)
    questions = [
        *_of_idea(idea), *LISTS, *TASKS, "/v1/reviews/mine", f"/v1/ideas/{idea['id']}/reviews",
        f"/v1/ideas/{idea['id']}/reviews/mine", "/v1/calls", f"/v1/calls/{idea['call']['id']}",
        f"/v1/calls/{idea['call']['id']}/ranking",
    ]  # fmt: skip
    secrets = _secrets(await make.read(staff, idea))
    for _ in range(2):
        for question, text in (await _texts(reviewer, questions)).items():
            assert not [secret for secret in secrets if secret in text], f"{question}: {text}"
        await make.review(reviewer, idea)
    told = "".join((await _texts(staff, _of_idea(idea))).values())
    assert not [secret for secret in secrets - {PHONE} if secret not in told]


async def test_a_reviewer_of_a_blind_call_finds_no_idea_by_a_name_or_a_place(make: Make) -> None:
    staff = await make.account("staff")
    idea, (reviewer, _) = await _blind_idea(make, staff)
    for question in ("q=giang%20thi", "q=xuyen", f"locality_code={BAC_HA}"):
        for caller, total in ((staff, 1), (reviewer, 0)):
            page = (await caller.get(f"/v1/ideas?{question}&count=exact")).json()
            assert (page["total"], len(page["items"])) == (total, total), question
    assert (await reviewer.get("/v1/ideas?q=man&count=exact")).json()["total"] == 1
    for path in ("/v1/people", f"/v1/people/{idea['leader']['person_id']}"):
        assert (await reviewer.get(path)).status_code == 403


async def test_a_commune_with_five_ideas_may_be_shown(make: Make) -> None:
    staff = await make.account("staff")
    idea, (reviewer, _) = await _blind_idea(make, staff)
    for _ in range(4):
        shown = (await reviewer.get(f"/v1/ideas/{idea['id']}")).json()
        assert (shown["locality"], shown["leader"], shown["team"]) == (None, None, [])
        await make.idea(staff, call_id=idea["call"]["id"])
    shown = (await reviewer.get(f"/v1/ideas/{idea['id']}")).json()
    assert (shown["locality"]["code"], shown["leader"]) == (BAC_HA, None)


async def test_an_unpublished_decision_changes_no_answer_to_those_outside(make: Make, world: World) -> None:
    staff, approver, outside, idea = await _closed_idea(make)
    questions = {caller: _questions(idea, caller, outside) for caller in [*outside.values(), staff]}
    before = {caller: await _answers(caller, asked) for caller, asked in questions.items()}
    public = await _public(world, idea)
    await _decide(make, approver, staff, idea)
    minutes = {**PAPER, "kind": "minutes", "title": "Biên bản"}
    await _done(staff.post(f"/v1/ideas/{idea['id']}/documents", minutes))
    for name, caller in outside.items():
        assert _changed(before[caller], await _answers(caller, questions[caller])) == {}, name
    assert await _public(world, idea) == public
    inside = await _answers(staff, questions[staff])
    told = {question.split("?")[0] for question in _changed(before[staff], inside)}
    assert told >= {"/v1/ideas", f"/v1/ideas/{idea['id']}", f"/v1/ideas/{idea['id']}/transitions", "/v1/stats/funnel"}


async def test_a_decision_that_is_taken_back_before_its_day_is_never_told(make: Make, world: World) -> None:
    staff, approver, outside, idea = await _closed_idea(make)
    questions = {caller: _questions(idea, caller, outside) for caller in outside.values()}
    before = {caller: await _answers(caller, asked) for caller, asked in questions.items()}
    public = await _public(world, idea)
    decided = await _decide(make, approver, staff, idea)
    await make.moved(approver, decided, "void", reason="Nhầm hồ sơ")
    for name, caller in outside.items():
        assert _changed(before[caller], await _answers(caller, questions[caller])) == {}, name
    assert await _public(world, idea) == public
    history = (await staff.get(f"/v1/ideas/{idea['id']}/transitions")).json()["items"]
    assert [row["action"] for row in history][-2:] == ["decide", "void"]


async def test_a_published_decision_is_seen_by_those_outside(make: Make, world: World) -> None:
    staff, approver, outside, idea = await _closed_idea(make)
    await _decide(make, approver, staff, idea)
    del outside["analyst"], outside["reviewer"], outside["officer"]
    for day, status, label in ((19, "review_closed", "in_review"), (21, "accepted", "accepted")):
        world.clock.now = world.clock.now.replace(month=12, day=day)
        outside["officer"] = await make.account("commune_staff", BAC_HA)
        for name, caller in outside.items():
            shown = (await caller.get(f"/v1/ideas/{idea['id']}")).json()
            assert (shown["status"], shown["decision"] is None) == (status, day == 19), name
            for asked in ("review_closed", "accepted"):
                page = (await caller.get(f"/v1/ideas?status={asked}")).json()
                assert len(page["items"]) == (asked == status), (name, asked)
        assert (await _public(world, idea))["status"] == label


@pytest.mark.parametrize("name", ["officer", "owner"])
async def test_a_refusal_does_not_tell_an_unpublished_decision(name: str, make: Make) -> None:
    """Withdrawing is offered as before and no longer possible; the answer must not say where the idea stands."""
    staff, approver, outside, idea = await _closed_idea(make)
    await _decide(make, approver, staff, idea)
    for method, path, body in (
        ("POST", "/transitions", {"action": "withdraw", "reason_code": "other"}),
        ("POST", "/transitions", {"action": "provide_info", "no_change_reason": "Như cũ"}),
        ("POST", "/transitions", {"action": "submit"}),
        ("POST", "/transitions", {"action": "void", "reason": "Nhầm"}),
        ("PATCH", "", {"title": "Mận sấy"}),
    ):
        answer = await _ask(outside[name], method, f"/v1/ideas/{idea['id']}{path}", body)
        assert answer.status_code in {403, 409}, answer.text
        assert not [word for word in ("accepted", "decide", "publish") if word in answer.text], answer.text


async def _life_of_an_idea(make: Make) -> Hidden:
    """An idea of Bắc Hà, from its entry to the project that it founds, with all that lies around it."""
    staff, approver, mentor = [await make.account(role) for role in ("staff", "approver", "mentor")]
    idea = await make.accepted_idea(staff, approver, title=TITLE, leader=LEADER, team=[MEMBER])
    await _done(staff.post(f"/v1/ideas/{idea['id']}/comments", {"body": "Đã gọi điện", "audience": "applicant"}))
    await _done(staff.post(f"/v1/ideas/{idea['id']}/documents", PAPER))
    twin = await _done(staff.post("/v1/people", {**LEADER, "locality_code": BAC_HA}))
    await make.idea(staff, title=TITLE)
    (pair,) = (await staff.get(f"/v1/ideas/{idea['id']}/duplicates")).json()["items"]
    founding = {"idea_ids": [idea["id"]], "founded_on": "2025-11-30", "baseline": BASELINE}
    project = await _done(staff.post("/v1/projects", founding))
    mentoring = await _done(staff.post(f"/v1/projects/{project['id']}/mentors", {"account_id": str(mentor.id)}))
    await make_old(make, project["id"])
    home = await _household(make, idea["leader"]["person_id"])
    guest = {"person_id": idea["leader"]["person_id"], "project_id": project["id"]}
    session = await _done(staff.post("/v1/sessions", {**MEETING, "participants": [guest]}))
    path, version = f"/v1/projects/{project['id']}", {"if-match": f'"{project["version"]}"'}
    await _done(staff.post(f"{path}/transitions", {"action": "activate"}, headers=version), 200)
    return Hidden(
        idea_id=idea["id"],
        pair_id=pair["id"],
        person_id=idea["leader"]["person_id"],
        duplicate_id=await _pair_of(staff, twin["id"], idea["leader"]["person_id"]),
        project_id=project["id"],
        assignment_id=mentoring["id"],
        session_id=session["id"],
        outcome_id=(await _done(staff.post(f"{path}/outcomes", OUTCOME)))["id"],
        request_id=(await _done(approver.post(f"{path}/graduation/requests", {"reason": "Đủ đầu ra"})))["id"],
        household_id=home["id"],
        member_id=home["members"][0]["id"],
        from_on="2025-01-01",
    )


async def _pair_of(staff: Caller, *people: str) -> str:
    """The pair of the two, among those that the first one is in."""
    pairs = (await staff.get(f"/v1/people/duplicates?person_id={people[0]}")).json()["items"]
    return next(str(pair["id"]) for pair in pairs if {pair["first"]["id"], pair["second"]["id"]} == set(people))


async def _household(make: Make, person_id: str) -> dict[str, Any]:
    """Where the person lives, with its class and the person's citizen id."""
    staff = await make.account("staff", sensitive=True)
    body = {"head": {"person_id": person_id}, "locality_code": BAC_HA, "from_on": "2020-01-01"}
    home = await _done(staff.post("/v1/households", body))
    path = f"/v1/households/{home['id']}/classes/2025-01-01"
    await _done(staff.put(path, CLASS, headers={"if-match": f'"{home["version"]}"'}), 200)
    await _done(staff.put(f"/v1/people/{person_id}/citizen-id", CITIZEN_ID), 200)
    return home


async def _blind_idea(make: Make, staff: Caller) -> tuple[dict[str, Any], list[Caller]]:
    """Under review in a blind call, entered by proxy, with two versions, papers and remarks."""
    terms = {
        "code": "blind",
        "title": "Vòng kín",
        "opens_on": "2025-10-01",
        "blind": True,
        "review_due_on": "2025-12-31",
    }
    call = await _done(staff.post("/v1/calls", terms))
    idea = await make.idea(
        staff, title=TITLE, call_id=call["id"], leader=LEADER, team=[MEMBER], is_proxy=True, channel="paper"
    )
    path, version = f"/v1/ideas/{idea['id']}", {"if-match": f'"{idea["version"]}"'}
    await _done(staff.patch(path, {"summary": "Sấy dẻo, đóng túi."}, headers=version), 200)
    await _done(staff.post(f"{path}/documents", PAPER))
    await _done(staff.post(f"{path}/comments", {"body": "Đã gọi Giàng Thị Xuyến", "audience": "internal"}))
    await make.moved(staff, await make.read(staff, idea), "start_screening")
    reviewers = await make.reviewers(staff, idea)
    return await make.moved(staff, await make.read(staff, idea), "pass_screening"), reviewers


async def _closed_idea(make: Make) -> tuple[Caller, Caller, dict[str, Caller], dict[str, Any]]:
    """Reviewed and not yet decided, with everybody who stands outside the deciding."""
    staff, approver = await make.account("staff"), await make.account("approver")
    owner = await make.token("ideas:submit", "stats:read")
    entered = await make.idea(owner, title=TITLE, leader=LEADER, team=[MEMBER])
    screened = await make.moved(staff, entered, "start_screening", occurred_on="2025-11-20")
    reviewers = await make.reviewers(staff, screened)
    idea = await make.moved(staff, await make.read(staff, screened), "pass_screening", occurred_on="2025-11-21")
    for reviewer in reviewers:
        await make.review(reviewer, idea)
    idea = await make.moved(staff, await make.read(staff, idea), "close_review", occurred_on="2025-11-29")
    outside = {
        "officer": await make.account("commune_staff", BAC_HA),
        "reviewer": reviewers[0],
        "analyst": await make.account("analyst"),
        "reader": await make.token("ideas:read", "stats:read"),
        "owner": owner,
    }
    return staff, approver, outside, idea


async def _decide(make: Make, approver: Caller, staff: Caller, idea: dict[str, Any]) -> dict[str, Any]:
    """Accepted, to be published in three weeks."""
    panel = await make.panel(staff)
    decision = {"panel_id": panel["id"], "outcome": "accepted", "message": "Chúc mừng!", "publish_at": LATER}
    decided = await make.moved(approver, idea, "decide", **decision)
    assert decided["status"] == "accepted"
    return decided


def _questions(idea: dict[str, Any], caller: Caller, outside: dict[str, Caller]) -> tuple[str, ...]:
    if caller is outside["analyst"]:
        return FIGURES
    reviews = (
        "/v1/reviews/mine", f"/v1/ideas/{idea['id']}/reviews", f"/v1/ideas/{idea['id']}/reviews/mine",
        f"/v1/calls/{idea['call']['id']}/ranking?count=exact",
    )  # fmt: skip
    mine = (*_of_idea(idea), *LISTS)
    return {
        outside["reviewer"]: (*mine, *reviews, *TASKS),
        outside["officer"]: (*mine, *PEOPLE_LISTS, *PROJECT_LISTS, *FIGURES, *TASKS),
    }.get(caller, (*mine, *FIGURES))


def _of_idea(idea: dict[str, Any]) -> list[str]:
    return [f"/v1/ideas/{idea['id']}{part}" for part in OF_AN_IDEA]


def _secrets(idea: dict[str, Any]) -> set[str]:
    people = [idea["leader"], *idea["team"]]
    named = {person[key] for person in people for key in ("full_name", "person_id")}
    return named | {"Giàng", "Xuyến", "Quẩy", PHONE, BAC_HA, idea["locality"]["name"], idea["locality"]["id"]}


def _changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The questions that are answered otherwise now, with what the answer was and is."""
    return {question: (before[question], answer) for question, answer in after.items() if answer != before[question]}


def _named(path: str, hidden: Hidden) -> str:
    return "/".join(hidden.ids.get(part.strip("{}"), part) for part in path.split("/"))


def _nothing(hidden: Hidden) -> Hidden:
    return Hidden(**{name: uuid4() for name in hidden.ids})


async def _answers(caller: Caller, questions: Iterable[str]) -> dict[str, Any]:
    """Every answer as JSON, and where there is a table of it, as CSV too; in its sameness, not its moment."""
    answers: dict[str, Any] = {}
    for question in questions:
        answer = await caller.get(question)
        assert answer.status_code in {200, 400, 404}, f"{question}: {answer.text}"
        answers[question] = _plain(answer)
        table = await caller.get(question, headers={"accept": "text/csv"})
        assert table.status_code in {200, 400, 404, 406}, f"{question}: {table.text}"
        answers[f"{question} as CSV"] = _without_versions(table.text) if table.status_code == 200 else None
    return answers


async def _texts(caller: Caller, questions: Iterable[str]) -> dict[str, str]:
    """All that an answer says in each of its forms."""
    texts = {}
    for question in questions:
        for media in ("application/json", "text/csv", XLSX):
            answer = await caller.get(question, headers={"accept": media})
            assert answer.status_code in {200, 404, 406}, f"{question}: {answer.text}"
            texts[f"{question} as {media}"] = _unzipped(answer) if media == XLSX else answer.text
    return texts


def _unzipped(answer: httpx.Response) -> str:
    if answer.status_code != 200:
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def _plain(answer: httpx.Response) -> Any:
    """The body without what differs by the question's moment or address, and without the counter of changes:
    If-Match needs it, so it moves with a decision too, and tells no more than that somebody worked on the idea."""
    return _bare(answer.json())


def _without_versions(table: str) -> list[dict[str, str]]:
    return [{**row, "version": ""} for row in csv.DictReader(io.StringIO(table))]


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items() if key not in {"instance", "request_id", "version"}}
    return value


async def _ask(caller: Caller, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
    return await caller.request(method, path, headers={"if-match": "*"}, **({"json": body} if body else {}))


async def _public(world: World, idea: dict[str, Any]) -> dict[str, Any]:
    answer = await world.http.get(f"/v1/public/ideas/{idea['tracking_code']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _done(answer: Any, status: int = 201) -> dict[str, Any]:
    given = await answer
    assert given.status_code == status, given.text
    return dict(given.json())
