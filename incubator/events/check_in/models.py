"""The append-only log of what phones saw, the people they met at the door, and what staff have to look at."""

import enum
from datetime import datetime, timedelta
from typing import Any
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
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of
from incubator.errors import DomainError


class ScanKind(enum.StrEnum):
    came = "in"
    left = "out"


class ScanMethod(enum.StrEnum):
    """By the code of a ticket, by a name picked from the manifest, or somebody who is on no list."""

    qr = "qr"
    listed = "list"
    walk_in = "walk_in"


class ScanStatus(enum.StrEnum):
    """What is kept of an item; the other answers, `replayed` and `retry`, keep nothing new."""

    accepted = "accepted"
    rejected = "rejected"


class ScanCode(enum.StrEnum):
    checked_in = "checked_in"
    already_checked_in = "already_checked_in"
    checked_out = "checked_out"
    token_unknown = "token_unknown"  # noqa: S105 - a code
    token_revoked = "token_revoked"  # noqa: S105 - a code
    token_wrong_event = "token_wrong_event"  # noqa: S105 - a code
    session_unknown = "session_unknown"
    event_cancelled = "event_cancelled"
    walk_in_not_allowed = "walk_in_not_allowed"
    site_mismatch = "site_mismatch"
    payload_mismatch = "payload_mismatch"
    sync_window_closed = "sync_window_closed"
    invalid_item = "invalid_item"


class ScanWarning(enum.StrEnum):
    late_sync = "late_sync"
    clock_adjusted = "clock_adjusted"
    clock_suspect = "clock_suspect"
    outside_window = "outside_window"
    walk_in = "walk_in"
    over_capacity = "over_capacity"
    mode_switched = "mode_switched"
    waitlisted_admitted = "waitlisted_admitted"
    registration_cancelled = "registration_cancelled"
    possible_duplicate_person = "possible_duplicate_person"


class ReviewReason(enum.StrEnum):
    """Why somebody has to look: an item was rejected, a walk-in counts only once staff confirms them, the commune that
    a walk-in named cannot be made out, or heads were reported too late."""

    token_unknown = "token_unknown"  # noqa: S105 - a code
    token_revoked = "token_revoked"  # noqa: S105 - a code
    token_wrong_event = "token_wrong_event"  # noqa: S105 - a code
    session_unknown = "session_unknown"
    event_cancelled = "event_cancelled"
    walk_in_not_allowed = "walk_in_not_allowed"
    site_mismatch = "site_mismatch"
    payload_mismatch = "payload_mismatch"
    sync_window_closed = "sync_window_closed"
    invalid_item = "invalid_item"
    walk_in_unconfirmed = "walk_in_unconfirmed"
    locality_unknown = "locality_unknown"
    headcount_late = "headcount_late"


class ItemStatus(enum.StrEnum):
    """What became of an item of a batch. A phone keeps it only where this says `retry`."""

    accepted = "accepted"
    replayed = "replayed"
    rejected = "rejected"
    retry = "retry"


class ClockQuality(enum.StrEnum):
    """What the service makes of a phone's clock. Adjusted: it was off by more than two minutes, and so much was added
    to its times. Suspect: some time of the batch could not be believed even so, as it lies a day and more beside the
    session or in the future, and the start of the session stands for it. Unknown: the batch does not say when it was
    sent."""

    ok = "ok"
    adjusted = "adjusted"
    suspect = "suspect"
    unknown = "unknown"


