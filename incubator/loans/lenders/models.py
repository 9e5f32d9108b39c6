"""Who lends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Integer, Text, UniqueConstraint, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base


class Lender(Base):
    """A bank or a fund whose loans pass through the Youth Union."""

    __tablename__ = "lender"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("code ~ '^[a-z0-9][a-z0-9_-]{0,39}$'", name="code_form"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}
