"""A personal feed: a secret address under which one account's sessions can be subscribed to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base


class CalendarFeed(Base):
    """Read-only. Only the hash of its secret is kept; what it shows is what its account may see at that moment."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("hash"), Index("ix_calendar_feed_account_id_id", "account_id", "id"))

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __mapper_args__ = {"version_id_col": version}
