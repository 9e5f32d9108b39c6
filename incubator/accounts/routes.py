"""Accounts over HTTP, for administrators; and everything else of this feature under one router."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post
from litestar.di import Provide
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts import actions
from incubator.accounts.actions import OnRoleLost
from incubator.accounts.passwords import Passwords, passwords_of
from incubator.accounts.queries import accounts_listing, get_account, get_grant
from incubator.accounts.schemas import (
    AccountCreate,
    AccountCreated,
    AccountOut,
    AccountPatch,
    AccountQuery,
    AccountRow,
    GrantCreate,
    GrantOut,
    PasswordReset,
)
from incubator.accounts.sessions.routes import auth_router, read_me
from incubator.accounts.tokens.routes import tokens_router
from incubator.accounts.trail.routes import read_audit
from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.paging import Page

MANAGE = Requires(Permission.accounts_manage)


@get("/", operation_id="listAccounts", guards=[MANAGE], dependencies={"filters": Query(AccountQuery)}, opt=LIST)
async def list_accounts(
    request: Request[Any, Any, Any], reads: Given[Reads], filters: Given[AccountQuery]
) -> Response[Page[AccountRow]]:
    """List accounts. The newest first, each with the roles that it holds somewhere."""
    return await listed(request, reads, accounts_listing(filters), filters)


@post("/", operation_id="createAccount", guards=[MANAGE])
async def create_account(
    session: Given[AsyncSession],
    actor: Given[Actor],
    passwords: Given[Passwords],
    data: JSONBody[AccountCreate],
    now: Given[datetime],
    once: Given[Once],
) -> Response[AccountCreated]:
    """Create an account. The answer shows its first password this once."""
    show = partial(get_account, SessionReads(session))

    async def create() -> AccountCreated:
        account_id, password = await actions.create_account(session, passwords, actor, data, now=now)
        return AccountCreated(**msgspec.structs.asdict(await show(account_id)), password=password)

    return await once.answer(create, show, at="/v1/accounts/{id}", secrets=("password",))


@get("/{account_id:uuid}", operation_id="getAccount", guards=[MANAGE])
async def read_account(
    request: Request[Any, Any, Any], reads: Given[Reads], account_id: FromPath[UUID]
) -> Response[AccountOut]:
    """Read an account. It comes with its live grants."""
    return resource(request, await get_account(reads, account_id))


@patch("/{account_id:uuid}", operation_id="changeAccount", guards=[MANAGE])
async def change_account(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    account_id: FromPath[UUID],
    data: JSONBody[AccountPatch],
    now: Given[datetime],
    if_match: Given[IfMatch],
    on_role_lost: Given[OnRoleLost],
) -> Response[AccountOut]:
    """Change an account. Disabling it ends its sessions within a second and gives its open assignments back."""
    await actions.change_account(
        session, actor, account_id, data, if_match=if_match, now=now, on_role_lost=on_role_lost
    )
    return resource(request, await get_account(SessionReads(session), account_id))


@post("/{account_id:uuid}/grants", operation_id="addGrant", guards=[MANAGE])
async def add_grant(
    session: Given[AsyncSession],
    actor: Given[Actor],
    account_id: FromPath[UUID],
    data: JSONBody[GrantCreate],
    now: Given[datetime],
    once: Given[Once],
) -> Response[GrantOut]:
    """Grant a role. It covers a locality and all below it, or the whole country, within a second."""
    act = partial(actions.add_grant, session, actor, account_id, data, now=now)
    return await once(act, partial(get_grant, SessionReads(session)))


@delete("/{account_id:uuid}/grants/{grant_id:uuid}", operation_id="revokeGrant", status_code=204, guards=[MANAGE])
async def revoke_grant(
    session: Given[AsyncSession],
    actor: Given[Actor],
    account_id: FromPath[UUID],
    grant_id: FromPath[UUID],
    now: Given[datetime],
    if_match: Given[IfMatch],
    on_role_lost: Given[OnRoleLost],
) -> None:
    """Revoke a grant. If-Match takes the ETag of the account. With the last grant of a role, its open work goes back
    to staff."""
    await actions.revoke_grant(
        session, actor, account_id, grant_id, if_match=if_match, now=now, on_role_lost=on_role_lost
    )


@post("/{account_id:uuid}/password-reset", operation_id="resetPassword", status_code=200, guards=[MANAGE])
async def reset_password(
    session: Given[AsyncSession],
    actor: Given[Actor],
    passwords: Given[Passwords],
    account_id: FromPath[UUID],
    now: Given[datetime],
    once: Given[Once],
) -> Response[PasswordReset]:
    """Reset a password. The answer shows a one-time password this once; the account's sessions end, and it must
    change the password before all else."""
    show = partial(get_account, SessionReads(session))

    async def reset() -> PasswordReset:
        password = await actions.reset_password(session, passwords, actor, account_id, now=now)
        account = await show(account_id)
        return PasswordReset(account.id, account.version, account.username, password)

    return await once.answer(reset, show, status=200, secrets=("password",))


def provide_passwords(request: Request[Any, Any, Any]) -> Passwords:
    return passwords_of(request.app.state)


def provide_on_role_lost(request: Request[Any, Any, Any]) -> OnRoleLost:
    """What the features above do when an account loses a role; the application names it in its state."""
    return request.app.state.get("on_role_lost", {})  # type: ignore[no-any-return]


admin_router = Router(
    path="/accounts",
    route_handlers=[
        list_accounts, create_account, read_account, change_account, add_grant, revoke_grant, reset_password,
    ],
    dependencies={"on_role_lost": Provide(provide_on_role_lost, sync_to_thread=False)},
    tags=["Accounts"],
)  # fmt: skip

accounts_router = Router(
    path="/v1",
    route_handlers=[auth_router, read_me, admin_router, tokens_router, read_audit],
    dependencies={"passwords": Provide(provide_passwords, sync_to_thread=False)},
)
