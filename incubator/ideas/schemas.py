"""What the API takes and gives about ideas."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.calls.models import Sector
from incubator.ideas.models import IdeaStatus
from incubator.localities.schemas import CommuneCode, LocalityRef, WrittenLocality
from incubator.paging import PageQuery
from incubator.people.schemas import ConsentInput, PersonInput

Title = Annotated[str, Meta(min_length=1, max_length=200, examples=["Trà Shan Tuyết cổ thụ Suối Giàng"])]
LongText = Annotated[str, Meta(min_length=1, max_length=10_000)]
ShortText = Annotated[str, Meta(min_length=1, max_length=2_000)]
Channel = Literal["web", "paper", "phone", "zalo", "event"]
Stage = Literal["idea", "trial", "first_sales", "growing"]


class NeedsInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the idea needs on each of the three platforms; null where it needs nothing."""

    capital: ShortText | None = None
    market: ShortText | None = None
    digital: ShortText | None = None


class NeedsPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merge patch of the needs: absent is unchanged, null says that nothing is needed."""

    capital: ShortText | None | UnsetType = UNSET
    market: ShortText | None | UnsetType = UNSET
    digital: ShortText | None | UnsetType = UNSET


class IdeaCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An idea as it comes in. A draft may lack everything but a title, a leader and a place; what is submitted
    needs a summary, a sector and the leader's consent too."""

    title: Title
    leader: PersonInput
    locality_code: CommuneCode | UnsetType = UNSET
    locality_name: WrittenLocality | UnsetType = UNSET
    status: Literal["draft", "submitted"] = "submitted"
    channel: Channel = "web"
    call_id: UUID | UnsetType = UNSET
    received_on: Annotated[date, Meta(description="The day it was handed in; today if absent.")] | UnsetType = UNSET
    late_reason: ShortText | None = None
    is_proxy: Annotated[bool, Meta(description="Typed in by an officer for the leader.")] = False
    consent: ConsentInput | UnsetType = UNSET
    team: Annotated[list[PersonInput], Meta(max_length=19, description="Members besides the leader.")] = []
    summary: LongText | None = None
    problem: LongText | None = None
    solution: LongText | None = None
    sector: Sector | None = None
    stage: Stage | None = None
    needs: NeedsInput = NeedsInput()


class IdeaPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged, null clears. Edits a draft in place; in submitted and screening it
    makes the next version."""

    title: Title | UnsetType = UNSET
    leader: PersonInput | UnsetType = UNSET
    team: Annotated[list[PersonInput], Meta(max_length=19)] | UnsetType = UNSET
    locality_code: CommuneCode | UnsetType = UNSET
    summary: LongText | None | UnsetType = UNSET
    problem: LongText | None | UnsetType = UNSET
    solution: LongText | None | UnsetType = UNSET
    sector: Sector | None | UnsetType = UNSET
    stage: Stage | None | UnsetType = UNSET
    needs: NeedsPatch | UnsetType = UNSET
    consent: Annotated[ConsentInput, Meta(description="Of the leader, who may be a new one.")] | UnsetType = UNSET
    call_id: Annotated[UUID, Meta(description="In a draft only, like the four below.")] | UnsetType = UNSET
    channel: Channel | UnsetType = UNSET
    received_on: date | UnsetType = UNSET
    late_reason: ShortText | None | UnsetType = UNSET
    is_proxy: bool | UnsetType = UNSET


class IdeaQuery(PageQuery, frozen=True, kw_only=True):
    """Which ideas to list, newest first."""

    status: Annotated[list[IdeaStatus], Meta(max_length=12, description="One or several.")] = []
    call_id: UUID | None = None
    locality_code: CommuneCode | None = None
    sector: Sector | None = None
    assignee_id: UUID | None = None
    received_on_gte: date | None = None
    received_on_lt: date | None = None
    q: (
        Annotated[
            str,
            Meta(
                max_length=100,
                description="Beginnings of words of the title or the leader's name, without marks.",
            ),
        ]
        | None
    ) = None


class IdeaRow(msgspec.Struct, frozen=True):
    """An idea in a list. In a blind call a reviewer sees no leader, and no commune with fewer than 5 ideas."""

    id: UUID
    version: int
    tracking_code: str
    status: IdeaStatus
    title: str
    sector: Sector | None
    call_id: UUID
    call_title: str
    locality_code: str | None
    locality_name: str | None
    leader_id: UUID | None
    leader_name: str | None
    channel: Channel
    received_on: date
    moved_on: date
    created_at: datetime


class MemberOut(msgspec.Struct, frozen=True):
    person_id: UUID
    full_name: str


class NeedsOut(msgspec.Struct, frozen=True):
    capital: str | None
    market: str | None
    digital: str | None


class CallRef(msgspec.Struct, frozen=True):
    id: UUID
    code: str
    title: str
    blind: bool


class AccountRef(msgspec.Struct, frozen=True):
    id: UUID
    username: str


class InfoRequestOut(msgspec.Struct, frozen=True):
    """The question that the idea waits on, and until when."""

    question: str
    due_on: date


class DecisionOut(msgspec.Struct, frozen=True):
    """What the panel decided; null before it is published to you."""

    outcome: Literal["accepted", "deferred", "rejected"]
    panel_id: UUID
    minutes_number: str
    held_on: date
    reason_codes: list[str]
    message: str | None
    publish_at: datetime


class IdeaOut(msgspec.Struct, frozen=True):
    """An idea with its current content. `allowed_actions` are the moves that your role may make from here."""

    id: UUID
    version: int
    tracking_code: str
    status: IdeaStatus
    allowed_actions: list[str]
    call: CallRef
    channel: Channel
    received_on: date
    moved_on: date
    late_reason: str | None
    is_proxy: bool
    locality: LocalityRef | None
    recorded_locality: LocalityRef | None
    content_number: int
    title: str
    summary: str | None
    problem: str | None
    solution: str | None
    sector: Sector | None
    stage: Stage | None
    needs: NeedsOut
    is_blinded: bool
    leader: MemberOut | None
    team: list[MemberOut]
    assignee: AccountRef | None
    info_request: InfoRequestOut | None
    decision: DecisionOut | None
    merged_into_id: UUID | None
    entered_by_id: UUID | None
    created_at: datetime


PublicLabel = Literal["received", "in_review", "info_needed", "accepted", "closed"]


class PublicIdeaOut(msgspec.Struct, frozen=True):
    """How an idea stands, for its applicant; it names no person."""

    tracking_code: str
    status: PublicLabel
    title: str
    received_on: date
    question: str | None
    answer_by: date | None
    message: str | None
