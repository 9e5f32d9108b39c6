"""Credit groups of one village, and the households that belong to them from when to when."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    CheckConstraint,
    Computed,
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
from sqlalchemy.dialects.postgresql import TSVECTOR, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from incubator.db import Base
from incubator.errors import broken_rule, rule_text
from incubator.text import fold

FEWEST_MEMBERS, MOST_MEMBERS = 5, 60

GROUP_FULL = rule_text(
    "group_full",
    "A group has at most {max} households; on {day} it would have {members}.",
    "Mỗi tổ có tối đa {max} hộ; ngày {day} tổ sẽ có {members} hộ.",
)
GROUP_DISSOLVED = rule_text(
    "group_dissolved",
    "The group was dissolved on {dissolved_on}, which is its last day.",
    "Tổ đã giải thể, ngày cuối cùng là {dissolved_on}.",
)
GROUP_HAS_MEMBERS = rule_text(
    "group_has_members",
    "{members} households belong to the group after {day}; enter first when they left.",
    "Sau ngày {day} tổ vẫn còn {members} hộ; hãy ghi ngày các hộ ra khỏi tổ trước.",
)
GROUP_HAS_LOANS = rule_text(
    "group_has_loans",
    "{loans} loans of the group are still to be paid out or paid back.",
    "Tổ còn {loans} khoản vay chưa giải ngân hoặc chưa trả hết.",
)
LEADER_NOT_A_MEMBER = rule_text(
    "leader_not_a_member",
    "Who leads the group lives in a household that belongs to it today.",
    "Tổ trưởng phải là người của một hộ đang thuộc tổ.",
)
HOUSEHOLD_ELSEWHERE = rule_text(
    "household_elsewhere",
    "A group is one of a village; this household lives in another place.",
    "Tổ gồm các hộ trong cùng một thôn; hộ này ở nơi khác.",
)


class Period(msgspec.Struct, frozen=True):
    """Days from one to another, both included, or without an end."""

    from_on: date
    to_on: date | None

    def holds(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)

    def overlaps(self, other: "Period") -> bool:
        return self.holds(other.from_on) or other.holds(self.from_on)


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
        Index("ix_credit_group_search", "search", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    lender_id: Mapped[UUID] = mapped_column(ForeignKey("lender.id"))
    bank_code: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("to_tsvector('simple'::regconfig, search_key)"))
    village_id: Mapped[UUID] = mapped_column(Uuid)
    locality_id: Mapped[UUID] = mapped_column(Uuid)
    province_id: Mapped[UUID] = mapped_column(Uuid)
    leader_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    formed_on: Mapped[date] = mapped_column(Date)
    dissolved_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    @validates("name")
    def _keep_key(self, _: str, name: str) -> str:
        """The search key follows the name wherever it is set."""
        self.search_key = fold(name)
        return name

    def check_home(self, *, village_id: UUID | None, locality_id: UUID) -> None:
        """A household whose village nobody wrote down may live in any of the commune."""
        same_commune = locality_id == self.locality_id
        if not same_commune or village_id not in {None, self.village_id}:
            raise broken_rule(HOUSEHOLD_ELSEWHERE)

    def check_exists(self, period: Period) -> None:
        """Nobody belongs to a group beyond its last day."""
        if self.dissolved_on is not None and (period.to_on is None or period.to_on > self.dissolved_on):
            raise broken_rule(GROUP_DISSOLVED, dissolved_on=self.dissolved_on.isoformat())


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


def check_seats(taken: Sequence[Period], period: Period) -> None:
    """Whether one more household has room on each of its days. The number only grows on a day on which one comes."""
    comes = [period.from_on, *(other.from_on for other in taken if period.holds(other.from_on))]
    for day in sorted(comes):
        members = sum(other.holds(day) for other in taken) + 1
        if members > MOST_MEMBERS:
            raise broken_rule(GROUP_FULL, max=MOST_MEMBERS, day=day.isoformat(), members=members)
