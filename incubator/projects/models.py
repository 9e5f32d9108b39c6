"""A project, the ideas it was founded from, its baseline on the three platforms, and the machine that moves it."""

import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, validates
from sqlalchemy.orm.attributes import flag_modified

from incubator.actor import Permission
from incubator.db import Base, one_of
from incubator.errors import DomainError, broken_rule, rule_text
from incubator.ideas.models import Idea, IdeaStatus, check_day
from incubator.text import fold

IDEA_NOT_ACCEPTED = rule_text(
    "idea_not_accepted",
    "A project is founded from accepted ideas; idea {idea_id} is {status}.",
    "Dự án chỉ thành lập từ ý tưởng đã được chấp nhận; ý tưởng {idea_id} đang ở trạng thái {status}.",
)
DECISION_NOT_PUBLISHED = rule_text(
    "decision_not_published",
    "The decision on idea {idea_id} is published at {publish_at}; founding waits for it.",
    "Quyết định về ý tưởng {idea_id} công bố lúc {publish_at}; sau đó mới thành lập dự án.",
)
BASELINE_FIXED = rule_text(
    "baseline_fixed",
    "The baseline is corrected while the project is onboarding; it is {status} now.",
    "Chỉ sửa nhu cầu ban đầu khi dự án đang tiếp nhận; hiện dự án ở trạng thái {status}.",
)


class Platform(enum.StrEnum):
    """The three platforms on which a project is consulted."""

    capital = "capital"
    market = "market"
    digital = "digital"


class ProjectStatus(enum.StrEnum):
    onboarding = "onboarding"
    active = "active"
    paused = "paused"
    graduated = "graduated"
    closed = "closed"


class ProjectAction(enum.StrEnum):
    found = "found"
    activate = "activate"
    pause = "pause"
    resume = "resume"
    graduate = "graduate"
    close = "close"
    reopen = "reopen"
    void = "void"


class CloseReason(enum.StrEnum):
    no_capital = "no_capital"
    no_market = "no_market"
    family = "family"
    migrated = "migrated"
    merged = "merged"
    other = "other"


class Move(msgspec.Struct, frozen=True):
    """One row of the state machine: from where, to where, and which permission it takes."""

    sources: frozenset[ProjectStatus]
    targets: frozenset[ProjectStatus]
    permission: Permission


_S, _A, _P = ProjectStatus, ProjectAction, Permission

RUNNING = frozenset({_S.onboarding, _S.active, _S.paused})


def _move(sources: set[ProjectStatus] | frozenset[ProjectStatus], targets: set[ProjectStatus], may: Permission) -> Move:
    return Move(frozenset(sources), frozenset(targets), may)


NEXT: Mapping[ProjectAction, Move] = {
    _A.activate: _move({_S.onboarding}, {_S.active}, _P.projects_manage),
    _A.pause: _move({_S.active}, {_S.paused}, _P.projects_manage),
    _A.resume: _move({_S.paused}, {_S.active}, _P.projects_manage),
    _A.graduate: _move({_S.active}, {_S.graduated}, _P.projects_graduate),
    _A.close: _move(RUNNING, {_S.closed}, _P.projects_manage),
    _A.reopen: _move({_S.closed}, {_S.onboarding, _S.active}, _P.projects_reopen),
}
"""Every step between statuses. Founding comes before them, and a void takes one of them back."""


