"""The poverty class of households: dated, replaceable, and for those only who may read what is sensitive."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.audit import AuditEntry
from tests.factories import BAC_HA, LAO_CAI, Caller, Make
from tests.people.homes import add_home, faults, home_body

ANY = {"if-match": "*"}


@pytest.fixture
async def plain(make: Make) -> Caller:
    return await make.account("staff", LAO_CAI)


@pytest.fixture
async def trusted(make: Make) -> Caller:
    return await make.account("staff", LAO_CAI, sensitive=True)


@pytest.fixture
async def home(plain: Caller) -> dict[str, Any]:
    return await add_home(plain)


def at(home: dict[str, Any], *more: str) -> str:
    return "/".join([f"/v1/households/{home['id']}", *more])


async def put(caller: Caller, home: dict[str, Any], day: str, poverty_class: str, **more: Any) -> dict[str, Any]:
    """The household after a class of it is set, whatever its version."""
    answer = await caller.put(at(home, "classes", day), {"poverty_class": poverty_class, **more}, headers=ANY)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def current(caller: Caller, home: dict[str, Any]) -> tuple[str | None, str | None]:
    shown = (await caller.get(at(home))).json()
    return shown["poverty_class"], shown["poverty_class_since"]


async def trail(session: AsyncSession, home: dict[str, Any]) -> list[AuditEntry]:
    rows = select(AuditEntry).where(AuditEntry.subject_id == home["id"]).order_by(AuditEntry.id)
    return list(await session.scalars(rows))


async def test_a_class_holds_until_the_next_row(trusted: Caller, home: dict[str, Any]) -> None:
    await put(trusted, home, "2024-01-01", "near_poor", certificate=" Giấy  12/UBND ")
    assert await current(trusted, home) == ("near_poor", "2024-01-01")
    await put(trusted, home, "2022-01-01", "poor")
    await put(trusted, home, "2025-11-30", "newly_escaped")
    assert await current(trusted, home) == ("newly_escaped", "2025-11-30")
    items = (await trusted.get(at(home, "classes"))).json()["items"]
    assert [(item["from_on"], item["poverty_class"], item["certificate"]) for item in items] == [
        ("2025-11-30", "newly_escaped", None), ("2024-01-01", "near_poor", "Giấy 12/UBND"),
        ("2022-01-01", "poor", None),
    ]  # fmt: skip
    first = (await trusted.get(at(home, "classes"), params={"limit": 2})).json()
    rest = (await trusted.get(at(home, "classes"), params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["from_on"] for item in first["items"] + rest["items"]] == [item["from_on"] for item in items]


async def test_a_wrong_class_is_replaced_or_taken_back(
    trusted: Caller, home: dict[str, Any], session: AsyncSession
) -> None:
    await put(trusted, home, "2022-01-01", "poor")
    wrong = await put(trusted, home, "2024-01-01", "average")
    right = await put(trusted, home, "2024-01-01", "near_poor")
    assert (right["version"], right["poverty_class"]) == (wrong["version"] + 1, "near_poor")
    assert right == await put(trusted, home, "2024-01-01", "near_poor")
    path = at(home, "classes", "2024-01-01")
    assert (await trusted.request("DELETE", path, headers=ANY)).status_code == 204
    assert await current(trusted, home) == ("poor", "2022-01-01")
    assert (await trusted.request("DELETE", path, headers=ANY)).status_code == 404
    rows = [row for row in await trail(session, home) if "class" in row.action]
    assert [(row.action, row.details) for row in rows] == [
        ("add_class", {"from_on": "2022-01-01"}), ("add_class", {"from_on": "2024-01-01"}),
        ("edit_class", {"from_on": "2024-01-01"}), ("remove_class", {"from_on": "2024-01-01"}),
    ]  # fmt: skip


async def test_the_version_of_the_household_counts_each_change_of_a_class(
    trusted: Caller, home: dict[str, Any]
) -> None:
    path, body = at(home, "classes", "2024-01-01"), {"poverty_class": "poor"}
    send_put, send_delete = partial(trusted.put, path, body), partial(trusted.request, "DELETE", path)
    assert (await send_put()).json()["code"] == "precondition_required"
    added = await send_put(headers={"if-match": f'"{home["version"]}"'})
    assert (added.status_code, added.json()["id"], added.json()["version"]) == (200, home["id"], home["version"] + 1)
    assert added.json() == (await trusted.get(at(home))).json()
    for send in (send_put, send_delete):
        assert (await send(headers={"if-match": f'"{home["version"]}"'})).json()["code"] == "version_conflict"
    assert (await send_delete()).json()["code"] == "precondition_required"
    assert (await send_delete(headers={"if-match": added.headers["etag"]})).status_code == 204
    assert (await trusted.get(at(home))).json()["version"] == home["version"] + 2


async def test_a_class_is_for_those_who_may_read_what_is_sensitive(
    plain: Caller, trusted: Caller, make: Make, home: dict[str, Any]
) -> None:
    await put(trusted, home, "2024-01-01", "poor")
    shown = (await plain.get(at(home))).json()
    assert (shown["poverty_class"], shown["poverty_class_since"], shown["sensitive_hidden"]) == (None, None, True)
    assert (await trusted.get(at(home))).json()["sensitive_hidden"] is False
    path, body = at(home, "classes", "2024-01-01"), {"poverty_class": "none"}
    for refused in (
        await plain.get(at(home, "classes")),
        await plain.put(path, body, headers=ANY),
        await plain.request("DELETE", path, headers=ANY),
        await plain.get("/v1/households?poverty_class=poor"),
        await plain.post("/v1/households", home_body(poverty=body)),
        await (await make.token("people:read", sensitive=True)).put(path, body),
    ):
        assert (refused.status_code, refused.json()["code"] in {"forbidden", "insufficient_scope"}) == (403, True)
    assert "poor" not in (await plain.get("/v1/households", headers={"accept": "text/csv"})).text


async def test_households_of_a_class_are_found_where_it_is_open(
    plain: Caller, trusted: Caller, make: Make, home: dict[str, Any], session: AsyncSession
) -> None:
    poor = await add_home(trusted, poverty={"poverty_class": "poor", "certificate": "12/UBND"})
    assert (poor["poverty_class"], poor["poverty_class_since"]) == ("poor", "2025-11-30")
    answer = await trusted.get("/v1/households?poverty_class=poor&count=exact")
    assert ([item["id"] for item in answer.json()["items"]], answer.json()["total"]) == ([poor["id"]], 1)
    assert (await trusted.get("/v1/households?poverty_class=near_poor")).json()["items"] == []
    reader = await make.account("commune_staff", BAC_HA, sensitive=True)
    assert len((await reader.get("/v1/households?poverty_class=poor")).json()["items"]) == 1
    asked = select(AuditEntry.details).where(
        AuditEntry.action == "read_sensitive", AuditEntry.subject_type == "household", AuditEntry.subject_id.is_(None)
    )
    assert list(await session.scalars(asked)) == [{"fields": ["poverty_class"]}] * 3


async def test_each_look_at_a_class_is_recorded(
    plain: Caller, trusted: Caller, home: dict[str, Any], session: AsyncSession
) -> None:
    await trusted.get(at(home))  # There is no class yet, so nothing was read.
    await put(trusted, home, "2024-01-01", "poor")  # Its answer shows the class.
    await plain.get(at(home))
    await trusted.get(at(home))
    await trusted.get(at(home, "classes"))
    rows = await trail(session, home)
    assert [row.action for row in rows] == ["add", "add_class", *["read_sensitive"] * 3]
    assert "poor" not in str([row.details for row in rows if row.action != "read_sensitive"])


async def test_the_day_of_a_class_is_no_day_ahead(trusted: Caller, home: dict[str, Any]) -> None:
    for day in ("2025-12-01", "1999-12-31", "9999-12-31", "0001-01-01"):
        answer = await trusted.put(at(home, "classes", day), {"poverty_class": "poor"}, headers=ANY)
        assert faults(answer) == [("from_on", "out_of_range")]
        assert (await trusted.request("DELETE", at(home, "classes", day), headers=ANY)).status_code == 404
    for nothing in ("2025-02-30", "2025-1-1", "x"):
        answer = await trusted.put(at(home, "classes", nothing), {"poverty_class": "poor"})
        assert answer.status_code == 404
