"""What the API takes and gives about the households of a credit group."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.paging import PageQuery

JoinedOn = Annotated[date, Meta(description="The first day; not ahead.", examples=["2021-03-15"])]
LeftOn = Annotated[date, Meta(description="The last day; not ahead. null while it belongs to the group.")]


class GroupMemberJoin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A household of the group's village joins. One that left long ago may be entered with its last day."""

    household_id: UUID
    from_on: Annotated[JoinedOn, Meta(description="Not ahead; today if absent.")] | UnsetType = UNSET
    to_on: LeftOn | None = None


class GroupMemberPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged. `to_on` lets the household leave; null takes that back."""

    from_on: JoinedOn | UnsetType = UNSET
    to_on: Annotated[LeftOn | None, Meta(examples=["2025-10-31"])] | UnsetType = UNSET


class GroupMemberQuery(PageQuery, frozen=True, kw_only=True):
    """Which memberships to list, newest first."""

    on: Annotated[date, Meta(description="Those that hold on that day.")] | None = None
    household_id: UUID | None = None


class GroupMemberOut(msgspec.Struct, frozen=True):
    """A household that belongs or belonged to a credit group. `head_name` is who heads it today."""

    id: UUID
    version: int
    group_id: UUID
    household_id: UUID
    head_name: str | None
    from_on: date
    to_on: date | None
