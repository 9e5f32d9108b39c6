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
from incubator.events.models import Event

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
CODE_GROUP = 4
CODE_HOLDS = timedelta(hours=24)
MOST_AFTER_END = timedelta(days=90)
"""How long after the end of its event a phone may be said to hold a token at most."""
GRACE = timedelta(days=30)
"""A phone that comes too late is told so, which keeps what it sends for staff, before its token ends."""
REVIVED_FOR = timedelta(days=7)
"""How long a phone whose time was over may be used once it is rolled, where its event gives it no more."""

CODE_REFUSED = rule_text(
    "enrolment_code_refused",
    "No phone can be enrolled with this code: it is wrong, has been used or has run out. Ask for a new one.",
    "Không thể ghi danh điện thoại bằng mã này: mã sai, đã dùng hoặc đã hết hạn. Hãy xin mã mới.",
)
DEVICE_ENDED = rule_text(
    "device_ended",
    "This phone was revoked for good; add another one.",
    "Điện thoại này đã bị thu hồi hẳn; hãy thêm điện thoại khác.",
)


class DeviceProfile(enum.StrEnum):
    """What a phone may send: scans of tickets; scans and walk-ins; head-counts alone. All may report head-counts."""

    scan = "scan"
    scan_walk_in = "scan_walk_in"
    headcount = "headcount"


class DeviceStatus(enum.StrEnum):
    """Follows from the row and the time, and is stored nowhere. Waiting: for the phone to send its code, which may have
    run out meanwhile."""

    waiting = "waiting"
    code_expired = "code_expired"
    enrolled = "enrolled"
    revoked = "revoked"
    expired = "expired"


class Device(Base):
    """A phone at the door. Its bearer token is a row of `token` of kind `device`, made when it enrols.

    `code_hash` is that of a one-time code with which it enrols; `enrolled_nonce` is the hash of what the phone sent
    beside it, so that the same phone may repeat an enrolment of which it lost the answer. `expires_at` is null where
    the phone follows its event. `sees_all` is whether its manifest names everybody or only the people of the communes
    of its sites.
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
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sees_all: Mapped[bool]
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def ends_at(self, event: Event) -> datetime:
        """When its token ends."""
        return self.expires_at or end_with(event)

    def wait_for(self, code_hash: bytes, *, now: datetime) -> None:
        """A new code, with which a phone enrols within a day. Whoever was enrolled before is so no longer."""
        if self.revoked_at is not None:
            raise broken_rule(DEVICE_ENDED)
        self.code_hash, self.code_expires_at = code_hash, now + CODE_HOLDS
        self.token_id = self.enrolled_at = self.enrolled_nonce = None

    def revive(self, event: Event, *, now: datetime) -> None:
        """What is in its queue is known by its id, so a phone whose time is over comes back as the same one."""
        if self.ends_at(event) <= now:
            self.expires_at = None if end_with(event) > now else now + REVIVED_FOR

    def admits(self, nonce: bytes, event: Event, *, now: datetime) -> bool:
        """Whether this phone may enrol: the first one with the code, and that one again while the code holds."""
        if self.code_expires_at is None or min(self.code_expires_at, self.ends_at(event)) <= now:
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


def end_with(event: Event) -> datetime:
    """When the token of a phone ends that follows its event."""
    return event.late_sync_until + GRACE


def device_status(
    token_id: UUID | None,
    code_expires_at: datetime | None,
    expires_at: datetime,
    revoked_at: datetime | None,
    *,
    now: datetime,
) -> DeviceStatus:
    if revoked_at is not None:
        return DeviceStatus.revoked
    if expires_at <= now:
        return DeviceStatus.expired
    if token_id is not None:
        return DeviceStatus.enrolled
    is_out = code_expires_at is not None and code_expires_at <= now
    return DeviceStatus.code_expired if is_out else DeviceStatus.waiting


def new_enrolment_code() -> str:
    """Eight letters in two groups (40 bits): fit to be read out in a noisy hall, and guessed by nobody in a day."""
    groups = ("".join(secrets.choice(CROCKFORD) for _ in range(CODE_GROUP)) for _ in range(2))
    return "-".join(groups)


def enrolment_code_hash(written: str) -> bytes:
    """Of a code as people write it: in groups or not, in small letters, with letters that look like digits."""
    return hashlib.sha256(written.upper().translate(LOOKALIKES).encode()).digest()


def nonce_hash(nonce: UUID) -> bytes:
    return hashlib.sha256(nonce.bytes).digest()
