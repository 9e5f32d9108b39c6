"""What the API takes and gives about modes, sessions and sites."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.events.layout.models import Mode

MOST_SESSIONS = 100
MOST_SITES = 1_000
"""Of an event. A session of a body names fewer."""

MOST_SITES_AT_ONCE = 200

Seats = Annotated[
    int, Meta(ge=0, le=1_000_000, description="How many seats there are; null sets no limit.", examples=[2300])
]
Venue = Annotated[
    str, Meta(min_length=1, max_length=200, description="Where people go.", examples=["Trung tâm Hội nghị tỉnh"])
]
JoinUrl = Annotated[
    str,
    Meta(
        min_length=10,
        max_length=2_000,
        pattern=r"^https?://[^\s]+$",
        description="Where people join online.",
        examples=["https://meet.example.org/dai-hoi"],
    ),
]
SessionTitle = Annotated[str, Meta(min_length=1, max_length=200, examples=["Buổi sáng: khai mạc"])]
SessionStart = Annotated[datetime, Meta(tz=True, examples=["2025-12-05T08:00:00+07:00"])]
SessionEnd = Annotated[datetime, Meta(tz=True, examples=["2025-12-05T11:30:00+07:00"])]
SiteLabel = Annotated[str, Meta(min_length=1, max_length=120, examples=["Điểm cầu xã Y Tý"])]
SitePlace = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{2}([0-9]{3})?$",
        description="Code of the province (2 digits) or commune (5 digits) of today in which it lies.",
        examples=["02701"],
    ),
]
Waitlist = Annotated[bool, Meta(description="Whether people may wait for a seat.")]


class EventModePut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way to take part, as it shall be; what is absent is cleared."""

    capacity: Seats | None = None
    waitlist: Waitlist = True
    venue: Venue | None = None
    join_url: JoinUrl | None = None


class EventModeInput(EventModePut, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way to take part in a new event."""

    mode: Mode


class EventSiteInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a session is counted, in one mode."""

    mode: Mode
    label: Annotated[SiteLabel, Meta(description="Unlike those of other sites of the session.")] | UnsetType = UNSET
    locality_code: Annotated[SitePlace, Meta(description="That of the event if absent.")] | UnsetType = UNSET


class EventSessionCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of an event, within its time. Without sites it gets one for each mode, at the place of the event."""

    title: SessionTitle | None = None
    starts_at: SessionStart
    ends_at: SessionEnd
    sites: Annotated[list[EventSiteInput], Meta(min_length=1, max_length=MOST_SITES_AT_ONCE)] | UnsetType = UNSET


class EventSessionPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged, null clears."""

    title: SessionTitle | None | UnsetType = UNSET
    starts_at: SessionStart | UnsetType = UNSET
    ends_at: SessionEnd | UnsetType = UNSET


class EventSiteCreate(EventSiteInput, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further site of a session."""

    session_id: UUID


class EventSitePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged. A site stays with its session."""

    mode: Mode | UnsetType = UNSET
    label: SiteLabel | UnsetType = UNSET
    locality_code: SitePlace | UnsetType = UNSET


class EventModeOut(msgspec.Struct, frozen=True):
    """A way to take part, with how many seats are taken and how many people wait. `join_url` is null for programs that
    may not register people."""

    mode: Mode
    capacity: int | None
    seats_taken: int
    waiting: int
    waitlist: bool
    venue: str | None
    join_url: str | None


class EventSiteOut(msgspec.Struct, frozen=True):
    """A counting cell of a session."""

    id: UUID
    mode: Mode
    label: str
    locality_code: str
    locality_name: str


class EventSessionOut(msgspec.Struct, frozen=True):
    """A part of an event with its sites."""

    id: UUID
    number: int
    title: str | None
    starts_at: datetime
    ends_at: datetime
    sites: list[EventSiteOut]
