"""What the API takes and gives about sessions."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.schemas import Title
from incubator.localities.schemas import CommuneCode, LocalityRef
from incubator.mentoring.programmes.models import ProgrammeKind
from incubator.mentoring.sessions.models import DAY_MINUTES, MentorAttendance, MentorRole, Mode, SessionStatus
from incubator.paging import PageQuery
from incubator.people.schemas import PersonInput

MOST_GUESTS = 200

StartsAt = Annotated[
    datetime,
    Meta(
        tz=True,
        description="Where it lies in the past, the session is planned to be reported at once.",
        examples=["2025-12-05T08:30:00+07:00"],
    ),
]
Duration = Annotated[int, Meta(ge=1, le=DAY_MINUTES, description="How long it takes.", examples=[90])]
Minutes = Annotated[int, Meta(ge=0, le=DAY_MINUTES)]
MeetingPlace = Annotated[str, Meta(min_length=1, max_length=200, examples=["Nhà văn hóa thôn Na Lo"])]
Capacity = Annotated[int, Meta(ge=1, le=10_000, description="How many participants fit; null sets no limit.")]


class PartInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mentor and their part."""

    mentor_id: UUID
    role: MentorRole


class GuestInput(PersonInput, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A participant: a person whom you may see, or a new one, and the project for which they come."""

    project_id: Annotated[UUID, Meta(description="A project that you follow.")] | None = None


class SessionCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session to come, or one that was not written down. It lies in the commune that is named, else in that of its
    programme, else in that of the only project."""

    starts_at: StartsAt
    minutes: Duration
    mode: Mode
    programme_id: UUID | None = None
    kind: (
        Annotated[ProgrammeKind, Meta(description="That of the programme; without one, one_to_one if absent.")] | None
    ) = None
    title: Title | None = None
    place: MeetingPlace | None = None
    locality_code: CommuneCode | None = None
    capacity: Capacity | None = None
    mentors: Annotated[list[PartInput], Meta(max_length=20, description="A mentor who plans leads it.")] = []
    participants: Annotated[list[GuestInput], Meta(max_length=MOST_GUESTS)] = []


class SessionPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch while the session is ahead: absent is unchanged, null clears. The capacity may be changed
    after the session too, where more came than were expected."""

    starts_at: StartsAt | UnsetType = UNSET
    minutes: Duration | UnsetType = UNSET
    mode: Mode | UnsetType = UNSET
    place: MeetingPlace | None | UnsetType = UNSET
    title: Title | None | UnsetType = UNSET
    capacity: Annotated[Capacity, Meta(description="Not fewer than the seats that are taken.")] | None | UnsetType = (
        UNSET
    )


class SessionQuery(PageQuery, frozen=True, kw_only=True):
    """Which sessions to list, newest first."""

    status: Annotated[list[SessionStatus], Meta(max_length=6, description="One or several.")] = []
    kind: ProgrammeKind | None = None
    programme_id: UUID | None = None
    mentor_id: UUID | None = None
    project_id: Annotated[UUID, Meta(description="A project at the table.")] | None = None
    on_gte: Annotated[date, Meta(description="Planned for this day or later.")] | None = None
    on_lt: Annotated[date, Meta(description="Planned for an earlier day.")] | None = None
    mine: Annotated[bool, Meta(description="Only those in which you are a mentor.")] = False
    awaiting_report: Annotated[
        bool,
        Meta(
            description="Only those whose day has passed and of which nobody has said how it went, and those that were "
            "held while one of their mentors is still expected."
        ),
    ] = False
    locality_code: CommuneCode | None = None


class SessionRow(msgspec.Struct, frozen=True):
    """A session in a list. `mentor_names` has those who lead it first."""

    id: UUID
    version: int
    status: SessionStatus
    kind: ProgrammeKind
    title: str | None
    programme_id: UUID | None
    programme_title: str | None
    planned_on: date
    starts_at: datetime | None
    minutes: int
    mode: Mode
    place: str | None
    locality_code: str
    locality_name: str
    capacity: int | None
    seats_taken: int
    held_on: date | None
    mentor_names: str | None


class ProgrammeRef(msgspec.Struct, frozen=True):
    id: UUID
    kind: ProgrammeKind
    title: str


class ProjectRef(msgspec.Struct, frozen=True):
    id: UUID
    title: str


class PartOut(msgspec.Struct, frozen=True):
    """A mentor in the session. Minutes are theirs, once, however many projects sat at the table."""

    mentor_id: UUID
    person_id: UUID
    full_name: str
    role: MentorRole
    attendance: MentorAttendance
    contact_minutes: int
    preparation_minutes: int
    travel_minutes: int


class GuestNumbersOut(msgspec.Struct, frozen=True):
    """How many participants there are of each status."""

    registered: int
    attended: int
    absent: int
    excused: int


class MentoringSessionOut(msgspec.Struct, frozen=True):
    """A session with its mentors. `allowed_actions` are the moves that you may make from here, `projects` those at the
    table that you follow."""

    id: UUID
    version: int
    status: SessionStatus
    allowed_actions: list[str]
    kind: ProgrammeKind
    title: str | None
    programme: ProgrammeRef | None
    planned_on: date
    starts_at: datetime | None
    minutes: int
    mode: Mode
    place: str | None
    locality: LocalityRef
    capacity: int | None
    seats_taken: int
    held_on: date | None
    mentors: list[PartOut]
    participants: GuestNumbersOut
    projects: list[ProjectRef]
    created_at: datetime
