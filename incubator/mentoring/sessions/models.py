"""A session, who gave how many minutes in it, who took part, and the machine that moves it."""

import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    CheckConstraint,
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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incubator.actor import Permission
from incubator.db import Base, one_of
from incubator.errors import DomainError, broken_rule, rule_text
from incubator.mentoring.programmes.models import ProgrammeKind

HELD_IN_FUTURE = rule_text(
    "session_in_future",
    "A session is reported once its day has come; {day} is ahead.",
    "Chỉ báo cáo buổi gặp khi đã đến ngày; {day} còn ở phía trước.",
)

DAY_MINUTES = 1440


class SessionStatus(enum.StrEnum):
    planned = "planned"
    confirmed = "confirmed"
    held = "held"
    cancelled = "cancelled"
    mentor_absent = "mentor_absent"
    guests_absent = "guests_absent"


class SessionAction(enum.StrEnum):
    plan = "plan"
    confirm = "confirm"
    hold = "hold"
    cancel = "cancel"
    mentor_absent = "mentor_absent"
    guests_absent = "guests_absent"
    correct = "correct"
    void = "void"


class Mode(enum.StrEnum):
    in_person = "in_person"
    online = "online"
    phone = "phone"
    hybrid = "hybrid"


class MentorRole(enum.StrEnum):
    lead = "lead"
    support = "support"
    stand_in = "stand_in"


class MentorAttendance(enum.StrEnum):
    """`replaced`: a stand-in came instead, which is no absence."""

    expected = "expected"
    attended = "attended"
    absent = "absent"
    replaced = "replaced"


class GuestStatus(enum.StrEnum):
    registered = "registered"
    attended = "attended"
    absent = "absent"
    excused = "excused"


SEATED = frozenset({GuestStatus.registered, GuestStatus.attended})
"""Whose participation takes a seat."""


class Step(msgspec.Struct, frozen=True):
    """One row of the state machine: from where, to where, and which permissions allow it."""

    sources: frozenset[SessionStatus]
    target: SessionStatus
    permissions: tuple[Permission, ...]


_S, _A, _P = SessionStatus, SessionAction, Permission

MOVING_NOTHING = frozenset({_A.correct.value, _A.void.value})
AHEAD = frozenset({_S.planned, _S.confirmed})
"""Planned or confirmed: it has not happened, or nobody has said yet how it went."""

REPORTERS = (_P.mentoring_manage, _P.mentoring_log)

NEXT: Mapping[SessionAction, Step] = {
    _A.confirm: Step(frozenset({_S.planned}), _S.confirmed, REPORTERS),
    _A.hold: Step(AHEAD, _S.held, REPORTERS),
    _A.cancel: Step(AHEAD, _S.cancelled, REPORTERS),
    _A.mentor_absent: Step(AHEAD, _S.mentor_absent, (_P.mentoring_manage,)),
    _A.guests_absent: Step(AHEAD, _S.guests_absent, REPORTERS),
}
"""Every step between statuses. Planning comes before, a correction changes a report, a void takes a step back."""


