"""The moves of an event from status to status, closing and reopening its attendance, and their history."""

from uuid import uuid4

import pytest

from tests.events.organising import (
    EVENTS,
    NOBODYS,
    added,
    change,
    edit,
    faults,
    move,
    moved,
    read,
    refused,
    staged,
    tag,
)
from tests.events.stage import NOON, EventStage

WHY = {"reason": "Mưa lũ, đường sạt lở"}


async def test_an_event_is_published_completed_and_closed(events: EventStage) -> None:
    draft = await added(events.officer)
    event = await moved(events.officer, draft, "publish")
    assert (event["status"], event["sequence"], event["version"]) == ("published", 1, 2)
    assert event["allowed_actions"] == ["complete", "cancel", "close_attendance"]
    event = await moved(events.officer, await staged(events), "complete")
    assert (event["status"], event["allowed_actions"]) == ("completed", ["close_attendance"])
    event = await moved(events.officer, event, "close_attendance")
    assert (event["status"], event["attendance_closed_at"]) == ("completed", "2025-11-30T03:00:00Z")
    assert event["allowed_actions"] == ["reopen_attendance"]
    event = await moved(events.officer, event, "reopen_attendance", reason="Thiếu danh sách giấy")
    assert (event["attendance_closed_at"], event["allowed_actions"]) == (None, ["close_attendance"])


async def test_the_history_tells_who_moved_it_when_and_why(events: EventStage) -> None:
    event = await moved(events.officer, await added(events.officer), "publish")
    await moved(events.staff, event, "cancel", **WHY)
    answer = await events.approver.get(f"{EVENTS}/{event['id']}/transitions")
    assert [
        (row["action"], row["from_status"], row["to_status"], row["reason"], row["recorded_by"], row["recorded_at"])
        for row in answer.json()["items"]
    ] == [
        ("publish", "draft", "published", None, events.officer.username, "2025-11-30T03:00:00Z"),
        ("cancel", "published", "cancelled", WHY["reason"], events.staff.username, "2025-11-30T03:00:00Z"),
    ]
    path = f"{EVENTS}/{event['id']}/transitions"
    assert refused(await events.officer_there.get(path)) == (404, "not_found")
    assert refused(await events.staff.get(f"{EVENTS}/{NOBODYS}/transitions")) == (404, "not_found")
    assert refused(await (await events.world.make.token("events:read")).get(path))[0] == 403


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("published", "publish"),
        ("completed", "cancel"),
        ("draft", "complete"),
        ("draft", "close_attendance"),
        ("cancelled", "publish"),
        ("cancelled", "cancel"),
        ("published", "reopen_attendance"),
    ],
)
async def test_a_move_starts_where_the_table_says(events: EventStage, status: str, action: str) -> None:
    await events.set(status=status)
    more = WHY if action in {"cancel", "reopen_attendance"} else {}
    answer = await move(events.staff, await staged(events), action, **more)
    assert refused(answer) == (409, "invalid_transition")
    assert action not in answer.json()["allowed_actions"]


async def test_cancelling_and_reopening_say_why(events: EventStage) -> None:
    for action in ("cancel", "reopen_attendance"):
        assert faults(await move(events.staff, await staged(events), action)) == [("required", "/reason")]
    assert faults(await move(events.staff, await staged(events), "publish", **WHY)) == [("unknown_field", "/reason")]


async def test_an_event_is_completed_and_closed_once_it_began(events: EventStage) -> None:
    ahead = await moved(events.staff, await added(events.staff), "publish")
    for action in ("complete", "close_attendance"):
        answer = await move(events.staff, ahead, action)
        assert refused(answer) == (422, "event_not_begun")
        assert "08:00 on 2025-12-05" in answer.json()["detail"]


async def test_what_is_published_has_a_session_and_each_session_a_site(events: EventStage) -> None:
    empty = await added(events.staff)
    [session] = empty["sessions"]
    answer = await change(events.staff, empty, "DELETE", f"/sites/{session['sites'][0]['id']}")
    assert answer.status_code == 204, answer.text
    bare = await read(events.staff, empty["id"])
    answer = await move(events.staff, bare, "publish")
    assert refused(answer) == (422, "event_without_site")
    assert "1" in answer.json()["detail"]
    await change(events.staff, bare, "DELETE", f"/sessions/{session['id']}")
    none = await read(events.staff, empty["id"])
    assert none["sessions"] == []
    assert refused(await move(events.staff, none, "publish")) == (422, "event_without_session")
    assert (await read(events.staff, empty["id"]))["status"] == "draft"


async def test_an_event_whose_figures_are_final_is_reopened_before_it_is_cancelled(events: EventStage) -> None:
    closed = await moved(events.staff, await staged(events), "close_attendance")
    assert closed["allowed_actions"] == ["complete", "reopen_attendance"]
    refusal = await move(events.staff, closed, "cancel", **WHY)
    assert refused(refusal) == (409, "invalid_transition")
    assert refusal.json()["allowed_actions"] == closed["allowed_actions"]
    reopened = await moved(events.staff, closed, "reopen_attendance", **WHY)
    cancelled = await moved(events.staff, reopened, "cancel", **WHY)
    assert (cancelled["status"], cancelled["attendance_closed_at"]) == ("cancelled", None)
    assert cancelled["allowed_actions"] == []


async def test_an_event_at_which_somebody_was_is_not_cancelled(events: EventStage) -> None:
    await events.attendance(events.morning, await events.person(), events.hall, voided_at=NOON, void_reason="Nhầm")
    await events.attendance(events.morning, await events.person(), events.hall, pending=True)
    first = await events.headcount(events.hall, 40)
    await events.headcount(events.hall, 0, replaces_id=first)
    attended, counted = await events.simple_event(), await events.simple_event()
    await events.attendance(attended[1], await events.person(), attended[2])
    await events.headcount(counted[2], 1)
    for event_id, *_ in (attended, counted):
        event = await read(events.staff, event_id)
        assert refused(await move(events.staff, event, "cancel", **WHY)) == (422, "event_attended")
        assert (await read(events.staff, event_id))["status"] == "published"
    assert (await moved(events.staff, await staged(events), "cancel", **WHY))["status"] == "cancelled"


async def test_a_move_takes_the_version_and_happens_once(events: EventStage) -> None:
    event = await added(events.staff)
    path = f"{EVENTS}/{event['id']}/transitions"
    assert refused(await events.staff.post(path, {"action": "publish"})) == (428, "precondition_required")
    newer = (await edit(events.staff, event, title="Mới")).json()
    assert refused(await move(events.staff, event, "publish")) == (412, "version_conflict")
    headers = {**tag(newer), "idempotency-key": str(uuid4())}
    first = await events.staff.post(path, {"action": "publish"}, headers=headers)
    again = await events.staff.post(path, {"action": "publish"}, headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert len((await events.staff.get(path)).json()["items"]) == 1
