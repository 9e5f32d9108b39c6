"""Tickets: shown once, rolled, and drawn so that a phone reads them off bad paper."""

import re
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import httpx
import pytest
from sqlalchemy import select

from incubator.events.registrations.models import TICKET_TEXT, Ticket, new_ticket_text, ticket_hash
from tests.events.registering import event_ahead, moved, register
from tests.events.stage import EventStage
from tests.factories import Caller

MODULES = 25 + 2 * 4
"""Of a code of version 2 with its quiet zone."""
WHY = {"reason": "Bận việc mùa vụ"}


async def try_to_roll(caller: Caller, registration: dict[str, Any], key: str) -> httpx.Response:
    return await caller.request(
        "POST", f"/v1/registrations/{registration['id']}/ticket", headers={"idempotency-key": key}
    )


async def draw(caller: Caller, registration: dict[str, Any], ticket: str, accept: str = "*/*") -> httpx.Response:
    path = f"/v1/registrations/{registration['id']}/ticket-image"
    return await caller.post(path, {"ticket": ticket}, headers={"accept": accept})


def test_tickets_are_capitals_and_digits_and_never_the_same() -> None:
    texts = {new_ticket_text() for _ in range(1000)}
    assert len(texts) == 1000
    assert all(re.fullmatch(TICKET_TEXT, text) for text in texts)


async def test_rolling_shows_a_new_ticket_once_and_revokes_the_old_one(events: EventStage) -> None:
    made = await register(events.staff, await event_ahead(events))
    first, again = [await try_to_roll(events.staff, made, "lost-it") for _ in range(2)]
    assert first.status_code == 201, first.text
    assert again.json() == {"id": made["id"], "ticket": None}
    async with events.world.database.begin() as session:
        tickets = list(await session.scalars(select(Ticket).where(Ticket.registration_id == UUID(made["id"]))))
    revoked = {ticket.hash: ticket.revoked_at is not None for ticket in tickets}
    assert revoked == {ticket_hash(made["ticket"]): True, ticket_hash(first.json()["ticket"]): False}
    assert (await draw(events.staff, made, made["ticket"])).json()["rule"] == "ticket_not_valid"
    assert (await draw(events.staff, made, first.json()["ticket"])).status_code == 200


async def test_a_cancelled_registration_gets_no_ticket(events: EventStage) -> None:
    made = await register(events.staff, await event_ahead(events))
    await moved(events.staff, made, "cancel", **WHY)
    assert (await try_to_roll(events.staff, made, "k")).json()["code"] == "invalid_transition"
    assert (await draw(events.staff, made, made["ticket"])).json()["rule"] == "ticket_not_valid"


async def test_nothing_is_rolled_at_an_event_that_was_called_off(events: EventStage) -> None:
    event_id = await event_ahead(events)
    made = await register(events.staff, event_id)
    await events.set(event_id, status="cancelled")
    assert (await try_to_roll(events.staff, made, "k")).json()["rule"] == "event_called_off"


@pytest.mark.parametrize("accept", ["*/*", "image/svg+xml"])
async def test_a_ticket_is_drawn_as_svg(events: EventStage, accept: str) -> None:
    made = await register(events.staff, await event_ahead(events))
    answer = await draw(events.staff, made, made["ticket"], accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"] == 'inline; filename="ticket.svg"'
    assert "etag" not in answer.headers
    assert made["ticket"] not in answer.text
    picture = ElementTree.fromstring(answer.content)
    assert picture.attrib["width"] == picture.attrib["height"] == str(MODULES * 12)


async def test_a_ticket_is_drawn_as_png(events: EventStage) -> None:
    made = await register(events.staff, await event_ahead(events))
    answer = await draw(events.staff, made, made["ticket"], "image/png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert [int.from_bytes(answer.content[at : at + 4]) for at in (16, 20)] == [MODULES * 12] * 2
    assert (await draw(events.staff, made, made["ticket"], "text/html")).status_code == 406


async def test_only_the_ticket_of_the_registration_is_drawn(events: EventStage) -> None:
    event_id = await event_ahead(events)
    made, other = [await register(events.staff, event_id) for _ in range(2)]
    for ticket in (other["ticket"], new_ticket_text()):
        answer = await draw(events.staff, made, ticket)
        assert (answer.status_code, answer.json()["rule"]) == (422, "ticket_not_valid")
        assert ticket not in answer.text
    assert (await draw(events.staff, made, made["ticket"].lower())).status_code == 400


async def test_a_program_draws_the_tickets_of_its_own_registrations(events: EventStage) -> None:
    program = await events.world.make.token("events:register")
    mine = await register(program, await event_ahead(events))
    theirs = await register(events.staff, await event_ahead(events))
    assert (await draw(program, mine, mine["ticket"])).status_code == 200
    assert (await draw(program, theirs, theirs["ticket"])).status_code == 404
    assert (await try_to_roll(program, theirs, "k")).status_code == 404
