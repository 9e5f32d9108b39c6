"""The ledger of outcomes: who adds rows, what they say, and how a later row corrects an earlier one."""

import asyncio
import csv
import io
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.audit import AuditEntry
from incubator.mentoring.labels import VOCABULARIES
from incubator.mentoring.outcomes.models import OutcomeKind
from tests.factories import BAC_HA, Y_TY, Caller, Make, World
from tests.team import TODAY, Team, gather_team

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAPER = {"occurred_on": TODAY, "evidence": "Biên bản ngày 30/11/2025"}
JOBS = {"kind": "jobs", "jobs": 4, **PAPER}
WHY = {"reason": "Ghi nhầm số"}
KINDS: list[dict[str, Any]] = [
    {"kind": "revenue_vnd", "period_from": "2025-10-01", "amount_vnd": 45_000_000},
    {"kind": "jobs", "jobs": 4},
    {"kind": "ocop_star", "stars": 3},
    {"kind": "cooperative_registered", "reference": "100703000123"},
    {"kind": "market_contract", "reference": "12/2025/HĐMB", "amount_vnd": 120_000_000},
    {"kind": "loan_received", "reference": "HĐTD 77/2025"},
    {"kind": "prize", "reference": "Giải nhì", "amount_vnd": 10_000_000},
    {"kind": "other", "note": "Được báo tỉnh viết bài"},
]


def ledger(project: dict[str, Any]) -> str:
    return f"/v1/projects/{project['id']}/outcomes"


