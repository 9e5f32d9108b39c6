"""What the API takes and gives about graduation."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from incubator.ideas.moves.schemas import OccurredOn
from incubator.ideas.schemas import ShortText
from incubator.mentoring.graduation.models import Lack, RequestStatus
from incubator.paging import PageQuery
from incubator.projects.models import Platform, ProjectStatus


class Graduate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The day of graduation. By it the project must have shown everything."""

    occurred_on: OccurredOn | UnsetType = UNSET
    note: ShortText | None = None


class GraduationRequestCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the project should graduate although something is missing."""

    reason: ShortText
    graduated_on: OccurredOn | UnsetType = UNSET


class ApproveGraduation(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="approve"
):
    """The project graduates on the day that was asked for. Not for who asked."""

    note: ShortText | None = None


class RefuseGraduation(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="refuse"
):
    """The project goes on. Not for who asked, who withdraws instead."""

    note: ShortText


class WithdrawGraduation(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="withdraw"
):
    """Who asked does so no more."""

    note: ShortText | None = None


RequestMove = ApproveGraduation | RefuseGraduation | WithdrawGraduation


class GraduationRequestQuery(PageQuery, frozen=True, kw_only=True):
    """Which requests to list, newest first."""

    status: RequestStatus | None = None


class GraduationPlatformOut(msgspec.Struct, frozen=True):
    """A platform: whether the project needs it, and whether it was consulted on it."""

    platform: Platform
    needed: bool
    consulted: bool


class GraduationOut(msgspec.Struct, frozen=True):
    """Where a project stands today on its way to graduation; `id` and `version` are the project's. `is_ready`: it is
    active, and nothing is lacking."""

    id: UUID
    version: int
    status: ProjectStatus
    as_of: date
    is_ready: bool
    lacks: list[Lack]
    platforms: list[GraduationPlatformOut]
    is_fully_consulted: bool
    outcomes: int
    outcomes_needed: int
    economic_outcomes: int
    open_request_id: UUID | None


class GraduationRequestOut(msgspec.Struct, frozen=True):
    """A request to let a project graduate although something is missing, and what became of it."""

    id: UUID
    version: int
    project_id: UUID
    status: RequestStatus
    graduated_on: date
    reason: str
    requested_by_id: UUID
    requested_by: str
    requested_at: datetime
    decided_by_id: UUID | None
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None
