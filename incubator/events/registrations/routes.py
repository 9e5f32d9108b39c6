"""`/v1/events/{id}/registrations` and `/v1/registrations`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import Answer, IfMatch, listed, resource
from incubator.api.bulk import problem_of
from incubator.api.entry import LIST, PNG, SVG, Requires, media_of
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.events.registrations import actions
from incubator.events.registrations.answers import created, results_of, seen_again, without_tickets
from incubator.events.registrations.queries import get_registration, list_registrations
from incubator.events.registrations.schemas import (
    RegistrationCreate,
    RegistrationCreated,
    RegistrationMove,
    RegistrationOut,
    RegistrationQuery,
    RegistrationRow,
    RegistrationsCreate,
    RegistrationsOut,
    TicketImageCreate,
    TicketOut,
)
from incubator.events.registrations.tickets import draw_ticket
from incubator.idempotency import Once
from incubator.paging import Page

READ = Requires(Permission.events_read, Permission.events_read_led, Permission.events_register)
REGISTER = Requires(Permission.events_register)
SEATS: dict[str, Any] = {"errors": ("capacity_full",)}
ENDED: dict[str, Any] = {"errors": ("business_rule_failed", "invalid_transition")}
IMAGE: dict[str, Any] = {"produces": (SVG, PNG)}


@get(
    "/{event_id:uuid}/registrations",
    operation_id="listRegistrations",
    guards=[READ],
    dependencies={"filters": Query(RegistrationQuery)},
    opt=LIST,
)
async def registrations(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    event_id: FromPath[UUID],
    filters: Given[RegistrationQuery],
) -> Response[Page[RegistrationRow]]:
    """List who is registered for an event, newest first. The officers of its place see all of them, others those of
    their localities, who leads a session all without their numbers, and a program those that it made."""
    return await listed(request, reads, await list_registrations(reads, actor, event_id, filters), filters)


@post("/{event_id:uuid}/registrations", operation_id="register", guards=[REGISTER], opt=SEATS)
async def register(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    event_id: FromPath[UUID],
    data: JSONBody[RegistrationCreate],
) -> Response[RegistrationCreated]:
    """Register a person. With a seat free and nobody waiting they are confirmed; else they wait, where the mode has a
    waitlist. The answer shows the ticket this once; where it was lost, roll it.

    A person is registered once for an event: 409 `duplicate`. From a program the same name and number again is that
    too. Programs register until a published event ends, accounts until its attendance is closed.
    """
    show = partial(get_registration, SessionReads(session), actor)

    async def enter() -> RegistrationCreated:
        entered = await actions.register(session, actor, event_id, data, now=now)
        return created(actor, await show(entered.id), entered)

    return await once.answer(enter, show, at="/v1/registrations/{id}", secrets=("ticket",))


@post("/{event_id:uuid}/registrations/bulk", operation_id="registerMany", guards=[REGISTER], status_code=200)
async def register_many(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    event_id: FromPath[UUID],
    data: JSONBody[RegistrationsCreate],
) -> Response[RegistrationsOut]:
    """Register up to 500 people. Each item has its own result, with its ticket this once; the first come first to the
    seats, and one that is refused leaves the others as they are."""

    async def act() -> RegistrationsOut:
        outcomes = await actions.register_many(session, actor, event_id, data.items, now=now)
        return await results_of(SessionReads(session), actor, outcomes, partial(problem_of, request))

    return await once.answer_many(act, partial(seen_again, SessionReads(session), actor), kept=without_tickets)


@get("/{registration_id:uuid}", operation_id="getRegistration", guards=[READ])
async def read_registration(
    request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor], registration_id: FromPath[UUID]
) -> Response[RegistrationOut]:
    """Read a registration, with the place in the queue where it waits."""
    return resource(request, await get_registration(reads, actor, registration_id))


@post(
    "/{registration_id:uuid}/transitions",
    operation_id="moveRegistration",
    guards=[REGISTER],
    status_code=200,
    opt=SEATS,
)
async def move(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    registration_id: FromPath[UUID],
    data: JSONBody[RegistrationMove],
) -> Response[RegistrationOut]:
    """Cancel a registration or change its mode. A seat that becomes free goes to who waits first, in the same moment.

    Who changes the mode gives up their seat, and waits at the end where the other mode is full.
    """
    act = partial(actions.move_registration, session, actor, registration_id, data, if_match, now=now)
    return await once(act, partial(get_registration, SessionReads(session), actor), status=200)


@post("/{registration_id:uuid}/ticket", operation_id="rollTicket", guards=[REGISTER], opt=ENDED)
async def roll_ticket(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    registration_id: FromPath[UUID],
) -> Response[TicketOut]:
    """Give a registration a new ticket, which is shown this once. The one before is refused at the door."""

    async def roll() -> TicketOut:
        return TicketOut(registration_id, await actions.roll_ticket(session, actor, registration_id, now=now))

    show = partial(get_registration, SessionReads(session), actor)
    return await once.answer(roll, show, secrets=("ticket",))


@post(
    "/{registration_id:uuid}/ticket-image",
    operation_id="drawTicket",
    guards=[REGISTER],
    status_code=200,
    opt=IMAGE,
)
async def draw(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    registration_id: FromPath[UUID],
    data: JSONBody[TicketImageCreate],
) -> Response[bytes]:
    """Draw a ticket as a QR code, in SVG or PNG. The text of the ticket is in the body and never in an address;
    nothing is kept."""
    media = media_of(request)
    image = await draw_ticket(reads, actor, registration_id, data.ticket, media)
    name = "ticket.png" if media == PNG else "ticket.svg"
    headers = {"cache-control": "private, no-store", "content-disposition": f'inline; filename="{name}"'}
    return Answer(content=image, status_code=200, headers=headers, media_type=media)


registration_handlers = [registrations, register, register_many]

registrations_router = Router(
    path="/v1/registrations", route_handlers=[read_registration, move, roll_ticket, draw], tags=["Registrations"]
)
