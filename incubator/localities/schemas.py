"""What the API takes and gives about localities."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from incubator.paging import PageQuery

Kind = Literal["province", "city", "commune", "ward", "special_zone", "township", "village"]
Level = Literal["province", "commune", "village"]

LocalityCode = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{2}([0-9]{3}(-[0-9]{3,4})?)?$",
        description="Code of the locality that bears it today: 2 digits for a province, 5 for a commune.",
        examples=["02647"],
    ),
]
CommuneCode = Annotated[
    str,
    msgspec.Meta(pattern=r"^[0-9]{5}$", description="Code of the commune that bears it today.", examples=["02647"]),
]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
VillageCode = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{5}-[0-9]{3,4}$",
        description="Code of a village of the commune.",
        examples=["02647-001"],
    ),
]


class WrittenLocality(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A commune as the form says it, when nobody knows its code. An old name goes through its succession."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100, examples=["Minh Quán"])]
    district: Annotated[str, msgspec.Meta(min_length=1, max_length=100, examples=["Trấn Yên"])] | None = None
    province: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None


class LocalityRef(msgspec.Struct, frozen=True):
    """A locality in few words."""

    id: UUID
    code: str
    name: str
    kind: Kind


class LocalityOut(msgspec.Struct, frozen=True):
    """A locality, valid from `valid_from` and until the day before `valid_to`."""

    id: UUID
    version: int
    code: str
    level: Level
    kind: Kind
    name: str
    district: str | None
    parent: LocalityRef | None
    valid_from: date
    valid_to: date | None

    @property
    def parent_code(self) -> str | None:
        """For tables, whose cells hold one value."""
        return self.parent.code if self.parent else None


class LocalityDetail(LocalityOut, frozen=True):
    """A locality with what it came from and what it became."""

    predecessors: list[LocalityRef]
    successors: list[LocalityRef]


class PlaceOut(msgspec.Struct, frozen=True):
    """A commune with the names of what it belongs to, or belonged to."""

    id: UUID
    code: str
    name: str
    kind: Kind
    district: str | None
    province: str
    valid_from: date
    valid_to: date | None


class ResolutionOut(msgspec.Struct, frozen=True):
    """`recorded` is the commune that the name meant on that day, `current` the one that it is today."""

    recorded: PlaceOut
    current: PlaceOut


class LocalityQuery(PageQuery, frozen=True, kw_only=True):
    """Which localities to list: those of today, or those valid on a day."""

    parent_code: LocalityCode | None = None
    kind: Kind | None = None
    q: (
        Annotated[
            str,
            msgspec.Meta(max_length=100, description="Beginnings of words, without marks.", examples=["minh quan"]),
        ]
        | None
    ) = None
    valid_on: Annotated[date, msgspec.Meta(description="Default: today.")] | None = None


class ResolveQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A commune as somebody wrote it."""

    name: (
        Annotated[
            Name,
            msgspec.Meta(
                description="The name as written.", examples=["xã Minh Quán"], extra_json_schema={"required": True}
            ),
        ]
        | None
    ) = None
    district: Annotated[Name, msgspec.Meta(description="The former district.", examples=["Trấn Yên"])] | None = None
    province: Annotated[Name, msgspec.Meta(description="Its province, of then or of today.")] | None = None
    on: Annotated[date, msgspec.Meta(description="The day of which it was written; default: today.")] | None = None


class VillageCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A village (thôn, bản, tổ dân phố) of a commune."""

    commune_code: CommuneCode
    name: Annotated[Name, msgspec.Meta(description="The name of the village.", examples=["Thôn Choản Thèn"])]
