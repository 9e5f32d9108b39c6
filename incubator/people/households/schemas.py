"""What the API takes and gives about households."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.localities.schemas import CommuneCode, LocalityCode, LocalityRef, VillageCode, WrittenLocality
from incubator.paging import PageQuery
from incubator.people.households.models import PovertyClass, Relation
from incubator.people.schemas import PersonInput

MAX_MEMBERS = 30

Since = Annotated[date, Meta(description="The first day; not in the future.", examples=["2019-05-01"])]
Until = Annotated[date, Meta(description="The last day; null while they live there.", examples=["2025-06-30"])]
Certificate = Annotated[
    str, Meta(min_length=1, max_length=200, description="What says so.", examples=["Giấy chứng nhận 12/UBND-GCN"])
]
OtherRelation = Literal["spouse", "child", "parent", "sibling", "other"]


class RelativeInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who lives in the new household beside its head."""

    person: PersonInput
    relation: OtherRelation = "other"
    from_on: Annotated[date, Meta(description="Like that of the head if absent.")] | UnsetType = UNSET


class ClassPut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the commune found the household to be from that day on, until the next row."""

    poverty_class: PovertyClass
    certificate: Certificate | None = None


class ClassInput(ClassPut, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The class of the new household. It needs a grant that opens sensitive fields."""

    from_on: Since | UnsetType = UNSET


class HouseholdCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A household with its head, in a commune by its code of today or as it was written down."""

    head: PersonInput
    locality_code: CommuneCode | UnsetType = UNSET
    locality_name: WrittenLocality | UnsetType = UNSET
    village_code: VillageCode | None = None
    from_on: (
        Annotated[date, Meta(description="Since when the head lives there; today if absent.", examples=["2019-05-01"])]
        | UnsetType
    ) = UNSET
    members: Annotated[list[RelativeInput], Meta(max_length=MAX_MEMBERS)] = []
    poverty: ClassInput | None = None


class HouseholdPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: what is absent stays. In another commune the village is unknown unless it is named."""

    locality_code: CommuneCode | UnsetType = UNSET
    village_code: VillageCode | None | UnsetType = UNSET


class MemberCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who came to live in the household, or who lived there for a time."""

    person: PersonInput
    relation: Relation
    from_on: Since | UnsetType = UNSET
    to_on: Until | None = None


class MemberPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch that ends a membership or corrects it: what is absent stays, null clears."""

    relation: Relation | UnsetType = UNSET
    from_on: Since | UnsetType = UNSET
    to_on: Until | None | UnsetType = UNSET


class HouseholdQuery(PageQuery, frozen=True, kw_only=True):
    """Which households to list, newest first."""

    locality_code: Annotated[LocalityCode, Meta(description="A village, a commune or a province.")] | None = None
    q: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=100,
                description="Beginnings of words of the name of somebody who lives there, without marks.",
                examples=["giang pao"],
            ),
        ]
        | None
    ) = None
    person_id: Annotated[UUID, Meta(description="Where this person lives.")] | None = None
    poverty_class: (
        Annotated[PovertyClass, Meta(description="Of today; where your grant opens sensitive fields.")] | None
    ) = None


class HouseholdMemberOut(msgspec.Struct, frozen=True):
    """Somebody who lives in a household, both days included; `to_on` is null while they do. Its `version` is for
    If-Match."""

    id: UUID
    version: int
    person_id: UUID
    full_name: str
    relation: Relation
    from_on: date
    to_on: date | None


class HouseholdOut(msgspec.Struct, frozen=True):
    """A household with those who live there today. Where `sensitive_hidden` is true, `poverty_class` is null whether
    it is known or not."""

    id: UUID
    version: int
    locality: LocalityRef
    recorded_locality: LocalityRef | None
    village: LocalityRef | None
    members: list[HouseholdMemberOut]
    poverty_class: PovertyClass | None
    poverty_class_since: date | None
    sensitive_hidden: bool
    created_at: datetime


class HouseholdRow(msgspec.Struct, frozen=True):
    """A household in a list, which shows nothing sensitive. `members` is how many live there today."""

    id: UUID
    version: int
    locality_code: str
    locality_name: str
    village_code: str | None
    village_name: str | None
    head_id: UUID | None
    head_name: str | None
    members: int


class HouseholdClassOut(msgspec.Struct, frozen=True):
    """The class of a household from a day on, until the next row."""

    id: UUID
    from_on: date
    poverty_class: PovertyClass
    certificate: str | None
    recorded_at: datetime
    recorded_by: UUID
