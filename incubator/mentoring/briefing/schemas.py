"""What a briefing tells, part by part."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.localities.schemas import LocalityRef
from incubator.mentoring.action_items.models import Owner
from incubator.mentoring.models import ConsultationOutcome
from incubator.mentoring.outcomes.models import OutcomeKind
from incubator.mentoring.programmes.models import ProgrammeKind
from incubator.mentoring.sessions.models import Mode
from incubator.projects.models import Platform, ProjectStatus
from incubator.projects.schemas import CurrentMentorOut


class BriefedProjectOut(msgspec.Struct, frozen=True):
    """The project itself. `team_size` counts the persons of its ideas."""

    id: UUID
    title: str
    status: ProjectStatus
    locality: LocalityRef
    founded_on: date
    team_size: int


class BriefedLeaderOut(msgspec.Struct, frozen=True):
    """Whom to call."""

    person_id: UUID
    full_name: str
    phone: Annotated[str, Meta(examples=["+84912345678"])] | None


class AdviceOut(msgspec.Struct, frozen=True):
    """What was advised last, of what you may read."""

    consultation_id: UUID
    held_on: date
    mentor_name: Annotated[str, Meta(examples=["Vàng Thị Mai"])]
    subtopic: str | None
    question: str | None
    advice: Annotated[str, Meta(examples=["Làm nhãn và mã vạch trước, rồi mới chào hàng."])]
    outcome: ConsultationOutcome


class BriefedPlatformOut(msgspec.Struct, frozen=True):
    """A platform: what the baseline says, and what was done. `consultations` counts every consultation that counts,
    whoever may read its notes."""

    platform: Platform
    needed: bool
    why: str
    is_consulted: bool
    first_consulted_on: date | None
    consultations: int
    last_advice: AdviceOut | None


class OpenActionOut(msgspec.Struct, frozen=True):
    """Something that is still to be done."""

    id: UUID
    version: int
    what: str
    platform: Platform | None
    owner: Owner
    owner_name: Annotated[str, Meta(examples=["Giàng A Páo"])] | None
    set_on: date
    due_on: date


class BriefedOutcomeOut(msgspec.Struct, frozen=True):
    """An outcome that stands."""

    id: UUID
    kind: OutcomeKind
    occurred_on: date
    period_from: date | None
    amount_vnd: int | None
    jobs: int | None
    stars: int | None
    reference: str | None
    note: str | None


class BriefedSessionOut(msgspec.Struct, frozen=True):
    """When and where. `starts_at` is null where only the day was written down."""

    id: UUID
    kind: ProgrammeKind
    title: str | None
    day: date
    starts_at: datetime | None
    mode: Mode
    place: str | None


class BriefingOut(msgspec.Struct, frozen=True):
    """All of it. Open actions are the first fifty by the day they are due, overdue ones first; outcomes the ten
    latest; the counts say how many there are."""

    project: BriefedProjectOut
    leaders: list[BriefedLeaderOut]
    mentors: list[CurrentMentorOut]
    platforms: list[BriefedPlatformOut]
    open_actions: list[OpenActionOut]
    open_actions_count: int
    outcomes: list[BriefedOutcomeOut]
    outcomes_count: int
    last_session: BriefedSessionOut | None
    next_session: BriefedSessionOut | None
