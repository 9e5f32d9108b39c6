"""What the API takes and gives about accounts and their grants."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from incubator.actor import Role
from incubator.localities.schemas import LocalityCode, LocalityRef
from incubator.paging import PageQuery

Status = Literal["active", "disabled"]

Username = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$",
        description="2 to 63 letters, digits, dots, dashes and underscores; kept in lower case.",
        examples=["nguyen.lan"],
    ),
]
GrantLocality = Annotated[
    LocalityCode | None,
    msgspec.Meta(description="Code of a province or commune of today; null means the whole country."),
]
Sensitive = Annotated[
    bool, msgspec.Meta(description="Opens ethnicity, poverty class, citizen ids and amounts of one person.")
]


class GrantCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role over a locality and all below it."""

    role: Role
    locality_code: GrantLocality = None
    sensitive: Sensitive = False


class AccountCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who shall log in. The service makes the first password and shows it once."""

    username: Username
    person_id: Annotated[UUID | None, msgspec.Meta(description="The person whose account this is.")] = None
    grants: Annotated[list[GrantCreate], msgspec.Meta(max_length=20)] = []
    must_change_password: Annotated[
        bool, msgspec.Meta(description="Whether the first password must be changed before all else.")
    ] = False


class AccountPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: what is absent stays."""

    status: Status | msgspec.UnsetType = msgspec.UNSET
    person_id: UUID | None | msgspec.UnsetType = msgspec.UNSET


class AccountQuery(PageQuery, frozen=True, kw_only=True):
    """Which accounts to list, newest first."""

    username: Annotated[Username, msgspec.Meta(description="Exactly this username.")] | None = None
    status: Status | None = None
    role: Role | None = None
    person_id: UUID | None = None


class GrantOut(msgspec.Struct, frozen=True):
    """A live grant; `locality` null means the whole country."""

    id: UUID
    role: Role
    locality: LocalityRef | None
    sensitive: bool
    granted_by: UUID
    granted_at: datetime


class AccountRow(msgspec.Struct, frozen=True):
    """An account in a list."""

    id: UUID
    version: int
    username: str
    person_id: UUID | None
    status: Status
    must_change_password: bool
    created_at: datetime
    disabled_at: datetime | None
    roles: list[Role]


class AccountOut(msgspec.Struct, frozen=True):
    """An account with its live grants. A change of a grant makes a new version of the account."""

    id: UUID
    version: int
    username: str
    person_id: UUID | None
    status: Status
    must_change_password: bool
    created_at: datetime
    disabled_at: datetime | None
    grants: list[GrantOut]


class AccountCreated(AccountOut, frozen=True):
    """A new account with its first password, which is shown this once (null in a replay)."""

    password: str | None


class PasswordReset(msgspec.Struct, frozen=True):
    """A one-time password, shown this once (null in a replay). The account must change it before all else."""

    id: UUID
    version: int
    username: str
    password: str | None
