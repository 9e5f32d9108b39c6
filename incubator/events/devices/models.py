"""A check-in phone: enrolled once, for sites of one event, until it expires or is revoked."""

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
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of


class DeviceProfile(enum.StrEnum):
    """What a phone may send: scans of tickets; scans and walk-ins; head-counts alone. All may report head-counts."""

    scan = "scan"
    scan_walk_in = "scan_walk_in"
    headcount = "headcount"


class Device(Base):
    """A phone at the door. Its bearer token is a row of `token` of kind `device`, made when it enrols.

    `code_hash` is that of a one-time code with which it enrols; `enrolled_nonce` is the hash of what the phone sent
    beside it, so that the same phone may repeat an enrolment of which it lost the answer.
    """

    __tablename__ = "device"
    __table_args__ = (
        UniqueConstraint("id", "event_id"),
        UniqueConstraint("token_id"),
        UniqueConstraint("code_hash"),
        CheckConstraint(one_of("profile", DeviceProfile), name="profile_known"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
        CheckConstraint("(code_hash IS NULL) = (code_expires_at IS NULL)", name="code_with_expiry"),
        CheckConstraint("(token_id IS NULL) = (enrolled_at IS NULL)", name="token_when_enrolled"),
        Index("ix_device_event_id_id", "event_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    name: Mapped[str] = mapped_column(Text)
    profile: Mapped[str] = mapped_column(Text)
    token_id: Mapped[UUID | None] = mapped_column(ForeignKey("token.id"))
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    enrolled_nonce: Mapped[bytes | None] = mapped_column(LargeBinary)
    enrolled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}


class DeviceSite(Base):
    """A site for which a phone is enrolled; it is one of the phone's event."""

    __tablename__ = "device_site"
    __table_args__ = (
        ForeignKeyConstraint(["device_id", "event_id"], ["device.id", "device.event_id"], name="fk_device_site_device"),
        ForeignKeyConstraint(["site_id", "event_id"], ["event_site.id", "event_site.event_id"], name="fk_device_site"),
        Index("ix_device_site_site_id", "site_id"),
    )

    device_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    event_id: Mapped[UUID] = mapped_column(Uuid)


class DeviceContact(Base):
    """When a phone was last heard of. Beside the device, so that hearing of it makes no new version of it."""

    __tablename__ = "device_contact"

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"), primary_key=True)
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_skew_ms: Mapped[int | None] = mapped_column(BigInteger)
