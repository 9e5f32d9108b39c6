"""What a phone hears of each item that it sends: every code, every warning, and that no item holds up another."""

import base64
import gzip
import json
import math
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from incubator.audit import AuditEntry
from incubator.events.attendance.models import Attendance
from incubator.events.check_in.models import CheckInReview, Scan, WalkIn
from incubator.events.devices.models import DeviceContact
from incubator.events.layout.models import EventSite
from incubator.events.registrations.models import Ticket, ticket_hash, ticket_prefix
from incubator.people.models import Person, PersonPlace
from tests.events.door import ON_TIME, Door, at
from tests.events.stage import NOON, STARTS_AT, EventStage
from tests.factories import LAO_CAI, SA_PA, Y_TY, World


@pytest.fixture
async def door(events: EventStage) -> Door:
    """A phone that may do all, while the morning lasts."""
    events.world.clock.now = ON_TIME
    return Door(events, await events.device())


async def ticket_of(events: EventStage, **more: Any) -> str:
    _, ticket = await events.registered(await events.person(), **more)
    return ticket


async def everything(world: World, table: Any) -> list[Any]:
    async with world.database.begin() as session:
        return list(await session.scalars(select(table)))


async def reasons(world: World) -> list[str]:
    return sorted(review.reason for review in await everything(world, CheckInReview))


# What counts


async def test_who_comes_and_goes_is_told_so(events: EventStage, door: Door) -> None:
    person = await events.person()
    registration_id, ticket = await events.registered(person)
    came, again, left = door.scan(token=ticket), door.scan(token=ticket), door.scan(token=ticket, kind="out")
    answer = await door.post(came, again, left, batch_id="lô 1")
    told = answer.json()
    assert [(r["status"], r["code"], r["warnings"]) for r in told["results"]] == [
        ("accepted", "checked_in", []),
        ("accepted", "already_checked_in", []),
        ("accepted", "checked_out", []),
    ]
    assert {r["person_id"] for r in told["results"]} == {str(person)}
    assert [r["client_scan_id"] for r in told["results"]] == [s["client_scan_id"] for s in (came, again, left)]
    assert told["counts"] == {"accepted": 3, "replayed": 0, "rejected": 0, "retry": 0}
    assert told["batch_id"] == "lô 1"
    assert told["received_at"] == ON_TIME.isoformat().replace("+00:00", "Z")
    assert told["clock"] == {"skew_ms": 0, "quality": "ok"}
    (row,) = await everything(events.world, Attendance)
    assert (row.person_id, row.site_id, row.first_in_at, row.last_out_at) == (person, events.hall, STARTS_AT, STARTS_AT)
    assert {scan.registration_id for scan in await everything(events.world, Scan)} == {registration_id}
    assert await door.told(door.scan(token=ticket)) == ("accepted", "already_checked_in", set())


async def test_who_was_only_seen_leaving_comes_in_later(events: EventStage, door: Door) -> None:
    ticket = await ticket_of(events)
    assert await door.told(door.scan(token=ticket, kind="out")) == ("accepted", "checked_out", set())
    assert await door.told(door.scan(token=ticket)) == ("accepted", "checked_in", set())


async def test_a_name_is_picked_from_the_list(events: EventStage, door: Door) -> None:
    ticket = await ticket_of(events)
    prefix = ticket_prefix(ticket_hash(ticket))
    assert base64.urlsafe_b64decode(prefix) == ticket_hash(ticket)[:12]
    assert await door.told(door.scan(ticket_prefix=prefix)) == ("accepted", "checked_in", set())
    unknown = await door.told(door.scan(ticket_prefix="AAAAAAAAAAAAAAAA"))
    assert unknown == ("rejected", "token_unknown", set())


async def test_a_ticket_is_read_from_a_bad_print(events: EventStage, door: Door) -> None:
    ticket = await ticket_of(events)
    written = ticket.lower().replace("0", "o").replace("1", "l")
    typed = "-".join(written[i : i + 5] for i in range(0, len(written), 5))
    assert await door.told(door.scan(token=typed)) == ("accepted", "checked_in", set())


