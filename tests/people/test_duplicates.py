"""Pairs of people who may be one: which evidence makes them, who sees them, and what people say about them."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import SYSTEM
from incubator.audit import AuditEntry
from incubator.people.duplicates.candidates import MOST_CANDIDATES, MOST_OF_ONE_PHONE
from incubator.people.duplicates.finding import find_duplicates, note_duplicates
from incubator.people.duplicates.models import Evidence, PersonDuplicate
from incubator.people.models import Person
from tests.factories import BAC_HA, SA_PA, Y_TY, Caller, Make, World
from tests.people.alike import NUMBER, OTHER_NUMBER, edited, entered, numbered, pair_of, pairs, read, resolve, resolved
from tests.people.homes import faults

NAME = "Giàng Seo Chẩn"
PHONE, TAIL_ALIKE, OTHER_PHONE = "0912 345 678", "0987 765 678", "0987 654 321"

BY: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "the same in all": ({"phone": PHONE}, {"phone": PHONE}, ["phone", "name_birth_year_commune", "name_phone_tail"]),
    "name, year and commune": ({}, {}, ["name_birth_year_commune"]),
    "written without marks": ({}, {"full_name": "GIANG SEO CHAN"}, ["name_birth_year_commune"]),
    "year, where one commune is unknown": ({}, {"locality_code": None}, ["name_birth_year"]),
    "year, where both communes are unknown": ({"locality_code": None}, {"locality_code": None}, ["name_birth_year"]),
    "commune, where one year is unknown": ({}, {"birth_year": None}, ["name_commune"]),
    "the end of the phone": (
        {"phone": PHONE}, {"phone": TAIL_ALIKE, "locality_code": SA_PA, "birth_year": None}, ["name_phone_tail"],
    ),
    "a phone under another name": ({"phone": PHONE}, {"phone": PHONE, "full_name": "Lù A Sử"}, ["phone"]),
    "a phone, though the years differ": ({"phone": PHONE}, {"phone": PHONE, "birth_year": 1990}, ["phone"]),
    "no more than a name": ({"birth_year": None, "locality_code": None}, {"birth_year": None}, []),
    "a name and a year in another commune": ({}, {"locality_code": SA_PA}, []),
    "a name in one commune, but other years": ({}, {"birth_year": 1999}, []),
    "the end of a phone, but other years": ({"phone": PHONE}, {"phone": TAIL_ALIKE, "birth_year": 1990}, []),
    "another name": ({}, {"full_name": "Giàng Seo Chính"}, []),
    "nothing but a commune and a year": ({"phone": PHONE}, {"full_name": "Lù A Sử", "phone": OTHER_PHONE}, []),
}  # fmt: skip


@pytest.mark.parametrize("case", BY)
async def test_what_makes_a_pair(staff: Caller, case: str) -> None:
    one, other, evidence = BY[case]
    first = await entered(staff, NAME, **one)
    second = await entered(staff, **{"name": NAME, **_named(other)})
    found = await pairs(staff)
    assert [pair["evidence"] for pair in found] == ([evidence] if evidence else [])
    assert [(pair["first"]["id"], pair["second"]["id"]) for pair in found] == [(first["id"], second["id"])] * len(found)
    assert [pair["is_strong"] for pair in found] == ["phone" in evidence] * len(found)
    assert [(await read(staff, person))["possible_duplicates"] for person in (first, second)] == [len(found)] * 2


async def test_an_equal_citizen_id_is_strong_and_two_speak_against_a_name(make: Make) -> None:
    keeper = await make.account("staff", None, sensitive=True)
    one, other = await entered(keeper), await entered(keeper, birth_year=1990)
    await numbered(keeper, one, NUMBER)
    await numbered(keeper, other, NUMBER)
    assert [(pair["evidence"], pair["is_strong"]) for pair in await pairs(keeper)] == [(["citizen_id"], True)]
    people = [await entered(keeper, locality_code=None) for _ in range(2)]
    for person, number in zip(people, (OTHER_NUMBER, "010098009999"), strict=True):
        await numbered(keeper, person, number)
        await edited(keeper, person, full_name=NAME)
    assert len(await pairs(keeper)) == 1


async def test_the_citizen_id_as_a_reason_is_told_to_who_may_read_both_numbers(make: Make) -> None:
    keeper, plain = await make.account("staff", None, sensitive=True), await make.account("staff", None)
    people = [await entered(keeper), await entered(keeper)]
    for person in people:
        await numbered(keeper, person, NUMBER)
    assert (await pair_of(keeper, people[0]))["evidence"] == ["citizen_id"]
    assert await pairs(plain) == []
    assert (await read(plain, people[0]))["possible_duplicates"] == 0
    await edited(keeper, people[0], full_name=people[1]["full_name"])
    assert (await pair_of(keeper, people[0]))["evidence"] == ["citizen_id", "name_birth_year_commune"]
    told = await pair_of(plain, people[0])
    assert (told["evidence"], told["is_strong"]) == (["name_birth_year_commune"], False)
    assert await pairs(plain, strong=True) == []
    assert await pairs(plain, strong=False) == [told]
    assert await pairs(keeper, strong=False) == []


async def test_a_phone_that_many_share_is_no_reason_by_itself(staff: Caller, session: AsyncSession) -> None:
    for _ in range(MOST_OF_ONE_PHONE):
        await entered(staff, phone=PHONE)
    assert len(await pairs(staff)) == MOST_OF_ONE_PHONE * (MOST_OF_ONE_PHONE - 1) / 2
    before = await session.scalar(select(func.count()).select_from(PersonDuplicate))
    late = await entered(staff, NAME, phone=PHONE)
    again = await entered(staff, NAME, phone=PHONE, birth_year=None, locality_code=Y_TY)
    assert await session.scalar(select(func.count()).select_from(PersonDuplicate)) == (before or 0) + 1
    assert (await pair_of(staff, late))["evidence"] == ["name_phone_tail"]
    assert (await pair_of(staff, again))["evidence"] == ["name_phone_tail"]


async def test_nobody_gets_more_candidates_than_somebody_reads(session: AsyncSession, staff: Caller) -> None:
    person = await entered(staff, NAME)
    session.add_all(_person(NAME) for _ in range(MOST_CANDIDATES + 5))
    near = _person(NAME, place=await session.get_one(Person, UUID(person["id"])))
    session.add(near)
    await session.flush()
    (found,) = (await find_duplicates(session, [UUID(person["id"])])).values()
    assert len(found) == MOST_CANDIDATES
    assert (found[0].person_id, found[0].evidence) == (near.id, (Evidence.name_birth_year_commune,))


async def test_many_are_looked_at_in_a_constant_number_of_statements(
    session: AsyncSession, staff: Caller, statements: list[str]
) -> None:
    await entered(staff, NAME)
    numbers = []
    for many in (1, 40):
        people = [_person(f"Sùng A {chr(ord('a') + i % 26) * (1 + i // 26)}") for i in range(many)]
        session.add_all([*people, _person(NAME)])
        await session.flush()
        statements.clear()
        flagged = await note_duplicates(session, SYSTEM, [person.id for person in people])
        numbers.append(len(statements))
        assert len(flagged) == (many > 1)
    assert numbers[1] <= numbers[0] + 2


async def test_a_pair_is_noted_once_and_its_evidence_grows(staff: Caller) -> None:
    one, other = await entered(staff, NAME), await entered(staff, NAME, birth_year=None)
    pair = await pair_of(staff, one)
    assert pair["evidence"] == ["name_commune"]
    await edited(staff, other, birth_year=1998)
    grown = await pair_of(staff, other)
    assert (grown["id"], grown["evidence"]) == (pair["id"], ["name_birth_year_commune", "name_commune"])
    await edited(staff, other, sex="male")
    await edited(staff, other, birth_year=None)
    assert await pair_of(staff, one) == grown | {"second": grown["second"] | {"birth_year": None, "sex": "male"}}


async def test_two_people_stay_two_until_strong_evidence_appears(staff: Caller) -> None:
    one, other = await entered(staff, NAME, phone=PHONE), await entered(staff, NAME, locality_code=None)
    said = await resolved(staff, await pair_of(staff, one), "not_duplicate", note="Hai chị em họ")
    assert (said["status"], said["note"], said["resolved_by"]) == ("not_duplicate", "Hai chị em họ", str(staff.id))
    assert said["allowed_actions"] == ["reopen"]
    assert (await read(staff, one))["possible_duplicates"] == 0
    await edited(staff, other, locality_code=BAC_HA)
    assert (await pair_of(staff, one, status="not_duplicate"))["evidence"] == [
        "name_birth_year_commune", "name_birth_year"
    ]  # fmt: skip
    await edited(staff, other, phone=PHONE)
    again = await pair_of(staff, one)
    assert (again["status"], again["resolved_at"], again["resolved_by"]) == ("open", None, None)
    assert (again["is_strong"], again["allowed_actions"]) == (True, ["not_duplicate", "merge"])
    await resolved(staff, again, "not_duplicate")
    await edited(staff, other, phone=None)
    await edited(staff, other, phone=PHONE)
    assert await pairs(staff) == []


async def test_a_pair_is_merged_and_parted_from_the_queue(staff: Caller) -> None:
    one, other = await entered(staff, NAME), await entered(staff, NAME)
    pair = await pair_of(staff, one)
    wrong = await resolve(staff, pair, "merge", survivor_id=str(uuid4()))
    assert faults(wrong) == [("/survivor_id", "not_in_enum")]
    said = await resolved(staff, pair, "merge", survivor_id=other["id"])
    assert (said["status"], said["allowed_actions"]) == ("merged", [])
    assert (said["first"]["merged_into_id"], said["second"]["merged_into_id"]) == (other["id"], None)
    for action, more in (("reopen", {}), ("not_duplicate", {}), ("merge", {"survivor_id": one["id"]})):
        answer = await resolve(staff, said, action, **more)
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
    (merge,) = (await staff.get(f"/v1/people/{one['id']}/merges")).json()["items"]
    assert (await staff.post(f"/v1/people/merges/{merge['id']}/undo", {"reason": "Nhầm"})).status_code == 200
    assert (await pair_of(staff, one))["status"] == "open"


async def test_a_pair_is_opened_again_by_hand_and_a_stale_answer_is_refused(staff: Caller) -> None:
    one, _ = await entered(staff, NAME), await entered(staff, NAME)
    pair = await pair_of(staff, one)
    said = await resolved(staff, pair, "not_duplicate")
    assert (await resolve(staff, pair, "reopen")).status_code == 412
    assert (await resolve(staff, said, "not_duplicate")).status_code == 409
    missing = await staff.post(f"/v1/people/duplicates/{pair['id']}/resolution", {"action": "reopen"})
    assert missing.status_code == 428
    assert (await resolved(staff, said, "reopen"))["status"] == "open"


async def test_that_two_are_two_is_said_of_all_their_rows(staff: Caller) -> None:
    """One of them was entered twice and merged; the third is alike to both rows."""
    one, twin = await entered(staff, NAME), await entered(staff, NAME)
    await resolved(staff, await pair_of(staff, one), "merge", survivor_id=one["id"])
    third = await entered(staff, NAME, phone=PHONE)
    await edited(staff, one, full_name="Lù A Sử", phone=OTHER_PHONE)
    assert (await read(staff, third))["possible_duplicates"] == 1
    search = await staff.post(f"/v1/people/{third['id']}/duplicate-searches")
    assert {row["first"]["id"] for row in search.json()["items"]} == {one["id"], twin["id"]}
    assert (await read(staff, one))["possible_duplicates"] == 2
    await resolved(staff, search.json()["items"][0], "not_duplicate")
    assert await pairs(staff) == []


async def test_an_entry_that_was_made_otherwise_is_searched_on_request(
    make: Make, session: AsyncSession, staff: Caller
) -> None:
    person = await entered(staff, NAME)
    session.add(_person(NAME, place=await session.get_one(Person, UUID(person["id"]))))
    await session.commit()
    assert await pairs(staff) == []
    officer = await make.account("commune_staff", BAC_HA)
    found = await officer.post(f"/v1/people/{person['id']}/duplicate-searches")
    assert found.status_code == 200
    (pair,) = found.json()["items"]
    assert (pair["evidence"], pair["allowed_actions"]) == (["name_birth_year_commune"], [])
    assert await pairs(officer) == [pair]
    noted = select(AuditEntry.details).where(AuditEntry.action == "find_duplicates")
    assert (await session.scalars(noted)).all() == [{"pairs": 1}]
    assert (await staff.post(f"/v1/people/{uuid4()}/duplicate-searches")).status_code == 404


async def test_a_pair_is_seen_by_who_sees_both_and_resolved_where_both_live(make: Make, staff: Caller) -> None:
    one, other = await entered(staff, NAME, phone=PHONE), await entered(staff, phone=PHONE, locality_code=SA_PA)
    pair = await pair_of(staff, one)
    here, there = await make.account("staff", BAC_HA), await make.account("commune_staff", SA_PA)
    for caller, person in ((here, one), (there, other)):
        assert await pairs(caller) == []
        assert (await caller.get(f"/v1/people/duplicates/{pair['id']}")).status_code == 404
        assert (await read(caller, person))["possible_duplicates"] == 0
        found = await caller.post(f"/v1/people/{person['id']}/duplicate-searches")
        assert found.json() == {"items": []}
    assert (await resolve(here, pair, "not_duplicate")).status_code == 404
    body = make.idea_body(leader={"person_id": other["id"]})
    assert (await staff.post("/v1/ideas", body)).status_code == 201
    assert [row["allowed_actions"] for row in await pairs(here)] == [[]]
    assert (await resolve(here, pair, "not_duplicate")).status_code == 403
    assert (await resolve(staff, pair, "not_duplicate")).status_code == 200


async def test_a_person_who_comes_with_an_idea_is_looked_at_too(make: Make, staff: Caller) -> None:
    known = await entered(staff, NAME)
    await make.idea(staff, leader={"full_name": NAME, "birth_year": 1998})
    assert (await pair_of(staff, known))["evidence"] == ["name_birth_year_commune"]


async def test_many_who_enter_the_same_people_at_once_do_not_hinder_each_other(committed: World) -> None:
    """Who was entered in the same moment was not there yet; the next search finds them."""
    staff = await committed.make.account("staff")
    known = [await entered(staff, NAME, phone=f"091234567{n}") for n in range(3)]
    calls = [entered(staff, NAME, phone=f"091234567{n % 3}") for n in range(12)]
    edits = [edited(staff, person, full_name=f"{NAME} {n}") for n, person in enumerate(known)]
    people = (await asyncio.gather(*calls, *edits))[: len(calls)]
    searches = [staff.post(f"/v1/people/{person['id']}/duplicate-searches") for person in people]
    assert {answer.status_code for answer in await asyncio.gather(*searches)} == {200}
    found = {(pair["first"]["id"], pair["second"]["id"]) for pair in await pairs(staff, limit=200)}
    ids = sorted(person["id"] for person in people)
    assert found >= {(one, other) for one in ids for other in ids if one < other}


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    """`full_name` under the name of the argument."""
    return {"name" if key == "full_name" else key: value for key, value in fields.items()}


def _person(name: str, place: Person | None = None) -> Person:
    """Somebody whom the demo or another service wrote into the table."""
    return Person(
        full_name=name, birth_year=1998, locality_id=place and place.locality_id,
        province_id=place and place.province_id, entered_by_kind="system", entered_by_id=SYSTEM.id,
    )  # fmt: skip
