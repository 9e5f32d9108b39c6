"""The modes of an event with their seats, its sessions, and its sites.

A *site* is the cell in which people are counted: a session at one place in one mode, such as the hall, the bridge
point of a commune or the online room. Composite foreign keys hold site, session, mode and event together.
"""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
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
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of


class AttendanceMode(enum.StrEnum):
    in_person = "in_person"
    online = "online"


Mode = AttendanceMode
"""Its name among events. In the API document it has its long one, because mentoring has modes too."""


class EventMode(Base):
    """A way to take part, and its seats. `seats_taken` changes by single statements that compare it (see
    registrations); `last_wait` numbers those who wait. A capacity of null is unlimited."""

    __tablename__ = "event_mode"
    __table_args__ = (
        CheckConstraint(one_of("mode", Mode), name="mode_known"),
        CheckConstraint("capacity BETWEEN 0 AND 1000000", name="capacity_range"),
        CheckConstraint("seats_taken >= 0 AND (capacity IS NULL OR seats_taken <= capacity)", name="seats_fit"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(Text, primary_key=True)
    capacity: Mapped[int | None] = mapped_column(Integer)
    seats_taken: Mapped[int] = mapped_column(Integer, server_default="0")
    waitlist: Mapped[bool] = mapped_column(server_default="true")
    last_wait: Mapped[int] = mapped_column(BigInteger, server_default="0")
    venue: Mapped[str | None] = mapped_column(Text)
    join_url: Mapped[str | None] = mapped_column(Text)


class EventSession(Base):
    """A part of an event in time: the morning, the second evening of a class."""

    __tablename__ = "event_session"
    __table_args__ = (
        UniqueConstraint("id", "event_id"),
        UniqueConstraint("event_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_event_session_starts_at", "starts_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str | None] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EventSite(Base):
    """Where a session is counted. It has one mode; a commune, or a province, which is its own `province_id`."""

    __tablename__ = "event_site"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "event_id"], ["event_session.id", "event_session.event_id"], name="fk_event_site_session"
        ),
        ForeignKeyConstraint(
            ["event_id", "mode"], ["event_mode.event_id", "event_mode.mode"], name="fk_event_site_mode"
        ),
        UniqueConstraint("id", "session_id", "event_id"),
        UniqueConstraint("id", "event_id"),
        UniqueConstraint("session_id", "label"),
        Index("ix_event_site_event_id", "event_id"),
        Index("ix_event_site_locality_id_event_id", "locality_id", "event_id"),
        Index("ix_event_site_province_id_event_id", "province_id", "event_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    event_id: Mapped[UUID] = mapped_column(Uuid)
    session_id: Mapped[UUID] = mapped_column(Uuid)
    mode: Mapped[str] = mapped_column(Text)
    locality_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"))
    province_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"))
    label: Mapped[str] = mapped_column(Text)
