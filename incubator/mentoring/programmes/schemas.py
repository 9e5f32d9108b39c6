"""What the API takes and gives about programmes."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.localities.schemas import LocalityRef
from incubator.mentoring.programmes.models import Cadence, ProgrammeKind
from incubator.paging import PageQuery

ProgrammeTitle = Annotated[str, Meta(min_length=1, max_length=200, examples=["Cà phê khởi nghiệp Lào Cai"])]
Host = Annotated[str, Meta(min_length=1, max_length=200, description="Who invites.", examples=["Tỉnh đoàn Lào Cai"])]
Place = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{2}([0-9]{3})?$",
        description="Code of the province (2 digits) or commune (5 digits) of today that it is for.",
        examples=["15"],
    ),
]
Start = Annotated[date, Meta(examples=["2025-01-01"])]
End = Annotated[date, Meta(description="The last day; null while no end is planned.", examples=["2025-12-31"])]


class ProgrammeCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A series of sessions under one name and host."""

    kind: ProgrammeKind
    title: ProgrammeTitle
    host: Host
    cadence: Cadence
    locality_code: Place
    starts_on: Start
    ends_on: End | None = None


class ProgrammePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged, null clears. The kind is fixed once there are sessions."""

    kind: ProgrammeKind | UnsetType = UNSET
    title: ProgrammeTitle | UnsetType = UNSET
    host: Host | UnsetType = UNSET
    cadence: Cadence | UnsetType = UNSET
    locality_code: Place | UnsetType = UNSET
    starts_on: Start | UnsetType = UNSET
    ends_on: End | None | UnsetType = UNSET


class ProgrammeFilter(PageQuery, frozen=True, kw_only=True):
    """Which programmes to list, newest first."""

    kind: ProgrammeKind | None = None
    active_on: Annotated[date, Meta(description="Those that run on that day.")] | None = None


class ProgrammeRow(msgspec.Struct, frozen=True):
    """A programme in a list."""

    id: UUID
    version: int
    kind: ProgrammeKind
    title: str
    host: str
    cadence: Cadence
    locality_code: str
    locality_name: str
    starts_on: date
    ends_on: date | None


class ProgrammeOut(msgspec.Struct, frozen=True):
    """A programme with its place."""

    id: UUID
    version: int
    kind: ProgrammeKind
    title: str
    host: str
    cadence: Cadence
    locality: LocalityRef
    starts_on: date
    ends_on: date | None
    created_at: datetime
