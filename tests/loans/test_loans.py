"""Loans as the lender granted them: entering, correcting, cancelling, listing, and their own rates."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from incubator.audit import AuditEntry
from tests.factories import BAC_HA, Y_TY, Caller, World
from tests.loans.stage import LoanStage, set_loans
from tests.team import Team

APPROVED = date(2025, 1, 15)


def body(loans: LoanStage, **more: Any) -> dict[str, Any]:
    return {
        "contract_no": "6600000712345678", "programme_id": str(loans.programme), "household_id": str(loans.household),
        "borrower_id": str(loans.head), "group_id": str(loans.group), "approved_vnd": 50_000_000,
        "approved_on": "2025-01-15", "maturity_on": "2028-01-15", **more,
    }  # fmt: skip


async def added(loans: LoanStage, caller: Caller | None = None, **more: Any) -> dict[str, Any]:
    answer = await (caller or loans.staff).post("/v1/loans", body(loans, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def read(caller: Caller, loan_id: Any, query: str = "") -> dict[str, Any]:
    answer = await caller.get(f"/v1/loans/{loan_id}{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def edit(caller: Caller, loan: dict[str, Any], **changes: Any) -> httpx.Response:
    headers = {"if-match": f'"{loan["version"]}"'}
    return await caller.patch(f"/v1/loans/{loan['id']}", changes, headers=headers)


async def cancel(caller: Caller, loan: dict[str, Any], **more: Any) -> httpx.Response:
    headers = {"if-match": f'"{loan["version"]}"'}
    return await caller.post(f"/v1/loans/{loan['id']}/cancellation", {"reason": "Hộ đổi ý", **more}, headers=headers)


async def put_rate(caller: Caller, loan: dict[str, Any], day: str, rate_ppm: int | None) -> httpx.Response:
    headers = {"if-match": f'"{loan["version"]}"'}
    return await caller.put(f"/v1/loans/{loan['id']}/rates/{day}", {"rate_ppm": rate_ppm}, headers=headers)


async def listed(caller: Caller, query: str = "") -> list[str]:
    answer = await caller.get(f"/v1/loans{query}")
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["items"]]


async def trail(loans: LoanStage, action: str) -> list[AuditEntry]:
    async with loans.world.database.begin() as session:
        rows = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
        return list(await session.scalars(rows))


async def test_a_loan_is_entered_with_its_programme_household_and_group(loans: LoanStage) -> None:
    loan = await added(loans, contract_no="  6600 \t 0712 ")
    assert (loan["contract_no"], loan["status"], loan["version"]) == ("6600 0712", "approved", 1)
    assert loan["lender"]["id"] == str(loans.lender)
    assert loan["programme"]["id"] == str(loans.programme)
    assert (loan["household_id"], loan["borrower"]["id"]) == (str(loans.household), str(loans.head))
    assert loan["group"]["id"] == str(loans.group)
    assert loan["locality"]["code"] == BAC_HA
    assert (loan["approved_vnd"], loan["disbursed_vnd"], loan["outstanding_vnd"]) == (50_000_000, 0, 0)
    assert (loan["as_of"], loan["known_at"], loan["register_basis"]) == ("2025-11-30", None, "today")
    assert loan["rate"] == {"rate_ppm": 66_000, "source": "programme", "from_on": "2019-01-01"}
    assert loan["matures_on"] == loan["maturity_on"] == "2028-01-15"
    assert (loan["warnings"], loan["amounts_hidden"]) == ([], False)
    assert await read(loans.staff, loan["id"]) == loan
    assert [row.subject_id for row in await trail(loans, "add")] == [UUID(loan["id"])]


async def test_the_same_key_enters_one_loan(loans: LoanStage) -> None:
    headers = {"idempotency-key": str(uuid4())}
    first = await loans.staff.post("/v1/loans", body(loans), headers=headers)
    again = await loans.staff.post("/v1/loans", body(loans), headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert first.headers["location"] == f"/v1/loans/{first.json()['id']}"


async def test_a_loan_without_an_application_needs_its_parties(loans: LoanStage) -> None:
    few = {name: body(loans)[name] for name in ("contract_no", "approved_vnd", "approved_on", "maturity_on")}
    answer = await loans.staff.post("/v1/loans", few)
    assert answer.status_code == 400
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [
        ("required", "/programme_id"), ("required", "/household_id"), ("required", "/borrower_id"),
    ]  # fmt: skip


async def test_what_a_loan_names_must_be_there_and_seen(loans: LoanStage, team: Team) -> None:
    far_home = await loans.home("00691")
    nobody = str(uuid4())
    for field, value in {
        "programme_id": nobody, "household_id": str(far_home), "borrower_id": nobody, "group_id": nobody,
        "project_id": nobody,
    }.items():  # fmt: skip
        answer = await loans.staff.post("/v1/loans", body(loans, **{field: value}))
        assert answer.status_code == 400, answer.text
        assert [(e["code"], e["pointer"]) for e in answer.json()["errors"]] == [("not_found", f"/{field}")]
    project = await team.project()
    loan = await added(loans, project_id=project["id"])
    assert loan["project_id"] == project["id"]
    assert await listed(loans.staff, f"?project_id={project['id']}") == [loan["id"]]


async def test_the_lender_is_that_of_the_programme(loans: LoanStage) -> None:
    other = await loans.lending()
    answer = await loans.staff.post("/v1/loans", body(loans, lender_id=str(other)))
    assert (answer.status_code, answer.json()["rule"]) == (422, "programme_of_other_lender")
    assert (await added(loans, lender_id=str(loans.lender)))["lender"]["id"] == str(loans.lender)


async def test_a_lender_has_a_contract_number_once(loans: LoanStage) -> None:
    loan = await added(loans)
    again = await loans.staff.post("/v1/loans", body(loans, contract_no=" 6600000712345678 "))
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    assert again.json()["errors"][0]["pointer"] == "/contract_no"
    other = await loans.offer(lender_id=await loans.lending())
    assert (await added(loans, programme_id=str(other)))["contract_no"] == loan["contract_no"]
    second = await added(loans, contract_no="HD-2")
    refused = await edit(loans.staff, second, contract_no=loan["contract_no"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (409, "/contract_no")
    assert (await edit(loans.staff, second, contract_no="HD-2")).status_code == 200


async def test_a_contract_number_has_one_spelling(loans: LoanStage) -> None:
    loan = await added(loans, contract_no=" rv – ４ ")
    assert loan["contract_no"] == "RV - 4"
    again = await loans.staff.post("/v1/loans", body(loans, contract_no="Rv  - 4"))
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    found = (await loans.staff.get("/v1/loans", params={"contract_no": "rv — 4"})).json()["items"]
    assert [one["id"] for one in found] == [loan["id"]]


async def test_of_ten_at_once_with_one_contract_number_one_is_entered(committed: World) -> None:
    loans = await set_loans(committed)
    answers = await asyncio.gather(*(loans.staff.post("/v1/loans", body(loans)) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(told["code"], told["errors"][0]["pointer"]) for told in refused} == {("duplicate", "/contract_no")}


@pytest.mark.parametrize(
    ("more", "status", "what"),
    [
        ({"approved_on": "2025-12-01"}, 422, "day_in_future"),
        ({"approved_on": "1999-12-31"}, 400, "/approved_on"),
        ({"approved_on": "9999-12-31"}, 400, "/approved_on"),
        ({"maturity_on": "2025-01-15"}, 400, "/maturity_on"),
        ({"maturity_on": "9999-12-31"}, 400, "/maturity_on"),
        ({"approved_vnd": 0}, 400, "/approved_vnd"),
        ({"approved_vnd": 10_000_000_000_001}, 400, "/approved_vnd"),
        ({"contract_no": "x" * 61}, 400, "/contract_no"),
        ({"rate_ppm": 1_000_001}, 400, "/rate_ppm"),
    ],
)
async def test_days_and_amounts_have_limits(loans: LoanStage, more: dict[str, Any], status: int, what: str) -> None:
    answer = await loans.staff.post("/v1/loans", body(loans, **more))
    told = answer.json()
    assert answer.status_code == status, answer.text
    assert what in {told.get("rule"), *(error["pointer"] for error in told.get("errors", []))}


async def test_what_is_unusual_is_accepted_with_warnings(loans: LoanStage) -> None:
    programme = await loans.offer(max_vnd=40_000_000, max_months=12, ends_on=date(2024, 12, 31))
    stranger, elsewhere = await loans.person(), await loans.circle()
    loan = await added(
        loans, programme_id=str(programme), borrower_id=str(stranger), group_id=str(elsewhere),
        maturity_on="2026-01-16",
    )  # fmt: skip
    expected = [
        "over_programme_amount", "over_programme_term", "programme_not_open", "borrower_not_in_household",
        "household_not_in_group",
    ]  # fmt: skip
    assert loan["warnings"] == expected
    assert (await read(loans.plain, loan["id"]))["warnings"] == expected[1:]
    within = await added(loans, contract_no="HD-2", approved_vnd=100_000_000, maturity_on="2035-01-15", group_id=None)
    assert (within["warnings"], within["group"]) == ([], None)


async def test_a_loan_takes_its_parties_from_its_application(loans: LoanStage) -> None:
    application = await loans.application(asked_vnd=40_000_000)
    few = {name: body(loans)[name] for name in ("contract_no", "approved_vnd", "approved_on", "maturity_on")}
    answer = await loans.staff.post("/v1/loans", {**few, "application_id": str(application)})
    assert answer.status_code == 201, answer.text
    loan = answer.json()
    assert (loan["application_id"], loan["warnings"]) == (str(application), ["more_than_asked"])
    soon = await loans.application(moved_on=date(2025, 1, 16))
    answer = await loans.staff.post("/v1/loans", {**few, "contract_no": "HD-9", "application_id": str(soon)})
    assert answer.json()["warnings"] == ["before_application"]
    assert (loan["household_id"], loan["borrower"]["id"], loan["group"]["id"]) == (
        str(loans.household), str(loans.head), str(loans.group),
    )  # fmt: skip
    second = body(loans, contract_no="HD-2", application_id=str(application))
    again = await loans.staff.post("/v1/loans", second)
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (409, "/application_id")
    assert (await cancel(loans.staff, loan)).status_code == 200
    followed = await loans.staff.post("/v1/loans", second)
    assert (followed.status_code, followed.json()["application_id"]) == (201, str(application))
    shown = (await loans.staff.get(f"/v1/loan-applications/{application}")).json()
    assert shown["loan_id"] == followed.json()["id"]
    third = await loans.staff.post("/v1/loans", {**second, "contract_no": "HD-3"})
    assert (third.status_code, third.json()["errors"][0]["pointer"]) == (409, "/application_id")


async def test_a_loan_is_as_applied_for_and_approved(loans: LoanStage) -> None:
    certified = await loans.application("commune_certified")
    answer = await loans.staff.post("/v1/loans", body(loans, application_id=str(certified)))
    assert (answer.status_code, answer.json()["rule"]) == (422, "application_not_approved")
    approved = await loans.application()
    other = {"household_id": str(loans.households[1]), "group_id": None}
    answer = await loans.staff.post("/v1/loans", body(loans, application_id=str(approved), **other))
    assert (answer.status_code, answer.json()["rule"]) == (422, "loan_not_as_applied")
    assert "household_id, group_id" in answer.json()["detail"]
    answer = await loans.staff.post("/v1/loans", body(loans, application_id=str(uuid4())))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/application_id")


async def test_amounts_are_for_grants_that_open_sensitive_fields(loans: LoanStage) -> None:
    loan_id = await loans.disbursed()
    shown, hidden = await read(loans.officer, loan_id), await read(loans.plain, loan_id)
    amounts = {name for name in shown if name.endswith("_vnd")}
    assert len(amounts) == 10
    assert all(shown[name] is not None for name in amounts)
    assert all(hidden[name] is None for name in amounts)
    assert (shown["amounts_hidden"], hidden["amounts_hidden"], hidden["status"]) == (False, True, "active")
    rows = [(await caller.get("/v1/loans")).json()["items"][0] for caller in (loans.officer, loans.plain)]
    assert [row["outstanding_vnd"] for row in rows] == [50_000_000, None]
    assert [row["amounts_hidden"] for row in rows] == [False, True]
    refused = await loans.plain.post("/v1/loans", body(loans))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    refused = await edit(loans.plain, hidden, contract_no="HD-9")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_a_loan_elsewhere_is_not_there(loans: LoanStage) -> None:
    loan_id = await loans.granted()
    stranger = await loans.world.make.account("commune_staff", Y_TY, sensitive=True)
    assert (await stranger.get(f"/v1/loans/{loan_id}")).status_code == 404
    assert (await stranger.get(f"/v1/loans/{loan_id}/rates")).status_code == 404
    assert await listed(stranger) == []
    neighbour = await loans.world.make.account("staff", Y_TY, sensitive=True)
    row = {"id": loan_id, "version": 1}
    assert (await edit(neighbour, row, contract_no="HD-9")).status_code == 404
    assert (await cancel(neighbour, row)).status_code == 404


async def test_a_loan_is_corrected(loans: LoanStage) -> None:
    loan = await added(loans)
    other = await loans.living(loans.household, "spouse")
    path = f"/v1/loans/{loan['id']}"
    assert (await loans.staff.patch(path, {"contract_no": "HD-9"})).status_code == 428
    answer = await edit(
        loans.staff, loan, contract_no=" HD-9 ", borrower_id=str(other), group_id=None, approved_vnd=60_000_000,
        approved_on="2025-01-10", maturity_on="2029-01-10",
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert (changed["version"], changed["contract_no"], changed["group"]) == (2, "HD-9", None)
    assert (changed["borrower"]["id"], changed["approved_vnd"]) == (str(other), 60_000_000)
    assert (changed["approved_on"], changed["maturity_on"]) == ("2025-01-10", "2029-01-10")
    assert (await edit(loans.staff, loan, contract_no="HD-10")).status_code == 412
    assert (await edit(loans.officer, changed, contract_no="HD-10")).status_code == 403
    unknown = await edit(loans.staff, changed, borrower_id=str(uuid4()))
    assert unknown.json()["errors"][0]["pointer"] == "/borrower_id"
    fields = (await trail(loans, "edit"))[-1].details["fields"]
    assert fields == ["approved_on", "approved_vnd", "borrower_id", "contract_no", "group_id", "maturity_on"]


async def test_a_correction_that_says_nothing_new_leaves_no_trace(loans: LoanStage) -> None:
    loan = await added(loans, rate_ppm=60_000)
    same = {name: loan[name] for name in ("approved_vnd", "approved_on", "maturity_on", "project_id")}
    for changes in ({}, {**same, "contract_no": f"  {loan['contract_no']} "}):
        answer = await edit(loans.staff, loan, **changes)
        assert (answer.status_code, answer.json()) == (200, loan)
    assert await trail(loans, "edit") == []
    await edit(loans.staff, loan, **same, contract_no="HD-9")
    assert [row.details for row in await trail(loans, "edit")] == [{"fields": ["contract_no"]}]


async def test_a_correction_that_does_not_fit_the_schedule_is_a_warning(loans: LoanStage) -> None:
    instalments = {date(2025, 7, 20): 20_000_000, date(2026, 1, 20): 30_000_000}
    loan_id = await loans.granted()
    await loans.schedule(loan_id, instalments)
    loan = await read(loans.staff, loan_id)
    assert loan["warnings"] == []
    loan = (await edit(loans.staff, loan, approved_vnd=50_000_001)).json()
    assert loan["warnings"] == ["schedule_differs"]
    assert (await read(loans.plain, loan_id))["warnings"] == []
    assert (await read(loans.staff, loan_id, "?as_of=2025-01-19"))["warnings"] == []
    await loans.entry(loan_id, "disbursement", date(2025, 7, 21), 50_000_000)
    loan = await read(loans.staff, loan_id)
    assert loan["warnings"] == []
    assert (await read(loans.staff, loan_id, "?as_of=2025-07-20"))["warnings"] == ["schedule_differs"]
    assert (await edit(loans.staff, loan, approved_on="2025-07-19")).json()["warnings"] == []
    late = await edit(loans.staff, await read(loans.staff, loan_id), approved_on="2025-07-20")
    assert (late.status_code, late.json()["warnings"]) == (200, ["schedule_differs"])


async def test_a_correction_stays_within_what_the_ledger_says(loans: LoanStage) -> None:
    loan = await read(loans.staff, await loans.disbursed(50_000_000, date(2025, 1, 20)))
    answer = await edit(loans.staff, loan, approved_vnd=49_999_999)
    assert (answer.status_code, answer.json()["rule"]) == (422, "approved_below_disbursed")
    answer = await edit(loans.staff, loan, approved_on="2025-01-21")
    assert (answer.status_code, answer.json()["rule"]) == (422, "approval_after_first_entry")
    answer = await edit(loans.staff, loan, approved_on="2025-01-20", approved_vnd=50_000_001)
    assert (answer.status_code, answer.json()["status"]) == (200, "disbursing")


async def test_a_loan_of_which_nothing_was_paid_out_is_cancelled(loans: LoanStage) -> None:
    loan = await added(loans, rate_ppm=60_000)
    early = await cancel(loans.staff, loan, cancelled_on="2025-01-14")
    assert (early.status_code, early.json()["rule"]) == (422, "day_before_previous_move")
    answer = await cancel(loans.staff, loan)
    assert answer.status_code == 200, answer.text
    ended = answer.json()
    assert (ended["status"], ended["cancelled_on"], ended["cancel_reason"]) == ("cancelled", "2025-11-30", "Hộ đổi ý")
    hidden = await read(loans.plain, ended["id"])
    assert (hidden["cancelled_on"], hidden["cancel_reason"]) == ("2025-11-30", None), "a reason may tell amounts"
    path, headers = f"/v1/loans/{loan['id']}/rates/2025-01-15", {"if-match": f'"{ended["version"]}"'}
    for refused in (
        await cancel(loans.staff, ended),
        await edit(loans.staff, ended, contract_no="HD-9"),
        await put_rate(loans.staff, ended, "2025-02-01", 60_000),
        await loans.staff.request("DELETE", path, headers=headers),
    ):
        assert (refused.status_code, refused.json()["rule"]) == (422, "loan_is_cancelled")
    paid = await read(loans.staff, await loans.disbursed())
    refused = await cancel(loans.staff, paid)
    assert (refused.status_code, refused.json()["rule"]) == (422, "loan_paid_out")


async def test_a_loan_may_have_rates_of_its_own(loans: LoanStage) -> None:
    loan = await added(loans, rate_ppm=60_000)
    assert loan["rate"] == {"rate_ppm": 60_000, "source": "loan", "from_on": "2025-01-15"}
    loan = (await put_rate(loans.staff, loan, "2025-06-01", None)).json()
    assert (loan["version"], loan["rate"]["source"], loan["rate"]["from_on"]) == (2, "programme", "2025-06-01")
    loan = (await put_rate(loans.staff, loan, "2025-12-01", 50_000)).json()
    assert loan["rate"]["rate_ppm"] == 66_000
    same = await put_rate(loans.staff, loan, "2025-12-01", 50_000)
    assert same.json()["version"] == loan["version"] == 3
    changed = (await put_rate(loans.staff, loan, "2025-12-01", 51_000)).json()
    rows = (await loans.officer.get(f"/v1/loans/{loan['id']}/rates")).json()["items"]
    assert [(row["from_on"], row["rate_ppm"]) for row in rows] == [
        ("2025-12-01", 51_000), ("2025-06-01", None), ("2025-01-15", 60_000),
    ]  # fmt: skip
    assert (await put_rate(loans.staff, loan, "2025-12-01", 1)).status_code == 412
    path, headers = f"/v1/loans/{loan['id']}/rates", {"if-match": f'"{changed["version"]}"'}
    assert (await loans.staff.request("DELETE", f"{path}/2025-06-01", headers=headers)).status_code == 204
    left = await read(loans.staff, loan["id"])
    assert (left["rate"]["rate_ppm"], left["version"]) == (60_000, 5)
    headers = {"if-match": '"5"'}
    assert (await loans.staff.request("DELETE", f"{path}/2025-06-01", headers=headers)).status_code == 404
    assert [row.action for row in await trail(loans, "set_rate")] == ["set_rate"] * 3


async def test_a_rate_fixed_from_the_approval_goes_with_its_day(loans: LoanStage) -> None:
    loan = await added(loans, rate_ppm=60_000)
    earlier = (await edit(loans.staff, loan, approved_on="2025-01-10")).json()
    assert earlier["rate"]["from_on"] == "2025-01-10"
    changed = (await put_rate(loans.staff, earlier, "2025-01-12", 50_000)).json()
    later = (await edit(loans.staff, changed, approved_on="2025-01-12")).json()
    assert later["rate"] == {"rate_ppm": 50_000, "source": "loan", "from_on": "2025-01-12"}
    assert await rates_of(loans, later) == [("2025-01-12", 50_000)]


async def rates_of(loans: LoanStage, loan: dict[str, Any]) -> list[tuple[str, int | None]]:
    rows = (await loans.officer.get(f"/v1/loans/{loan['id']}/rates")).json()["items"]
    return [(row["from_on"], row["rate_ppm"]) for row in rows]


async def test_of_a_later_approval_the_rate_of_that_day_is_in_force(loans: LoanStage) -> None:
    loan = await added(loans, approved_on="2025-01-01", rate_ppm=66_000)
    loan = (await put_rate(loans.staff, loan, "2025-02-01", 62_400)).json()
    loan = (await put_rate(loans.staff, loan, "2025-12-01", 50_000)).json()
    loan = (await edit(loans.staff, loan, approved_on="2025-03-01")).json()
    assert loan["rate"] == {"rate_ppm": 62_400, "source": "loan", "from_on": "2025-03-01"}
    assert await rates_of(loans, loan) == [("2025-12-01", 50_000), ("2025-03-01", 62_400)]
    loan = (await edit(loans.staff, loan, approved_on="2025-01-10")).json()
    assert await rates_of(loans, loan) == [("2025-12-01", 50_000), ("2025-01-10", 62_400)]
    assert [row.details for row in await trail(loans, "move_rates")] == [
        {"from_on": "2025-03-01", "before": {"2025-01-01": 66_000, "2025-02-01": 62_400}},
        {"from_on": "2025-01-10", "before": {"2025-03-01": 62_400}},
    ]


async def test_a_rate_that_begins_later_stays_when_the_approval_is_corrected(loans: LoanStage) -> None:
    loan = (await put_rate(loans.staff, await added(loans), "2025-02-01", 62_400)).json()
    for day in ("2025-01-10", "2025-02-01"):
        loan = (await edit(loans.staff, loan, approved_on=day)).json()
        assert await rates_of(loans, loan) == [("2025-02-01", 62_400)]
    assert await trail(loans, "move_rates") == []


@pytest.mark.parametrize("day", ["2025-01-14", "2101-01-01", "9999-12-31", "0001-01-01"])
async def test_a_rate_begins_with_the_approval_at_the_earliest(loans: LoanStage, day: str) -> None:
    loan = await added(loans)
    answer = await put_rate(loans.staff, loan, day, 60_000)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "from_on")


async def test_a_programme_without_a_rate_gives_none(loans: LoanStage) -> None:
    programme = await loans.offer(rates={date(2026, 1, 1): 62_400})
    assert (await added(loans, programme_id=str(programme)))["rate"] is None


async def test_flags_and_the_end_follow_from_ledger_and_schedule(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50_000_000)
    await loans.entry(loan_id, "overdue_transfer", date(2025, 8, 1), -20_000_000, 20_000_000)
    await loans.entry(loan_id, "freeze", date(2025, 9, 1), -5_000_000, frozen=5_000_000)
    await loans.schedule(loan_id, {date(2026, 1, 20): 25_000_000, date(2027, 1, 20): 25_000_000})
    loan = await read(loans.staff, loan_id)
    assert (loan["is_overdue"], loan["is_frozen"], loan["is_extended"]) == (True, True, False)
    assert loan["matures_on"] == "2027-01-20"
    late = {date(2026, 1, 20): 25_000_000, date(2028, 1, 20): 25_000_000}
    await loans.schedule(loan_id, late, reason="extended", number=2, decided_on=date(2025, 10, 1))
    loan = await read(loans.staff, loan_id)
    assert (loan["is_extended"], loan["matures_on"]) == (True, "2028-01-20")
    before = await read(loans.staff, loan_id, "?as_of=2025-09-30")
    assert (before["is_extended"], before["matures_on"]) == (False, "2027-01-20")


async def test_loans_are_found_by_every_filter(loans: LoanStage) -> None:
    second = loans.households[1]
    offer, circle = await loans.offer(), await loans.circle()
    first_id = await loans.granted(contract_no="HD-A")
    other_id = await loans.disbursed(
        contract_no="HD-B", household_id=second, borrower_id=await loans.head_of(second), programme_id=offer,
        group_id=circle,
    )  # fmt: skip
    await loans.entry(other_id, "overdue_transfer", date(2025, 8, 1), -1, 1)
    first, other = str(first_id), str(other_id)
    assert await listed(loans.staff) == [other, first]
    for query, found in {
        "status=approved": [first],
        "status=active&status=approved": [other, first],
        f"programme_id={offer}": [other],
        f"lender_id={loans.lender}": [other, first],
        f"group_id={circle}": [other],
        f"household_id={second}": [other],
        f"borrower_id={loans.head}": [first],
        f"project_id={uuid4()}": [],
        f"locality_code={BAC_HA}": [other, first],
        "locality_code=03006": [],
        "contract_no=HD-A": [first],
        "contract_no=HD": [],
        "contract_no=%20HD-A%20": [first],
        "is_overdue=true": [other],
        "is_overdue=false": [first],
        f"is_overdue=true&status=active&programme_id={offer}&locality_code={BAC_HA}": [other],
    }.items():
        assert (query, await listed(loans.staff, f"?{query}")) == (query, found)
    page = (await loans.staff.get("/v1/loans?limit=1&count=exact")).json()
    assert (page["total"], len(page["items"])) == (2, 1)
    assert await listed(loans.staff, f"?limit=1&cursor={page['next_cursor']}") == [first]
    table = await loans.staff.get("/v1/loans", headers={"accept": "text/csv"})
    assert table.text.count("HD-") == 2


async def test_a_contract_number_is_found_however_it_is_spaced(loans: LoanStage) -> None:
    loan = await added(loans, contract_no="6600 \t 0712")
    for written in ("6600 0712", "6600%20%20%20%200712", "6600%09%200712"):
        assert await listed(loans.staff, f"?contract_no={written}") == [loan["id"]]


async def test_each_look_leaves_a_row(loans: LoanStage) -> None:
    loan_id = await loans.granted()
    await read(loans.staff, loan_id)
    await listed(loans.staff)
    await listed(loans.plain, f"?borrower_id={loans.head}&status=approved")
    await listed(loans.plain, f"?household_id={loans.household}&limit=5")
    rows = await trail(loans, "read_loans")
    assert [(row.subject_type, row.subject_id) for row in rows] == [
        ("loan", loan_id), ("loan", None), ("person", loans.head), ("household", loans.household),
    ]  # fmt: skip
    assert [row.details.get("filters") for row in rows] == [
        None, [], ["borrower_id", "status"], ["household_id"],
    ]  # fmt: skip
    token = await loans.world.make.token("loans:read", locality="15")
    hidden = await read(token, loan_id)
    assert (hidden["amounts_hidden"], (await trail(loans, "read_loans"))[-1].actor_kind) == (True, "token")
    assert (await token.get(f"/v1/loans/{uuid4()}")).status_code == 404
    assert len(await trail(loans, "read_loans")) == 5


async def test_an_unchanged_loan_is_not_sent_again(loans: LoanStage) -> None:
    loan_id = await loans.granted()
    answer = await loans.staff.get(f"/v1/loans/{loan_id}")
    again = await loans.staff.get(f"/v1/loans/{loan_id}", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    loans.world.clock.now = datetime(2025, 11, 30, 3, 5, tzinfo=UTC)
    assert len(await trail(loans, "read_loans")) == 2
