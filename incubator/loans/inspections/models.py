"""Visits that look whether a loan is used for what it was granted for."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of


class Use(enum.StrEnum):
    """Whether the loan is used as agreed."""

    yes = "yes"
    partly = "partly"
    no = "no"


class Inspection(Base):
    """An inspection on a day, append-only; a wrong one is taken back by a row that names it in `voids_id`."""

    __tablename__ = "loan_inspection"
    __table_args__ = (
        UniqueConstraint("voids_id"),
        CheckConstraint(one_of("used_as_agreed", Use), name="use_known"),
        CheckConstraint("(voids_id IS NULL) = (used_as_agreed IS NOT NULL)", name="void_says_nothing"),
        CheckConstraint("used_as_agreed = 'yes' OR note IS NOT NULL", name="deviation_has_note"),
        Index("ix_loan_inspection_loan_id_inspected_on", "loan_id", "inspected_on"),
        Index("ix_loan_inspection_loan_id_id", "loan_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    loan_id: Mapped[UUID] = mapped_column(ForeignKey("loan.id"))
    inspected_on: Mapped[date] = mapped_column(Date)
    used_as_agreed: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    voids_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan_inspection.id"))
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
