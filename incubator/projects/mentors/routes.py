"""`/v1/projects/{id}/mentors`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.paging import Page, PageQuery
from incubator.projects.mentors.actions import assign_mentor, move_mentor
from incubator.projects.mentors.queries import get_mentor, list_mentors
from incubator.projects.mentors.schemas import EndMentoring, MentorAssign, ProjectMentorOut
from incubator.projects.queries import require_project
from incubator.projects.routes import MANAGE, READ


@get(
    "/{project_id:uuid}/mentors",
    operation_id="listProjectMentors",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def list_mentors_(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[PageQuery],
    project_id: FromPath[UUID],
) -> Response[Page[ProjectMentorOut]]:
    """List who mentors the project and who did, the newest assignment first."""
    await require_project(reads, actor, project_id)
    return await listed(request, reads, list_mentors(actor, project_id), filters)


@post("/{project_id:uuid}/mentors", operation_id="assignMentor", guards=[MANAGE])
async def assign(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    project_id: FromPath[UUID],
    data: JSONBody[MentorAssign],
) -> Response[ProjectMentorOut]:
    """Assign a mentor, who from then on sees the project with its ideas and people."""
    act = partial(assign_mentor, session, actor, project_id, data, now=now)
    show = partial(get_mentor, SessionReads(session), actor, project_id)
    return await once(act, show, at=f"/v1/projects/{project_id}/mentors/{{id}}")


@get("/{project_id:uuid}/mentors/{assignment_id:uuid}", operation_id="getProjectMentor", guards=[READ])
async def read_mentor(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    project_id: FromPath[UUID],
    assignment_id: FromPath[UUID],
) -> Response[ProjectMentorOut]:
    """Read one assignment of a mentor. Its ETag is what ending it asks for."""
    return resource(request, await get_mentor(reads, actor, project_id, assignment_id))


@post(
    "/{project_id:uuid}/mentors/{assignment_id:uuid}/transitions",
    operation_id="endMentoring",
    guards=[MANAGE],
    status_code=200,
)
async def end_mentor(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    project_id: FromPath[UUID],
    assignment_id: FromPath[UUID],
    data: JSONBody[EndMentoring],
) -> Response[ProjectMentorOut]:
    """End an assignment. The row stays, with its last day and the reason."""
    act = partial(move_mentor, session, actor, project_id, assignment_id, data, if_match, now=now)
    return await once(act, partial(get_mentor, SessionReads(session), actor, project_id), status=200)


project_mentor_handlers = [list_mentors_, assign, read_mentor, end_mentor]
