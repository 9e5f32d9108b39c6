"""`/v1/events`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, patch, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.events import actions
from incubator.events.queries import get_event, list_events
from incubator.events.schemas import EventCreate, EventOut, EventPatch, EventQuery, EventRow
from incubator.idempotency import Once
from incubator.paging import Page

READ = Requires(Permission.events_read, Permission.events_read_led, Permission.events_read_published)
INSIDE = Requires(Permission.events_read, Permission.events_read_led)
"""What is behind an event, such as its history and its team, is for accounts."""
MANAGE = Requires(Permission.events_manage)


@get("/", operation_id="listEvents", guards=[READ], dependencies={"filters": Query(EventQuery)}, opt=LIST)
async def events(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[EventQuery],
) -> Response[Page[EventRow]]:
    """List the events in your localities, those that have a site there, and those that you lead; the latest first.
    Tokens see what was published. An event whose beginning is changed during a walk through the pages may be met twice
    or not at all."""
    return await listed(request, reads, list_events(actor, filters), filters)


@post("/", operation_id="addEvent", guards=[MANAGE])
async def add_event(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[EventCreate],
) -> Response[EventOut]:
    """Add an event as a draft, with its modes, sessions and sites. It is shown to others once it is published."""
    act = partial(actions.add_event, session, actor, data, now=now)
    return await once(act, partial(get_event, SessionReads(session), actor), at="/v1/events/{id}")


@get("/{event_id:uuid}", operation_id="getEvent", guards=[READ])
async def read_event(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    event_id: FromPath[UUID],
) -> Response[EventOut]:
    """Read one event with its modes and seats, its sessions and their sites, and the moves that you may make."""
    return resource(request, await get_event(reads, actor, event_id))


@patch("/{event_id:uuid}", operation_id="editEvent", guards=[MANAGE])
async def edit_event(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    event_id: FromPath[UUID],
    data: JSONBody[EventPatch],
) -> Response[EventOut]:
    """Change an event by a JSON merge patch. Who merely has a site of it in their locality may not."""
    await actions.edit_event(session, actor, event_id, data, if_match, now=now)
    return resource(request, await get_event(SessionReads(session), actor, event_id))


event_handlers = [events, add_event, read_event, edit_event]
