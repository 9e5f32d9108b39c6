"""An idea, the versions of its content, and the one machine that moves it."""

import enum
import secrets
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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from incubator.actor import Permission
from incubator.db import Base
from incubator.errors import DomainError, broken_rule, rule_text
from incubator.text import fold

DAY_IN_FUTURE = rule_text(
    "day_in_future", "The day {day} lies ahead; a move is recorded once it has happened.",
    "Ngày {day} chưa tới; chỉ ghi việc đã diễn ra.",
)  # fmt: skip
DAY_BEFORE_PREVIOUS_MOVE = rule_text(
    "day_before_previous_move",
    "The day {day} lies before the previous step of {previous}.",
    "Ngày {day} trước bước liền trước là {previous}.",
)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


class IdeaStatus(enum.StrEnum):
    draft = "draft"
    submitted = "submitted"
    screening = "screening"
    needs_info = "needs_info"
    in_review = "in_review"
    review_closed = "review_closed"
    accepted = "accepted"
    deferred = "deferred"
    rejected = "rejected"
    withdrawn = "withdrawn"
    merged = "merged"
    lapsed = "lapsed"


class IdeaAction(enum.StrEnum):
    submit = "submit"
    start_screening = "start_screening"
    request_info = "request_info"
    provide_info = "provide_info"
    lapse = "lapse"
    pass_screening = "pass_screening"  # noqa: S105 - a step, not a secret
    screen_out = "screen_out"
    close_review = "close_review"
    reopen_review = "reopen_review"
    decide = "decide"
    withdraw = "withdraw"
    merge_into = "merge_into"
    reconsider = "reconsider"
    void = "void"


class Move(msgspec.Struct, frozen=True):
    """One row of the state machine: from where, to where, and which permission it takes."""

    sources: frozenset[IdeaStatus]
    targets: frozenset[IdeaStatus]
    permission: Permission


_S, _A, _P = IdeaStatus, IdeaAction, Permission

OPEN = frozenset({_S.draft, _S.submitted, _S.screening, _S.needs_info, _S.in_review, _S.review_closed})
DECIDED = frozenset({_S.accepted, _S.deferred, _S.rejected})


def _move(sources: set[IdeaStatus] | frozenset[IdeaStatus], targets: set[IdeaStatus], permission: Permission) -> Move:
    return Move(frozenset(sources), frozenset(targets), permission)


NEXT: Mapping[IdeaAction, Move] = {
    _A.submit: _move({_S.draft}, {_S.submitted}, _P.ideas_enter),
    _A.start_screening: _move({_S.submitted}, {_S.screening}, _P.ideas_screen),
    _A.request_info: _move({_S.screening, _S.in_review, _S.review_closed}, {_S.needs_info}, _P.ideas_screen),
    _A.provide_info: _move({_S.needs_info}, {_S.screening, _S.in_review, _S.review_closed}, _P.ideas_enter),
    _A.lapse: _move({_S.needs_info}, {_S.lapsed}, _P.ideas_screen),
    _A.pass_screening: _move({_S.screening}, {_S.in_review}, _P.ideas_screen),
    _A.screen_out: _move({_S.screening}, {_S.rejected}, _P.ideas_screen),
    _A.close_review: _move({_S.in_review}, {_S.review_closed}, _P.ideas_screen),
    _A.reopen_review: _move({_S.review_closed}, {_S.in_review}, _P.ideas_screen),
    _A.decide: _move({_S.review_closed}, {_S.accepted, _S.deferred, _S.rejected}, _P.ideas_decide),
    _A.withdraw: _move(OPEN, {_S.withdrawn}, _P.ideas_enter),
    _A.merge_into: _move(OPEN, {_S.merged}, _P.ideas_screen),
    _A.reconsider: _move({_S.rejected, _S.deferred, _S.lapsed, _S.withdrawn}, {_S.screening}, _P.ideas_decide),
}
"""Every step there is. Whoever is not in this table does not happen."""


