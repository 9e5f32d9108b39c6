"""Loan programmes, their limits, and the rates that are in force from day to day."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import literal, select

from incubator.audit import AuditEntry
from incubator.loans.programmes.queries import rate_on
from tests.factories import BAC_HA, Caller, World
from tests.loans.stage import LoanStage

TODAY = "2025-11-30"
RATES = [
    {"from_on": "2019-01-01", "rate_ppm": 66_000, "legal_reference": "750/QĐ-TTg"},
    {"from_on": "2025-12-01", "rate_ppm": 62_400},
]


def body(loans: LoanStage, **more: Any) -> dict[str, Any]:
    return {
        "lender": str(loans.lender),
        "code": "poor",
        "name": "Cho vay hộ nghèo",
        "max_vnd": 100_000_000,
        "max_months": 120,
        "starts_on": "2019-01-01",
        "rates": RATES,
        **more,
    }


async def added(loans: LoanStage, **more: Any) -> dict[str, Any]:
    answer = await loans.plain.post("/v1/loan-programmes", body(loans, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def edit(caller: Caller, programme: dict[str, Any], **patch: Any) -> httpx.Response:
    headers = {"if-match": f'"{programme["version"]}"'}
    return await caller.patch(f"/v1/loan-programmes/{programme['id']}", patch, headers=headers)


async def set_rate(caller: Caller, programme: dict[str, Any], day: str, **rate: Any) -> httpx.Response:
    headers = {"if-match": f'"{programme["version"]}"'}
    return await caller.put(f"/v1/loan-programmes/{programme['id']}/rates/{day}", rate, headers=headers)


async def remove_rate(caller: Caller, programme: dict[str, Any], day: str) -> httpx.Response:
    headers = {"if-match": f'"{programme["version"]}"'}
    return await caller.request("DELETE", f"/v1/loan-programmes/{programme['id']}/rates/{day}", headers=headers)


def rates_of(programme: dict[str, Any]) -> dict[str, int]:
    return {rate["from_on"]: rate["rate_ppm"] for rate in programme["rates"]}


async def test_a_programme_is_added_with_its_rates_and_read(loans: LoanStage) -> None:
    """Its limits are no personal data: who sees no amounts of people keeps and reads them."""
    answer = await loans.plain.post("/v1/loan-programmes", body(loans))
    assert answer.status_code == 201, answer.text
    programme = answer.json()
    assert answer.headers["location"] == f"/v1/loan-programmes/{programme['id']}"
    assert (programme["lender"]["id"], programme["max_vnd"], programme["max_months"]) == (
        str(loans.lender),
        100_000_000,
        120,
    )
    assert (programme["overdue_factor_ppm"], programme["rate_ppm"]) == (1_300_000, 66_000)
    assert rates_of(programme) == {"2019-01-01": 66_000, "2025-12-01": 62_400}
    assert programme["rates"][0]["legal_reference"] == "750/QĐ-TTg"
    read = await loans.officer.get(f"/v1/loan-programmes/{programme['id']}")
    assert (read.json(), read.headers["etag"]) == (programme, answer.headers["etag"])


async def test_the_rate_in_force_follows_the_calendar(loans: LoanStage) -> None:
    programme = await added(loans)
    early = await added(loans, code="early", rates=RATES[1:])
    assert early["rate_ppm"] is None
    loans.world.clock.now += timedelta(hours=14)
    reader = await loans.world.make.account("approver")
    for one in (programme, early):
        read = await reader.get(f"/v1/loan-programmes/{one['id']}")
        assert read.json()["rate_ppm"] == 62_400
    rows = (await reader.get(f"/v1/loan-programmes?lender={loans.lender}&code=early")).json()["items"]
    assert [(row["code"], row["rate_ppm"]) for row in rows] == [("early", 62_400)]


async def test_a_lender_is_named_by_its_code_too(loans: LoanStage) -> None:
    await loans.lending("vbsp")
    programme = await added(loans, lender="vbsp")
    assert programme["lender"]["code"] == "vbsp"
    assert (await loans.staff.get("/v1/loan-programmes?lender=vbsp")).json()["items"][0]["id"] == programme["id"]
    missing = await loans.staff.post("/v1/loan-programmes", body(loans, lender="nobody", code="x"))
    assert [(error["code"], error["pointer"]) for error in missing.json()["errors"]] == [("not_found", "/lender")]
    asked = await loans.staff.get("/v1/loan-programmes?lender=nobody")
    assert (asked.status_code, asked.json()["errors"][0]["parameter"]) == (400, "lender")


async def test_a_lender_whose_code_looks_like_the_id_of_another_is_not_taken_for_it(loans: LoanStage) -> None:
    await loans.lending(str(loans.lender))
    assert (await added(loans))["lender"]["id"] == str(loans.lender)


async def test_a_code_is_given_once_by_each_lender(loans: LoanStage) -> None:
    await added(loans)
    again = await loans.staff.post("/v1/loan-programmes", body(loans))
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (409, "/code")
    assert (await added(loans, lender=str(await loans.lending())))["code"] == "poor"


async def test_a_patch_changes_what_it_names_and_null_takes_a_limit_away(loans: LoanStage) -> None:
    programme = await added(loans)
    changed = (await edit(loans.staff, programme, max_vnd=None, overdue_factor_ppm=1_500_000)).json()
    assert (changed["max_vnd"], changed["max_months"], changed["overdue_factor_ppm"]) == (None, 120, 1_500_000)
    assert changed["version"] == 2
    assert (await edit(loans.staff, programme, name="x")).status_code == 412
    assert (await edit(loans.staff, {**programme, "id": str(loans.lender)}, name="x")).status_code == 404
    for name in ("lender", "code"):
        refused = await edit(loans.staff, changed, **{name: "other"})
        assert refused.json()["errors"][0]["code"] == "unknown_field"
    ended = (await edit(loans.staff, changed, ends_on="2025-06-30", legal_reference=" 1/NĐ  ")).json()
    assert (ended["ends_on"], ended["legal_reference"]) == ("2025-06-30", "1/NĐ")
    running = f"/v1/loan-programmes?lender={loans.lender}&code=poor&active_on="
    assert [len((await loans.staff.get(running + day)).json()["items"]) for day in ("2025-06-30", TODAY)] == [1, 0]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"max_vnd": 0}, "out_of_range", "/max_vnd"),
        ({"max_vnd": 10_000_000_000_001}, "out_of_range", "/max_vnd"),
        ({"max_months": 601}, "out_of_range", "/max_months"),
        ({"overdue_factor_ppm": 999_999}, "out_of_range", "/overdue_factor_ppm"),
        ({"starts_on": "1999-12-31"}, "out_of_range", "/starts_on"),
        ({"ends_on": "2018-12-31"}, "out_of_range", "/ends_on"),
        ({"ends_on": "9999-12-31"}, "out_of_range", "/ends_on"),
        ({"name": " "}, "too_short", "/name"),
    ],
)
async def test_bad_terms_are_refused(loans: LoanStage, change: dict[str, Any], code: str, pointer: str) -> None:
    programme = await added(loans, code="there")
    for answer in (
        await loans.staff.post("/v1/loan-programmes", body(loans, **change)),
        await edit(loans.staff, programme, **change),
    ):
        assert answer.status_code == 400, answer.text
        assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [(code, pointer)]


async def test_a_patch_that_says_nothing_new_leaves_no_trace(loans: LoanStage, world: World) -> None:
    programme = await added(loans)
    same = {"name": f" {programme['name']} ", "max_vnd": programme["max_vnd"], "ends_on": None}
    for changes in ({}, same):
        answer = await edit(loans.staff, programme, **changes)
        assert (answer.status_code, answer.json()) == (200, programme)
    await edit(loans.staff, programme, **same, max_months=60)
    async with world.database.begin() as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.action == "edit"))
        assert [row.details for row in rows] == [{"fields": ["max_months"]}]


async def test_a_first_list_of_rates_has_one_for_each_day(loans: LoanStage) -> None:
    rates = [*RATES, RATES[0], {"from_on": "9999-12-31", "rate_ppm": 1}]
    answer = await loans.staff.post("/v1/loan-programmes", body(loans, rates=rates))
    faults = {error["pointer"]: error["code"] for error in answer.json()["errors"]}
    assert faults == {"/rates/2/from_on": "duplicate", "/rates/3/from_on": "out_of_range"}


async def test_a_rate_is_set_once_however_often_it_is_said(loans: LoanStage) -> None:
    programme = await added(loans)
    answer = await set_rate(loans.staff, programme, "2026-01-01", rate_ppm=79_248, legal_reference="12/QĐ")
    assert answer.status_code == 200, answer.text
    added_rate = answer.json()
    assert (added_rate["version"], rates_of(added_rate)["2026-01-01"]) == (2, 79_248)
    same = (await set_rate(loans.staff, added_rate, "2026-01-01", rate_ppm=79_248, legal_reference="12/QĐ")).json()
    assert same == added_rate
    changed = (await set_rate(loans.staff, same, "2026-01-01", rate_ppm=74_880)).json()
    assert (changed["version"], rates_of(changed)["2026-01-01"]) == (3, 74_880)
    assert changed["rates"][-1]["legal_reference"] is None
    assert (await set_rate(loans.staff, same, "2026-01-01", rate_ppm=1)).status_code == 412
    path = f"/v1/loan-programmes/{programme['id']}/rates/2026-01-01"
    assert (await loans.staff.put(path, {"rate_ppm": 1})).status_code == 428
    assert (await loans.officer.put(path, {"rate_ppm": 1})).status_code == 403


async def test_a_rate_that_is_taken_out_gives_its_days_to_the_one_before(loans: LoanStage) -> None:
    programme = await added(loans)
    programme = (await set_rate(loans.staff, programme, TODAY, rate_ppm=70_000)).json()
    assert programme["rate_ppm"] == 70_000
    assert (await remove_rate(loans.staff, programme, TODAY)).status_code == 204
    left = (await loans.staff.get(f"/v1/loan-programmes/{programme['id']}")).json()
    assert (left["rate_ppm"], left["version"]) == (66_000, 3)
    assert (await remove_rate(loans.staff, left, TODAY)).status_code == 404
    assert (await remove_rate(loans.staff, programme, "2019-01-01")).status_code == 412


async def test_what_changed_in_the_rates_is_in_the_trail(loans: LoanStage, world: World) -> None:
    programme = await added(loans)
    programme = (await set_rate(loans.staff, programme, "2019-01-01", rate_ppm=65_000)).json()
    await remove_rate(loans.staff, programme, "2025-12-01")
    async with world.database.begin() as session:
        trail = select(AuditEntry.action, AuditEntry.details).where(AuditEntry.subject_id == UUID(programme["id"]))
        told = [tuple(row) for row in await session.execute(trail.order_by(AuditEntry.id))]
    was = {"rate_ppm": 66_000, "legal_reference": "750/QĐ-TTg"}
    now = {"rate_ppm": 65_000, "legal_reference": None}
    gone = {"rate_ppm": 62_400, "legal_reference": None}
    assert told == [
        ("add", {"code": "poor", "rates": 2}),
        ("set_rate", {"from_on": "2019-01-01", "before": was, "after": now}),
        ("remove_rate", {"from_on": "2025-12-01", "before": gone, "after": None}),
    ]


async def test_the_rates_are_listed_the_latest_first(loans: LoanStage) -> None:
    programme = await added(loans)
    path = f"/v1/loan-programmes/{programme['id']}/rates"
    page = (await loans.officer.get(f"{path}?limit=1")).json()
    assert [rate["from_on"] for rate in page["items"]] == ["2025-12-01"]
    rest = (await loans.officer.get(f"{path}?limit=1&cursor={page['next_cursor']}")).json()
    assert [rate["from_on"] for rate in rest["items"]] == ["2019-01-01"]
    assert (await loans.officer.get(f"/v1/loan-programmes/{loans.lender}/rates")).status_code == 404


@pytest.mark.parametrize("day", ["2025-02-30", "2025-1-1", "30-11-2025", "x", "2025-11-30T00:00:00Z", "20251130", "0"])
async def test_a_day_that_is_none_is_not_found(loans: LoanStage, day: str) -> None:
    programme = await added(loans)
    assert (await set_rate(loans.staff, programme, day, rate_ppm=1)).status_code == 404
    assert (await remove_rate(loans.staff, programme, day)).status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"])
async def test_a_day_far_away_is_out_of_range(loans: LoanStage, day: str) -> None:
    programme = await added(loans)
    for answer in (
        await set_rate(loans.staff, programme, day, rate_ppm=1),
        await remove_rate(loans.staff, programme, day),
    ):
        assert answer.status_code == 400, answer.text
        assert [(e["code"], e["parameter"]) for e in answer.json()["errors"]] == [("out_of_range", "from_on")]


async def test_programmes_are_read_everywhere_and_kept_by_who_manages_loans(loans: LoanStage) -> None:
    programme = await added(loans)
    elsewhere = await loans.world.make.account("commune_staff", BAC_HA)
    assert (await elsewhere.get(f"/v1/loan-programmes/{programme['id']}")).status_code == 200
    assert (await elsewhere.post("/v1/loan-programmes", body(loans, code="mine"))).status_code == 403
    table = await elsewhere.get(f"/v1/loan-programmes?lender={loans.lender}", headers={"accept": "text/csv"})
    assert "poor,Cho vay hộ nghèo,100000000,120,1300000,66000,2019-01-01," in table.text


async def test_a_rate_holds_until_the_day_before_the_next(loans: LoanStage, world: World) -> None:
    programme_id = UUID((await added(loans))["id"])
    async with world.database.begin() as session:
        for day, rate in {date(2018, 12, 31): None, date(2025, 11, 30): 66_000, date(2025, 12, 1): 62_400}.items():
            assert await session.scalar(select(rate_on(literal(programme_id), literal(day)))) == rate
