"""`/v1/projects`. Moves and mentors have their own routes in `moves/` and `mentors/`."""

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
from incubator.idempotency import Once
from incubator.paging import Page
from incubator.projects import actions
from incubator.projects.queries import get_project, list_projects
from incubator.projects.schemas import ProjectCreate, ProjectOut, ProjectPatch, ProjectQuery, ProjectRow

READ = Requires(Permission.projects_read, Permission.projects_read_mentored)
MANAGE = Requires(Permission.projects_manage)


@get("/", operation_id="listProjects", guards=[READ], dependencies={"filters": Query(ProjectQuery)}, opt=LIST)
async def list_projects_(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[ProjectQuery],
) -> Response[Page[ProjectRow]]:
    """List projects, newest first. You see those of your localities and those that you mentor."""
    return await listed(request, reads, list_projects(actor, filters), filters)


@post("/", operation_id="foundProject", guards=[MANAGE])
async def found_project(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[ProjectCreate],
) -> Response[ProjectOut]:
    """Found a project from one or several accepted ideas, with the baseline on the three platforms. An idea founds
    at most one project."""
    show = partial(get_project, SessionReads(session), actor)
    return await once(partial(actions.found_project, session, actor, data, now=now), show, at="/v1/projects/{id}")


@get("/{project_id:uuid}", operation_id="getProject", guards=[READ])
async def read_project(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    project_id: FromPath[UUID],
) -> Response[ProjectOut]:
    """Read one project with its baseline, ideas, leaders, current mentors and the moves that your role may make."""
    return resource(request, await get_project(reads, actor, project_id))


@patch("/{project_id:uuid}", operation_id="editProject", guards=[MANAGE])
async def edit_project(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    if_match: Given[IfMatch],
    project_id: FromPath[UUID],
    data: JSONBody[ProjectPatch],
) -> Response[ProjectOut]:
    """Change a project's title, or correct its baseline while it is onboarding, by a JSON merge patch."""
    await actions.edit_project(session, actor, project_id, data, if_match)
    return resource(request, await get_project(SessionReads(session), actor, project_id))


project_handlers = [list_projects_, found_project, read_project, edit_project]
