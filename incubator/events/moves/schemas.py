"""The moves of an event as a union tagged by `action`, and its history."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.events.models import EventAction, EventStatus

Why = Annotated[str, Meta(min_length=1, max_length=2_000, examples=["Mưa lũ, đường sạt lở"])]


class _Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    """What all moves have in common."""


class PublishEvent(_Move, frozen=True, kw_only=True, tag="publish"):
    """Show a draft to everybody who may see events here. Each session needs a site."""


class CompleteEvent(_Move, frozen=True, kw_only=True, tag="complete"):
    """Say that the event took place, from its start on."""


class CancelEvent(_Move, frozen=True, kw_only=True, tag="cancel"):
    """Call the event off, at which nobody was counted."""

    reason: Why


class CloseAttendance(_Move, frozen=True, kw_only=True, tag="close_attendance"):
    """Say that nobody is missing from the lists any more, from the start of the event on: its figures are final."""


class ReopenAttendance(_Move, frozen=True, kw_only=True, tag="reopen_attendance"):
    """Take lists up again that were closed."""

    reason: Why


EventMove = PublishEvent | CompleteEvent | CancelEvent | CloseAttendance | ReopenAttendance


class EventTransitionOut(msgspec.Struct, frozen=True):
    """One move, and who made it when."""

    id: UUID
    action: EventAction
    from_status: EventStatus
    to_status: EventStatus
    reason: str | None
    recorded_at: datetime
    recorded_by_id: UUID
    recorded_by: str
