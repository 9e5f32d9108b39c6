"""Registering for an event: one or many, by officers and by programs, and what becomes of it."""

import csv
import io
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from incubator.accounts.models import Token
from incubator.audit import AuditEntry
from incubator.events.registrations.models import Registration
from incubator.people.models import Person, PersonPlace
from tests.events.registering import (
    event_ahead,
    in_bulk,
    listed,
    move,
    moved,
    read,
    register,
    somebody,
    try_register,
)
from tests.events.stage import EventStage
from tests.factories import BAC_HA, LAO_CAI, SA_PA, Y_TY, Caller

WHY = {"reason": "Bận việc mùa vụ"}


async def frontend(events: EventStage, *scopes: str, locality: str | None = None) -> Caller:
    return await events.world.make.token("events:register", *scopes, locality=locality)


async def rows(events: EventStage, event_id: UUID) -> list[Registration]:
    async with events.world.database.begin() as session:
        query = select(Registration).where(Registration.event_id == event_id).order_by(Registration.id)
        return list(await session.scalars(query))


async def test_a_registration_has_a_seat_and_a_ticket_that_is_shown_once(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=2)
    made = await try_register(events.staff, event_id, key="k-1")
    body = made.json()
    assert made.status_code == 201
    assert (body["status"], body["mode"], body["source"], body["wait_place"]) == (
        "confirmed",
        "in_person",
        "staff",
        None,
    )
    assert len(body["ticket"]) == 26
    assert body["possible_duplicate"] is False
    assert body["locality_code"] == BAC_HA
    assert made.headers["location"] == f"/v1/registrations/{body['id']}"
    shown = await read(events.staff, body)
    assert shown == {name: value for name, value in body.items() if name not in {"ticket", "possible_duplicate"}}
    assert (await events.mode_row(event_id=event_id)).seats_taken == 1


async def test_a_replay_gives_the_same_answer_without_the_ticket(events: EventStage) -> None:
    event_id = await event_ahead(events)
    person = somebody()
    first = await try_register(events.staff, event_id, key="phone-7", person=person)
    again = await try_register(events.staff, event_id, key="phone-7", person=person)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {**first.json(), "ticket": None}
    assert len(await rows(events, event_id)) == 1


async def test_who_comes_to_a_full_event_waits_in_order(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=1)
    made = [await register(events.staff, event_id) for _ in range(4)]
    assert [(one["status"], one["wait_place"]) for one in made] == [
        ("confirmed", None), ("waitlisted", 1), ("waitlisted", 2), ("waitlisted", 3),
    ]  # fmt: skip
    assert all(one["ticket"] for one in made)
    await moved(events.staff, made[1], "cancel", **WHY)
    assert [(await read(events.staff, one))["wait_place"] for one in made[2:]] == [1, 2]


async def test_a_full_mode_without_waitlist_refuses(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=1, waitlist=False)
    await register(events.staff, event_id)
    refused = await try_register(events.staff, event_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "capacity_full")
    assert "1" in refused.json()["detail"]
    assert len(await rows(events, event_id)) == 1


async def test_nobody_overtakes_the_waitlist(events: EventStage) -> None:
    """Not even where a seat is free, because somebody changed the row by hand."""
    event_id = await event_ahead(events, seats=1)
    for _ in range(2):
        await register(events.staff, event_id)
    async with events.world.database.begin() as session:
        mode = await session.get_one(type(await events.mode_row(event_id=event_id)), (event_id, "in_person"))
        mode.capacity = 5
    late = await register(events.staff, event_id)
    assert (late["status"], late["wait_place"]) == ("waitlisted", 2)


async def test_a_seat_that_is_given_up_goes_to_who_waits_first(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=1)
    first, second, third = [await register(events.staff, event_id) for _ in range(3)]
    gone = await moved(events.staff, first, "cancel", **WHY)
    assert (gone["status"], gone["cancel_reason"]) == ("cancelled", WHY["reason"])
    now_seated = await read(events.staff, second)
    assert (now_seated["status"], now_seated["version"]) == ("confirmed", second["version"] + 1)
    assert (await read(events.staff, third))["wait_place"] == 1
    assert (await events.mode_row(event_id=event_id)).seats_taken == 1
    async with events.world.database.begin() as session:
        trail = select(AuditEntry.action).where(AuditEntry.subject_id == UUID(second["id"]))
        assert sorted(await session.scalars(trail)) == ["promote", "register"]


