"""A registration, the seat or the place in the waitlist that it has, and its tickets.

Whether somebody attended or stayed away is never stored here: it follows from attendance.
"""

import base64
import enum
import hashlib
import secrets
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
from incubator.errors import DomainError, rule_text

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TICKET_LETTERS = 26
PREFIX_BYTES = 12
TICKET_TEXT = f"^[{CROCKFORD}]{{{TICKET_LETTERS}}}$"
"""128 random bits in Crockford's base 32: capitals and digits alone make a small QR code and can be typed."""

EVENT_UNPUBLISHED = rule_text(
    "event_unpublished",
    "This event is a draft; people are registered once it is published.",
    "Sự kiện này còn là bản nháp; chỉ đăng ký sau khi đã công bố.",
)
EVENT_CALLED_OFF = rule_text(
    "event_called_off",
    "This event was cancelled; nothing of its registrations changes any more.",
    "Sự kiện này đã bị hủy; không thay đổi đăng ký được nữa.",
)
REGISTRATION_OVER = rule_text(
    "registration_over",
    "This event is over. Until its attendance is closed, the Youth Union may still correct who was registered.",
    "Sự kiện này đã kết thúc. Chỉ cán bộ Đoàn mới sửa được đăng ký cho đến khi chốt điểm danh.",
)
TICKET_NOT_VALID = rule_text(
    "ticket_not_valid",
    "This is not the ticket of this registration, or there is a newer one, or the registration was cancelled.",
    "Đây không phải vé của đăng ký này, hoặc đã có vé mới hơn, hoặc đăng ký đã bị hủy.",
)


class RegistrationStatus(enum.StrEnum):
    confirmed = "confirmed"
    waitlisted = "waitlisted"
    cancelled = "cancelled"


class RegistrationSource(enum.StrEnum):
    """`self`: by a frontend's token. `walk_in`: by staff at the door, who give a seat where one is free."""

    self = "self"
    staff = "staff"
    imported = "import"
    walk_in = "walk_in"


class Registration(Base):
    """A person registered for one mode of an event. A person has one live registration for an event at most.

    Confirmed holds a seat of the mode; waitlisted has a `wait_number`, lower first. `locality_id` is the commune
    through which officers see it: the person's own where that is known, else the event's.
    """

    __tablename__ = "registration"
    __table_args__ = (
        ForeignKeyConstraint(
            ["event_id", "mode"], ["event_mode.event_id", "event_mode.mode"], name="fk_registration_mode"
        ),
        UniqueConstraint("id", "event_id"),
        CheckConstraint(one_of("status", RegistrationStatus), name="status_known"),
        CheckConstraint(one_of("source", RegistrationSource), name="source_known"),
        CheckConstraint("(status = 'waitlisted') = (wait_number IS NOT NULL)", name="waits_with_number"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        Index(
            "uq_registration_event_id_person_id_live",
            "event_id",
            "person_id",
            unique=True,
            postgresql_where="status <> 'cancelled'",
        ),
        Index(
            "uq_registration_event_id_mode_wait_number",
            "event_id",
            "mode",
            "wait_number",
            unique=True,
            postgresql_where="status = 'waitlisted'",
        ),
        Index("ix_registration_event_id_id", "event_id", "id"),
        Index("ix_registration_event_id_status_id", "event_id", "status", "id"),
        Index("ix_registration_person_id_id", "person_id", "id"),
        Index("ix_registration_locality_id_event_id_id", "locality_id", "event_id", "id"),
        Index("ix_registration_province_id_event_id_id", "province_id", "event_id", "id"),
        Index(
            "ix_registration_owner_token_id_id", "owner_token_id", "id", postgresql_where="owner_token_id IS NOT NULL"
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    event_id: Mapped[UUID] = mapped_column(Uuid)
    mode: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    locality_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"))
    province_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"))
    status: Mapped[str] = mapped_column(Text)
    wait_number: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(Text)
    owner_token_id: Mapped[UUID | None] = mapped_column(ForeignKey("token.id"))
    registered_by_kind: Mapped[str] = mapped_column(Text)
    registered_by_id: Mapped[UUID] = mapped_column(Uuid)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancel_reason: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}

    def seat(self, mode: str, *, now: datetime) -> None:
        """A seat of the mode was taken for it."""
        self.mode, self.status, self.wait_number, self.confirmed_at = mode, "confirmed", None, now

    def wait(self, mode: str, wait_number: int) -> None:
        """It waits for a seat of the mode, behind all lower numbers."""
        self.mode, self.status, self.wait_number, self.confirmed_at = mode, "waitlisted", wait_number, None

    def cancel(self, reason: str | None, *, now: datetime) -> None:
        self.require_live("cancel")
        self.status, self.wait_number = "cancelled", None
        self.cancelled_at, self.cancel_reason = now, reason

    def require_live(self, action: str) -> None:
        """Cancelled is the end; who comes after all is registered anew."""
        if self.status == RegistrationStatus.cancelled:
            raise DomainError("invalid_transition", status=self.status, action=action, allowed_actions=[])


class Ticket(Base):
    """The secret on a ticket, of which only the hash is kept. Rolling it revokes the ticket before."""

    __tablename__ = "ticket"
    __table_args__ = (
        ForeignKeyConstraint(
            ["registration_id", "event_id"], ["registration.id", "registration.event_id"], name="fk_ticket_registration"
        ),
        CheckConstraint("octet_length(hash) = 32", name="hash_length"),
        Index("uq_ticket_registration_id_live", "registration_id", unique=True, postgresql_where="revoked_at IS NULL"),
        Index("ix_ticket_event_id", "event_id"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    registration_id: Mapped[UUID] = mapped_column(Uuid)
    event_id: Mapped[UUID] = mapped_column(Uuid)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def new_ticket_text() -> str:
    """A fresh ticket; it is shown once and never stored."""
    number = secrets.randbits(128)
    return "".join(CROCKFORD[number >> 5 * place & 31] for place in reversed(range(TICKET_LETTERS)))


def ticket_hash(text: str) -> bytes:
    """A fast hash is enough: nobody guesses 128 random bits."""
    return hashlib.sha256(text.encode()).digest()


def ticket_prefix(hash_: bytes) -> str:
    """96 bits of a ticket's hash in 16 letters, by which a phone knows the ticket without a line to the service."""
    return base64.urlsafe_b64encode(hash_[:PREFIX_BYTES]).decode()


def prefix_bytes(prefix: str) -> bytes:
    """How the hash begins whose `ticket_prefix` this is."""
    return base64.urlsafe_b64decode(prefix)
