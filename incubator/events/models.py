"""An event and the one machine that moves it. Its modes, sessions and sites are in `layout`."""

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, validates

from incubator.days import spoken
from incubator.db import Base, one_of
from incubator.errors import DomainError, broken_rule, rule_text
from incubator.text import fold

LATE_SYNC = timedelta(days=14)
"""How long after its end phones may still send what they saw of an event, unless it says otherwise."""

EVENT_NOT_BEGUN = rule_text(
    "event_not_begun",
    "The event begins at {starts_at}; it is completed and its attendance closed after that.",
    "Sự kiện bắt đầu lúc {starts_at}; chỉ hoàn thành và chốt điểm danh sau thời điểm đó.",
)
WITHOUT_SITE = rule_text(
    "event_without_site",
    "Each session of an event that is published needs a site; these have none: {sessions}.",
    "Mỗi phiên của sự kiện đã công bố cần có điểm tổ chức; các phiên chưa có: {sessions}.",
)
WITHOUT_SESSION = rule_text(
    "event_without_session",
    "An event needs a session to be published, and keeps one from then on.",
    "Sự kiện cần có ít nhất một phiên để được công bố và không được bỏ phiên cuối cùng sau đó.",
)


class EventKind(enum.StrEnum):
    startup_coffee = "startup_coffee"
    entrepreneur_coffee = "entrepreneur_coffee"
    forum = "forum"
    contest = "contest"
    propaganda = "propaganda"
    conference = "conference"
    digital_skills_class = "digital_skills_class"
    training = "training"
    culture_house_day = "culture_house_day"
    other = "other"


NOT_ACTIVITIES = frozenset({EventKind.conference, EventKind.digital_skills_class, EventKind.culture_house_day})
"""Kinds that have headline numbers of their own; all others count as activities of the movement."""


class EventStatus(enum.StrEnum):
    draft = "draft"
    published = "published"
    completed = "completed"
    cancelled = "cancelled"


COUNTED = frozenset({EventStatus.published, EventStatus.completed})
"""Events of these statuses are in the figures."""


class EventAction(enum.StrEnum):
    publish = "publish"
    complete = "complete"
    cancel = "cancel"
    close_attendance = "close_attendance"
    reopen_attendance = "reopen_attendance"


class Step(msgspec.Struct, frozen=True):
    """One row of the machine; `target` None leaves the status as it is."""

    sources: frozenset[EventStatus]
    target: EventStatus | None


_S, _A = EventStatus, EventAction

NEXT: Mapping[EventAction, Step] = {
    _A.publish: Step(frozenset({_S.draft}), _S.published),
    _A.complete: Step(frozenset({_S.published}), _S.completed),
    _A.cancel: Step(frozenset({_S.draft, _S.published}), _S.cancelled),
    _A.close_attendance: Step(frozenset({_S.published, _S.completed}), None),
    _A.reopen_attendance: Step(frozenset({_S.published, _S.completed}), None),
}


REFUSED_CLOSED = frozenset({EventAction.close_attendance, EventAction.cancel})
REFUSED_OPEN = frozenset({EventAction.reopen_attendance})


def actions_from(status: str, *, closed: bool) -> list[str]:
    """What may be done with an event of this status whose attendance is closed or not. Figures that are final do not
    go by cancelling: the attendance is opened again first."""
    refused = REFUSED_CLOSED if closed else REFUSED_OPEN
    return [action.value for action, step in NEXT.items() if status in step.sources and action not in refused]


class Capture(enum.StrEnum):
    """How attendance is taken: by name, by counting heads, or both."""

    named = "named"
    headcount = "headcount"
    mixed = "mixed"


class WalkInPolicy(enum.StrEnum):
    """What becomes of people who come without a registration: counted, counted once confirmed, or not admitted."""

    allow = "allow"
    confirm = "confirm"
    deny = "deny"


