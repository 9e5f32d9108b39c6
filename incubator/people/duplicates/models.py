"""A pair of persons who may be the same one. Nothing is merged by itself: people say what is true."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, Text, UniqueConstraint, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of


class DuplicateStatus(enum.StrEnum):
    open = "open"
    not_duplicate = "not_duplicate"
    merged = "merged"


class Evidence(enum.StrEnum):
    """Why two persons may be one. The folded name is equal in all but the first two; it never suffices alone."""

    citizen_id = "citizen_id"
    phone = "phone"
    name_birth_year_commune = "name_birth_year_commune"
    name_phone_tail = "name_phone_tail"
    name_birth_year = "name_birth_year"
    name_commune = "name_commune"


STRONG = frozenset({Evidence.citizen_id, Evidence.phone})


class PersonDuplicate(Base):
    """A pair, once, the lower id first. `evidence` grows when later entries say more."""

    __tablename__ = "person_duplicate"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="lower_id_first"),
        CheckConstraint(one_of("status", DuplicateStatus), name="status_known"),
        CheckConstraint("cardinality(evidence) > 0", name="has_evidence"),
        CheckConstraint("(status = 'open') = (resolved_at IS NULL)", name="resolved_at"),
        Index("ix_person_duplicate_status_is_strong_id", "status", "is_strong", "id"),
        Index("ix_person_duplicate_high_id", "high_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    low_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    high_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_strong: Mapped[bool] = mapped_column()
    status: Mapped[str] = mapped_column(Text, server_default="open")
    note: Mapped[str | None] = mapped_column(Text)
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    resolved_by_id: Mapped[UUID | None] = mapped_column(Uuid)

    __mapper_args__ = {"version_id_col": version}

    def settle(self, status: DuplicateStatus, *, by: UUID, note: str | None = None) -> None:
        """What somebody says about the pair now. Open again, nobody has."""
        is_open = status is DuplicateStatus.open
        self.status, self.note = status, note if note is not None else self.note
        self.resolved_at = None if is_open else func.clock_timestamp()
        self.resolved_by_id = None if is_open else by
