"""What the API takes and gives about persons."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from incubator.localities.schemas import CommuneCode, LocalityCode
from incubator.paging import PageQuery

Sex = Literal["female", "male", "other"]
ConsentForm = Literal["paper", "digital", "verbal_recorded"]
ConsentPurpose = Literal["programme", "publicity"]

FullName = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=120,
        description="The whole name as the person writes it; never split.",
        examples=["Giàng A Páo"],
    ),
]
BirthDate = Annotated[
    date, msgspec.Meta(description="Where only the year is known, send birth_year.", examples=["1998-03-12"])
]
BirthYear = Annotated[
    int,
    msgspec.Meta(ge=1900, le=2100, description="Follows birth_date where that is given.", examples=[1998]),
]
Ethnicity = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=40,
        description="One of the 54 groups by code or usual spelling (hmong, H'Mông); stored as the code.",
        examples=["hmong"],
    ),
]
Phone = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=32,
        description="As dialled in Viet Nam or with +84; stored in E.164.",
        examples=["0912 345 678"],
    ),
]


class PersonDetails(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is written down of a person."""

    full_name: FullName | None = None
    birth_date: BirthDate | None = None
    birth_year: BirthYear | None = None
    sex: Sex | None = None
    ethnicity: Ethnicity | None = None
    phone: Phone | None = None


class PersonInput(PersonDetails, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person in another resource: either person_id alone, or full_name and what else is known."""

    person_id: Annotated[UUID, msgspec.Meta(description="A person that you may see.")] | None = None


class PersonCreate(PersonDetails, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new person. Who enters people in one commune or province only must name the commune."""

    full_name: FullName
    locality_code: CommuneCode | None = None


class PersonPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: what is absent stays, null clears."""

    full_name: FullName | UnsetType = UNSET
    birth_date: BirthDate | UnsetType | None = UNSET
    birth_year: BirthYear | UnsetType | None = UNSET
    sex: Sex | UnsetType | None = UNSET
    ethnicity: Ethnicity | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    locality_code: CommuneCode | UnsetType | None = UNSET


class PersonOut(msgspec.Struct, frozen=True):
    """A person. Where `sensitive_hidden` is true, `ethnicity` is null whether it is known or not. An entry that was
    merged counts as `merged_into_id`. `possible_duplicates` are the open pairs of this person that you may see."""

    id: UUID
    version: int
    full_name: str
    birth_date: date | None
    birth_year: int | None
    sex: Sex | None
    ethnicity: str | None
    sensitive_hidden: bool
    phone: str | None
    locality_code: str | None
    locality_name: str | None
    province_code: str | None
    province_name: str | None
    created_at: datetime
    merged_into_id: UUID | None
    possible_duplicates: int


class PersonRow(msgspec.Struct, frozen=True):
    """A person in a list, which shows nothing sensitive."""

    id: UUID
    full_name: str
    birth_year: int | None
    sex: Sex | None
    phone: str | None
    locality_code: str | None
    locality_name: str | None
    merged_into_id: UUID | None


class PeopleFilter(PageQuery, frozen=True, kw_only=True):
    """Which people to list."""

    q: (
        Annotated[
            str,
            msgspec.Meta(
                min_length=1,
                max_length=100,
                description="Beginnings of words of the name, with or without marks.",
                examples=["giang pao"],
            ),
        ]
        | None
    ) = None
    locality_code: (
        Annotated[LocalityCode, msgspec.Meta(description="Own commune, or the province it lies in.")] | None
    ) = None
    birth_year: BirthYear | None = None
    phone: Phone | None = None
    merged: Annotated[bool, msgspec.Meta(description="Instead, the entries that were merged into another one.")] = False


class ConsentInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Consent to take part, as it stands in the body of another resource."""

    given_on: Annotated[date, msgspec.Meta(description="Not in the future.", examples=["2024-03-01"])]
    form: ConsentForm


class ConsentGiven(ConsentInput, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="give"):
    """The person agreed."""

    purpose: ConsentPurpose = "programme"


class ConsentWithdrawn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="withdraw"
):
    """The person took their consent back."""

    withdrawn_on: Annotated[date, msgspec.Meta(description="Not in the future.", examples=["2024-09-01"])]
    form: ConsentForm
    purpose: ConsentPurpose = "programme"


class ConsentOut(msgspec.Struct, frozen=True):
    """A consent given or withdrawn on a day, and who wrote it down."""

    id: UUID
    person_id: UUID
    action: Literal["give", "withdraw"]
    purpose: ConsentPurpose
    form: ConsentForm
    occurred_on: date
    recorded_at: datetime
    recorded_by: UUID
