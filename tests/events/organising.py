"""What tests of organising share: the body of a new event, and the requests that change one."""

from typing import Any

import httpx

from tests.events.stage import EventStage
from tests.factories import BAC_HA, Caller

EVENTS = "/v1/events"
NOBODYS = "018f93c8-2f40-7000-8000-000000000000"
STARTS, ENDS = "2025-12-05T08:00:00+07:00", "2025-12-05T17:00:00+07:00"
START_TEXT, NOON_TEXT, END_TEXT = "2025-12-05T01:00:00Z", "2025-12-05T05:00:00Z", "2025-12-05T10:00:00Z"


def body(**more: Any) -> dict[str, Any]:
    return {
        "kind": "forum",
        "title": "Diễn đàn thanh niên khởi nghiệp",
        "organisers": ["Tỉnh đoàn Lào Cai"],
        "locality_code": BAC_HA,
        "starts_at": STARTS,
        "ends_at": ENDS,
        **more,
    }


def tag(event: dict[str, Any]) -> dict[str, str]:
    return {"if-match": f'"{event["version"]}"'}


async def added(caller: Caller, **more: Any) -> dict[str, Any]:
    answer = await caller.post(EVENTS, body(**more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def read(caller: Caller, event_id: Any) -> dict[str, Any]:
    answer = await caller.get(f"{EVENTS}/{event_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def staged(events: EventStage) -> dict[str, Any]:
    """The event of the stage, as staff reads it."""
    return await read(events.staff, events.event_id)


async def edit(caller: Caller, event: dict[str, Any], **patch: Any) -> httpx.Response:
    return await caller.patch(f"{EVENTS}/{event['id']}", patch, headers=tag(event))


async def change(
    caller: Caller, event: dict[str, Any], method: str, part: str, json: dict[str, Any] | None = None
) -> httpx.Response:
    """Something below the event, from the version that it was last seen in."""
    sent = {} if json is None else {"json": json}
    return await caller.request(method, f"{EVENTS}/{event['id']}{part}", headers=tag(event), **sent)


async def move(caller: Caller, event: dict[str, Any], action: str, **more: Any) -> httpx.Response:
    return await change(caller, event, "POST", "/transitions", {"action": action, **more})


async def moved(caller: Caller, event: dict[str, Any], action: str, **more: Any) -> dict[str, Any]:
    answer = await move(caller, event, action, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def found(caller: Caller, query: str = "") -> list[str]:
    answer = await caller.get(f"{EVENTS}?{query}")
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["items"]]


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    """Code and place of each wrong field."""
    return [(error["code"], error["pointer"]) for error in answer.json().get("errors", [])]


def refused(answer: httpx.Response) -> tuple[int, str]:
    """The status, and the rule that was broken or else the code."""
    told = answer.json()
    return answer.status_code, told.get("rule") or told["code"]
