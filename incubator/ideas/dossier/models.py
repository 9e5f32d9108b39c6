"""Remarks beside an idea, papers that belong to it, and what figures count it as."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base


class IdeaComment(Base):
    """A remark beside an idea: `internal`, for `reviewers` too, or for the `applicant`."""

    __tablename__ = "idea_comment"
    __table_args__ = (Index("ix_idea_comment_idea_id_id", "idea_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    idea_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"))
    audience: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    author_kind: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class IdeaDocument(Base):
    """A paper that belongs to an idea: what it is, its SHA-256 and where it is kept. The file lives elsewhere."""

    __tablename__ = "idea_document"
    __table_args__ = (
        UniqueConstraint("idea_id", "sha256"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_hex"),
        Index("ix_idea_document_idea_id_id", "idea_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    idea_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"))
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(Text)
    added_by: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class IdeaEntry(Base):
    """What figures are broken down by, fixed on the day an idea was first submitted: it is counted where and
    as what it came in, whatever is corrected later. Append-only. The funnel's one dimension table."""

    __tablename__ = "idea_entry"
    __table_args__ = (
        Index("ix_idea_entry_entered_on", "entered_on"),
        ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_idea_entry_locality_province",
        ),
    )  # fmt: skip

    idea_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    entered_on: Mapped[date] = mapped_column(Date)
    recorded_on: Mapped[date] = mapped_column(Date)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    channel: Mapped[str] = mapped_column(Text)
    sector: Mapped[str] = mapped_column(Text)
    locality_id: Mapped[UUID] = mapped_column(Uuid)
    province_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_locality_id: Mapped[UUID | None] = mapped_column(ForeignKey("locality.id"))
    sex: Mapped[str | None] = mapped_column(Text)
    ethnicity: Mapped[str | None] = mapped_column(Text)
    age: Mapped[int | None] = mapped_column(SmallInteger)
