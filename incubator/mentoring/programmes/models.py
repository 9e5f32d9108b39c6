"""A programme: a series of sessions under one name and host."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, Integer, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of
from incubator.errors import broken_rule, rule_text

KIND_FIXED = rule_text(
    "programme_kind_fixed",
    "Sessions of this programme are in the records, so that it stays a {kind}.",
    "Chương trình đã có buổi gặp nên không thể đổi loại {kind}.",
)
NOT_RUNNING = rule_text(
    "programme_not_running",
    "The programme does not run on {day}: it began on {starts_on} and its last day is {ends_on}.",
    "Chương trình không diễn ra ngày {day}: bắt đầu {starts_on}, kết thúc {ends_on}.",
)


class ProgrammeKind(enum.StrEnum):
    startup_coffee = "startup_coffee"
    entrepreneur_coffee = "entrepreneur_coffee"
    one_to_one = "one_to_one"
    clinic = "clinic"
    field_visit = "field_visit"


TABLES = frozenset({ProgrammeKind.startup_coffee, ProgrammeKind.entrepreneur_coffee})
"""Kinds at which several projects sit at one table, so that one session of a day serves them all."""


class Cadence(enum.StrEnum):
    weekly = "weekly"
    monthly = "monthly"
    quarterly = "quarterly"
    yearly = "yearly"
    on_demand = "on_demand"


class Programme(Base):
    """Startup Coffee of a province, a clinic of a commune. A province is its own `province_id`."""

    __tablename__ = "programme"
    __table_args__ = (
        CheckConstraint(one_of("kind", ProgrammeKind), name="kind_known"),
        CheckConstraint(one_of("cadence", Cadence), name="cadence_known"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index("ix_programme_kind_id", "kind", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text)
    cadence: Mapped[str] = mapped_column(Text)
    locality_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"))
    province_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def check_runs_on(self, day: date) -> None:
        if day < self.starts_on or (self.ends_on is not None and day > self.ends_on):
            raise broken_rule(
                NOT_RUNNING, day=day.isoformat(), starts_on=self.starts_on.isoformat(),
                ends_on=self.ends_on.isoformat() if self.ends_on else "…",
            )  # fmt: skip

    def serves(self, *, province_id: UUID, commune_id: UUID) -> bool:
        """Whether it is one of the commune or of its province."""
        return self.locality_id in {province_id, commune_id}