async def test_a_waiting_registration_that_is_cancelled_frees_no_seat(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=1)
    _, second, third = [await register(events.staff, event_id) for _ in range(3)]
    await moved(events.staff, second, "cancel", **WHY)
    assert (await read(events.staff, third))["status"] == "waitlisted"


async def test_an_account_says_why_it_cancels_and_nobody_cancels_twice(events: EventStage) -> None:
    made = await register(events.staff, await event_ahead(events))
    silent = await move(events.staff, made, "cancel")
    assert silent.json()["errors"][0] | {"detail": ""} == {"code": "required", "pointer": "/reason", "detail": ""}
    gone = await moved(events.staff, made, "cancel", **WHY)
    again = await move(events.staff, gone, "cancel", **WHY)
    assert (again.status_code, again.json()["code"], again.json()["allowed_actions"]) == (409, "invalid_transition", [])
    assert (await move(events.staff, gone, "change_mode", mode="online")).json()["code"] == "invalid_transition"


async def test_a_move_needs_the_version_that_was_read(events: EventStage) -> None:
    made = await register(events.staff, await event_ahead(events))
    path = f"/v1/registrations/{made['id']}/transitions"
    body = {"action": "change_mode", "mode": "online"}
    assert (await events.staff.post(path, body)).status_code == 428
    await moved(events.staff, made, **body)
    assert (await move(events.staff, made, "cancel", **WHY)).status_code == 412


async def test_who_cancelled_may_register_again(events: EventStage) -> None:
    event_id = await event_ahead(events)
    person_id = str(await events.person())
    made = await register(events.staff, event_id, person={"person_id": person_id})
    await moved(events.staff, made, "cancel", **WHY)
    again = await register(events.staff, event_id, person={"person_id": person_id})
    assert again["id"] != made["id"]


async def test_changing_the_mode_takes_a_seat_there_and_frees_the_one_here(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=1)
    first, second = [await register(events.staff, event_id) for _ in range(2)]
    there = await moved(events.staff, first, "change_mode", mode="online")
    assert (there["mode"], there["status"]) == ("online", "confirmed")
    assert (await read(events.staff, second))["status"] == "confirmed"
    taken = [(await events.mode_row(mode, event_id)).seats_taken for mode in ("in_person", "online")]
    assert taken == [1, 1]


async def test_changing_to_a_full_mode_means_waiting_at_its_end(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=1, online=1)
    here = await register(events.staff, event_id)
    for _ in range(2):
        await register(events.staff, event_id, mode="online")
    there = await moved(events.staff, here, "change_mode", mode="online")
    assert (there["mode"], there["status"], there["wait_place"]) == ("online", "waitlisted", 2)
    assert (await events.mode_row("in_person", event_id)).seats_taken == 0
    back = await moved(events.staff, there, "change_mode", mode="in_person")
    assert (back["status"], back["wait_place"]) == ("confirmed", None)


async def test_a_full_mode_without_waitlist_leaves_the_registration_as_it_is(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=5, online=0, waitlist=False)
    made = await register(events.staff, event_id)
    refused = await move(events.staff, made, "change_mode", mode="online")
    assert (refused.status_code, refused.json()["code"]) == (409, "capacity_full")
    assert (await read(events.staff, made))["version"] == made["version"]


async def test_the_other_modes_are_named_to_who_names_a_wrong_one(events: EventStage) -> None:
    event_id = await event_ahead(events)
    made = await register(events.staff, event_id)
    same = await move(events.staff, made, "change_mode", mode="in_person")
    assert same.json()["errors"][0]["params"] == {"allowed": ["online"]}
    lonely, *_ = await events.simple_event()
    unknown = await try_register(events.staff, lonely, mode="online")
    assert [(e["pointer"], e["code"]) for e in unknown.json()["errors"]] == [("/mode", "not_found")]


