"""The citizen id of a person, which is readable with the secret key of the service only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, DateTime, ForeignKey, Index, Integer, LargeBinary, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base
from incubator.people.citizen_ids.sealing import MARK_BYTES


class CitizenId(Base):
    """Twelve digits, sealed. `digest` is a keyed hash by which two equal numbers are found without opening any;
    it is not unique, because the same person may have been entered twice, which people have to settle.

    `key_mark` says under which secret key the row was sealed. `was_padded`: leading zeros were missing, as a
    spreadsheet loses them, and were put back.
    """

    __tablename__ = "citizen_id"
    __table_args__ = (
        CheckConstraint("last_four ~ '^[0-9]{4}$'", name="last_four_digits"),
        CheckConstraint("octet_length(digest) = 32", name="digest_length"),
        Index("ix_citizen_id_digest", "digest"),
        Index("ix_citizen_id_key_mark", "key_mark"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_mark: Mapped[bytes] = mapped_column(
        LargeBinary, Computed(f"substring(sealed from 1 for {MARK_BYTES})", persisted=True)
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    last_four: Mapped[str] = mapped_column(Text)
    was_padded: Mapped[bool] = mapped_column()
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())

    __mapper_args__ = {"version_id_col": version}
