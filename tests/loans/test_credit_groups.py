"""Credit groups: who forms, leads and dissolves them, and who sees them."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from incubator.accounts.models import RoleGrant
from incubator.actor import NOBODY
from incubator.audit import AuditEntry
from incubator.loans.groups.queries import is_group_member, members_on
from tests.factories import LAO_CAI, LONG_AGO, SA_PA, Caller
from tests.loans.stage import SINCE, LoanStage

TODAY = "2025-11-30"
GROUPS = "/v1/credit-groups"
NOBODYS = "018f93c8-2f40-7000-8000-000000000000"


def body(loans: LoanStage, **more: Any) -> dict[str, Any]:
    return {
        "lender": str(loans.lender),
        "name": "Tổ vay vốn Na Lo",
        "village_id": str(loans.village_id),
        "formed_on": "2021-03-15",
        **more,
    }


async def added(loans: LoanStage, **more: Any) -> dict[str, Any]:
    answer = await loans.plain.post(GROUPS, body(loans, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def read(caller: Caller, group_id: Any) -> dict[str, Any]:
    answer = await caller.get(f"{GROUPS}/{group_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def edit(caller: Caller, group: dict[str, Any], **patch: Any) -> httpx.Response:
    return await caller.patch(f"{GROUPS}/{group['id']}", patch, headers={"if-match": f'"{group["version"]}"'})


async def leave(loans: LoanStage, group_id: UUID, day: str = TODAY) -> None:
    """Every household of the group leaves on the day."""
    for member in (await loans.staff.get(f"{GROUPS}/{group_id}/members")).json()["items"]:
        path = f"{GROUPS}/{group_id}/members/{member['id']}"
        tag = {"if-match": f'"{member["version"]}"'}
        assert (await loans.staff.patch(path, {"to_on": day}, headers=tag)).status_code == 200


async def found(caller: Caller, query: str) -> list[str]:
    answer = await caller.get(f"{GROUPS}?{query}")
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["items"]]


async def test_a_group_is_formed_and_read(loans: LoanStage) -> None:
    answer = await loans.plain.post(GROUPS, body(loans, name=" Tổ vay   vốn Na Lo ", bank_code="0102839001"))
    assert answer.status_code == 201, answer.text
    group = answer.json()
    assert answer.headers["location"] == f"{GROUPS}/{group['id']}"
    assert (group["name"], group["bank_code"], group["formed_on"]) == ("Tổ vay vốn Na Lo", "0102839001", "2021-03-15")
    assert (group["village"]["id"], group["locality"]["name"], group["province"]["code"]) == (
        str(loans.village_id),
        "Bắc Hà",
        LAO_CAI,
    )
    assert (group["leader"], group["members_n"], group["is_quorate"], group["loans_n"]) == (None, 0, False, 0)
    again = await loans.officer.get(f"{GROUPS}/{group['id']}")
    assert (again.json(), again.headers["etag"]) == (group, answer.headers["etag"])


async def test_a_group_shows_who_belongs_to_it_leads_it_and_borrows_through_it(loans: LoanStage) -> None:
    await loans.granted()
    await loans.granted(cancelled_on=date(2025, 2, 1), cancel_reason="Không vay nữa")
    group = await read(loans.officer, loans.group)
    assert group["leader"] == {"person_id": str(loans.head), "full_name": group["leader"]["full_name"]}
    assert (group["members_n"], group["is_quorate"], group["loans_n"]) == (5, True, 1)


async def test_a_group_of_four_is_not_quorate(loans: LoanStage) -> None:
    homes = [await loans.home(village_id=loans.village_id) for _ in range(4)]
    small = await loans.circle(homes)
    assert [(await read(loans.staff, one))["is_quorate"] for one in (small, loans.group)] == [False, True]


async def test_other_features_ask_who_belongs_to_a_group_on_a_day(loans: LoanStage) -> None:
    late = await loans.home(village_id=loans.village_id)
    await loans.joined(loans.group, late, date(2025, 6, 1), date(2025, 6, 30))
    async with loans.world.database.begin() as session:
        days = {date(2018, 12, 31): 0, SINCE: 5, date(2025, 6, 1): 6, date(2025, 6, 30): 6, date(2025, 7, 1): 5}
        assert {day: await members_on(session, loans.group, day) for day in days} == days
        assert await is_group_member(session, loans.group, late, date(2025, 6, 30))
        assert not await is_group_member(session, loans.group, late, date(2025, 7, 1))


async def test_a_village_is_named_by_its_code_or_its_id(loans: LoanStage) -> None:
    village = await loans.staff.post("/v1/localities", {"commune_code": "02839", "name": "Thôn Na Lo"})
    by_code = {name: value for name, value in body(loans).items() if name != "village_id"}
    answer = await loans.staff.post(GROUPS, by_code | {"village_code": village.json()["code"]})
    assert answer.json()["village"]["name"] == "Thôn Na Lo"
    for wrong, code in ((by_code, "required"), (body(loans, village_code="02839-001"), "duplicate")):
        refused = await loans.staff.post(GROUPS, wrong)
        assert [(e["code"], e["pointer"]) for e in refused.json()["errors"]] == [(code, "/village_code")]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"lender": "nobody"}, "not_found", "/lender"),
        ({"village_id": NOBODYS}, "not_found", "/village_id"),
        ({"formed_on": "2025-12-01"}, "out_of_range", "/formed_on"),
        ({"formed_on": "0001-01-01"}, "out_of_range", "/formed_on"),
        ({"formed_on": "9999-12-31"}, "out_of_range", "/formed_on"),
        ({"name": " "}, "too_short", "/name"),
        ({"bank_code": "x" * 41}, "too_long", "/bank_code"),
    ],
)
async def test_bad_values_are_refused(loans: LoanStage, change: dict[str, Any], code: str, pointer: str) -> None:
    answer = await loans.staff.post(GROUPS, body(loans, **change))
    assert answer.status_code == 400, answer.text
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [(code, pointer)]


async def test_a_commune_is_no_village(loans: LoanStage) -> None:
    answer = await loans.staff.post(GROUPS, body(loans, village_id=str(loans.commune_id)))
    assert answer.json()["errors"][0]["code"] == "not_found"


async def test_groups_are_seen_and_kept_where_they_lie(loans: LoanStage) -> None:
    make = loans.world.make
    elsewhere = await make.account("staff", SA_PA)
    assert (await elsewhere.get(f"{GROUPS}/{loans.group}")).status_code == 404
    assert (await elsewhere.get(f"{GROUPS}/{loans.group}/members")).status_code == 404
    assert await found(elsewhere, "") == []
    refused = await elsewhere.post(GROUPS, body(loans))
    assert refused.json()["errors"][0]["pointer"] == "/village_id"
    group = await read(loans.approver, loans.group)
    assert (await edit(elsewhere, group, name="x")).status_code == 404
    assert (await edit(loans.officer, group, name="x")).status_code == 403
    token = await make.token("loans:read", locality="02839")
    assert (await token.get(f"{GROUPS}/{loans.group}")).status_code == 200


async def test_a_reader_who_manages_another_commune_may_look_and_not_change(loans: LoanStage) -> None:
    caller = await loans.world.make.account("staff", SA_PA)
    async with loans.world.database.begin() as session:
        grant = {"locality_id": loans.province_id, "sensitive": False, "granted_by": NOBODY, "granted_at": LONG_AGO}
        session.add(RoleGrant(account_id=caller.id, role="approver", **grant))
    group = await read(caller, loans.group)
    assert (await edit(caller, group, name="x")).status_code == 403


async def test_a_patch_changes_what_it_names(loans: LoanStage) -> None:
    group = await added(loans, bank_code="A1")
    await added(loans, bank_code="A2")
    changed = (await edit(loans.staff, group, name="Tổ 2", bank_code=None)).json()
    assert (changed["name"], changed["bank_code"], changed["version"]) == ("Tổ 2", None, 2)
    assert (await edit(loans.staff, group, name="x")).status_code == 412
    taken = await edit(loans.staff, changed, bank_code="A2")
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (409, "/bank_code")
    assert (await loans.staff.post(GROUPS, body(loans, bank_code="A2"))).status_code == 409
    assert (await added(loans, bank_code="A2", lender=str(await loans.lending())))["bank_code"] == "A2"
    for name in ("lender", "village_id"):
        assert (await edit(loans.staff, changed, **{name: NOBODYS})).json()["errors"][0]["code"] == "unknown_field"


async def test_who_leads_a_group_lives_in_a_household_of_it(loans: LoanStage) -> None:
    group = await read(loans.staff, loans.group)
    spouse = await loans.living(loans.households[1], "spouse")
    led = (await edit(loans.staff, group, leader_person_id=str(spouse))).json()
    assert led["leader"]["person_id"] == str(spouse)
    stranger = await loans.head_of(await loans.home(village_id=loans.village_id))
    moved_out = await loans.living(loans.households[1], until=date(2025, 11, 29))
    for person in (stranger, moved_out):
        refused = await edit(loans.staff, led, leader_person_id=str(person))
        assert (refused.status_code, refused.json()["rule"]) == (422, "leader_not_a_member")
    unseen = await edit(loans.staff, led, leader_person_id=NOBODYS)
    assert [(e["code"], e["pointer"]) for e in unseen.json()["errors"]] == [("not_found", "/leader_person_id")]
    assert (await edit(loans.staff, led, leader_person_id=None)).json()["leader"] is None


async def test_a_group_with_a_loan_that_is_not_paid_out_yet_is_not_dissolved(loans: LoanStage) -> None:
    await loans.granted()
    await leave(loans, loans.group, "2025-11-29")
    refused = await edit(loans.staff, await read(loans.staff, loans.group), dissolved_on=TODAY)
    assert (refused.status_code, refused.json()["rule"]) == (422, "group_has_loans")


async def test_a_patch_that_says_nothing_new_leaves_no_trace(loans: LoanStage) -> None:
    group = await read(loans.staff, loans.group)
    same = {"name": f" {group['name']} ", "bank_code": group["bank_code"], "leader_person_id": str(loans.head)}
    for changes in ({}, {**same, "formed_on": group["formed_on"], "dissolved_on": None}):
        answer = await edit(loans.staff, group, **changes)
        assert (answer.status_code, answer.json()) == (200, group)
    await edit(loans.staff, group, **same, formed_on="2018-12-31")
    async with loans.world.database.begin() as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.action == "edit"))
        assert [row.details for row in rows] == [{"fields": ["formed_on"]}]


async def test_a_group_is_dissolved_when_nobody_belongs_to_it_or_owes(loans: LoanStage) -> None:
    loan_id = await loans.disbursed()
    group = await read(loans.staff, loans.group)
    refused = await edit(loans.staff, group, dissolved_on=TODAY)
    assert (refused.status_code, refused.json()["rule"]) == (422, "group_has_members")
    await leave(loans, loans.group, "2025-11-29")
    group = await read(loans.staff, loans.group)
    assert (group["leader"], group["members_n"]) == (None, 0)
    refused = await edit(loans.staff, group, dissolved_on=TODAY)
    assert (refused.status_code, refused.json()["rule"]) == (422, "group_has_loans")
    await loans.entry(loan_id, "repayment", date(2025, 11, 1), -50_000_000)
    await loans.granted(cancelled_on=date(2025, 2, 1), cancel_reason="Không vay nữa")
    early = await edit(loans.staff, group, dissolved_on="2025-11-28")
    assert early.json()["rule"] == "group_has_members"
    ended = (await edit(loans.staff, group, dissolved_on="2025-11-29")).json()
    assert ended["dissolved_on"] == "2025-11-29"
    assert (await edit(loans.staff, ended, dissolved_on=None)).json()["dissolved_on"] is None


async def test_nobody_joins_a_group_after_its_last_day(loans: LoanStage) -> None:
    group = await added(loans)
    ended = (await edit(loans.staff, group, dissolved_on="2025-06-30")).json()
    home = str(await loans.home(village_id=loans.village_id))
    path = f"{GROUPS}/{ended['id']}/members"
    for days in ({}, {"from_on": "2025-06-01"}, {"from_on": "2025-06-01", "to_on": "2025-07-01"}):
        refused = await loans.staff.post(path, {"household_id": home, **days})
        assert (refused.status_code, refused.json()["rule"]) == (422, "group_dissolved")
    kept = await loans.staff.post(path, {"household_id": home, "from_on": "2025-06-01", "to_on": "2025-06-30"})
    assert kept.status_code == 201, kept.text


@pytest.mark.parametrize(
    ("field", "day"),
    [
        ("dissolved_on", "2025-12-01"),
        ("dissolved_on", "2021-03-14"),
        ("dissolved_on", "9999-12-31"),
        ("formed_on", "2023-01-02"),
        ("formed_on", "1999-12-31"),
    ],
)
async def test_days_of_a_group_lie_around_those_of_its_members(loans: LoanStage, field: str, day: str) -> None:
    group = await added(loans)
    home = await loans.home(village_id=loans.village_id)
    await loans.joined(UUID(group["id"]), home, date(2023, 1, 1), date(2023, 12, 31))
    refused = await edit(loans.staff, group, **{field: day})
    assert [(e["code"], e["pointer"]) for e in refused.json()["errors"]] == [("out_of_range", f"/{field}")]
    assert (await edit(loans.staff, group, formed_on="2023-01-01", dissolved_on="2023-12-31")).status_code == 200


async def test_groups_are_found_by_place_lender_and_name(loans: LoanStage) -> None:
    other_village = await loans.village()
    bank = await loans.lending("vbsp")
    one = (await added(loans, name="Tổ Đỏ Hà", bank_code="Z9", lender="vbsp"))["id"]
    two = (await added(loans, name="Tổ Xanh", village_id=str(other_village)))["id"]
    everything = [two, one, str(loans.group)]
    expected = {
        "": everything,
        "q=do%20h": [one],
        "q=to": everything,
        "q=%21": [],
        "locality_code=02839": everything,
        "locality_code=15": everything,
        f"village_id={other_village}": [two],
        "lender=vbsp": [one],
        f"lender={bank}": [one],
        "bank_code=Z9": [one],
        f"lender=vbsp&village_id={other_village}": [],
    }
    assert {query: await found(loans.officer, query) for query in expected} == expected
    for query, parameter in (("locality_code=99999", "locality_code"), ("lender=nobody", "lender")):
        refused = await loans.staff.get(f"{GROUPS}?{query}")
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, parameter)


async def test_a_village_asked_for_twice_is_the_same_one(loans: LoanStage) -> None:
    village = (await loans.staff.post("/v1/localities", {"commune_code": "02839", "name": "Thôn Na Lo"})).json()
    group = (await added(loans, village_id=village["id"]))["id"]
    assert await found(loans.staff, f"locality_code={village['code']}") == [group]
    assert await found(loans.staff, f"locality_code={village['code']}&village_id={village['id']}") == [group]
    assert await found(loans.staff, f"locality_code={village['code']}&village_id={loans.village_id}") == []


async def test_the_list_says_how_many_belong_and_who_leads(loans: LoanStage) -> None:
    row = (await loans.officer.get(GROUPS)).json()["items"][0]
    assert (row["members_n"], row["is_quorate"], row["locality_code"]) == (5, True, "02839")
    assert row["leader_name"]
    table = await loans.officer.get(GROUPS, headers={"accept": "text/csv"})
    assert f"Bắc Hà,{row['leader_name']},5,True,2019-01-01," in table.text