async def recorded(caller: Caller, project: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await caller.post(ledger(project), {**JOBS, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(caller: Caller, project: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    answer = await caller.get(f"{ledger(project)}?{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def rule(answer: httpx.Response) -> str:
    assert answer.status_code == 422, answer.text
    return str(answer.json()["rule"])


def pointer(answer: httpx.Response) -> tuple[str, str]:
    assert answer.status_code == 400, answer.text
    [error] = answer.json()["errors"]
    return error["pointer"], error["code"]


@pytest.mark.parametrize("body", KINDS, ids=lambda body: body["kind"])
async def test_each_kind_is_recorded_with_what_belongs_to_it(team: Team, body: dict[str, Any]) -> None:
    project = await team.project()
    answer = await team.staff.post(ledger(project), {**PAPER, **body})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert {name: made[name] for name in body} == body
    empty = {"period_from", "amount_vnd", "jobs", "stars", "reference", "note"} - body.keys()
    assert not [name for name in empty if made[name] is not None]
    assert (made["is_standing"], made["is_withdrawal"], made["recorded_by"]) == (True, False, team.staff.username)
    read = await team.staff.get(answer.headers["location"])
    assert (read.json(), read.headers["etag"]) == (made, answer.headers["etag"])


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"kind": "revenue_vnd", "period_from": "2025-10-01"}, ("/amount_vnd", "required")),
        ({"kind": "revenue_vnd", "amount_vnd": 1}, ("/period_from", "required")),
        ({"kind": "revenue_vnd", "period_from": "2025-10-01", "amount_vnd": 0}, ("/amount_vnd", "out_of_range")),
        ({"kind": "market_contract", "reference": "1", "amount_vnd": 2**53}, ("/amount_vnd", "out_of_range")),
        ({"kind": "loan_received", "reference": "1", "amount_vnd": 5}, ("/amount_vnd", "unknown_field")),
        ({"kind": "ocop_star", "stars": 6}, ("/stars", "out_of_range")),
        ({"kind": "jobs", "jobs": 0}, ("/jobs", "out_of_range")),
        ({"kind": "other"}, ("/note", "required")),
        ({"kind": "luck"}, ("/kind", "not_in_enum")),
        ({**JOBS, "evidence": ""}, ("/evidence", "too_short")),
        ({**JOBS, "evidence_link": "ftp://example.vn/a.pdf"}, ("/evidence_link", "bad_format")),
        ({**JOBS, "corrects_id": str(uuid4())}, ("/reason", "required")),
        ({**JOBS, **WHY}, ("/corrects_id", "required")),
        ({**JOBS, **WHY, "corrects_id": str(uuid4())}, ("/corrects_id", "not_found")),
    ],
)
async def test_a_wrong_field_is_named(team: Team, body: dict[str, Any], wrong: tuple[str, str]) -> None:
    project = await team.project()
    assert pointer(await team.staff.post(ledger(project), {**PAPER, **body})) == wrong
    assert await listed(team.staff, project, "standing=false") == []


@pytest.mark.parametrize(
    ("days", "broken"),
    [
        ({"occurred_on": "2025-12-01"}, "day_in_future"),
        ({"occurred_on": "9999-12-31"}, "day_in_future"),
        ({"occurred_on": "1999-12-31", "period_from": "1999-12-01"}, "outcome_before_founding"),
        ({"occurred_on": "2025-05-31", "period_from": "2025-05-01"}, "outcome_before_founding"),
        ({"occurred_on": "2025-09-30", "period_from": "1999-12-31"}, "outcome_too_long_ago"),
        ({"occurred_on": "2025-09-30", "period_from": "0001-01-01"}, "outcome_too_long_ago"),
        ({"occurred_on": "2025-09-30", "period_from": "2025-10-01"}, "outcome_period_reversed"),
    ],
)
async def test_an_outcome_lies_behind_us_and_in_the_life_of_the_project(
    team: Team, days: dict[str, str], broken: str
) -> None:
    project = await team.old_project(since="2025-06-01")
    revenue = {"kind": "revenue_vnd", "period_from": "2025-07-01", "amount_vnd": 9, "evidence": "Sổ bán hàng"}
    assert rule(await team.staff.post(ledger(project), {**revenue, **days})) == broken


async def test_an_outcome_of_the_day_of_founding_counts_a_period_before_it(team: Team) -> None:
    project = await team.old_project(since="2025-06-01")
    harvest = {"kind": "revenue_vnd", "occurred_on": "2025-06-01", "period_from": "2025-01-01", "amount_vnd": 9}
    assert (await team.staff.post(ledger(project), {**harvest, "evidence": "Sổ bán hàng"})).status_code == 201


async def test_a_correction_does_not_put_an_outcome_before_the_founding(team: Team) -> None:
    project = await team.project()
    row = await recorded(team.staff, project)
    body = {**JOBS, **WHY, "corrects_id": row["id"], "occurred_on": "2025-11-29"}
    assert rule(await team.staff.post(ledger(project), body)) == "outcome_before_founding"


@pytest.mark.parametrize("link", ["http://example.vn/a.pdf", "https://example.vn/a.pdf"])
async def test_a_copy_of_the_evidence_has_an_address(team: Team, link: str) -> None:
    row = await recorded(team.staff, await team.project(), evidence_link=link)
    assert row["evidence_link"] == link


async def test_a_correction_replaces_a_row_and_the_ledger_keeps_both(team: Team) -> None:
    project = await team.project()
    wrong = await recorded(team.staff, project)
    right = await recorded(team.staff, project, jobs=3, corrects_id=wrong["id"], **WHY)
    assert (right["corrects_id"], right["reason"]) == (wrong["id"], "Ghi nhầm số")
    assert [row["id"] for row in await listed(team.staff, project)] == [right["id"]]
    both = await listed(team.staff, project, "standing=false")
    assert [(row["id"], row["is_standing"], row["corrected_by_id"]) for row in both] == [
        (right["id"], True, None),
        (wrong["id"], False, right["id"]),
    ]
    old = (await team.staff.get(f"{ledger(project)}/{wrong['id']}")).json()
    assert (old["jobs"], old["corrected_by_id"]) == (4, right["id"])


async def test_a_correction_may_say_that_it_was_of_another_kind(team: Team) -> None:
    project = await team.project()
    wrong = await recorded(team.staff, project)
    contract = {"kind": "market_contract", "reference": "12/2025", "corrects_id": wrong["id"], **PAPER, **WHY}
    assert (await team.staff.post(ledger(project), contract)).status_code == 201
    assert [row["kind"] for row in await listed(team.staff, project)] == ["market_contract"]


async def test_only_the_last_row_of_a_chain_is_corrected(team: Team) -> None:
    project = await team.project()
    first = await recorded(team.staff, project)
    second = await recorded(team.staff, project, jobs=3, corrects_id=first["id"], **WHY)
    for body in ({**JOBS, **WHY}, {"kind": "withdrawal", **WHY}):
        refused = await team.staff.post(ledger(project), {**body, "corrects_id": first["id"]})
        assert rule(refused) == "outcome_already_corrected"
        assert second["id"] in refused.json()["detail"]
    third = await recorded(team.staff, project, jobs=2, corrects_id=second["id"], **WHY)
    assert [row["id"] for row in await listed(team.staff, project)] == [third["id"]]


async def test_a_row_is_taken_back_and_what_was_taken_back_recorded_again(team: Team) -> None:
    project = await team.project()
    wrong = await recorded(team.staff, project)
    withdrawal = {"kind": "withdrawal", "corrects_id": wrong["id"], **WHY}
    answer = await team.staff.post(ledger(project), withdrawal)
    assert answer.status_code == 201, answer.text
    row = answer.json()
    assert (row["kind"], row["jobs"], row["is_withdrawal"], row["is_standing"]) == ("jobs", 4, True, False)
    assert await listed(team.staff, project) == []
    assert len(await listed(team.staff, project, "standing=false")) == 2
    twice = {"kind": "withdrawal", "corrects_id": row["id"], **WHY}
    assert rule(await team.staff.post(ledger(project), twice)) == "outcome_already_withdrawn"
    again = await recorded(team.staff, project, corrects_id=row["id"], **WHY)
    assert [row["id"] for row in await listed(team.staff, project)] == [again["id"]]


async def test_a_withdrawal_says_which_row_and_why(team: Team) -> None:
    project = await team.project()
    row = await recorded(team.staff, project)
    assert pointer(await team.staff.post(ledger(project), {"kind": "withdrawal", **WHY})) == (
        "/corrects_id",
        "required",
    )
    without = {"kind": "withdrawal", "corrects_id": row["id"]}
    assert pointer(await team.staff.post(ledger(project), without)) == ("/reason", "required")


async def test_a_row_of_another_project_is_not_found(team: Team) -> None:
    project, other = await team.project(), await team.project()
    row = await recorded(team.staff, project)
    body = {**JOBS, **WHY, "corrects_id": row["id"]}
    assert pointer(await team.staff.post(ledger(other), body)) == ("/corrects_id", "not_found")
    assert (await team.staff.get(f"{ledger(other)}/{row['id']}")).status_code == 404
    assert await listed(team.staff, other) == []


async def test_rows_are_filtered_by_kind_and_paged(team: Team) -> None:
    project = await team.project()
    made = [await recorded(team.staff, project, jobs=jobs) for jobs in (1, 2, 3)]
    prize = await team.staff.post(ledger(project), {"kind": "prize", **PAPER})
    assert [row["id"] for row in await listed(team.staff, project, "kind=prize")] == [prize.json()["id"]]
    first = (await team.staff.get(f"{ledger(project)}?kind=jobs&limit=2&count=exact")).json()
    assert (first["total"], [row["jobs"] for row in first["items"]]) == (3, [3, 2])
    rest = (await team.staff.get(f"{ledger(project)}?kind=jobs&limit=2&cursor={first['next_cursor']}")).json()
    assert [row["id"] for row in rest["items"]] == [made[0]["id"]]


async def test_the_ledger_is_exported(team: Team) -> None:
    project = await team.project()
    row = await recorded(team.staff, project)
    table = await team.staff.get(ledger(project), headers={"accept": "text/csv"})
    [line] = csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff")))
    assert (line["id"], line["kind"], line["jobs"], line["evidence"]) == (row["id"], "jobs", "4", PAPER["evidence"])
    workbook = await team.staff.get(ledger(project), headers={"accept": XLSX})
    assert (workbook.status_code, workbook.content[:2]) == (200, b"PK")


async def test_mentors_and_staff_write_and_followers_read(team: Team, make: Make) -> None:
    project = await team.project()
    await team.assign(project)
    row = await recorded(team.mentor, project)
    officer = await make.account("commune_staff", BAC_HA)
    for reader in (team.approver, officer):
        assert [item["id"] for item in await listed(reader, project)] == [row["id"]]
        assert (await reader.post(ledger(project), JOBS)).status_code == 403
    elsewhere = [
        await make.account("commune_staff", Y_TY),
        await make.account("mentor"),
        await make.account("staff", "01"),
    ]
    for stranger in elsewhere:
        assert (await stranger.get(ledger(project))).status_code == 404
        assert (await stranger.get(f"{ledger(project)}/{row['id']}")).status_code == 404
    for stranger in elsewhere[1:]:
        assert (await stranger.post(ledger(project), JOBS)).status_code == 404


async def test_a_mentor_who_left_writes_no_more(team: Team) -> None:
    project = await team.project()
    assignment = await team.assign(project)
    await recorded(team.mentor, project)
    await team.end(assignment)
    assert (await team.mentor.post(ledger(project), JOBS)).status_code == 404
    assert (await team.mentor.get(ledger(project))).status_code == 404


async def test_the_same_outcome_with_one_key_is_one_row(team: Team) -> None:
    project, key = await team.project(), {"idempotency-key": str(uuid4())}
    first = await team.staff.post(ledger(project), JOBS, headers=key)
    again = await team.staff.post(ledger(project), JOBS, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(await listed(team.staff, project)) == 1


async def test_the_trail_tells_of_rows_without_amounts(team: Team, session: AsyncSession) -> None:
    project = await team.project()
    made = (await team.staff.post(ledger(project), {**PAPER, **KINDS[0]})).json()
    entry = (await session.scalars(select(AuditEntry).where(AuditEntry.subject_id == UUID(made["id"])))).one()
    assert (entry.action, entry.subject_type) == ("record", "project_outcome")
    assert entry.details == {"project_id": project["id"], "kind": "revenue_vnd"}


async def test_no_row_is_ever_changed(team: Team, session: AsyncSession) -> None:
    await recorded(team.staff, await team.project())
    with pytest.raises(DBAPIError, match="project_outcome"):
        await session.execute(text("UPDATE project_outcome SET jobs = 40"))


async def test_of_twenty_corrections_of_a_row_at_once_one_holds(committed: World) -> None:
    team = await gather_team(committed.make)
    project = await team.project()
    row = await recorded(team.staff, project)
    body = {**JOBS, **WHY, "corrects_id": row["id"]}
    answers = await asyncio.gather(*(team.staff.post(ledger(project), body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 19
    assert len(await listed(team.staff, project)) == 1


def test_every_kind_has_its_words() -> None:
    assert list(VOCABULARIES["outcome_kind"]) == list(OutcomeKind)
