"""A mentor's time with a project."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, Integer, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base
from incubator.errors import broken_rule, rule_text
from incubator.ideas.models import check_day
from incubator.projects.models import RUNNING, Project

PROJECT_ENDED = rule_text(
    "project_not_running",
    "Mentors are assigned while a project is onboarding, active or paused; this one is {status}.",
    "Chỉ phân công cố vấn khi dự án đang tiếp nhận, hoạt động hoặc tạm dừng; dự án này ở trạng thái {status}.",
)
MENTOR_ENDED = rule_text(
    "mentor_already_ended",
    "This assignment ended on {to_on}.",
    "Phân công này đã kết thúc ngày {to_on}.",
)


class ProjectMentor(Base):
    """An account mentors a project from one day to another, both included; `to_on` is null while it does."""

    __tablename__ = "project_mentor"
    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="ends_after_start"),
        CheckConstraint("(to_on IS NULL) = (end_reason IS NULL)", name="end_has_reason"),
        Index("uq_project_mentor_current", "project_id", "account_id", unique=True, postgresql_where="to_on IS NULL"),
        Index("ix_project_mentor_account_id_project_id", "account_id", "project_id"),
        Index("ix_project_mentor_project_id_id", "project_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    end_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def end(self, to_on: date, reason: str, *, today: date) -> None:
        if self.to_on is not None:
            raise broken_rule(MENTOR_ENDED, to_on=self.to_on.isoformat())
        check_day(to_on, not_before=self.from_on, today=today)
        self.to_on = to_on
        self.end_reason = reason


def check_assignable(project: Project) -> None:
    if project.status not in RUNNING:
        raise broken_rule(PROJECT_ENDED, status=project.status)