async def test_a_rolled_ticket_says_nothing_against_a_name(events: EventStage, door: Door) -> None:
    ticket = await ticket_of(events)
    async with events.world.database.begin() as session:
        (await session.get_one(Ticket, ticket_hash(ticket))).revoked_at = STARTS_AT
    assert await door.told(door.scan(token=ticket)) == ("rejected", "token_revoked", set())
    prefix = ticket_prefix(ticket_hash(ticket))
    assert await door.told(door.scan(ticket_prefix=prefix)) == ("accepted", "checked_in", set())


async def test_a_batch_may_be_compressed(events: EventStage, door: Door) -> None:
    body = gzip.compress(json.dumps({"items": [door.scan(token=await ticket_of(events))]}).encode())
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = await door.phone.request("POST", "/v1/check-in/batches", content=body, headers=headers)
    assert answer.json()["counts"]["accepted"] == 1


async def test_the_phone_was_heard_of(events: EventStage, door: Door) -> None:
    await door.send(sent_at=ON_TIME - timedelta(seconds=5))
    (contact,) = await everything(events.world, DeviceContact)
    assert (contact.device_id, contact.last_seen_at, contact.last_skew_ms) == (door.phone.id, ON_TIME, 5_000)


# What came before


async def test_an_item_that_comes_again_changes_nothing(events: EventStage, door: Door) -> None:
    items = [door.scan(token=await ticket_of(events)), door.walk_in(), door.scan(token="0" * 26), {"kind": "in"}]
    first = (await door.post(*items)).json()
    kept = [await everything(events.world, table) for table in (Scan, Attendance, Person, CheckInReview)]
    again = (await door.post(*items)).json()
    assert again["counts"] == {"accepted": 0, "replayed": 3, "rejected": 1, "retry": 0}
    for before, after in zip(first["results"][:3], again["results"][:3], strict=True):
        assert after == {**before, "status": "replayed"}
    assert again["results"][3] == first["results"][3]
    numbers = [len(await everything(events.world, table)) for table in (Scan, Attendance, Person, CheckInReview)]
    assert numbers == [len(rows) for rows in kept]


async def test_how_an_item_is_written_makes_no_difference(events: EventStage, door: Door) -> None:
    item = door.scan(token=await ticket_of(events))
    await door.send(item)
    same = dict(reversed(item.items())) | {"person": None, "token": item["token"].lower()}
    same["scanned_at"] = "2025-11-29T08:00:00+07:00"
    assert (await door.send(same))[0]["status"] == "replayed"


async def test_an_item_twice_in_a_batch_counts_once(events: EventStage, door: Door) -> None:
    item = door.scan(token=await ticket_of(events))
    results = await door.send(item, item)
    assert [(r["status"], r["code"]) for r in results] == [("accepted", "checked_in"), ("replayed", "checked_in")]
    assert results[0]["person_id"] == results[1]["person_id"]


@pytest.mark.parametrize("together", [True, False])
async def test_another_item_under_the_same_id_is_kept_for_staff(events: EventStage, door: Door, together: bool) -> None:
    item = door.scan(token=await ticket_of(events))
    other = {**item, "token": await ticket_of(events)}
    results = await door.send(item, other) if together else [*await door.send(item), *await door.send(other)]
    assert [(r["status"], r["code"]) for r in results] == [("accepted", "checked_in"), ("rejected", "payload_mismatch")]
    assert (await door.send(other))[0]["code"] == "payload_mismatch"
    (review,) = await everything(events.world, CheckInReview)
    assert (review.reason, str(review.person_id)) == ("payload_mismatch", results[1]["person_id"])
    assert len(await everything(events.world, Scan)) == 1


