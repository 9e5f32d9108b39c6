"""What the API takes and gives about action items."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.schemas import ShortText
from incubator.mentoring.action_items.models import ActionItemMove, ActionItemStatus, Owner
from incubator.paging import PageQuery
from incubator.projects.models import Platform

What = Annotated[str, Meta(min_length=1, max_length=2_000, examples=["Gửi mẫu trà 100 g cho ba cửa hàng ở Sa Pa"])]
DueOn = Annotated[date, Meta(description="Not before the day on which it was agreed.", examples=["2024-06-03"])]
OwnerPerson = Annotated[UUID, Meta(description="Who of the team does it: a member of the project's ideas.")]
Evidence = Annotated[str, Meta(min_length=1, max_length=2_000, examples=["Ảnh phiếu giao hàng của ba cửa hàng"])]
EvidenceLink = Annotated[
    str,
    Meta(
        min_length=10, max_length=2_000, pattern=r"^https?://[^\s]+$", examples=["https://files.example.org/a/0412.pdf"]
    ),
]
Doer = Annotated[
    UUID, Meta(description="The mentor who agreed on it, or does it; staff says it, a mentor is themselves.")
]
OccurredOn = Annotated[date, Meta(description="The day it happened; today if absent. Not ahead.")]


class ActionItemCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to be done for a project."""

    project_id: UUID
    what: What
    due_on: DueOn
    owner: Owner = Owner.team
    owner_person_id: OwnerPerson | None = None
    mentor_id: Doer | None = None
    session_id: Annotated[UUID, Meta(description="Where it was agreed on.")] | None = None
    platform: Platform | None = None
    set_on: Annotated[date, Meta(description="When it was agreed; today if absent.")] | UnsetType = UNSET


class ActionItemPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch of an open item: absent is unchanged, null clears."""

    what: What | UnsetType = UNSET
    due_on: DueOn | UnsetType = UNSET
    owner: Owner | UnsetType = UNSET
    owner_person_id: OwnerPerson | None | UnsetType = UNSET
    mentor_id: Doer | UnsetType = UNSET
    platform: Platform | None | UnsetType = UNSET


class _Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    occurred_on: OccurredOn | UnsetType = UNSET


class CompleteItem(_Move, frozen=True, kw_only=True, tag="complete"):
    """It is done. Say by what that can be seen, where you can."""

    evidence: Evidence | None = None
    evidence_link: EvidenceLink | None = None


class DropItem(_Move, frozen=True, kw_only=True, tag="drop"):
    """It will not be done."""

    reason: ShortText


class ReopenItem(_Move, frozen=True, kw_only=True, tag="reopen"):
    """It was not done after all, or is wanted again."""

    reason: ShortText


ActionItemStep = CompleteItem | DropItem | ReopenItem


class ActionItemQuery(PageQuery, frozen=True, kw_only=True):
    """Which action items to list, newest first."""

    project_id: UUID | None = None
    status: Annotated[list[ActionItemStatus], Meta(max_length=3, description="One or several.")] = []
    owner: Owner | None = None
    mentor_id: Annotated[UUID, Meta(description="Who agreed on it, or does it.")] | None = None
    session_id: Annotated[UUID, Meta(description="Where it was agreed on.")] | None = None
    overdue: Annotated[bool, Meta(description="Open, and due before today; or not so.")] | None = None
    due_on_lt: date | None = None
    mine: Annotated[bool, Meta(description="Only what you do yourself as a mentor.")] = False


class ActionItemRow(msgspec.Struct, frozen=True):
    """An action item in a list. `reason` says why it was dropped."""

    id: UUID
    version: int
    project_id: UUID
    project_title: str
    session_id: UUID | None
    platform: Platform | None
    what: str
    owner: Owner
    owner_person_id: UUID | None
    owner_name: str | None
    mentor_id: UUID | None
    mentor_name: str | None
    set_on: date
    due_on: date
    status: ActionItemStatus
    is_overdue: bool
    closed_on: date | None
    evidence: str | None
    evidence_link: str | None
    reason: str | None
    created_at: datetime


class ActionItemOut(ActionItemRow, frozen=True):
    """An action item, and which moves you may make from here."""

    allowed_actions: list[str]


class ActionItemTransitionOut(msgspec.Struct, frozen=True):
    """One move or edit: the day it happened, the moment it was recorded, and who recorded it. `before` holds what the
    fields said that an edit changed."""

    id: UUID
    number: int
    action: ActionItemMove
    from_status: ActionItemStatus
    to_status: ActionItemStatus
    occurred_on: date
    recorded_at: datetime
    actor_id: UUID
    actor: str | None
    reason: str | None
    evidence: str | None
    evidence_link: str | None
    before: dict[str, Any]
