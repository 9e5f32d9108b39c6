"""A check-in phone: enrolled once, for sites of one event, until it expires or is revoked."""

import enum
import hashlib
import secrets
from datetime import datetime, timedelta
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
from incubator.errors import broken_rule, rule_text

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
CODE_GROUP = 4
CODE_HOLDS = timedelta(hours=24)
MOST_AFTER_END = timedelta(days=90)
"""How long after the end of its event a phone may hold a token at most."""

CODE_REFUSED = rule_text(
    "enrolment_code_refused",
    "No phone can be enrolled with this code: it is wrong, has been used or has run out. Ask for a new one.",
    "Không thể ghi danh điện thoại bằng mã này: mã sai, đã dùng hoặc đã hết hạn. Hãy xin mã mới.",
)
DEVICE_ENDED = rule_text(
    "device_ended",
    "This phone was revoked or its time is over; add another one.",
    "Điện thoại này đã bị thu hồi hoặc hết thời hạn; hãy thêm điện thoại khác.",
)


class DeviceProfile(enum.StrEnum):
    """What a phone may send: scans of tickets; scans and walk-ins; head-counts alone. All may report head-counts."""

    scan = "scan"
    scan_walk_in = "scan_walk_in"
    headcount = "headcount"


class DeviceStatus(enum.StrEnum):
    """Follows from the row and the time, and is stored nowhere. Waiting: for the phone to send its code."""

    waiting = "waiting"
    enrolled = "enrolled"
    revoked = "revoked"
    expired = "expired"


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

    def wait_for(self, code_hash: bytes, *, now: datetime) -> None:
        """A new code, with which a phone enrols within a day. Whoever was enrolled before is so no longer."""
        if self.revoked_at is not None or self.expires_at <= now:
            raise broken_rule(DEVICE_ENDED)
        self.code_hash, self.code_expires_at = code_hash, now + CODE_HOLDS
        self.token_id = self.enrolled_at = self.enrolled_nonce = None

    def admits(self, nonce: bytes, *, now: datetime) -> bool:
        """Whether this phone may enrol: the first one with the code, and that one again while the code holds."""
        if self.code_expires_at is None or min(self.code_expires_at, self.expires_at) <= now:
            return False
        return self.enrolled_nonce in {None, nonce}

    def enrol(self, token_id: UUID, nonce: bytes, *, now: datetime) -> None:
        self.token_id, self.enrolled_nonce, self.enrolled_at = token_id, nonce, now

    def revoke(self, *, now: datetime) -> None:
        """For good; with its code."""
        self.revoked_at, self.code_hash, self.code_expires_at = now, None, None


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


def device_status(
    token_id: UUID | None, expires_at: datetime, revoked_at: datetime | None, *, now: datetime
) -> DeviceStatus:
    if revoked_at is not None:
        return DeviceStatus.revoked
    if expires_at <= now:
        return DeviceStatus.expired
    return DeviceStatus.waiting if token_id is None else DeviceStatus.enrolled


def new_enrolment_code() -> str:
    """Eight letters in two groups (40 bits): fit to be read out in a noisy hall, and guessed by nobody in a day."""
    groups = ("".join(secrets.choice(CROCKFORD) for _ in range(CODE_GROUP)) for _ in range(2))
    return "-".join(groups)


def enrolment_code_hash(written: str) -> bytes:
    """Of a code as people write it: in groups or not, in small letters, with letters that look like digits."""
    return hashlib.sha256(written.upper().translate(LOOKALIKES).encode()).digest()


def nonce_hash(nonce: UUID) -> bytes:
    return hashlib.sha256(nonce.bytes).digest()
