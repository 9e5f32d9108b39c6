"""What changes about accounts: creating, disabling, granting, resetting passwords."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import (
    ADMIN_EVERYWHERE,
    LAST_ADMIN,
    NO_GRANT_IN_VILLAGE,
    Account,
    AccountStatus,
    RoleGrant,
    Token,
    folded_username,
)
from incubator.accounts.passwords import Passwords, hash_now, new_password
from incubator.accounts.queries import holds_role
from incubator.accounts.schemas import AccountCreate, AccountPatch, GrantCreate
from incubator.accounts.sessions.actions import end_sessions
from incubator.actor import SYSTEM, Actor, Role
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import SessionReads
from incubator.errors import DomainError, FieldError, broken_rule, wrong_field
from incubator.localities.queries import locality_by_code
from incubator.people.models import Person

OnRoleLost = Mapping[Role, Callable[[AsyncSession, UUID, datetime], Awaitable[None]]]
"""What the features above do with the open work of an account that lost a role, by revocation or because it was
disabled. They run in the same transaction, so an error there keeps the role. app.py names them all, as `on_role_lost`
in the application's state."""


async def create_account(
    session: AsyncSession, passwords: Passwords, actor: Actor, new: AccountCreate, *, now: datetime
) -> tuple[UUID, str]:
    """The account's id and its first password, which nobody can read again."""
    username = folded_username(new.username)
    await _refuse_second(session, username)
    await _check_person(session, new.person_id)
    password = new_password()
    account = Account(
        username=username,
        person_id=new.person_id,
        password_hash=await passwords.hash(password),
        must_change_password=new.must_change_password,
        created_at=now,
    )
    await _add_account(session, actor, account, new.grants, now=now)
    return account.id, password


async def create_account_from_shell(
    session: AsyncSession, *, username: str, role: Role, locality_code: str | None, sensitive: bool, now: datetime
) -> tuple[str, str]:
    """The username in lower case and the first password. Raises DomainError as the API does."""
    grant = GrantCreate(role=role, locality_code=locality_code, sensitive=sensitive)
    fields = {"username": username, "grants": [msgspec.to_builtins(grant)]}
    try:
        new = msgspec.convert(fields, AccountCreate)
    except msgspec.ValidationError as exc:
        raise wrong_field("/username", "bad_format", expected=str(exc)) from exc
    username = folded_username(new.username)
    await _refuse_second(session, username)
    password = new_password()
    account = Account(username=username, password_hash=hash_now(password), created_at=now)
    await _add_account(session, SYSTEM, account, new.grants, now=now)
    return account.username, password


async def change_account(
    session: AsyncSession,
    actor: Actor,
    account_id: UUID,
    change: AccountPatch,
    *,
    if_match: IfMatch,
    now: datetime,
    on_role_lost: OnRoleLost,
) -> None:
    account = await _lock_account(session, account_id)
    if_match.check(account.version)
    if change.person_id is not msgspec.UNSET and change.person_id != account.person_id:
        await _check_person(session, change.person_id)
        account.person_id = change.person_id
        record_audit(session, actor, "link_person", "account", account.id, person_id=str(change.person_id))
    if change.status is not msgspec.UNSET:
        await _move(session, actor, account, AccountStatus(change.status), now=now, on_role_lost=on_role_lost)
    await session.flush()


async def add_grant(session: AsyncSession, actor: Actor, account_id: UUID, new: GrantCreate, *, now: datetime) -> UUID:
    account = await _lock_account(session, account_id)
    grant = await _grant(session, actor, account, new, now=now)
    account.count_change()
    await session.flush()
    return grant.id


async def revoke_grant(
    session: AsyncSession, actor: Actor, account_id: UUID, grant_id: UUID, *,
    if_match: IfMatch, now: datetime, on_role_lost: OnRoleLost,
) -> None:  # fmt: skip
    """404 where the account has no such live grant. With the last grant of a role its open work goes back."""
    account = await _lock_account(session, account_id)
    grant = await session.scalar(
        select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.account_id == account_id, RoleGrant.is_live())
    )
    if grant is None:
        raise DomainError("not_found")
    if_match.check(account.version)
    if grant.role == Role.admin and account.status == AccountStatus.active:
        await _check_another_admin(session, account)
    grant.revoked_at = now
    account.count_change()
    record_audit(session, actor, "revoke_grant", "account", account.id, grant_id=str(grant.id), role=grant.role)
    left = select(RoleGrant.id).where(
        RoleGrant.account_id == account.id, RoleGrant.role == grant.role, RoleGrant.is_live()
    )
    hand_over = on_role_lost.get(Role(grant.role))
    if hand_over is not None and await session.scalar(left) is None:
        await hand_over(session, account.id, now)


