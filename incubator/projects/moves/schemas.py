"""The moves of a project as a union tagged by `action`, and its history."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from incubator.ideas.moves.schemas import OccurredOn
from incubator.ideas.schemas import ShortText
from incubator.projects.models import CloseReason, ProjectAction, ProjectStatus


class _Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    occurred_on: OccurredOn | UnsetType = UNSET


class ActivateProject(_Move, frozen=True, kw_only=True, tag="activate"):
    """Begin the work with a mentor, who must be assigned by that day."""


class PauseProject(_Move, frozen=True, kw_only=True, tag="pause"):
    """Let the work rest for a while."""

    reason: ShortText


class ResumeProject(_Move, frozen=True, kw_only=True, tag="resume"):
    """Go on after a pause."""

    reason: ShortText


class CloseProject(_Move, frozen=True, kw_only=True, tag="close"):
    """End a project before it graduated."""

    reason_code: CloseReason
    reason: ShortText | None = None


class ReopenProject(_Move, frozen=True, kw_only=True, tag="reopen"):
    """Take a closed project up again within twelve months: active as before, or onboarding where it had not got
    further or where nobody mentors it any more."""

    reason: ShortText


class VoidProjectMove(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="void"
):
    """Take back the last move because it was recorded by mistake. Both rows stay in the history."""

    reason: ShortText


ProjectMove = ActivateProject | PauseProject | ResumeProject | CloseProject | ReopenProject | VoidProjectMove


class ProjectTransitionOut(msgspec.Struct, frozen=True):
    """One move: the day it happened, the moment it was recorded, and who recorded it."""

    id: UUID
    number: int
    action: ProjectAction
    from_status: ProjectStatus | None
    to_status: ProjectStatus
    occurred_on: date
    recorded_at: datetime
    actor_id: UUID
    actor: str | None
    reason_code: str | None
    reason: str | None
    details: dict[str, Any]
    voids_id: UUID | None
