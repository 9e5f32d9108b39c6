"""What the API takes and gives about calls and rubrics."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.calls.models import Sector
from incubator.paging import PageQuery

CallCode = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$",
        description="A short name for addresses and files; it never changes.",
        examples=["khoi_nghiep_2026"],
    ),
]
CallTitle = Annotated[
    str, Meta(min_length=1, max_length=200, examples=["Cuộc thi Ý tưởng khởi nghiệp thanh niên 2026"])
]
Sectors = Annotated[list[Sector], Meta(min_length=1, max_length=len(Sector), description="null takes every sector.")]
Age = Annotated[int, Meta(ge=0, le=120, description="Of the leader on the day the idea was received.")]
TeamLimit = Annotated[int, Meta(ge=1, le=20, description="Members of a team, the leader included.")]
MinReviewers = Annotated[int, Meta(ge=1, le=9, description="Reviews that an idea needs before it is decided.")]
ClosesOn = Annotated[date, Meta(description="The last day; null keeps the call open.")]
ReviewDueOn = Annotated[date, Meta(description="The day by which reviewers are to be done.")]
BirthYearOptional = Annotated[bool, Meta(description="Whether a leader without a birth year may take part.")]
Blind = Annotated[bool, Meta(description="Whether reviewers see neither people nor small communes.")]


class CriterionInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a rubric."""

    code: Annotated[
        str, Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", examples=["feasibility"])
    ]
    label_en: Annotated[str, Meta(min_length=1, max_length=200, examples=["Feasibility"])]
    label_vi: Annotated[str, Meta(min_length=1, max_length=200, examples=["Tính khả thi"])]
    max: Annotated[int, Meta(ge=1, le=100, description="The highest score.")]
    weight: Annotated[int, Meta(ge=1, le=1_000, description="Its share of the total, relative to the others.")]
    floor: Annotated[
        Annotated[int, Meta(ge=0, le=100)] | None,
        Meta(description="A score below it fails the idea; null for no floor."),
    ] = 1
    required: Annotated[bool, Meta(description="Whether a review is incomplete without it.")] = True
    independent: Annotated[bool, Meta(description="Scored, but outside the total.")] = False


Criteria = Annotated[list[CriterionInput], Meta(min_length=1, max_length=20)]


class CallCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new call. Without criteria it starts with the standard rubric of 100 points."""

    code: CallCode
    title: CallTitle
    opens_on: date
    closes_on: ClosesOn | None = None
    sectors: Sectors | None = None
    min_age: Age = 18
    max_age: Age = 35
    birth_year_optional: BirthYearOptional = False
    team_limit: TeamLimit = 3
    min_reviewers: MinReviewers = 2
    review_due_on: ReviewDueOn | None = None
    blind: Blind = False
    criteria: Criteria | UnsetType = UNSET


class CallPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged, null clears. The criteria have an address of their own."""

    title: CallTitle | UnsetType = UNSET
    opens_on: date | UnsetType = UNSET
    closes_on: ClosesOn | None | UnsetType = UNSET
    sectors: Sectors | None | UnsetType = UNSET
    min_age: Age | UnsetType = UNSET
    max_age: Age | UnsetType = UNSET
    birth_year_optional: BirthYearOptional | UnsetType = UNSET
    team_limit: TeamLimit | UnsetType = UNSET
    min_reviewers: MinReviewers | UnsetType = UNSET
    review_due_on: ReviewDueOn | None | UnsetType = UNSET
    blind: Blind | UnsetType = UNSET


class RubricCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next version of a call's rubric, whole."""

    criteria: Criteria


class CallQuery(PageQuery, frozen=True, kw_only=True):
    """Which calls to list, newest first."""

    open_on: Annotated[date, Meta(description="Only those that take ideas on that day.")] | None = None
    code: Annotated[str, Meta(max_length=60, description="The one with this code.", examples=["open"])] | None = None


class CriterionOut(msgspec.Struct, frozen=True):
    """One line of a rubric. A score below `floor` fails the idea; `independent` ones stand outside the total."""

    code: str
    label_en: str
    label_vi: str
    max: int
    weight: int
    floor: int | None
    required: bool
    independent: bool


class RubricOut(msgspec.Struct, frozen=True):
    """One version of a rubric. It never changes."""

    id: UUID
    number: int
    criteria: list[CriterionOut]
    created_at: datetime


class CallRow(msgspec.Struct, frozen=True):
    """A call in a list."""

    id: UUID
    version: int
    code: str
    title: str
    opens_on: date
    closes_on: date | None
    sectors: list[Sector] | None
    min_age: int
    max_age: int
    birth_year_optional: bool
    team_limit: int
    min_reviewers: int
    review_due_on: date | None
    blind: bool
    created_at: datetime


class CallOut(CallRow, frozen=True):
    """A call with its newest rubric. An idea in review keeps the version that it was screened under."""

    rubric: RubricOut
