"""A pair of ideas that may be the same one. Screening waits until a person has said which."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, Text, UniqueConstraint, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of


class IdeaDuplicateStatus(enum.StrEnum):
    open = "open"
    not_duplicate = "not_duplicate"
    merged = "merged"


class IdeaEvidence(enum.StrEnum):
    """Why two ideas may be one: who is behind them, and what they are called."""

    same_leader = "same_leader"
    leader_may_be_same = "leader_may_be_same"
    same_title = "same_title"
    similar_title = "similar_title"


class IdeaDuplicate(Base):
    """A pair, once, the lower id first."""

    __tablename__ = "idea_duplicate"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="lower_id_first"),
        CheckConstraint(one_of("status", IdeaDuplicateStatus), name="status_known"),
        CheckConstraint("cardinality(evidence) > 0", name="has_evidence"),
        CheckConstraint("(status = 'open') = (resolved_at IS NULL)", name="resolved_at"),
        Index("ix_idea_duplicate_high_id", "high_id"),
        Index("ix_idea_duplicate_open_id", "id", postgresql_where="status = 'open'"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    low_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"))
    high_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"))
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[str] = mapped_column(Text, server_default="open")
    note: Mapped[str | None] = mapped_column(Text)
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    resolved_by_id: Mapped[UUID | None] = mapped_column(Uuid)

    __mapper_args__ = {"version_id_col": version}
