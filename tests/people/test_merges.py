"""Merging two entries of one person: what the survivor takes, who sees them then, and that undoing is exact."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.audit import AuditEntry
from incubator.people.actions import has_consent
from incubator.people.merges.models import PersonMerge
from incubator.people.models import PersonPlace, PersonViewer
from incubator.people.places import add_places, add_viewer, move_places, remove_viewer
from tests.factories import BAC_HA, SA_PA, Y_TY, Caller, Make, World
from tests.people.alike import (
    NUMBER,
    OTHER_NUMBER,
    broken,
    edited,
    entered,
    merge,
    merged,
    numbered,
    pair_of,
    pairs,
    read,
    resolved,
    undo,
    undone,
)  # fmt: skip
from tests.people.conftest import Places
from tests.people.homes import faults

NAME = "Giàng Seo Chẩn"
PHONE = "+84912345678"
KNOWN = {"birth_date": "1998-03-12", "sex": "male", "ethnicity": "hmong", "phone": PHONE}


async def test_the_survivor_takes_what_it_lacks_and_gives_it_back(make: Make) -> None:
    keeper = await make.account("staff", None, sensitive=True)
    bare = await entered(keeper, birth_year=None, locality_code=None)
    full = await entered(keeper, **KNOWN)
    await numbered(keeper, full, NUMBER)
    before = [await read(keeper, person) for person in (bare, full)]
    done = await merged(keeper, bare, full)
    assert done["filled"] == ["birth_date", "birth_year", "sex", "ethnicity", "phone", "locality_code", "citizen_id"]
    one = await read(keeper, bare)
    assert {name: one[name] for name in KNOWN} == KNOWN
    assert (one["full_name"], one["birth_year"], one["locality_code"]) == (bare["full_name"], 1998, BAC_HA)
    assert (await number_of(keeper, bare)).json()["number"] == NUMBER
    assert (await number_of(keeper, bare)).json()["warnings"] == []
    assert (await read(keeper, full)) == before[1] | {"merged_into_id": bare["id"], "version": 2}
    assert await shown(keeper) == [bare["id"]]
    assert await shown(keeper, merged=True) == [full["id"]]
    await undone(keeper, done)
    after = [await read(keeper, person) for person in (bare, full)]
    assert [row | {"version": 1} for row in after] == before
    assert (await number_of(keeper, bare)).status_code == 404
    assert (await number_of(keeper, full)).json()["number"] == NUMBER
    assert sorted(await shown(keeper)) == sorted([bare["id"], full["id"]])


async def test_nothing_that_the_survivor_has_is_replaced(make: Make) -> None:
    keeper = await make.account("staff", None, sensitive=True)
    one = await entered(
        keeper, birth_year=1997, sex="female", ethnicity="tay", phone="0987 654 321", locality_code=SA_PA
    )
    other = await entered(keeper, **KNOWN)
    before = await read(keeper, one)
    done = await merged(keeper, one, other)
    assert done["filled"] == []
    assert await read(keeper, one) == before


async def test_a_birth_date_of_the_same_year_is_taken(staff: Caller) -> None:
    one, other = await entered(staff), await entered(staff, birth_date="1998-03-12")
    assert (await merged(staff, one, other))["filled"] == ["birth_date"]


async def test_what_was_edited_since_stays(make: Make) -> None:
    keeper = await make.account("staff", None, sensitive=True)
    bare, full = await entered(keeper, birth_year=None, locality_code=None), await entered(keeper, **KNOWN)
    await numbered(keeper, full, NUMBER)
    done = await merged(keeper, bare, full)
    await edited(keeper, bare, birth_date="1998-05-05", phone="0987 654 321")
    await numbered(keeper, bare, OTHER_NUMBER)
    await undone(keeper, done)
    now = await read(keeper, bare)
    assert (now["birth_date"], now["birth_year"], now["phone"]) == ("1998-05-05", 1998, "+84987654321")
    assert (now["sex"], now["ethnicity"], now["locality_code"]) == (None, None, None)
    assert (await number_of(keeper, bare)).json()["number"] == OTHER_NUMBER


async def test_a_year_stays_with_a_date_that_was_entered_since(staff: Caller) -> None:
    one, other = await entered(staff, birth_year=None), await entered(staff)
    done = await merged(staff, one, other)
    assert done["filled"] == ["birth_year"]
    await edited(staff, one, birth_date="1998-05-05")
    await undone(staff, done)
    assert (await read(staff, one))["birth_year"] == 1998


async def test_a_merge_without_evidence_needs_a_reason(staff: Caller) -> None:
    one, other = await entered(staff, NAME), await entered(staff, NAME, locality_code=SA_PA)
    assert broken(await merge(staff, one, other, reason=None)) == "merge_needs_reason"
    assert (await merged(staff, one, other, reason="Mẹ xác nhận"))["reason"] == "Mẹ xác nhận"
    alike, twin = await entered(staff, NAME, locality_code=Y_TY), await entered(staff, NAME, locality_code=Y_TY)
    assert (await merged(staff, alike, twin, reason=None))["reason"] is None
    assert await pairs(staff) == []


async def test_two_whom_somebody_called_two_need_a_reason_too(staff: Caller) -> None:
    one, other = await entered(staff, NAME), await entered(staff, NAME)
    await resolved(staff, await pair_of(staff, one), "not_duplicate")
    assert broken(await merge(staff, one, other, reason=None)) == "merge_needs_reason"
    await undone(staff, await merged(staff, one, other))
    assert (await pair_of(staff, one, status="not_duplicate"))["second"]["id"] == other["id"]


async def test_two_citizen_ids_are_never_merged_and_one_is_no_hindrance(staff: Caller) -> None:
    people = [await entered(staff, NAME) for _ in range(3)]
    for person, number in zip(people, (NUMBER, OTHER_NUMBER, NUMBER), strict=True):
        await numbered(staff, person, number)
    assert broken(await merge(staff, people[0], people[1])) == "two_citizen_ids"
    assert (await merged(staff, people[0], people[2]))["filled"] == []


async def test_a_merged_entry_is_not_written_to(staff: Caller) -> None:
    one, other, third = await entered(staff), await entered(staff), await entered(staff)
    await merged(staff, one, other)
    tag = {"if-match": "*"}
    consent = {"action": "give", "given_on": "2025-11-01", "form": "paper"}
    refused = [
        await staff.patch(f"/v1/people/{other['id']}", {"sex": "male"}, headers=tag),
        await staff.put(f"/v1/people/{other['id']}/citizen-id", {"number": NUMBER}, headers=tag),
        await staff.post(f"/v1/people/{other['id']}/consents", consent),
        await merge(staff, third, other),
        await merge(staff, other, third),
    ]
    for answer in refused:
        assert broken(answer) == "person_merged"
        assert one["id"] in answer.json()["detail"]


async def test_who_names_a_merged_entry_means_its_survivor(make: Make, staff: Caller) -> None:
    one, other = await entered(staff), await entered(staff)
    await merged(staff, one, other)
    idea = await make.idea(staff, leader={"person_id": other["id"]})
    assert idea["leader"]["person_id"] == one["id"]
    both = make.idea_body(leader={"person_id": one["id"]}, team=[{"person_id": other["id"]}])
    assert faults(await staff.post("/v1/ideas", both)) == [("/team/0/person_id", "duplicate")]


async def test_what_either_entry_agreed_to_the_person_did(staff: Caller, session: AsyncSession) -> None:
    one, other = await entered(staff), await entered(staff)
    agreed = {"action": "give", "given_on": "2025-11-01", "form": "paper"}
    assert (await staff.post(f"/v1/people/{other['id']}/consents", agreed)).status_code == 201
    ids = [UUID(person["id"]) for person in (one, other)]
    assert [await has_consent(session, id_) for id_ in ids] == [False, True]
    done = await merged(staff, one, other)
    assert [await has_consent(session, id_) for id_ in ids] == [True, True]
    withdrawn = {"action": "withdraw", "withdrawn_on": "2025-11-20", "form": "paper"}
    assert (await staff.post(f"/v1/people/{one['id']}/consents", withdrawn)).status_code == 201
    assert [await has_consent(session, id_) for id_ in ids] == [False, False]
    assert await has_consent(session, ids[0], on=date(2025, 11, 10))
    await undone(staff, done)
    assert [await has_consent(session, id_) for id_ in ids] == [False, True]


async def test_merges_are_undone_newest_first(staff: Caller) -> None:
    a, b, c, d = [await entered(staff, NAME) for _ in range(4)]
    first, second = await merged(staff, a, b), await merged(staff, a, c)
    third = await merged(staff, d, a)
    assert await survivors(staff, a, b, c, d) == [d["id"], d["id"], d["id"], None]
    for earlier in (first, second):
        answer = await undo(staff, earlier)
        assert broken(answer) == "newer_merge_first"
        assert third["id"] in answer.json()["detail"]
    await undone(staff, third)
    assert await survivors(staff, a, b, c, d) == [None, a["id"], a["id"], None]
    assert broken(await undo(staff, third)) == "merge_undone"
    assert broken(await undo(staff, first)) == "newer_merge_first"
    await undone(staff, second)
    await undone(staff, first)
    assert await survivors(staff, a, b, c, d) == [None] * 4
    told = (await staff.get(f"/v1/people/{a['id']}/merges")).json()["items"]
    assert [row["id"] for row in told] == [third["id"], second["id"], first["id"]]
    assert {row["undo_reason"] for row in told} == {"Gộp nhầm"}
    assert len(await pairs(staff)) == 6


async def test_who_saw_the_merged_entry_sees_the_survivor_until_it_is_undone(
    make: Make, staff: Caller, session: AsyncSession
) -> None:
    one, other, last = await entered(staff), await entered(staff, locality_code=SA_PA), await entered(staff)
    there, mentor = await make.account("commune_staff", SA_PA), await make.account("mentor")
    project = uuid4()
    await add_viewer(session, [UUID(other["id"])], mentor.id, source="project", source_id=project)
    await session.commit()
    merges = [await merged(staff, one, other), await merged(staff, last, one)]
    for caller in (there, mentor):
        assert (await read(caller, last))["id"] == last["id"]
    change = await there.patch(f"/v1/people/{last['id']}", {"sex": "male"}, headers={"if-match": "*"})
    assert change.status_code == 403
    await remove_viewer(session, mentor.id, source_id=project)
    await session.commit()
    assert (await mentor.get(f"/v1/people/{last['id']}")).status_code == 404
    await add_viewer(session, [UUID(other["id"])], mentor.id, source="project", source_id=project)
    await session.commit()
    assert (await read(mentor, last))["id"] == last["id"]
    for done in reversed(merges):
        await undone(staff, done)
    for caller in (there, mentor):
        assert (await caller.get(f"/v1/people/{last['id']}")).status_code == 404
        assert (await caller.get(f"/v1/people/{one['id']}")).status_code == 404
        assert (await read(caller, other))["id"] == other["id"]


async def test_what_a_merged_person_does_may_move_to_another_commune(
    make: Make, staff: Caller, session: AsyncSession, places: Places
) -> None:
    one, other, idea = await entered(staff), await entered(staff), uuid4()
    in_y_ty = {"locality_id": places.here.id, "province_id": places.province_id}
    in_sa_pa = {"locality_id": places.sibling.id, "province_id": places.province_id}
    await add_places(session, [UUID(other["id"])], **in_y_ty, source="idea", source_id=idea)
    await session.commit()
    before = await sights(session)
    done = await merged(staff, one, other)
    y_ty, sa_pa = await make.account("commune_staff", Y_TY), await make.account("commune_staff", SA_PA)
    assert [(await who.get(f"/v1/people/{one['id']}")).status_code for who in (y_ty, sa_pa)] == [200, 404]
    await move_places(session, idea, **in_sa_pa)
    await session.commit()
    assert [(await who.get(f"/v1/people/{one['id']}")).status_code for who in (y_ty, sa_pa)] == [404, 200]
    await move_places(session, idea, **in_y_ty)
    await session.commit()
    await undone(staff, done)
    assert await sights(session) == before


async def test_only_staff_of_both_places_merges_and_sees_what_it_saw(make: Make, staff: Caller) -> None:
    one, other = await entered(staff, NAME), await entered(staff, NAME, locality_code=SA_PA)
    here, officer = await make.account("staff", BAC_HA), await make.account("commune_staff", BAC_HA)
    assert faults(await merge(here, one, other)) == [("/absorbed_id", "not_found")]
    assert (await merge(here, other, one)).status_code == 404
    assert faults(await merge(staff, one, one)) == [("/absorbed_id", "duplicate")]
    assert (await merge(officer, one, other)).status_code == 403
    done = await merged(staff, one, other)
    for caller in (here, officer):
        assert (await caller.get(f"/v1/people/{one['id']}/merges")).json()["items"] == []
    assert (await undo(here, done)).status_code == 404
    assert (await officer.get(f"/v1/people/{other['id']}/merges")).status_code == 404
    nowhere = await entered(staff, locality_code=None)
    body = make.idea_body(leader={"person_id": nowhere["id"]})
    assert (await staff.post("/v1/ideas", body)).status_code == 201
    assert (await merge(here, one, nowhere)).status_code == 403


async def test_both_entries_tell_of_the_merge(staff: Caller, session: AsyncSession) -> None:
    one, other = await entered(staff), await entered(staff)
    done = await merged(staff, one, other)
    await undone(staff, done)
    for person in (one, other):
        told = select(AuditEntry.action).where(AuditEntry.subject_id == UUID(person["id"])).order_by(AuditEntry.id)
        assert (await session.scalars(told)).all() == ["add_person", "merge_person", "undo_merge"]


async def test_two_merges_of_one_pair_in_opposite_directions_make_one(committed: World) -> None:
    staff = await committed.make.account("staff")
    for _ in range(5):
        one, other = await entered(staff), await entered(staff)
        answers = await asyncio.gather(merge(staff, one, other), merge(staff, other, one))
        assert outcomes(answers) == {201: 1, 422: 1}
        assert sorted(await survivors(staff, one, other), key=bool)[0] is None


async def test_one_entry_is_merged_into_one_of_two(committed: World) -> None:
    staff = await committed.make.account("staff")
    for _ in range(5):
        a, b, c = [await entered(staff) for _ in range(3)]
        answers = await asyncio.gather(merge(staff, b, a), merge(staff, c, a))
        assert outcomes(answers) == {201: 1, 422: 1}


async def test_merges_edits_and_undos_at_once_leave_no_chain_and_no_trouble(committed: World) -> None:
    staff = await committed.make.account("staff")
    people = [await entered(staff, NAME) for _ in range(6)]
    calls = [merge(staff, one, other) for one in people for other in people if one is not other]
    edits = [
        staff.patch(f"/v1/people/{one['id']}", {"phone": f"0912 345 67{i}"}, headers={"if-match": "*"})
        for i, one in enumerate(people)
    ]
    ideas = [staff.post("/v1/ideas", committed.make.idea_body(leader={"person_id": one["id"]})) for one in people]
    answers = await asyncio.gather(*calls, *edits, *ideas)
    assert set(outcomes(answers)) <= {200, 201, 409, 422}
    async with committed.database.begin() as session:
        live = (await session.scalars(select(PersonMerge).order_by(PersonMerge.id.desc()))).all()
        assert len(live) == len(people) - 1
    undos = await asyncio.gather(*(undo(staff, {"id": row.id}) for row in live for _ in range(2)))
    assert set(outcomes(undos)) <= {200, 422}
    for row in live:
        await undo(staff, {"id": row.id})
    assert await survivors(staff, *people) == [None] * len(people)


def outcomes(answers: Iterable[httpx.Response]) -> Counter[int]:
    troubled = [answer.text for answer in answers if answer.status_code >= 500]
    assert not troubled, troubled
    return Counter(answer.status_code for answer in answers)


async def number_of(caller: Caller, person: dict[str, Any]) -> httpx.Response:
    return await caller.get(f"/v1/people/{person['id']}/citizen-id?full=true")


async def shown(caller: Caller, **params: Any) -> list[str]:
    return [item["id"] for item in (await caller.get("/v1/people", params=params)).json()["items"]]


async def survivors(caller: Caller, *people: dict[str, Any]) -> list[str | None]:
    return [(await read(caller, person))["merged_into_id"] for person in people]


async def sights(session: AsyncSession) -> list[Any]:
    """Through which places and accounts anybody is seen."""
    places = await session.execute(select(PersonPlace.person_id, PersonPlace.locality_id, PersonPlace.source_id))
    viewers = await session.execute(select(PersonViewer.person_id, PersonViewer.account_id, PersonViewer.source_id))
    return [sorted(map(tuple, places)), sorted(map(tuple, viewers))]
