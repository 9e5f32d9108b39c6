"""What changes about service tokens: making, rolling and revoking them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.actions import grantable_locality_id
from incubator.accounts.models import EXPIRY_PASSED, PHONES_ENROL, Token, new_token_text, token_hash
from incubator.accounts.tokens.schemas import TokenCreate
from incubator.actor import SYSTEM, Actor, Scope
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.errors import DomainError, broken_rule, wrong_field
from incubator.text import clean_line


async def create_token(session: AsyncSession, actor: Actor, new: TokenCreate, *, now: datetime) -> tuple[UUID, str]:
    """The token's id and its text, which nobody can read again."""
    if new.expires_at is not None and new.expires_at <= now:
        raise broken_rule(EXPIRY_PASSED)
    text = new_token_text("service")
    token = Token(
        kind="service",
        hash=token_hash(text),
        name=clean_line(new.name),
        scopes=_scopes(new.scopes),
        locality_id=await grantable_locality_id(session, new.locality_code, today=civil_day(now)),
        sensitive=new.sensitive,
        created_at=now,
        created_by=actor.id,
        expires_at=new.expires_at,
        extended_at=now,
    )
    session.add(token)
    await session.flush()
    details = {"scopes": token.scopes, "locality_code": new.locality_code, "sensitive": token.sensitive}
    record_audit(session, actor, "create_token", "token", token.id, **details)
    return token.id, text


async def create_token_from_shell(
    session: AsyncSession, *, name: str, scopes: Sequence[Scope], locality_code: str | None, now: datetime
) -> str:
    """The token's text. Raises DomainError as the API does."""
    new = TokenCreate(name=name, scopes=list(scopes), locality_code=locality_code)
    return (await create_token(session, SYSTEM, new, now=now))[1]


async def roll_token(session: AsyncSession, actor: Actor, token_id: UUID, *, now: datetime) -> str:
    """A new secret for the same token; the old one ends within a second."""
    token = await _lock_token(session, token_id)
    token.check_live()
    text = new_token_text("service")
    token.hash, token.extended_at = token_hash(text), now
    record_audit(session, actor, "roll_token", "token", token.id)
    await session.flush()
    return text


async def revoke_token(
    session: AsyncSession, actor: Actor, token_id: UUID, *, if_match: IfMatch, now: datetime
) -> None:
    """For good. Revoking it again changes nothing."""
    token = await _lock_token(session, token_id)
    if_match.check(token.version)
    if token.revoked_at is None:
        token.revoked_at = now
        record_audit(session, actor, "revoke_token", "token", token.id)


async def _lock_token(session: AsyncSession, token_id: UUID) -> Token:
    query = select(Token).where(Token.id == token_id, Token.kind == "service").with_for_update()
    token = await session.scalar(query)
    if token is None:
        raise DomainError("not_found")
    return token


def _scopes(scopes: Sequence[Scope]) -> list[str]:
    """What a phone may do hangs on the sites of its event, of which a service token has none."""
    for index, scope in enumerate(scopes):
        if scope in scopes[:index]:
            raise wrong_field(f"/scopes/{index}", "duplicate")
    if Scope.check_in_write in scopes:
        raise broken_rule(PHONES_ENROL)
    return [scope.value for scope in scopes]
