"""`/v1/events/{id}/transitions`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch, listed
from incubator.api.entry import LIST
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.events.access import require_seen
from incubator.events.moves.actions import move_event
from incubator.events.moves.queries import list_event_transitions
from incubator.events.moves.schemas import EventMove, EventTransitionOut
from incubator.events.queries import get_event
from incubator.events.routes import INSIDE, MANAGE
from incubator.events.schemas import EventOut
from incubator.idempotency import Once
from incubator.paging import Page, PageQuery


@post("/{event_id:uuid}/transitions", operation_id="moveEvent", guards=[MANAGE], status_code=200)
async def move(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    event_id: FromPath[UUID],
    data: JSONBody[EventMove],
) -> Response[EventOut]:
    """Publish, complete or cancel an event, close its attendance or open it again. Which moves are open to you is in
    `allowed_actions` of the event."""
    act = partial(move_event, session, actor, event_id, data, if_match, now=now)
    return await once(act, partial(get_event, SessionReads(session), actor), status=200)


@get(
    "/{event_id:uuid}/transitions",
    operation_id="listEventTransitions",
    guards=[INSIDE],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def history(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[PageQuery],
    event_id: FromPath[UUID],
) -> Response[Page[EventTransitionOut]]:
    """The history of an event, oldest first."""
    await require_seen(reads, actor, event_id)
    return await listed(request, reads, list_event_transitions(actor, event_id), filters)


event_move_handlers = [move, history]
