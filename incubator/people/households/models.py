"""Households, who lives in them from when to when, and how poor the commune found them to be."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from incubator.db import Base, one_of

DAYS = text("daterange(from_on, to_on, '[]')")


class Relation(enum.StrEnum):
    """What somebody is in the household. One is its head."""

    head = "head"
    spouse = "spouse"
    child = "child"
    parent = "parent"
    sibling = "sibling"
    other = "other"


class PovertyClass(enum.StrEnum):
    """What the commune certifies once a year, by the multidimensional standard of the Government."""

    poor = "poor"
    near_poor = "near_poor"
    newly_escaped = "newly_escaped"
    average = "average"
    none = "none"


class Household(Base):
    """A household in a commune of today; `recorded_locality_id` is the old one that was written down, if any."""

    __tablename__ = "household"
    __table_args__ = (
        ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_household_locality_id_province_id_locality",
        ),
        ForeignKeyConstraint(
            ["village_id", "locality_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_household_village_id_locality_id_locality",
        ),
        Index("ix_household_locality_id_id", "locality_id", "id"),
        Index("ix_household_province_id_id", "province_id", "id"),
        Index("ix_household_village_id_id", "village_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    locality_id: Mapped[UUID] = mapped_column(Uuid)
    province_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_locality_id: Mapped[UUID | None] = mapped_column(ForeignKey("locality.id"))
    village_id: Mapped[UUID | None] = mapped_column(Uuid)
    entered_by_kind: Mapped[str] = mapped_column(Text)
    entered_by_id: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def count_change(self) -> None:
        """A change of its classes is one of the household: the flush writes its row and raises the version."""
        flag_modified(self, "entered_by_kind")


class HouseholdMember(Base):
    """A person lives in a household, both days included; `to_on` is null while they do. In one at a time."""

    __tablename__ = "household_member"
    __table_args__ = (
        CheckConstraint(one_of("relation", Relation), name="relation_known"),
        CheckConstraint("to_on >= from_on", name="ends_after_start"),
        ExcludeConstraint(
            (text("uuidrange(person_id, person_id, '[]')"), "&&"), (DAYS, "&&"), name="ex_household_member_person"
        ),
        ExcludeConstraint(
            (text("uuidrange(household_id, household_id, '[]')"), "&&"),
            (DAYS, "&&"),
            where=text("relation = 'head'"),
            name="ex_household_member_head",
        ),
        Index("ix_household_member_household_id_id", "household_id", "id"),
        Index("ix_household_member_person_id_from_on", "person_id", "from_on"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    relation: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}


class HouseholdClass(Base):
    """The class of a household from a day on, until the next row: such periods cannot overlap.

    A wrong row is replaced or taken back, which the audit trail tells; what it said is sensitive and kept nowhere.
    """

    __tablename__ = "household_class"
    __table_args__ = (
        UniqueConstraint("household_id", "from_on"),
        CheckConstraint(one_of("poverty_class", PovertyClass), name="poverty_class_known"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    from_on: Mapped[date] = mapped_column(Date)
    poverty_class: Mapped[str] = mapped_column(Text)
    certificate: Mapped[str | None] = mapped_column(Text)
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
