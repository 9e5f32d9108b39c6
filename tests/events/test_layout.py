"""The modes, sessions and sites of an event."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from incubator.events.layout.models import EventSession, EventSite
from incubator.events.registrations.models import Registration
from tests.events.organising import (
    EVENTS,
    NOBODYS,
    added,
    change,
    faults,
    move,
    moved,
    read,
    refused,
    staged,
)
from tests.events.stage import ENDS_AT, STARTS_AT, EventStage
from tests.factories import BAC_HA, SA_PA, Y_TY

HOUR = {"starts_at": "2025-11-29T09:00:00+07:00", "ends_at": "2025-11-29T10:00:00+07:00"}


def mode_of(event: dict[str, Any], mode: str = "in_person") -> dict[str, Any]:
    return next(dict(one) for one in event["modes"] if one["mode"] == mode)


def labels_of(event: dict[str, Any], number: int = 1) -> set[str]:
    return {site["label"] for site in event["sessions"][number - 1]["sites"]}


async def waiting(events: EventStage, n: int) -> list[UUID]:
    """A mode of one seat that is taken, and registrations that wait for another."""
    event_id, *_ = await events.simple_event(capacity=1)
    await events.registered(await events.person(), event_id=event_id)
    queue = [await events.registered(await events.person(), status="waitlisted", event_id=event_id) for _ in range(n)]
    return [event_id, *(registration_id for registration_id, _ in queue)]


async def statuses(events: EventStage, ids: list[UUID]) -> list[str]:
    async with events.world.database.begin() as session:
        return [(await session.get_one(Registration, id_)).status for id_ in ids]


async def test_a_mode_is_added_replaced_and_taken_away(events: EventStage) -> None:
    event = await added(events.officer)
    online = {"capacity": 100, "waitlist": False, "join_url": "https://meet.example.org/x"}
    answer = await change(events.officer, event, "PUT", "/modes/online", online)
    assert answer.status_code == 200, answer.text
    event = answer.json()
    assert mode_of(event, "online") == {
        "mode": "online", "seats_taken": 0, "waiting": 0, "venue": None, **online,
    }  # fmt: skip
    event = (await change(events.officer, event, "PUT", "/modes/online", {})).json()
    assert (mode_of(event, "online")["capacity"], mode_of(event, "online")["join_url"]) == (None, None)
    assert (await change(events.officer, event, "PUT", "/modes/online", {})).json()["version"] == event["version"] == 3
    assert (await change(events.officer, event, "DELETE", "/modes/online")).status_code == 204
    event = await read(events.officer, event["id"])
    assert [mode["mode"] for mode in event["modes"]] == ["in_person"]
    assert refused(await change(events.officer, event, "DELETE", "/modes/online")) == (404, "not_found")
    assert refused(await change(events.officer, event, "PUT", "/modes/by_post", {})) == (404, "not_found")


async def test_a_mode_with_sites_or_registrations_stays(events: EventStage) -> None:
    event = await staged(events)
    assert refused(await change(events.staff, event, "DELETE", "/modes/online")) == (409, "referenced")
    other = await events.event()
    await events.mode(other)
    await events.registered(await events.person(), status="cancelled", event_id=other)
    shown = await read(events.staff, other)
    assert refused(await change(events.staff, shown, "DELETE", "/modes/in_person")) == (409, "referenced")


async def test_a_capacity_does_not_fall_below_the_seats_that_are_taken(events: EventStage) -> None:
    for _ in range(3):
        await events.registered(await events.person())
    event = await staged(events)
    answer = await change(events.staff, event, "PUT", "/modes/in_person", {"capacity": 2})
    assert refused(answer) == (409, "capacity_full")
    assert "2" in answer.json()["detail"]
    assert "3" in answer.json()["detail"]
    fits = (await change(events.staff, event, "PUT", "/modes/in_person", {"capacity": 3})).json()
    assert (mode_of(fits)["capacity"], mode_of(fits)["seats_taken"]) == (3, 3)


@pytest.mark.parametrize(("capacity", "seated"), [(2, 1), (3, 2), (None, 3)])
async def test_more_seats_go_to_those_who_wait(events: EventStage, capacity: int | None, seated: int) -> None:
    event_id, *queue = await waiting(events, 3)
    event = await read(events.staff, event_id)
    assert (mode_of(event)["seats_taken"], mode_of(event)["waiting"]) == (1, 3)
    event = (await change(events.staff, event, "PUT", "/modes/in_person", {"capacity": capacity})).json()
    assert (mode_of(event)["seats_taken"], mode_of(event)["waiting"]) == (1 + seated, 3 - seated)
    assert await statuses(events, queue) == ["confirmed"] * seated + ["waitlisted"] * (3 - seated)


async def test_a_session_is_added_with_its_sites(events: EventStage) -> None:
    event = await staged(events)
    answer = await events.staff.post(f"{EVENTS}/{event['id']}/sessions", {"title": "Tọa  đàm", **HOUR})
    assert answer.status_code == 201, answer.text
    changed = answer.json()
    third = changed["sessions"][2]
    address = answer.headers["location"]
    assert address == f"{EVENTS}/{event['id']}/sessions/{third['id']}"
    assert (await events.staff.patch(address, {}, headers={"if-match": answer.headers["etag"]})).json() == changed
    assert (third["number"], third["title"], third["starts_at"]) == (3, "Tọa đàm", "2025-11-29T02:00:00Z")
    assert labels_of(changed, 3) == {"Bắc Hà", "Trực tuyến"}
    assert (changed["version"], changed["sequence"]) == (event["version"] + 1, event["sequence"] + 1)
    sites = [{"mode": "in_person", "locality_code": Y_TY}]
    changed = (await events.staff.post(f"{EVENTS}/{event['id']}/sessions", {**HOUR, "sites": sites})).json()
    assert labels_of(changed, 4) == {"Y Tý"}


async def test_an_event_grows_to_a_size_and_no_further(events: EventStage) -> None:
    event_id, session_id, _ = await events.simple_event()
    async with events.world.database.begin() as session:
        place = await events.place(BAC_HA)
        rows = [
            {"event_id": event_id, "session_id": session_id, "mode": "in_person", "label": f"Điểm {n}", **place}
            for n in range(998)
        ]
        await session.execute(insert(EventSite), rows)
    path, point = f"{EVENTS}/{event_id}", {"mode": "in_person", "label": "Điểm cầu"}
    two = [point, {**point, "label": "Điểm cầu hai"}]
    assert refused(await events.staff.post(f"{path}/sessions", {**HOUR, "sites": two})) == (422, "event_too_large")
    last = await events.staff.post(f"{path}/sites", {**point, "session_id": str(session_id)})
    assert last.status_code == 201, last.text
    further = await events.staff.post(f"{path}/sites", {**point, "session_id": str(session_id), "label": "Điểm cuối"})
    assert refused(further) == (422, "event_too_large")


async def test_an_event_has_a_hundred_sessions(events: EventStage) -> None:
    event_id = await events.event()
    await events.mode(event_id)
    async with events.world.database.begin() as session:
        times = {"starts_at": STARTS_AT, "ends_at": ENDS_AT}
        await session.execute(
            insert(EventSession), [{"event_id": event_id, "number": n, **times} for n in range(1, 100)]
        )
    path = f"{EVENTS}/{event_id}/sessions"
    assert (await events.staff.post(path, HOUR)).status_code == 201
    assert refused(await events.staff.post(path, HOUR)) == (422, "event_too_large")


async def test_all_that_is_wrong_with_a_session_is_named(events: EventStage) -> None:
    event = await added(events.staff)
    wrong = {
        **HOUR,
        "sites": [
            {"mode": "online"},
            {"mode": "in_person", "label": "A", "locality_code": "99999"},
            {"mode": "in_person", "label": "A"},
        ],
    }
    answer = await events.staff.post(f"{EVENTS}/{event['id']}/sessions", wrong)
    assert sorted(faults(answer)) == [
        ("duplicate", "/sites/2/label"),
        ("not_found", "/sites/0/mode"),
        ("not_found", "/sites/1/locality_code"),
        ("out_of_range", "/ends_at"),
        ("out_of_range", "/starts_at"),
    ]


async def test_a_session_is_changed_within_the_event(events: EventStage) -> None:
    event = await staged(events)
    path = f"/sessions/{events.morning}"
    changed = (await change(events.staff, event, "PATCH", path, {"title": "Khai mạc", **HOUR})).json()
    first = changed["sessions"][0]
    assert (first["title"], first["ends_at"], changed["version"]) == ("Khai mạc", "2025-11-29T03:00:00Z", 2)
    cleared = (await change(events.staff, changed, "PATCH", path, {"title": None})).json()
    assert cleared["sessions"][0]["title"] is None
    outside = await change(events.staff, cleared, "PATCH", path, {"starts_at": "2025-11-28T09:00:00+07:00"})
    assert faults(outside) == [("out_of_range", "/starts_at")]
    reversed_ = await change(events.staff, cleared, "PATCH", path, {"ends_at": "2025-11-29T09:00:00+07:00"})
    assert faults(reversed_) == [("out_of_range", "/ends_at")]
    elsewhere = await read(events.staff, (await events.simple_event())[0])
    assert refused(await change(events.staff, elsewhere, "PATCH", path, {})) == (404, "not_found")


async def test_a_session_is_taken_away_with_its_sites_and_team(events: EventStage) -> None:
    await events.leader(events.morning)
    event = await staged(events)
    assert (await change(events.staff, event, "DELETE", f"/sessions/{events.morning}")).status_code == 204
    left = await staged(events)
    assert [session["number"] for session in left["sessions"]] == [2]
    last = await change(events.staff, left, "DELETE", f"/sessions/{events.afternoon}")
    assert refused(last) == (422, "event_without_session")
    assert (await staged(events))["version"] == left["version"]


async def test_a_site_is_added_changed_and_taken_away(events: EventStage) -> None:
    event = await staged(events)
    path = f"{EVENTS}/{event['id']}/sites"
    new = {"session_id": str(events.afternoon), "mode": "in_person", "label": "Sân  vận động"}
    answer = await events.staff.post(path, new)
    assert answer.status_code == 201, answer.text
    event = answer.json()
    [site] = event["sessions"][1]["sites"]
    assert answer.headers["location"] == f"{path}/{site['id']}"
    assert (site["label"], site["locality_code"]) == ("Sân vận động", BAC_HA)
    patch = {"label": "Điểm cầu Sa Pa", "locality_code": SA_PA, "mode": "online"}
    event = (await change(events.staff, event, "PATCH", f"/sites/{site['id']}", patch)).json()
    assert patch.items() <= event["sessions"][1]["sites"][0].items()
    same = await change(events.staff, event, "PATCH", f"/sites/{site['id']}", patch)
    assert same.json()["version"] == event["version"]
    last = await change(events.staff, event, "DELETE", f"/sites/{site['id']}")
    assert refused(last) == (422, "event_without_site")
    assert (await change(events.staff, event, "DELETE", f"/sites/{events.bridge}")).status_code == 204
    assert labels_of(await staged(events)) == {"Hội trường", "Phòng trực tuyến"}
    assert refused(await events.officer_there.get(f"{EVENTS}/{event['id']}")) == (404, "not_found")


async def test_all_that_is_wrong_with_a_site_is_named(events: EventStage) -> None:
    event = await added(events.staff)
    new = {"session_id": str(events.morning), "mode": "online", "locality_code": "99999"}
    answer = await events.staff.post(f"{EVENTS}/{event['id']}/sites", new)
    wrong = [("not_found", "/locality_code"), ("not_found", "/mode"), ("not_found", "/session_id")]
    assert sorted(faults(answer)) == wrong
    site_id = event["sessions"][0]["sites"][0]["id"]
    answer = await change(
        events.staff, event, "PATCH", f"/sites/{site_id}", {"mode": "online", "locality_code": "99999"}
    )
    assert sorted(faults(answer)) == wrong[:2]
    staged_ = await staged(events)
    twice = {"label": "Hội trường"}
    taken = await change(events.staff, staged_, "PATCH", f"/sites/{events.bridge}", twice)
    assert (refused(taken), faults(taken)) == ((409, "duplicate"), [("duplicate", "/label")])
    again = {"session_id": str(events.morning), "mode": "in_person", **twice}
    assert refused(await events.staff.post(f"{EVENTS}/{staged_['id']}/sites", again)) == (409, "duplicate")
    missing = await change(events.staff, staged_, "PATCH", f"/sites/{NOBODYS}", twice)
    assert refused(missing) == (404, "not_found")


@pytest.mark.parametrize("by", ["attendance", "headcount", "device"])
async def test_where_people_were_counted_or_phones_stand_nothing_is_taken_away(events: EventStage, by: str) -> None:
    await events.site(events.afternoon, "Hội trường")
    if by == "attendance":
        await events.attendance(events.morning, await events.person(), events.hall)
    elif by == "headcount":
        await events.headcount(events.hall, 40)
    else:
        await events.device([events.hall])
    event = await staged(events)
    for part in (f"/sites/{events.hall}", f"/sessions/{events.morning}"):
        assert refused(await change(events.staff, event, "DELETE", part)) == (409, "referenced")
    assert (await staged(events))["version"] == event["version"]


async def test_the_layout_stays_once_the_lists_are_closed(events: EventStage) -> None:
    closed = await moved(events.staff, await staged(events), "close_attendance")
    path = f"{EVENTS}/{closed['id']}"
    new = {"session_id": str(events.afternoon), "mode": "in_person", "label": "Sân"}
    for answer in (
        await change(events.staff, closed, "PUT", "/modes/in_person", {"capacity": 60}),
        await change(events.staff, closed, "DELETE", "/modes/in_person"),
        await events.staff.post(f"{path}/sessions", HOUR),
        await change(events.staff, closed, "PATCH", f"/sessions/{events.morning}", {"title": "x"}),
        await change(events.staff, closed, "DELETE", f"/sessions/{events.morning}"),
        await events.staff.post(f"{path}/sites", new),
        await change(events.staff, closed, "PATCH", f"/sites/{events.hall}", {"label": "x"}),
        await change(events.staff, closed, "DELETE", f"/sites/{events.hall}"),
    ):
        assert refused(answer) == (422, "event_closed")
    await move(events.staff, closed, "reopen_attendance", reason="Thiếu danh sách")
    assert (await events.staff.post(f"{path}/sites", new)).status_code == 201


async def test_only_who_organises_arranges(events: EventStage) -> None:
    event = await staged(events)
    for caller, status in ((events.officer_there, 403), (events.approver, 403), (await events.leader(), 403)):
        for answer in (
            await change(caller, event, "PUT", "/modes/online", {}),
            await change(caller, event, "DELETE", f"/sites/{events.bridge}"),
            await caller.post(f"{EVENTS}/{event['id']}/sessions", HOUR),
        ):
            assert refused(answer) == (status, "forbidden")
    assert (await change(events.officer, event, "PUT", "/modes/online", {"capacity": 10})).status_code == 200


async def test_parts_are_changed_by_the_version_of_the_event_and_added_once(events: EventStage) -> None:
    event = await staged(events)
    await change(events.staff, event, "PUT", "/modes/online", {"capacity": 10})
    for method, part, json in (
        ("PUT", "/modes/online", {}),
        ("DELETE", "/modes/online", None),
        ("PATCH", f"/sessions/{events.morning}", {}),
        ("DELETE", f"/sessions/{events.morning}", None),
        ("PATCH", f"/sites/{events.hall}", {}),
        ("DELETE", f"/sites/{events.hall}", None),
    ):
        assert refused(await change(events.staff, event, method, part, json)) == (412, "version_conflict")
        unsaid = await events.staff.request(method, f"{EVENTS}/{event['id']}{part}", json=json)
        assert refused(unsaid) == (428, "precondition_required")
    key = {"idempotency-key": str(uuid4())}
    for _ in range(2):
        answer = await events.staff.post(f"{EVENTS}/{event['id']}/sessions", HOUR, headers=key)
        assert answer.status_code == 201, answer.text
    assert len((await staged(events))["sessions"]) == 3