async def test_an_unreadable_item_under_a_known_id_is_a_mismatch(events: EventStage, door: Door) -> None:
    item = door.scan(token=await ticket_of(events))
    results = await door.send(item, {**item, "kind": "sideways"})
    assert results[1]["code"] == "payload_mismatch"
    assert results[1]["errors"][0]["pointer"] == "/kind"


# What does not count


async def test_a_ticket_that_nobody_issued(events: EventStage, door: Door) -> None:
    for token in ("0" * 26, "https://example.test/x", "U" * 26):
        assert await door.told(door.scan(token=token)) == ("rejected", "token_unknown", set())
    assert await reasons(events.world) == ["token_unknown"] * 3


async def test_nothing_is_told_of_who_holds_a_ticket_of_another_event(events: EventStage, door: Door) -> None:
    other, _, _ = await events.simple_event()
    _, ticket = await events.registered(await events.person(), event_id=other)
    (result,) = await door.send(door.scan(token=ticket))
    assert (result["code"], result["person_id"]) == ("token_wrong_event", None)
    prefix = ticket_prefix(ticket_hash(ticket))
    assert await door.told(door.scan(ticket_prefix=prefix)) == ("rejected", "token_unknown", set())


async def test_a_session_of_no_or_another_event(events: EventStage, door: Door) -> None:
    _, session_id, site_id = await events.simple_event()
    ticket = await ticket_of(events)
    for elsewhere in (uuid4(), session_id):
        item = door.scan(token=ticket, session_id=str(elsewhere), site_id=str(site_id))
        assert await door.told(item) == ("rejected", "session_unknown", set())


async def test_a_site_that_is_not_the_phones_or_not_of_the_session(events: EventStage, door: Door) -> None:
    ticket = await ticket_of(events)
    late = await events.site(events.afternoon, "Hội trường")
    at_hall = Door(events, await events.device(sites=[events.hall]))
    for phone, site in ((at_hall, events.bridge), (door, late), (door, uuid4())):
        assert await phone.told(phone.scan(token=ticket, site_id=str(site))) == ("rejected", "site_mismatch", set())
    assert not await everything(events.world, Attendance)


async def test_a_phone_that_counts_heads_names_nobody_and_loses_nobody(events: EventStage, door: Door) -> None:
    counter = Door(events, await events.device(profile="headcount"))
    items = [counter.scan(token=await ticket_of(events)), counter.walk_in()]
    assert [r["code"] for r in await counter.send(*items)] == ["site_mismatch"] * 2
    assert len([review for review in await everything(events.world, CheckInReview) if review.person_id]) == 2


async def test_a_cancelled_event(events: EventStage, door: Door) -> None:
    ticket = await ticket_of(events)
    await events.set(status="cancelled")
    assert await door.told(door.scan(token=ticket)) == ("rejected", "event_cancelled", set())


async def test_after_the_window_items_wait_for_staff(events: EventStage, door: Door) -> None:
    ticket = await ticket_of(events)
    await events.set(attendance_closed_at=STARTS_AT)
    assert await door.told(door.scan(token=ticket)) == ("rejected", "sync_window_closed", set())
    await events.set(attendance_closed_at=None)
    events.world.clock.now = (await events.row()).late_sync_until + timedelta(seconds=1)
    assert await door.told(door.scan(token=ticket)) == ("rejected", "sync_window_closed", set())
    assert await reasons(events.world) == ["sync_window_closed"] * 2
    (first, _) = await everything(events.world, CheckInReview)
    assert (first.person_id is not None, first.happened_at, first.site_id) == (True, STARTS_AT, events.hall)


