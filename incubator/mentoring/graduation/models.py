"""A request to let a project graduate although something is missing."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, Integer, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of


class RequestStatus(enum.StrEnum):
    open = "open"
    approved = "approved"
    refused = "refused"
    withdrawn = "withdrawn"


class GraduationRequest(Base):
    """One approver asks for an exception, another account decides. A project has one open request at most."""

    __tablename__ = "graduation_request"
    __table_args__ = (
        CheckConstraint(one_of("status", RequestStatus), name="status_known"),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_has_moment"),
        CheckConstraint("status IN ('open', 'withdrawn') OR decided_by <> requested_by", name="two_people"),
        Index("uq_graduation_request_open", "project_id", unique=True, postgresql_where="status = 'open'"),
        Index("ix_graduation_request_project_id_id", "project_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    status: Mapped[str] = mapped_column(Text, server_default="open")
    graduated_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_note: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}
