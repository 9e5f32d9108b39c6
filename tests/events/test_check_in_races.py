"""Many phones at once, over a database with real commits: nobody is lost, nothing counts twice, no phone is refused."""

import asyncio
import random
from collections import Counter
from typing import Any

import asyncpg
import pytest
from sqlalchemy import func, select

from incubator.events.attendance.models import Attendance
from incubator.events.check_in.models import CheckInReview, Scan, WalkIn
from incubator.people.models import Person
from tests.events.crowd import crowd
from tests.events.door import ON_TIME, Door
from tests.events.stage import EventStage, set_event_stage
from tests.factories import World

BATCHES, PEOPLE = 60, 60


@pytest.fixture
async def events(committed: World) -> EventStage:
    committed.clock.now = ON_TIME
    return await set_event_stage(committed)


async def rows(events: EventStage, table: Any) -> int:
    async with events.world.database.begin() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


async def until_taken(door: Door, items: list[dict[str, Any]]) -> Counter[str]:
    """What a phone does: it sends again whatever is not taken in, and only that."""
    told: Counter[str] = Counter()
    while items:
        answer = await door.post(*items)
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1
            continue
        assert answer.status_code == 200, answer.text
        results = {result["client_scan_id"]: result["status"] for result in answer.json()["results"]}
        told.update(status for status in results.values() if status != "retry")
        items = [item for item in items if results[item["client_scan_id"]] == "retry"]
    return told


async def test_60_batches_at_once_over_the_same_people(events: EventStage) -> None:
    people, dice = await crowd(events, PEOPLE), random.Random(60)
    phones = [Door(events, await events.device()) for _ in range(BATCHES)]
    batches = []
    for door in phones:
        items = [door.scan(token=ticket, kind=dice.choice(["in", "out"])) for _, ticket in people]
        dice.shuffle(items)
        batches.append(until_taken(door, items))
    told = sum(await asyncio.gather(*batches), Counter())
    assert told == {"accepted": BATCHES * PEOPLE}
    assert (await rows(events, Attendance), await rows(events, Scan)) == (PEOPLE, BATCHES * PEOPLE)


async def test_walk_ins_at_once_who_may_be_one_person(events: EventStage) -> None:
    phones = [Door(events, await events.device()) for _ in range(10)]
    batches = [until_taken(door, [door.walk_in(f"Lý Thị {n}", birth_year=2000) for n in range(20)]) for door in phones]
    assert sum(await asyncio.gather(*batches), Counter()) == {"accepted": 200}
    assert (await rows(events, WalkIn), await rows(events, Attendance)) == (200, 200)


async def test_two_gates_without_a_line_admit_the_same_ticket(events: EventStage) -> None:
    ((person, ticket),) = await crowd(events, 1)
    gates = [Door(events, await events.device()) for _ in range(2)]
    results = await asyncio.gather(*(gate.send(gate.scan(token=ticket)) for gate in gates))
    assert sorted(result["code"] for (result,) in results) == ["already_checked_in", "checked_in"]
    assert {result["person_id"] for (result,) in results} == {str(person)}
    assert (await rows(events, Attendance), await rows(events, Scan)) == (1, 2)


async def test_the_same_batch_twice_at_once(events: EventStage) -> None:
    people, door = await crowd(events, 30), Door(events, await events.device())
    items = [door.scan(token=ticket) for _, ticket in people] + [door.walk_in(), door.scan(token="0" * 26), {}]
    before = await rows(events, Person)
    answers = await asyncio.gather(door.post(*items), door.post(*items))
    counts = sorted((answer.json()["counts"] for answer in answers), key=lambda counts: -counts["accepted"])
    assert counts[0] == {"accepted": 31, "replayed": 0, "rejected": 2, "retry": 0}
    assert counts[1] == {"accepted": 0, "replayed": 32, "rejected": 1, "retry": 0}
    assert await rows(events, Person) == before + 1
    assert [await rows(events, table) for table in (Attendance, Scan, CheckInReview)] == [31, 32, 2]


async def test_what_the_database_cannot_take_in_just_now_stays_on_the_phone(events: EventStage) -> None:
    ((person, ticket),) = await crowd(events, 1)
    await events.attendance(events.morning, person, events.hall)
    door = Door(events, await events.device())
    item = door.scan(token=ticket)
    other = await asyncpg.connect(str(events.world.service.litestar.state.settings.database_url))
    try:
        async with other.transaction():
            await other.execute("SELECT FROM attendance FOR UPDATE")
            answer = (await door.post(item, {"x": 1}, batch_id="a")).json()
    finally:
        await other.close()
    assert (answer["batch_id"], answer["counts"]) == ("a", {"accepted": 0, "replayed": 0, "rejected": 0, "retry": 2})
    assert answer["results"][0] == {
        "client_scan_id": item["client_scan_id"], "status": "retry", "code": None, "warnings": [],
        "person_id": None, "errors": None,
    }  # fmt: skip
    assert [await rows(events, table) for table in (Scan, CheckInReview)] == [0, 0]
    assert await door.told(item) == ("accepted", "already_checked_in", {"mode_switched"})


async def test_closing_the_attendance_waits_for_a_batch_or_the_batch_hears_of_it(events: EventStage) -> None:
    people = await crowd(events, 200)
    phones = [Door(events, await events.device()) for _ in range(4)]
    batches = [door.send(*(door.scan(token=ticket) for _, ticket in people[n::4])) for n, door in enumerate(phones)]
    closing = {"action": "close_attendance"}

    async def close() -> int:
        path = f"/v1/events/{events.event_id}/transitions"
        return (await events.staff.post(path, closing, headers={"if-match": '"1"'})).status_code

    *answers, closed = await asyncio.gather(*batches, close())
    told = Counter((r["status"], r["code"]) for results in answers for r in results)
    late = told["rejected", "sync_window_closed"]
    assert closed == 200
    assert told["accepted", "checked_in"] + late == 200
    assert (await rows(events, Attendance), await rows(events, CheckInReview)) == (200 - late, late)
