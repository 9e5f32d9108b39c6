"""From a token's text to the actor: one statement, and a cache that forgets within a second."""

import time
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
import structlog
from litestar.datastructures import State
from sqlalchemy import LargeBinary, Select, Uuid, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from incubator.accounts.models import (
    EXTENDED_EVERY,
    LONGEST_SESSION,
    SESSION_HOURS,
    TOKEN_TEXT,
    Account,
    AccountStatus,
    RoleGrant,
    Token,
    token_hash,
)
from incubator.actor import Actor, Grant, Role, Scope
from incubator.db import Database, Reads, param, statement
from incubator.errors import DomainError
from incubator.localities.models import Locality

log = structlog.get_logger("incubator")

MAX_CACHED = 4096

Level = Literal["country", "province", "commune"]


class Authentication:
    """Who a token is. What was looked up holds for `cache_seconds`, counted from before the lookup, so that a
    revocation that commits meanwhile is seen no later than one that commits after."""

    def __init__(self, cache_seconds: float) -> None:
        self._seconds = cache_seconds
        self._known: dict[bytes, tuple[float, Actor]] = {}

    async def __call__(self, state: State, token_text: str) -> Actor:
        """The actor, or 401: unauthenticated, token_expired, token_revoked."""
        digest = token_hash(token_text)
        known = self._known.get(digest)
        if known is not None and time.monotonic() < known[0]:
            return known[1]
        if not TOKEN_TEXT.fullmatch(token_text):
            raise DomainError("unauthenticated")
        until = time.monotonic() + self._seconds
        actor = await self._look_up(state, digest)
        self._keep(digest, until, actor)
        return actor

    async def _look_up(self, state: State, digest: bytes) -> Actor:
        database: Database = state.database
        now: datetime = state.clock()
        assert database.reads is not None, "the service always has reads"
        found = await _find(database.reads, digest)
        token = found[0]
        token.check(now)
        if token.is_due_for_extension(now):
            await _extend(database, token.id, now)
        return _actor(found)

    def _keep(self, digest: bytes, until: float, actor: Actor) -> None:
        """Bounded; the oldest goes first. Who must change the password is asked anew each time, because the
        first request after the change may reach any process."""
        self._known.pop(digest, None)
        if actor.must_change_password:
            return
        while len(self._known) >= MAX_CACHED:
            del self._known[next(iter(self._known))]
        self._known[digest] = (until, actor)


async def find_account(reads: Reads, account_id: UUID) -> Actor | None:
    """What an active account may do at this moment, for a secret that it lent its rights to; None where it is
    disabled."""
    rows = await reads.rows(_account(), {"account_id": account_id})
    if not rows:
        return None
    name, person_id = rows[0][:2]
    grants = [
        Grant(holds=Role(role), locality_id=locality_id, level=level, sensitive=sensitive)
        for *_, role, sensitive, locality_id, level in rows
        if role
    ]
    return Actor(kind="account", id=account_id, name=name, grants=tuple(grants), person_id=person_id)


class Found(msgspec.Struct, frozen=True):
    """A token with its account and one of its grants, if any; a row of `_FOUND`."""

    id: UUID
    kind: str
    name: str | None
    scopes: list[str]
    token_sensitive: bool
    expires_at: datetime | None
    extended_at: datetime
    created_at: datetime
    revoked_at: datetime | None
    account_id: UUID | None
    username: str | None
    status: str | None
    must_change_password: bool | None
    person_id: UUID | None
    role: str | None
    role_sensitive: bool | None
    locality_id: UUID | None
    level: Level

    def check(self, now: datetime) -> None:
        if self.revoked_at is not None or self.status == AccountStatus.disabled:
            raise DomainError("token_revoked")
        if self.expires_at is not None and self.expires_at <= now:
            raise DomainError("token_expired")

    def is_due_for_extension(self, now: datetime) -> bool:
        if self.kind != "session" or now - self.extended_at < EXTENDED_EVERY:
            return False
        return self.expires_at != self.created_at + LONGEST_SESSION


_FOUND: tuple[Any, ...] = (
    Token.id, Token.kind, Token.name, Token.scopes, Token.sensitive,
    Token.expires_at, Token.extended_at, Token.created_at, Token.revoked_at,
    Account.id, Account.username, Account.status, Account.must_change_password, Account.person_id,
    RoleGrant.role, RoleGrant.sensitive, Locality.id, func.coalesce(Locality.level, "country"),
)  # fmt: skip


async def _find(reads: Reads, digest: bytes) -> list[Found]:
    rows = await reads.rows(_token(), {"hash": digest})
    if not rows:
        raise DomainError("unauthenticated")
    return [Found(*row) for row in rows]


@statement
def _token() -> Select[Any]:
    """The token by its hash, once for each live grant of its account."""
    is_live_grant = (RoleGrant.account_id == Account.id) & RoleGrant.is_live()
    return (
        select(*_FOUND)
        .select_from(Token)
        .outerjoin(Account, Account.id == Token.account_id)
        .outerjoin(RoleGrant, is_live_grant)
        .outerjoin(Locality, Locality.id == func.coalesce(RoleGrant.locality_id, Token.locality_id))
        .where(Token.hash == param("hash", LargeBinary))
    )


@statement
def _account() -> Select[Any]:
    """An active account, once for each of its live grants."""
    columns: tuple[Any, ...] = (
        Account.username, Account.person_id,
        RoleGrant.role, RoleGrant.sensitive, Locality.id, func.coalesce(Locality.level, "country"),
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(Account)
        .outerjoin(RoleGrant, (RoleGrant.account_id == Account.id) & RoleGrant.is_live())
        .outerjoin(Locality, Locality.id == RoleGrant.locality_id)
        .where(Account.id == param("account_id", Uuid), Account.status == AccountStatus.active.value)
    )


async def _extend(database: Database, token_id: UUID, now: datetime) -> None:
    """Twelve hours more, never beyond 30 days after the login. A database that only reads at the moment must
    not lock out who is in, so a failure is only logged."""
    later = func.least(Token.created_at + LONGEST_SESSION, now + SESSION_HOURS)
    change = (
        update(Token)
        .where(Token.id == token_id, Token.revoked_at.is_(None), Token.extended_at <= now - EXTENDED_EVERY)
        .values(extended_at=now, expires_at=later)
        .execution_options(synchronize_session=False)
    )
    try:
        async with database.begin() as session:
            await session.execute(change)
    except (SQLAlchemyError, OSError) as exc:
        log.warning("session_not_extended", exc_info=exc)


def _actor(found: list[Found]) -> Actor:
    token = found[0]
    if token.kind != "session":
        scopes = [_grant(Scope(scope), token, token.token_sensitive) for scope in token.scopes]
        return Actor(kind="token", id=token.id, name=token.name or "", grants=tuple(scopes))
    assert token.account_id is not None, "a CHECK gives every session an account"
    return Actor(
        kind="account",
        id=token.account_id,
        name=token.username or "",
        grants=tuple(_grant(Role(row.role), row, bool(row.role_sensitive)) for row in found if row.role),
        person_id=token.person_id,
        session_id=token.id,
        must_change_password=bool(token.must_change_password),
    )


def _grant(holds: Role | Scope, row: Found, sensitive: bool) -> Grant:
    return Grant(holds=holds, locality_id=row.locality_id, level=row.level, sensitive=sensitive)
