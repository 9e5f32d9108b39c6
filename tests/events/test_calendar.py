"""Events as a calendar: for callers, behind a personal feed, and for everybody."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import icalendar
import pytest
from sqlalchemy import insert, text, update

from incubator.accounts.models import RoleGrant
from incubator.actor import Actor, Grant, Role
from incubator.api import ical
from incubator.db import Statement
from incubator.events.calendar.queries import MOST_EVENTS, MOST_PUBLIC, list_events, list_public_events
from incubator.events.models import Event
from tests.events.organising import edit, moved, read
from tests.events.stage import ENDS_AT, STARTS_AT, EventStage, set_event_stage
from tests.factories import BAC_HA, LAO_CAI, SA_PA, Y_TY, Caller, Make, World, locality_id

CALENDAR = "/v1/calendar/events.ics"
PUBLIC = "/v1/public/events.ics"
FEEDS = "/v1/calendar/feeds"
FAR = "01"
AHEAD = datetime(2025, 12, 5, 1, 0, tzinfo=UTC)


def events_of(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(icalendar.Calendar.from_ical(answer.content).events)


def uids(answer: httpx.Response) -> list[str]:
    return [str(event["uid"]) for event in events_of(answer)]


def uid(event_id: UUID) -> str:
    return f"{event_id}@incubator"


async def one_of(caller: Caller, event_id: UUID) -> Any:
    """The event as the caller's calendar has it."""
    return next(event for event in events_of(await caller.get(CALENDAR)) if event["uid"] == uid(event_id))


async def seen(caller: Caller) -> set[str]:
    return set(uids(await caller.get(CALENDAR)))


async def cancel(events: EventStage, event_id: UUID) -> None:
    event = await read(events.staff, event_id)
    await moved(events.staff, event, "cancel", reason="Mưa lũ")


async def many_events(events: EventStage, number: int) -> None:
    """Public ones, an hour after each other."""
    place, one = await events.place(BAC_HA), timedelta(hours=1)
    rows = [
        {
            "kind": "training", "title": f"Tập huấn {number}", "title_key": "tap huan", "organisers": ["Tỉnh đoàn"],
            **place, "starts_at": AHEAD + number * one, "ends_at": AHEAD + number * one + one, "status": "published",
            "published_at": AHEAD, "is_public": True, "capture": "named", "walk_in_policy": "allow",
            "changed_at": AHEAD, "late_sync_until": AHEAD + number * one + one, "created_by_id": events.staff.id,
        }
        for number in range(1, number + 1)
    ]  # fmt: skip
    async with events.world.database.begin() as session:
        await session.execute(insert(Event), rows)


async def test_an_event_is_told_without_persons_and_links(events: EventStage) -> None:
    event_id = await events.event(
        title="Diễn đàn khởi nghiệp", organisers=["Tỉnh đoàn Lào Cai", "Hội Doanh nhân trẻ"], sequence=3,
        starts_at=AHEAD, ends_at=AHEAD + timedelta(hours=3), changed_at=events.world.clock.now,
        description="Gọi chị Mẩy 0912345678",
    )  # fmt: skip
    await events.mode(event_id, venue="Hội trường huyện")
    await events.mode(event_id, "online", join_url="https://meet.example.org/abc")
    event = await one_of(events.staff, event_id)
    assert event["sequence"] == 3
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (AHEAD, AHEAD + timedelta(hours=3))
    assert event.decoded("dtstamp") == event.decoded("last-modified") == events.world.clock.now
    assert (event["status"], event["summary"]) == ("CONFIRMED", "Diễn đàn khởi nghiệp")
    assert event["location"] == "Hội trường huyện, Bắc Hà"
    assert event["description"] == "Diễn đàn, tọa đàm. Đơn vị tổ chức: Tỉnh đoàn Lào Cai; Hội Doanh nhân trẻ."
    assert not {"attendee", "organizer", "url"} & {name.lower() for name in event}
    for path, caller in ((CALENDAR, events.staff), (PUBLIC, events.officer)):
        text = (await caller.get(path)).text
        assert "meet.example.org" not in text
        assert "0912345678" not in text


