"""A consultation: one project, on one platform, by one mentor, in one session; and the versions of what was said."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of
from incubator.projects.models import Platform

CONTACT_MINUTES = 15
"""A mentor who was with the project for less did not consult it."""


class Visibility(enum.StrEnum):
    """`internal`: its mentor, staff and approvers. `team`: everybody who follows the project."""

    internal = "internal"
    team = "team"


class ConsultationOutcome(enum.StrEnum):
    none = "none"
    referred = "referred"
    applied = "applied"
    achieved = "achieved"


class Consultation(Base):
    """That a mentor advised a project on a platform in a session. What was said is in its versions.

    Several mentors who advise a project on the same platform in the same session are one consultation to figures.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "mentor_id"],
            ["session_mentor.session_id", "session_mentor.mentor_id"],
            name="fk_consultation_session_id_mentor_id_session_mentor",
        ),
        CheckConstraint(one_of("platform", Platform), name="platform_known"),
        CheckConstraint(one_of("visibility", Visibility), name="visibility_known"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_reason"),
        Index(
            "uq_consultation_standing", "session_id", "project_id", "platform", "mentor_id",
            unique=True, postgresql_where="voided_at IS NULL",
        ),
        Index("ix_consultation_project_id_id", "project_id", "id"),
        Index("ix_consultation_mentor_id_id", "mentor_id", "id"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    session_id: Mapped[UUID] = mapped_column(Uuid)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    platform: Mapped[str] = mapped_column(Text)
    mentor_id: Mapped[UUID] = mapped_column(Uuid)
    content_number: Mapped[int] = mapped_column(SmallInteger)
    visibility: Mapped[str] = mapped_column(Text)
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}


class ConsultationVersion(Base):
    """Append-only: what was written down, as first logged, as edited within the week, or as corrected later.

    `reason` is that of a correction, null for the first version and for edits.
    """

    __tablename__ = "consultation_version"
    __table_args__ = (
        CheckConstraint(one_of("outcome", ConsultationOutcome), name="outcome_known"),
        CheckConstraint(one_of("visibility", Visibility), name="visibility_known"),
    )

    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    subtopic: Mapped[str | None] = mapped_column(Text)
    question: Mapped[str | None] = mapped_column(Text)
    advice: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    visibility: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    written_by_kind: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[UUID] = mapped_column(Uuid)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