async def reset_password(
    session: AsyncSession, passwords: Passwords, actor: Actor, account_id: UUID, *, now: datetime
) -> str:
    """A one-time password. The account must change it before all else, and its sessions end."""
    account = await _lock_account(session, account_id)
    password = new_password()
    account.set_password(await passwords.hash(password), must_change=True)
    await end_sessions(session, Token.account_id == account.id, now=now)
    record_audit(session, actor, "reset_password", "account", account.id)
    await session.flush()
    return password


async def grantable_locality_id(
    session: AsyncSession, code: str | None, *, today: date, pointer: str = "/locality_code"
) -> UUID | None:
    """The province or commune of today that a grant or token may cover; None is the whole country."""
    if code is None:
        return None
    locality = await locality_by_code(SessionReads(session), code, today=today, pointer=pointer)
    if locality.level == "village":
        error = FieldError(code="not_found", pointer=pointer)
        raise broken_rule(NO_GRANT_IN_VILLAGE, errors=[error])
    return locality.id


async def _add_account(
    session: AsyncSession, actor: Actor, account: Account, grants: Sequence[GrantCreate], *, now: datetime
) -> None:
    session.add(account)
    await session.flush()
    record_audit(session, actor, "create_account", "account", account.id)
    for index, new in enumerate(grants):
        await _grant(session, actor, account, new, now=now, at=f"/grants/{index}")


async def _grant(
    session: AsyncSession, actor: Actor, account: Account, new: GrantCreate, *, now: datetime, at: str = ""
) -> RoleGrant:
    """The caller holds the account's lock or has just made it, so the check of duplicates holds."""
    if new.role is Role.admin and new.locality_code is not None:
        raise broken_rule(ADMIN_EVERYWHERE)
    locality_id = await grantable_locality_id(
        session, new.locality_code, today=civil_day(now), pointer=f"{at}/locality_code"
    )
    grant = RoleGrant(
        account_id=account.id,
        role=new.role.value,
        locality_id=locality_id,
        sensitive=new.sensitive,
        granted_by=actor.id,
        granted_at=now,
    )
    await _refuse_second_grant(session, grant, at)
    session.add(grant)
    await session.flush()
    details = {"role": grant.role, "locality_code": new.locality_code, "sensitive": grant.sensitive}
    record_audit(session, actor, "add_grant", "account", account.id, grant_id=str(grant.id), **details)
    return grant


async def _move(
    session: AsyncSession,
    actor: Actor,
    account: Account,
    status: AccountStatus,
    *,
    now: datetime,
    on_role_lost: OnRoleLost,
) -> None:
    if status is AccountStatus.disabled and account.status == AccountStatus.active:
        await _check_another_admin(session, account)
    if not account.move_to(status, now=now):
        return
    record_audit(session, actor, "disable_account" if account.disabled_at else "enable_account", "account", account.id)
    if status is AccountStatus.disabled:
        await end_sessions(session, Token.account_id == account.id, now=now)
        for hand_over in on_role_lost.values():
            await hand_over(session, account.id, now)


async def _lock_account(session: AsyncSession, account_id: UUID) -> Account:
    account = await session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None:
        raise DomainError("not_found")
    return account


async def _check_another_admin(session: AsyncSession, account: Account) -> None:
    """One at a time: two administrators who disable each other at once must not both find the other active."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(LAST_ADMIN, 0))))
    is_admin = holds_role(RoleGrant.role == Role.admin) & (Account.status == AccountStatus.active)
    admins = set(await session.scalars(select(Account.id).where(is_admin)))
    if admins == {account.id}:
        raise broken_rule(LAST_ADMIN)


async def _refuse_second(session: AsyncSession, username: str) -> None:
    """The friendly form of the unique constraint."""
    if await session.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise DomainError("duplicate", errors=[FieldError(code="duplicate", pointer="/username")])


async def _refuse_second_grant(session: AsyncSession, grant: RoleGrant, at: str) -> None:
    twin = await session.scalar(
        select(RoleGrant.id).where(
            RoleGrant.account_id == grant.account_id,
            RoleGrant.role == grant.role,
            RoleGrant.locality_id.is_not_distinct_from(grant.locality_id),
            RoleGrant.is_live(),
        )
    )
    if twin is not None:
        raise DomainError("duplicate", errors=[FieldError(code="duplicate", pointer=at or "/role")])


async def _check_person(session: AsyncSession, person_id: UUID | None) -> None:
    if person_id is None:
        return
    if await session.scalar(select(Person.id).where(Person.id == person_id)) is None:
        raise wrong_field("/person_id", "not_found")
