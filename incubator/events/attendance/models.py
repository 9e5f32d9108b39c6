"""Who was at which session. Every scan is laid over this row so that the order of scans does not matter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    Uuid,
    and_,
    not_,
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base
from incubator.errors import DomainError, rule_text

ATTENDANCE_CLOSED = rule_text(
    "attendance_closed",
    "The attendance of this event was closed; reopen it first.",
    "Điểm danh của sự kiện này đã chốt; hãy mở lại trước.",
)


_COUNTED = "voided_at IS NULL AND NOT (pending AND confirmed_at IS NULL)"
"""What `Attendance.is_counted` asks; the few others are found by an index of their own."""


class Attendance(Base):
    """A person at a session. `first_in_at` is null where nothing but leaving was seen.

    `site_id` is where they first came in, or else first went out; a tie goes to the lower id. `pending` says that all
    that is known is a walk-in who waits for staff (`confirmed_at`). A voided row stays voided whatever arrives later.
    """

    __tablename__ = "attendance"
    __table_args__ = (
        ForeignKeyConstraint(
            ["site_id", "session_id", "event_id"],
            ["event_site.id", "event_site.session_id", "event_site.event_id"],
            name="fk_attendance_site",
        ),
        CheckConstraint("first_in_at IS NOT NULL OR first_out_at IS NOT NULL", name="seen_at_all"),
        CheckConstraint("(first_out_at IS NULL) = (last_out_at IS NULL)", name="outs_together"),
        CheckConstraint("first_out_at <= last_out_at", name="outs_in_order"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_reason"),
        Index("ix_attendance_event_id_person_id", "event_id", "person_id"),
        Index("ix_attendance_person_id_session_id", "person_id", "session_id"),
        Index("ix_attendance_site_id", "site_id"),
        Index("ix_attendance_site_id_uncounted", "site_id", postgresql_where=f"NOT ({_COUNTED})"),
    )

    session_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(Uuid)
    site_id: Mapped[UUID] = mapped_column(Uuid)
    first_in_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    first_out_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_out_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    pending: Mapped[bool] = mapped_column(server_default="false")
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __mapper_args__ = {"version_id_col": version}

    @classmethod
    def is_counted(cls) -> ColumnElement[bool]:
        """Whether it is in any figure: not voided, and not a walk-in who still waits for staff."""
        return and_(cls.voided_at.is_(None), not_(and_(cls.pending, cls.confirmed_at.is_(None))))

    def void(self, reason: str, *, now: datetime) -> None:
        """They were not there. Later scans are laid over the row all the same and do not count either."""
        self._require(voided=False, action="void")
        self.voided_at, self.void_reason = now, reason

    def restore(self) -> None:
        """They were there after all, with everything that was scanned."""
        self._require(voided=True, action="restore")
        self.voided_at = self.void_reason = None

    def _require(self, *, voided: bool, action: str) -> None:
        if (self.voided_at is not None) == voided:
            return
        status, other = ("recorded", "void") if voided else ("voided", "restore")
        raise DomainError("invalid_transition", status=status, action=action, allowed_actions=[other])