async def test_a_person_is_registered_once(events: EventStage) -> None:
    event_id = await event_ahead(events)
    person = {"person_id": str(await events.person())}
    made = await register(events.staff, event_id, person=person)
    for mode in ("in_person", "online"):
        again = await try_register(events.staff, event_id, person=person, mode=mode)
        assert (again.status_code, again.json()["code"]) == (409, "duplicate")
        assert [(e["pointer"], e["params"]) for e in again.json()["errors"]] == [("/person", {"known_id": made["id"]})]


async def test_two_rows_that_were_merged_are_one_person(events: EventStage) -> None:
    event_id = await event_ahead(events)
    absorbed, survivor = await events.person(), await events.person("Sùng A Páo", birth_year=1990)
    made = await register(events.staff, event_id, person={"person_id": str(absorbed)})
    async with events.world.database.begin() as session:
        await session.execute(update(Person).where(Person.id == absorbed).values(survivor_id=survivor))
    for person_id in (survivor, absorbed):
        again = await try_register(events.staff, event_id, person={"person_id": str(person_id)})
        assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    shown = await read(events.staff, made)
    assert (shown["person_id"], shown["full_name"], shown["birth_year"]) == (str(survivor), "Sùng A Páo", 1990)


async def test_a_program_registers_new_people_and_sees_only_its_own(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=1)
    program, other = await frontend(events), await frontend(events)
    made = await register(program, event_id)
    assert (made["source"], made["possible_duplicate"]) == ("self", None)
    await register(events.staff, event_id)
    assert [one["id"] for one in await listed(program, event_id)] == [made["id"]]
    assert await listed(other, event_id) == []
    for path in (f"/v1/registrations/{made['id']}", f"/v1/registrations/{uuid4()}"):
        assert (await other.get(path)).status_code == 404
    assert (await move(other, made, "cancel")).status_code == 404
    gone = await moved(program, made, "cancel")
    assert (gone["status"], gone["cancel_reason"]) == ("cancelled", None)


async def test_a_program_names_no_person_and_no_source(events: EventStage) -> None:
    event_id = await event_ahead(events)
    program = await frontend(events, "people:read")
    refused = await try_register(program, event_id, person={"person_id": str(await events.person())}, source="staff")
    assert {(e["pointer"], e["code"]) for e in refused.json()["errors"]} == {
        ("/person/person_id", "unknown_field"), ("/source", "unknown_field"),
    }  # fmt: skip


async def test_a_request_of_a_program_that_is_sent_twice_registers_once(events: EventStage) -> None:
    """Without a key: the same folded name with the same number."""
    event_id, program = await event_ahead(events), await frontend(events)
    made = await register(program, event_id, person={"full_name": "Giàng Thị Sa", "phone": "0912 345 678"})
    for caller, told in ((program, {"known_id": made["id"]}), (await frontend(events), {})):
        again = await try_register(caller, event_id, person={"full_name": "GIANG THI SA", "phone": "+84912345678"})
        assert (again.status_code, again.json()["code"]) == (409, "duplicate")
        assert [(e["pointer"], e.get("params", {})) for e in again.json()["errors"]] == [("/person", told)]
    sister = await try_register(program, event_id, person={"full_name": "Giàng Thị Pà", "phone": "0912345678"})
    assert sister.status_code == 201
    async with events.world.database.begin() as session:
        named = select(func.count()).select_from(Person).where(Person.phone == "+84912345678")
        assert await session.scalar(named) == 2
    elsewhere = await try_register(
        program, await event_ahead(events), person={"full_name": "Giàng Thị Sa", "phone": "0912345678"}
    )
    assert elsewhere.status_code == 201


async def test_staff_is_told_where_somebody_like_them_is_known(events: EventStage) -> None:
    event_id = await event_ahead(events)
    person = somebody()
    assert (await register(events.staff, event_id, person=person))["possible_duplicate"] is False
    assert (await register(events.staff, event_id, person=person))["possible_duplicate"] is True


