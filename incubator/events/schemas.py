"""What the API takes and gives about events."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.events.layout.schemas import (
    MOST_SESSIONS,
    EventModeInput,
    EventModeOut,
    EventSessionCreate,
    EventSessionOut,
)
from incubator.events.models import Capture, EventKind, EventStatus, WalkInPolicy
from incubator.localities.schemas import LocalityRef
from incubator.paging import PageQuery

EventTitle = Annotated[str, Meta(min_length=1, max_length=200, examples=["Diễn đàn thanh niên khởi nghiệp Lào Cai"])]
Description = Annotated[
    str, Meta(min_length=1, max_length=10_000, examples=["Gặp gỡ doanh nhân, trưng bày sản phẩm của thanh niên."])
]
Organiser = Annotated[str, Meta(min_length=1, max_length=200, examples=["Tỉnh đoàn Lào Cai"])]
Organisers = Annotated[
    list[Organiser], Meta(min_length=1, max_length=10, description="Who invites, the first of them first.")
]
EventPlace = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{2}([0-9]{3})?$",
        description="Code of the province (2 digits) or commune (5 digits) of today that holds it.",
        examples=["15"],
    ),
]
EventStart = Annotated[datetime, Meta(tz=True, examples=["2025-12-05T08:00:00+07:00"])]
EventEnd = Annotated[datetime, Meta(tz=True, examples=["2025-12-05T16:30:00+07:00"])]
Public = Annotated[bool, Meta(description="Whether it is in the public calendar once it is published.")]
LateSync = Annotated[
    datetime,
    Meta(
        tz=True,
        description="Until when phones may send what they saw; 14 days after the end if absent or null.",
        examples=["2025-12-19T16:30:00+07:00"],
    ),
]


class EventCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event, as a draft. Without modes it is in person with no limit of seats, without sessions it is one, and a
    session without sites gets one for each mode at the place of the event."""

    kind: EventKind
    title: EventTitle
    description: Description | None = None
    organisers: Organisers
    locality_code: EventPlace
    starts_at: EventStart
    ends_at: EventEnd
    is_public: Public = True
    capture: Annotated[Capture, Meta(description="Whether people are counted by name, by head or both.")] = (
        Capture.mixed
    )
    walk_in_policy: Annotated[WalkInPolicy, Meta(description="What becomes of people who are not registered.")] = (
        WalkInPolicy.allow
    )
    late_sync_until: LateSync | None = None
    modes: Annotated[list[EventModeInput], Meta(min_length=1, max_length=2)] | UnsetType = UNSET
    sessions: (
        Annotated[
            list[EventSessionCreate],
            Meta(min_length=1, max_length=MOST_SESSIONS, description="Numbered in this order."),
        ]
        | UnsetType
    ) = UNSET


class EventPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged, null clears. Title, description, organisers and is_public may always be
    changed, the rest until the attendance is closed or the event cancelled."""

    kind: EventKind | UnsetType = UNSET
    title: EventTitle | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    organisers: Organisers | UnsetType = UNSET
    locality_code: (
        Annotated[
            EventPlace,
            Meta(
                description=(
                    "Until somebody is registered. Sites at the place of before move with it; those of a draft that "
                    "bear its name get that of the new one."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    starts_at: (
        Annotated[
            EventStart,
            Meta(
                description="Where the event keeps its length, its sessions move with it; else they must lie within it."
            ),
        ]
        | UnsetType
    ) = UNSET
    ends_at: EventEnd | UnsetType = UNSET
    is_public: Public | UnsetType = UNSET
    capture: Capture | UnsetType = UNSET
    walk_in_policy: WalkInPolicy | UnsetType = UNSET
    late_sync_until: LateSync | None | UnsetType = UNSET


class EventQuery(PageQuery, frozen=True, kw_only=True):
    """Which events to list, the latest first."""

    status: Annotated[list[EventStatus], Meta(max_length=4, description="One or several.")] = []
    kind: Annotated[list[EventKind], Meta(max_length=10, description="One or several.")] = []
    locality_code: (
        Annotated[
            EventPlace, Meta(description="The place that holds them: a province with its communes, or a commune.")
        ]
        | None
    ) = None
    starts_on_gte: Annotated[date, Meta(description="Begins on this day in Viet Nam or later.")] | None = None
    starts_on_lt: Annotated[date, Meta(description="Begins on an earlier day.")] | None = None
    is_public: bool | None = None
    attendance_closed: bool | None = None
    q: Annotated[str, Meta(max_length=100, description="Beginnings of words of the title, without marks.")] | None = (
        None
    )


class EventRow(msgspec.Struct, frozen=True):
    """An event in a list, with how many sessions and sites it has and how many seats are taken."""

    id: UUID
    version: int
    kind: EventKind
    title: str
    organiser_names: str
    locality_code: str
    locality_name: str
    starts_at: datetime
    ends_at: datetime
    status: EventStatus
    is_public: bool
    capture: Capture
    attendance_closed_at: datetime | None
    sessions: int
    sites: int
    seats_taken: int


class EventOut(msgspec.Struct, frozen=True):
    """An event with its modes, sessions and sites. `allowed_actions` are the moves that you may make from here;
    `sequence` counts the changes that a calendar has to know of."""

    id: UUID
    version: int
    kind: EventKind
    title: str
    description: str | None
    organisers: list[str]
    locality: LocalityRef
    starts_at: datetime
    ends_at: datetime
    status: EventStatus
    allowed_actions: list[str]
    is_public: bool
    capture: Capture
    walk_in_policy: WalkInPolicy
    late_sync_until: datetime
    attendance_closed_at: datetime | None
    sequence: int
    changed_at: datetime
    modes: list[EventModeOut]
    sessions: list[EventSessionOut]
    created_at: datetime
