"""A call for ideas and the versions of its rubric."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base
from incubator.errors import Phrase, broken_rule, rule_text

CALL_CLOSED = rule_text(
    "call_closed",
    "The call is not open on {received_on}; give late_reason to enter the idea all the same.",
    "Đợt nhận ý tưởng không mở vào ngày {received_on}; hãy ghi late_reason nếu vẫn nhận.",
)
SECTOR_NOT_IN_CALL = rule_text(
    "sector_not_in_call",
    "This call takes ideas of these sectors: {sectors}.",
    "Đợt này chỉ nhận các lĩnh vực: {sectors}.",
)
AGE_OUT_OF_LIMITS = rule_text(
    "age_out_of_limits",
    "The leader is {age} on {received_on}; this call is for {min_age} to {max_age}.",
    "Trưởng nhóm {age} tuổi vào ngày {received_on}; đợt này dành cho tuổi từ {min_age} đến {max_age}.",
)
TEAM_TOO_LARGE = rule_text(
    "team_too_large",
    "A team has at most {limit} members here, the leader included.",
    "Nhóm có tối đa {limit} người, kể cả trưởng nhóm.",
)

OPEN_CALL = "open"
"""The code of the call that always exists, for ideas that come outside a contest."""


class Sector(enum.StrEnum):
    """What an idea is about, in the groups that the province reports."""

    tea = "tea"
    fruit = "fruit"
    medicinal_plants = "medicinal_plants"
    livestock = "livestock"
    fish = "fish"
    forestry = "forestry"
    food_processing = "food_processing"
    handicraft = "handicraft"
    tourism = "tourism"
    services = "services"
    digital = "digital"
    education = "education"
    environment = "environment"
    other = "other"


SECTOR_LABELS: dict[str, Phrase] = {
    "tea": Phrase("Tea", "Chè"),
    "fruit": Phrase("Fruit", "Cây ăn quả"),
    "medicinal_plants": Phrase("Medicinal plants", "Dược liệu"),
    "livestock": Phrase("Livestock", "Chăn nuôi"),
    "fish": Phrase("Cold-water fish and ponds", "Thủy sản"),
    "forestry": Phrase("Forestry", "Lâm nghiệp"),
    "food_processing": Phrase("Food processing", "Chế biến nông sản"),
    "handicraft": Phrase("Handicraft and brocade", "Thủ công, thổ cẩm"),
    "tourism": Phrase("Tourism and homestays", "Du lịch, homestay"),
    "services": Phrase("Services and trade", "Dịch vụ, thương mại"),
    "digital": Phrase("Digital", "Công nghệ số"),
    "education": Phrase("Education", "Giáo dục"),
    "environment": Phrase("Environment", "Môi trường"),
    "other": Phrase("Other", "Khác"),
}


class Criterion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a rubric. A score below `floor` fails the idea; `independent` ones stand outside the total."""

    code: str
    label_en: str
    label_vi: str
    max: int
    weight: int
    floor: int | None = 1
    required: bool = True
    independent: bool = False


DEFAULT_RUBRIC: tuple[Criterion, ...] = tuple(
    Criterion(code=code, label_en=en, label_vi=vi, max=points, weight=points)
    for code, points, en, vi in (
        ("need_and_market", 20, "Need and market", "Nhu cầu và thị trường"),
        ("novelty", 15, "Novelty", "Tính mới"),
        ("feasibility", 20, "Feasibility", "Tính khả thi"),
        ("team", 15, "Team", "Đội ngũ"),
        ("community_impact", 15, "Community impact", "Tác động cộng đồng"),
        ("local_resources", 10, "Use of local resources", "Khai thác tài nguyên bản địa"),
        ("digital_readiness", 5, "Digital readiness", "Sẵn sàng chuyển đổi số"),
    )
)
"""100 points, the way Vietnamese start-up contests mark; weights equal the points."""


class Call(Base):
    """A call for ideas. No closing day means that it stays open."""

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("closes_on IS NULL OR closes_on >= opens_on", name="closes_after_opening"),
        CheckConstraint("min_reviewers BETWEEN 1 AND 9", name="min_reviewers_range"),
        CheckConstraint("team_limit BETWEEN 1 AND 20", name="team_limit_range"),
        CheckConstraint("min_age BETWEEN 0 AND 120 AND max_age BETWEEN min_age AND 120", name="age_range"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    code: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    opens_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date | None] = mapped_column(Date)
    sectors: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    min_age: Mapped[int] = mapped_column(SmallInteger, server_default="18")
    max_age: Mapped[int] = mapped_column(SmallInteger, server_default="35")
    birth_year_optional: Mapped[bool] = mapped_column(server_default="false")
    team_limit: Mapped[int] = mapped_column(SmallInteger, server_default="3")
    min_reviewers: Mapped[int] = mapped_column(SmallInteger, server_default="2")
    review_due_on: Mapped[date | None] = mapped_column(Date)
    blind: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def check_open(self, received_on: date, late_reason: str | None) -> None:
        is_open = self.opens_on <= received_on and (self.closes_on is None or received_on <= self.closes_on)
        if not is_open and not late_reason:
            raise broken_rule(CALL_CLOSED, received_on=received_on.isoformat())

    def check_sector(self, sector: str) -> None:
        if self.sectors and sector not in self.sectors:
            raise broken_rule(SECTOR_NOT_IN_CALL, sectors=list(self.sectors))

    def check_age(self, birth_year: int, birth_date: date | None, received_on: date) -> None:
        """With a year only, the age that the year reaches: a contest form asks no more."""
        age = received_on.year - birth_year
        if birth_date is not None and (received_on.month, received_on.day) < (birth_date.month, birth_date.day):
            age -= 1
        if not self.min_age <= age <= self.max_age:
            raise broken_rule(
                AGE_OUT_OF_LIMITS,
                age=age,
                received_on=received_on.isoformat(),
                min_age=self.min_age,
                max_age=self.max_age,
            )

    def check_team(self, members: int) -> None:
        if members > self.team_limit:
            raise broken_rule(TEAM_TOO_LARGE, limit=self.team_limit)


class Rubric(Base):
    """One version of a call's criteria. Never changed: an idea under review keeps the version it was frozen with."""

    __tablename__ = "rubric"
    __table_args__ = (UniqueConstraint("call_id", "number"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    def criteria_list(self) -> list[Criterion]:
        return msgspec.convert(self.criteria, list[Criterion])
