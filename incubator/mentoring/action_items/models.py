"""An action item: who does what by when, and how it ended."""

import enum
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incubator.days import fault_of_day
from incubator.db import Base, one_of
from incubator.errors import DomainError, FieldError, broken_rule, rule_text
from incubator.ideas.models import check_day
from incubator.projects.models import Platform

ITEM_CLOSED = rule_text(
    "action_item_closed",
    "An action item is edited while it is open; this one is {status}.",
    "Chỉ sửa việc còn mở; việc này đang ở trạng thái {status}.",
)


class ActionItemStatus(enum.StrEnum):
    open = "open"
    done = "done"
    dropped = "dropped"


class ActionItemMove(enum.StrEnum):
    """What stands in the history. An edit leaves the status as it is."""

    edit = "edit"
    complete = "complete"
    drop = "drop"
    reopen = "reopen"


class Owner(enum.StrEnum):
    """On whose side the next step is."""

    team = "team"
    mentor = "mentor"
    staff = "staff"


class Step(msgspec.Struct, frozen=True):
    sources: frozenset[ActionItemStatus]
    target: ActionItemStatus


_S, _M = ActionItemStatus, ActionItemMove

NEXT: Mapping[ActionItemMove, Step] = {
    _M.complete: Step(frozenset({_S.open}), _S.done),
    _M.drop: Step(frozenset({_S.open}), _S.dropped),
    _M.reopen: Step(frozenset({_S.done, _S.dropped}), _S.open),
}


class ActionItem(Base):
    """Something to be done for a project. `mentor_id` is who agreed on it with the team; where the owner is a mentor,
    the one who does it."""

    __tablename__ = "action_item"
    __table_args__ = (
        CheckConstraint(one_of("status", ActionItemStatus), name="status_known"),
        CheckConstraint(one_of("owner", Owner), name="owner_known"),
        CheckConstraint(one_of("platform", Platform), name="platform_known"),
        CheckConstraint("(status = 'open') = (closed_on IS NULL)", name="closed_has_day"),
        CheckConstraint("closed_on >= set_on", name="closed_after_set"),
        Index("ix_action_item_project_id_id", "project_id", "id"),
        Index("ix_action_item_session_id", "session_id"),
        Index("ix_action_item_open_due_on_id", "due_on", "id", postgresql_where="status = 'open'"),
        Index("ix_action_item_mentor_id_due_on", "mentor_id", "due_on", postgresql_where="status = 'open'"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("mentoring_session.id"))
    mentor_id: Mapped[UUID | None] = mapped_column(ForeignKey("mentor.id"))
    platform: Mapped[str | None] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    owner_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    set_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(Text, server_default="open")
    closed_on: Mapped[date | None] = mapped_column(Date)
    evidence: Mapped[str | None] = mapped_column(Text)
    evidence_link: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def check_open(self) -> None:
        if self.status != ActionItemStatus.open:
            raise broken_rule(ITEM_CLOSED, status=self.status)

    def move_to(self, move: ActionItemMove, occurred_on: date, *, not_before: date, today: date) -> None:
        """The only place where a status changes. `not_before` is the day of the step before."""
        if self.status not in NEXT[move].sources:
            raise DomainError(
                "invalid_transition", status=self.status, action=move.value, allowed_actions=moves_from(self.status)
            )
        check_day(occurred_on, not_before=not_before, today=today)
        self.status = NEXT[move].target.value
        self.closed_on = None if move is ActionItemMove.reopen else occurred_on

    def tell(self, *, reason: str | None = None, evidence: str | None = None, evidence_link: str | None = None) -> None:
        """How it ended; nothing where it is open again. The history keeps what was said before."""
        self.reason, self.evidence, self.evidence_link = reason, evidence, evidence_link


class ActionItemTransition(Base):
    """The append-only history of an action item. `before` is what the changed fields said before an edit."""

    __tablename__ = "action_item_transition"
    __table_args__ = (UniqueConstraint("action_item_id", "number"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    action_item_id: Mapped[UUID] = mapped_column(ForeignKey("action_item.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    action: Mapped[str] = mapped_column(Text)
    from_status: Mapped[str] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    occurred_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[str | None] = mapped_column(Text)
    evidence_link: Mapped[str | None] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


def wrong_terms(
    set_on: date, due_on: date, owner: Owner, owner_person_id: UUID | None, team: Collection[UUID] | None, at: str = ""
) -> list[FieldError]:
    """What does not fit in an item of this team, if that is known; `at` stands before the names of its fields."""
    errors = fault_of_day(due_on, f"{at}/due_on", since=set_on)
    if owner_person_id is not None and owner is not Owner.team:
        errors.append(FieldError(code="unknown_field", pointer=f"{at}/owner_person_id"))
    elif owner_person_id is not None and team is not None and owner_person_id not in team:
        errors.append(FieldError(code="not_found", pointer=f"{at}/owner_person_id"))
    return errors


def moves_from(status: str) -> list[str]:
    return [move.value for move, step in NEXT.items() if status in step.sources]