class Event(Base):
    """An activity of the movement. `locality_id` is a commune, or a province, which is its own `province_id`.
    `published_at` stays when it is cancelled: others are shown what they saw before, and a draft that is given up
    never."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint(one_of("kind", EventKind), name="kind_known"),
        CheckConstraint(one_of("status", EventStatus), name="status_known"),
        CheckConstraint(one_of("capture", Capture), name="capture_known"),
        CheckConstraint(one_of("walk_in_policy", WalkInPolicy), name="walk_in_policy_known"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
        CheckConstraint("cardinality(organisers) BETWEEN 1 AND 10", name="organisers_number"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("late_sync_until >= ends_at", name="late_sync_after_end"),
        CheckConstraint(
            "attendance_closed_at IS NULL OR status IN ('published', 'completed')", name="closed_where_counted"
        ),
        CheckConstraint(
            "status = 'cancelled' OR (published_at IS NULL) = (status = 'draft')", name="published_unless_draft"
        ),
        Index("ix_event_starts_at_id", "starts_at", "id"),
        Index("ix_event_province_id_starts_at_id", "province_id", "starts_at", "id"),
        Index("ix_event_locality_id_starts_at_id", "locality_id", "starts_at", "id"),
        Index("ix_event_kind_starts_at_id", "kind", "starts_at", "id"),
        Index("ix_event_status_starts_at_id", "status", "starts_at", "id"),
        Index("ix_event_ends_at", "ends_at"),
        Index("ix_event_public_ends_at", "ends_at", postgresql_where="is_public"),
        Index("ix_event_search", "search", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    title_key: Mapped[str] = mapped_column(Text)
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("to_tsvector('simple', title_key)", persisted=True))
    description: Mapped[str | None] = mapped_column(Text)
    organisers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    locality_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"))
    province_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[str] = mapped_column(Text, server_default="draft")
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_public: Mapped[bool] = mapped_column(server_default="true")
    capture: Mapped[str] = mapped_column(Text)
    walk_in_policy: Mapped[str] = mapped_column(Text)
    late_sync_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attendance_closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sequence: Mapped[int] = mapped_column(Integer, server_default="0")
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    @validates("title")
    def _keep_key(self, _: str, title: str) -> str:
        """The search key follows the title wherever it is set."""
        self.title_key = fold(title)
        return title

    @property
    def allowed_actions(self) -> list[str]:
        """What may be done next, in the order of the table."""
        return actions_from(self.status, closed=self.attendance_closed_at is not None)

    def take_step(self, action: EventAction, *, now: datetime) -> None:
        """The only place where a status changes, and where attendance is closed and opened again."""
        if action.value not in self.allowed_actions:
            raise DomainError(
                "invalid_transition", status=self.status, action=action.value, allowed_actions=self.allowed_actions
            )
        if action in {EventAction.complete, EventAction.close_attendance} and now < self.starts_at:
            raise broken_rule(EVENT_NOT_BEGUN, starts_at=spoken(self.starts_at))
        target = NEXT[action].target
        if target is not None:
            self.status = target.value
            self.count_change(now)
        if action is EventAction.publish:
            self.published_at = now
        elif action is EventAction.close_attendance:
            self.attendance_closed_at = now
        elif action is EventAction.reopen_attendance:
            self.attendance_closed_at = None

    def tell_calendars(self, now: datetime) -> None:
        """Something that calendars show has changed; none shows what was never published."""
        if self.published_at is not None:
            self.count_change(now)

    def count_change(self, now: datetime) -> None:
        """What a calendar shows has changed: title, kind, organisers, time, place or status."""
        self.sequence = (self.sequence or 0) + 1
        self.changed_at = now


class EventTransition(Base):
    """The append-only history of an event."""

    __tablename__ = "event_transition"
    __table_args__ = (
        CheckConstraint(one_of("action", EventAction), name="action_known"),
        CheckConstraint("action NOT IN ('cancel', 'reopen_attendance') OR reason IS NOT NULL", name="has_reason"),
        Index("ix_event_transition_event_id_id", "event_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    action: Mapped[str] = mapped_column(Text)
    from_status: Mapped[str] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
