"""What the API takes and gives about sessions and about the caller."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from incubator.accounts.models import MIN_PASSWORD
from incubator.accounts.schemas import GrantOut
from incubator.actor import Permission, Scope
from incubator.localities.schemas import LocalityRef

MAX_PASSWORD = 256


class LoginRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A username and its password."""

    username: Annotated[str, msgspec.Meta(min_length=1, max_length=63, examples=["nguyen.lan"])]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_PASSWORD, examples=["k7mq-pz4w-9xvc-ah3n"])]


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The current password and the one that replaces it."""

    current_password: Annotated[
        str, msgspec.Meta(min_length=1, max_length=MAX_PASSWORD, examples=["k7mq-pz4w-9xvc-ah3n"])
    ]
    new_password: Annotated[
        str,
        msgspec.Meta(
            min_length=MIN_PASSWORD,
            max_length=MAX_PASSWORD,
            description="At least 10 characters, not the username.",
            examples=["mận tam hoa đầu mùa"],
        ),
    ]


class SessionAccount(msgspec.Struct, frozen=True):
    """The account that logged in."""

    id: UUID
    username: str
    person_id: UUID | None
    must_change_password: bool


class SessionOut(msgspec.Struct, frozen=True):
    """The token for `Authorization: Bearer`. Use extends it, up to 30 days after the login."""

    token: str
    expires_at: datetime
    account: SessionAccount


class MeOut(msgspec.Struct, frozen=True):
    """The caller: an account with its grants, or a service token with its scopes.

    `locality` and `sensitive` are those of a service token; an account's stand in each grant.
    """

    kind: Literal["account", "token"]
    id: UUID
    name: str
    person_id: UUID | None
    must_change_password: bool
    expires_at: datetime | None
    grants: list[GrantOut]
    scopes: list[Scope]
    locality: LocalityRef | None
    sensitive: bool
    permissions: list[Permission]
