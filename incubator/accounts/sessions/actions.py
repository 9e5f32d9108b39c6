"""Logging in and out, and changing one's own password.

A password is verified outside any transaction, because hashing takes long. What must survive a refusal, the
count of attempts and the audit of a denial, is committed in a short transaction of its own.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import (
    PASSWORD_UNCHANGED,
    PASSWORD_WRONG,
    SESSION_HOURS,
    Account,
    AccountStatus,
    Token,
    check_new_password,
    folded_username,
    new_token_text,
    token_hash,
)
from incubator.accounts.passwords import Passwords
from incubator.accounts.sessions.queries import Credentials, find_credentials, get_credentials
from incubator.accounts.sessions.schemas import LoginRequest, PasswordChange, SessionAccount, SessionOut
from incubator.actor import ANONYMOUS, Actor
from incubator.audit import record_audit
from incubator.db import Database
from incubator.errors import DomainError, broken_rule
from incubator.throttle import Throttle, count_attempt

LOGIN_WINDOW = timedelta(minutes=15)
PER_USERNAME_AND_ADDRESS = 10
PER_USERNAME = 100
PER_ADDRESS = 200
PER_PASSWORD_CHANGE = 10

ENDED_SESSIONS_KEPT = timedelta(days=30)


async def log_in(
    database: Database, passwords: Passwords, login: LoginRequest, *, address: str, now: datetime
) -> SessionOut:
    """A new session. 401 does not say whether the username exists, is disabled or has another password."""
    username = folded_username(login.username)
    await _throttle(database, ANONYMOUS, _login_limits(username, address), now, address=address)
    assert database.reads is not None, "the service always has reads"
    known = await find_credentials(database.reads, username)
    fits = await passwords.verify(known.password_hash if known else None, login.password)
    if known is None or not fits or known.status != AccountStatus.active:
        # No username: people type their password there by mistake.
        await _record_denial(database, ANONYMOUS, "login_denied", known.account_id if known else None, address=address)
        raise DomainError("unauthenticated")
    return await _open_session(database, known, address, now)


async def log_out(session: AsyncSession, actor: Actor, *, now: datetime) -> None:
    await end_sessions(session, Token.id == actor.session_id, now=now)
    record_audit(session, actor, "log_out", "account", actor.account_id)


async def change_password(
    database: Database, passwords: Passwords, actor: Actor, change: PasswordChange, *, now: datetime
) -> None:
    """The account's own change; every other session of it ends."""
    limits = {f"password:{actor.id}": PER_PASSWORD_CHANGE}
    await _throttle(database, actor, limits, now)
    assert database.reads is not None, "the service always has reads"
    known = await get_credentials(database.reads, actor.id)
    if not await passwords.verify(known.password_hash, change.current_password):
        await _record_denial(database, actor, "password_denied", known.account_id)
        raise broken_rule(PASSWORD_WRONG)
    if change.new_password == change.current_password:
        raise broken_rule(PASSWORD_UNCHANGED)
    check_new_password(known.username, change.new_password)
    password_hash = await passwords.hash(change.new_password)
    async with database.begin() as session:
        account = await _verified_account(session, known)
        account.set_password(password_hash, must_change=False)
        others = (Token.account_id == account.id) & (Token.id != actor.session_id)
        await end_sessions(session, others, now=now)
        record_audit(session, actor, "change_password", "account", account.id)
        await _forget_attempts(session, limits)


async def end_sessions(session: AsyncSession, which: ColumnElement[bool], *, now: datetime) -> None:
    """Revoke the sessions that `which` tells of."""
    await session.execute(
        update(Token)
        .where(Token.kind == "session", Token.revoked_at.is_(None), which)
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


async def sweep_sessions(session: AsyncSession, *, now: datetime) -> None:
    """Delete sessions that expired a month ago: the trail knows of the logins for ever."""
    await session.execute(delete(Token).where(Token.kind == "session", Token.expires_at < now - ENDED_SESSIONS_KEPT))


def _login_limits(username: str, address: str) -> dict[str, int]:
    """Keys and limits, in one order for everybody, so that two logins never wait for each other in a ring."""
    return {
        f"login:address:{address}": PER_ADDRESS,
        f"login:username:{username}": PER_USERNAME,
        f"login:username_and_address:{username} {address}": PER_USERNAME_AND_ADDRESS,
    }


async def _throttle(database: Database, actor: Actor, limits: Mapping[str, int], now: datetime, **details: str) -> None:
    """Count one attempt under each key; 429 beyond a limit, until the window ends."""
    wait, is_first = 0, False
    async with database.begin() as session:
        for key, limit in limits.items():
            attempts, seconds_left = await count_attempt(session, key, window=LOGIN_WINDOW, now=now)
            if attempts > limit:
                wait, is_first = max(wait, seconds_left), is_first or attempts == limit + 1
        if is_first:
            # Only the first refusal of a window is recorded: a flood must not fill the trail.
            record_audit(session, actor, "login_throttled", "account", actor.account_id, **details)
    if wait:
        raise DomainError("login_throttled", retry_after=wait)


async def _record_denial(
    database: Database, actor: Actor, action: str, account_id: UUID | None, **details: str
) -> None:
    async with database.begin() as session:
        record_audit(session, actor, action, "account", account_id, **details)


async def _open_session(database: Database, known: Credentials, address: str, now: datetime) -> SessionOut:
    text = new_token_text("session")
    async with database.begin() as session:
        account = await _verified_account(session, known)
        token = Token(
            kind="session",
            hash=token_hash(text),
            account_id=account.id,
            created_at=now,
            created_by=account.id,
            expires_at=now + SESSION_HOURS,
            extended_at=now,
        )
        session.add(token)
        await session.flush()
        actor = Actor(kind="account", id=account.id, name=account.username, session_id=token.id)
        record_audit(session, actor, "log_in", "account", account.id, address=address)
        # Whoever knows the password is not guessing it. The other two counts stay, as they cover more.
        await _forget_attempts(session, [list(_login_limits(account.username, address))[-1]])
        shown = SessionAccount(account.id, account.username, account.person_id, account.must_change_password)
    return SessionOut(token=text, expires_at=now + SESSION_HOURS, account=shown)


async def _verified_account(session: AsyncSession, known: Credentials) -> Account:
    """The locked account, if it is still active and its password still the one that was verified."""
    account = await session.scalar(select(Account).where(Account.id == known.account_id).with_for_update())
    if account is None or account.status != known.status or account.password_hash != known.password_hash:
        raise DomainError("concurrent_update")
    return account


async def _forget_attempts(session: AsyncSession, keys: Mapping[str, int] | list[str]) -> None:
    await session.execute(delete(Throttle).where(Throttle.key.in_(list(keys))))