def _unreadable(door: Door) -> list[tuple[Any, str]]:
    """Items with something wrong, and where it is."""
    good, named = door.scan(token="0" * 26), door.walk_in()
    person = named["person"]
    return [
        (7, ""),
        (None, ""),
        ([], ""),
        ("in", ""),
        ({}, "/client_scan_id"),
        (good | {"client_scan_id": "x"}, "/client_scan_id"),
        (good | {"kind": "sideways"}, "/kind"),
        (good | {"method": "smell"}, "/method"),
        (good | {"method": "walk_in"}, "/person"),
        (good | {"method": "list", "token": None}, "/token"),
        (good | {"ticket_prefix": "A" * 16}, "/ticket_prefix"),
        (good | {"person": person}, "/person"),
        (good | {"site_id": 2**70}, "/site_id"),
        (good | {"scanned_at": "hôm qua"}, "/scanned_at"),
        (good | {"scanned_at": "2025-11-29T08:00:00"}, "/scanned_at"),
        (good | {"nonsense": 10**400}, "/nonsense"),
        (good | {"nonsense": math.nan}, "/nonsense"),
        (good | {"kind": -math.inf}, "/kind"),
        (good | {"token": "a\0b"}, "/token"),
        (named | {"person": person | {"full_name": "Sùng\0"}}, "/person/full_name"),
        (named | {"person": person | {"full_name": "\ud800"}}, "/person/full_name"),
        (named | {"person": person | {"full_name": "..."}}, "/person/full_name"),
        (named | {"person": person | {"birth_year": 2**64}}, "/person/birth_year"),
        (named | {"person": person | {"birth_year": 2099}}, "/person/birth_year"),
        (named | {"person": person | {"phone": "x"}}, "/person/phone"),
    ]


async def test_an_item_that_nobody_can_read_holds_up_no_other(events: EventStage, door: Door) -> None:
    wrong = [(item | {"client_scan_id": str(uuid4())} if where not in {"", "/client_scan_id"} else item, where)
             for item, where in _unreadable(door)]  # fmt: skip
    good = door.scan(token=await ticket_of(events))
    body = {"items": [good, *(item for item, _ in wrong), door.walk_in()]}
    content = json.dumps(body).replace(str(10**400), "1e400").encode()
    answer = await door.phone.request(
        "POST", "/v1/check-in/batches", content=content, headers={"content-type": "application/json"}
    )
    results = answer.json()["results"]
    assert (results[0]["code"], results[-1]["code"]) == ("checked_in", "checked_in")
    told = [(r["code"], {error["pointer"] for error in r["errors"]}) for r in results[1:-1]]
    missing = [(item, code, where) for (item, pointer), (code, where) in zip(wrong, told, strict=True)
               if code != "invalid_item" or pointer not in where]  # fmt: skip
    assert not missing