class Project(Base):
    """A project and where it stands. Its place is that of its first idea."""

    __tablename__ = "project"
    __table_args__ = (
        ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_project_locality_id_province_id_locality",
        ),
        CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
        CheckConstraint(one_of("status", ProjectStatus), name="status_known"),
        CheckConstraint(one_of("closed_reason", CloseReason), name="closed_reason_known"),
        CheckConstraint("(status = 'closed') = (closed_reason IS NOT NULL)", name="closed_has_reason"),
        CheckConstraint("moved_on >= founded_on", name="moves_after_founding"),
        Index("ix_project_province_id_id", "province_id", "id"),
        Index("ix_project_locality_id_id", "locality_id", "id"),
        Index("ix_project_status_id", "status", "id"),
        Index("ix_project_founded_on_id", "founded_on", "id"),
        Index("ix_project_search", "search", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    title: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("to_tsvector('simple'::regconfig, search_key)"))
    status: Mapped[str] = mapped_column(Text)
    locality_id: Mapped[UUID] = mapped_column(Uuid)
    province_id: Mapped[UUID] = mapped_column(Uuid)
    founded_on: Mapped[date] = mapped_column(Date)
    moved_on: Mapped[date] = mapped_column(Date)
    closed_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    @validates("title")
    def _keep_key(self, _: str, title: str) -> str:
        """The search key follows the title wherever it is set."""
        self.search_key = fold(title)
        return title

    def require_step(self, action: ProjectAction) -> None:
        """409 where the action does not start at this status."""
        if self.status not in NEXT[action].sources:
            raise DomainError(
                "invalid_transition", status=self.status, action=action.value, allowed_actions=actions_from(self.status)
            )

    def move_to(
        self,
        status: ProjectStatus,
        action: ProjectAction,
        occurred_on: date,
        *,
        today: date,
        closed_reason: CloseReason | None = None,
    ) -> None:
        """The only place where a status changes. Refuses a step that `NEXT` does not hold, and a wrong day."""
        self.require_step(action)
        if status not in NEXT[action].targets:
            raise ValueError(f"{action} does not lead to {status}")
        check_day(occurred_on, not_before=self.moved_on, today=today)
        self.status = status.value
        self.moved_on = occurred_on
        self.closed_reason = None if closed_reason is None else closed_reason.value

    def take_back(self, status: str, moved_on: date, closed_reason: str | None) -> None:
        """Undo the last move after a row of history voids it: what held before it holds again."""
        self.status = status
        self.moved_on = moved_on
        self.closed_reason = closed_reason

    def count_change(self) -> None:
        """A change of the baseline is one of the project: the flush writes its row and raises the version."""
        flag_modified(self, "title")

    def check_baseline_open(self) -> None:
        if self.status != ProjectStatus.onboarding:
            raise broken_rule(BASELINE_FIXED, status=self.status)


class ProjectIdea(Base):
    """The ideas a project was founded from; position 0 gives it its place. An idea founds at most one project."""

    __tablename__ = "project_idea"
    __table_args__ = (UniqueConstraint("project_id", "position"),)

    idea_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    position: Mapped[int] = mapped_column(SmallInteger)


class ProjectNeed(Base):
    """The baseline: one row for each platform, from the day of founding."""

    __tablename__ = "project_need"
    __table_args__ = (CheckConstraint(one_of("platform", Platform), name="platform_known"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), primary_key=True)
    platform: Mapped[str] = mapped_column(Text, primary_key=True)
    needed: Mapped[bool] = mapped_column()
    why: Mapped[str] = mapped_column(Text)


class ProjectTransition(Base):
    """The append-only history. `voids_id` names a wrong row that this one takes back."""

    __tablename__ = "project_transition"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        UniqueConstraint("voids_id"),
        Index("ix_project_transition_action_occurred_on", "action", "occurred_on"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    action: Mapped[str] = mapped_column(Text)
    from_status: Mapped[str | None] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    occurred_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID] = mapped_column(Uuid)
    reason_code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    voids_id: Mapped[UUID | None] = mapped_column(ForeignKey("project_transition.id"))


def actions_from(status: str) -> list[str]:
    """The actions that start at a status, in the order of the table."""
    return [action.value for action, move in NEXT.items() if status in move.sources]


def check_founding(ideas: list[Idea], founded_on: date, *, now: datetime, today: date) -> None:
    """Every idea is accepted, the decision is public, and the day is neither ahead nor before a decision."""
    for idea in ideas:
        if idea.status != IdeaStatus.accepted:
            raise broken_rule(IDEA_NOT_ACCEPTED, idea_id=str(idea.id), status=idea.status)
        if idea.publish_at is None or idea.publish_at > now:
            publish_at = idea.publish_at and idea.publish_at.isoformat()
            raise broken_rule(DECISION_NOT_PUBLISHED, idea_id=str(idea.id), publish_at=publish_at)
        check_day(founded_on, not_before=idea.moved_on, today=today)
