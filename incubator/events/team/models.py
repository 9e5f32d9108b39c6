"""Who leads, teaches and helps at a session of an event."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Index, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of


class TeamPart(enum.StrEnum):
    lead = "lead"
    trainer = "trainer"
    support = "support"


class EventTeamMember(Base):
    """A person's part in a session. Who leads one sees the event, with the mentor's role, and counts heads there."""

    __tablename__ = "event_team_member"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "event_id"],
            ["event_session.id", "event_session.event_id"],
            name="fk_event_team_member_session",
        ),
        CheckConstraint(one_of("part", TeamPart), name="part_known"),
        Index("ix_event_team_member_person_id_event_id", "person_id", "event_id"),
        Index("ix_event_team_member_event_id", "event_id"),
    )

    session_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(Uuid)
    part: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
