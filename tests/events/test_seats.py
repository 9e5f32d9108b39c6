"""Many hands at few seats: none is sold twice, none stays empty while somebody waits, and nobody overtakes."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, insert, select

from incubator.actor import NOBODY
from incubator.audit import AuditEntry
from incubator.events.layout.models import EventMode
from incubator.events.registrations.models import Registration, Ticket
from incubator.idempotency import StoredAnswer
from incubator.people.models import Person
from incubator.text import fold
from tests.conftest import committing_world
from tests.events.registering import event_ahead, in_bulk, register, somebody
from tests.events.stage import EventStage, set_event_stage
from tests.factories import BAC_HA, Caller, World

Call = Callable[[], Awaitable[httpx.Response]]

RUSH, SEATS = 600, 50
AT_ONCE = 40
CONNECTIONS = 8
MODES = ("in_person", "online")
WHY = {"reason": "Bận việc mùa vụ"}


@pytest.fixture
async def served(server_url: str, template: str) -> AsyncIterator[World]:
    """Committing, with no more connections than a process has unless it is told otherwise."""
    async with committing_world(server_url, template, "seats", pool_size=CONNECTIONS) as world:
        yield world


async def until_answered(call: Call) -> httpx.Response:
    """What a good client does: the same request, with the same key, when it is told to come again."""
    patience = 1
    while (answer := await call()).json().get("retryable"):
        await asyncio.sleep(int(answer.headers["retry-after"]) * patience * random.uniform(0.5, 1.5))
        patience += 1
    return answer


async def all_answered(calls: Iterable[Call], at_once: int) -> list[httpx.Response]:
    """The answers in the order of the calls; none may be one of trouble."""
    gate = asyncio.Semaphore(at_once)

    async def one(call: Call) -> httpx.Response:
        async with gate:
            return await until_answered(call)

    answers = await asyncio.gather(*(one(call) for call in calls))
    assert [answer.text for answer in answers if answer.status_code >= 500] == []
    return answers


async def crowd(events: EventStage, number: int) -> list[str]:
    """So many people of Bắc Hà, put in directly."""
    place = await events.place(BAC_HA)
    names = [f"Hoàng Văn Đông {n}" for n in range(number)]
    values = [
        {"full_name": name, "name_key": fold(name), **place, "entered_by_kind": "system", "entered_by_id": NOBODY}
        for name in names
    ]
    async with events.world.database.begin() as session:
        return [str(id_) for id_ in await session.scalars(insert(Person).returning(Person.id), values)]


def registering(caller: Caller, event_id: UUID, person_id: str, mode: str = "in_person") -> Call:
    path, key = f"/v1/events/{event_id}/registrations", {"idempotency-key": str(uuid4())}
    body = {"mode": mode, "person": {"person_id": person_id}}
    return lambda: caller.post(path, body, headers=key)


def moving(caller: Caller, registration_id: str, action: str, **more: Any) -> Call:
    path, headers = f"/v1/registrations/{registration_id}/transitions", {"if-match": "*"}
    return lambda: caller.post(path, {"action": action, **more}, headers=headers)


def resizing(caller: Caller, event_id: UUID, mode: str, capacity: int) -> Call:
    path, headers = f"/v1/events/{event_id}/modes/{mode}", {"if-match": "*"}
    return lambda: caller.put(path, {"capacity": capacity}, headers=headers)


async def registrations(world: World, event_id: UUID) -> list[Registration]:
    """In the order of their commits: each was written while its mode was held, by the clock of the database."""
    query = select(Registration).where(Registration.event_id == event_id).order_by(Registration.registered_at)
    async with world.database.begin() as session:
        return list(await session.scalars(query))


async def check_seats(world: World, event_id: UUID) -> None:
    """What holds whenever nobody is at it."""
    rows = await registrations(world, event_id)
    async with world.database.begin() as session:
        modes = list(await session.scalars(select(EventMode).where(EventMode.event_id == event_id)))
    for mode in modes:
        status = Counter(row.status for row in rows if row.mode == mode.mode)
        assert mode.seats_taken == status["confirmed"]
        if mode.capacity is not None:
            assert mode.seats_taken <= mode.capacity
            assert mode.seats_taken == mode.capacity or not status["waitlisted"], "nobody waits beside a free seat"
    live = Counter(row.person_id for row in rows if row.status != "cancelled")
    assert set(live.values()) <= {1}


async def check_order(world: World, event_id: UUID) -> Counter[str]:
    """The trail, read again as what happened one by one: nobody sits down past who waits, and who gets a seat is the
    first in the queue. How often each thing was done."""
    queues: dict[str, deque[UUID]] = {mode: deque() for mode in MODES}
    trail = select(AuditEntry).where(
        AuditEntry.subject_type == "registration", AuditEntry.details["event_id"].astext == str(event_id)
    )
    async with world.database.begin() as session:
        entries = list(await session.scalars(trail.order_by(AuditEntry.recorded_at, AuditEntry.id)))
    for entry in entries:
        assert entry.subject_id is not None
        _replay(entry.action, entry.subject_id, entry.details, queues)
    waiting = sorted(
        (row for row in await registrations(world, event_id) if row.status == "waitlisted"),
        key=lambda row: row.wait_number or 0,
    )
    for mode, queue in queues.items():
        assert [row.id for row in waiting if row.mode == mode] == list(queue)
    return Counter(entry.action for entry in entries)


def _replay(action: str, id_: UUID, details: dict[str, Any], queues: dict[str, deque[UUID]]) -> None:
    if action == "promote":
        (queue,) = (queue for queue in queues.values() if id_ in queue)
        assert queue.popleft() == id_, "the first of the queue gets the seat"
        return
    for queue in queues.values():
        if id_ in queue:
            queue.remove(id_)
    if action == "cancel":
        return
    queue = queues[details["mode"]]
    if details["status"] == "waitlisted":
        queue.append(id_)
    else:
        assert not queue, "nobody sits down past who waits"


async def test_six_hundred_want_fifty_seats(served: World) -> None:
    events = await set_event_stage(served)
    event_id = await event_ahead(events, seats=SEATS)
    people = await crowd(events, RUSH)
    answers = await all_answered((registering(events.staff, event_id, person) for person in people), RUSH)
    assert Counter(answer.status_code for answer in answers) == {201: RUSH}
    rows = await registrations(served, event_id)
    assert [row.status for row in rows] == ["confirmed"] * SEATS + ["waitlisted"] * (RUSH - SEATS)
    assert [row.wait_number for row in rows[SEATS:]] == list(range(1, RUSH - SEATS + 1))
    assert {str(row.person_id) for row in rows} == set(people)
    told = {answer.json()["id"]: answer.json()["status"] for answer in answers}
    assert told == {str(row.id): row.status for row in rows}
    await check_seats(served, event_id)
    async with served.database.begin() as session:
        for table in (Ticket, StoredAnswer):
            assert await session.scalar(select(func.count()).select_from(table)) == RUSH


async def test_everything_at_once_keeps_every_seat_and_the_order(served: World) -> None:
    """Registering, cancelling, changing modes and capacities: 810 requests, of which many are refused, as they must."""
    events, dice = await set_event_stage(served), random.Random(5)
    event_id = await event_ahead(events, seats=60, online=40)
    people = await crowd(events, 640)
    held = await _registered_before(events, event_id, people[:240], dice)
    calls: list[Call] = [registering(events.staff, event_id, person, dice.choice(MODES)) for person in people[240:]]
    calls += [registering(events.staff, event_id, person, dice.choice(MODES)) for person in dice.sample(people, 50)]
    calls += [moving(events.staff, id_, "cancel", **WHY) for id_ in dice.sample(held, 150)]
    calls += [moving(events.staff, id_, "change_mode", mode=dice.choice(MODES)) for id_ in dice.sample(held, 150)]
    calls += [resizing(events.staff, event_id, dice.choice(MODES), dice.randint(20, 120)) for _ in range(60)]
    assert len(calls) == 810
    dice.shuffle(calls)
    answers = await all_answered(calls, AT_ONCE)
    assert {answer.status_code for answer in answers} <= {200, 201, 400, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {
        "duplicate", "invalid_transition", "capacity_full",
    }  # fmt: skip
    await check_seats(served, event_id)
    done = await check_order(served, event_id)
    assert done["register"] == len(await registrations(served, event_id))
    assert min(done[action] for action in ("register", "cancel", "change_mode", "promote")) > 30, done


async def _registered_before(
    events: EventStage, event_id: UUID, people: Sequence[str], dice: random.Random
) -> list[str]:
    items = [{"person": {"person_id": person}, "mode": dice.choice(MODES)} for person in people]
    answer = await events.staff.post(f"/v1/events/{event_id}/registrations/bulk", in_bulk(*items))
    return [item["registration"]["id"] for item in answer.json()["items"]]


async def test_one_key_many_times_at_once_is_one_registration(committed: World) -> None:
    events = await set_event_stage(committed)
    event_id = await event_ahead(events, seats=1)
    (person,) = await crowd(events, 1)
    answers = await all_answered([registering(events.staff, event_id, person)] * 20, 20)
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["ticket"] is None for answer in answers) == [False] + [True] * 19
    await check_seats(committed, event_id)


async def test_a_person_who_is_registered_for_both_modes_at_once_gets_one(committed: World) -> None:
    events = await set_event_stage(committed)
    event_id = await event_ahead(events, seats=20, online=20)
    (person,) = await crowd(events, 1)
    answers = await all_answered([registering(events.staff, event_id, person, mode) for mode in MODES * 10], 20)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    await check_seats(committed, event_id)


async def test_a_program_that_sends_everything_twice_registers_once(committed: World) -> None:
    events = await set_event_stage(committed)
    event_id, program = await event_ahead(events), await committed.make.token("events:register")
    person, path = somebody(), f"/v1/events/{event_id}/registrations"
    calls = [lambda: program.post(path, {"mode": "in_person", "person": person})] * 10
    answers = await all_answered(calls, 10)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 9}
    async with committed.database.begin() as session:
        written = select(func.count()).select_from(Person).where(Person.full_name == person["full_name"])
        assert await session.scalar(written) == 1


async def test_bulks_in_opposite_orders_and_moves_between_them_end(committed: World) -> None:
    events = await set_event_stage(committed)
    event_id = await event_ahead(events, seats=30, online=30)
    people = await crowd(events, 120)
    items = [{"person": {"person_id": person}, "mode": MODES[n % 2]} for n, person in enumerate(people)]
    path = f"/v1/events/{event_id}/registrations/bulk"
    held = await _registered_before(events, event_id, people[:20], random.Random(7))
    bulks: list[Call] = [
        lambda: events.staff.post(path, in_bulk(*items)),
        lambda: events.staff.post(path, in_bulk(*reversed(items))),
    ]
    moves = [moving(events.staff, id_, "change_mode", mode="online") for id_ in held]
    answers = await all_answered([*bulks * 2, *moves], 30)
    done = Counter(item["status"] for answer in answers[:4] for item in answer.json()["items"])
    assert done == {"done": 100, "failed": 4 * 120 - 100}
    await check_seats(committed, event_id)
    await check_order(committed, event_id)


class Model:
    """What the seats of one mode should be, said in the simplest way."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.seated: set[str] = set()
        self.queue: list[str] = []

    def join(self, id_: str) -> None:
        self.queue.append(id_)
        self.settle()

    def leave(self, id_: str) -> None:
        self.seated.discard(id_)
        self.queue = [one for one in self.queue if one != id_]
        self.settle()

    def resize(self, capacity: int) -> bool:
        if capacity < len(self.seated):
            return False
        self.capacity = capacity
        self.settle()
        return True

    def settle(self) -> None:
        while self.queue and len(self.seated) < self.capacity:
            self.seated.add(self.queue.pop(0))


