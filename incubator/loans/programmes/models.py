"""What a lender offers: loan programmes with their limits, and the rates that were in force from day to day."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from incubator.db import Base
from incubator.money import MOST_VND, PPM

USUAL_OVERDUE_FACTOR_PPM = 1_300_000
"""130 %: what an overdue balance costs, as a share of the rate in force."""


class LoanProgramme(Base):
    """A programme. A limit that is null does not limit."""

    __tablename__ = "loan_programme"
    __table_args__ = (
        UniqueConstraint("lender_id", "code"),
        UniqueConstraint("id", "lender_id"),
        CheckConstraint("code ~ '^[a-z0-9][a-z0-9_-]{0,39}$'", name="code_form"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint(f"max_vnd BETWEEN 1 AND {MOST_VND}", name="max_vnd_range"),
        CheckConstraint("max_months BETWEEN 1 AND 600", name="max_months_range"),
        CheckConstraint(f"overdue_factor_ppm BETWEEN {PPM} AND {3 * PPM}", name="overdue_factor_range"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    lender_id: Mapped[UUID] = mapped_column(ForeignKey("lender.id"))
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    max_vnd: Mapped[int | None] = mapped_column(BigInteger)
    max_months: Mapped[int | None] = mapped_column(SmallInteger)
    overdue_factor_ppm: Mapped[int] = mapped_column(Integer, server_default=str(USUAL_OVERDUE_FACTOR_PPM))
    legal_reference: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def count_change(self) -> None:
        """A change of the rates is one of the programme: the flush writes its row and raises the version."""
        flag_modified(self, "name")


class LoanProgrammeRate(Base):
    """The yearly rate from a day on, until the next row: such periods cannot overlap."""

    __tablename__ = "loan_programme_rate"
    __table_args__ = (CheckConstraint(f"rate_ppm BETWEEN 0 AND {PPM}", name="rate_range"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("loan_programme.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(Date, primary_key=True)
    rate_ppm: Mapped[int] = mapped_column(Integer)
    legal_reference: Mapped[str | None] = mapped_column(Text)
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