class Scan(Base):
    """One item of a batch as it was answered, under the phone's own key. What it names need not exist.

    `payload_hash` tells a repeat from another item under the same id. `scanned_at` is the phone's clock;
    `happened_at` is what the service made of it, null where it made nothing.
    """

    __tablename__ = "scan"
    __table_args__ = (
        CheckConstraint(one_of("status", ScanStatus), name="status_known"),
        CheckConstraint(one_of("code", ScanCode), name="code_known"),
        CheckConstraint("octet_length(payload_hash) = 32", name="payload_hash_length"),
        Index("ix_scan_event_id_received_at", "event_id", "received_at"),
        Index("ix_scan_site_id_late", "site_id", postgresql_where="'late_sync' = ANY (warnings)"),
        Index("ix_scan_person_id_session_id", "person_id", "session_id", postgresql_where="person_id IS NOT NULL"),
    )

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"), primary_key=True)
    client_scan_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    payload_hash: Mapped[bytes] = mapped_column(LargeBinary)
    session_id: Mapped[UUID | None] = mapped_column(Uuid)
    site_id: Mapped[UUID | None] = mapped_column(Uuid)
    registration_id: Mapped[UUID | None] = mapped_column(ForeignKey("registration.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str | None] = mapped_column(Text)
    method: Mapped[str | None] = mapped_column(Text)
    scanned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    happened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    skew_ms: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    warnings: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


class WalkIn(Base):
    """A person whom a phone met at the door, under the phone's own key for them: met twice, they are one person."""

    __tablename__ = "walk_in"
    __table_args__ = (Index("ix_walk_in_person_id", "person_id"),)

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"), primary_key=True)
    client_person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())


KEPT = timedelta(days=30)
"""How long what a phone sent is kept after staff dismissed it, and may take that back."""


class ReviewStatus(enum.StrEnum):
    open = "open"
    admitted = "admitted"
    dismissed = "dismissed"


class CheckInReview(Base):
    """Something that a person has to look at: an item that was rejected, or a walk-in to be confirmed.

    `client_key` is the item's id, or one made from its content where it has none. `payload` is what the phone sent,
    without a person's details, which are in `person` alone; of an item that nobody can read it is what arrived,
    whatever that may hold. It is emptied when the item is admitted, and `KEPT` after it was dismissed.
    """

    __tablename__ = "check_in_review"
    __table_args__ = (
        ForeignKeyConstraint(
            ["device_id", "event_id"], ["device.id", "device.event_id"], name="fk_check_in_review_device"
        ),
        CheckConstraint(one_of("status", ReviewStatus), name="status_known"),
        CheckConstraint("(status = 'open') = (resolved_at IS NULL)", name="resolved_at"),
        Index("uq_check_in_review_device_id_client_key", "device_id", "client_key", unique=True),
        Index("ix_check_in_review_event_id_status_id", "event_id", "status", "id"),
        Index("ix_check_in_review_person_id", "person_id", postgresql_where="person_id IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    device_id: Mapped[UUID] = mapped_column(Uuid)
    client_key: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(Text)
    session_id: Mapped[UUID | None] = mapped_column(Uuid)
    site_id: Mapped[UUID | None] = mapped_column(Uuid)
    registration_id: Mapped[UUID | None] = mapped_column(ForeignKey("registration.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    happened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    payload: Mapped[Any] = mapped_column(JSONB, server_default="{}")
    status: Mapped[str] = mapped_column(Text, server_default="open")
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    resolved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __mapper_args__ = {"version_id_col": version}

    @property
    def allowed_actions(self) -> list[str]:
        """An unknown commune is nothing to admit: the person counts already, and gets a commune elsewhere."""
        if self.status == ReviewStatus.open:
            return ["dismiss"] if self.reason == ReviewReason.locality_unknown else ["admit", "dismiss"]
        return ["reopen"] if self.status == ReviewStatus.dismissed and self.payload else []

    def admit(self, *, by: UUID, note: str | None, now: datetime) -> None:
        """What the phone sent is no longer needed then."""
        self._require("admit")
        self._settle(ReviewStatus.admitted, by, note, now)
        self.payload = {}

    def dismiss(self, *, by: UUID, note: str | None, now: datetime) -> None:
        self._require("dismiss")
        self._settle(ReviewStatus.dismissed, by, note, now)

    def reopen(self, note: str | None) -> None:
        """While what the phone sent is still there."""
        self._require("reopen")
        self._settle(ReviewStatus.open, None, note, None)

    def _settle(self, status: ReviewStatus, by: UUID | None, note: str | None, now: datetime | None) -> None:
        self.status, self.resolved_by_id, self.resolved_at, self.note = status.value, by, now, note

    def _require(self, action: str) -> None:
        allowed = self.allowed_actions
        if action not in allowed:
            raise DomainError("invalid_transition", status=self.status, action=action, allowed_actions=allowed)
