"""What tests of registrations do again and again."""

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from tests.events.stage import EventStage
from tests.factories import Caller

NUMBERS = count(1)
AHEAD = {"starts_at": datetime(2025, 12, 5, 1, 0, tzinfo=UTC), "ends_at": datetime(2025, 12, 5, 10, 0, tzinfo=UTC)}
"""Five days after the tests' today."""


async def event_ahead(
    events: EventStage, *, seats: int | None = None, online: int | None = None, waitlist: bool = True, **columns: Any
) -> UUID:
    """A published event to come, in person and online."""
    event_id = await events.event(**{**AHEAD, **columns})
    await events.mode(event_id, "in_person", seats, waitlist=waitlist)
    await events.mode(event_id, "online", online, waitlist=waitlist)
    return event_id


def somebody(**more: Any) -> dict[str, Any]:
    """A new person, unlike all others."""
    number = next(NUMBERS)
    return {"full_name": f"Vàng Thị Dở {number}", "birth_year": 2001, "phone": f"09{number:08}", **more}


async def try_register(caller: Caller, event_id: UUID, key: str = "", **more: Any) -> httpx.Response:
    body = {"mode": "in_person", "person": somebody(), **more}
    headers = {"idempotency-key": key} if key else {}
    return await caller.post(f"/v1/events/{event_id}/registrations", body, headers=headers)


async def register(caller: Caller, event_id: UUID, **more: Any) -> dict[str, Any]:
    answer = await try_register(caller, event_id, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def move(caller: Caller, registration: dict[str, Any], action: str, **more: Any) -> httpx.Response:
    path = f"/v1/registrations/{registration['id']}/transitions"
    headers = {"if-match": f'"{registration["version"]}"'}
    return await caller.post(path, {"action": action, **more}, headers=headers)


async def moved(caller: Caller, registration: dict[str, Any], action: str, **more: Any) -> dict[str, Any]:
    answer = await move(caller, registration, action, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def read(caller: Caller, registration: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.get(f"/v1/registrations/{registration['id']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def listed(caller: Caller, event_id: UUID, query: str = "") -> list[dict[str, Any]]:
    answer = await caller.get(f"/v1/events/{event_id}/registrations{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def in_bulk(*items: dict[str, Any]) -> dict[str, Any]:
    """Items with ids of their own."""
    ids = (f"0193b1f0-0000-7000-8000-{n:012}" for n in count())
    return {"items": [{"id": id_, "mode": "in_person", **item} for id_, item in zip(ids, items, strict=False)]}
