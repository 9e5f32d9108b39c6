"""Head-counts: each told once, none overwritten, and none lost to a clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select

from incubator.events.headcounts.models import Headcount
from tests.events.organising import faults
from tests.events.stage import NOON, STARTS_AT, EventStage, set_event_stage
from tests.factories import Caller, World

PATH = "/v1/check-in/headcounts"


def count(site: UUID, total: int = 62, **more: Any) -> dict[str, Any]:
    return {
        "client_report_id": str(uuid4()), "site_id": str(site), "total": total, "method": "count",
        "counted_at": "2025-11-29T09:30:00+07:00", **more,
    }  # fmt: skip


async def report(caller: Caller, site: UUID, total: int = 62, **more: Any) -> dict[str, Any]:
    answer = await caller.post(PATH, count(site, total, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(events: EventStage, caller: Caller | None = None, **params: Any) -> list[dict[str, Any]]:
    answer = await (caller or events.staff).get(f"/v1/events/{events.event_id}/headcounts", params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def fault(answer: httpx.Response) -> tuple[int, str, str]:
    error = answer.json()["errors"][0]
    return answer.status_code, answer.json()["code"], error["pointer"]


async def test_a_phone_reports_for_its_site(events: EventStage) -> None:
    phone = await events.device([events.hall], "headcount")
    sent = count(events.hall, 62, female=30, youth=55, ethnic_minority=48, note=" Đếm lúc giải lao ")
    answer = await phone.post(PATH, sent)
    told = answer.json()
    assert answer.status_code == 201
    assert (told["total"], told["female"], told["youth"], told["ethnic_minority"]) == (62, 30, 55, 48)
    assert (told["is_current"], told["replaces_id"], told["session_id"]) == (True, None, str(events.morning))
    assert told["note"] == "Đếm lúc giải lao"
    assert (told["reported_by_kind"], told["reported_by_id"], told["reported_by"]) == (
        "device", str(phone.id), phone.username,
    )  # fmt: skip
    assert told["counted_at"] == "2025-11-29T02:30:00Z"
    assert told.pop("status") == "current"
    assert await listed(events) == [told]
    shown = (await events.staff.get(f"/v1/devices/{phone.id}")).json()
    assert shown["last_seen_at"] == "2025-11-30T03:00:00Z"


async def test_a_lost_answer_is_asked_for_again(events: EventStage) -> None:
    phone, sent = await events.device(), count(events.hall)
    first = await phone.post(PATH, sent)
    again = await phone.post(PATH, {**sent, "counted_at": "2025-11-29T09:31:00+07:00"})
    assert (again.status_code, again.json()) == (200, first.json())
    await events.set(status="cancelled")
    assert (await phone.post(PATH, sent)).status_code == 200
    assert len(await listed(events)) == 1


@pytest.mark.parametrize("other", [{"total": 63}, {"female": 1}, {"method": "estimate"}, {"note": "khác"}])
async def test_one_id_says_one_thing(events: EventStage, other: dict[str, Any]) -> None:
    phone, sent = await events.device(), count(events.hall)
    assert (await phone.post(PATH, sent)).status_code == 201
    assert fault(await phone.post(PATH, {**sent, **other})) == (409, "duplicate", "/client_report_id")


async def test_two_reporters_may_choose_the_same_id(events: EventStage) -> None:
    one, other = await events.device([events.hall]), await events.device([events.bridge])
    same = str(uuid4())
    await report(one, events.hall, client_report_id=same)
    await report(other, events.bridge, client_report_id=same)


async def test_a_later_count_replaces_the_one_it_names(events: EventStage) -> None:
    phone = await events.device()
    first = await report(phone, events.hall, 62)
    blind = await events.staff.post(PATH, count(events.hall, 70))
    assert fault(blind) == (409, "duplicate", "/replaces")
    assert blind.json()["errors"][0]["params"] == {"current_id": first["id"], "current_total": 62}
    second = await report(events.staff, events.hall, 70, replaces=first["id"])
    stale = await phone.post(PATH, count(events.hall, 71, replaces=first["id"]))
    assert stale.json()["errors"][0]["params"] == {"current_id": second["id"], "current_total": 70}
    third = await report(phone, events.hall, 71, replaces=second["id"])
    await report(phone, events.bridge, 20)
    assert [row["total"] for row in await listed(events)] == [20, 71, 70, 62]
    assert [row["is_current"] for row in await listed(events, site_id=str(events.hall))] == [True, False, False]
    assert [row["id"] for row in await listed(events, site_id=str(events.hall), current="true")] == [third["id"]]


async def test_nothing_replaces_what_is_not_there(events: EventStage) -> None:
    at_bridge = await report(events.staff, events.bridge)
    for named in (at_bridge["id"], str(uuid4())):
        answer = await events.staff.post(PATH, count(events.hall, replaces=named))
        assert fault(answer) == (400, "validation_failed", "/replaces")


async def test_nobody_came_is_a_report_too(events: EventStage) -> None:
    assert (await report(events.staff, events.hall, 0))["total"] == 0
    assert fault(await events.staff.post(PATH, count(events.hall, 5)))[0] == 409


async def test_no_part_is_more_than_the_whole(events: EventStage) -> None:
    answer = await events.staff.post(PATH, count(events.hall, 10, female=11, youth=10, ethnic_minority=12))
    told = {error["pointer"]: error["params"] for error in answer.json()["errors"]}
    assert told == {"/female": {"min": 0, "max": 10}, "/ethnic_minority": {"min": 0, "max": 10}}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("1970-01-01T00:00:00Z", STARTS_AT - timedelta(days=1)),
        ("0001-01-02T00:00:00Z", STARTS_AT - timedelta(days=1)),
        ("9999-12-30T00:00:00Z", datetime(2025, 11, 30, 3, 0, tzinfo=UTC)),
        ("2025-11-30T06:00:00Z", datetime(2025, 11, 30, 3, 0, tzinfo=UTC)),
        ("2025-11-29T05:00:00Z", NOON),
    ],
)
async def test_no_clock_loses_a_count(events: EventStage, said: str, kept: datetime) -> None:
    told = await report(await events.device(), events.hall, counted_at=said)
    assert datetime.fromisoformat(told["counted_at"]) == kept


async def test_heads_are_counted_from_two_hours_before_a_session(events: EventStage) -> None:
    starts = datetime(2025, 11, 30, 5, 0, tzinfo=UTC)
    event_id = await events.event(starts_at=starts, ends_at=starts + timedelta(hours=8))
    await events.mode(event_id)
    site = await events.site(await events.session(event_id, starts, starts + timedelta(hours=4)), "Hội trường")
    phone, sent = await events.device(event_id=event_id), count(site, counted_at="2025-11-30T12:00:00Z")
    events.world.clock.now -= timedelta(seconds=1)
    for caller in (events.staff, phone):
        early = await caller.post(PATH, sent)
        assert (early.status_code, early.json()["rule"]) == (422, "headcount_too_early")
    events.world.clock.now += timedelta(seconds=1)
    assert (await report(phone, site, **sent))["counted_at"] == "2025-11-30T03:00:00Z"


async def test_phones_report_for_their_own_sites(events: EventStage) -> None:
    phone = await events.device([events.hall])
    _, _, elsewhere = await events.simple_event()
    for site in (events.bridge, elsewhere, uuid4()):
        assert fault(await phone.post(PATH, count(site))) == (400, "validation_failed", "/site_id")
    token = await events.world.make.token("check_in:write")
    assert (await token.post(PATH, count(events.hall))).json()["code"] == "forbidden"


async def test_officers_report_at_their_sites_and_leaders_their_sessions(events: EventStage) -> None:
    await report(events.officer_there, events.bridge)
    denied = await events.officer_there.post(PATH, count(events.hall))
    assert (denied.status_code, denied.json()["code"]) == (403, "forbidden")
    await report(events.officer, events.hall)
    leader = await events.leader(events.morning)
    await report(leader, events.room)
    afternoon = await events.site(events.afternoon, "Hội trường")
    assert (await leader.post(PATH, count(afternoon))).status_code == 403
    trainer = await events.leader(events.afternoon, part="trainer")
    assert fault(await trainer.post(PATH, count(afternoon))) == (400, "validation_failed", "/site_id")
    stranger = await events.world.make.account("staff", "04")
    assert fault(await stranger.post(PATH, count(afternoon))) == (400, "validation_failed", "/site_id")
    assert len(await listed(events, leader)) == 3
    assert (await stranger.get(f"/v1/events/{events.event_id}/headcounts")).status_code == 404


async def test_closed_attendance_and_cancelled_events_take_no_count(events: EventStage) -> None:
    phone = await events.device()
    await events.set(attendance_closed_at=events.world.clock.now)
    closed = await events.staff.post(PATH, count(events.hall))
    assert (closed.status_code, closed.json()["rule"]) == (422, "attendance_closed")
    await events.set(attendance_closed_at=None, status="cancelled")
    cancelled = await phone.post(PATH, count(events.hall))
    assert (cancelled.status_code, cancelled.json()["code"]) == (409, "invalid_transition")


async def kept(events: EventStage, caller: Caller | None = None) -> list[dict[str, Any]]:
    path = f"/v1/events/{events.event_id}/check-in-reviews?reason=headcount_late"
    return list((await (caller or events.staff).get(path)).json()["items"])


async def resolve(caller: Caller, review: dict[str, Any], **said: Any) -> httpx.Response:
    headers = {"if-match": f'"{review["version"]}"'}
    return await caller.post(f"/v1/check-in-reviews/{review['id']}/resolution", said, headers=headers)


async def test_a_phone_hears_what_became_of_its_count(events: EventStage) -> None:
    phone, sent = await events.device(), count(events.hall)
    assert (await phone.post(PATH, sent)).json()["status"] == "current"
    (first,) = await listed(events)
    await report(events.staff, events.hall, 70, replaces=first["id"])
    assert (await phone.post(PATH, sent)).json()["status"] == "replaced"


@pytest.mark.parametrize("closed", [True, False])
async def test_what_a_phone_counted_is_kept_for_staff_when_it_comes_too_late(events: EventStage, closed: bool) -> None:
    first, phone = await report(events.staff, events.hall, 50), await events.device([events.hall])
    now = events.world.clock.now
    await events.set(**({"attendance_closed_at": now} if closed else {"late_sync_until": now - timedelta(seconds=1)}))
    sent = count(events.hall, 62, female=30, note="Đếm lúc giải lao")
    answer = await phone.post(PATH, sent)
    told = answer.json()
    assert (answer.status_code, told["status"], told["is_current"]) == (202, "kept_for_staff", False)
    assert (told["total"], told["reported_by"], told["counted_at"]) == (62, phone.username, "2025-11-29T02:30:00Z")
    again = await phone.post(PATH, {**sent, "counted_at": "2025-11-29T09:31:00+07:00"})
    assert (again.status_code, again.json()) == (202, told)
    assert fault(await phone.post(PATH, {**sent, "total": 63})) == (409, "duplicate", "/client_report_id")
    (review,) = await kept(events)
    shown = {name: review[name] for name in ("id", "site_label", "headcount_method", "total", "female", "youth")}
    assert shown == {
        "id": told["id"], "site_label": "Hội trường", "headcount_method": "count", "total": 62, "female": 30,
        "youth": None,
    }  # fmt: skip
    if closed:
        assert (await resolve(events.staff, review, action="admit")).json()["rule"] == "attendance_closed"
        await events.set(attendance_closed_at=None)
    assert faults(await resolve(events.staff, review, action="admit", kind="in")) == [("unknown_field", "/kind")]
    admitted = await resolve(events.staff, review, action="admit")
    assert (admitted.status_code, admitted.json()["status"]) == (200, "admitted")
    (current,) = await listed(events, current="true")
    assert (current["total"], current["female"], current["note"]) == (62, 30, "Đếm lúc giải lao")
    assert (current["replaces_id"], current["reported_by_id"]) == (first["id"], str(phone.id))
    last = await phone.post(PATH, sent)
    assert (last.status_code, last.json()["id"], last.json()["status"]) == (200, current["id"], "current")


async def test_a_late_count_that_is_dismissed_counts_for_nothing(events: EventStage) -> None:
    phone, sent = await events.device([events.bridge]), count(events.bridge)
    await events.set(attendance_closed_at=events.world.clock.now)
    await phone.post(PATH, sent)
    (review,) = await kept(events, events.officer_there)
    answer = await resolve(events.officer_there, review, action="dismiss", note="Đã có số đếm khác")
    assert (answer.status_code, answer.json()["status"]) == (200, "dismissed")
    assert (await phone.post(PATH, sent)).status_code == 202
    assert await listed(events) == []


async def test_accounts_report_late_as_long_as_attendance_is_open(events: EventStage) -> None:
    await events.set(late_sync_until=events.world.clock.now - timedelta(seconds=1))
    assert (await report(events.staff, events.hall))["status"] == "current"


async def test_a_late_count_and_a_scan_may_have_the_same_id(events: EventStage) -> None:
    phone, sent = await events.device([events.hall]), count(events.hall)
    await events.set(attendance_closed_at=events.world.clock.now)
    scan = {
        "client_scan_id": sent["client_report_id"], "session_id": str(events.morning), "site_id": str(events.hall),
        "kind": "in", "method": "qr", "token": "0" * 26, "scanned_at": "2025-11-29T09:30:00+07:00",
    }  # fmt: skip
    assert (await phone.post("/v1/check-in/batches", {"items": [scan]})).json()["counts"]["rejected"] == 1
    assert (await phone.post(PATH, sent)).status_code == 202
    assert len(await kept(events)) == 1


async def test_a_late_count_that_is_sent_many_times_at_once_is_kept_once(committed: World) -> None:
    events = await set_event_stage(committed)
    phone, sent = await events.device(), count(events.hall)
    await events.set(attendance_closed_at=committed.clock.now)
    answers = await asyncio.gather(*(phone.post(PATH, sent) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    assert len(await kept(events)) == 1


async def test_a_draft_takes_counts(events: EventStage) -> None:
    await events.set(status="draft")
    await report(await events.device(), events.hall)


async def test_it_is_a_table_too(events: EventStage) -> None:
    await report(events.staff, events.hall)
    answer = await events.approver.get(f"/v1/events/{events.event_id}/headcounts", headers={"accept": "text/csv"})
    assert answer.text.splitlines()[1].count(",62,") == 1


async def test_of_two_counts_at_once_one_stands(committed: World) -> None:
    events = await set_event_stage(committed)
    phones = [await events.device() for _ in range(6)]
    answers = await asyncio.gather(*(phone.post(PATH, count(events.hall, 60 + n)) for n, phone in enumerate(phones)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    first = next(answer.json() for answer in answers if answer.status_code == 201)
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["errors"][0]["params"] == {"current_id": first["id"], "current_total": first["total"]}
    later = await asyncio.gather(*(phone.post(PATH, count(events.hall, 80, replaces=first["id"])) for phone in phones))
    assert sorted(answer.status_code for answer in later) == [201, *[409] * 5]
    assert len(await listed(events, current="true")) == 1


async def test_one_report_sent_many_times_at_once_is_one(committed: World) -> None:
    events = await set_event_stage(committed)
    for reporter in (await events.device(), events.staff):
        site = events.hall if reporter is events.staff else events.bridge
        sent = count(site)
        answers = await asyncio.gather(*(reporter.post(PATH, sent) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [200] * 4 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1
    async with committed.database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Headcount)) == 2
