"""What the API takes and gives about consultations."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.schemas import LongText, ShortText
from incubator.mentoring.action_items.models import Owner
from incubator.mentoring.action_items.schemas import ActionItemOut, DueOn, OwnerPerson, What
from incubator.mentoring.models import ConsultationOutcome, ConsultationWarning, Visibility
from incubator.mentoring.sessions.models import DAY_MINUTES, Mode, SessionStatus
from incubator.mentoring.sessions.schemas import MeetingPlace, Minutes
from incubator.paging import PageQuery
from incubator.projects.models import Platform

Advice = Annotated[
    LongText, Meta(examples=["Đóng gói 100 g, gửi mẫu cho ba cửa hàng ở Sa Pa trước khi mở gian hàng trực tuyến."])
]
Subtopic = Annotated[str, Meta(min_length=1, max_length=200, examples=["Bao bì và nhãn hàng hóa"])]
SharedWith = Annotated[
    Visibility, Meta(description="`internal`: its mentor, staff and approvers. `team`: all who follow the project.")
]


class AgreedAction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was agreed on: who does what by when."""

    what: What
    due_on: DueOn
    owner: Owner = Owner.team
    owner_person_id: OwnerPerson | None = None
    platform: Platform | None = None


class ConsultationCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A meeting or call as its mentor tells it afterwards. The session is found or made: the one of that day and
    programme at which the project sat, at a coffee the one of its table, else a new one."""

    project_id: UUID
    platforms: Annotated[list[Platform], Meta(min_length=1, max_length=len(Platform), description="Each once.")]
    minutes: Annotated[
        int, Meta(ge=1, le=DAY_MINUTES, description="With the project. 15 make it count as consulted.", examples=[45])
    ]
    advice: Advice
    held_on: Annotated[date, Meta(description="Today if absent; not ahead.")] | UnsetType = UNSET
    preparation_minutes: Minutes = 0
    travel_minutes: Minutes = 0
    mode: (
        Annotated[Mode, Meta(description="As planned if absent, or in person; of a held session it stays.")] | UnsetType
    ) = UNSET
    place: Annotated[MeetingPlace, Meta(description="Likewise.")] | None = None
    programme_id: UUID | None = None
    session_id: (
        Annotated[UUID, Meta(description="The session, where it is known. It was planned for a day within a week.")]
        | None
    ) = None
    new_session: Annotated[bool, Meta(description="It was a second meeting on that day.")] = False
    mentor_id: (
        Annotated[UUID, Meta(description="Who gave the advice; staff says it, a mentor is themselves.")] | None
    ) = None
    person_ids: (
        Annotated[
            list[UUID], Meta(min_length=1, max_length=20, description="Of the team, who came; its leaders if absent.")
        ]
        | UnsetType
    ) = UNSET
    subtopic: Subtopic | None = None
    question: ShortText | None = None
    outcome: ConsultationOutcome = ConsultationOutcome.none
    visibility: SharedWith = Visibility.internal
    actions: Annotated[list[AgreedAction], Meta(max_length=20)] = []


class ConsultationPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch within seven days, by its mentor or who logged it: absent is unchanged, null clears."""

    subtopic: Subtopic | None | UnsetType = UNSET
    question: ShortText | None | UnsetType = UNSET
    advice: Advice | UnsetType = UNSET
    outcome: ConsultationOutcome | UnsetType = UNSET
    visibility: SharedWith | UnsetType = UNSET


class ConsultationCorrection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A later correction, with its reason: absent is unchanged, null clears."""

    reason: ShortText
    subtopic: Subtopic | None | UnsetType = UNSET
    question: ShortText | None | UnsetType = UNSET
    advice: Advice | UnsetType = UNSET
    outcome: ConsultationOutcome | UnsetType = UNSET
    visibility: SharedWith | UnsetType = UNSET


class VoidConsultation(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="void"
):
    """Take back a consultation that was logged by mistake. The row stays, and counts nowhere."""

    reason: ShortText


class ConsultationQuery(PageQuery, frozen=True, kw_only=True):
    """Which consultations to list, newest first."""

    project_id: UUID | None = None
    platform: Platform | None = None
    mentor_id: UUID | None = None
    session_id: UUID | None = None
    programme_id: UUID | None = None
    held_on_gte: date | None = None
    held_on_lt: date | None = None
    outcome: ConsultationOutcome | None = None
    mine: Annotated[bool, Meta(description="Only those in which you gave the advice.")] = False
    include_voided: Annotated[bool, Meta(description="Staff and approvers; a mentor, the own ones.")] = False


class ConsultationOut(msgspec.Struct, frozen=True):
    """One project, one platform, one mentor, one session. `held_on` is null where the session was not held after all;
    `minutes` are the mentor's in the session; `is_editable` is about you and today."""

    id: UUID
    version: int
    project_id: UUID
    project_title: str
    session_id: UUID
    held_on: date | None
    mode: Mode
    programme_id: UUID | None
    mentor_id: UUID
    mentor_name: str
    minutes: int
    platform: Platform
    subtopic: str | None
    question: str | None
    advice: str
    outcome: ConsultationOutcome
    visibility: Visibility
    counts_as_consulted: bool
    is_editable: bool
    recorded_at: datetime
    voided_at: datetime | None
    void_reason: str | None


class ConsultationVersionOut(msgspec.Struct, frozen=True):
    """What a consultation said at one time. `reason` is that of a correction."""

    number: int
    subtopic: str | None
    question: str | None
    advice: str
    outcome: ConsultationOutcome
    visibility: Visibility
    reason: str | None
    written_by_id: UUID
    written_by: str | None
    written_at: datetime


class LoggedSessionOut(msgspec.Struct, frozen=True):
    """The session to which a log belongs; `joined` where it was there before."""

    id: UUID
    version: int
    status: SessionStatus
    held_on: date
    joined: bool


class WarningOut(msgspec.Struct, frozen=True):
    """What to look at once more. The words are in the vocabulary `consultation_warning`."""

    code: ConsultationWarning
    params: dict[str, str | int]


class LoggedOut(msgspec.Struct, frozen=True):
    """What a log made. `id` is that of the first consultation."""

    id: UUID
    session: LoggedSessionOut
    consultations: list[ConsultationOut]
    actions: list[ActionItemOut]
    warnings: list[WarningOut]
