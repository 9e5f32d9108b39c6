"""Applications for loans: entering, the way to the bank, and who sees what of them."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from incubator.audit import AuditEntry
from tests.factories import BAC_HA, Y_TY, Caller, World
from tests.loans.stage import LoanStage, set_loans
from tests.team import Team

PATH = "/v1/loan-applications"
TODAY = "2025-11-30"


def body(loans: LoanStage, **more: Any) -> dict[str, Any]:
    return {
        "household_id": str(loans.household), "applicant_id": str(loans.head), "programme_id": str(loans.programme),
        "group_id": str(loans.group), "asked_vnd": 50_000_000, "months": 36, "purpose": "Mua hai con trâu", **more,
    }  # fmt: skip


async def entered(loans: LoanStage, caller: Caller | None = None, **more: Any) -> dict[str, Any]:
    answer = await (caller or loans.officer).post(PATH, body(loans, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def step(caller: Caller, application: dict[str, Any], action: str, **more: Any) -> httpx.Response:
    headers = {"if-match": f'"{application["version"]}"'}
    return await caller.post(f"{PATH}/{application['id']}/transitions", {"action": action, **more}, headers=headers)


async def moved(caller: Caller, application: dict[str, Any], action: str, **more: Any) -> dict[str, Any]:
    answer = await step(caller, application, action, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def edit(caller: Caller, application: dict[str, Any], **changes: Any) -> httpx.Response:
    headers = {"if-match": f'"{application["version"]}"'}
    return await caller.patch(f"{PATH}/{application['id']}", changes, headers=headers)


async def history(loans: LoanStage, application: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await loans.staff.get(f"{PATH}/{application['id']}/transitions")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["rule"]


async def test_an_application_goes_from_the_household_to_the_bank(loans: LoanStage) -> None:
    application = await entered(loans)
    assert (application["status"], application["version"]) == ("draft", 1)
    assert (application["applicant"]["id"], application["group"]["id"]) == (str(loans.head), str(loans.group))
    assert (application["applied_on"], application["locality"]["code"]) == (TODAY, BAC_HA)
    assert application["allowed_actions"] == ["submit", "withdraw"]
    application = await moved(loans.officer, application, "submit")
    assert application["allowed_actions"] == ["approve_by_group", "reject", "withdraw"]
    application = await moved(loans.officer, application, "approve_by_group")
    application = await moved(loans.officer, application, "certify")
    assert (application["status"], application["allowed_actions"]) == ("commune_certified", ["reject", "withdraw"])
    refused = await step(loans.officer, application, "approve_by_bank")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    application = await moved(loans.staff, application, "approve_by_bank")
    assert (application["status"], application["allowed_actions"]) == ("bank_approved", [])
    rows = await history(loans, application)
    assert [(row["action"], row["from_status"], row["to_status"]) for row in rows] == [
        ("enter", None, "draft"),
        ("submit", "draft", "submitted"),
        ("approve_by_group", "submitted", "group_approved"),
        ("certify", "group_approved", "commune_certified"),
        ("approve_by_bank", "commune_certified", "bank_approved"),
    ]
    assert (rows[-1]["actor"], rows[0]["actor"]) == (loans.staff.username, loans.officer.username)


async def test_an_application_may_be_handed_in_at_once(loans: LoanStage) -> None:
    application = await entered(loans, submit=True, applied_on="2025-11-03")
    assert (application["status"], application["applied_on"], application["moved_on"]) == (
        "submitted", "2025-11-03", "2025-11-03",
    )  # fmt: skip
    assert [row["action"] for row in await history(loans, application)] == ["enter", "submit"]


async def test_the_same_key_enters_one_application(loans: LoanStage) -> None:
    headers = {"idempotency-key": str(uuid4())}
    first = await loans.officer.post(PATH, body(loans), headers=headers)
    again = await loans.officer.post(PATH, body(loans), headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert first.headers["location"] == f"{PATH}/{first.json()['id']}"


async def test_without_a_group_the_commune_certifies_at_once(loans: LoanStage) -> None:
    application = await entered(loans, group_id=None, submit=True)
    assert application["allowed_actions"] == ["certify", "reject", "withdraw"]
    assert refusal(await step(loans.officer, application, "approve_by_group")) == (422, "application_without_group")
    assert (await moved(loans.officer, application, "certify"))["status"] == "commune_certified"
    grouped = await entered(loans, submit=True)
    assert refusal(await step(loans.officer, grouped, "certify")) == (422, "group_approves_first")


async def test_an_application_ends_with_a_reason(loans: LoanStage) -> None:
    for action, status in (("reject", "rejected"), ("withdraw", "withdrawn")):
        application = await entered(loans, submit=True)
        without = await step(loans.officer, application, action)
        assert (without.status_code, without.json()["errors"][0]["pointer"]) == (400, "/reason")
        application = await moved(loans.officer, application, action, reason="Hộ đổi ý")
        assert (application["status"], application["allowed_actions"]) == (status, [])
        assert (await history(loans, application))[-1]["reason"] == "Hộ đổi ý"
        late = await step(loans.officer, application, "submit")
        assert (late.status_code, late.json()["code"]) == (409, "invalid_transition")


async def test_the_last_step_is_taken_back(loans: LoanStage) -> None:
    application = await moved(loans.officer, await entered(loans, applied_on="2025-11-03"), "submit")
    application = await moved(loans.officer, application, "reject", reason="Thiếu giấy")
    application = await moved(loans.officer, application, "void", reason="Nhầm hồ sơ")
    assert application["status"] == "submitted"
    application = await moved(loans.officer, application, "void", reason="Nhầm hồ sơ")
    assert (application["status"], application["moved_on"]) == ("draft", "2025-11-03")
    refused = await step(loans.officer, application, "void", reason="Bỏ luôn")
    assert refusal(refused) == (422, "application_entry_not_voidable")
    rows = await history(loans, application)
    assert [row["action"] for row in rows] == ["enter", "submit", "reject", "void", "void"]
    assert [row["voids_id"] for row in rows[3:]] == [rows[2]["id"], rows[1]["id"]]


async def test_the_banks_approval_is_taken_back_by_who_may_give_it_and_before_the_loan(loans: LoanStage) -> None:
    application = await entered(loans, submit=True)
    for action in ("approve_by_group", "certify"):
        application = await moved(loans.officer, application, action)
    application = await moved(loans.staff, application, "approve_by_bank")
    assert (await step(loans.officer, application, "void", reason="Nhầm")).status_code == 403
    contract = {
        "application_id": application["id"], "contract_no": "HD-1", "approved_vnd": 50_000_000,
        "approved_on": TODAY, "maturity_on": "2028-11-30",
    }  # fmt: skip
    loan = await loans.staff.post("/v1/loans", contract)
    assert loan.status_code == 201, loan.text
    read = (await loans.staff.get(f"{PATH}/{application['id']}")).json()
    assert read["loan_id"] == loan.json()["id"]
    assert refusal(await step(loans.staff, application, "void", reason="Nhầm")) == (422, "application_has_loan")
    cancelled = await loans.staff.post(
        f"/v1/loans/{read['loan_id']}/cancellation", {"reason": "Hộ đổi ý"}, headers={"if-match": '"1"'}
    )
    assert cancelled.status_code == 200, cancelled.text
    assert (await loans.staff.get(f"{PATH}/{application['id']}")).json()["loan_id"] is None
    assert (await moved(loans.staff, application, "void", reason="Nhầm"))["status"] == "commune_certified"


async def test_a_programme_has_limits_and_days(loans: LoanStage) -> None:
    much = await loans.officer.post(PATH, body(loans, asked_vnd=100_000_001))
    assert refusal(much) == (422, "over_programme_amount")
    assert "at most 100,000,000 VND" in much.json()["detail"]
    assert refusal(await loans.officer.post(PATH, body(loans, months=121))) == (422, "over_programme_term")
    ended = await loans.offer(ends_on=date(2025, 11, 29))
    answer = await loans.officer.post(PATH, body(loans, programme_id=str(ended)))
    assert refusal(answer) == (422, "programme_not_open")
    draft = await entered(loans, programme_id=str(ended), applied_on="2025-11-29")
    assert refusal(await step(loans.officer, draft, "submit")) == (422, "programme_not_open")
    assert (await step(loans.officer, draft, "submit", occurred_on="2025-11-29")).status_code == 200
    free = await loans.offer(max_vnd=None, max_months=None)
    assert (await entered(loans, programme_id=str(free), asked_vnd=10**13, months=600))["months"] == 600


async def test_somebody_of_the_household_applies(loans: LoanStage) -> None:
    gone = await loans.living(loans.household, "child", until=date(2025, 11, 29))
    for person in (gone, await loans.person(), uuid4()):
        answer = await loans.officer.post(PATH, body(loans, applicant_id=str(person)))
        assert refusal(answer) == (422, "applicant_not_in_household")
    draft = await entered(loans, applicant_id=str(gone), applied_on="2025-11-29")
    assert refusal(await step(loans.officer, draft, "submit")) == (422, "applicant_not_in_household")
    assert (await step(loans.officer, draft, "submit", occurred_on="2025-11-29")).status_code == 200


async def test_the_household_belongs_to_the_group_that_approves(loans: LoanStage) -> None:
    late = await loans.circle(since=date(2025, 6, 1))
    outside = await loans.home()
    more: dict[str, Any] = {
        "household_id": str(outside),
        "applicant_id": str(await loans.head_of(outside)),
        "group_id": str(late),
    }
    assert refusal(await loans.officer.post(PATH, body(loans, **more))) == (422, "household_not_in_group")
    await loans.joined(late, outside, date(2025, 11, 1))
    early = await loans.officer.post(PATH, body(loans, **more, applied_on="2025-10-31"))
    assert refusal(early) == (422, "household_not_in_group")
    application = await entered(loans, **more, submit=True)
    assert refusal(await step(loans.officer, application, "approve_by_group")) == (422, "group_too_small")
    for _ in range(4):
        await loans.joined(late, await loans.home(), date(2025, 11, 30))
    assert (await step(loans.officer, application, "approve_by_group")).status_code == 200


async def test_what_an_application_names_must_be_there_and_seen(loans: LoanStage, team: Team) -> None:
    far_home = await loans.home("00691")
    nobody = str(uuid4())
    for field, value in {
        "household_id": str(far_home), "programme_id": nobody, "group_id": nobody, "project_id": nobody,
    }.items():  # fmt: skip
        answer = await loans.officer.post(PATH, body(loans, **{field: value}))
        assert answer.status_code == 400, answer.text
        assert [(e["code"], e["pointer"]) for e in answer.json()["errors"]] == [("not_found", f"/{field}")]
    project = await team.project()
    application = await entered(loans, project_id=project["id"])
    assert application["project_id"] == project["id"]


@pytest.mark.parametrize(
    ("more", "status", "what"),
    [
        ({"applied_on": "2025-12-01"}, 422, "day_in_future"),
        ({"applied_on": "1999-12-31"}, 400, "/applied_on"),
        ({"applied_on": "9999-12-31"}, 400, "/applied_on"),
        ({"asked_vnd": 0}, 400, "/asked_vnd"),
        ({"asked_vnd": 10**13 + 1}, 400, "/asked_vnd"),
        ({"months": 601}, 400, "/months"),
        ({"purpose": " "}, 400, "/purpose"),
    ],
)
async def test_days_and_amounts_have_limits(loans: LoanStage, more: dict[str, Any], status: int, what: str) -> None:
    answer = await loans.officer.post(PATH, body(loans, **more))
    told = answer.json()
    assert answer.status_code == status, answer.text
    assert what in {told.get("rule"), *(error["pointer"] for error in told.get("errors", []))}


@pytest.mark.parametrize(
    ("occurred_on", "rule"), [("2025-12-01", "day_in_future"), ("2025-11-02", "day_before_previous_move")]
)
async def test_a_step_is_neither_ahead_nor_before_the_last_one(loans: LoanStage, occurred_on: str, rule: str) -> None:
    application = await entered(loans, submit=True, applied_on="2025-11-03")
    refused = await step(loans.officer, application, "reject", reason="Thiếu giấy", occurred_on=occurred_on)
    assert refusal(refused) == (422, rule)


async def test_a_draft_is_changed(loans: LoanStage) -> None:
    draft = await entered(loans)
    spouse, offer = await loans.living(loans.household, "spouse"), await loans.offer()
    path = f"{PATH}/{draft['id']}"
    assert (await loans.officer.patch(path, {"months": 24})).status_code == 428
    answer = await edit(
        loans.officer, draft, applicant_id=str(spouse), programme_id=str(offer), group_id=None, asked_vnd=30_000_000,
        months=24, purpose="Nuôi lợn đen",
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert (changed["version"], changed["group"], changed["asked_vnd"]) == (2, None, 30_000_000)
    assert (changed["applicant"]["id"], changed["programme"]["id"]) == (str(spouse), str(offer))
    assert (changed["months"], changed["purpose"]) == (24, "Nuôi lợn đen")
    assert (await edit(loans.officer, draft, months=25)).status_code == 412
    assert refusal(await edit(loans.officer, changed, months=121)) == (422, "over_programme_term")
    for field in ("programme_id", "group_id", "project_id"):
        wrong = await edit(loans.officer, changed, **{field: str(uuid4())})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, f"/{field}")
    submitted = await moved(loans.officer, changed, "submit")
    assert refusal(await edit(loans.officer, submitted, months=25)) == (422, "application_fixed")


async def test_a_patch_that_says_nothing_new_leaves_no_trace(loans: LoanStage) -> None:
    draft = await entered(loans)
    for changes in ({}, {"months": 36, "purpose": "Mua hai con trâu", "group_id": str(loans.group)}):
        answer = await edit(loans.officer, draft, **changes)
        assert (answer.status_code, answer.json()) == (200, draft)
    await edit(loans.officer, draft, months=24, asked_vnd=50_000_000)
    async with loans.world.database.begin() as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.action == "edit"))
        assert [row.details for row in rows] == [{"fields": ["months"]}]


async def test_amounts_are_for_grants_that_open_sensitive_fields(loans: LoanStage) -> None:
    application = await entered(loans)
    hidden = (await loans.plain.get(f"{PATH}/{application['id']}")).json()
    assert (hidden["asked_vnd"], hidden["amounts_hidden"]) == (None, True)
    rows = [(await caller.get(PATH)).json()["items"][0] for caller in (loans.officer, loans.plain)]
    assert [row["asked_vnd"] for row in rows] == [50_000_000, None]
    for refused in (await loans.plain.post(PATH, body(loans)), await edit(loans.plain, hidden, months=24)):
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    submitted = await moved(loans.plain, hidden, "submit")
    assert (submitted["status"], submitted["asked_vnd"]) == ("submitted", None)


async def test_an_application_elsewhere_is_not_there(loans: LoanStage) -> None:
    application = await entered(loans)
    stranger = await loans.world.make.account("commune_staff", Y_TY, sensitive=True)
    for path in (f"{PATH}/{application['id']}", f"{PATH}/{application['id']}/transitions"):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get(PATH)).json()["items"] == []
    assert (await step(stranger, application, "submit")).status_code == 404
    assert (await edit(stranger, application, months=24)).status_code == 404
    refused = await stranger.post(PATH, body(loans))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/household_id")


async def test_applications_are_found_by_every_filter(loans: LoanStage) -> None:
    second, offer = loans.households[1], await loans.offer()
    first = (await entered(loans))["id"]
    other = (
        await entered(
            loans, household_id=str(second), applicant_id=str(await loans.head_of(second)), programme_id=str(offer),
            group_id=None, submit=True,
        )
    )["id"]  # fmt: skip
    for query, found in {
        "": [other, first],
        "status=draft": [first],
        "status=draft&status=submitted": [other, first],
        f"household_id={second}": [other],
        f"applicant_id={loans.head}": [first],
        f"programme_id={offer}": [other],
        f"group_id={loans.group}": [first],
        f"project_id={uuid4()}": [],
        f"locality_code={BAC_HA}&status=submitted": [other],
        f"locality_code={Y_TY}": [],
    }.items():
        answer = await loans.staff.get(f"{PATH}?{query}")
        assert (query, [row["id"] for row in answer.json()["items"]]) == (query, found)
    table = await loans.staff.get(PATH, headers={"accept": "text/csv"})
    assert table.text.count("50000000") == 2


async def test_each_look_leaves_a_row(loans: LoanStage) -> None:
    application = await entered(loans)
    await loans.staff.get(f"{PATH}/{application['id']}")
    await loans.staff.get(f"{PATH}/{application['id']}/transitions")
    await loans.staff.get(f"{PATH}?applicant_id={loans.head}")
    async with loans.world.database.begin() as session:
        rows = await session.scalars(
            select(AuditEntry).where(AuditEntry.action == "read_loans").order_by(AuditEntry.id)
        )
        seen = [(row.subject_type, str(row.subject_id)) for row in rows]
    id_ = application["id"]
    assert seen == [("loan_application", id_), ("loan_application", id_), ("person", str(loans.head))]


async def test_of_ten_steps_at_once_one_is_made(committed: World) -> None:
    loans = await set_loans(committed)
    application = await entered(loans, submit=True)
    answers = await asyncio.gather(*(step(loans.officer, application, "approve_by_group") for _ in range(10)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 409, 412}


async def test_of_ten_loans_at_once_of_one_application_one_is_entered(committed: World) -> None:
    loans = await set_loans(committed)
    application = await loans.application()
    contract = {
        "application_id": str(application), "approved_vnd": 50_000_000, "approved_on": "2025-01-15",
        "maturity_on": "2028-01-15",
    }  # fmt: skip
    answers = await asyncio.gather(
        *(loans.staff.post("/v1/loans", {**contract, "contract_no": f"HD-{n}"}) for n in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
