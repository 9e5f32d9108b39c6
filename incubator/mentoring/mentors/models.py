"""A mentor and the places that they can reach."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, SmallInteger, Text, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of
from incubator.ideas.calls.models import Sector
from incubator.projects.models import Platform

MOST_PROJECTS = 50


class MentorStatus(enum.StrEnum):
    """A paused mentor keeps their projects and gets no new ones; a retired one is history."""

    active = "active"
    paused = "paused"
    retired = "retired"


class Language(enum.StrEnum):
    """Languages spoken in the highlands, by their BCP 47 tags."""

    vietnamese = "vi"
    hmong = "hmn"
    dao = "ium"
    tay = "tyz"
    nung = "nut"
    giay = "pcc"
    ha_nhi = "hni"
    thai = "blt"
    muong = "mtq"
    la_chi = "lbt"
    kho_mu = "kjg"
    chinese = "zh"
    english = "en"


def _subset_of(column: str, values: type[enum.StrEnum]) -> str:
    return f"{column} <@ ARRAY[{', '.join(repr(value.value) for value in values)}]"


class Mentor(Base):
    """A person who advises projects, with an account of their own or not. `capacity` is in projects at once."""

    __tablename__ = "mentor"
    __table_args__ = (
        CheckConstraint(one_of("status", MentorStatus), name="status_known"),
        CheckConstraint(_subset_of("platforms", Platform), name="platforms_known"),
        CheckConstraint(_subset_of("sectors", Sector), name="sectors_known"),
        CheckConstraint(_subset_of("languages", Language), name="languages_known"),
        CheckConstraint(f"capacity BETWEEN 0 AND {MOST_PROJECTS}", name="capacity_range"),
        Index("uq_mentor_person_id", "person_id", unique=True),
        Index("uq_mentor_account_id", "account_id", unique=True),
        Index("ix_mentor_status_id", "status", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    status: Mapped[str] = mapped_column(Text, server_default="active")
    organisation: Mapped[str | None] = mapped_column(Text)
    platforms: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    sectors: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    capacity: Mapped[int] = mapped_column(SmallInteger, server_default="3")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}


class MentorReach(Base):
    """A province or commune that the mentor can reach. Through these a mentor is seen. A province is its own
    `province_id`."""

    __tablename__ = "mentor_reach"
    __table_args__ = (
        Index("ix_mentor_reach_locality_id_mentor_id", "locality_id", "mentor_id"),
        Index("ix_mentor_reach_province_id_mentor_id", "province_id", "mentor_id"),
    )

    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("mentor.id"), primary_key=True)
    locality_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"), primary_key=True)
    province_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"))
