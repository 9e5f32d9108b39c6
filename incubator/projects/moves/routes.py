"""`/v1/projects/{id}/transitions`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.paging import Page, PageQuery
from incubator.projects.moves.actions import move_project
from incubator.projects.moves.queries import list_transitions
from incubator.projects.moves.schemas import ProjectMove, ProjectTransitionOut
from incubator.projects.queries import get_project, require_project
from incubator.projects.routes import READ
from incubator.projects.schemas import ProjectOut

MOVE = Requires(Permission.projects_manage, Permission.projects_reopen, Permission.projects_graduate)


@post("/{project_id:uuid}/transitions", operation_id="moveProject", guards=[MOVE], status_code=200)
async def move(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    project_id: FromPath[UUID],
    data: JSONBody[ProjectMove],
) -> Response[ProjectOut]:
    """Make one move, such as activating or closing the project. Which ones are open to you is in `allowed_actions`
    of the project."""
    act = partial(move_project, session, actor, project_id, data, if_match, now=now)
    return await once(act, partial(get_project, SessionReads(session), actor), status=200)


@get(
    "/{project_id:uuid}/transitions",
    operation_id="listProjectTransitions",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def history(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[PageQuery],
    project_id: FromPath[UUID],
) -> Response[Page[ProjectTransitionOut]]:
    """The history of a project, oldest first, each move with its business day and the moment it was recorded."""
    await require_project(reads, actor, project_id)
    return await listed(request, reads, list_transitions(actor, project_id), filters)


project_move_handlers = [move, history]
