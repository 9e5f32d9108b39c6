"""A mentor and the places that they can reach."""

import enum
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, SmallInteger, Text, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from incubator.db import Base, one_of
from incubator.errors import DomainError, rule_text
from incubator.ideas.calls.models import Sector
from incubator.projects.models import Platform

MENTOR_WITHOUT_PERSON = rule_text(
    "mentor_without_person",
    "This account is not linked to a person, so its work cannot be counted as a mentor's; an administrator links them.",
    "Tài khoản này chưa gắn với người nào nên chưa ghi nhận được công việc cố vấn; quản trị viên cần gắn trước.",
)
PERSON_HAS_OTHER_ACCOUNT = rule_text(
    "mentor_has_other_account",
    "The mentor entry of this account's person belongs to another account; staff may link it to this one.",
    "Hồ sơ cố vấn của người này đang gắn với tài khoản khác; cán bộ có thể gắn lại với tài khoản này.",
)
ACCOUNT_OF_OTHER_PERSON = rule_text(
    "account_of_other_person",
    "The account belongs to another person than the mentor.",
    "Tài khoản thuộc về người khác, không phải cố vấn này.",
)
REACH_ELSEWHERE = rule_text(
    "reach_elsewhere",
    "These places lie outside your localities, so only others may take them away: {codes}.",
    "Các địa bàn này nằm ngoài phạm vi của bạn nên bạn không thể bỏ: {codes}.",
)

MOST_PROJECTS = 50


class MentorStatus(enum.StrEnum):
    """A paused mentor keeps their projects and gets no new ones; a retired one is history."""

    active = "active"
    paused = "paused"
    retired = "retired"


NEXT: Mapping[MentorStatus, frozenset[MentorStatus]] = {
    MentorStatus.active: frozenset({MentorStatus.paused, MentorStatus.retired}),
    MentorStatus.paused: frozenset({MentorStatus.active, MentorStatus.retired}),
    MentorStatus.retired: frozenset({MentorStatus.active}),
}
"""A retired mentor who comes back is active again before anything else."""


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

    def move_to(self, status: MentorStatus) -> None:
        """The only place where the status changes; the status that it has already is no step."""
        if status == self.status:
            return
        allowed = NEXT[MentorStatus(self.status)]
        if status not in allowed:
            names = sorted(target.value for target in allowed)
            raise DomainError("invalid_transition", status=self.status, action=status.value, allowed_actions=names)
        self.status = status.value

    def count_change(self) -> None:
        """A change of the reach is one of the mentor: the flush writes its row and raises the version."""
        flag_modified(self, "capacity")


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
