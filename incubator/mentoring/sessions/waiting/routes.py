"""`/v1/projects/without-session`."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get

from incubator.actor import Actor
from incubator.api.answers import listed
from incubator.api.entry import LIST
from incubator.api.given import Given
from incubator.api.query import Query
from incubator.days import civil_day
from incubator.db import Reads
from incubator.mentoring.sessions.routes import READ
from incubator.mentoring.sessions.waiting.queries import list_waiting
from incubator.mentoring.sessions.waiting.schemas import WaitingProjectRow, WaitingQuery
from incubator.paging import Page


@get(
    "/without-session",
    operation_id="listProjectsWithoutSession",
    guards=[READ],
    dependencies={"filters": Query(WaitingQuery)},
    opt=LIST,
)
async def projects_without_session(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[WaitingQuery],
) -> Response[Page[WaitingProjectRow]]:
    """List running projects that had no session for a while: nobody came to one for the project, and no consultation
    stands. Newest first."""
    return await listed(request, reads, list_waiting(actor, filters, today=civil_day(now)), filters)


waiting_project_handlers = [projects_without_session]
