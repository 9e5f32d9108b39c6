"""Households over HTTP: who lives where since when, and who may see it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.audit import AuditEntry
from incubator.people.households.membership import class_on, household_of, is_household_member
from incubator.people.households.models import HouseholdMember
from tests.factories import BAC_HA, LAO_CAI, SA_PA, Y_TY, Caller, Make, World
from tests.people.homes import add_home, add_housemate, change_member, faults, head_of, home_body, made

CHILD = {"person": {"full_name": "Vàng Thị Mỷ", "birth_year": 2008}, "relation": "child", "from_on": "2021-02-01"}


@pytest.fixture
async def officer(make: Make) -> Caller:
    """Enters people in Bắc Hà, without sensitive fields."""
    return await make.account("commune_staff", BAC_HA)


@pytest.fixture
async def trusted(make: Make) -> Caller:
    """Staff of the province who may read what is sensitive."""
    return await make.account("staff", LAO_CAI, sensitive=True)


async def village(staff: Caller, commune: str = BAC_HA, name: str = "Na Lo") -> str:
    answer = await staff.post("/v1/localities", {"commune_code": commune, "name": f"Thôn {name}"})
    return str(made(answer)["code"])


async def found(caller: Caller, **params: Any) -> list[str]:
    answer = await caller.get("/v1/households", params=params)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def audited(session: AsyncSession, home: dict[str, Any]) -> list[str]:
    rows = select(AuditEntry.action).where(AuditEntry.subject_id == home["id"]).order_by(AuditEntry.id)
    return list(await session.scalars(rows))


async def test_a_household_is_entered_with_its_people_in_one_call(make: Make, officer: Caller) -> None:
    code = await village(await make.account("staff"))
    answer = await officer.post("/v1/households", home_body(village_code=code, members=[CHILD]))
    home = made(answer)
    assert answer.headers["location"] == f"/v1/households/{home['id']}"
    assert (home["locality"]["code"], home["village"]["code"], home["recorded_locality"]) == (BAC_HA, code, None)
    assert [(one["relation"], one["from_on"], one["to_on"]) for one in home["members"]] == [
        ("head", "2019-05-01", None), ("child", "2021-02-01", None),
    ]  # fmt: skip
    assert (home["poverty_class"], home["sensitive_hidden"]) == (None, True)
    child = (await officer.get(f"/v1/people/{home['members'][1]['person_id']}")).json()
    assert (child["full_name"], child["locality_code"]) == ("Vàng Thị Mỷ", BAC_HA)
    read = await officer.get(f"/v1/households/{home['id']}")
    assert read.json() == home
    assert (await officer.get(read.url.path, headers={"if-none-match": read.headers["etag"]})).status_code == 304


async def test_the_commune_may_be_written_by_its_old_name(make: Make) -> None:
    staff = await make.account("staff")
    body = home_body(locality_name={"name": "Minh Quán", "district": "Trấn Yên"})
    del body["locality_code"]
    home = made(await staff.post("/v1/households", body))
    assert home["recorded_locality"]["name"] == "Minh Quán"
    assert home["locality"]["id"] != home["recorded_locality"]["id"]


async def test_every_wrong_field_of_a_household_is_named(make: Make, officer: Caller) -> None:
    elsewhere = await village(await make.account("staff"), Y_TY)
    wrong = home_body(
        from_on="1850-01-01",
        village_code=elsewhere,
        members=[{"person": {"full_name": "…"}, "from_on": "2026-01-01"}, {"person": {"person_id": str(uuid4())}}],
        poverty={"poverty_class": "poor", "from_on": "1999-12-31"},
    )
    assert set(faults(await officer.post("/v1/households", wrong))) == {
        ("/from_on", "out_of_range"), ("/village_code", "not_found"), ("/members/0/from_on", "out_of_range"),
        ("/members/1/from_on", "out_of_range"), ("/members/0/person/full_name", "bad_format"),
        ("/members/1/person/person_id", "not_found"), ("/poverty/from_on", "out_of_range"),
    }  # fmt: skip
    nowhere = home_body()
    del nowhere["locality_code"]
    assert faults(await officer.post("/v1/households", nowhere)) == [("/locality_code", "required")]
    assert faults(await officer.post("/v1/households", home_body(locality_code=Y_TY))) == [
        ("/locality_code", "not_found")
    ]
    assert faults(await officer.post("/v1/households", home_body(village_code=f"{BAC_HA}-999"))) == [
        ("/village_code", "not_found")
    ]


async def test_who_sees_no_people_there_sees_no_household(make: Make, officer: Caller) -> None:
    home = await add_home(officer)
    path = f"/v1/households/{home['id']}"
    for caller in (await make.account("commune_staff", Y_TY), await make.token("people:read", locality=Y_TY)):
        assert await found(caller) == []
        for hidden in (path, f"{path}/members", f"{path}/classes"):
            assert (await caller.get(hidden)).status_code == 404
    stranger = await make.account("commune_staff", Y_TY)
    patch = {"headers": {"if-match": "*"}}
    assert (await stranger.patch(path, {"village_code": None}, **patch)).status_code == 404
    assert (await stranger.post(f"{path}/members", CHILD)).status_code == 404
    member = f"{path}/members/{home['members'][0]['id']}"
    assert (await stranger.patch(member, {"to_on": None}, **patch)).status_code == 404
    for caller in (await make.account("approver"), await make.token("people:read", locality=BAC_HA)):
        assert await found(caller) == [home["id"]]
    assert (await (await make.account("approver")).patch(path, {}, **patch)).status_code == 403


async def test_who_reads_there_but_enters_elsewhere_changes_nothing(make: Make, officer: Caller) -> None:
    home = await add_home(officer)
    token = await make.token("people:read")
    assert (await token.post(f"/v1/households/{home['id']}/members", CHILD)).status_code == 403


async def test_households_are_found_by_place_name_and_person(make: Make, officer: Caller) -> None:
    staff = await make.account("staff")
    code = await village(staff)
    here = await add_home(officer, village_code=code, head={"full_name": "Lừu Seo Pao"})
    other = await add_home(staff, locality_code=Y_TY, members=[CHILD])
    assert await found(staff) == [other["id"], here["id"]]
    assert await found(staff, q="luu pao") == [here["id"]]
    assert await found(staff, q="vang my") == [other["id"]]
    assert await found(staff, q="…") == []
    assert await found(staff, locality_code=BAC_HA) == [here["id"]]
    assert await found(staff, locality_code=LAO_CAI) == [other["id"], here["id"]]
    assert await found(staff, locality_code=code) == [here["id"]]
    assert await found(staff, person_id=head_of(other)) == [other["id"]]
    assert faults(await staff.get("/v1/households?locality_code=99999")) == [("locality_code", "not_found")]
    (row,) = (await officer.get("/v1/households")).json()["items"]
    assert row | {"id": "", "head_id": "", "locality_name": ""} == {
        "id": "", "version": 1, "locality_code": BAC_HA, "locality_name": "", "village_code": code,
        "village_name": "Thôn Na Lo", "head_id": "", "head_name": "Lừu Seo Pao", "members": 1,
    }  # fmt: skip


async def test_who_moved_out_is_not_found_there_any_more(officer: Caller) -> None:
    home = await add_home(officer, members=[CHILD])
    child = home["members"][1]
    ended = await change_member(officer, home, child, to_on="2025-06-30")
    assert (ended.status_code, ended.json()["to_on"], ended.json()["version"]) == (200, "2025-06-30", 2)
    assert await found(officer, q="vang thi my") == []
    assert await found(officer, person_id=child["person_id"]) == []
    assert len((await officer.get(f"/v1/households/{home['id']}")).json()["members"]) == 1
    rows = (await officer.get(f"/v1/households/{home['id']}/members")).json()["items"]
    assert [(row["relation"], row["to_on"]) for row in rows] == [("head", None), ("child", "2025-06-30")]
    table = await officer.get(f"/v1/households/{home['id']}/members", headers={"accept": "text/csv"})
    assert len(table.text.splitlines()) == 3


async def test_nobody_lives_in_two_households_on_one_day(make: Make, officer: Caller) -> None:
    home, other = await add_home(officer, members=[CHILD]), await add_home(officer)
    child = home["members"][1]
    body = {"person": {"person_id": child["person_id"]}, "relation": "spouse", "from_on": "2025-07-01"}
    path = f"/v1/households/{other['id']}/members"
    refused = await officer.post(path, body)
    assert faults(refused, 409) == [("/person", "duplicate")]
    assert refused.json()["errors"][0]["params"] == {
        "household_id": home["id"], "person_id": child["person_id"], "from_on": "2021-02-01", "to_on": None,
    }  # fmt: skip
    again = await officer.post("/v1/households", home_body(head={"person_id": child["person_id"]}))
    assert faults(again, 409) == [("/head", "duplicate")]
    assert (await change_member(officer, home, child, to_on="2025-06-30")).status_code == 200
    moved = made(await officer.post(path, body))
    assert await found(officer, person_id=child["person_id"]) == [other["id"]]
    back = await change_member(officer, other, moved, from_on="2025-06-30")
    assert faults(back, 409) == [("/from_on", "duplicate")]


async def test_where_somebody_lives_is_told_to_those_who_see_it_only(make: Make, officer: Caller) -> None:
    staff = await make.account("staff")
    far = await add_home(staff, locality_code=Y_TY)
    near = await add_home(officer)
    person = head_of(far)
    idea = await make.idea(staff, leader={"person_id": person})
    assert idea["leader"]["person_id"] == person
    body = {"person": {"person_id": person}, "relation": "sibling"}
    refused = await officer.post(f"/v1/households/{near['id']}/members", body)
    assert faults(refused, 409) == [("/person", "duplicate")]
    assert "params" not in refused.json()["errors"][0]
    assert far["id"] not in refused.text


async def test_a_household_has_one_head_at_a_time(officer: Caller) -> None:
    home = await add_home(officer, members=[CHILD])
    head, child = home["members"]
    refused = await change_member(officer, home, child, relation="head")
    assert faults(refused, 409) == [("/relation", "duplicate")]
    path = f"/v1/households/{home['id']}/members"
    second = {"person": {"full_name": "Vàng A Tủa"}, "relation": "head", "from_on": "2024-01-01"}
    assert faults(await officer.post(path, second), 409) == [("/relation", "duplicate")]
    assert (await change_member(officer, home, head, to_on="2023-12-31")).status_code == 200
    made(await officer.post(path, second))
    again = {"person": {"person_id": head["person_id"]}, "relation": "parent", "from_on": "2024-01-01"}
    made(await officer.post(path, again))
    now = (await officer.get(f"/v1/households/{home['id']}")).json()["members"]
    assert [one["relation"] for one in now] == ["head", "child", "parent"]


async def test_days_lie_within_memory_and_not_ahead(officer: Caller) -> None:
    home = await add_home(officer, members=[CHILD])
    child = home["members"][1]
    for patch, pointer in (
        ({"to_on": "2025-12-01"}, "/to_on"),
        ({"to_on": "2021-01-31"}, "/to_on"),
        ({"from_on": "2025-12-01"}, "/from_on"),
        ({"from_on": "0001-01-01"}, "/from_on"),
        ({"to_on": "9999-12-31"}, "/to_on"),
    ):
        assert faults(await change_member(officer, home, child, **patch)) == [(pointer, "out_of_range")]
    body = {"person": {"full_name": "Vàng A Tủa"}, "relation": "other", "from_on": "2025-12-01"}
    path = f"/v1/households/{home['id']}/members"
    assert faults(await officer.post(path, body)) == [("/from_on", "out_of_range")]


async def test_a_change_needs_the_version_that_was_read(officer: Caller) -> None:
    home = await add_home(officer, members=[CHILD])
    child = home["members"][1]
    path = f"/v1/households/{home['id']}"
    assert (await officer.patch(path, {})).status_code == 428
    assert (await officer.patch(f"{path}/members/{child['id']}", {})).status_code == 428
    assert (await change_member(officer, home, {**child, "version": 9}, to_on="2025-01-01")).status_code == 412
    assert (await change_member(officer, home, child, to_on="2025-01-01")).status_code == 200
    assert (await change_member(officer, home, {**child, "version": 2}, to_on=None)).json()["to_on"] is None
    missing = {**child, "id": str(uuid4())}
    assert (await change_member(officer, home, missing, to_on=None)).status_code == 404


async def test_a_household_moves_and_its_people_are_seen_there(make: Make, session: AsyncSession) -> None:
    staff, officer = await make.account("staff"), await make.account("commune_staff", BAC_HA)
    there = await make.account("commune_staff", SA_PA)
    code = await village(staff)
    home = await add_home(staff, village_code=code)
    path, seen = f"/v1/households/{home['id']}", {"headers": {"if-match": '"1"'}}
    assert faults(await officer.patch(path, {"locality_code": SA_PA}, **seen)) == [("/locality_code", "not_found")]
    assert (await there.get(f"/v1/people/{head_of(home)}")).status_code == 404
    moved = await staff.patch(path, {"locality_code": SA_PA}, **seen)
    assert (moved.status_code, moved.json()["locality"]["code"], moved.json()["village"]) == (200, SA_PA, None)
    assert (await there.get(f"/v1/people/{head_of(home)}")).status_code == 200
    assert await found(officer) == []
    new = await village(staff, SA_PA, "Tả Van")
    named = await staff.patch(path, {"village_code": new}, headers={"if-match": moved.headers["etag"]})
    assert named.json()["village"]["code"] == new
    wrong = await staff.patch(path, {"village_code": code}, headers={"if-match": "*"})
    assert faults(wrong) == [("/village_code", "not_found")]
    same = await staff.patch(path, {"locality_code": SA_PA}, headers={"if-match": named.headers["etag"]})
    assert (same.json()["village"]["code"], same.json()["version"]) == (new, named.json()["version"])
    assert await audited(session, home) == ["add", "edit", "edit"]


async def test_the_same_key_enters_one_household(officer: Caller) -> None:
    body = home_body()
    answers = [await officer.post("/v1/households", body, headers={"idempotency-key": "h1"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert len(await found(officer)) == 1


async def test_a_member_is_entered_once_with_one_key(officer: Caller) -> None:
    home = await add_home(officer)
    path = f"/v1/households/{home['id']}/members"
    answers = [await officer.post(path, CHILD, headers={"idempotency-key": "m1"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert len((await officer.get(path)).json()["items"]) == 2


async def test_two_at_once_do_not_take_one_person_into_two_households(committed: World) -> None:
    staff = await committed.make.account("staff")
    person = await committed.make.person(BAC_HA)
    homes = [await add_home(staff) for _ in range(6)]
    body = {"person": {"person_id": str(person)}, "relation": "other", "from_on": "2022-01-01"}
    answers = await asyncio.gather(*(staff.post(f"/v1/households/{home['id']}/members", body) for home in homes))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {
        "duplicate", "concurrent_update",
    }  # fmt: skip


async def test_the_database_itself_holds_both_rules(officer: Caller, session: AsyncSession) -> None:
    home, other = await add_home(officer), await add_home(officer)
    first = (await session.scalars(select(HouseholdMember).where(HouseholdMember.household_id == home["id"]))).one()
    for household_id, person_id, relation in (
        (other["id"], first.person_id, "other"),
        (home["id"], head_of(other), "head"),
    ):
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                session.add(
                    HouseholdMember(
                        household_id=household_id, person_id=person_id, relation=relation, from_on=first.from_on
                    )
                )


async def test_features_above_ask_who_lives_where(trusted: Caller, session: AsyncSession) -> None:
    home = await add_home(trusted, members=[CHILD], poverty={"poverty_class": "poor", "from_on": "2023-01-01"})
    child = home["members"][1]
    await change_member(trusted, home, child, to_on="2025-06-30")
    member = (await session.scalars(select(HouseholdMember).where(HouseholdMember.id == child["id"]))).one()
    for day, lives_there in ((member.from_on, True), (member.to_on, True)):
        assert day is not None
        assert (await household_of(session, member.person_id, on=day) == member.household_id) is lives_there
    after = member.to_on.replace(month=7) if member.to_on else None
    assert after is not None
    assert await household_of(session, member.person_id, on=after) is None
    query = select(
        is_household_member(member.household_id, member.person_id, after), class_on(member.household_id, after)
    )
    assert (await session.execute(query)).one() == (False, "poor")


async def test_housemates_share_a_household(officer: Caller, make: Make) -> None:
    home = await add_home(officer)
    person = await make.person(BAC_HA)
    assert (await add_housemate(officer, home, person))["person_id"] == str(person)
