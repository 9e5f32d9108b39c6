"""Who was there: the list, what staff strikes out, and paper lists."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from incubator.audit import AuditEntry
from incubator.events.attendance.models import Attendance
from incubator.events.layout.models import EventSite
from incubator.people.models import Person, PersonPlace
from tests.events.door import Door
from tests.events.stage import NOON, STARTS_AT, EventStage
from tests.factories import LAO_CAI, SA_PA, Y_TY, Caller


async def listed(caller: Caller, events: EventStage, **query: Any) -> list[dict[str, Any]]:
    answer = await caller.get(f"/v1/events/{events.event_id}/attendances", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def address(events: EventStage, person_id: Any, session_id: UUID | None = None) -> str:
    return f"/v1/events/{events.event_id}/sessions/{session_id or events.morning}/attendances/{person_id}"


async def move(caller: Caller, events: EventStage, person_id: Any, version: int, action: str, **data: Any) -> Any:
    path = f"{address(events, person_id)}/transitions"
    return await caller.post(path, {"action": action, **data}, headers={"if-match": f'"{version}"'})


async def record(caller: Caller, events: EventStage, *items: dict[str, Any], key: str = "") -> Any:
    headers = {"idempotency-key": key or str(uuid4())}
    return await caller.post(f"/v1/events/{events.event_id}/attendances", {"items": list(items)}, headers=headers)


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("rule") or answer.json()["code"]


def faults(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


# The list


async def test_the_list_says_who_was_where_and_what_counts(events: EventStage) -> None:
    came, waits, gone = [await events.person(name) for name in ("Sùng A Páo", "Lý Thị Mai", "Má A Dơ")]
    await events.attendance(events.morning, came, events.hall, first_out_at=NOON, last_out_at=NOON)
    await events.attendance(events.morning, waits, events.room, pending=True)
    await events.attendance(events.morning, gone, events.hall, voided_at=NOON, void_reason="Quét nhầm")
    rows = {row["full_name"]: row for row in await listed(events.staff, events)}
    assert rows["Sùng A Páo"] == {
        "session_id": str(events.morning), "session_number": 1, "site_id": str(events.hall),
        "site_label": "Hội trường", "mode": "in_person", "person_id": str(came), "counts_as": str(came),
        "full_name": "Sùng A Páo", "birth_year": None, "locality_code": "02839", "locality_name": "Bắc Hà",
        "first_in_at": "2025-11-29T01:00:00Z", "last_out_at": "2025-11-29T05:00:00Z", "pending": False,
        "counted": True, "voided_at": None, "version": 1,
    }  # fmt: skip
    assert [(rows[name]["pending"], rows[name]["counted"]) for name in ("Lý Thị Mai", "Má A Dơ")] == [
        (True, False), (False, False),
    ]  # fmt: skip
    assert [row["person_id"] for row in await listed(events.staff, events, counted="true")] == [str(came)]
    assert [row["person_id"] for row in await listed(events.staff, events, site_id=str(events.room))] == [str(waits)]
    assert await listed(events.staff, events, session_id=str(events.afternoon)) == []
    path = f"/v1/events/{events.event_id}/attendances"
    table = await events.staff.get(path, headers={"accept": "text/csv"})
    assert {row["full_name"] for row in csv.DictReader(io.StringIO(table.text))} == rows.keys()
    one = await events.staff.get(address(events, gone))
    assert (one.json()["void_reason"], one.headers["etag"][:3]) == ("Quét nhầm", '"1.')


async def test_the_list_is_walked_page_by_page(events: EventStage) -> None:
    people = {str(await events.person()) for _ in range(5)}
    for person in people:
        await events.attendance(events.morning, UUID(person), events.hall)
    path, seen, cursor = f"/v1/events/{events.event_id}/attendances", [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await events.staff.get(path, params=query)).json()
        seen += [row["person_id"] for row in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert sorted(seen) == sorted(people)


async def test_who_sees_whom(events: EventStage) -> None:
    here, there, guest = await events.person(), await events.person(commune=Y_TY), await events.person(commune=SA_PA)
    await events.attendance(events.morning, here, events.hall)
    await events.attendance(events.morning, there, events.hall)
    await events.attendance(events.morning, guest, events.bridge)
    everybody = {str(here), str(there), str(guest)}

    async def seen(caller: Caller) -> set[str]:
        return {row["person_id"] for row in await listed(caller, events)}

    for caller in (events.staff, events.approver, events.officer, await events.leader()):
        assert await seen(caller) == everybody
    assert await seen(events.officer_there) == {str(there), str(guest)}
    assert (await events.officer_there.get(address(events, here))).status_code == 404
    assert (await events.officer_there.get(address(events, guest))).status_code == 200
    stranger = await events.world.make.account("commune_staff", SA_PA)
    assert (await stranger.get(f"/v1/events/{events.event_id}/attendances")).status_code == 404
    program = await events.world.make.token("events:register")
    assert (await program.get(f"/v1/events/{events.event_id}/attendances")).status_code == 403


async def test_nothing_that_happens_elsewhere_changes_any_answer(events: EventStage) -> None:
    """To the officer of the bridge point, while the hall fills."""
    await events.attendance(events.morning, await events.person(), events.bridge)
    path = f"/v1/events/{events.event_id}"
    asked = [
        f"{path}/attendances?count=exact",
        f"{path}/attendances?site_id={events.hall}&count=exact",
        f"{path}/check-in-reviews?count=exact",
        f"{path}/check-in-reviews?reason=token_unknown&count=exact",
    ]

    async def answers(caller: Caller) -> list[str]:
        plain = [(await caller.get(address)).text for address in asked]
        return plain + [(await caller.get(address, headers={"accept": "text/csv"})).text for address in asked]

    before = {caller: await answers(caller) for caller in (events.officer_there, events.officer)}
    door = Door(events, await events.device())
    await events.attendance(events.morning, await events.person(), events.hall)
    await door.send(door.walk_in(), door.scan(token="0" * 26), {"x": 1})
    assert await answers(events.officer_there) == before[events.officer_there]
    after = await answers(events.officer)
    assert not any(one == other for one, other in zip(after, before[events.officer], strict=True))


async def test_a_merged_person_is_shown_by_the_row_that_counts(events: EventStage) -> None:
    absorbed, survivor = await events.person("Sung A Pao"), await events.person("Sùng A Páo")
    await events.attendance(events.morning, absorbed, events.hall)
    async with events.world.database.begin() as session:
        await session.execute(update(Person).where(Person.id == absorbed).values(survivor_id=survivor))
    (row,) = await listed(events.staff, events)
    assert (row["person_id"], row["counts_as"], row["full_name"]) == (str(absorbed), str(survivor), "Sùng A Páo")


# Striking out


async def test_staff_strikes_somebody_out_and_takes_that_back(events: EventStage) -> None:
    person = await events.person()
    _, ticket = await events.registered(person)
    await events.attendance(events.morning, person, events.hall, NOON)
    gone = await move(events.staff, events, person, 1, "void", reason=" Quét nhầm thẻ ")
    assert (gone.json()["counted"], gone.json()["void_reason"], gone.json()["version"]) == (False, "Quét nhầm thẻ", 2)
    assert problem(await move(events.staff, events, person, 2, "void", reason="x")) == (409, "invalid_transition")
    door = Door(events, await events.device())
    assert (await door.told(door.scan(token=ticket)))[:2] == ("accepted", "already_checked_in")
    after = (await events.staff.get(address(events, person))).json()
    assert (after["counted"], after["first_in_at"], after["version"]) == (False, "2025-11-29T01:00:00Z", 3)
    assert problem(await move(events.staff, events, person, 2, "restore")) == (412, "version_conflict")
    back = (await move(events.staff, events, person, 3, "restore")).json()
    assert (back["counted"], back["voided_at"], back["void_reason"]) == (True, None, None)
    assert problem(await move(events.staff, events, person, 4, "restore")) == (409, "invalid_transition")
    async with events.world.database.begin() as session:
        trail = select(AuditEntry.action).where(AuditEntry.subject_id == person).order_by(AuditEntry.id)
        assert list(await session.scalars(trail)) == ["void_attendance", "restore_attendance"]


async def test_who_may_strike_out(events: EventStage) -> None:
    here, there = await events.person(), await events.person()
    await events.attendance(events.morning, here, events.hall)
    await events.attendance(events.morning, there, events.bridge)
    assert (await move(events.officer_there, events, there, 1, "void", reason="x")).status_code == 200
    assert problem(await move(events.officer_there, events, here, 1, "void", reason="x")) == (404, "not_found")
    native = await events.person(commune=Y_TY)
    await events.attendance(events.morning, native, events.hall)
    assert problem(await move(events.officer_there, events, native, 1, "void", reason="x")) == (403, "forbidden")
    assert problem(await move(events.staff, events, await events.person(), 1, "restore")) == (404, "not_found")
    path = f"{address(events, here)}/transitions"
    unread = await events.staff.post(path, {"action": "void", "reason": "x"})
    assert problem(unread) == (428, "precondition_required")


async def test_nobody_is_struck_out_once_attendance_is_closed(events: EventStage) -> None:
    person = await events.person()
    await events.attendance(events.morning, person, events.hall)
    await events.set(attendance_closed_at=NOON)
    assert problem(await move(events.staff, events, person, 1, "void", reason="x")) == (422, "attendance_closed")


# Paper lists


async def test_a_paper_list_is_merged_with_what_phones_saw(events: EventStage) -> None:
    scanned, native = await events.person(), await events.person(commune=Y_TY)
    registration_id, _ = await events.registered(scanned)
    await events.attendance(events.morning, scanned, events.hall, NOON)
    answer = await record(
        events.staff, events,
        {"site_id": str(events.hall), "registration_id": str(registration_id)},
        {"site_id": str(events.bridge), "person": {"person_id": str(native)}, "at": NOON.isoformat()},
        {"site_id": str(events.bridge), "person": {"full_name": "Thào Thị Mỷ", "birth_year": 2003}},
        {"site_id": str(events.room), "person": {"full_name": "Cư A"}, "locality_code": SA_PA},
        {"site_id": str(events.room), "person": {"person_id": str(native)}},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    told = answer.json()["items"]
    assert [line["result"] for line in told] == ["already_checked_in", *["checked_in"] * 3, "already_checked_in"]
    assert told[0] == {
        "session_id": str(events.morning), "site_id": str(events.hall), "person_id": str(scanned),
        "result": "already_checked_in", "possible_duplicate": False, "resembles": [],
    }  # fmt: skip
    rows = {row["person_id"]: row for row in await listed(events.staff, events)}
    assert len(rows) == 4
    assert rows[str(scanned)]["first_in_at"] == "2025-11-29T01:00:00Z"
    assert (rows[str(native)]["site_id"], rows[str(native)]["first_in_at"][11:16]) == (str(events.room), "01:00")
    new, guest = rows[told[2]["person_id"]], rows[told[3]["person_id"]]
    assert (new["full_name"], new["locality_code"], guest["locality_code"]) == ("Thào Thị Mỷ", Y_TY, SA_PA)
    assert (await events.officer_there.get(f"/v1/people/{new['person_id']}")).status_code == 200


async def test_a_new_person_who_may_be_known_is_said(events: EventStage) -> None:
    known = await events.person("Giàng Seo Páo", birth_year=1999)
    line = {"site_id": str(events.hall), "person": {"full_name": "Giang Seo Pao", "birth_year": 1999}}
    (told,) = (await record(events.staff, events, line)).json()["items"]
    assert (told["result"], told["possible_duplicate"], told["resembles"]) == ("checked_in", True, [str(known)])
    there = {**line, "site_id": str(events.bridge), "locality_code": "02839", "new_person": True}
    (unseen,) = (await record(events.officer_there, events, there)).json()["items"]
    assert (unseen["possible_duplicate"], str(known) in unseen["resembles"]) == (True, False)


async def results(caller: Caller, events: EventStage, *items: dict[str, Any]) -> list[tuple[str, bool, str]]:
    answer = await record(caller, events, *items)
    assert answer.status_code == 200, answer.text
    return [(line["result"], line["possible_duplicate"], line["person_id"]) for line in answer.json()["items"]]


async def test_a_list_that_is_typed_twice_counts_once(events: EventStage) -> None:
    def line(name: str, **details: Any) -> dict[str, Any]:
        return {"site_id": str(events.hall), "person": {"full_name": name, **details}}

    two = [line("Sùng A Páo", birth_year=2001), line("Sùng A Páo", birth_year=2001)]
    first = await results(events.staff, events, *two, line("Lý Thị Mai", birth_date="2003-04-05", sex="female"))
    assert [result for result, _, _ in first] == ["checked_in"] * 3
    again = await results(
        events.staff, events, line("SUNG A PAO", birth_year=2001, phone="0912345678"), two[1],
        line("Lý Thị Mai", birth_year=2003),
    )  # fmt: skip
    assert again == [("already_checked_in", True, person_id) for _, _, person_id in first]
    others = await results(
        events.staff, events,
        line("Lý Thị Mai", birth_year=2003, sex="male"),
        line("Lý Thị Mai", birth_date="2003-12-31"),
        line("Lý Thị Mai", birth_year=2003) | {"locality_code": SA_PA},
        line("Lý Thị Mai"),
        line("Lý Thị Mai", birth_year=2003) | {"new_person": True},
        line("Lý Thị Mai", birth_year=2003) | {"site_id": str(events.bridge)},
    )  # fmt: skip
    assert [result for result, _, _ in others] == ["checked_in"] * 6
    assert len(await listed(events.staff, events)) == 9


async def test_a_line_that_stands_twice_with_a_phone_number_is_one_person(events: EventStage) -> None:
    person = {"full_name": "Sùng A Páo", "birth_year": 2001, "phone": "0912 345 678"}
    line = {"site_id": str(events.hall), "person": person}
    same = {"site_id": str(events.hall), "person": {**person, "full_name": "Sung A Pao", "phone": "+84912345678"}}
    one, two, other = await results(events.staff, events, line, same, same | {"new_person": True})
    assert [one[0], two[0], other[0]] == ["checked_in", "already_checked_in", "checked_in"]
    assert one[2] == two[2] != other[2]
    assert [result for result, _, _ in await results(events.staff, events, line, same)] == ["already_checked_in"] * 2


async def test_who_was_struck_out_or_is_not_seen_is_not_recognised(events: EventStage) -> None:
    gone = await events.person("Lý Thị Mai", birth_year=2003)
    await events.attendance(events.morning, gone, events.hall, voided_at=NOON, void_reason="Quét nhầm")
    line = {"site_id": str(events.hall), "person": {"full_name": "Lý Thị Mai", "birth_year": 2003}}
    ((result, doubtful, _),) = await results(events.staff, events, line)
    assert (result, doubtful) == ("checked_in", True)
    there = {"site_id": str(events.bridge), "person": line["person"], "locality_code": "02839"}
    ((result, _, _),) = await results(events.officer_there, events, there)
    assert result == "checked_in"


async def test_a_list_recognises_who_was_merged_by_the_row_that_counts(events: EventStage) -> None:
    absorbed, survivor = await events.person("Mai"), await events.person("Lý Thị Mai", birth_year=2003)
    await events.attendance(events.morning, absorbed, events.hall)
    async with events.world.database.begin() as session:
        await session.execute(update(Person).where(Person.id == absorbed).values(survivor_id=survivor))
    line = {"site_id": str(events.hall), "person": {"full_name": "Lý Thị Mai", "birth_year": 2003}}
    ((_, _, person_id),) = await results(events.staff, events, line)
    assert person_id == str(survivor)


async def test_a_merged_row_that_is_named_means_its_survivor(events: EventStage) -> None:
    absorbed, survivor = await events.person(), await events.person()
    async with events.world.database.begin() as session:
        await session.execute(update(Person).where(Person.id == absorbed).values(survivor_id=survivor))
    answer = await record(events.staff, events, {"site_id": str(events.hall), "person": {"person_id": str(absorbed)}})
    assert answer.json()["items"][0]["person_id"] == str(survivor)


async def test_a_list_is_entered_once(events: EventStage) -> None:
    line = {"site_id": str(events.hall), "person": {"full_name": "Cư A"}}
    first, again = [await record(events.staff, events, line, key="list-1") for _ in range(2)]
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    unkeyed = await events.staff.post(f"/v1/events/{events.event_id}/attendances", {"items": [line]})
    assert problem(unkeyed) == (400, "idempotency_key_required")
    async with events.world.database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Attendance)) == 1


async def test_all_that_is_wrong_with_a_list_is_named_and_nothing_is_entered(events: EventStage) -> None:
    other, _, foreign = await events.simple_event()
    strange, _ = await events.registered(await events.person(), event_id=other)
    hall, known = {"site_id": str(events.hall)}, await events.person()
    answer = await record(
        events.staff, events,
        {**hall, "person": {"full_name": "Cư A"}},
        hall,
        {"site_id": str(foreign), "person": {"full_name": "Cư B"}},
        {**hall, "registration_id": str(strange)},
        {**hall, "person": {"person_id": str(uuid4())}},
        {**hall, "person": {"full_name": "..."}},
        {**hall, "person": {"full_name": "Cư C"}, "at": (STARTS_AT - timedelta(days=2)).isoformat()},
        {**hall, "person": {"full_name": "Cư C"}, "at": "9999-12-31T09:00:00Z"},
        {**hall, "person": {"full_name": "Cư D"}, "locality_code": "99999"},
        {**hall, "registration_id": str(uuid4()), "locality_code": SA_PA},
        {**hall, "registration_id": str(uuid4()), "person": {"person_id": str(known)}, "new_person": True},
    )  # fmt: skip
    assert faults(answer) == {
        "/items/1/person": "required",
        "/items/10/person": "duplicate",
        "/items/10/registration_id": "not_found",
        "/items/10/new_person": "unknown_field",
        "/items/2/site_id": "not_found",
        "/items/3/registration_id": "not_found",
        "/items/4/person/person_id": "not_found",
        "/items/5/person/full_name": "bad_format",
        "/items/6/at": "out_of_range",
        "/items/7/at": "out_of_range",
        "/items/8/locality_code": "not_found",
        "/items/9/registration_id": "not_found",
        "/items/9/locality_code": "unknown_field",
    }
    assert "person, registration_id" in answer.json()["errors"][0]["detail"]
    assert await listed(events.staff, events) == []


async def test_officers_enter_lists_of_their_own_sites(events: EventStage) -> None:
    there = {"site_id": str(events.bridge), "person": {"full_name": "Cư A"}}
    here = {"site_id": str(events.hall), "person": {"full_name": "Cư B"}}
    refused = await record(events.officer_there, events, there, here, here)
    assert problem(refused) == (403, "forbidden")
    assert [(error["pointer"], error["params"]["site_id"]) for error in refused.json()["errors"]] == [
        (f"/items/{number}/site_id", str(events.hall)) for number in (1, 2)
    ]
    assert (await record(events.officer_there, events, there, key="mine")).status_code == 200
    async with events.world.database.begin() as session:
        await session.execute(update(EventSite).where(EventSite.id == events.bridge).values(await events.place(SA_PA)))
    assert problem(await record(events.officer_there, events, there, key="mine"))[0] in {403, 404}


async def test_at_a_place_of_a_whole_province_a_new_person_has_no_commune(events: EventStage) -> None:
    await events.set(**await events.place(LAO_CAI))
    async with events.world.database.begin() as session:
        await session.execute(update(EventSite).values(await events.place(LAO_CAI)))
    answer = await record(events.staff, events, {"site_id": str(events.hall), "person": {"full_name": "Cư A"}})
    assert answer.status_code == 200
    (row,) = await listed(events.staff, events)
    assert row["locality_code"] is None
    async with events.world.database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(PersonPlace)) == 0


async def test_a_closed_and_a_cancelled_event_take_no_lists(events: EventStage) -> None:
    line = {"site_id": str(events.hall), "person": {"full_name": "Cư A"}}
    await events.set(attendance_closed_at=NOON)
    assert problem(await record(events.staff, events, line)) == (422, "attendance_closed")
    await events.set(attendance_closed_at=None, status="cancelled")
    assert problem(await record(events.staff, events, line)) == (409, "invalid_transition")
