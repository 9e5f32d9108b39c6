"""What the API takes and gives about projects."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.schemas import MemberOut, Title
from incubator.localities.schemas import CommuneCode, LocalityRef
from incubator.paging import PageQuery
from incubator.projects.models import CloseReason, Platform, ProjectStatus

Why = Annotated[
    str, Meta(min_length=1, max_length=2_000, examples=["Sản lượng 3 tấn mỗi vụ, chưa có đầu ra ngoài tỉnh"])
]


class NeedInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a platform is needed, and why or why not."""

    needed: bool
    why: Why


class BaselineInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the project stands on each of the three platforms on the day of founding."""

    capital: NeedInput
    market: NeedInput
    digital: NeedInput


class ProjectCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A project founded from accepted ideas whose decisions are public. The first idea gives it its place, and its
    title where none is sent."""

    idea_ids: Annotated[list[UUID], Meta(min_length=1, max_length=20)]
    founded_on: Annotated[date, Meta(description="Not ahead, and not before the ideas were accepted.")]
    baseline: BaselineInput
    title: Title | UnsetType = UNSET


class NeedPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A correction of the baseline on one platform."""

    needed: bool | UnsetType = UNSET
    why: Why | UnsetType = UNSET


class BaselinePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    capital: NeedPatch | UnsetType = UNSET
    market: NeedPatch | UnsetType = UNSET
    digital: NeedPatch | UnsetType = UNSET


class ProjectPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged. The baseline is corrected while the project is onboarding."""

    title: Title | UnsetType = UNSET
    baseline: BaselinePatch | UnsetType = UNSET


class ProjectQuery(PageQuery, frozen=True, kw_only=True):
    """Which projects to list, newest first."""

    status: Annotated[list[ProjectStatus], Meta(max_length=5, description="One or several.")] = []
    locality_code: CommuneCode | None = None
    mentor_id: Annotated[UUID, Meta(description="An account that mentors the project at present.")] | None = None
    platform_needed: Platform | None = None
    founded_on_gte: date | None = None
    founded_on_lt: date | None = None
    q: Annotated[str, Meta(max_length=100, description="Beginnings of words of the title, without marks.")] | None = (
        None
    )


class ProjectRow(msgspec.Struct, frozen=True):
    """A project in a list. The leader is that of its first idea; `mentors` counts the current ones."""

    id: UUID
    version: int
    title: str
    status: ProjectStatus
    locality_code: str
    locality_name: str
    leader_id: UUID
    leader_name: str
    founded_on: date
    moved_on: date
    capital_needed: bool
    market_needed: bool
    digital_needed: bool
    mentors: int
    created_at: datetime


class NeedOut(msgspec.Struct, frozen=True):
    needed: bool
    why: str


class BaselineOut(msgspec.Struct, frozen=True):
    capital: NeedOut
    market: NeedOut
    digital: NeedOut


class FoundingIdeaOut(msgspec.Struct, frozen=True):
    """An idea that the project was founded from."""

    id: UUID
    title: str
    tracking_code: str


class CurrentMentorOut(msgspec.Struct, frozen=True):
    """Somebody who mentors the project at present."""

    id: UUID
    version: int
    account_id: UUID
    username: str
    full_name: str | None
    from_on: date


class ProjectOut(msgspec.Struct, frozen=True):
    """A project with its baseline and those who work on it. `allowed_actions` are the moves that your role may
    make from here."""

    id: UUID
    version: int
    title: str
    status: ProjectStatus
    allowed_actions: list[str]
    locality: LocalityRef
    founded_on: date
    moved_on: date
    closed_reason: CloseReason | None
    baseline: BaselineOut
    ideas: list[FoundingIdeaOut]
    leaders: list[MemberOut]
    mentors: list[CurrentMentorOut]
    created_at: datetime
