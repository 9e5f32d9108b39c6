"""`/v1/sessions/{id}/transitions`."""

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
from incubator.idempotency import Once
from incubator.mentoring.sessions.moves.actions import move_session
from incubator.mentoring.sessions.moves.queries import list_transitions
from incubator.mentoring.sessions.moves.schemas import SessionMove, SessionTransitionOut
from incubator.mentoring.sessions.queries import get_session, require_session
from incubator.mentoring.sessions.routes import READ, REPORT
from incubator.mentoring.sessions.schemas import MentoringSessionOut
from incubator.paging import Page, PageQuery


@post(
    "/{session_id:uuid}/transitions",
    operation_id="moveSession",
    guards=[REPORT],
    status_code=200,
    opt={"errors": ("capacity_full",)},
)
async def move(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    session_id: FromPath[UUID],
    data: JSONBody[SessionMove],
) -> Response[MentoringSessionOut]:
    """Make one move, such as reporting that the session was held. Which ones are open to you is in `allowed_actions`
    of the session."""
    act = partial(move_session, session, actor, session_id, data, if_match, now=now)
    return await once(act, partial(get_session, SessionReads(session), actor), status=200)


@get(
    "/{session_id:uuid}/transitions",
    operation_id="listSessionTransitions",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def history(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[PageQuery],
    session_id: FromPath[UUID],
) -> Response[Page[SessionTransitionOut]]:
    """The history of a session, oldest first, each move with its business day and the moment it was recorded."""
    await require_session(reads, actor, session_id)
    return await listed(request, reads, list_transitions(actor, session_id), filters)


session_move_handlers = [move, history]