async def test_programs_register_until_the_end_and_accounts_until_attendance_is_closed(events: EventStage) -> None:
    program = await frontend(events)
    over = await event_ahead(events, starts_at=(await events.row()).starts_at, ends_at=(await events.row()).ends_at)
    for caller, rule in ((program, "registration_over"), (events.staff, None)):
        answer = await try_register(caller, over)
        assert answer.json().get("rule") == rule, answer.text
    await events.set(over, status="completed")
    made = await register(events.staff, over)
    await events.set(over, attendance_closed_at=events.world.clock.now)
    assert (await try_register(events.staff, over)).json()["rule"] == "attendance_closed"
    assert (await move(events.staff, made, "cancel", **WHY)).json()["rule"] == "attendance_closed"


@pytest.mark.parametrize(("status", "rule"), [("draft", "event_unpublished"), ("cancelled", "event_called_off")])
async def test_drafts_and_cancelled_events_take_nobody(events: EventStage, status: str, rule: str) -> None:
    event_id = await event_ahead(events, status=status)
    assert (await try_register(events.staff, event_id)).json()["rule"] == rule


async def test_a_program_knows_no_draft(events: EventStage) -> None:
    event_id = await event_ahead(events, status="draft")
    assert (await try_register(await frontend(events), event_id)).status_code == 404


async def test_the_commune_of_the_event_sees_who_comes_from_elsewhere(events: EventStage) -> None:
    event_id = await event_ahead(events)
    made = await register(events.staff, event_id, locality_code=Y_TY)
    assert made["locality_code"] == Y_TY
    for officer in (events.officer, events.officer_there):
        assert (await officer.get(f"/v1/people/{made['person_id']}")).status_code == 200
        assert (await read(officer, made))["phone"] == made["phone"]
    assert (await move(events.officer_there, made, "cancel", **WHY)).status_code == 403
    elsewhere = await events.world.make.account("commune_staff", SA_PA)
    assert (await elsewhere.get(f"/v1/registrations/{made['id']}")).status_code == 404


async def test_an_event_of_the_province_asks_where_a_new_person_lives(events: EventStage) -> None:
    event_id = await event_ahead(events, commune=LAO_CAI)
    unplaced = await try_register(events.staff, event_id)
    assert [(e["pointer"], e["code"]) for e in unplaced.json()["errors"]] == [("/locality_code", "required")]
    made = await register(events.staff, event_id, locality_code=Y_TY)
    async with events.world.database.begin() as session:
        assert list(await session.scalars(select(PersonPlace).where(PersonPlace.source_id == UUID(made["id"])))) == []
    assert (await read(events.officer_there, made))["id"] == made["id"]


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"locality_code": "99999"}, "/locality_code", "not_found"),
        ({"person": {}}, "/person/full_name", "required"),
        ({"person": {"person_id": str(uuid4())}}, "/person/person_id", "not_found"),
        ({"person": {"full_name": "A", "phone": "12"}}, "/person/phone", "bad_format"),
        ({"source": "self"}, "/source", "not_in_enum"),
    ],
)
async def test_wrong_fields_are_named(events: EventStage, more: dict[str, Any], pointer: str, code: str) -> None:
    refused = await try_register(events.staff, await event_ahead(events), **more)
    assert refused.status_code == 400
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [(pointer, code)]


async def test_a_known_person_keeps_their_commune(events: EventStage) -> None:
    person = {"person_id": str(await events.person())}
    refused = await try_register(events.staff, await event_ahead(events), person=person, locality_code=Y_TY)
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [("/locality_code", "unknown_field")]


async def test_the_officer_of_a_site_registers_for_the_mode_of_the_site(events: EventStage) -> None:
    made = await register(events.officer_there, events.event_id, source="walk_in")
    assert (made["status"], made["source"], made["locality_code"]) == ("confirmed", "walk_in", BAC_HA)
    assert [one["id"] for one in await listed(events.officer_there, events.event_id)] == [made["id"]]
    assert (await try_register(events.officer_there, events.event_id, mode="online")).status_code == 403
    assert (await move(events.officer_there, made, "change_mode", mode="online")).status_code == 403
    await moved(events.officer_there, made, "cancel", **WHY)


