"""Real logins beside the callers that `world.make` makes."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from incubator.accounts.actions import create_account_from_shell
from incubator.accounts.tokens.actions import create_token_from_shell
from incubator.actor import Role, Scope
from incubator.audit import AuditEntry
from tests.factories import World

AddAccount = Callable[..., Awaitable[tuple[str, str]]]
AddToken = Callable[..., Awaitable[str]]
LogIn = Callable[..., Awaitable[dict[str, str]]]
Trail = Callable[[], Awaitable[list[str]]]


@pytest.fixture
def http(world: World) -> httpx.AsyncClient:
    return world.http


@pytest.fixture
def add_account(world: World) -> AddAccount:
    """Username and password of a new account with one role."""

    async def add(
        username: str, role: Role = Role.staff, *, locality_code: str | None = None, sensitive: bool = False
    ) -> tuple[str, str]:
        fields: dict[str, Any] = {"role": role, "locality_code": locality_code, "sensitive": sensitive}
        async with world.database.begin() as session:
            return await create_account_from_shell(session, username=username, now=world.clock(), **fields)

    return add


@pytest.fixture
def add_token(world: World) -> AddToken:
    """The text of a new service token."""

    async def add(*scopes: Scope, locality_code: str | None = None) -> str:
        fields: dict[str, Any] = {"name": "Kiosk", "scopes": scopes, "locality_code": locality_code}
        async with world.database.begin() as session:
            return await create_token_from_shell(session, now=world.clock(), **fields)

    return add


@pytest.fixture
def log_in(http: httpx.AsyncClient) -> LogIn:
    """The headers of somebody who has logged in."""

    async def headers(username: str, password: str) -> dict[str, str]:
        answer = await http.post("/v1/auth/login", json={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        return bearer(answer.json()["token"])

    return headers


@pytest.fixture
def trail(world: World) -> Trail:
    """The actions in the audit trail, in order."""

    async def actions() -> list[str]:
        async with world.database.begin() as session:
            return list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))

    return actions


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
