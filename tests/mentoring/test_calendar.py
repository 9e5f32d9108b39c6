"""Sessions as a calendar: what it holds for whom, also behind a personal feed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import icalendar
import pytest
from sqlalchemy import update

from incubator.accounts.models import RoleGrant
from incubator.mentoring.calendar.queries import MOST_SESSIONS
from incubator.mentoring.programmes.models import Programme
from tests.factories import BAC_HA, LAO_CAI, Y_TY, Caller, Make, World, locality_id
from tests.mentoring.rows import TODAY, Rows
from tests.team import Team

CALENDAR = "/v1/calendar/sessions.ics"
FEEDS = "/v1/calendar/feeds"
FAR = "01"


def events_of(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(icalendar.Calendar.from_ical(answer.content).events)


def uids(answer: httpx.Response) -> list[str]:
    return [str(event["uid"]) for event in events_of(answer)]


def uid(session_id: UUID) -> str:
    return f"{session_id}@incubator"


async def seen(caller: Caller) -> list[str]:
    return uids(await caller.get(CALENDAR))


async def add_feed(caller: Caller, name: str = "Điện thoại") -> dict[str, Any]:
    answer = await caller.post(FEEDS, {"name": name})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_session_is_an_event(team: Team, rows: Rows) -> None:
    starts = datetime(2025, 12, 5, 1, 30, tzinfo=UTC)
    at: dict[str, Any] = {
        "day": date(2025, 12, 5),
        "starts_at": starts,
        "place": "Nhà văn hóa thôn Na Lo",
        "title": "Nhãn và mã vạch",
    }
    session_id = await rows.session(**at, sequence=3, kind="clinic", status="confirmed")
    (event,) = events_of(await team.staff.get(CALENDAR))
    assert event["uid"] == uid(session_id)
    assert event["sequence"] == 3
    assert event.decoded("dtstart") == starts
    assert event.decoded("dtend") == starts + timedelta(minutes=90)
    assert event.decoded("dtstamp") == event.decoded("last-modified") == datetime(2025, 11, 30, 3, tzinfo=UTC)
    assert event["status"] == "CONFIRMED"
    assert event["summary"] == "Phòng tư vấn: Nhãn và mã vạch"
    assert event["location"] == "Nhà văn hóa thôn Na Lo, Bắc Hà"
    assert not {"attendee", "organizer", "description"} & {name.lower() for name in event}


async def test_a_change_is_told_under_the_same_uid(team: Team) -> None:
    plan = {"starts_at": "2025-12-05T08:30:00+07:00", "minutes": 90, "mode": "in_person", "locality_code": BAC_HA}
    made = await team.staff.post("/v1/sessions", plan)
    assert made.status_code == 201, made.text
    path = f"/v1/sessions/{made.json()['id']}"
    (before,) = events_of(await team.staff.get(CALENDAR))
    later = {"starts_at": "2025-12-06T08:30:00+07:00"}
    moved = await team.staff.patch(path, later, headers={"if-match": made.headers["etag"]})
    assert moved.status_code == 200, moved.text
    (after,) = events_of(await team.staff.get(CALENDAR))
    cancel = {"action": "cancel", "reason": "Mưa lũ"}
    gone = await team.staff.post(f"{path}/transitions", cancel, headers={"if-match": moved.headers["etag"]})
    assert gone.status_code == 200, gone.text
    (cancelled,) = events_of(await team.staff.get(CALENDAR))
    assert before["uid"] == after["uid"] == cancelled["uid"] == uid(made.json()["id"])
    assert before["sequence"] < after["sequence"] < cancelled["sequence"]
    assert after.decoded("dtstart") == before.decoded("dtstart") + timedelta(1)
    assert (before["status"], after["status"], cancelled["status"]) == ("TENTATIVE", "TENTATIVE", "CANCELLED")


async def test_the_title_of_the_programme_stands_for_its_kind(world: World, team: Team, rows: Rows) -> None:
    async with world.database.begin() as session:
        place = await locality_id(session, LAO_CAI)
        programme = Programme(
            kind="startup_coffee", title="Cà phê khởi nghiệp Lào Cai", host="Tỉnh đoàn", cadence="monthly",
            locality_id=place, province_id=place, starts_on=TODAY,
        )  # fmt: skip
        session.add(programme)
        await session.flush()
    await rows.session(kind="startup_coffee", programme_id=programme.id)
    (event,) = events_of(await team.staff.get(CALENDAR))
    assert event["summary"] == "Cà phê khởi nghiệp Lào Cai"


@pytest.mark.parametrize(
    ("mode", "place", "location"),
    [
        ("in_person", None, "Bắc Hà"),
        ("hybrid", "UBND xã", "UBND xã, Bắc Hà"),
        ("phone", None, "Qua điện thoại"),
        ("online", "https://meet.example.org/abc", "https://meet.example.org/abc"),
    ],
)
async def test_the_location_says_where_to_go(
    team: Team, rows: Rows, mode: str, place: str | None, location: str
) -> None:
    await rows.session(mode=mode, place=place)
    (event,) = events_of(await team.staff.get(CALENDAR))
    assert event["location"] == location


async def test_a_session_without_a_time_takes_its_day(team: Team, rows: Rows) -> None:
    await rows.session(day=TODAY, status="held")
    (event,) = events_of(await team.staff.get(CALENDAR))
    assert event.decoded("dtstart") == TODAY
    assert event.decoded("dtend") == TODAY + timedelta(1)


async def test_a_session_held_on_another_day_stands_on_that_one(team: Team, rows: Rows) -> None:
    starts = datetime(2025, 11, 20, 1, 30, tzinfo=UTC)
    await rows.session(day=date(2025, 11, 20), status="held", held_on=date(2025, 11, 21), starts_at=starts)
    (event,) = events_of(await team.staff.get(CALENDAR))
    assert event.decoded("dtstart") == date(2025, 11, 21)


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("planned", "TENTATIVE"),
        ("confirmed", "CONFIRMED"),
        ("held", "CONFIRMED"),
        ("cancelled", "CANCELLED"),
        ("mentor_absent", "CANCELLED"),
        ("guests_absent", "CANCELLED"),
    ],
)
async def test_every_status_has_its_own(team: Team, rows: Rows, status: str, shown: str) -> None:
    await rows.session(status=status)
    (event,) = events_of(await team.staff.get(CALENDAR))
    assert event["status"] == shown


async def test_the_calendar_goes_back_ninety_days(team: Team, rows: Rows) -> None:
    kept = await rows.session(day=TODAY - timedelta(90), status="held")
    await rows.session(day=TODAY - timedelta(91), status="held")
    assert await seen(team.staff) == [uid(kept)]


async def test_a_cancelled_session_is_kept_for_thirty_days_and_then_gone(world: World, team: Team, rows: Rows) -> None:
    ahead = TODAY + timedelta(60)
    session_id = await rows.session(day=ahead)
    await rows.change_session(session_id, status="cancelled", changed_at=world.clock.now, sequence=1)
    (event,) = events_of(await team.staff.get(CALENDAR))
    assert (event["uid"], event["status"], event["sequence"]) == (uid(session_id), "CANCELLED", 1)
    for days, expected in ((30, [uid(session_id)]), (31, [])):
        await rows.change_session(session_id, changed_at=world.clock.now - timedelta(days))
        assert await seen(team.staff) == expected


async def test_a_planned_session_stays_however_long_ago_it_was_planned(world: World, team: Team, rows: Rows) -> None:
    session_id = await rows.session(day=TODAY + timedelta(5), changed_at=world.clock.now - timedelta(200))
    assert await seen(team.staff) == [uid(session_id)]


async def test_the_earliest_give_way_where_there_are_too_many(team: Team, rows: Rows) -> None:
    await rows.many_sessions(MOST_SESSIONS + 2, TODAY)
    answer = await team.staff.get(CALENDAR)
    days = [event.decoded("dtstart") for event in events_of(answer)]
    assert days == [TODAY + timedelta(day) for day in range(2, MOST_SESSIONS + 2)]
    assert len(answer.content) < 1_000_000


async def test_everybody_sees_the_sessions_of_their_place(team: Team, make: Make, rows: Rows) -> None:
    here, there = await rows.session(at=BAC_HA), await rows.session(at=Y_TY)
    both = sorted([uid(here), uid(there)])
    tokens = await make.token("calendar:read"), await make.token("calendar:read", locality=LAO_CAI)
    for caller in (team.staff, team.approver, *tokens):
        assert sorted(await seen(caller)) == both
    for caller in (await make.account("commune_staff", BAC_HA), await make.token("calendar:read", locality=BAC_HA)):
        assert await seen(caller) == [uid(here)]
    elsewhere = (await make.account("staff", FAR), await make.token("calendar:read", locality=FAR))
    for caller in elsewhere:
        assert await seen(caller) == []


async def test_a_mentor_sees_the_own_sessions_and_those_of_the_own_projects(team: Team, rows: Rows) -> None:
    project, other = await team.active_project(), await team.project()
    own, at_table, strange = [await rows.session() for _ in range(3)]
    await rows.part(own, await rows.mentor(team.mentor), minutes=0)
    await rows.guest(at_table, project, "registered")
    await rows.guest(strange, other, "registered")
    assert sorted(await seen(team.mentor)) == sorted([uid(own), uid(at_table)])


async def test_what_is_known_already_is_not_sent_again(team: Team, rows: Rows) -> None:
    session_id = await rows.session()
    first = await team.staff.get(CALENDAR)
    again = await team.staff.get(CALENDAR, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    team.make.world.clock.now += timedelta(hours=5)
    assert (await team.staff.get(CALENDAR)).content == first.content, "the body holds no moment of its making"
    await rows.change_session(session_id, sequence=1)
    changed = await team.staff.get(CALENDAR, headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_the_calendar_is_made_in_one_form(team: Team) -> None:
    for accept in ("*/*", "text/calendar", "text/calendar, text/plain;q=0.5", "text/*"):
        events_of(await team.staff.get(CALENDAR, headers={"accept": accept}))
    refused = await team.staff.get(CALENDAR, headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")
    assert refused.headers["content-type"] == "application/problem+json"


async def test_a_feed_shows_what_its_account_may_see(world: World, team: Team, make: Make, rows: Rows) -> None:
    here = await rows.session(at=BAC_HA)
    await rows.session(at=Y_TY)
    officer = await make.account("commune_staff", BAC_HA)
    feed = await add_feed(officer)
    answer = await world.http.get(feed["path"])
    assert uids(answer) == [uid(here)]
    assert answer.content == (await officer.get(CALENDAR)).content
    known = await world.http.get(feed["path"], headers={"if-none-match": answer.headers["etag"]})
    assert known.status_code == 304


async def test_a_feed_follows_its_account_to_another_place(world: World, make: Make, rows: Rows) -> None:
    here, there = await rows.session(at=BAC_HA), await rows.session(at=Y_TY)
    officer = await make.account("commune_staff", BAC_HA)
    feed = await add_feed(officer)
    assert uids(await world.http.get(feed["path"])) == [uid(here)]
    async with world.database.begin() as session:
        moved = update(RoleGrant).where(RoleGrant.account_id == officer.id)
        await session.execute(moved.values(locality_id=await locality_id(session, Y_TY)))
    assert uids(await world.http.get(feed["path"])) == [uid(there)]
