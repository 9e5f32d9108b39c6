"""What the API takes and gives about lenders."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.paging import PageQuery

RegisterCode = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=40,
        pattern=r"^[a-z0-9][a-z0-9_-]*$",
        description="A short name for addresses and files; it never changes.",
        examples=["vbsp"],
    ),
]
LenderName = Annotated[str, Meta(min_length=1, max_length=200, examples=["Ngân hàng Chính sách xã hội"])]
LenderNamed = Annotated[
    str, Meta(min_length=1, max_length=40, description="The id or the code of a lender.", examples=["vbsp"])
]


class LenderCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bank or a fund whose loans pass through the Youth Union."""

    code: RegisterCode
    name: LenderName


class LenderPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged. The code never changes."""

    name: LenderName | UnsetType = UNSET


class LenderQuery(PageQuery, frozen=True, kw_only=True):
    """Which lenders to list, newest first."""

    code: RegisterCode | None = None


class LenderRef(msgspec.Struct, frozen=True):
    """A lender in few words."""

    id: UUID
    code: str
    name: str


class LenderOut(msgspec.Struct, frozen=True):
    """A lender."""

    id: UUID
    version: int
    code: str
    name: str
    created_at: datetime
