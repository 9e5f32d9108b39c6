"""What the API takes and gives about panels and decisions."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.api.bulk import ItemResult
from incubator.ideas.panels.models import Outcome
from incubator.ideas.schemas import MemberOut, ShortText
from incubator.localities.schemas import CommuneCode
from incubator.paging import PageQuery
from incubator.people.schemas import PersonInput

DecisionReason = Literal[
    "strong_need", "feasible", "local_value", "weak_market", "not_feasible", "needs_work", "outside_funds", "other"
]


class PanelCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A panel that has sat, with the members who were present."""

    minutes_number: Annotated[str, Meta(min_length=1, max_length=60, examples=["12/BB-HĐ"])]
    held_on: date
    members: Annotated[list[PersonInput], Meta(min_length=1, max_length=50)]
    quorum: Annotated[int, Meta(ge=1, le=50)] = 3
    call_id: UUID | None = None
    locality_code: Annotated[CommuneCode, Meta(description="Where members live who are new here.")] | None = None


class PanelQuery(PageQuery, frozen=True, kw_only=True):
    """Which panels to list, newest first."""

    call_id: UUID | None = None
    held_on_gte: date | None = None
    held_on_lt: date | None = None


class PanelRow(msgspec.Struct, frozen=True):
    id: UUID
    minutes_number: str
    held_on: date
    quorum: int
    call_id: UUID | None
    decisions: int


class PanelOut(msgspec.Struct, frozen=True):
    """A panel with its members and how many decisions it took."""

    id: UUID
    version: int
    minutes_number: str
    held_on: date
    quorum: int
    call_id: UUID | None
    members: list[MemberOut]
    decisions: int
    created_at: datetime


class DecisionInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outcome with its reasons; `publish_at` is when those outside staff learn of it (now if absent)."""

    outcome: Outcome
    reason_codes: Annotated[list[DecisionReason], Meta(max_length=8)] = []
    message: Annotated[str, Meta(min_length=1, max_length=2_000, description="For the applicant.")] | None = None
    publish_at: Annotated[datetime, Meta(tz=True)] | UnsetType = UNSET
    override_reason: ShortText | None = None


class DecisionItem(DecisionInput, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision of a panel. `version` is the idea's version as the panel saw it."""

    idea_id: UUID
    version: Annotated[int, Meta(ge=1)]


class DecisionsCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    items: Annotated[list[DecisionItem], Meta(min_length=1, max_length=500)]


class DecisionsOut(msgspec.Struct, frozen=True):
    """A result for each item, in the order they were sent: done, or failed with its problem."""

    items: list[ItemResult]
