"""Lenders: a register that staff keep and everybody who reads loans reads."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from incubator.audit import AuditEntry
from tests.factories import BAC_HA, Caller, Make

BANK = {"code": "vbsp", "name": "Ngân hàng Chính sách xã hội"}
NOBODYS = "018f93c8-2f40-7000-8000-000000000000"


async def added(staff: Caller, **more: Any) -> dict[str, Any]:
    answer = await staff.post("/v1/lenders", BANK | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def edit(caller: Caller, lender: dict[str, Any], **patch: Any) -> httpx.Response:
    return await caller.patch(f"/v1/lenders/{lender['id']}", patch, headers={"if-match": f'"{lender["version"]}"'})


async def test_a_lender_is_added_read_and_renamed(make: Make) -> None:
    staff = await make.account("staff")
    answer = await staff.post("/v1/lenders", BANK | {"name": "  Ngân hàng   Chính sách xã hội "})
    assert answer.status_code == 201, answer.text
    lender = answer.json()
    assert answer.headers["location"] == f"/v1/lenders/{lender['id']}"
    assert (lender["code"], lender["name"], lender["version"]) == ("vbsp", "Ngân hàng Chính sách xã hội", 1)
    read = await staff.get(f"/v1/lenders/{lender['id']}")
    assert (read.json(), read.headers["etag"]) == (lender, answer.headers["etag"])
    renamed = (await edit(staff, lender, name="VBSP")).json()
    assert (renamed["code"], renamed["name"], renamed["version"]) == ("vbsp", "VBSP", 2)
    assert (await edit(staff, lender, name="NHCSXH")).status_code == 412
    assert (await staff.patch(f"/v1/lenders/{lender['id']}", {"name": "x"})).status_code == 428
    assert (await edit(staff, {**lender, "id": NOBODYS}, name="x")).status_code == 404


async def test_a_patch_that_says_nothing_new_leaves_no_trace(make: Make) -> None:
    staff = await make.account("staff")
    lender = await added(staff)
    for changes in ({}, {"name": f" {lender['name']} "}):
        assert (await edit(staff, lender, **changes)).json() == lender
    async with make.world.database.begin() as session:
        assert not list(await session.scalars(select(AuditEntry).where(AuditEntry.action == "edit")))


async def test_a_code_is_given_once_and_never_changes(make: Make) -> None:
    staff = await make.account("staff")
    lender = await added(staff)
    again = await staff.post("/v1/lenders", BANK)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    assert again.json()["errors"][0]["pointer"] == "/code"
    changed = await edit(staff, lender, code="bank")
    assert (changed.status_code, changed.json()["errors"][0]["code"]) == (400, "unknown_field")


@pytest.mark.parametrize(
    ("code", "fault"),
    [("VBSP", "bad_format"), ("-bank", "bad_format"), ("x" * 41, "too_long"), ("", "too_short"), ("a b", "bad_format")],
)
async def test_a_code_fits_into_an_address(make: Make, code: str, fault: str) -> None:
    answer = await (await make.account("staff")).post("/v1/lenders", BANK | {"code": code})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, fault)


async def test_who_reads_loans_reads_all_lenders_and_finds_one_by_its_code(make: Make) -> None:
    staff, officer = await make.account("staff"), await make.account("commune_staff", BAC_HA)
    bank, fund = await added(staff), await added(staff, code="quy-120", name="Quỹ 120")
    for caller in (officer, await make.token("loans:read")):
        assert [row["id"] for row in (await caller.get("/v1/lenders")).json()["items"]] == [fund["id"], bank["id"]]
    found = (await officer.get("/v1/lenders?code=vbsp")).json()["items"]
    assert found == [bank]
    table = await officer.get("/v1/lenders", headers={"accept": "text/csv"})
    assert "quy-120,Quỹ 120" in table.text
    assert (await officer.post("/v1/lenders", BANK)).status_code == 403
