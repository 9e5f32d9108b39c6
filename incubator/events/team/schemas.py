"""What the API takes and gives about the team of an event."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.events.team.models import TeamPart
from incubator.paging import PageQuery


class EventTeamPut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's part in a session. Who leads one sees the event, if their account has the role mentor."""

    part: TeamPart


class EventTeamQuery(PageQuery, frozen=True, kw_only=True):
    """Whom to list, session by session."""

    session_id: UUID | None = None
    person_id: UUID | None = None
    part: Annotated[TeamPart, Meta(description="Only those who have this part.")] | None = None


class EventTeamRow(msgspec.Struct, frozen=True):
    """Somebody's part in a session."""

    session_id: UUID
    session_number: int
    person_id: UUID
    full_name: str
    part: TeamPart
    added_at: datetime