class Idea(Base):
    """An idea and where it stands. Its content is in `IdeaVersion`, the names of people only in `person`.

    `publish_at` is set by a decision: until then those outside staff see `review_closed`.
    """

    __tablename__ = "idea"
    __table_args__ = (
        UniqueConstraint("tracking_code"),
        ForeignKeyConstraint(
            ["locality_id", "province_id"], ["locality.id", "locality.parent_id"], name="fk_idea_locality_province"
        ),
        CheckConstraint("status IN ('" + "','".join(IdeaStatus) + "')", name="status_known"),
        CheckConstraint(
            "publish_at IS NULL OR status IN ('accepted','deferred','rejected')", name="only_decisions_are_published"
        ),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_has_target"),
        CheckConstraint("(status = 'needs_info') = (info_due_on IS NOT NULL)", name="needs_info_has_due_day"),
        Index("ix_idea_province_id_id", "province_id", "id"),
        Index("ix_idea_locality_id_id", "locality_id", "id"),
        Index("ix_idea_status_id", "status", "id"),
        Index("ix_idea_province_id_status_id", "province_id", "status", "id"),
        Index("ix_idea_locality_id_status_id", "locality_id", "status", "id"),
        Index("ix_idea_call_id_id", "call_id", "id"),
        Index("ix_idea_assignee_id_id", "assignee_id", "id", postgresql_where=text("assignee_id IS NOT NULL")),
        Index("ix_idea_owner_token_id_id", "owner_token_id", "id", postgresql_where=text("owner_token_id IS NOT NULL")),
        Index("ix_idea_info_due_on", "info_due_on", postgresql_where=text("info_due_on IS NOT NULL")),
        Index("ix_idea_publish_at", "publish_at", postgresql_where=text("publish_at IS NOT NULL")),
        Index("ix_idea_search", "search", postgresql_using="gin"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    tracking_code: Mapped[str] = mapped_column(Text)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    rubric_id: Mapped[UUID | None] = mapped_column(ForeignKey("rubric.id"))
    status: Mapped[str] = mapped_column(Text)
    moved_on: Mapped[date] = mapped_column(Date)
    content_number: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    search_key: Mapped[str] = mapped_column(Text)
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("to_tsvector('simple', search_key)", persisted=True))
    locality_id: Mapped[UUID] = mapped_column(Uuid)
    province_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_locality_id: Mapped[UUID | None] = mapped_column(ForeignKey("locality.id"))
    channel: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date] = mapped_column(Date)
    late_reason: Mapped[str | None] = mapped_column(Text)
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    owner_token_id: Mapped[UUID | None] = mapped_column(ForeignKey("token.id"))
    is_proxy: Mapped[bool] = mapped_column(server_default="false")
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    publish_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    info_due_on: Mapped[date | None] = mapped_column(Date)
    info_from: Mapped[str | None] = mapped_column(Text)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("idea.id"))
    reconsidered_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def move_to(self, status: IdeaStatus, action: IdeaAction, occurred_on: date, *, today: date) -> None:
        """The only place where a status changes. Refuses a step that `NEXT` does not hold, and a wrong day."""
        move = NEXT[action]
        if self.status not in move.sources or status not in move.targets:
            raise DomainError(
                "invalid_transition", status=self.status, action=action.value, allowed_actions=actions_from(self.status)
            )
        check_day(occurred_on, not_before=self.moved_on, today=today)
        self.status = status
        self.moved_on = occurred_on

    def take_back(self, status: str, moved_on: date) -> None:
        """Undo the last move after a row of history voids it: the status and day before it hold again."""
        self.status = status
        self.moved_on = moved_on


def actions_from(status: str) -> list[str]:
    """The actions that start at a status, in the order of the table."""
    return [action.value for action, move in NEXT.items() if status in move.sources]


def check_day(day: date, *, not_before: date, today: date) -> None:
    """A business day is not ahead of the calendar and not before the step before it."""
    if day > today:
        raise broken_rule(DAY_IN_FUTURE, day=day.isoformat())
    if day < not_before:
        raise broken_rule(DAY_BEFORE_PREVIOUS_MOVE, day=day.isoformat(), previous=not_before.isoformat())


def read_tracking_code(written: str) -> str:
    """A code as people write it: in groups, in small letters, with letters that look like digits."""
    return written.upper().translate(LOOKALIKES)


def new_tracking_code() -> str:
    """Twelve characters of Crockford's base 32 (60 bits): fit to be read out over the phone."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(12))


def search_key(title: str, tracking_code: str) -> str:
    """What an idea is found by: the words of its title, and its tracking code."""
    return f"{fold(title)} {tracking_code.lower()}"


class IdeaVersion(Base):
    """What an idea said at one time. Edited in place while it is a draft, else a new row."""

    __tablename__ = "idea_version"
    __table_args__ = (CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),)

    idea_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(Text)
    solution: Mapped[str | None] = mapped_column(Text)
    sector: Mapped[str | None] = mapped_column(Text)
    stage: Mapped[str | None] = mapped_column(Text)
    need_capital: Mapped[str | None] = mapped_column(Text)
    need_market: Mapped[str | None] = mapped_column(Text)
    need_digital: Mapped[str | None] = mapped_column(Text)
    written_by: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class IdeaMember(Base):
    """Who stands behind a version of an idea; position 0 is the leader."""

    __tablename__ = "idea_member"
    __table_args__ = (
        ForeignKeyConstraint(["idea_id", "number"], ["idea_version.idea_id", "idea_version.number"]),
        UniqueConstraint("idea_id", "number", "person_id"),
        Index("ix_idea_member_person_id", "person_id"),
    )

    idea_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class IdeaTransition(Base):
    """The append-only history. `voids_id` names a wrong row that this one takes back."""

    __tablename__ = "idea_transition"
    __table_args__ = (
        UniqueConstraint("idea_id", "number"),
        UniqueConstraint("voids_id"),
        Index("ix_idea_transition_action_occurred_on", "action", "occurred_on"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    idea_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    action: Mapped[str] = mapped_column(Text)
    from_status: Mapped[str | None] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    occurred_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID] = mapped_column(Uuid)
    on_behalf_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    content_number: Mapped[int] = mapped_column(SmallInteger)
    reason_code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    message: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    voids_id: Mapped[UUID | None] = mapped_column(ForeignKey("idea_transition.id"))


class IdeaViewer(Base):
    """Accounts that see an idea for another reason than a locality. Features above write here: a mentor's project."""

    __tablename__ = "idea_viewer"

    idea_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    source: Mapped[str] = mapped_column(Text, primary_key=True)

    __mapper_args__ = {"confirm_deleted_rows": False}
