"""What a phone's clock is worth: a wrong one costs minutes, never a person."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incubator.events.attendance.models import Attendance
from incubator.events.check_in.clocks import Clock, clock_of, happened
from incubator.events.check_in.models import Scan
from incubator.events.layout.queries import Span
from tests.events.door import ON_TIME, Door
from tests.events.stage import NOON, STARTS_AT, EventStage

CAME_AT = STARTS_AT + timedelta(minutes=10)
MINUTES = timedelta(minutes=2)


@pytest.fixture
async def door(events: EventStage) -> Door:
    events.world.clock.now = ON_TIME
    return Door(events, await events.device())


async def came(door: Door, scanned_at: Any, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Somebody new comes; what the phone is told of them and of its clock."""
    _, ticket = await door.events.registered(await door.events.person())
    moment = scanned_at.isoformat() if isinstance(scanned_at, datetime) else scanned_at
    answer = (await door.post(door.scan(token=ticket, scanned_at=moment), **more)).json()
    return answer["results"][0], answer["clock"]


async def moments(events: EventStage) -> list[datetime]:
    async with events.world.database.begin() as session:
        return [moment for moment in await session.scalars(select(Attendance.first_in_at)) if moment is not None]


@pytest.mark.parametrize("off", [timedelta(hours=3), timedelta(hours=-3), timedelta(days=-20_000), timedelta(days=400)])
async def test_a_phone_whose_clock_is_wrong_loses_nobody_and_no_minute(
    events: EventStage, door: Door, off: timedelta
) -> None:
    result, clock = await came(door, CAME_AT + off, sent_at=ON_TIME + off)
    assert (result["code"], result["warnings"]) == ("checked_in", ["clock_adjusted"])
    assert clock == {"skew_ms": -off // timedelta(milliseconds=1), "quality": "adjusted"}
    assert await moments(events) == [CAME_AT]
    async with events.world.database.begin() as session:
        scan = (await session.scalars(select(Scan))).one()
    assert (scan.scanned_at, scan.happened_at) == (CAME_AT + off, CAME_AT)


async def test_up_to_two_minutes_is_the_way_through_the_net(events: EventStage, door: Door) -> None:
    result, clock = await came(door, CAME_AT, sent_at=ON_TIME - MINUTES)
    assert (result["warnings"], clock["quality"]) == ([], "ok")
    result, clock = await came(door, CAME_AT, sent_at=ON_TIME - MINUTES - timedelta(milliseconds=1))
    assert (result["warnings"], clock) == (["clock_adjusted"], {"skew_ms": 120_001, "quality": "adjusted"})
    assert sorted(await moments(events)) == [CAME_AT, CAME_AT + MINUTES]


async def test_a_clock_that_was_set_between_scanning_and_sending_is_not_believed(
    events: EventStage, door: Door
) -> None:
    result, clock = await came(door, datetime(1970, 1, 1, 0, 3, tzinfo=UTC))
    assert (result["code"], result["warnings"]) == ("checked_in", ["clock_suspect"])
    assert clock == {"skew_ms": 0, "quality": "suspect"}
    assert await moments(events) == [STARTS_AT]


@pytest.mark.parametrize(
    "scanned_at", ["0001-01-01T14:00:00Z", "9999-12-31T09:59:59Z", "1900-01-01T00:00:00+07:00", "2099-01-01T00:00:00Z"]
)
@pytest.mark.parametrize("sent_at", ["0001-01-01T14:00:00Z", "9999-12-31T09:59:59Z", "2025-11-29T02:00:00Z"])
async def test_no_calendar_is_left(events: EventStage, door: Door, scanned_at: str, sent_at: str) -> None:
    _, ticket = await events.registered(await events.person())
    body = {"sent_at": sent_at, "items": [door.scan(token=ticket, scanned_at=scanned_at)]}
    answer = await door.phone.post("/v1/check-in/batches", body)
    assert answer.json()["results"][0]["code"] == "checked_in"
    assert len(await moments(events)) == 1


UNUSABLE: list[Any] = [None, "hôm qua", 7, [], {}, "2025-11-29T08:00:00", "0001-01-01T00:00:00+14:00", 1e300]


@pytest.mark.parametrize("sent_at", UNUSABLE)
async def test_a_batch_that_does_not_say_when_it_was_sent_counts(events: EventStage, door: Door, sent_at: Any) -> None:
    _, ticket = await events.registered(await events.person())
    answer = await door.phone.post("/v1/check-in/batches", {"sent_at": sent_at, "items": [door.scan(token=ticket)]})
    assert answer.json()["clock"] == {"skew_ms": None, "quality": "unknown"}
    assert answer.json()["results"][0]["warnings"] == []


async def test_long_before_or_after_the_session_is_said(events: EventStage, door: Door) -> None:
    events.world.clock.now = NOON + timedelta(days=2)
    day, near, moment = timedelta(days=1), timedelta(hours=2), timedelta(seconds=1)
    expected = {
        STARTS_AT - near: [], NOON + near: [],
        STARTS_AT - near - moment: ["outside_window"], NOON + near + moment: ["outside_window"],
        STARTS_AT - day: ["outside_window"], NOON + day: ["outside_window"],
        STARTS_AT - day - moment: ["clock_suspect"], NOON + day + moment: ["clock_suspect"],
    }  # fmt: skip
    told = {at: (await came(door, at))[0]["warnings"][1:] for at in expected}
    assert told == expected
    assert sorted(await moments(events)).count(STARTS_AT) == 2


def test_an_adjusted_moment_is_of_whole_seconds() -> None:
    span, received_at = Span(STARTS_AT, NOON), STARTS_AT + timedelta(hours=1, milliseconds=730)
    clock = clock_of(datetime(2025, 11, 29, 1, tzinfo=UTC), received_at)
    moment, warnings = happened(clock, STARTS_AT, span)
    assert (moment, warnings) == (STARTS_AT + timedelta(hours=1, seconds=1), ["clock_adjusted"])
    exact = STARTS_AT + timedelta(microseconds=123)
    assert happened(Clock(None, received_at), exact, span) == (exact, [])


@pytest.mark.parametrize("sent_at", [None, ON_TIME - timedelta(hours=3)])
async def test_nobody_came_in_the_future(events: EventStage, door: Door, sent_at: datetime | None) -> None:
    """Whether or not the phone says what it thinks of the time."""
    now, said = sent_at or ON_TIME, sent_at.isoformat() if sent_at else None
    for ahead, warned in ((MINUTES, False), (MINUTES + timedelta(seconds=1), True)):
        _, ticket = await events.registered(await events.person())
        body = {"sent_at": said, "items": [door.scan(token=ticket, scanned_at=(now + ahead).isoformat())]}
        (result,) = (await door.phone.post("/v1/check-in/batches", body)).json()["results"]
        assert ("clock_suspect" in result["warnings"]) == warned
    assert sorted(await moments(events)) == [STARTS_AT, ON_TIME + MINUTES]


@pytest.mark.parametrize(
    "scanned_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z"]
)
async def test_the_ends_of_the_calendar_are_a_wrong_clock_and_no_wrong_item(
    events: EventStage, door: Door, scanned_at: str
) -> None:
    result, clock = await came(door, scanned_at)
    assert (result["code"], result["warnings"], clock["quality"]) == ("checked_in", ["clock_suspect"], "suspect")
    assert await moments(events) == [STARTS_AT]