@pytest.mark.parametrize(
    ("modes", "sites", "location"),
    [
        ({}, [], "Bắc Hà"),
        ({"in_person": None}, [], "Bắc Hà"),
        ({"online": None}, [], "Trực tuyến"),
        ({"in_person": "Trường học"}, [Y_TY], "Trường học, Y Tý"),
        ({"in_person": "Trường học", "online": None}, [Y_TY, BAC_HA, Y_TY], "Trường học, Bắc Hà, Y Tý"),
        ({"in_person": None}, [Y_TY, SA_PA, LAO_CAI, BAC_HA], "Bắc Hà, Lào Cai, Sa Pa, và 1 nơi khác"),
    ],
)
async def test_the_location_says_where_to_go(
    events: EventStage, modes: dict[str, str | None], sites: list[str], location: str
) -> None:
    event_id = await events.event()
    for mode, venue in modes.items():
        await events.mode(event_id, mode, venue=venue)
    session_id = await events.session(event_id)
    for number, commune in enumerate(sites):
        await events.site(session_id, f"Điểm {number}", commune=commune)
    assert (await one_of(events.staff, event_id))["location"] == location


async def test_drafts_are_in_no_calendar(events: EventStage) -> None:
    hidden = [await events.event(status="draft") for _ in range(2)]
    await cancel(events, hidden[1])
    for caller in (events.staff, await events.world.make.token("calendar:read")):
        assert not {uid(event_id) for event_id in hidden} & await seen(caller)
    assert not {uid(event_id) for event_id in hidden} & set(uids(await events.world.http.get(PUBLIC)))


@pytest.mark.parametrize(("days", "status"), [(0, "CANCELLED"), (30, "CANCELLED"), (31, None)])
async def test_a_cancelled_event_is_kept_for_thirty_days_and_then_gone(
    events: EventStage, days: int, status: str | None
) -> None:
    event_id = await events.event(starts_at=AHEAD, ends_at=AHEAD + timedelta(hours=1))
    events.world.clock.now -= timedelta(days)
    await cancel(events, event_id)
    events.world.clock.now += timedelta(days)
    renamed = await edit(events.staff, await read(events.staff, event_id), title="Hoãn")
    assert renamed.json()["changed_at"] == "2025-11-30T03:00:00Z", "which does not keep it longer"
    for answer in (await events.staff.get(CALENDAR), await events.world.http.get(PUBLIC)):
        told = {event["uid"]: event["status"] for event in events_of(answer)}
        assert told.get(uid(event_id)) == status


async def test_the_calendar_goes_back_ninety_days(events: EventStage) -> None:
    kept = [
        await events.event(starts_at=STARTS_AT - timedelta(days), ends_at=ENDS_AT - timedelta(89), status="completed")
        for days in (89, 400)
    ]
    gone = await events.event(starts_at=STARTS_AT - timedelta(90), ends_at=ENDS_AT - timedelta(90))
    await events.set(gone, ends_at=events.world.clock.now - timedelta(91))
    assert await seen(events.staff) == {uid(event_id) for event_id in (*kept, events.event_id)}


@pytest.mark.parametrize(("path", "most"), [(CALENDAR, MOST_EVENTS), (PUBLIC, MOST_PUBLIC)])
async def test_the_earliest_give_way_where_there_are_too_many(events: EventStage, path: str, most: int) -> None:
    await many_events(events, most + 2)
    answer = await events.staff.get(path)
    starts = [event.decoded("dtstart") for event in events_of(answer)]
    assert starts == [AHEAD + timedelta(hours=number) for number in range(3, most + 3)]
    assert len(answer.content) < 1_500_000


