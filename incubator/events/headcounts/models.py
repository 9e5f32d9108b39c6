"""How many people were counted at a site. A later count replaces an earlier one and overwrites nothing."""

import enum
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of
from incubator.errors import rule_text

MOST_HEADS = 100_000
SOONEST = timedelta(hours=2)
"""So long before a session begins its heads may be counted."""

SESSION_AHEAD = rule_text(
    "headcount_too_early",
    "This session begins at {starts_at}; heads are counted from two hours before that.",
    "Phiên này bắt đầu lúc {starts_at}; chỉ báo số người từ hai giờ trước đó.",
)


class CountMethod(enum.StrEnum):
    counted = "count"
    paper_list = "paper_list"
    estimate = "estimate"
    platform = "platform"


class ReportStatus(enum.StrEnum):
    """What became of a report: it stands, another one stands in its place, or staff has to say whether it counts."""

    current = "current"
    replaced = "replaced"
    kept_for_staff = "kept_for_staff"


_PARTS = " AND ".join(f"{part} BETWEEN 0 AND total" for part in ("female", "youth", "ethnic_minority"))


class Headcount(Base):
    """Append-only. Of the counts of a site one replaces nothing and each other replaces another one of that site, once:
    so there is always exactly one that none has replaced, which is the current one."""

    __tablename__ = "headcount"
    __table_args__ = (
        ForeignKeyConstraint(
            ["site_id", "session_id", "event_id"],
            ["event_site.id", "event_site.session_id", "event_site.event_id"],
            name="fk_headcount_site",
        ),
        ForeignKeyConstraint(
            ["replaces_id", "site_id"], ["headcount.id", "headcount.site_id"], name="fk_headcount_replaces"
        ),
        UniqueConstraint("id", "site_id"),
        UniqueConstraint("replaces_id"),
        UniqueConstraint("reported_by_id", "client_report_id"),
        CheckConstraint(one_of("method", CountMethod), name="method_known"),
        CheckConstraint(f"total BETWEEN 0 AND {MOST_HEADS}", name="total_range"),
        CheckConstraint(_PARTS, name="parts_within_total"),
        Index("uq_headcount_site_id_first", "site_id", unique=True, postgresql_where="replaces_id IS NULL"),
        Index("ix_headcount_site_id_id", "site_id", "id"),
        Index("ix_headcount_event_id_id", "event_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    event_id: Mapped[UUID] = mapped_column(Uuid)
    session_id: Mapped[UUID] = mapped_column(Uuid)
    site_id: Mapped[UUID] = mapped_column(Uuid)
    client_report_id: Mapped[UUID] = mapped_column(Uuid)
    total: Mapped[int] = mapped_column(Integer)
    female: Mapped[int | None] = mapped_column(Integer)
    youth: Mapped[int | None] = mapped_column(Integer)
    ethnic_minority: Mapped[int | None] = mapped_column(Integer)
    method: Mapped[str] = mapped_column(Text)
    counted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    note: Mapped[str | None] = mapped_column(Text)
    replaces_id: Mapped[UUID | None] = mapped_column(Uuid)
    reported_by_kind: Mapped[str] = mapped_column(Text)
    reported_by_id: Mapped[UUID] = mapped_column(Uuid)
    reported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
