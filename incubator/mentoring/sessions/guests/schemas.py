"""What the API takes and gives about the participants of a session."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.api.bulk import ItemResult
from incubator.mentoring.sessions.models import GuestStatus
from incubator.mentoring.sessions.moves.schemas import SignIn
from incubator.mentoring.sessions.schemas import GuestInput
from incubator.paging import PageQuery


class ParticipantCreate(GuestInput, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person who will come, or who came without being expected."""

    status: Literal["registered", "attended"] = "registered"


class ParticipantQuery(PageQuery, frozen=True, kw_only=True):
    """Which participants to list, in the order in which they were entered."""

    status: GuestStatus | None = None
    project_id: UUID | None = None


class ParticipantRow(msgspec.Struct, frozen=True):
    """A participant, and the project for which they come."""

    id: UUID
    person_id: UUID
    full_name: str
    project_id: UUID | None
    project_title: str | None
    status: GuestStatus
    created_at: datetime


class SignInsCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who came and who did not."""

    items: Annotated[list[SignIn], Meta(min_length=1, max_length=500)]


class SignInsOut(msgspec.Struct, frozen=True):
    """A result for each item, in the order they were sent: done, or failed with its problem. `id` is the session's."""

    id: UUID
    items: list[ItemResult]
