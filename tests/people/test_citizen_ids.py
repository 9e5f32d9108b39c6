"""Citizen ids over HTTP: kept sealed, shown by their last four digits, doubted but never refused for what they say."""

import io
import logging
import re
from functools import partial
from typing import Any

import pytest
import structlog
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import RoleGrant
from incubator.actor import NOBODY
from incubator.audit import AuditEntry
from incubator.people.citizen_ids.models import CitizenId
from incubator.people.citizen_ids.queries import has_other_key
from incubator.people.citizen_ids.sealing import sealer_of
from tests.factories import BAC_HA, LAO_CAI, LONG_AGO, Y_TY, Caller, Make, World
from tests.people.homes import faults

NUMBER = "010098004321"
"""Of a man born in 1998, registered in Lào Cai."""
WRITTEN = {"010098004321": NUMBER, "010 098 004 321": NUMBER, " 010.098.004.321 ": NUMBER, "010\u00a0098004321": NUMBER}
MAN = {"full_name": "Giàng A Páo", "birth_year": 1998, "sex": "male", "locality_code": BAC_HA}


@pytest.fixture
async def staff(make: Make) -> Caller:
    return await make.account("staff", LAO_CAI)


@pytest.fixture
async def trusted(make: Make) -> Caller:
    return await make.account("staff", LAO_CAI, sensitive=True)