class Explaining:
    """Reads that only say how PostgreSQL would find the rows."""

    def __init__(self, stage: EventStage) -> None:
        self._engine = stage.world.database.engine
        self.plan = ""

    async def rows(self, query: Statement, values: Mapping[str, Any], **_: Any) -> list[Any]:
        async with self._engine.connect() as connection:
            plan = await connection.exec_driver_sql(f"EXPLAIN {query.sql}", tuple(query.arguments(values)))
            self.plan = "\n".join(plan.scalars())
        return []


def actor_at(stage: EventStage, locality: UUID | None) -> Actor:
    """Staff of the whole country, or the officer of a commune."""
    holds, level = (Role.commune_staff, "commune") if locality else (Role.staff, "country")
    grant = Grant(holds=holds, locality_id=locality, level=level, sensitive=False)
    return Actor(kind="account", id=stage.staff.id, name="x", grants=(grant,))


async def test_calendars_go_along_an_index(committed: World) -> None:
    """However many events there were before the ninety days, and wherever."""
    stage = await set_event_stage(committed)
    await old_events(stage, 20_000)
    reads, now = Explaining(stage), committed.clock.now
    commune = (await stage.place(BAC_HA))["locality_id"]
    for asked, index in (
        (list_public_events(reads, None, now=now), "ix_event_public_ends_at"),
        (list_events(reads, actor_at(stage, None), now=now), "ix_event_ends_at"),
        (list_events(reads, actor_at(stage, commune), now=now), "ix_event_locality_id"),
    ):
        await asked
        assert index in reads.plan, reads.plan
        assert "Seq Scan on event " not in reads.plan, reads.plan


async def old_events(stage: EventStage, number: int) -> None:
    """An hour after each other, up to the beginning of this year."""
    place = await stage.place(SA_PA)
    insert_all = """
        INSERT INTO event (kind, title, title_key, organisers, locality_id, province_id, starts_at, ends_at, status,
          published_at, capture, walk_in_policy, late_sync_until, changed_at, created_by_id)
        SELECT 'forum', 'Diễn đàn', 'dien dan', '{Đoàn}', :locality_id, :province_id, at, at + interval '1 hour',
          'completed', at, 'mixed', 'allow', at + interval '1 day', at, :account_id
        FROM generate_series(1, :number) n, LATERAL (SELECT timestamptz '2025-01-01' - n * interval '1 hour') AS a (at)
    """
    async with stage.world.database.begin() as session:
        await session.execute(text(insert_all), {**place, "account_id": stage.staff.id, "number": number})
        await session.execute(text("ANALYZE event"))


async def test_everybody_sees_the_events_of_their_place_and_of_its_sites(events: EventStage, make: Make) -> None:
    elsewhere = await events.event(Y_TY)
    here, there = uid(events.event_id), uid(elsewhere)
    country, province = await make.token("calendar:read"), await make.token("calendar:read", locality=LAO_CAI)
    for caller in (events.staff, events.approver, country, province, events.officer_there):
        assert await seen(caller) == {here, there}, "the conference has a bridge point in Y Tý"
    for caller in (events.officer, await make.token("calendar:read", locality=BAC_HA)):
        assert await seen(caller) == {here}
    for caller in (await make.account("staff", FAR), await make.token("calendar:read", locality=FAR)):
        assert await seen(caller) == set()


async def test_who_leads_a_session_has_its_event_in_the_calendar(events: EventStage) -> None:
    await events.event()
    assert await seen(await events.leader()) == {uid(events.event_id)}
    assert await seen(await events.leader(part="support")) == set()


async def test_a_token_for_events_reads_no_calendar(events: EventStage, make: Make) -> None:
    answer = await (await make.token("events:read", "events:register")).get(CALENDAR)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


