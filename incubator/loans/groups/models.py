"""Credit groups of one village, and the households that belong to them from when to when."""

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

from incubator.db import Base

FEWEST_MEMBERS, MOST_MEMBERS = 5, 60


class CreditGroup(Base):
    """A savings and credit group. The leader is a person of a member household."""

    __tablename__ = "credit_group"
    __table_args__ = (
        ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_credit_group_locality_id_province_id_locality",
        ),
        ForeignKeyConstraint(
            ["village_id", "locality_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_credit_group_village_id_locality_id_locality",
        ),
        UniqueConstraint("lender_id", "bank_code"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint("dissolved_on >= formed_on", name="dissolved_after_formed"),
        Index("ix_credit_group_province_id_id", "province_id", "id"),
        Index("ix_credit_group_locality_id_id", "locality_id", "id"),
        Index("ix_credit_group_village_id_id", "village_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    lender_id: Mapped[UUID] = mapped_column(ForeignKey("lender.id"))
    bank_code: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    village_id: Mapped[UUID] = mapped_column(Uuid)
    locality_id: Mapped[UUID] = mapped_column(Uuid)
    province_id: Mapped[UUID] = mapped_column(Uuid)
    leader_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    formed_on: Mapped[date] = mapped_column(Date)
    dissolved_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}


class GroupMember(Base):
    """A household belongs to a group, both days included; `to_on` is null while it does. To one at a time."""

    __tablename__ = "credit_group_member"
    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="ends_after_start"),
        ExcludeConstraint(
            (text("uuidrange(household_id, household_id, '[]')"), "&&"),
            (text("daterange(from_on, to_on, '[]')"), "&&"),
            name="ex_credit_group_member_household",
        ),
        Index("ix_credit_group_member_group_id_id", "group_id", "id"),
        Index("ix_credit_group_member_household_id_from_on", "household_id", "from_on"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    group_id: Mapped[UUID] = mapped_column(ForeignKey("credit_group.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}
