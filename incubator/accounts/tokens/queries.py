"""What is read about service tokens. Only administrators of the whole country come here, and see all."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Uuid, any_, select

from incubator.accounts.models import Token
from incubator.accounts.queries import PLACE, place_of
from incubator.accounts.tokens.schemas import TokenOut, TokenQuery
from incubator.db import Reads, fetch_one, param, statement
from incubator.localities.models import Locality
from incubator.paging import Listing, Order

NEWEST_FIRST = Order((Token.id.expression,), descending=True)

_TOKEN: tuple[Any, ...] = (
    Token.id, Token.version, Token.name, Token.scopes, Token.sensitive,
    Token.created_by, Token.created_at, Token.expires_at, Token.revoked_at,
)  # fmt: skip

_FILTERS: dict[str, ColumnElement[bool]] = {
    "live": Token.revoked_at.is_(None),
    "revoked": Token.revoked_at.is_not(None),
    "scope": param("scope", Text) == any_(Token.scopes),
}


def tokens_listing(filters: TokenQuery) -> Listing[TokenOut]:
    """The newest first."""
    asked = {"live": filters.live is True, "revoked": filters.live is False, "scope": filters.scope is not None}
    return Listing(
        name="tokens",
        query=_tokens,
        shape=(frozenset(name for name, is_asked in asked.items() if is_asked),),
        order=NEWEST_FIRST,
        values={"live": filters.live, "scope": filters.scope.value if filters.scope else None},
        row=TokenOut,
        read=_token_out,
    )


async def get_token(reads: Reads, token_id: UUID) -> TokenOut:
    """One service token; 404 where there is none."""
    return await fetch_one(reads, _token(), {"token_id": token_id}, _token_out)


@statement
def _token() -> Select[Any]:
    return _tokens(frozenset()).where(Token.id == param("token_id", Uuid))


def _tokens(shape: frozenset[str]) -> Select[Any]:
    return (
        select(*_TOKEN, *PLACE)
        .select_from(Token)
        .outerjoin(Locality, Locality.id == Token.locality_id)
        .where(Token.kind == "service", *(condition for name, condition in _FILTERS.items() if name in shape))
    )


def _token_out(id_: UUID, version: int, name: str, scopes: Any, sensitive: bool, *rest: Any) -> TokenOut:
    created_by, created_at, expires_at, revoked_at, *place = rest
    return TokenOut(
        id_, version, name, scopes, place_of(*place), sensitive, created_by, created_at, expires_at, revoked_at
    )
