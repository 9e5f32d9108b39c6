"""The moves of a session as a union tagged by `action`, and its history."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.schemas import ShortText
from incubator.mentoring.sessions.models import GuestStatus, MentorRole, SessionAction, SessionStatus
from incubator.mentoring.sessions.schemas import MOST_GUESTS, Minutes

Came = Literal["attended", "absent", "replaced"]


class MentorReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a mentor came, and their minutes. `replaced` where a stand-in came instead. Who was not expected needs
    a role."""

    mentor_id: UUID
    attendance: Came
    role: MentorRole | UnsetType = UNSET
    contact_minutes: Annotated[Minutes, Meta(description="Required of who attended.")] | UnsetType = UNSET
    preparation_minutes: Minutes = 0
    travel_minutes: Minutes = 0


class WaitReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mentor who came and met nobody."""

    mentor_id: UUID
    preparation_minutes: Minutes = 0
    travel_minutes: Minutes = 0


class SignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a participant came."""

    participant_id: UUID
    status: GuestStatus


class _Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    """What the moves have in common: how they are told apart."""


class ConfirmSession(_Move, frozen=True, kw_only=True, tag="confirm"):
    """Everybody has agreed to come."""


class HoldSession(_Move, frozen=True, kw_only=True, tag="hold"):
    """Report a session that took place: which mentors came, with their minutes, and which participants."""

    mentors: Annotated[list[MentorReport], Meta(min_length=1, max_length=20)]
    occurred_on: Annotated[date, Meta(description="The day planned if absent. Not ahead.")] | UnsetType = UNSET
    sign_ins: Annotated[list[SignIn], Meta(max_length=MOST_GUESTS)] = []


class CancelSession(_Move, frozen=True, kw_only=True, tag="cancel"):
    """Call a session off. It counts nothing, and has no minutes."""

    reason: ShortText


class ReportMentorAbsent(_Move, frozen=True, kw_only=True, tag="mentor_absent"):
    """No mentor came, nor anybody in their place."""

    reason: ShortText | None = None


class ReportGuestsAbsent(_Move, frozen=True, kw_only=True, tag="guests_absent"):
    """Mentors waited, and no participant came. Their preparation and travel may be entered."""

    reason: ShortText | None = None
    mentors: Annotated[list[WaitReport], Meta(max_length=20, description="Who waited.")] = []


class VoidSessionMove(_Move, frozen=True, kw_only=True, tag="void"):
    """Take back the last move because it was recorded by mistake. Attendance and minutes of the mentors go with it,
    and what a report said of participants; both rows stay in the history."""

    reason: ShortText


SessionMove = ConfirmSession | HoldSession | CancelSession | ReportMentorAbsent | ReportGuestsAbsent | VoidSessionMove


class SessionTransitionOut(msgspec.Struct, frozen=True):
    """One move: the day it happened, the moment it was recorded, and who recorded it."""

    id: UUID
    number: int
    action: SessionAction
    from_status: SessionStatus | None
    to_status: SessionStatus
    occurred_on: date
    recorded_at: datetime
    actor_id: UUID
    actor: str | None
    reason: str | None
    details: dict[str, Any]
    voids_id: UUID | None
