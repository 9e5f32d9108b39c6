"""Events: adding, reading, finding and changing them, and who may."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text

from incubator.actor import Actor, Grant, Role
from incubator.audit import AuditEntry
from incubator.db import compile_statement
from incubator.events.models import Event, EventKind, EventStatus
from incubator.events.queries import list_events
from incubator.events.schemas import EventQuery
from incubator.paging import Cut, keyset
from tests.events.organising import (
    END_TEXT,
    EVENTS,
    NOBODYS,
    START_TEXT,
    added,
    body,
    edit,
    faults,
    found,
    moved,
    read,
    refused,
    staged,
)
from tests.events.stage import STARTS_AT, EventStage, set_event_stage
from tests.factories import BAC_HA, LAO_CAI, SA_PA, Y_TY, World

TUYEN_QUANG, FAR = "08", "01"
PLACE = {"code": BAC_HA, "name": "Bắc Hà"}


async def test_an_event_is_added_as_a_draft_with_all_that_it_needs(events: EventStage) -> None:
    answer = await events.officer.post(EVENTS, body(title="  Diễn đàn   khởi nghiệp "))
    assert answer.status_code == 201, answer.text
    event = answer.json()
    assert answer.headers["location"] == f"{EVENTS}/{event['id']}"
    assert (event["title"], event["status"], event["is_public"]) == ("Diễn đàn khởi nghiệp", "draft", True)
    assert (event["capture"], event["walk_in_policy"]) == ("mixed", "allow")
    assert PLACE.items() <= event["locality"].items()
    assert (event["late_sync_until"], event["attendance_closed_at"]) == ("2025-12-19T10:00:00Z", None)
    assert event["allowed_actions"] == ["publish", "cancel"]
    assert event["modes"] == [
        {"mode": "in_person", "capacity": None, "seats_taken": 0, "waiting": 0, "waitlist": True, "venue": None,
         "join_url": None}
    ]  # fmt: skip
    [session] = event["sessions"]
    assert (session["number"], session["starts_at"], session["ends_at"]) == (1, START_TEXT, END_TEXT)
    [site] = session["sites"]
    assert (site["mode"], site["label"], site["locality_code"]) == ("in_person", "Bắc Hà", BAC_HA)
    again = await events.officer.get(f"{EVENTS}/{event['id']}")
    assert (again.json(), again.headers["etag"]) == (event, answer.headers["etag"])
    unchanged = await events.officer.get(f"{EVENTS}/{event['id']}", headers={"if-none-match": answer.headers["etag"]})
    assert unchanged.status_code == 304


async def test_an_event_is_added_with_modes_sessions_and_sites_in_one_call(events: EventStage) -> None:
    sites = [
        {"mode": "in_person"},
        {"mode": "in_person", "locality_code": Y_TY},
        {"mode": "online", "label": "Phòng Zoom"},
    ]
    morning = {"title": "Khai mạc", "starts_at": "2025-12-05T08:00:00+07:00", "ends_at": "2025-12-05T11:30:00+07:00"}
    evening = {"starts_at": "2025-12-05T13:30:00+07:00", "ends_at": "2025-12-05T17:00:00+07:00"}
    modes = [
        {"mode": "in_person", "capacity": 300, "venue": "Trung tâm Hội nghị"},
        {"mode": "online", "waitlist": False, "join_url": "https://meet.example.org/x"},
    ]
    event = await added(
        events.staff, locality_code=LAO_CAI, modes=modes, sessions=[{**morning, "sites": sites}, evening]
    )
    assert [(mode["mode"], mode["capacity"], mode["join_url"]) for mode in event["modes"]] == [
        ("in_person", 300, None),
        ("online", None, "https://meet.example.org/x"),
    ]
    assert [session["number"] for session in event["sessions"]] == [1, 2]
    labels = [{site["label"] for site in session["sites"]} for session in event["sessions"]]
    assert labels == [
        {"Trung tâm Hội nghị", "Y Tý (Trung tâm Hội nghị)", "Phòng Zoom"},
        {"Trung tâm Hội nghị", "Trực tuyến"},
    ]
    [row] = [one for one in (await events.staff.get(EVENTS)).json()["items"] if one["id"] == event["id"]]
    assert (row["sessions"], row["sites"], row["seats_taken"], row["organiser_names"]) == (
        2, 5, 0, "Tỉnh đoàn Lào Cai",
    )  # fmt: skip


async def test_all_wrong_fields_are_named_at_once(events: EventStage) -> None:
    sessions = [
        {
            "starts_at": "2025-12-04T08:00:00+07:00",
            "ends_at": "2025-12-05T09:00:00+07:00",
            "sites": [
                {"mode": "online"},
                {"mode": "in_person", "label": "Hội trường"},
                {"mode": "in_person", "label": " Hội  trường", "locality_code": "99999"},
                {"mode": "in_person"},
                {"mode": "in_person"},
            ],
        },
        {"starts_at": "2025-12-05T10:00:00+07:00", "ends_at": "2025-12-05T10:00:00+07:00"},
    ]
    wrong = body(
        locality_code="00000",
        late_sync_until="2025-12-05T16:59:00+07:00",
        modes=[{"mode": "in_person"}, {"mode": "in_person"}],
        sessions=sessions,
    )
    answer = await events.staff.post(EVENTS, wrong)
    assert answer.status_code == 400, answer.text
    assert sorted(faults(answer)) == [
        ("duplicate", "/modes/1/mode"),
        ("duplicate", "/sessions/0/sites/2/label"),
        ("duplicate", "/sessions/0/sites/4/label"),
        ("duplicate", "/sessions/1/sites/1/label"),
        ("not_found", "/locality_code"),
        ("not_found", "/sessions/0/sites/0/mode"),
        ("not_found", "/sessions/0/sites/2/locality_code"),
        ("out_of_range", "/late_sync_until"),
        ("out_of_range", "/sessions/0/starts_at"),
        ("out_of_range", "/sessions/1/ends_at"),
    ]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"ends_at": "2025-12-05T08:00:00+07:00"}, "out_of_range", "/ends_at"),
        ({"starts_at": "1999-12-31T08:00:00+07:00"}, "out_of_range", "/starts_at"),
        ({"ends_at": "9999-12-31T08:00:00Z"}, "out_of_range", "/ends_at"),
        ({"ends_at": "9999-12-31T23:00:00Z"}, "out_of_range", "/ends_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "out_of_range", "/starts_at"),
        ({"starts_at": "2025-12-05T08:00:00"}, "bad_format", "/starts_at"),
        ({"late_sync_until": "9999-12-31T08:00:00Z"}, "out_of_range", "/late_sync_until"),
        ({"organisers": []}, "too_short", "/organisers"),
        ({"organisers": [" "]}, "too_short", "/organisers/0"),
        ({"title": " "}, "too_short", "/title"),
        ({"title": "a\0b"}, "invalid_characters", "/title"),
        ({"kind": "party"}, "not_in_enum", "/kind"),
        ({"locality_code": "02839-001"}, "bad_format", "/locality_code"),
    ],
)
async def test_bad_values_are_refused(events: EventStage, change: dict[str, Any], code: str, pointer: str) -> None:
    event = await added(events.staff)
    for answer in (await events.staff.post(EVENTS, body(**change)), await edit(events.staff, event, **change)):
        assert answer.status_code == 400, answer.text
        assert faults(answer) == [(code, pointer)]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/a", "https://a b", "meet.example.org"])
async def test_people_join_by_http_alone(events: EventStage, url: str) -> None:
    answer = await events.staff.post(EVENTS, body(modes=[{"mode": "online", "join_url": url}]))
    assert faults(answer)[0] == ("bad_format", "/modes/0/join_url")


async def test_an_event_has_so_many_sites_and_no_more(events: EventStage) -> None:
    def sessions(number: int, sites: int) -> list[dict[str, Any]]:
        named = [{"mode": "in_person", "label": f"Điểm {n}"} for n in range(sites)]
        return [{"starts_at": START_TEXT, "ends_at": END_TEXT, "sites": named}] * number

    answer = await events.staff.post(EVENTS, body(sessions=[*sessions(5, 200), *sessions(1, 1)]))
    assert refused(answer) == (422, "event_too_large")
    assert "1000" in answer.json()["detail"]
    assert "1001" in answer.json()["detail"]


async def test_the_same_key_adds_one_event(events: EventStage) -> None:
    key = {"idempotency-key": str(uuid4())}
    first = await events.staff.post(EVENTS, body(), headers=key)
    again = await events.staff.post(EVENTS, body(), headers=key)
    assert (first.status_code, again.json()) == (201, first.json())
    assert len(await found(events.staff, "status=draft")) == 1


async def test_events_are_organised_where_one_may(events: EventStage) -> None:
    assert refused(await events.officer.post(EVENTS, body(locality_code=LAO_CAI))) == (403, "forbidden")
    assert refused(await events.officer.post(EVENTS, body(locality_code=Y_TY))) == (403, "forbidden")
    event = await added(events.officer)
    assert refused(await edit(events.officer, event, locality_code=Y_TY)) == (403, "forbidden")
    assert refused(await edit(events.approver, event, title="x")) == (403, "forbidden")
    assert refused(await edit(events.officer_there, event, title="x")) == (404, "not_found")
    assert (await events.officer_there.get(f"{EVENTS}/{event['id']}")).status_code == 404
    assert (await edit(events.staff, event, title="Diễn đàn")).status_code == 200


async def test_a_site_in_ones_commune_shows_the_event_and_no_more(events: EventStage) -> None:
    event = await read(events.officer_there, events.event_id)
    assert event["allowed_actions"] == []
    assert await found(events.officer_there) == [str(events.event_id)]
    for refusal in (
        await edit(events.officer_there, event, title="x"),
        await events.officer_there.post(f"{EVENTS}/{event['id']}/transitions", {"action": "complete"}),
    ):
        assert refused(refusal) == (403, "forbidden")
    await events.simple_event()
    assert await found(events.officer_there) == [str(events.event_id)]
    assert await found(await events.world.make.account("commune_staff", SA_PA)) == []


async def test_who_leads_a_session_sees_the_event(events: EventStage) -> None:
    leader, helper = await events.leader(), await events.leader(part="trainer")
    await events.simple_event()
    assert (await found(leader), await found(helper)) == ([str(events.event_id)], [])
    assert (await helper.get(f"{EVENTS}/{events.event_id}")).status_code == 404
    event = await read(leader, events.event_id)
    assert event["allowed_actions"] == []
    assert refused(await edit(leader, event, title="x")) == (403, "forbidden")


async def test_tokens_see_no_drafts(events: EventStage) -> None:
    make = events.world.make
    readers = [await make.token("events:read"), await make.token("events:register", locality=BAC_HA)]
    draft = await added(events.staff)
    for reader in readers:
        assert await found(reader) == [str(events.event_id)]
        assert await found(reader, "status=draft") == []
        assert (await reader.get(f"{EVENTS}/{draft['id']}")).status_code == 404
    await moved(events.staff, draft, "publish")
    for reader in readers:
        assert draft["id"] in await found(reader)
    assert await found(await make.token("events:read", locality=SA_PA)) == []


async def test_a_draft_that_is_given_up_is_shown_to_no_program(events: EventStage) -> None:
    reader = await events.world.make.token("events:read")
    given_up = await moved(events.staff, await added(events.staff), "cancel", reason="Trùng lịch")
    told = await moved(events.staff, await added(events.staff), "publish")
    assert set(await found(reader)) == {str(events.event_id), told["id"]}
    await moved(events.staff, told, "cancel", reason="Mưa lũ")
    assert (await read(reader, told["id"]))["status"] == "cancelled"
    assert await found(reader, "status=cancelled") == [told["id"]]
    assert refused(await reader.get(f"{EVENTS}/{given_up['id']}")) == (404, "not_found")
    assert set(await found(events.officer, "status=cancelled")) == {told["id"], given_up["id"]}


async def test_a_site_in_ones_commune_shows_no_draft(events: EventStage) -> None:
    bridge = [{"starts_at": START_TEXT, "ends_at": END_TEXT, "sites": [{"mode": "in_person", "locality_code": Y_TY}]}]
    draft = await added(events.officer, sessions=bridge)
    given_up = await moved(events.officer, await added(events.officer, sessions=bridge), "cancel", reason="Trùng lịch")
    wider = await events.world.make.account("staff", FAR)
    far = [{**bridge[0], "sites": [{"mode": "in_person", "locality_code": FAR}]}]
    province = await added(events.staff, sessions=far)
    for event, caller in ((draft, events.officer_there), (given_up, events.officer_there), (province, wider)):
        assert refused(await caller.get(f"{EVENTS}/{event['id']}")) == (404, "not_found")
        assert event["id"] not in await found(caller)
        assert event["id"] in await found(events.staff)
    for event, caller in ((draft, events.officer_there), (province, wider)):
        await moved(events.staff, event, "publish")
        assert event["id"] in await found(caller)


async def test_where_to_join_is_for_those_through_whom_people_register(events: EventStage) -> None:
    make = events.world.make
    event_id = await events.event()
    await events.mode(event_id, "online", join_url="https://meet.example.org/x")
    await events.leader(await events.session(event_id))
    for caller, seen in (
        (events.officer, True),
        (events.approver, True),
        (await make.token("events:register"), True),
        (await make.token("events:read"), False),
    ):
        [mode] = (await read(caller, event_id))["modes"]
        assert (mode["join_url"] is not None) is seen


async def test_events_are_found_by_what_they_are(events: EventStage) -> None:
    there = await events.event(Y_TY, kind="training", title="Tập huấn bán hàng", is_public=False)
    everywhere = await events.event(LAO_CAI, kind="contest", attendance_closed_at=events.world.clock.now)
    draft = await added(events.staff, kind="training", title="Lớp chụp ảnh sản phẩm")
    ids = {"first": str(events.event_id), "there": str(there), "province": str(everywhere), "draft": draft["id"]}
    for query, names in {
        "": ["draft", "province", "there", "first"],
        "status=draft": ["draft"],
        "status=draft&status=cancelled": ["draft"],
        "status=published": ["province", "there", "first"],
        "kind=training": ["draft", "there"],
        "kind=training&kind=contest": ["draft", "province", "there"],
        f"locality_code={LAO_CAI}": ["draft", "province", "there", "first"],
        f"locality_code={BAC_HA}": ["draft", "first"],
        f"locality_code={Y_TY}": ["there"],
        "locality_code=99999": [],
        "starts_on_gte=2025-12-05": ["draft"],
        "starts_on_lt=2025-12-05": ["province", "there", "first"],
        "starts_on_gte=2025-11-29&starts_on_lt=2025-11-30": ["province", "there", "first"],
        "starts_on_gte=0001-01-01&starts_on_lt=9999-12-31": ["draft", "province", "there", "first"],
        "starts_on_gte=9999-12-31": [],
        "is_public=false": ["there"],
        "attendance_closed=true": ["province"],
        "attendance_closed=false&status=published": ["there", "first"],
        "q=tap%20huan": ["there"],
        "q=nhatkhonggi": [],
    }.items():
        assert set(await found(events.staff, query)) == {ids[name] for name in names}, query
    assert await found(events.staff) == [ids[name] for name in ("draft", "province", "there", "first")]


async def test_a_walk_through_the_pages_meets_every_event_once(events: EventStage) -> None:
    for _ in range(4):
        await events.event()
    path, seen = f"{EVENTS}?limit=2", []
    while path:
        answer = await events.staff.get(path)
        seen += [row["id"] for row in answer.json()["items"]]
        path = f"{EVENTS}?limit=2&cursor={answer.json()['next_cursor']}" if answer.json()["next_cursor"] else ""
    assert (len(seen), len(set(seen))) == (5, 5)
    table = await events.staff.get(EVENTS, headers={"accept": "text/csv"})
    assert "Đại hội Hội Doanh nhân trẻ" in table.text


async def test_a_patch_changes_what_it_names_by_the_version_seen(events: EventStage) -> None:
    event = await added(events.staff, description="Gặp gỡ")
    path = f"{EVENTS}/{event['id']}"
    assert refused(await events.staff.patch(path, {"title": "x"})) == (428, "precondition_required")
    changed = (await edit(events.staff, event, title=" Diễn  đàn mới", description=None)).json()
    assert (changed["title"], changed["description"], changed["version"]) == ("Diễn đàn mới", None, 2)
    assert changed["organisers"] == event["organisers"]
    assert refused(await edit(events.staff, event, title="y")) == (412, "version_conflict")
    same = (await edit(events.staff, changed, title="Diễn đàn mới")).json()
    assert same["version"] == 2
    assert refused(await edit(events.staff, {**event, "id": NOBODYS}, title="y")) == (404, "not_found")
    async with events.world.database.begin() as session:
        entry = await session.scalar(select(AuditEntry).where(AuditEntry.action == "edit"))
        assert entry is not None
        assert entry.details == {"fields": ["description", "title"]}


async def test_calendars_are_told_what_they_show(events: EventStage) -> None:
    draft = (await edit(events.staff, await added(events.staff), title="Diễn đàn hai")).json()
    assert draft["sequence"] == 0
    event = await moved(events.staff, draft, "publish")
    quiet = (await edit(events.staff, event, description="Mời", is_public=False)).json()
    assert (event["sequence"], quiet["sequence"]) == (1, 1)
    for number, shown in enumerate(({"title": "Diễn đàn ba"}, {"organisers": ["Xã đoàn"]}, {"kind": "contest"}), 2):
        events.world.clock.now += timedelta(minutes=1)
        quiet = (await edit(events.staff, quiet, **shown)).json()
        assert (quiet["sequence"], quiet["changed_at"]) == (number, f"2025-11-30T03:0{number - 1}:00Z"), shown


async def test_an_event_that_keeps_its_length_takes_its_sessions_along(events: EventStage) -> None:
    event = await staged(events)
    moved_on = {"starts_at": "2025-11-30T09:00:00+07:00", "ends_at": "2025-11-30T18:00:00+07:00"}
    changed = (await edit(events.staff, event, **moved_on)).json()
    assert [session["starts_at"] for session in changed["sessions"]] == ["2025-11-30T02:00:00Z", "2025-11-30T07:00:00Z"]
    assert changed["late_sync_until"] == "2025-12-14T11:00:00Z"
    assert changed["sequence"] == event["sequence"] + 1


async def test_sessions_lie_within_the_event(events: EventStage) -> None:
    event = await staged(events)
    narrow = await edit(events.staff, event, ends_at="2025-11-29T16:00:00+07:00")
    assert refused(narrow) == (422, "event_sessions_outside")
    assert "2" in narrow.json()["detail"]
    wider = (await edit(events.staff, event, ends_at="2025-11-29T19:00:00+07:00")).json()
    assert [session["ends_at"] for session in wider["sessions"]] == [s["ends_at"] for s in event["sessions"]]


async def test_the_one_session_of_an_event_stays_as_long_as_it(events: EventStage) -> None:
    event = await added(events.staff)
    changed = (await edit(events.staff, event, ends_at="2025-12-05T19:00:00+07:00")).json()
    assert changed["sessions"][0]["ends_at"] == changed["ends_at"] == "2025-12-05T12:00:00Z"


async def test_late_sending_follows_the_end_until_somebody_sets_it(events: EventStage) -> None:
    event = await added(events.staff, late_sync_until="2025-12-07T00:00:00+07:00")
    later = (await edit(events.staff, event, ends_at="2025-12-06T17:00:00+07:00")).json()
    assert later["late_sync_until"] == "2025-12-06T17:00:00Z"
    too_late = await edit(events.staff, later, ends_at="2025-12-08T17:00:00+07:00")
    assert faults(too_late) == [("out_of_range", "/late_sync_until")]
    usual = (await edit(events.staff, later, late_sync_until=None)).json()
    assert usual["late_sync_until"] == "2025-12-20T10:00:00Z"
    assert (await edit(events.staff, usual, ends_at="2025-12-06T18:00:00+07:00")).json()["late_sync_until"] == (
        "2025-12-20T11:00:00Z"
    )


async def test_an_event_moves_with_the_sites_of_its_place_until_people_are_in(events: EventStage) -> None:
    event = await staged(events)
    changed = (await edit(events.staff, event, locality_code=SA_PA)).json()
    codes = {site["label"]: site["locality_code"] for site in changed["sessions"][0]["sites"]}
    assert codes == {"Hội trường": SA_PA, "Phòng trực tuyến": SA_PA, "Điểm cầu Y Tý": Y_TY}
    await events.registered(await events.person())
    changed = await staged(events)
    assert refused(await edit(events.staff, changed, locality_code=BAC_HA)) == (422, "event_place_fixed")
    other, session_id, site_id = await events.simple_event()
    await events.attendance(session_id, await events.person(), site_id)
    counted = await read(events.staff, other)
    assert refused(await edit(events.staff, counted, locality_code=Y_TY)) == (422, "event_place_fixed")


async def test_what_took_place_is_not_moved_ahead(events: EventStage) -> None:
    completed = await moved(events.staff, await staged(events), "complete")
    ahead = {"starts_at": "2025-11-30T10:01:00+07:00", "ends_at": "2025-11-30T19:01:00+07:00"}
    assert refused(await edit(events.staff, completed, **ahead)) == (422, "event_held")
    now = {"starts_at": "2025-11-30T10:00:00+07:00", "ends_at": "2025-11-30T19:00:00+07:00"}
    assert (await edit(events.staff, completed, **now)).status_code == 200


def by_session(event: dict[str, Any]) -> list[set[tuple[str, str]]]:
    return [{(site["label"], site["locality_code"]) for site in session["sites"]} for session in event["sessions"]]


async def test_sites_of_a_draft_are_named_after_the_place_to_which_it_moves(events: EventStage) -> None:
    hour = {"starts_at": START_TEXT, "ends_at": END_TEXT}
    bridge, own = {"mode": "in_person", "locality_code": Y_TY}, {"mode": "in_person", "label": "Nhà văn hóa"}
    online = {"mode": "online"}
    sessions = [{**hour, "sites": [{"mode": "in_person"}, bridge]}, {**hour, "sites": [own, online]}, hour]
    draft = await added(events.staff, sessions=sessions, modes=[{"mode": "in_person"}, {"mode": "online"}])
    moved_on = (await edit(events.staff, draft, locality_code=SA_PA)).json()
    assert by_session(moved_on) == [
        {("Sa Pa", SA_PA), ("Y Tý", Y_TY)},
        {("Nhà văn hóa", SA_PA), ("Trực tuyến", SA_PA)},
        {("Sa Pa", SA_PA), ("Trực tuyến", SA_PA)},
    ]
    taken = (await edit(events.staff, moved_on, locality_code=Y_TY)).json()
    assert by_session(taken)[0] == {("Sa Pa", Y_TY), ("Y Tý", Y_TY)}, "no name is given twice"
    assert by_session(taken)[2] == {("Y Tý", Y_TY), ("Trực tuyến", Y_TY)}


async def test_sites_of_a_draft_that_bear_a_venue_keep_its_name(events: EventStage) -> None:
    draft = await added(events.staff, modes=[{"mode": "in_person", "venue": "Bắc Hà"}])
    assert by_session((await edit(events.staff, draft, locality_code=SA_PA)).json()) == [{("Bắc Hà", SA_PA)}]


async def test_what_is_counted_stays_once_the_lists_are_closed(events: EventStage) -> None:
    closed = await moved(events.staff, await staged(events), "close_attendance")
    for change in ({"starts_at": "2025-11-29T07:00:00+07:00"}, {"locality_code": SA_PA}, {"kind": "forum"}):
        assert refused(await edit(events.staff, closed, **change)) == (422, "event_closed")
    words = {"title": "Đại hội", "description": "Lần thứ ba", "organisers": ["Hội DNT"], "is_public": False}
    changed = await edit(events.staff, closed, **words, kind="conference")
    assert changed.status_code == 200, changed.text
    cancelled = await moved(events.staff, await added(events.staff), "cancel", reason="Mưa lũ")
    assert refused(await edit(events.staff, cancelled, kind="contest")) == (422, "event_cancelled")
    assert (await edit(events.staff, cancelled, title="Hoãn")).status_code == 200


async def test_lists_go_along_an_index(committed: World) -> None:
    """With a page's rows in the order of the index, however many events there are."""
    stage = await set_event_stage(committed)
    await crowd(stage)
    for asked, index in (
        (EventQuery(locality_code=BAC_HA), "ix_event_locality_id_starts_at_id"),
        (EventQuery(locality_code=TUYEN_QUANG), "ix_event_province_id_starts_at_id"),
        (EventQuery(status=[EventStatus.cancelled]), "ix_event_status_starts_at_id"),
        (EventQuery(kind=[EventKind.contest]), "ix_event_kind_starts_at_id"),
        (EventQuery(), "ix_event_starts_at_id"),
        (EventQuery(q="hiem co"), "ix_event_search"),
    ):
        plan = await plan_of(stage, asked)
        assert index in plan, plan


