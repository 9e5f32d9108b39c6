"""Sessions over HTTP."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.passwords import Passwords
from incubator.accounts.sessions import actions
from incubator.accounts.sessions.queries import get_me
from incubator.accounts.sessions.schemas import LoginRequest, MeOut, PasswordChange, SessionOut
from incubator.actor import Actor
from incubator.api.addresses import client_address
from incubator.api.answers import resource
from incubator.api.entry import PUBLIC, actor_of
from incubator.api.given import Given, JSONBody
from incubator.db import Reads
from incubator.errors import DomainError

BEFORE_PASSWORD_CHANGE = {"before_password_change": True}


async def accounts_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A service token has no session to end and no password to change."""
    if actor_of(connection).account_id is None:
        raise DomainError("forbidden")


@post("/login", operation_id="logIn", status_code=200, opt={**PUBLIC, "errors": ("login_throttled", "unauthenticated")})
async def log_in(
    request: Request[Any, Any, Any],
    passwords: Given[Passwords],
    data: JSONBody[LoginRequest],
    now: Given[datetime],
) -> Response[SessionOut]:
    """Log in. The token goes into `Authorization: Bearer`; it lasts 12 hours and use extends it. Too many
    attempts answer 429 with Retry-After."""
    database = request.app.state.database
    session = await actions.log_in(database, passwords, data, address=client_address(request), now=now)
    return Response(content=session, headers={"cache-control": "no-store"})


@post(
    "/logout",
    operation_id="logOut",
    status_code=204,
    guards=[accounts_only],
    opt=BEFORE_PASSWORD_CHANGE,
)
async def log_out(session: Given[AsyncSession], actor: Given[Actor], now: Given[datetime]) -> None:
    """Log out. The token of this request ends within a second; other sessions go on."""
    await actions.log_out(session, actor, now=now)


@post(
    "/password",
    operation_id="changePassword",
    status_code=204,
    guards=[accounts_only],
    opt=BEFORE_PASSWORD_CHANGE,
)
async def change_password(
    request: Request[Any, Any, Any],
    actor: Given[Actor],
    passwords: Given[Passwords],
    data: JSONBody[PasswordChange],
    now: Given[datetime],
) -> None:
    """Change your own password. Every other session of the account ends."""
    await actions.change_password(request.app.state.database, passwords, actor, data, now=now)


@get("/me", operation_id="getMe", opt=BEFORE_PASSWORD_CHANGE, tags=["Account"])
async def read_me(request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor]) -> Response[MeOut]:
    """Who you are: the account or token, its grants or scopes, and what they permit."""
    return resource(request, await get_me(reads, actor))


auth_router = Router(path="/auth", route_handlers=[log_in, log_out, change_password], tags=["Account"])