async def test_the_officer_of_a_site_does_not_touch_who_is_of_elsewhere(events: EventStage) -> None:
    made = await register(events.staff, events.event_id)
    assert await listed(events.officer_there, events.event_id) == []
    assert (await move(events.officer_there, made, "cancel", **WHY)).status_code == 404


async def test_an_event_elsewhere_is_not_there(events: EventStage) -> None:
    event_id = await event_ahead(events)
    for caller in (events.officer_there, await frontend(events, locality=Y_TY)):
        assert (await try_register(caller, event_id)).status_code == 404
        assert (await caller.get(f"/v1/events/{event_id}/registrations")).status_code == 404


async def test_who_leads_a_session_sees_names_without_numbers(events: EventStage) -> None:
    made = await register(events.staff, events.event_id)
    leader = await events.leader()
    (shown,) = await listed(leader, events.event_id)
    assert (shown["full_name"], shown["phone"]) == (made["full_name"], None)
    assert made["phone"] is not None
    assert (await move(leader, made, "cancel", **WHY)).status_code == 403


async def test_the_list_is_filtered_and_walked(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=2)
    made = [await register(events.staff, event_id) for _ in range(5)]
    online = await register(events.staff, event_id, mode="online", source="import", person=somebody(full_name="Lò Ỉn"))
    await moved(events.staff, made[4], "cancel", **WHY)
    ids = {query: [one["id"] for one in await listed(events.staff, event_id, query)] for query in (
        "?status=waitlisted", "?status=waitlisted&status=cancelled", "?mode=online", "?source=import", "?q=lo%20in",
    )}  # fmt: skip
    assert ids["?status=waitlisted"] == [made[3]["id"], made[2]["id"]]
    assert ids["?status=waitlisted&status=cancelled"] == [made[n]["id"] for n in (4, 3, 2)]
    assert ids["?mode=online"] == ids["?source=import"] == ids["?q=lo%20in"] == [online["id"]]
    path, seen = f"/v1/events/{event_id}/registrations?limit=2&count=exact", []
    while path:
        page = await events.staff.get(path)
        assert page.json()["total"] == 6
        seen += [one["id"] for one in page.json()["items"]]
        path = page.links["next"]["url"] if page.json()["next_cursor"] else ""
    assert seen == [online["id"], *(one["id"] for one in reversed(made))]


async def test_the_list_is_exported_and_that_is_in_the_trail(events: EventStage) -> None:
    event_id = await event_ahead(events)
    made = await register(events.staff, event_id)
    answer = await events.staff.get(f"/v1/events/{event_id}/registrations", headers={"accept": "text/csv"})
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["full_name"], row["phone"], row["wait_place"]) == (made["full_name"], "'" + made["phone"], "")
    async with events.world.database.begin() as session:
        exported = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "export")
        assert await session.scalar(exported.where(AuditEntry.subject_id == event_id)) == 1


async def test_whether_somebody_attended_is_known_when_seen_or_closed(events: EventStage) -> None:
    came, absent, voided = [await events.person() for _ in range(3)]
    made = [(await events.registered(person))[0] for person in (came, absent, voided)]
    other_row = await events.person(survivor_id=came)
    await events.attendance(events.morning, other_row, events.hall)
    await events.attendance(
        events.morning, voided, events.hall, voided_at=events.world.clock.now, void_reason="Quét nhầm"
    )

    async def attended() -> list[bool | None]:
        return [(await read(events.staff, {"id": id_}))["attended"] for id_ in made]

    assert await attended() == [True, None, None]
    await events.set(attendance_closed_at=events.world.clock.now)
    assert await attended() == [True, False, False]


