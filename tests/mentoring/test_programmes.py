"""Programmes: a catalogue that staff of the place keep."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.factories import BAC_HA, LAO_CAI, SA_PA, Caller, Make, World
from tests.mentoring.rows import Rows
from tests.team import Team

TUYEN_QUANG = "08"


def body(**more: Any) -> dict[str, Any]:
    return {
        "kind": "startup_coffee",
        "title": "Cà phê khởi nghiệp",
        "host": "Tỉnh đoàn Lào Cai",
        "cadence": "monthly",
        "locality_code": LAO_CAI,
        "starts_on": "2025-01-01",
        **more,
    }


async def added(staff: Caller, **more: Any) -> dict[str, Any]:
    answer = await staff.post("/v1/programmes", body(**more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def edit(caller: Caller, programme: dict[str, Any], **patch: Any) -> httpx.Response:
    headers = {"if-match": f'"{programme["version"]}"'}
    return await caller.patch(f"/v1/programmes/{programme['id']}", patch, headers=headers)


async def listed(caller: Caller, query: str = "") -> list[str]:
    answer = await caller.get(f"/v1/programmes{query}")
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["items"]]


async def test_a_programme_is_added_and_read(make: Make) -> None:
    staff = await make.account("staff")
    answer = await staff.post("/v1/programmes", body(title="  Cà phê   khởi nghiệp "))
    assert answer.status_code == 201, answer.text
    programme = answer.json()
    assert answer.headers["location"] == f"/v1/programmes/{programme['id']}"
    assert (programme["title"], programme["kind"], programme["ends_on"]) == (
        "Cà phê khởi nghiệp",
        "startup_coffee",
        None,
    )
    assert (programme["locality"]["code"], programme["locality"]["name"]) == (LAO_CAI, "Lào Cai")
    read = await staff.get(f"/v1/programmes/{programme['id']}")
    assert (read.json(), read.headers["etag"]) == (programme, answer.headers["etag"])


async def test_everybody_who_reads_programmes_reads_all(make: Make) -> None:
    programme = await added(await make.account("staff"))
    for caller in (await make.account("staff", TUYEN_QUANG), await make.account("mentor", SA_PA)):
        assert await listed(caller) == [programme["id"]]
        assert (await caller.get(f"/v1/programmes/{programme['id']}")).status_code == 200
    assert (await (await make.account("commune_staff", BAC_HA)).get("/v1/programmes")).status_code == 403


async def test_programmes_are_kept_by_staff_of_their_place(make: Make) -> None:
    province, commune = await make.account("staff"), await make.account("staff", BAC_HA)
    elsewhere = await make.account("staff", TUYEN_QUANG)
    assert (await commune.post("/v1/programmes", body())).status_code == 403
    assert (await elsewhere.post("/v1/programmes", body())).status_code == 403
    clinic = await added(commune, kind="clinic", locality_code=BAC_HA)
    coffee = await added(province)
    assert (await edit(elsewhere, clinic, host="Huyện đoàn")).status_code == 403
    assert (await edit(commune, coffee, host="Xã đoàn")).status_code == 403
    assert (await edit(commune, clinic, locality_code=LAO_CAI)).status_code == 403
    assert (await edit(commune, clinic, host="Xã đoàn Bắc Hà")).json()["host"] == "Xã đoàn Bắc Hà"
    moved = await edit(province, coffee, locality_code=SA_PA)
    assert moved.json()["locality"]["code"] == SA_PA


async def test_a_patch_changes_what_it_names_by_the_version_seen(make: Make) -> None:
    staff = await make.account("staff")
    programme = await added(staff, ends_on="2025-12-31")
    path = f"/v1/programmes/{programme['id']}"
    assert (await staff.patch(path, {"host": "Hội Doanh nhân trẻ"})).status_code == 428
    changed = (await edit(staff, programme, cadence="weekly", ends_on=None, kind="clinic")).json()
    assert (changed["cadence"], changed["ends_on"], changed["kind"], changed["version"]) == (
        "weekly",
        None,
        "clinic",
        2,
    )
    assert changed["title"] == programme["title"]
    assert (await edit(staff, programme, cadence="yearly")).status_code == 412
    missing = {**programme, "id": "018f93c8-2f40-7000-8000-000000000000"}
    assert (await edit(staff, missing, cadence="yearly")).status_code == 404


async def test_the_kind_is_fixed_once_there_are_sessions(team: Team, world: World) -> None:
    programme = await added(team.staff)
    await Rows(world, team).session(programme_id=UUID(programme["id"]), kind="startup_coffee")
    refused = await edit(team.staff, programme, kind="clinic")
    assert (refused.status_code, refused.json()["rule"]) == (422, "programme_kind_fixed")
    assert (await edit(team.staff, programme, kind="startup_coffee", cadence="weekly")).status_code == 200


async def test_programmes_are_found_by_kind_and_day(make: Make) -> None:
    staff = await make.account("staff")
    past = await added(staff, ends_on="2025-03-31")
    running = await added(staff, kind="clinic", starts_on="2025-03-31")
    assert await listed(staff) == [running["id"], past["id"]]
    assert await listed(staff, "?kind=clinic") == [running["id"]]
    assert await listed(staff, "?active_on=2025-03-31") == [running["id"], past["id"]]
    assert await listed(staff, "?active_on=2025-04-01") == [running["id"]]
    assert await listed(staff, "?active_on=2024-12-31") == []
    assert await listed(staff, "?active_on=9999-12-31&kind=clinic") == [running["id"]]
    table = await staff.get("/v1/programmes", headers={"accept": "text/csv"})
    assert "Cà phê khởi nghiệp,Tỉnh đoàn Lào Cai,monthly,15,Lào Cai,2025-03-31," in table.text


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("ends_on", "2024-12-31", "out_of_range"),
        ("starts_on", "2025-02-30", "bad_format"),
        ("starts_on", "1999-12-31", "out_of_range"),
        ("starts_on", "9999-12-31", "out_of_range"),
        ("ends_on", "2101-01-01", "out_of_range"),
        ("ends_on", "9999-12-31", "out_of_range"),
        ("kind", "party", "not_in_enum"),
        ("cadence", "hourly", "not_in_enum"),
        ("title", " ", "too_short"),
        ("host", "a\0b", "invalid_characters"),
        ("title", "x" * 201, "too_long"),
        ("locality_code", "02635", "not_found"),
        ("locality_code", "15-001", "bad_format"),
    ],
)
async def test_bad_values_are_refused(make: Make, field: str, value: str, code: str) -> None:
    staff = await make.account("staff")
    programme = await added(staff)
    for answer in (
        await staff.post("/v1/programmes", body(**{field: value})),
        await edit(staff, programme, **{field: value}),
    ):
        assert answer.status_code == 400, answer.text
        assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [(code, f"/{field}")]