async def test_any_sequence_does_what_the_model_says(events: EventStage) -> None:
    dice, event_id = random.Random(11), await event_ahead(events, seats=3, online=2)
    models = {"in_person": Model(3), "online": Model(2)}
    where: dict[str, str] = {}
    while len(where) < 25:
        await _any_step(events, event_id, dice, models, where)
    await check_order(events.world, event_id)
    shown = {str(row.id): row for row in await registrations(events.world, event_id)}
    for mode, model in models.items():
        assert {id_ for id_, row in shown.items() if (row.mode, row.status) == (mode, "confirmed")} == model.seated
        waiting = [row for row in shown.values() if (row.mode, row.status) == (mode, "waitlisted")]
        assert [str(row.id) for row in sorted(waiting, key=lambda row: row.wait_number or 0)] == model.queue
    await check_seats(events.world, event_id)


async def _any_step(
    events: EventStage, event_id: UUID, dice: random.Random, models: dict[str, Model], where: dict[str, str]
) -> None:
    mode, step = dice.choice(MODES), dice.choice(("register", "register", "cancel", "change_mode", "resize"))
    if step == "register":
        made = await register(events.staff, event_id, mode=mode)
        models[mode].join(made["id"])
        where[made["id"]] = mode
    elif step == "resize":
        capacity = dice.randint(0, 6)
        answer = await resizing(events.staff, event_id, mode, capacity)()
        assert (answer.status_code == 200) is models[mode].resize(capacity), answer.text
    elif live := sorted(id_ for id_, place in where.items() if place):
        id_ = dice.choice(live)
        await _leave(events, id_, step, models, where)


async def _leave(events: EventStage, id_: str, step: str, models: dict[str, Model], where: dict[str, str]) -> None:
    """Out of the mode, and with `change_mode` into the other one. A seat there is taken before the one here is given
    up, but nobody can tell."""
    old = where[id_]
    new = "" if step == "cancel" else next(mode for mode in MODES if mode != old)
    more = {"mode": new} if new else WHY
    answer = await moving(events.staff, id_, step, **more)()
    assert answer.status_code == 200, answer.text
    models[old].leave(id_)
    if new:
        models[new].join(id_)
    where[id_] = new
