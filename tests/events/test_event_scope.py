"""An event of another commune, and who is registered for it, are not there: in no answer to any question."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.events.registering import event_ahead, register
from tests.events.stage import EventStage
from tests.factories import BAC_HA, LAO_CAI, Y_TY, Caller
from tests.operations import Operation, operations

HIDDEN = ("event_id", "registration_id")
OF_EVENTS = [operation for operation in operations() if any(f"{{{name}}}" in operation.path for name in HIDDEN)]
QUESTIONS = (
    "/v1/events?count=exact",
    f"/v1/events?locality_code={BAC_HA}&count=exact",
    f"/v1/events?locality_code={LAO_CAI}&count=exact",
    "/v1/events?q=ngay%20hoi&count=exact",
    "/v1/people?count=exact",
    "/v1/people?q=vang&count=exact",
    "/v1/calendar/events.ics",
)


async def answers(caller: Caller, event_id: object) -> dict[str, str]:
    """All that is told of events and of people, in each of its forms."""
    told = {}
    for question in (*QUESTIONS, f"/v1/events/{event_id}", f"/v1/events/{event_id}/registrations?count=exact"):
        for accept in ("*/*", "text/csv"):
            answer = await caller.get(question, headers={"accept": accept})
            assert answer.status_code in {200, 403, 404, 406}, answer.text
            told[f"{question} {accept}"] = _bare(answer.text)
    return told


@pytest.mark.parametrize("operation", OF_EVENTS, ids=lambda operation: operation.id)
async def test_an_id_of_elsewhere_answers_like_an_id_of_nothing(events: EventStage, operation: Operation) -> None:
    event_id = await event_ahead(events)
    made = await register(events.staff, event_id)
    ids = {"event_id": str(event_id), "registration_id": made["id"]}
    for body in [form.example for form in operation.bodies()] or [None]:
        there = await _ask(events.officer_there, operation, ids, body)
        nothing = await _ask(events.officer_there, operation, dict.fromkeys(ids, str(uuid4())), body)
        assert there == nothing
        assert there[0] in {403, 404}, there


async def test_nothing_that_happens_elsewhere_is_told(events: EventStage) -> None:
    elsewhere = [events.officer_there, await events.world.make.account("staff", Y_TY)]
    program = await events.world.make.token("events:read", "events:register", "people:read", locality=Y_TY)
    here, callers = events.officer, [*elsewhere, program]
    hidden = await event_ahead(events, title="Ngày hội", status="draft")
    before = {caller: await answers(caller, hidden) for caller in (*callers, here)}
    await events.set(hidden, status="published")
    await register(events.staff, hidden)
    for caller in callers:
        assert await answers(caller, hidden) == before[caller]
    after = await answers(here, hidden)
    changed = {question.split("?")[0] for question in after if after[question] != before[here][question]}
    assert changed >= {"/v1/events", "/v1/people", f"/v1/events/{hidden}/registrations"}


async def test_a_site_opens_an_event_and_its_own_people_alone(events: EventStage) -> None:
    """The bridge point of Y Tý is told of the event, and of the guests who live there."""
    await register(events.staff, events.event_id)
    mine = await register(events.staff, events.event_id, locality_code=Y_TY)
    for _ in range(2):
        page = (await events.officer_there.get(f"/v1/events/{events.event_id}/registrations?count=exact")).json()
        assert ([one["id"] for one in page["items"]], page["total"]) == ([mine["id"]], 1)
        await register(events.staff, events.event_id)


async def _ask(caller: Caller, operation: Operation, ids: dict[str, str], body: Any) -> tuple[int, str]:
    others = {"session_id": str(uuid4()), "site_id": str(uuid4()), "person_id": str(uuid4()), "mode": "online"}
    path = operation.path.format_map(others | ids)
    headers = {"if-match": "*", "idempotency-key": str(uuid4())}
    answer = await caller.request(
        operation.method, path, params=operation.needed_query(), headers=headers, **({"json": body} if body else {})
    )
    return answer.status_code, _bare(answer.text)


def _bare(text: str) -> str:
    """Without what is the question's own."""
    if not text.startswith("{"):
        return text
    told = json.loads(text)
    return json.dumps({name: value for name, value in told.items() if name not in {"instance", "request_id"}})