async def crowd(stage: EventStage) -> None:
    """Ten thousand events, few of which are of the kinds and places that are asked for."""
    rest = {
        "published_at": STARTS_AT,
        "organisers": ["Tỉnh đoàn"], "capture": "mixed", "walk_in_policy": "allow", "changed_at": STARTS_AT,
        "created_by_id": stage.staff.id, "kind": "forum", "status": "published", "title": "Diễn đàn",
        "title_key": "dien dan", **await stage.place(SA_PA),
    }  # fmt: skip
    rare = {"kind": "contest", "status": "cancelled", **await stage.place(BAC_HA), "title_key": "hiem co"}
    chosen = {0: rest | rare, 1: rest | await stage.place(TUYEN_QUANG)}
    rows = []
    for number in range(10_000):
        at = STARTS_AT + timedelta(hours=number % 5_000)
        times = {"starts_at": at, "ends_at": at + timedelta(hours=1), "late_sync_until": at + timedelta(days=1)}
        rows.append(chosen.get(number % 500, rest) | times)
    async with stage.world.database.begin() as session:
        await session.execute(insert(Event), rows)
        await session.execute(text("ANALYZE event"))


async def plan_of(stage: EventStage, filters: EventQuery) -> str:
    """How PostgreSQL finds the first page of what staff of the whole country asks for."""
    everywhere = Grant(holds=Role.staff, locality_id=None, level="country", sensitive=False)
    actor = Actor(kind="account", id=stage.staff.id, name="staff", grants=(everywhere,))
    listing = list_events(actor, filters)
    asked = compile_statement(keyset(listing.query(*listing.shape), listing.order, cut=Cut(51, False)))
    async with stage.world.database.engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN {asked.sql}", tuple(asked.arguments(listing.values)))
        return "\n".join(rows.scalars())
