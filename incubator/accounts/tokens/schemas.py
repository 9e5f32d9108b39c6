"""What the API takes and gives about service tokens."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from incubator.accounts.schemas import GrantLocality, Sensitive
from incubator.actor import Scope
from incubator.localities.schemas import LocalityRef
from incubator.paging import PageQuery

TokenName = Annotated[
    str, msgspec.Meta(min_length=1, max_length=100, description="What holds the token.", examples=["Cổng nộp ý tưởng"])
]


class TokenCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token for a frontend or another program. Phones at events are enrolled instead."""

    name: TokenName
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=len(Scope))]
    locality_code: GrantLocality = None
    sensitive: Sensitive = False
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class TokenQuery(PageQuery, frozen=True, kw_only=True):
    """Which service tokens to list, newest first."""

    live: Annotated[bool, msgspec.Meta(description="Whether they were not revoked.")] | None = None
    scope: Scope | None = None


class TokenOut(msgspec.Struct, frozen=True):
    """A service token without its secret; `expires_at` null means that it lasts until it is revoked."""

    id: UUID
    version: int
    name: str
    scopes: list[Scope]
    locality: LocalityRef | None
    sensitive: bool
    created_by: UUID
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class TokenCreated(TokenOut, frozen=True):
    """A service token with its secret, which is shown this once (null in a replay: roll it)."""

    token: str | None
