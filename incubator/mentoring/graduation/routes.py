"""`/v1/projects/{id}/graduation` and the requests for an exception beneath it."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.days import civil_day
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.mentoring.graduation.actions import graduate_project, move_request, request_graduation
from incubator.mentoring.graduation.queries import get_graduation, get_request, list_requests
from incubator.mentoring.graduation.schemas import (
    Graduate,
    GraduationOut,
    GraduationRequestCreate,
    GraduationRequestOut,
    GraduationRequestQuery,
    RequestMove,
)
from incubator.mentoring.queries import require_followed
from incubator.paging import Page
from incubator.projects.queries import get_project
from incubator.projects.schemas import ProjectOut

FOLLOW = Requires(Permission.mentoring_read, Permission.mentoring_read_mentored)
GRADUATE = Requires(Permission.projects_graduate)
GRADUATION = "/{project_id:uuid}/graduation"
REQUESTS = f"{GRADUATION}/requests"
ONE_REQUEST = f"{REQUESTS}/{{request_id:uuid}}"


@get(GRADUATION, operation_id="getGraduation", guards=[FOLLOW])
async def read_graduation(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    project_id: FromPath[UUID],
) -> Response[GraduationOut]:
    """Read what a project has to show for its graduation, and what is lacking. The ETag is what graduating asks for."""
    return resource(request, await get_graduation(reads, actor, project_id, on=civil_day(now)))


@post(GRADUATION, operation_id="graduateProject", guards=[GRADUATE], status_code=200)
async def graduate(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    project_id: FromPath[UUID],
    data: JSONBody[Graduate],
) -> Response[ProjectOut]:
    """Let an active project graduate that was consulted on every platform it needs and has two outcomes, one of them
    economic. Where something is lacking, the error says what; then another account can approve a request."""
    act = partial(graduate_project, session, actor, project_id, data, if_match, now=now)
    return await once(act, partial(get_project, SessionReads(session), actor), status=200)


@get(
    REQUESTS,
    operation_id="listGraduationRequests",
    guards=[FOLLOW],
    dependencies={"filters": Query(GraduationRequestQuery)},
    opt=LIST,
)
async def requests(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[GraduationRequestQuery],
    project_id: FromPath[UUID],
) -> Response[Page[GraduationRequestOut]]:
    """List the requests to let the project graduate although something is lacking, newest first."""
    await require_followed(reads, actor, project_id)
    return await listed(request, reads, list_requests(actor, project_id, filters), filters)


@post(REQUESTS, operation_id="requestGraduation", guards=[GRADUATE])
async def ask(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    project_id: FromPath[UUID],
    data: JSONBody[GraduationRequestCreate],
) -> Response[GraduationRequestOut]:
    """Ask that an active project may graduate although something is lacking. Another account with the same right
    decides; a project has one open request at a time."""
    act = partial(request_graduation, session, actor, project_id, data, now=now)
    show = partial(get_request, SessionReads(session), actor, project_id)
    return await once(act, show, at=f"/v1/projects/{project_id}/graduation/requests/{{id}}")


@get(ONE_REQUEST, operation_id="getGraduationRequest", guards=[FOLLOW])
async def read_request(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    project_id: FromPath[UUID],
    request_id: FromPath[UUID],
) -> Response[GraduationRequestOut]:
    """Read one request. Its ETag is what deciding on it asks for."""
    return resource(request, await get_request(reads, actor, project_id, request_id))


@post(f"{ONE_REQUEST}/transitions", operation_id="moveGraduationRequest", guards=[GRADUATE], status_code=200)
async def decide(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    project_id: FromPath[UUID],
    request_id: FromPath[UUID],
    data: JSONBody[RequestMove],
) -> Response[GraduationRequestOut]:
    """Approve a request, with which the project graduates, refuse it, or withdraw one's own."""
    act = partial(move_request, session, actor, project_id, request_id, data, if_match, now=now)
    return await once(act, partial(get_request, SessionReads(session), actor, project_id), status=200)


graduation_handlers = [read_graduation, graduate, requests, ask, read_request, decide]
