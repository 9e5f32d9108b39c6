"""What is read for logging in, and about the caller."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, Text, Uuid, select

from incubator.accounts.models import Account, Token
from incubator.accounts.queries import PLACE, list_grants, place_of
from incubator.accounts.sessions.schemas import MeOut
from incubator.actor import Actor, Permission, Scope
from incubator.db import Reads, fetch_all, fetch_one, param, statement
from incubator.localities.models import Locality
from incubator.localities.schemas import LocalityRef

_CREDENTIALS: tuple[Any, ...] = (Account.id, Account.username, Account.password_hash, Account.status)
_TOKEN: tuple[Any, ...] = (Token.expires_at, Token.scopes, Token.sensitive)


class Credentials(msgspec.Struct, frozen=True):
    """What an account's password is checked against."""

    account_id: UUID
    username: str
    password_hash: str
    status: str


class _CallersToken(msgspec.Struct, frozen=True):
    expires_at: datetime | None
    scopes: list[str]
    sensitive: bool
    locality: LocalityRef | None


async def find_credentials(reads: Reads, username: str) -> Credentials | None:
    """The credentials under a username in lower case."""
    found = await fetch_all(reads, _credentials_by_username(), {"username": username}, Credentials)
    return found[0] if found else None


async def get_credentials(reads: Reads, account_id: UUID) -> Credentials:
    return await fetch_one(reads, _credentials_by_id(), {"account_id": account_id}, Credentials)


async def get_me(reads: Reads, actor: Actor) -> MeOut:
    """The caller as the service sees it."""
    token_id = actor.session_id or actor.token_id
    token = await fetch_one(reads, _callers_token(), {"token_id": token_id}, _callers_token_out)
    return MeOut(
        kind="account" if actor.account_id else "token",
        id=actor.id,
        name=actor.name,
        person_id=actor.person_id,
        must_change_password=actor.must_change_password,
        expires_at=token.expires_at,
        grants=await list_grants(reads, actor.account_id) if actor.account_id else [],
        scopes=[Scope(scope) for scope in token.scopes],
        locality=token.locality,
        sensitive=token.sensitive,
        permissions=[permission for permission in Permission if actor.may(permission)],
    )


@statement
def _credentials_by_username() -> Select[Any]:
    return _credentials().where(Account.username == param("username", Text))


@statement
def _credentials_by_id() -> Select[Any]:
    return _credentials().where(Account.id == param("account_id", Uuid))


@statement
def _callers_token() -> Select[Any]:
    return (
        select(*_TOKEN, *PLACE)
        .select_from(Token)
        .outerjoin(Locality, Locality.id == Token.locality_id)
        .where(Token.id == param("token_id", Uuid))
    )


def _credentials() -> Select[Any]:
    return select(*_CREDENTIALS)


def _callers_token_out(expires_at: datetime | None, scopes: list[str], sensitive: bool, *place: Any) -> _CallersToken:
    return _CallersToken(expires_at, scopes, sensitive, place_of(*place))
