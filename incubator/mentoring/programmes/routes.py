"""`/v1/programmes`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, patch, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.mentoring.programmes import actions
from incubator.mentoring.programmes.queries import get_programme, list_programmes
from incubator.mentoring.programmes.schemas import (
    ProgrammeCreate,
    ProgrammeFilter,
    ProgrammeOut,
    ProgrammePatch,
    ProgrammeRow,
)
from incubator.paging import Page

READ = Requires(Permission.programmes_read)
MANAGE = Requires(Permission.programmes_manage)


@get("/", operation_id="listProgrammes", guards=[READ], dependencies={"filters": Query(ProgrammeFilter)}, opt=LIST)
async def list_programmes_(
    request: Request[Any, Any, Any], reads: Given[Reads], filters: Given[ProgrammeFilter]
) -> Response[Page[ProgrammeRow]]:
    """List the programmes that sessions belong to, of every place, newest first."""
    return await listed(request, reads, list_programmes(filters), filters)


@post("/", operation_id="addProgramme", guards=[MANAGE])
async def add_programme(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[ProgrammeCreate],
) -> Response[ProgrammeOut]:
    """Add a programme, such as the Startup Coffee of a province or the clinic of a commune."""
    act = partial(actions.add_programme, session, actor, data, now=now)
    return await once(act, partial(get_programme, SessionReads(session)), at="/v1/programmes/{id}")


@get("/{programme_id:uuid}", operation_id="getProgramme", guards=[READ])
async def read_programme(
    request: Request[Any, Any, Any], reads: Given[Reads], programme_id: FromPath[UUID]
) -> Response[ProgrammeOut]:
    """Read one programme."""
    return resource(request, await get_programme(reads, programme_id))


@patch("/{programme_id:uuid}", operation_id="editProgramme", guards=[MANAGE])
async def edit_programme(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    programme_id: FromPath[UUID],
    data: JSONBody[ProgrammePatch],
) -> Response[ProgrammeOut]:
    """Change a programme of your localities by a JSON merge patch. Its kind is fixed once it has a session."""
    await actions.edit_programme(session, actor, programme_id, data, if_match, now=now)
    return resource(request, await get_programme(SessionReads(session), programme_id))


programmes_router = Router(
    "/v1/programmes",
    route_handlers=[list_programmes_, add_programme, read_programme, edit_programme],
    tags=["Programmes"],
)