class MentoringSession(Base):
    """A meeting on a day in a commune. One that was logged afterwards has no `starts_at`.

    `sequence` counts the changes that a calendar has to know of (RFC 5545); `seats_taken` counts participants who
    are registered or came.
    """

    __tablename__ = "mentoring_session"
    __table_args__ = (
        ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_mentoring_session_locality_id_province_id_locality",
        ),
        CheckConstraint(one_of("kind", ProgrammeKind), name="kind_known"),
        CheckConstraint(one_of("status", SessionStatus), name="status_known"),
        CheckConstraint(one_of("mode", Mode), name="mode_known"),
        CheckConstraint(f"minutes BETWEEN 1 AND {DAY_MINUTES}", name="minutes_range"),
        CheckConstraint("capacity BETWEEN 1 AND 10000", name="capacity_range"),
        CheckConstraint("seats_taken BETWEEN 0 AND capacity OR capacity IS NULL", name="seats_within_capacity"),
        CheckConstraint("(status = 'held') = (held_on IS NOT NULL)", name="held_has_day"),
        Index("ix_mentoring_session_province_id_id", "province_id", "id"),
        Index("ix_mentoring_session_locality_id_id", "locality_id", "id"),
        Index("ix_mentoring_session_programme_id_planned_on", "programme_id", "planned_on"),
        Index("ix_mentoring_session_planned_on_id", "planned_on", "id"),
        Index("ix_mentoring_session_status_id", "status", "id"),
        Index("ix_mentoring_session_held_on", "held_on", postgresql_where="held_on IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    planned_on: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    minutes: Mapped[int] = mapped_column(SmallInteger)
    mode: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    locality_id: Mapped[UUID] = mapped_column(Uuid)
    province_id: Mapped[UUID] = mapped_column(Uuid)
    capacity: Mapped[int | None] = mapped_column(SmallInteger)
    seats_taken: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    held_on: Mapped[date | None] = mapped_column(Date)
    sequence: Mapped[int] = mapped_column(Integer, server_default="0")
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def require_step(self, action: SessionAction) -> None:
        """409 where the action does not start at this status."""
        if self.status not in NEXT[action].sources:
            raise DomainError(
                "invalid_transition", status=self.status, action=action.value, allowed_actions=actions_from(self.status)
            )

    def move_to(self, action: SessionAction, *, held_on: date | None = None, today: date, now: datetime) -> None:
        """The only place where a status changes. `held_on` belongs to holding and is not ahead."""
        self.require_step(action)
        if held_on is not None and held_on > today:
            raise broken_rule(HELD_IN_FUTURE, day=held_on.isoformat())
        self.status = NEXT[action].target.value
        self.held_on = held_on
        self.count_change(now)

    def take_back(self, status: str, now: datetime) -> None:
        """Undo the last move after a row of history voids it; it was not held before."""
        self.status = status
        self.held_on = None
        self.count_change(now)

    def take_seats(self, more: int) -> None:
        """So many more participants are seated, or fewer; 409 where the capacity does not suffice."""
        if not more:
            return
        taken = (self.seats_taken or 0) + more
        if more > 0 and self.capacity is not None and taken > self.capacity:
            raise DomainError("capacity_full", capacity=self.capacity, seats_taken=self.seats_taken)
        self.seats_taken = taken

    def count_change(self, now: datetime) -> None:
        """What a calendar shows has changed: time, place or status."""
        self.sequence = (self.sequence or 0) + 1
        self.changed_at = now


class SessionMentor(Base):
    """A mentor's part in a session. Minutes are theirs, once, however many projects sat at the table."""

    __tablename__ = "session_mentor"
    __table_args__ = (
        CheckConstraint(one_of("role", MentorRole), name="role_known"),
        CheckConstraint(one_of("attendance", MentorAttendance), name="attendance_known"),
        CheckConstraint(
            " AND ".join(
                f"{name}_minutes BETWEEN 0 AND {DAY_MINUTES}" for name in ("contact", "preparation", "travel")
            ),
            name="minutes_range",
        ),
        CheckConstraint(
            "attendance = 'attended' OR contact_minutes + preparation_minutes + travel_minutes = 0",
            name="minutes_of_who_came",
        ),
        Index("ix_session_mentor_mentor_id_session_id", "mentor_id", "session_id"),
        Index("ix_session_mentor_expected", "mentor_id", "session_id", postgresql_where="attendance = 'expected'"),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("mentoring_session.id"), primary_key=True)
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("mentor.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    attendance: Mapped[str] = mapped_column(Text, server_default="expected")
    contact_minutes: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    preparation_minutes: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    travel_minutes: Mapped[int] = mapped_column(SmallInteger, server_default="0")

    def raise_minutes(self, contact: int, preparation: int, travel: int) -> None:
        """Keep the greater of each."""
        self.contact_minutes = max(self.contact_minutes, contact)
        self.preparation_minutes = max(self.preparation_minutes, preparation)
        self.travel_minutes = max(self.travel_minutes, travel)


class SessionParticipant(Base):
    """A person at a session, for a project or for themselves."""

    __tablename__ = "session_participant"
    __table_args__ = (
        UniqueConstraint("session_id", "person_id"),
        CheckConstraint(one_of("status", GuestStatus), name="status_known"),
        Index("ix_session_participant_session_id_id", "session_id", "id"),
        Index("ix_session_participant_project_id_session_id", "project_id", "session_id"),
        Index("ix_session_participant_person_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    session_id: Mapped[UUID] = mapped_column(ForeignKey("mentoring_session.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("project.id"))
    status: Mapped[str] = mapped_column(Text, server_default="registered")
    added_by_kind: Mapped[str] = mapped_column(Text)
    added_by_id: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    @property
    def is_seated(self) -> bool:
        return self.status in SEATED

    def become(self, status: GuestStatus, project_id: UUID | None) -> None:
        """Registered, there or not. The project for which somebody comes is set once."""
        self.status = status.value
        self.project_id = self.project_id or project_id


class SessionTransition(Base):
    """The append-only history. `voids_id` names a wrong row that this one takes back."""

    __tablename__ = "session_transition"
    __table_args__ = (UniqueConstraint("session_id", "number"), UniqueConstraint("voids_id"))

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    session_id: Mapped[UUID] = mapped_column(ForeignKey("mentoring_session.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    action: Mapped[str] = mapped_column(Text)
    from_status: Mapped[str | None] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    occurred_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    voids_id: Mapped[UUID | None] = mapped_column(ForeignKey("session_transition.id"))


def actions_from(status: str) -> list[str]:
    """The actions that start at a status, in the order of the table."""
    return [action.value for action, step in NEXT.items() if status in step.sources]
