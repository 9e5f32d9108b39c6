"""Service tokens over HTTP, for administrators."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.tokens import actions
from incubator.accounts.tokens.queries import get_token, tokens_listing
from incubator.accounts.tokens.schemas import TokenCreate, TokenCreated, TokenOut, TokenQuery
from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.paging import Page

MANAGE = Requires(Permission.accounts_manage)


@get("/", operation_id="listTokens", guards=[MANAGE], dependencies={"filters": Query(TokenQuery)}, opt=LIST)
async def list_tokens(
    request: Request[Any, Any, Any], reads: Given[Reads], filters: Given[TokenQuery]
) -> Response[Page[TokenOut]]:
    """List service tokens. The newest first; no secret is ever shown again."""
    return await listed(request, reads, tokens_listing(filters), filters)


@post("/", operation_id="createToken", guards=[MANAGE])
async def create_token(
    session: Given[AsyncSession],
    actor: Given[Actor],
    data: JSONBody[TokenCreate],
    now: Given[datetime],
    once: Given[Once],
) -> Response[TokenCreated]:
    """Create a service token. The answer shows its secret this once."""
    show = partial(get_token, SessionReads(session))

    async def create() -> TokenCreated:
        token_id, text = await actions.create_token(session, actor, data, now=now)
        return TokenCreated(**msgspec.structs.asdict(await show(token_id)), token=text)

    return await once.answer(create, show, at="/v1/tokens/{id}", secrets=("token",))


@get("/{token_id:uuid}", operation_id="getToken", guards=[MANAGE])
async def read_token(
    request: Request[Any, Any, Any], reads: Given[Reads], token_id: FromPath[UUID]
) -> Response[TokenOut]:
    """Read a service token."""
    return resource(request, await get_token(reads, token_id))


@post("/{token_id:uuid}/roll", operation_id="rollToken", status_code=200, guards=[MANAGE])
async def roll_token(
    session: Given[AsyncSession],
    actor: Given[Actor],
    token_id: FromPath[UUID],
    now: Given[datetime],
    once: Given[Once],
) -> Response[TokenCreated]:
    """Roll a token's secret. The answer shows the new one this once; the old one ends within a second."""
    show = partial(get_token, SessionReads(session))

    async def roll() -> TokenCreated:
        text = await actions.roll_token(session, actor, token_id, now=now)
        return TokenCreated(**msgspec.structs.asdict(await show(token_id)), token=text)

    return await once.answer(roll, show, status=200, secrets=("token",))


@delete("/{token_id:uuid}", operation_id="revokeToken", status_code=204, guards=[MANAGE])
async def revoke_token(
    session: Given[AsyncSession],
    actor: Given[Actor],
    token_id: FromPath[UUID],
    now: Given[datetime],
    if_match: Given[IfMatch],
) -> None:
    """Revoke a service token. It ends within a second, for good."""
    await actions.revoke_token(session, actor, token_id, if_match=if_match, now=now)


tokens_router = Router(
    path="/tokens",
    route_handlers=[list_tokens, create_token, read_token, roll_token, revoke_token],
    tags=["Tokens"],
)
