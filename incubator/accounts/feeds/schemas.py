"""What the API takes and gives about personal calendar feeds."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

FeedName = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=100, description="Where it is subscribed to.", examples=["Điện thoại của tôi"]
    ),
]

_EXAMPLE = f"/v1/calendar/feeds/inc_calendar_{'x' * 43}"


class CalendarFeedCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address for one calendar application, so that it can be revoked without the others."""

    name: FeedName


class CalendarFeedOut(msgspec.Struct, frozen=True):
    """A personal feed without its address."""

    id: UUID
    version: int
    name: str
    created_at: datetime


class CalendarFeedCreated(CalendarFeedOut, frozen=True):
    """A personal feed with the paths of its addresses, for sessions and for events, which are shown this once (null
    in a replay: make another)."""

    path: Annotated[str, msgspec.Meta(examples=[f"{_EXAMPLE}/sessions.ics"])] | None
    events_path: Annotated[str, msgspec.Meta(examples=[f"{_EXAMPLE}/events.ics"])] | None
