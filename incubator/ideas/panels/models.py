"""A panel that sat on a day with its members, and what it decided."""

import enum
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base
from incubator.errors import broken_rule, rule_text
from incubator.ideas.models import IdeaStatus

NO_QUORUM = rule_text(
    "no_quorum",
    "The panel has {present} members present; its quorum is {quorum}.",
    "Hội đồng có {present} thành viên dự; cần tối thiểu {quorum}.",
)
PANEL_OF_ANOTHER_CALL = rule_text(
    "panel_of_another_call",
    "This panel sat for another call than the idea belongs to.",
    "Hội đồng này họp cho đợt khác với đợt của ý tưởng.",
)
OVERRIDE_NEEDED = rule_text(
    "override_reason_needed",
    "The median is below 50 or a criterion is below its floor; accepting it takes an override_reason.",
    "Điểm trung vị dưới 50 hoặc có tiêu chí dưới mức sàn; muốn chấp nhận phải ghi override_reason.",
)
PASS_MARK = Decimal(50)


class Outcome(enum.StrEnum):
    accepted = "accepted"
    deferred = "deferred"
    rejected = "rejected"

    @property
    def status(self) -> IdeaStatus:
        return IdeaStatus(self.value)


class Panel(Base):
    """A meeting that decides. `minutes_number` is the number of its written record."""

    __tablename__ = "panel"
    __table_args__ = (
        UniqueConstraint("minutes_number"),
        CheckConstraint("quorum BETWEEN 1 AND 50", name="quorum_range"),
        Index("ix_panel_held_on_id", "held_on", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    minutes_number: Mapped[str] = mapped_column(Text)
    held_on: Mapped[date] = mapped_column(Date)
    quorum: Mapped[int] = mapped_column(SmallInteger)
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("call.id"))
    created_by: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def check_call(self, call_id: UUID) -> None:
        if self.call_id is not None and self.call_id != call_id:
            raise broken_rule(PANEL_OF_ANOTHER_CALL)

    def check_quorum(self, present: int) -> None:
        if present < self.quorum:
            raise broken_rule(NO_QUORUM, present=present, quorum=self.quorum)


class PanelMember(Base):
    """Who was present."""

    __tablename__ = "panel_member"

    panel_id: Mapped[UUID] = mapped_column(ForeignKey("panel.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)


class IdeaDecision(Base):
    """What a panel decided on one version of an idea, with the marks as they stood. Append-only."""

    __tablename__ = "idea_decision"
    __table_args__ = (
        Index("ix_idea_decision_idea_id", "idea_id"),
        Index("ix_idea_decision_panel_id", "panel_id"),
        CheckConstraint("outcome IN ('accepted','deferred','rejected')", name="outcome_known"),
    )

    transition_id: Mapped[UUID] = mapped_column(ForeignKey("idea_transition.id"), primary_key=True)
    idea_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"))
    panel_id: Mapped[UUID] = mapped_column(ForeignKey("panel.id"))
    content_number: Mapped[int] = mapped_column(SmallInteger)
    outcome: Mapped[str] = mapped_column(Text)
    reason_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    message: Mapped[str | None] = mapped_column(Text)
    override_reason: Mapped[str | None] = mapped_column(Text)
    median: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    floor_failed: Mapped[bool] = mapped_column()
    publish_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def check_override(outcome: Outcome, median: Decimal | None, floor_failed: bool, override_reason: str | None) -> None:
    """Accepting below the pass mark (50 of 100) or with a criterion under its floor takes a reason."""
    weak = floor_failed or median is None or median < PASS_MARK
    if outcome is Outcome.accepted and weak and not override_reason:
        raise broken_rule(OVERRIDE_NEEDED)
