"""The same scans in any order, split and repeated in any way, give the same attendance."""

import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from incubator.events.attendance.merging import Presence, folded
from incubator.events.attendance.models import Attendance
from incubator.events.attendance.writing import lay_over
from incubator.events.check_in.models import Scan
from incubator.events.registrations.models import ticket_hash, ticket_prefix
from tests.events.crowd import crowd
from tests.events.door import ON_TIME, Door
from tests.events.stage import STARTS_AT, EventStage

PEOPLE, SCANS, REPLAYS, PHONES = 800, 4_800, 1_500, 4
SESSION, EVENT, PEOPLE_IDS = UUID(int=1), UUID(int=2), [UUID(int=n) for n in range(10, 13)]


async def test_4800_scans_shuffled_split_and_repeated_three_ways(events: EventStage) -> None:
    events.world.clock.now = ON_TIME
    phones = [Door(events, await events.device()) for _ in range(PHONES)]
    scans = _scans(events, phones, await crowd(events, PEOPLE))
    ways = []
    for seed in range(3):
        async with undone(events):
            counts = await _send_all(scans, random.Random(seed))
            assert counts == {"accepted": SCANS, "replayed": REPLAYS}
            ways.append(await _attendance(events))
    assert len(ways[0]) == PEOPLE
    assert ways[0] == ways[1] == ways[2]


def _scans(events: EventStage, phones: list[Door], people: list[tuple[UUID, str]]) -> list[tuple[Door, dict[str, Any]]]:
    """Everybody is seen six times, coming and going at all three sites, many of them at the same moment."""
    dice = random.Random(4800)
    sites = [str(site) for site in (events.hall, events.room, events.bridge)]
    scans = []
    for number in range(SCANS):
        _, ticket = people[number % PEOPLE]
        who = {"token": ticket} if number % 3 else {"ticket_prefix": ticket_prefix(ticket_hash(ticket))}
        moment = STARTS_AT + timedelta(minutes=dice.randrange(40))
        item = {
            "kind": dice.choice(["in", "in", "out"]),
            "site_id": dice.choice(sites),
            "scanned_at": moment.isoformat(),
        }
        scans.append((dice.choice(phones), item | who))
    return [(door, door.scan(**item)) for door, item in scans]


async def _send_all(scans: list[tuple[Door, dict[str, Any]]], dice: random.Random) -> dict[str, int]:
    """All of them, with some again, in batches of any size."""
    sent = [*scans, *dice.sample(scans, REPLAYS)]
    dice.shuffle(sent)
    counts: Counter[str] = Counter()
    for door in {door for door, _ in scans}:
        items = [item for phone, item in sent if phone is door]
        for batch in _split(items, dice):
            counts.update(result["status"] for result in await door.send(*batch))
    return dict(counts)


def _split(items: list[Any], dice: random.Random) -> Iterator[list[Any]]:
    while items:
        size = dice.choice([1, 17, 200, 500])
        yield items[:size]
        items = items[size:]


async def _attendance(events: EventStage) -> list[str]:
    """Every row as text, without its version."""
    columns = [column for column in Attendance.__table__.c if column.name != "version"]
    query = select(func.json_build_array(*columns)).order_by(Attendance.session_id, Attendance.person_id)
    async with events.world.database.begin() as session:
        return [json.dumps(row) for row in await session.scalars(query)]


@asynccontextmanager
async def undone(events: EventStage) -> AsyncIterator[None]:
    """What happens inside is taken back."""
    async with events.world.database.sessions() as session:
        connection = await session.connection()
        savepoint = await connection.begin_nested()
        yield
        await savepoint.rollback()


# The rule by itself

MOMENTS = st.sampled_from([datetime(2025, 11, 29, 1, minute, tzinfo=UTC) for minute in range(4)])


@st.composite
def presences(draw: st.DrawFn) -> Presence:
    """One scan."""
    came, moment, site = draw(st.booleans()), draw(MOMENTS), UUID(int=draw(st.integers(1, 3)))
    left = None if came else moment
    person = draw(st.sampled_from(PEOPLE_IDS))
    return Presence(SESSION, person, EVENT, site, moment if came else None, left, left, draw(st.booleans()))


@given(st.lists(presences(), max_size=12), st.randoms(use_true_random=False), st.integers(0, 12))
def test_order_repetition_and_splitting_make_no_difference(
    scans: list[Presence], dice: random.Random, cut: int
) -> None:
    other = [*scans, *dice.choices(scans, k=3)] if scans else []
    dice.shuffle(other)
    assert folded([*folded(other[:cut]), *folded(other[cut:])]) == folded(scans)


@given(st.lists(presences(), min_size=1, max_size=12))
def test_the_rule_is_what_it_says(scans: list[Presence]) -> None:
    for row in folded(scans):
        own = [scan for scan in scans if scan.person_id == row.person_id]
        ins = sorted((s.first_in_at, s.site_id) for s in own if s.first_in_at)
        outs = sorted((s.first_out_at, s.site_id) for s in own if s.first_out_at)
        assert row.first_in_at == (ins[0][0] if ins else None)
        assert (row.first_out_at, row.last_out_at) == ((outs[0][0], outs[-1][0]) if outs else (None, None))
        assert row.site_id == (ins or outs)[0][1]
        assert row.pending == all(scan.pending for scan in own)


async def test_the_database_follows_the_same_rule(events: EventStage) -> None:
    dice = random.Random(5)
    people = [person for person, _ in await crowd(events, 20)]
    sites = [events.hall, events.room, events.bridge]
    scans = []
    for _ in range(300):
        came, moment = dice.random() < 0.4, STARTS_AT + timedelta(minutes=dice.randrange(5))
        left = None if came else moment
        row = (events.morning, dice.choice(people), events.event_id, dice.choice(sites))
        scans.append(Presence(*row, moment if came else None, left, left, dice.random() < 0.7))
    versions = 0
    async with events.world.database.begin() as session:
        for batch in _split(list(scans), dice):
            versions += len(await lay_over(session, batch))
        again = await lay_over(session, scans)
        rows = await session.execute(select(*(getattr(Attendance, name) for name in Presence._fields)))
        assert sorted(Presence(*row) for row in rows) == folded(scans)
        assert await session.scalar(select(func.sum(Attendance.version))) == versions
    assert again == {}


async def test_a_batch_costs_the_same_number_of_statements_whatever_its_size(events: EventStage) -> None:
    events.world.clock.now = ON_TIME
    door = Door(events, await events.device())
    people = iter(await crowd(events, 200))
    costs = []
    for size in (2, 150):
        items = [door.scan(token=next(people)[1]) for _ in range(size)]
        items += [door.walk_in(f"Lý Thị {n} {size}") for n in range(size)] + [{"x": n * size} for n in range(size)]
        with statements(events) as sent:
            await door.send(*items)
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 40
    async with events.world.database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Scan)) == 304


@contextmanager
def statements(events: EventStage) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    sent: list[str] = []

    def listen(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(statement)

    engine = events.world.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", listen)
    yield sent
    event.remove(engine, "before_cursor_execute", listen)