async def test_an_item_with_a_doubled_key_is_wrong_by_itself(events: EventStage, door: Door) -> None:
    first, second = door.scan(token=await ticket_of(events)), door.scan(token=await ticket_of(events))
    doubled = json.dumps(second)[:-1] + ', "kind": "out"}'
    content = f'{{"sent_at": NaN, "items": [{json.dumps(first)}, {doubled}]}}'.encode()
    headers = {"content-type": "application/json"}
    answer = await door.phone.request("POST", "/v1/check-in/batches", content=content, headers=headers)
    one, other = answer.json()["results"]
    assert (one["code"], other["code"], other["client_scan_id"]) == (
        "checked_in", "invalid_item", second["client_scan_id"],
    )  # fmt: skip
    assert [(error["pointer"], error["code"]) for error in other["errors"]] == [("/kind", "duplicate")]
    (review,) = await everything(events.world, CheckInReview)
    assert '"kind": ["in", "out"]' in review.payload["raw"]
    outside = content.replace(b'"sent_at": NaN', b'"items": []')
    answer = await door.phone.request("POST", "/v1/check-in/batches", content=outside, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


async def test_what_arrived_is_kept_until_somebody_looked_at_it(events: EventStage, door: Door) -> None:
    item = door.walk_in(birth_year=1800)
    await door.send(item, {"x": "y\0" * 9_000})
    one, other = sorted(await everything(events.world, CheckInReview), key=lambda review: len(review.payload["raw"]))
    assert (one.reason, str(one.client_key), one.site_id) == ("invalid_item", item["client_scan_id"], events.hall)
    assert "1800" in one.payload["raw"]
    assert len(other.payload["raw"]) == 4_000
    (scan,) = await everything(events.world, Scan)
    assert (scan.code, scan.status, scan.person_id) == ("invalid_item", "rejected", None)


async def test_a_batch_as_a_whole_is_json_of_at_most_500_items(door: Door) -> None:
    too_many = await door.phone.post("/v1/check-in/batches", {"items": [1] * 501})
    assert (too_many.status_code, too_many.json()["errors"][0]["pointer"]) == (400, "/items")
    assert (await door.phone.post("/v1/check-in/batches", {"items": {}})).status_code == 400
    assert (await door.phone.post("/v1/check-in/batches", {"items": [], "nonsense": 1})).status_code == 400
    assert (await door.phone.post("/v1/check-in/batches", {"items": [1] * 500})).status_code == 200


async def test_only_phones_send_batches(events: EventStage) -> None:
    scanner = await events.world.make.token("check_in:write")
    for caller in (scanner, events.staff):
        assert (await caller.post("/v1/check-in/batches", {"items": []})).status_code == 403


# Warnings


async def test_a_seat_in_the_queue_a_cancelled_one_and_one_in_another_mode(events: EventStage, door: Door) -> None:
    for more, warning in (
        ({"status": "waitlisted"}, "waitlisted_admitted"),
        ({"status": "cancelled"}, "registration_cancelled"),
        ({"mode": "online"}, "mode_switched"),
    ):
        item = door.scan(token=await ticket_of(events, **more))
        assert await door.told(item) == ("accepted", "checked_in", {warning})


async def test_who_comes_when_all_seats_are_taken_is_let_in(events: EventStage, door: Door) -> None:
    event_id, session_id, site_id = await events.simple_event(capacity=2)
    phone = Door(events, await events.device(event_id=event_id))
    place: dict[str, Any] = {"session_id": str(session_id), "site_id": str(site_id)}
    walk_ins = [phone.walk_in(f"Thào Seo {letter}", **place) for letter in "ABCD"]
    first = await phone.send(*walk_ins[:3])
    assert [("over_capacity" in result["warnings"]) for result in first] == [False, False, True]
    assert await phone.told(walk_ins[3]) == ("accepted", "checked_in", {"walk_in", "over_capacity"})
    again = phone.walk_in(**place, client_person_id=UUID(walk_ins[0]["person"]["client_person_id"]))
    assert await phone.told(again) == ("accepted", "already_checked_in", {"walk_in"})


async def test_a_batch_that_comes_hours_after_the_session(events: EventStage, door: Door) -> None:
    events.world.clock.now = NOON + timedelta(hours=6)
    assert await door.told(door.scan(token=await ticket_of(events))) == ("accepted", "checked_in", set())
    events.world.clock.now += timedelta(seconds=1)
    assert await door.told(door.scan(token=await ticket_of(events))) == ("accepted", "checked_in", {"late_sync"})


# Walk-ins


async def test_a_walk_in_is_one_person_at_two_sessions(events: EventStage, door: Door) -> None:
    late = await events.site(events.afternoon, "Hội trường")
    phone, met = Door(events, await events.device()), uuid4()
    afternoon = {"session_id": str(events.afternoon), "site_id": str(late), "scanned_at": at(NOON)}
    events.world.clock.now = NOON
    results = await phone.send(
        phone.walk_in("Sùng Thị Dợ", met, birth_year=2001, phone="0912345678"),
        phone.walk_in("Sùng T. Dợ", met, **afternoon),
    )
    assert [(r["code"], r["warnings"]) for r in results] == [("checked_in", ["walk_in"])] * 2
    (walk_in,) = await everything(events.world, WalkIn)
    async with events.world.database.begin() as session:
        person = await session.get_one(Person, walk_in.person_id)
        added = select(AuditEntry).where(AuditEntry.subject_id == person.id, AuditEntry.action == "add_person")
        assert len(list(await session.scalars(added))) == 1
    assert (person.full_name, person.birth_year, person.phone) == ("Sùng Thị Dợ", 2001, "+84912345678")
    assert (person.name_key, person.entered_by_kind) == ("sung thi do", "token")
    assert {result["person_id"] for result in results} == {str(person.id)}
    seen = await events.officer.get(f"/v1/people/{person.id}")
    assert seen.status_code == 200


async def test_a_walk_in_lives_where_they_say_or_where_they_came(events: EventStage, door: Door) -> None:
    there: dict[str, Any] = {"site_id": str(events.bridge)}
    results = await door.send(
        door.walk_in("Lý A", **there), door.walk_in("Lý B", locality_code=SA_PA, **there),
        door.walk_in("Lý C", locality_code="99999", **there),
    )  # fmt: skip
    places = {code: (await events.place(code))["locality_id"] for code in (Y_TY, SA_PA)}
    async with events.world.database.begin() as session:
        people = [await session.get_one(Person, UUID(result["person_id"])) for result in results]
        shown = (await session.scalars(select(PersonPlace.locality_id))).all()
    assert [person.locality_id for person in people] == [places[Y_TY], places[SA_PA], None]
    assert [*shown] == [places[Y_TY]] * 3


async def test_a_walk_in_of_a_whole_province_has_no_commune(events: EventStage, door: Door) -> None:
    event_id, session_id, site_id = await events.simple_event(commune=LAO_CAI)
    async with events.world.database.begin() as session:
        await session.execute(update(EventSite).where(EventSite.id == site_id).values(await events.place(LAO_CAI)))
    phone = Door(events, await events.device(event_id=event_id))
    (result,) = await phone.send(phone.walk_in(session_id=str(session_id), site_id=str(site_id)))
    assert result["code"] == "checked_in"
    async with events.world.database.begin() as session:
        person = await session.get_one(Person, UUID(result["person_id"]))
    assert person.locality_id is None


async def test_who_may_be_entered_already_is_let_in_with_a_warning(events: EventStage, door: Door) -> None:
    await events.person("Giàng Seo Páo", birth_year=1999)
    alike = door.walk_in("Giang Seo Pao", birth_year=1999)
    assert await door.told(alike) == ("accepted", "checked_in", {"walk_in", "possible_duplicate_person"})


async def test_a_walk_in_whom_staff_has_to_confirm_waits(events: EventStage, door: Door) -> None:
    await events.set(walk_in_policy="confirm")
    met = uuid4()
    results = await door.send(door.walk_in(client_person_id=met), door.walk_in(client_person_id=met, kind="out"))
    assert [result["code"] for result in results] == ["checked_in", "checked_out"]
    (row,) = await everything(events.world, Attendance)
    assert (row.pending, row.confirmed_at) == (True, None)
    (review,) = await everything(events.world, CheckInReview)
    assert (review.reason, review.person_id) == ("walk_in_unconfirmed", row.person_id)


async def test_a_walk_in_who_is_not_admitted_is_entered_all_the_same(events: EventStage, door: Door) -> None:
    scans_only = Door(events, await events.device(profile="scan"))
    (by_phone,) = await scans_only.send(scans_only.walk_in("Cư A"))
    await events.set(walk_in_policy="deny")
    (by_event,) = await door.send(door.walk_in("Cư B"))
    assert [(r["status"], r["code"]) for r in (by_phone, by_event)] == [("rejected", "walk_in_not_allowed")] * 2
    async with events.world.database.begin() as session:
        names = {(await session.get_one(Person, UUID(r["person_id"]))).full_name for r in (by_phone, by_event)}
    assert names == {"Cư A", "Cư B"}
    assert not any("Cư" in str(review.payload) for review in await everything(events.world, CheckInReview))
    assert not await everything(events.world, Attendance)