async def person(staff: Caller, **more: Any) -> str:
    answer = await staff.post("/v1/people", MAN | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def at(person_id: str) -> str:
    return f"/v1/people/{person_id}/citizen-id"


async def put(caller: Caller, person_id: str, number: str = NUMBER) -> dict[str, Any]:
    """The number that is set, in place of whatever was there."""
    answer = await caller.put(at(person_id), {"number": number}, headers={"if-match": "*"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def warnings(caller: Caller, person_id: str, number: str) -> list[str]:
    return [warning["code"] for warning in (await put(caller, person_id, number))["warnings"]]


async def look_up(caller: Caller, number: str = NUMBER) -> list[str]:
    answer = await caller.post("/v1/people/citizen-id-lookups", {"number": number})
    assert answer.status_code == 200, answer.text
    return [match["id"] for match in answer.json()["items"]]


@pytest.mark.parametrize("written", list(WRITTEN))
async def test_a_number_is_shown_by_its_last_four_digits(staff: Caller, written: str) -> None:
    one = await person(staff)
    shown = await put(staff, one, written)
    assert shown | {"recorded_at": ""} == {
        "person_id": one, "version": 1, "number": None, "last_four": "4321", "was_padded": False, "warnings": [],
        "recorded_at": "", "recorded_by": str(staff.id),
    }  # fmt: skip
    read = await staff.get(at(one))
    assert (read.json(), read.headers["cache-control"]) == (shown, "no-store")
    assert read.headers["etag"].startswith('"1.')


@pytest.mark.parametrize("number", ["10098004321", "010098004321"])
async def test_leading_zeros_that_a_spreadsheet_took_are_put_back(staff: Caller, trusted: Caller, number: str) -> None:
    one = await person(staff)
    assert (await put(staff, one, number))["was_padded"] is (len(number) < 12)
    assert (await trusted.get(at(one), params={"full": "true"})).json()["number"] == NUMBER
    assert (await put(staff, one, NUMBER))["was_padded"] is False


async def test_two_zeros_may_be_missing(staff: Caller, trusted: Caller) -> None:
    one = await person(staff)
    shown = await put(staff, one, "1098004321")
    assert (shown["was_padded"], shown["warnings"]) == (True, [])
    assert (await trusted.get(at(one), params={"full": "true"})).json()["number"] == "001098004321"


async def test_a_former_identity_card_is_refused_and_told_apart(staff: Caller) -> None:
    one = await person(staff)
    for path, send in ((at(one), staff.put), ("/v1/people/citizen-id-lookups", staff.post)):
        answer = await send(path, {"number": "063 123 456"})
        assert (answer.status_code, answer.json()["rule"]) == (422, "former_identity_card")
        assert "CMND" in answer.json()["detail"]
        assert "123" not in answer.text.replace(one, "").replace(answer.json()["request_id"], "")


@pytest.mark.parametrize("wrong", ["12345678", "0100980043210", "01009800432x", "٠١٠٠٩٨٠٠٤٣٢١", "…", "-10098004321"])
async def test_what_is_no_number_is_refused_without_repeating_it(staff: Caller, wrong: str) -> None:
    one = await person(staff)
    answer = await staff.put(at(one), {"number": wrong})
    assert faults(answer) == [("/number", "bad_format")]
    assert wrong not in answer.text
    assert (await staff.get(at(one))).status_code == 404


@pytest.mark.parametrize(
    ("number", "known", "codes"),
    [
        ("010198004321", {}, ["sex_differs"]),
        ("010298004321", {}, ["century_differs"]),
        ("010097004321", {}, ["birth_year_differs"]),
        ("003311004321", {}, ["province_unknown", "century_differs", "sex_differs", "birth_year_differs"]),
        ("010298004321", {"birth_year": None}, ["century_differs"]),
        ("010198004321", {"sex": "other"}, []),
        ("010098004321", {"birth_year": None, "sex": None}, []),
        ("010305004321", {"birth_year": 2005, "sex": "female"}, []),
        ("101098004321", {}, []),
        ("099098004321", {}, ["province_unknown"]),
    ],
)
async def test_what_disagrees_with_the_person_is_a_warning(
    staff: Caller, number: str, known: dict[str, Any], codes: list[str]
) -> None:
    assert await warnings(staff, await person(staff, **known), number) == codes


async def test_a_warning_goes_when_the_person_is_corrected(staff: Caller) -> None:
    one = await person(staff, birth_year=1989)
    assert await warnings(staff, one, NUMBER) == ["birth_year_differs"]
    await staff.patch(f"/v1/people/{one}", {"birth_year": 1998}, headers={"if-match": "*"})
    assert (await staff.get(at(one))).json()["warnings"] == []


async def test_a_number_that_somebody_else_has_is_kept_with_a_warning(make: Make, trusted: Caller) -> None:
    one, far = await person(trusted), await person(trusted, locality_code=Y_TY)
    await put(trusted, one)
    assert (await put(trusted, far))["warnings"] == [{"code": "held_by_another", "person_id": one}]
    assert (await trusted.get(at(one))).json()["warnings"] == [{"code": "held_by_another", "person_id": far}]
    officer = await make.account("commune_staff", BAC_HA, sensitive=True)
    assert (await officer.get(at(one))).json()["warnings"] == [{"code": "held_by_another", "person_id": None}]
    assert far not in (await officer.get(at(one))).text
    assert sorted(await look_up(trusted)) == sorted([one, far])
    assert await look_up(officer) == [one]


async def test_nobody_finds_a_number_out_who_may_not_read_it(make: Make, staff: Caller, session: AsyncSession) -> None:
    one, other = await person(staff), await person(staff)
    await put(staff, one)
    token, approver = await make.token("people:read"), await make.account("approver", LAO_CAI)
    for caller in (staff, approver, token):
        for number in (NUMBER, "010098009999"):
            refused = await caller.post("/v1/people/citizen-id-lookups", {"number": number})
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await put(staff, other))["warnings"] == []
    assert (await staff.get(at(one))).json()["warnings"] == []
    assert not list(await session.scalars(select(AuditEntry).where(AuditEntry.action == "read_sensitive")))


async def test_a_look_up_finds_those_alone_whose_sensitive_fields_are_open(make: Make, staff: Caller) -> None:
    one, far = await person(staff), await person(staff, locality_code=Y_TY)
    for person_id in (one, far):
        await put(staff, person_id)
    reader = await make.token("people:read", locality=BAC_HA, sensitive=True)
    assert await look_up(reader) == [one]
    async with make.world.database.begin() as session:
        everywhere = {"role": "approver", "sensitive": False, "granted_by": NOBODY, "granted_at": LONG_AGO}
        officer = await make.account("commune_staff", Y_TY, sensitive=True)
        session.add(RoleGrant(account_id=officer.id, **everywhere))
    assert (await officer.get(at(one))).status_code == 200
    assert await look_up(officer) == [far]


async def test_all_of_the_number_is_for_those_who_may_read_what_is_sensitive(
    make: Make, staff: Caller, trusted: Caller, session: AsyncSession
) -> None:
    one = await person(staff)
    await put(staff, one)
    refused = await staff.get(at(one), params={"full": "true"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await trusted.get(at(one))).json()["number"] is None
    assert (await trusted.get(at(one), params={"full": "true"})).json()["number"] == NUMBER
    reader = await make.token("people:read", locality=BAC_HA, sensitive=True)
    assert (await reader.get(at(one), params={"full": "true"})).json()["number"] == NUMBER
    rows = select(AuditEntry).where(AuditEntry.subject_id == one).order_by(AuditEntry.id)
    trail = [(row.action, row.actor_id, row.details) for row in await session.scalars(rows)]
    assert trail[1:] == [
        ("set_citizen_id", staff.id, {"was_padded": False}),
        ("read_sensitive", trusted.id, {"fields": ["citizen_id"]}),
        ("read_sensitive", reader.id, {"fields": ["citizen_id"]}),
    ]


async def test_who_sees_the_person_elsewhere_changes_nothing(make: Make, staff: Caller) -> None:
    one = await person(staff)
    await put(staff, one)
    stranger, approver = await make.account("commune_staff", Y_TY), await make.account("approver")
    for answer in (
        await stranger.get(at(one)),
        await stranger.put(at(one), {"number": NUMBER}),
        await stranger.request("DELETE", at(one)),
    ):
        assert answer.status_code == 404
    assert await look_up(await make.account("commune_staff", Y_TY, sensitive=True)) == []
    assert (await approver.get(at(one))).status_code == 200
    assert (await approver.put(at(one), {"number": NUMBER})).status_code == 403
    idea = await make.idea(staff, leader={"person_id": one}, locality_code=Y_TY)
    assert idea["leader"]["person_id"] == one
    assert (await stranger.get(at(one))).status_code == 200
    assert (await stranger.put(at(one), {"number": NUMBER})).status_code == 403
    assert (await stranger.request("DELETE", at(one))).status_code == 403


async def test_a_mentor_is_shown_no_number(make: Make, staff: Caller) -> None:
    one = await person(staff)
    await put(staff, one)
    mentor = await make.account("mentor")
    assert (await mentor.get(at(one))).status_code == 403
    assert (await mentor.post("/v1/people/citizen-id-lookups", {"number": NUMBER})).status_code == 403


async def test_the_same_once_more_changes_nothing(staff: Caller, trusted: Caller, session: AsyncSession) -> None:
    one = await person(staff)
    first = await put(staff, one)
    assert await put(staff, one) == first
    other = await put(staff, one, "010098001111")
    assert (other["last_four"], other["version"], await look_up(trusted)) == ("1111", 2, [])
    match = {"headers": {"if-match": '"2"'}}
    assert (await staff.request("DELETE", at(one), **match)).status_code == 204
    assert (await staff.request("DELETE", at(one), **match)).status_code == 404
    assert (await staff.get(at(one))).status_code == 404
    rows = select(AuditEntry.action).where(AuditEntry.subject_id == one).order_by(AuditEntry.id)
    assert list(await session.scalars(rows)) == [
        "add_person", "set_citizen_id", "set_citizen_id", "remove_citizen_id",
    ]  # fmt: skip


async def test_what_is_there_is_replaced_and_removed_as_it_was_read(staff: Caller) -> None:
    one = await person(staff)
    first = await staff.put(at(one), {"number": NUMBER})
    assert first.status_code == 200, first.text
    other, tag = {"number": "010098001111"}, {"if-match": first.headers["etag"]}
    for send in (partial(staff.put, at(one), other), partial(staff.request, "DELETE", at(one))):
        assert (await send()).json()["code"] == "precondition_required"
        assert (await send(headers={"if-match": '"2"'})).json()["code"] == "version_conflict"
    changed = await staff.put(at(one), other, headers=tag)
    assert (changed.json()["last_four"], changed.json()["version"]) == ("1111", 2)
    assert (await staff.request("DELETE", at(one), headers=tag)).status_code == 412
    now = {"if-match": (await staff.get(at(one))).headers["etag"]}
    assert (await staff.request("DELETE", at(one), headers=now)).status_code == 204


async def test_each_look_up_is_recorded_as_a_sensitive_read(
    staff: Caller, trusted: Caller, session: AsyncSession
) -> None:
    one = await person(staff)
    await put(staff, one)
    assert await look_up(trusted, "10098004321") == [one]
    assert await look_up(trusted, "010098009999") == []
    rows = select(AuditEntry).where(AuditEntry.action == "read_sensitive").order_by(AuditEntry.id)
    read = [
        (row.subject_type, row.subject_id and str(row.subject_id), row.details) for row in await session.scalars(rows)
    ]
    how = {"fields": ["citizen_id"], "by": "number"}
    assert read == [("person", one, how), ("person", None, how)]


async def test_numbers_of_another_key_are_found_by_an_index(staff: Caller, session: AsyncSession) -> None:
    one = await person(staff)
    await put(staff, one)
    (kept,) = await session.scalars(select(CitizenId))
    assert kept.key_mark == kept.sealed[:4]
    connection = await session.connection()
    await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    asked = re.sub(r"\$\d+", "decode('00000000', 'hex')", has_other_key().sql)
    plan = "\n".join((await connection.exec_driver_sql(f"EXPLAIN {asked}")).scalars())
    assert plan.count("Index Cond: (key_mark ") == 2, plan


async def test_the_database_holds_nothing_that_reads_as_the_number(staff: Caller, session: AsyncSession) -> None:
    one, two = await person(staff), await person(staff)
    for person_id in (one, two):
        await put(staff, person_id)
    rows = (await session.scalars(select(CitizenId))).all()
    assert len({row.sealed for row in rows}) == 2
    assert len({row.digest for row in rows}) == 1
    assert not [row for row in rows if NUMBER.encode() in row.sealed + row.digest]
    for table in ("citizen_id", "audit_entry", "idempotency_key"):
        (whole,) = (await session.execute(text(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t"))).one()
        assert NUMBER not in whole
        assert NUMBER[:8] not in whole


async def test_a_number_opens_for_its_own_person_only(staff: Caller, trusted: Caller, session: AsyncSession) -> None:
    one, two = await person(staff), await person(staff)
    await put(staff, one)
    await put(staff, two, "010098001111")
    stolen = (await session.scalars(select(CitizenId.sealed).where(CitizenId.person_id == one))).one()
    await session.execute(update(CitizenId).where(CitizenId.person_id == two).values(sealed=stolen))
    await session.commit()
    for params in ({}, {"full": "true"}):
        answer = await trusted.get(at(two), params=params)
        assert (answer.status_code, answer.json()["rule"]) == (422, "secret_key_changed")


async def test_another_secret_key_says_so_until_the_number_is_entered_again(
    staff: Caller, trusted: Caller, session: AsyncSession
) -> None:
    one = await person(staff)
    await put(staff, one)
    former = sealer_of("another secret key of thirty-two characters")
    values = {"sealed": former.seal(NUMBER, (await session.scalars(select(CitizenId.person_id))).one())}
    await session.execute(update(CitizenId).values(**values, digest=former.digest(NUMBER)))
    await session.commit()
    for answer in (
        await staff.get(at(one)),
        await trusted.get(at(one), params={"full": "true"}),
        await trusted.post("/v1/people/citizen-id-lookups", {"number": NUMBER}),
    ):
        assert (answer.status_code, answer.json()["rule"]) == (422, "secret_key_changed")
        assert "INCUBATOR_SECRET_KEY" in answer.json()["detail"]
    assert (await put(staff, one))["last_four"] == "4321"
    assert await look_up(trusted) == [one]


async def test_no_log_line_holds_a_number(world: World, staff: Caller, trusted: Caller) -> None:
    one, lines = await person(staff), io.StringIO()
    handler = logging.StreamHandler(lines)
    logging.getLogger().addHandler(handler)
    try:
        with structlog.testing.capture_logs() as events:
            await put(staff, one)
            await look_up(trusted)
            await trusted.get(at(one), params={"full": "true"})
            await staff.put(at(one), {"number": NUMBER + "0"})
    finally:
        logging.getLogger().removeHandler(handler)
    assert NUMBER not in lines.getvalue() + str(events)
