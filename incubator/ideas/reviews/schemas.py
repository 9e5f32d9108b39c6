"""What the API takes and gives about reviews."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.calls.schemas import CriterionOut
from incubator.ideas.models import IdeaStatus
from incubator.ideas.reviews.models import ReviewState
from incubator.ideas.schemas import AccountRef, LongText, ShortText
from incubator.paging import PageQuery

MAX_REVIEWERS = 9

Recommendation = Literal["yes", "maybe", "no"]
CriterionCode = Annotated[str, Meta(max_length=40)]
Score = Annotated[int, Meta(description="From 0 to the criterion's max, which the rubric says.")]
StatedConflict = Literal["declared", "same_household", "family", "own_mentee", "business_ties", "other"]
ConflictKind = Literal["in_team", "declared", "same_household", "family", "own_mentee", "business_ties", "other"]


class Assignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to ask: either by name in `reviewer_ids`, or `automatic`: so many more, those with the fewest open
    reviews first and then those who know the sector, conflicts left out."""

    reviewer_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MAX_REVIEWERS)] | UnsetType = UNSET
    automatic: Annotated[int, Meta(ge=1, le=MAX_REVIEWERS, examples=[2])] | UnsetType = UNSET


class ReviewInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """My whole review, as a draft or, with `submit`, for good. What is left out is empty."""

    version: Annotated[int, Meta(ge=1, le=32_767, description="The content_number of the idea that I read.")]
    scores: Annotated[
        dict[CriterionCode, Score],
        Meta(max_length=50, description="Points by criterion.", examples=[{"need_and_market": 15, "novelty": 9}]),
    ] = {}
    recommendation: Recommendation | None = None
    confidence: Annotated[int, Meta(ge=1, le=3, description="1 unsure, 3 sure.")] | None = None
    feedback_to_applicant: LongText | None = None
    private_note: Annotated[LongText, Meta(description="For me, staff and approvers only.")] | None = None
    submit: Annotated[bool, Meta(description="Final, unless staff reopens it.")] = False


class _Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    reason: ShortText


class Abstain(_Step, frozen=True, kw_only=True, tag="abstain"):
    """I give no mark on this version. I still see the idea, but not what others say."""


class Recuse(_Step, frozen=True, kw_only=True, tag="recuse"):
    """I have a conflict of interest: it is recorded, and from now on I see nothing of the idea."""


class Reopen(_Step, frozen=True, kw_only=True, tag="reopen"):
    """Give a submitted review back to its author as a draft."""


MyStep = Abstain | Recuse


class ConflictCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an account must not review the idea."""

    account_id: UUID
    kind: StatedConflict = "declared"
    note: ShortText | None = None


class MyReviewsQuery(PageQuery, frozen=True, kw_only=True):
    """Which of my reviews to list, newest assignment first."""

    status: Annotated[list[ReviewState], Meta(max_length=6, description="One or several.")] = []


class RankingQuery(PageQuery, frozen=True, kw_only=True):
    """A page of the ranking, best first."""


class AggregateOut(msgspec.Struct, frozen=True):
    """What the submitted reviews of the current version add up to: points out of 100. `spread` is the highest less
    the lowest total, `floor_failures` the number of reviews with a criterion below its floor."""

    n: int
    mean: float | None
    median: float | None
    spread: float | None
    floor_failures: int


class ReviewOut(msgspec.Struct, frozen=True):
    """One review as you may see it. `version` is for If-Match; `content_number` says which version of the idea was
    assessed. What a draft says is its author's alone; in a blind call other reviewers have a number, not a name."""

    id: UUID
    version: int
    content_number: int
    state: ReviewState
    is_mine: bool
    reviewer_number: int
    reviewer: AccountRef | None
    scores: dict[str, int]
    total: float | None
    floor_failed: bool
    recommendation: Recommendation | None
    confidence: int | None
    feedback_to_applicant: str | None
    private_note: str | None
    reason: str | None
    assigned_because: str | None
    due_on: date | None
    submitted_at: datetime | None


class IdeaReviewsOut(msgspec.Struct, frozen=True):
    """The reviews of an idea (`id`). A reviewer sees the others' and the aggregate once the own one is submitted;
    until then `aggregate_hidden` is true."""

    id: UUID
    content_number: int
    aggregate: AggregateOut | None
    aggregate_hidden: bool
    items: list[ReviewOut]


class MyReviewOut(msgspec.Struct, frozen=True):
    """My review of the current version, and the rubric it is marked by."""

    id: UUID
    version: int
    idea_id: UUID
    content_number: int
    state: ReviewState
    scores: dict[str, int]
    total: float | None
    floor_failed: bool
    recommendation: Recommendation | None
    confidence: int | None
    feedback_to_applicant: str | None
    private_note: str | None
    reason: str | None
    due_on: date | None
    submitted_at: datetime | None
    rubric: list[CriterionOut]


class ReviewStateOut(msgspec.Struct, frozen=True):
    """Where a review stands after a step."""

    id: UUID
    version: int
    idea_id: UUID
    content_number: int
    state: ReviewState
    reason: str | None


class MyReviewRow(msgspec.Struct, frozen=True):
    """A review that I was asked for. `can_be_written` is false before the screening is passed and after it closed."""

    id: UUID
    version: int
    idea_id: UUID
    title: str
    idea_status: IdeaStatus
    call_id: UUID
    call_title: str
    content_number: int
    state: ReviewState
    can_be_written: bool
    due_on: date | None
    total: float | None
    assigned_at: datetime
    submitted_at: datetime | None


class RankRow(msgspec.Struct, frozen=True):
    """An idea in the ranking of its call. Equal marks share a rank; it counts among the ideas that you see here."""

    rank: int
    idea_id: UUID
    tracking_code: str
    title: str
    status: IdeaStatus
    n: int
    median: float
    mean: float
    spread: float
    floor_failures: int


class ConflictOut(msgspec.Struct, frozen=True):
    """`recorded_at` is null where the conflict is not recorded for this idea. It follows from mentoring somebody of the
    team at present, and ends with that, or from a household shared with one of them since the idea was handed in."""

    account: AccountRef
    kind: ConflictKind
    note: str | None
    recorded_at: datetime | None


class ConflictsOut(msgspec.Struct, frozen=True):
    """Who must not review an idea (`id`), and why."""

    id: UUID
    items: list[ConflictOut]