async def test_what_is_known_already_is_not_sent_again(events: EventStage) -> None:
    first = await events.staff.get(CALENDAR)
    again = await events.staff.get(CALENDAR, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == "private, no-cache"
    events.world.clock.now += timedelta(hours=5)
    assert (await events.staff.get(CALENDAR)).content == first.content, "the body holds no moment of its making"
    await events.set(sequence=1)
    changed = await events.staff.get(CALENDAR, headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_the_calendar_is_not_written_for_who_has_it(events: EventStage, monkeypatch: pytest.MonkeyPatch) -> None:
    tags = {path: (await events.staff.get(path)).headers["etag"] for path in (CALENDAR, PUBLIC)}
    monkeypatch.setattr(ical, "Calendar", None)
    for path, tag in tags.items():
        assert (await events.staff.get(path, headers={"if-none-match": tag})).status_code == 304


async def test_everybody_reads_the_public_events(events: EventStage) -> None:
    hidden = await events.event(is_public=False)
    answer = await events.world.http.get(PUBLIC)
    assert uids(answer) == [uid(events.event_id)]
    assert uid(hidden) in await seen(events.staff)
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("public, max-age=300", "accept")
    known = await events.world.http.get(PUBLIC, headers={"if-none-match": answer.headers["etag"]})
    assert (known.status_code, known.headers["cache-control"]) == (304, "public, max-age=300")
    assert (await events.staff.get(PUBLIC)).content == answer.content, "a token changes nothing"


@pytest.mark.parametrize(
    ("code", "expected"),
    [(BAC_HA, {"here"}), (Y_TY, {"here", "there"}), (LAO_CAI, {"here", "there", "wide"}), (SA_PA, set()), (FAR, set())],
)
async def test_the_public_calendar_of_a_place(events: EventStage, code: str, expected: set[str]) -> None:
    made = {"here": events.event_id, "there": await events.event(Y_TY), "wide": await events.event(LAO_CAI)}
    answer = await events.world.http.get(PUBLIC, params={"locality_code": code})
    assert set(uids(answer)) == {uid(made[name]) for name in expected}


@pytest.mark.parametrize(("code", "wrong"), [("99999", "not_found"), ("15-1", "bad_format"), ("", "bad_format")])
async def test_a_place_that_is_not_there_is_refused(events: EventStage, code: str, wrong: str) -> None:
    answer = await events.world.http.get(PUBLIC, params={"locality_code": code})
    assert answer.status_code == 400
    assert [(error["parameter"], error["code"]) for error in answer.json()["errors"]] == [("locality_code", wrong)]


async def test_a_feed_shows_what_its_account_may_see_at_that_moment(events: EventStage) -> None:
    there, http = await events.event(Y_TY), events.world.http
    feed = (await events.officer.post(FEEDS, {"name": "Điện thoại"})).json()
    answer = await http.get(feed["events_path"])
    assert uids(answer) == [uid(events.event_id)]
    assert answer.content == (await events.officer.get(CALENDAR)).content
    assert (await http.get(feed["events_path"], headers={"if-none-match": answer.headers["etag"]})).status_code == 304
    async with events.world.database.begin() as session:
        moved = update(RoleGrant).where(RoleGrant.account_id == events.officer.id)
        await session.execute(moved.values(locality_id=await locality_id(session, Y_TY)))
    assert set(uids(await http.get(feed["events_path"]))) == {uid(events.event_id), uid(there)}
    assert feed["events_path"].split("/")[-2] == feed["path"].split("/")[-2], "one secret for both"


async def test_the_secret_in_the_address_of_events_is_repeated_nowhere(events: EventStage, world: World) -> None:
    feed = (await events.officer.post(FEEDS, {"name": "Điện thoại"})).json()
    secret = feed["events_path"].split("/")[-2]
    refused = await world.http.get(feed["events_path"], headers={"accept": "image/png"})
    assert (refused.status_code, refused.json()["instance"]) == (406, f"{FEEDS}/***/events.ics")
    metrics = (await world.http.get("/metrics")).text
    assert "/v1/calendar/feeds/{secret}/events.ics" in metrics
    assert secret not in metrics + refused.text


async def test_the_calendar_is_made_in_one_form(events: EventStage) -> None:
    for path in (CALENDAR, PUBLIC):
        refused = await events.staff.get(path, headers={"accept": "application/json"})
        assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")
