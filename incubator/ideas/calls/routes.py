"""`/v1/calls`: the calls for ideas and the versions of their rubrics."""

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
from incubator.ideas.calls import actions
from incubator.ideas.calls.queries import get_call, get_rubric, list_calls, list_rubrics, require_call
from incubator.ideas.calls.schemas import (
    CallCreate,
    CallOut,
    CallPatch,
    CallQuery,
    CallRow,
    RubricCreate,
    RubricOut,
)
from incubator.idempotency import Once
from incubator.paging import Page, PageQuery

READ = Requires(Permission.calls_read, Permission.calls_read_own)
MANAGE = Requires(Permission.calls_manage)


@get("/", operation_id="listCalls", guards=[READ], dependencies={"filters": Query(CallQuery)}, opt=LIST)
async def list_calls_(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[CallQuery],
) -> Response[Page[CallRow]]:
    """List calls, newest first. Reviewers see the calls of the ideas assigned to them."""
    return await listed(request, reads, list_calls(actor, filters), filters)


@post("/", operation_id="addCall", guards=[MANAGE])
async def add_call(
    session: Given[AsyncSession],
    actor: Given[Actor],
    once: Given[Once],
    data: JSONBody[CallCreate],
) -> Response[CallOut]:
    """Open a call for ideas. Without criteria it starts with the standard rubric of 100 points."""
    show = partial(get_call, SessionReads(session), actor)
    return await once(partial(actions.add_call, session, actor, data), show, at="/v1/calls/{id}")


@get("/{call_id:uuid}", operation_id="getCall", guards=[READ])
async def read_call(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    call_id: FromPath[UUID],
) -> Response[CallOut]:
    """Read one call with its newest rubric."""
    return resource(request, await get_call(reads, actor, call_id))


@patch("/{call_id:uuid}", operation_id="editCall", guards=[MANAGE])
async def edit_call(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    if_match: Given[IfMatch],
    call_id: FromPath[UUID],
    data: JSONBody[CallPatch],
) -> Response[CallOut]:
    """Change a call's terms by a JSON merge patch. `blind` is fixed once an idea of the call is in review."""
    await actions.edit_call(session, actor, call_id, data, if_match)
    return resource(request, await get_call(SessionReads(session), actor, call_id))


@get(
    "/{call_id:uuid}/rubrics",
    operation_id="listRubrics",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def list_rubrics_(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[PageQuery],
    call_id: FromPath[UUID],
) -> Response[Page[RubricOut]]:
    """List the versions of a call's rubric, newest first."""
    await require_call(reads, actor, call_id)
    return await listed(request, reads, list_rubrics(actor, call_id), filters)


@post("/{call_id:uuid}/rubrics", operation_id="addRubric", guards=[MANAGE])
async def add_rubric(
    session: Given[AsyncSession],
    actor: Given[Actor],
    once: Given[Once],
    call_id: FromPath[UUID],
    data: JSONBody[RubricCreate],
) -> Response[RubricOut]:
    """Write the next version of a rubric. Ideas that pass screening from now on use it; the others keep theirs."""
    show = partial(get_rubric, SessionReads(session), actor, call_id)
    return await once(partial(actions.add_rubric, session, actor, call_id, data), show)


calls_router = Router(
    "/v1/calls",
    route_handlers=[list_calls_, add_call, read_call, edit_call, list_rubrics_, add_rubric],
    tags=["Calls"],
)
