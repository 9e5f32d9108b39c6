"""What was rejected is not lost: officers see it, admit it or dismiss it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from incubator.events.attendance.models import Attendance
from incubator.events.check_in.models import CheckInReview
from incubator.events.check_in.reviews.actions import sweep_reviews
from incubator.events.registrations.models import Ticket, ticket_hash
from incubator.localities.models import Locality, LocalitySuccession
from tests.events.door import ON_TIME, Door
from tests.events.stage import STARTS_AT, EventStage
from tests.factories import SA_PA, Caller, current_locality


@pytest.fixture
async def door(events: EventStage) -> Door:
    events.world.clock.now = ON_TIME
    return Door(events, await events.device())


async def reviews(caller: Caller, door: Door, **query: str) -> list[dict[str, Any]]:
    answer = await caller.get(f"/v1/events/{door.events.event_id}/check-in-reviews", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def resolve(caller: Caller, review: dict[str, Any], action: str, **data: Any) -> Any:
    path = f"/v1/check-in-reviews/{review['id']}/resolution"
    return await caller.post(path, {"action": action, **data}, headers={"if-match": f'"{review["version"]}"'})


async def admitted(caller: Caller, review: dict[str, Any], **data: Any) -> dict[str, Any]:
    answer = await resolve(caller, review, "admit", **data)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def present(events: EventStage) -> list[Attendance]:
    async with events.world.database.begin() as session:
        return list(await session.scalars(select(Attendance).where(Attendance.is_counted())))


async def revoked(events: EventStage) -> str:
    """A ticket that was rolled."""
    _, ticket = await events.registered(await events.person("Má A Dơ"))
    async with events.world.database.begin() as session:
        (await session.get_one(Ticket, ticket_hash(ticket))).revoked_at = STARTS_AT
    return ticket


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("rule") or answer.json()["code"]


async def test_officers_see_what_happened_and_who_it_was(events: EventStage, door: Door) -> None:
    await door.send(door.scan(token=await revoked(events)), door.scan(token="0" * 26), {"kind": "in"})
    unread, unknown, rolled = await reviews(events.staff, door)
    assert [r["reason"] for r in (unread, unknown, rolled)] == ["invalid_item", "token_unknown", "token_revoked"]
    assert (rolled["full_name"], rolled["site_label"], rolled["kind"], rolled["method"]) == (
        "Má A Dơ", "Hội trường", "in", "qr",
    )  # fmt: skip
    assert (unknown["person_id"], unknown["raw"]) == (None, None)
    assert (unread["raw"], unread["kind"]) == ('{"kind": "in"}', None)
    assert "/client_scan_id required" in unread["faults"]
    one = await events.staff.get(f"/v1/check-in-reviews/{rolled['id']}")
    assert (one.json(), one.headers["etag"][:3]) == (rolled, '"1.')
    assert [r["id"] for r in await reviews(events.staff, door, reason="token_unknown")] == [unknown["id"]]
    assert await reviews(events.staff, door, status="dismissed") == []
    assert len(await reviews(events.staff, door, device_id=str(door.phone.id))) == 3
    path = f"/v1/events/{events.event_id}/check-in-reviews"
    table = await events.staff.get(path, headers={"accept": "text/csv"})
    assert table.text.count("token_unknown") == 1


async def test_officers_of_a_site_see_and_resolve_what_happened_there(events: EventStage, door: Door) -> None:
    there = {"site_id": str(events.bridge)}
    await door.send(door.scan(token=await revoked(events)), door.scan(token=await revoked(events), **there), {})
    (review,) = await reviews(events.officer_there, door)
    assert review["site_id"] == str(events.bridge)
    assert len(await reviews(events.approver, door)) == 3
    assert problem(await resolve(events.approver, review, "dismiss", note="x")) == (403, "forbidden")
    elsewhere = await resolve(events.officer_there, review, "admit", site_id=str(events.hall))
    assert problem(elsewhere) == (403, "forbidden")
    assert [error["pointer"] for error in elsewhere.json()["errors"]] == ["/site_id"]
    assert (await admitted(events.officer_there, review))["status"] == "admitted"
    others = [r for r in await reviews(events.staff, door) if r["site_id"] != str(events.bridge)]
    for other in others:
        assert problem(await resolve(events.officer_there, other, "dismiss", note="x")) == (404, "not_found")
    outsider = await events.world.make.account("commune_staff", SA_PA)
    path = f"/v1/events/{events.event_id}/check-in-reviews"
    assert (await outsider.get(path)).status_code == 404


async def test_what_is_admitted_counts_like_any_scan(events: EventStage, door: Door) -> None:
    await door.send(door.scan(token=await revoked(events), scanned_at=ON_TIME.isoformat()))
    (review,) = await reviews(events.staff, door)
    done = await admitted(events.staff, review, note="Đúng người")
    assert (done["status"], done["note"], done["version"], done["kind"]) == ("admitted", "Đúng người", 2, None)
    assert done["resolved_by_id"] == str(events.staff.id)
    (row,) = await present(events)
    assert (str(row.person_id), row.site_id, row.first_in_at) == (review["person_id"], events.hall, ON_TIME)
    again = await resolve(events.staff, done, "dismiss", note="x")
    assert problem(again) == (409, "invalid_transition")


async def test_a_repeat_and_a_stale_version(events: EventStage, door: Door) -> None:
    await door.send(door.scan(token=await revoked(events)))
    (review,) = await reviews(events.staff, door)
    path, headers = f"/v1/check-in-reviews/{review['id']}/resolution", {"idempotency-key": "once"}
    assert problem(await events.staff.post(path, {"action": "admit"})) == (428, "precondition_required")
    stale = await resolve(events.staff, {**review, "version": 7}, "admit")
    assert problem(stale) == (412, "version_conflict")
    first = await events.staff.post(path, {"action": "admit"}, headers=headers | {"if-match": '"1"'})
    again = await events.staff.post(path, {"action": "admit"}, headers=headers | {"if-match": '"1"'})
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")
    assert len(await present(events)) == 1


async def test_who_an_item_does_not_name_is_said_by_staff(events: EventStage, door: Door) -> None:
    person = await events.person()
    registration_id, _ = await events.registered(await events.person())
    await door.send(*(door.scan(token=letter * 26) for letter in "0123"))
    four = await reviews(events.staff, door)
    nobody = await resolve(events.staff, four[0], "admit")
    assert nobody.json()["errors"][0]["pointer"] == "/person"
    await admitted(events.staff, four[0], person={"person_id": str(person)})
    await admitted(events.staff, four[1], registration_id=str(registration_id))
    new = await admitted(events.staff, four[2], person={"full_name": "Vàng Thị Mỷ"}, locality_code=SA_PA)
    assert new["full_name"] == "Vàng Thị Mỷ"
    both = {"person": {"person_id": str(uuid4())}, "registration_id": str(uuid4())}
    unknown = await resolve(events.staff, four[3], "admit", **both)
    assert {error["pointer"]: error["code"] for error in unknown.json()["errors"]} == {
        "/person": "duplicate", "/registration_id": "not_found", "/person/person_id": "not_found",
    }  # fmt: skip
    assert len(await present(events)) == 3


async def test_an_unreadable_item_is_admitted_with_all_that_it_lacks(events: EventStage, door: Door) -> None:
    await door.send({"name": "Vàng Thị Mỷ"})
    (review,) = await reviews(events.staff, door)
    nowhere = await resolve(events.staff, review, "admit", person={"full_name": "Vàng Thị Mỷ"})
    assert [(error["pointer"], error["code"]) for error in nowhere.json()["errors"]] == [("/site_id", "required")]
    tomorrow = (ON_TIME + timedelta(days=1)).isoformat()
    place = {"site_id": str(events.bridge), "person": {"full_name": "Vàng Thị Mỷ"}}
    future = await resolve(events.staff, review, "admit", at=tomorrow, **place)
    assert future.json()["errors"][0]["pointer"] == "/at"
    done = await admitted(events.staff, review, kind="out", at=STARTS_AT.isoformat(), **place)
    assert (done["site_label"], done["session_id"], done["raw"]) == ("Điểm cầu Y Tý", str(events.morning), None)
    (row,) = await present(events)
    assert (row.first_in_at, row.first_out_at) == (None, STARTS_AT)


async def test_the_holder_of_another_events_ticket_is_not_named_until_admitted(events: EventStage, door: Door) -> None:
    other, _, _ = await events.simple_event()
    holder = await events.person("Thào A Sử")
    _, ticket = await events.registered(holder, event_id=other)
    await door.send(door.scan(token=ticket))
    (review,) = await reviews(events.staff, door)
    assert (review["person_id"], review["full_name"]) == (None, None)
    done = await admitted(events.staff, review)
    assert (done["person_id"], done["full_name"]) == (str(holder), "Thào A Sử")


async def test_a_walk_in_counts_once_confirmed(events: EventStage, door: Door) -> None:
    await events.set(walk_in_policy="confirm")
    await door.send(door.walk_in())
    (review,) = await reviews(events.staff, door)
    assert (review["reason"], review["full_name"]) == ("walk_in_unconfirmed", "Sùng Thị Dợ")
    assert await present(events) == []
    refused = await resolve(events.staff, review, "admit", kind="out")
    assert refused.json()["errors"][0]["pointer"] == "/kind"
    await admitted(events.staff, review)
    (row,) = await present(events)
    assert (row.pending, row.confirmed_at, row.version) == (True, ON_TIME, 2)
    met = row.person_id
    await door.send(door.walk_in("Cư Seo Vảng"))
    (second,) = await reviews(events.staff, door, status="open")
    dismissed = await resolve(events.staff, second, "dismiss", note="Không phải đoàn viên")
    assert dismissed.json()["status"] == "dismissed"
    assert [row.person_id for row in await present(events)] == [met]


async def test_after_closing_an_item_waits_for_the_attendance_to_be_opened_again(
    events: EventStage, door: Door
) -> None:
    await events.set(attendance_closed_at=ON_TIME)
    _, ticket = await events.registered(await events.person())
    await door.send(door.scan(token=ticket), door.scan(token="0" * 26))
    unknown, late = await reviews(events.staff, door)
    assert late["reason"] == "sync_window_closed"
    assert problem(await resolve(events.staff, late, "admit")) == (422, "attendance_closed")
    assert (await resolve(events.staff, unknown, "dismiss", note="Vé giả")).status_code == 200
    await events.set(attendance_closed_at=None)
    await admitted(events.staff, late)
    assert len(await present(events)) == 1


async def test_at_a_cancelled_event_an_item_can_only_be_dismissed(events: EventStage, door: Door) -> None:
    await events.set(status="cancelled")
    await door.send(door.walk_in())
    (review,) = await reviews(events.staff, door)
    assert problem(await resolve(events.staff, review, "admit")) == (409, "invalid_transition")
    assert (await resolve(events.staff, review, "dismiss", note="Đã hủy")).status_code == 200


async def test_a_dismissed_item_that_comes_again_stays_dismissed(events: EventStage, door: Door) -> None:
    item = {"x": 1}
    await door.send(item)
    (review,) = await reviews(events.staff, door)
    await resolve(events.staff, review, "dismiss", note="Rác")
    await door.send(item)
    async with events.world.database.begin() as session:
        (row,) = await session.scalars(select(CheckInReview))
    assert (row.status, row.version) == ("dismissed", 2)


async def test_where_site_and_session_disagree_staff_says_which_is_meant(events: EventStage, door: Door) -> None:
    _, ticket = await events.registered(await events.person())
    await door.send(door.scan(token=ticket, session_id=str(events.afternoon)))
    (review,) = await reviews(events.staff, door)
    assert (review["reason"], review["session_id"]) == ("site_mismatch", str(events.afternoon))
    unsaid = await resolve(events.staff, review, "admit")
    (error,) = unsaid.json()["errors"]
    assert (unsaid.status_code, error["pointer"], error["code"]) == (400, "/site_id", "required")
    assert error["params"] == {"session_id": str(events.afternoon), "session_of_site": str(events.morning)}
    assert "another session" in error["detail"]
    assert await present(events) == []
    done = await admitted(events.staff, review, site_id=str(events.hall))
    assert (done["site_id"], done["session_id"]) == (str(events.hall), str(events.morning))


async def test_what_was_dismissed_by_mistake_is_opened_again(events: EventStage, door: Door) -> None:
    await door.send({"name": "Vàng Thị Mỷ", "weight": 7})
    (review,) = await reviews(events.staff, door)
    assert problem(await resolve(events.staff, review, "reopen")) == (409, "invalid_transition")
    dismissed = (await resolve(events.staff, review, "dismiss", note="Rác")).json()
    assert (dismissed["status"], dismissed["raw"]) == ("dismissed", review["raw"])
    opened = (await resolve(events.staff, dismissed, "reopen", note="Có người đến")).json()
    assert (opened["status"], opened["raw"], opened["note"]) == ("open", review["raw"], "Có người đến")
    assert (opened["resolved_at"], opened["resolved_by_id"]) == (None, None)
    person = {"full_name": "Vàng Thị Mỷ"}
    done = await admitted(events.staff, opened, site_id=str(events.hall), person=person)
    assert (done["raw"], len(await present(events))) == (None, 1)
    assert problem(await resolve(events.staff, done, "reopen")) == (409, "invalid_transition")


async def test_what_a_phone_sent_is_swept_a_month_after_it_was_dismissed(events: EventStage, door: Door) -> None:
    await door.send({"a": 1}, {"b": 2})
    first, second = await reviews(events.staff, door)
    await resolve(events.staff, first, "dismiss", note="Rác")
    for days, left in ((30, '{"b": 2}'), (31, None)):
        async with events.world.database.begin() as session:
            await sweep_reviews(session, now=ON_TIME + timedelta(days=days))
        (swept,) = await reviews(events.staff, door, status="dismissed")
        assert swept["raw"] == left
    assert problem(await resolve(events.staff, swept, "reopen")) == (409, "invalid_transition")
    (untouched,) = await reviews(events.staff, door, status="open")
    assert untouched == second


async def test_a_walk_in_whose_commune_nobody_knows_has_none(events: EventStage, door: Door) -> None:
    item = door.walk_in(locality_code="99999")
    (result,) = await door.send(item)
    assert (result["status"], result["code"]) == ("accepted", "checked_in")
    again = door.scan(person=item["person"], kind="out")
    await door.send(item, again)
    (review,) = await reviews(events.staff, door)
    assert (review["reason"], review["locality_code"], review["kind"]) == ("locality_unknown", "99999", None)
    assert (review["person_id"], review["site_id"]) == (result["person_id"], str(events.hall))
    person = (await events.officer.get(f"/v1/people/{result['person_id']}")).json()
    assert person["locality_code"] is None
    refused = await resolve(events.staff, review, "admit")
    assert (problem(refused), refused.json()["allowed_actions"]) == ((409, "invalid_transition"), ["dismiss"])
    assert (await resolve(events.staff, review, "dismiss", note="Đã ghi xã")).json()["status"] == "dismissed"
    assert len(await present(events)) == 1


async def homes(events: EventStage, door: Door, *codes: str) -> list[str | None]:
    """The communes of today of walk-ins who name these codes."""
    results = await door.send(*(door.walk_in(f"Má A {code}", locality_code=code) for code in codes))
    people = [(await events.staff.get(f"/v1/people/{result['person_id']}")).json() for result in results]
    return [person["locality_code"] for person in people]


async def test_the_code_of_a_former_commune_means_what_became_of_it(events: EventStage, door: Door) -> None:
    assert await homes(events, door, "02800", "02809", SA_PA) == ["02809", "02809", SA_PA]
    assert await reviews(events.staff, door) == []
    async with events.world.database.begin() as session:
        split = (await session.scalars(select(Locality).where(Locality.code == "02800"))).one()
        other = await current_locality(session, SA_PA)
        day = split.valid_to
        session.add(LocalitySuccession(predecessor_id=split.id, successor_id=other.id, happened_on=day))
    assert await homes(events, door, "02800") == [None]
    (review,) = await reviews(events.staff, door)
    assert (review["reason"], review["locality_code"]) == ("locality_unknown", "02800")


async def test_the_documented_examples_of_resolving_work(events: EventStage, door: Door) -> None:
    document = (await events.staff.get("/openapi.json")).json()
    body = document["paths"]["/v1/check-in-reviews/{check_in_review_id}/resolution"]["post"]["requestBody"]
    examples = {tag: shown["value"] for tag, shown in body["content"]["application/json"]["examples"].items()}
    assert examples.keys() == {"admit", "dismiss", "reopen"}
    await door.send(door.scan(token=await revoked(events)), door.scan(token="0" * 26))
    unknown, rolled = await reviews(events.staff, door)
    assert (await resolve(events.staff, rolled, **examples["admit"])).status_code == 200
    dismissed = await resolve(events.staff, unknown, **examples["dismiss"])
    assert (await resolve(events.staff, dismissed.json(), **examples["reopen"])).status_code == 200
