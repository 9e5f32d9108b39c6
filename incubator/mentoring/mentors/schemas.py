"""What the API takes and gives about mentors."""

import enum
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.calls.models import Sector
from incubator.localities.schemas import CommuneCode, LocalityRef
from incubator.mentoring.mentors.models import MOST_PROJECTS, Language, MentorStatus
from incubator.paging import PageQuery
from incubator.people.schemas import PersonInput
from incubator.projects.models import Platform

PlaceCode = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{2}([0-9]{3})?$",
        description="Code of a province (2 digits) or commune (5 digits) of today.",
        examples=["15"],
    ),
]
AccountId = Annotated[UUID, Meta(description="An active account with the role mentor, of the same person.")]
Organisation = Annotated[
    str, Meta(min_length=1, max_length=200, examples=["Hợp tác xã Chè Bản Liền"], description="Where the mentor works.")
]
Platforms = Annotated[list[Platform], Meta(max_length=len(Platform), description="What the mentor advises on.")]
Sectors = Annotated[list[Sector], Meta(max_length=len(Sector))]
Languages = Annotated[list[Language], Meta(max_length=len(Language), description="Spoken well enough to advise in.")]
Capacity = Annotated[int, Meta(ge=0, le=MOST_PROJECTS, description="Projects at once.")]
Reach = Annotated[
    list[PlaceCode],
    Meta(min_length=1, max_length=200, description="Where the mentor can go; a province includes its communes."),
]


class MentorCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person who mentors from now on, with an account of their own or without."""

    person: PersonInput
    reach: Reach
    account_id: AccountId | None = None
    organisation: Organisation | None = None
    platforms: Platforms = []
    sectors: Sectors = []
    languages: Languages = []
    capacity: Capacity = 3
    locality_code: (
        Annotated[CommuneCode, Meta(description="Where the mentor lives; needed for a person who is new here.")] | None
    ) = None


class MentorPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged, null clears, a list replaces the old one."""

    status: MentorStatus | UnsetType = UNSET
    account_id: AccountId | None | UnsetType = UNSET
    organisation: Organisation | None | UnsetType = UNSET
    platforms: Platforms | UnsetType = UNSET
    sectors: Sectors | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    reach: Reach | UnsetType = UNSET


class MentorFilter(PageQuery, frozen=True, kw_only=True):
    """Which mentors to list."""

    status: Annotated[list[MentorStatus], Meta(max_length=3, description="One or several.")] = []
    platform: Platform | None = None
    sector: Sector | None = None
    language: Language | None = None
    locality_code: (
        Annotated[
            PlaceCode,
            Meta(description="Who can reach this commune or its province; or any place of this province."),
        ]
        | None
    ) = None
    has_room: Annotated[bool, Meta(description="Whether the mentor has fewer projects than they take.")] | None = None
    q: Annotated[str, Meta(max_length=100, description="Beginnings of words of the name, without marks.")] | None = None


class MentorRow(msgspec.Struct, frozen=True):
    """A mentor in a list. `projects` counts the running projects that the account mentors at present."""

    id: UUID
    version: int
    person_id: UUID
    full_name: str
    account_id: UUID | None
    username: str | None
    organisation: str | None
    status: MentorStatus
    platforms: list[Platform]
    sectors: list[Sector]
    languages: list[Language]
    capacity: int
    projects: int


class MentorOut(MentorRow, frozen=True):
    """A mentor with the places that they can reach."""

    reach: list[LocalityRef]
    created_at: datetime


class SuggestionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to look for."""

    limit: Annotated[int, Meta(ge=1, le=50, description="How many at most.")] = 10
    language: Annotated[
        list[Language],
        Meta(max_length=len(Language), description="Who speaks one of these comes before who speaks none."),
    ] = []
    platform: Annotated[Platform, Meta(description="Only those who advise on it.")] | None = None


class ReasonCode(enum.StrEnum):
    platform_needed = "platform_needed"
    sector = "sector"
    language = "language"
    distance = "distance"
    load = "load"


class Distance(enum.StrEnum):
    """Between the commune where the mentor lives and that of the project, in the tree of localities."""

    same_commune = "same_commune"
    same_province = "same_province"
    elsewhere = "elsewhere"
    unknown = "unknown"


class ReasonOut(msgspec.Struct, frozen=True):
    """What a part of the score is for. The fields that its code does not speak of are null.

    `platform_needed`: `platform`, and whether the project was consulted on it already. `sector` and `language`: the
    one that fits. `distance`: how far the mentor lives. `load`: `projects` out of `capacity`.
    """

    code: ReasonCode
    points: int
    platform: Platform | None
    consulted: bool | None
    sector: Sector | None
    language: Language | None
    distance: Distance | None
    projects: int | None
    capacity: int | None


class SuggestionOut(msgspec.Struct, frozen=True):
    """A mentor whom the project could get. The score is the sum of the points of its reasons."""

    mentor_id: UUID
    person_id: UUID
    full_name: str
    account_id: UUID
    username: str
    organisation: str | None
    projects: int
    capacity: int
    score: int
    reasons: list[ReasonOut]


class SuggestionsOut(msgspec.Struct, frozen=True):
    """The highest score first; where languages are asked for, who speaks one of them before who speaks none."""

    items: list[SuggestionOut]
