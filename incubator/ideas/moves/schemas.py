"""The moves of an idea as a union tagged by `action`, and its history."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.models import IdeaStatus
from incubator.ideas.panels.schemas import DecisionInput
from incubator.ideas.schemas import IdeaPatch, ShortText

OccurredOn = Annotated[
    date, Meta(description="The business day; today if absent. Not ahead, not before the last move.")
]

ScreenOutReason = Literal["duplicate", "out_of_scope", "incomplete", "not_feasible", "not_eligible", "other"]
WithdrawReason = Literal["applicant_request", "moved_away", "lost_contact", "other"]


class _Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    occurred_on: OccurredOn | UnsetType = UNSET


class Submit(_Move, frozen=True, kw_only=True, tag="submit"):
    """Hand in a draft. `late_reason` where the call is not open on the day it was received."""

    late_reason: ShortText | UnsetType = UNSET


class StartScreening(_Move, frozen=True, kw_only=True, tag="start_screening"):
    """Take an idea up for screening. The assignee is you unless another account of staff is named."""

    assignee_id: UUID | UnsetType = UNSET


class RequestInfo(_Move, frozen=True, kw_only=True, tag="request_info"):
    """Ask the applicant, who has at least seven days to answer."""

    question: ShortText
    due_on: Annotated[date, Meta(description="At least 7 days ahead.")]


class ProvideInfo(_Move, frozen=True, kw_only=True, tag="provide_info"):
    """Answer the question: with changed content (the next version; reviews of the old one become stale), or with
    `no_change_reason`, and the idea goes back where it came from."""

    changes: IdeaPatch | UnsetType = UNSET
    no_change_reason: ShortText | UnsetType = UNSET


class Lapse(_Move, frozen=True, kw_only=True, tag="lapse"):
    """Close an idea whose question went unanswered past its day."""


class PassScreening(_Move, frozen=True, kw_only=True, tag="pass_screening"):
    """Send an idea to its reviewers; the rubric's version is frozen."""


class ScreenOut(_Move, frozen=True, kw_only=True, tag="screen_out"):
    """Reject at screening, with a reason and a text for the applicant."""

    reason_code: ScreenOutReason
    message: ShortText


class CloseReview(_Move, frozen=True, kw_only=True, tag="close_review"):
    """End the reviewing. With fewer reviews than the call wants it takes a reason."""

    reason: ShortText | None = None


class ReopenReview(_Move, frozen=True, kw_only=True, tag="reopen_review"):
    """Back to the reviewers, before anything is decided."""

    reason: ShortText


class Decide(DecisionInput, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="decide"):
    """Decide as a panel did. The business day is the day the panel sat."""

    panel_id: UUID


class Withdraw(_Move, frozen=True, kw_only=True, tag="withdraw"):
    """Take an open idea back."""

    reason_code: WithdrawReason
    reason: ShortText | None = None


class MergeInto(_Move, frozen=True, kw_only=True, tag="merge_into"):
    """Join an idea to another one that is open or accepted; only the target goes on."""

    target_id: UUID


class Reconsider(_Move, frozen=True, kw_only=True, tag="reconsider"):
    """Screen a closed idea anew: once, within twelve months. The history stays."""

    reason: ShortText


class Void(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="void"):
    """Take back the last move because it was recorded by mistake. Both rows stay in the history."""

    reason: ShortText


IdeaMove = (
    Submit | StartScreening | RequestInfo | ProvideInfo | Lapse | PassScreening | ScreenOut | CloseReview
    | ReopenReview | Decide | Withdraw | MergeInto | Reconsider | Void
)  # fmt: skip


class TransitionOut(msgspec.Struct, frozen=True):
    """One move: the day it happened, the moment it was recorded, and who recorded it."""

    id: UUID
    number: int
    action: str
    from_status: IdeaStatus | None
    to_status: IdeaStatus
    occurred_on: date
    recorded_at: datetime
    actor_id: UUID | None
    actor: str | None
    on_behalf_of_id: UUID | None
    content_number: int
    reason_code: str | None
    reason: str | None
    message: str | None
    details: dict[str, Any]
    voids_id: UUID | None
