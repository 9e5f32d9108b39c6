"""Phones that send what they saw, a rush for few seats, and the figures of attendance."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
from rich.progress import Progress
from sqlalchemy.engine import make_url

from benchmarks.figures import Figure, middle
from benchmarks.fill_events import PEOPLE, add_attendances, add_event, add_phone, add_staff
from benchmarks.load import CONNECTIONS, deliver, message
from benchmarks.reference_events import ATTENDANCES, FIGURES, REGISTER, SCANS, TAKE_SEAT, WAIT
from benchmarks.servers import serve
from incubator import migrations
from incubator.db import SERVER_SETTINGS
from incubator.events.registrations.models import new_ticket_text, ticket_hash

TURNS = 3
BATCH, BATCHES = 200, 4
"""Scans in a batch, and batches of each phone in a turn."""

SEATS, WISHES = 50, 600
FEW, MANY = 50_000, 5_000_000
SCAN_TARGET, RUSH_TARGET, FIGURE_TARGET = 0.15, 0.07, 0.5
"""A registration asks who the person is and whether they are registered already, issues a ticket and leaves a trace;
by hand there are two or three statements, and the queue is as short."""

AS_OF = date(2025, 11, 30)


class Place(msgspec.Struct):
    """A migrated database, and staff who are logged in to it."""

    url: str
    account_id: UUID
    headers: dict[str, str]


class Ticketed(msgspec.Struct, frozen=True):
    """Somebody with a ticket."""

    person_id: UUID
    registration_id: UUID
    ticket: str


async def measure_events(server_url: str, scale: float, progress: Progress) -> list[Figure]:
    """With a scale below 1 the larger table of attendances is smaller by as much."""
    task = progress.add_task("Events", total=4)
    door = await _database(server_url, "door", 0)
    figures = [await _scans(door)]
    progress.advance(task)
    figures.append(await _rush(door))
    progress.advance(task)
    for name, wanted in (("attended", FEW), ("attended_often", round(MANY * scale))):
        figures.append(await _figure(await _database(server_url, name, wanted), wanted))
        progress.advance(task)
    return figures


async def _database(server_url: str, name: str, attendances: int) -> Place:
    async with _connected(server_url) as connection:
        await connection.execute(f"CREATE DATABASE {name}")
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    await migrations.upgrade(url)
    async with _connected(url) as connection:
        account_id, text = await add_staff(connection)
        if attendances:
            await add_attendances(connection, account_id, attendances)
    return Place(url, account_id, {"Authorization": f"Bearer {text}"})


async def _scans(place: Place) -> Figure:
    """Each turn at two sessions of its own, one for the service and one by hand; every phone has its own people."""
    async with _connected(place.url) as connection:
        event_id, venues = await add_event(connection, place.account_id, None, 2 * TURNS)
        people = await _ticketed(connection, place.account_id, event_id, CONNECTIONS * BATCHES * BATCH)
        sites = [site_id for _, site_id in venues]
        phones = [await add_phone(connection, place.account_id, event_id, sites) for _ in range(CONNECTIONS)]
        await connection.execute("VACUUM (ANALYZE)")
    shares = [_parts(share, BATCH) for share in _parts(people, BATCHES * BATCH)]
    turns = []
    with serve("incubator.asgi:app", place.url, "/readyz") as server:
        for turn in range(TURNS):
            posted = [
                [_batch(server.url, token, venues[2 * turn], batch) for batch in share]
                for (_, token), share in zip(phones, shares, strict=True)
            ]
            ours = len(people) / await deliver(server.url, posted, b" 200 ")
            venue = venues[2 * turn + 1]
            sending = [
                _send(place.url, phone[0], event_id, venue, share) for phone, share in zip(phones, shares, strict=True)
            ]
            turns.append((ours, len(people) / await _together(sending)))
    async with _connected(place.url) as connection:
        for session_id, _ in venues:
            came = await connection.fetchval("SELECT count(*) FROM attendance WHERE session_id = $1", session_id)
            _require(came == len(people), f"{came} of {len(people)} came")
    return Figure(f"scans in batches of {BATCH}, against the bare upsert", *middle(turns), SCAN_TARGET)


def _batch(url: str, token: str, venue: tuple[UUID, UUID], people: Sequence[Ticketed]) -> bytes:
    now = datetime.now(UTC)
    same = {"session_id": venue[0], "site_id": venue[1], "kind": "in", "method": "qr", "scanned_at": now}
    items = [{"client_scan_id": uuid4(), "token": one.ticket, **same} for one in people]
    body = msgspec.json.encode({"batch_id": str(uuid4()), "sent_at": now, "items": items})
    return message("POST", f"{url}/v1/check-in/batches", {"Authorization": f"Bearer {token}"}, body)


async def _send(
    url: str, device_id: UUID, event_id: UUID, venue: tuple[UUID, UUID], batches: Sequence[Sequence[Ticketed]]
) -> Callable[[], Awaitable[None]]:
    """A connection that is ready to write the batches of one phone, each in a transaction."""
    connection = await asyncpg.connect(url)
    now, (session_id, site_id) = datetime.now(UTC), venue

    async def send() -> None:
        for people in batches:
            ids = [one.person_id for one in people]
            scans = [uuid4() for _ in people], [one.registration_id for one in people], ids
            async with connection.transaction():
                await connection.execute(ATTENDANCES, session_id, event_id, site_id, now, ids)
                await connection.execute(SCANS, device_id, event_id, session_id, site_id, now, *scans)
        await connection.close()

    return send


async def _rush(place: Place) -> Figure:
    """So many people at once for few seats, each turn for two events of its own."""
    turns = []
    async with _connected(place.url) as connection:
        await connection.execute(PEOPLE, WISHES)
        people = [row[0] for row in await connection.fetch("SELECT id FROM person ORDER BY id DESC LIMIT $1", WISHES)]
        events = [(await add_event(connection, place.account_id, SEATS, 1))[0] for _ in range(2 * TURNS)]
    shares = [people[start::CONNECTIONS] for start in range(CONNECTIONS)]
    with serve("incubator.asgi:app", place.url, "/readyz") as server:
        for turn in range(TURNS):
            path = f"{server.url}/v1/events/{events[2 * turn]}/registrations"
            posted = [[_wish(path, place.headers, person_id) for person_id in share] for share in shares]
            ours = WISHES / await deliver(server.url, posted, b" 201 ")
            registering = [_register(place, events[2 * turn + 1], share) for share in shares]
            turns.append((ours, WISHES / await _together(registering)))
    async with _connected(place.url) as connection:
        for event_id in events:
            row = await connection.fetchrow(
                "SELECT seats_taken, last_wait FROM event_mode WHERE event_id = $1", event_id
            )
            _require(tuple(row) == (SEATS, WISHES - SEATS), f"{row} of {SEATS} seats and {WISHES} people")
    return Figure(f"{WISHES} registrations for {SEATS} seats, against bare SQL", *middle(turns), RUSH_TARGET)


def _wish(path: str, headers: dict[str, str], person_id: UUID) -> bytes:
    return message(
        "POST", path, headers, msgspec.json.encode({"mode": "in_person", "person": {"person_id": person_id}})
    )


async def _register(place: Place, event_id: UUID, people: Sequence[UUID]) -> Callable[[], Awaitable[None]]:
    connection = await asyncpg.connect(place.url)

    async def register() -> None:
        for person_id in people:
            async with connection.transaction():
                seat = await connection.fetchval(TAKE_SEAT, event_id)
                wait_number = None if seat else await connection.fetchval(WAIT, event_id)
                await connection.execute(REGISTER, event_id, person_id, wait_number, place.account_id)
        await connection.close()

    return register


async def _figure(place: Place, wanted: int) -> Figure:
    """One after the other: neither is asked by sixteen at once."""
    turns = []
    until = datetime.combine(AS_OF + timedelta(days=1), datetime.min.time(), UTC) - timedelta(hours=7)
    with serve("incubator.asgi:app", place.url, "/readyz") as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=120) as client, _connected(place.url) as connection:
            for _turn in range(TURNS):
                begun = time.perf_counter()
                answer = await client.get(
                    "/v1/stats/attendance", params={"to": str(AS_OF + timedelta(days=1))}, headers=place.headers
                )
                middle_of = time.perf_counter()
                by_hand = await connection.fetchrow(FIGURES, until)
                turns.append((1 / (middle_of - begun), 1 / (time.perf_counter() - middle_of)))
                _compare(answer.raise_for_status().json(), by_hand)
    return Figure(f"figures of {wanted:,} attendances, against bare SQL", *middle(turns), FIGURE_TARGET)


def _compare(figure: dict[str, Any], by_hand: asyncpg.Record) -> None:
    """A yardstick that counts something else is none."""
    totals, quality = figure["totals"], figure["quality"]
    names = (
        "events",
        "sessions",
        "provisional_sessions",
        "sites",
        "sites_reported",
        "named",
        "anonymous",
        "participations",
    )
    ours = [*(totals[name] for name in names), totals["unique_min"], totals["expected"], totals["shown"]]
    ours += [quality["voided_n"], quality["pending_n"]]
    *counted, largest, people, expected, shown, voided, pending = map(int, by_hand)
    theirs = [*counted, max(largest, people), expected, shown, voided, pending]
    _require(ours == theirs, f"the figures {ours} differ from those by hand: {theirs}")


async def _ticketed(
    connection: asyncpg.Connection, account_id: UUID, event_id: UUID, wanted: int
) -> list[Ticketed]:  # fmt: skip
    """So many new people with a registration and a ticket."""
    await connection.execute(PEOPLE, wanted)
    rows = await connection.fetch(
        """INSERT INTO registration (event_id, mode, person_id, locality_id, province_id, status, source,
             registered_by_kind, registered_by_id)
           SELECT $1, 'in_person', id, locality_id, province_id, 'confirmed', 'staff', 'account', $2
           FROM (SELECT * FROM person ORDER BY id DESC LIMIT $3) p RETURNING person_id, id""",
        event_id, account_id, wanted,
    )  # fmt: skip
    people = [Ticketed(row[0], row[1], new_ticket_text()) for row in rows]
    hashes = [(ticket_hash(one.ticket), one.registration_id, event_id) for one in people]
    await connection.copy_records_to_table("ticket", columns=("hash", "registration_id", "event_id"), records=hashes)
    return people


async def _together(preparing: Sequence[Awaitable[Callable[[], Awaitable[None]]]]) -> float:
    """Seconds for all of them at once, once each is connected."""
    ready = [await one for one in preparing]
    begun = time.perf_counter()
    await asyncio.gather(*(act() for act in ready))
    return time.perf_counter() - begun


def _parts(people: Sequence[Ticketed], size: int) -> list[Sequence[Ticketed]]:
    return [people[start : start + size] for start in range(0, len(people), size)]


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise RuntimeError(what)


@asynccontextmanager
async def _connected(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    settings = {**SERVER_SETTINGS, "statement_timeout": "0"}
    connection = await asyncpg.connect(database_url, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()
