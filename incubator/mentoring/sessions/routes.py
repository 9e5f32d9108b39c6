"""`/v1/sessions`. Moves, mentors and participants have their own routes in `moves/`, `parts/` and `guests/`."""

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
from incubator.days import civil_day
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.mentoring.sessions.planning import edit_session, plan_session
from incubator.mentoring.sessions.queries import get_session, list_sessions
from incubator.mentoring.sessions.schemas import (
    MentoringSessionOut,
    SessionCreate,
    SessionPatch,
    SessionQuery,
    SessionRow,
)
from incubator.paging import Page

READ = Requires(Permission.mentoring_read, Permission.mentoring_read_mentored)
REPORT = Requires(Permission.mentoring_manage, Permission.mentoring_log)


@get("/", operation_id="listSessions", guards=[READ], dependencies={"filters": Query(SessionQuery)}, opt=LIST)
async def sessions(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[SessionQuery],
) -> Response[Page[SessionRow]]:
    """List sessions, newest first. You see those of your localities, those with a project that you follow, and those
    in which you are a mentor."""
    return await listed(request, reads, list_sessions(actor, filters, today=civil_day(now)), filters)


@post("/", operation_id="planSession", guards=[REPORT], opt={"errors": ("capacity_full",)})
async def plan(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[SessionCreate],
) -> Response[MentoringSessionOut]:
    """Plan a session with its mentors and participants. A mentor leads what they plan and brings own projects only."""
    show = partial(get_session, SessionReads(session), actor)
    return await once(partial(plan_session, session, actor, data, now=now), show, at="/v1/sessions/{id}")


@get("/{session_id:uuid}", operation_id="getSession", guards=[READ])
async def read_session(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    session_id: FromPath[UUID],
) -> Response[MentoringSessionOut]:
    """Read one session with its mentors, the numbers of its participants and the moves that you may make."""
    return resource(request, await get_session(reads, actor, session_id))


@patch("/{session_id:uuid}", operation_id="editSession", guards=[REPORT], opt={"errors": ("capacity_full",)})
async def edit(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    session_id: FromPath[UUID],
    data: JSONBody[SessionPatch],
) -> Response[MentoringSessionOut]:
    """Change time, place or capacity of a session that is ahead, by a JSON merge patch. For staff of its place and
    for a mentor who leads it."""
    await edit_session(session, actor, session_id, data, if_match, now=now)
    return resource(request, await get_session(SessionReads(session), actor, session_id))


session_handlers = [sessions, plan, read_session, edit]