async def test_many_are_registered_each_with_a_result(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=2)
    known = str(await events.person())
    await register(events.staff, event_id, person={"person_id": known})
    body = in_bulk(
        {"person": somebody(), "locality_code": Y_TY},
        {"person": {"person_id": known}},
        {"person": {"full_name": "1"}, "mode": "online"},
        {"person": somebody(phone="abc"), "locality_code": "12345"},
        {"person": somebody()},
        {"person": somebody(), "mode": "online"},
    )
    answer = await events.staff.post(f"/v1/events/{event_id}/registrations/bulk", body)
    assert answer.status_code == 200, answer.text
    results = answer.json()["items"]
    assert [item["id"] for item in results] == [item["id"] for item in body["items"]]
    assert [item["status"] for item in results] == ["done", "failed", "done", "failed", "done", "done"]
    assert results[1]["problem"]["code"] == "duplicate"
    assert {error["pointer"] for error in results[3]["problem"]["errors"]} == {"/person/phone", "/locality_code"}
    made = [item["registration"] for item in results if item["registration"]]
    assert [(one["mode"], one["status"], one["wait_place"]) for one in made] == [
        ("in_person", "confirmed", None), ("online", "confirmed", None), ("in_person", "waitlisted", 1),
        ("online", "confirmed", None),
    ]  # fmt: skip
    assert len({one["ticket"] for one in made}) == 4
    assert len(await rows(events, event_id)) == 5


async def test_many_without_waitlist_get_the_seats_that_are_left(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=2, waitlist=False)
    body = in_bulk(*({"person": somebody()} for _ in range(3)))
    results = (await events.staff.post(f"/v1/events/{event_id}/registrations/bulk", body)).json()["items"]
    assert [item["status"] for item in results] == ["done", "done", "failed"]
    assert results[2]["problem"]["code"] == "capacity_full"
    async with events.world.database.begin() as session:
        unregistered = Person.full_name == body["items"][2]["person"]["full_name"]
        assert await session.scalar(select(Person.id).where(unregistered)) is None


async def test_the_same_twice_in_one_request_is_one(events: EventStage) -> None:
    event_id, program = await event_ahead(events), await frontend(events)
    path, twice = f"/v1/events/{event_id}/registrations/bulk", somebody()
    results = (await program.post(path, in_bulk({"person": twice}, {"person": twice}))).json()["items"]
    assert [item["status"] for item in results] == ["done", "failed"]
    person = {"person": {"person_id": str(await events.person())}}
    results = (await events.staff.post(path, in_bulk(person, person))).json()["items"]
    assert [item["status"] for item in results] == ["done", "failed"]
    body = {"items": in_bulk(person)["items"] * 2}
    refused = await events.staff.post(path, body)
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [("/items/1/id", "duplicate")]


async def test_a_replay_of_many_shows_no_ticket_and_asks_again_who_may_see(events: EventStage) -> None:
    event_id, program = await event_ahead(events), await frontend(events)
    path, body = f"/v1/events/{event_id}/registrations/bulk", in_bulk({"person": somebody()}, {"person": {}})
    first, again = [await program.post(path, body, headers={"idempotency-key": "list-1"}) for _ in range(2)]
    expected = first.json()
    expected["items"][0]["registration"]["ticket"] = None
    assert again.json() == expected
    assert len(await rows(events, event_id)) == 1
    async with events.world.database.begin() as session:
        await session.execute(update(Registration).values(owner_token_id=None))
    assert (await program.post(path, body, headers={"idempotency-key": "list-1"})).status_code == 404


async def test_five_hundred_at_once_and_no_more(events: EventStage) -> None:
    event_id = await event_ahead(events, seats=300)
    path = f"/v1/events/{event_id}/registrations/bulk"
    body = in_bulk(*({"person": somebody()} for _ in range(501)))
    assert (await events.staff.post(path, body)).status_code == 400
    results = (await events.staff.post(path, {"items": body["items"][:500]})).json()["items"]
    places = [item["registration"]["wait_place"] for item in results]
    assert places == [None] * 300 + list(range(1, 201))


async def test_a_token_that_lost_its_scope_is_refused(events: EventStage) -> None:
    event_id, program = await event_ahead(events), await frontend(events)
    made = await register(program, event_id)
    async with events.world.database.begin() as session:
        await session.execute(update(Token).where(Token.id == program.id).values(scopes=["events:read"]))
    refused = await program.get(f"/v1/registrations/{made['id']}")
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
