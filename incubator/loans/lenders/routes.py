"""`/v1/lenders`."""

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
from incubator.loans.lenders import actions
from incubator.loans.lenders.queries import get_lender, list_lenders
from incubator.loans.lenders.schemas import LenderCreate, LenderOut, LenderPatch, LenderQuery
from incubator.paging import Page

READ = Requires(Permission.loans_read)
MANAGE = Requires(Permission.loans_manage)


@get("/", operation_id="listLenders", guards=[READ], dependencies={"filters": Query(LenderQuery)}, opt=LIST)
async def lenders(
    request: Request[Any, Any, Any], reads: Given[Reads], filters: Given[LenderQuery]
) -> Response[Page[LenderOut]]:
    """List the lenders, newest first."""
    return await listed(request, reads, list_lenders(filters), filters)


@post("/", operation_id="addLender", guards=[MANAGE])
async def add_lender(
    session: Given[AsyncSession], actor: Given[Actor], once: Given[Once], data: JSONBody[LenderCreate]
) -> Response[LenderOut]:
    """Add a bank or a fund that lends to households."""
    show = partial(get_lender, SessionReads(session))
    return await once(partial(actions.add_lender, session, actor, data), show, at="/v1/lenders/{id}")


@get("/{lender_id:uuid}", operation_id="getLender", guards=[READ])
async def read_lender(
    request: Request[Any, Any, Any], reads: Given[Reads], lender_id: FromPath[UUID]
) -> Response[LenderOut]:
    """Read one lender."""
    return resource(request, await get_lender(reads, lender_id))


@patch("/{lender_id:uuid}", operation_id="editLender", guards=[MANAGE])
async def edit_lender(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    if_match: Given[IfMatch],
    lender_id: FromPath[UUID],
    data: JSONBody[LenderPatch],
) -> Response[LenderOut]:
    """Change the name of a lender by a JSON merge patch. Its code never changes."""
    await actions.edit_lender(session, actor, lender_id, data, if_match)
    return resource(request, await get_lender(SessionReads(session), lender_id))


lenders_router = Router("/v1/lenders", route_handlers=[lenders, add_lender, read_lender, edit_lender], tags=["Lenders"])
