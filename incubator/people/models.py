"""The tables of persons, of who sees them, and of their consent."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, validates

from incubator.db import Base, one_of
from incubator.errors import Phrase, broken_rule, rule_text
from incubator.text import fold

SEXES = {
    "female": Phrase("Female", "Nữ"),
    "male": Phrase("Male", "Nam"),
    "other": Phrase("Other", "Khác"),
}
CONSENT_FORMS = {
    "paper": Phrase("Signed on paper", "Ký trên giấy"),
    "digital": Phrase("Ticked or signed on a screen", "Xác nhận trên thiết bị"),
    "verbal_recorded": Phrase("Spoken, with a witness or a recording", "Bằng lời, có người chứng kiến hoặc ghi âm"),
}
CONSENT_PURPOSES = {
    "programme": Phrase("Taking part in the programme", "Tham gia chương trình"),
    "publicity": Phrase("Being shown in the news of the programme", "Xuất hiện trong truyền thông của chương trình"),
}

FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR = 1900, 2100

NO_CONSENT_TO_WITHDRAW = rule_text(
    "no_consent_to_withdraw",
    "There is no consent for this purpose that could be withdrawn on that day.",
    "Không có sự đồng ý nào cho mục đích này để rút lại vào ngày đó.",
)
PERSON_MERGED = rule_text(
    "person_merged",
    "This entry was merged into another one of the same person: use that one ({survivor_id}).",
    "Hồ sơ này đã được gộp vào một hồ sơ khác của cùng một người: hãy dùng hồ sơ đó ({survivor_id}).",
)


class Person(Base):
    """A person. Everything else refers to them by id, so that erasing a name here erases it everywhere.

    `locality_id` is the own commune, `province_id` its province; both are null where nobody knows it. `survivor_id`
    is the row that counts instead, where two rows of one person were merged; no survivor has one of its own.
    """

    __tablename__ = "person"
    __table_args__ = (
        ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_person_locality_id_province_id_locality",
        ),
        CheckConstraint("char_length(full_name) BETWEEN 1 AND 120", name="full_name_length"),
        CheckConstraint(f"birth_year BETWEEN {FIRST_BIRTH_YEAR} AND {LAST_BIRTH_YEAR}", name="birth_year_range"),
        CheckConstraint(
            "birth_date IS NULL OR birth_year IS NOT NULL AND birth_year = EXTRACT(year FROM birth_date)",
            name="birth_year_of_birth_date",
        ),
        CheckConstraint(one_of("sex", SEXES), name="sex"),
        CheckConstraint("(locality_id IS NULL) = (province_id IS NULL)", name="commune_with_province"),
        Index("ix_person_locality_id_id", "locality_id", "id"),
        Index("ix_person_province_id_id", "province_id", "id"),
        Index("ix_person_birth_year_id", "birth_year", "id"),
        CheckConstraint("survivor_id <> id", name="survivor_is_another"),
        Index("ix_person_name_key_id", "name_key", "id"),
        Index("ix_person_phone", "phone", postgresql_where="phone IS NOT NULL"),
        Index("ix_person_survivor_id", "survivor_id", postgresql_where="survivor_id IS NOT NULL"),
        Index("ix_person_search", "search", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    full_name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(TSVECTOR, Computed("to_tsvector('simple'::regconfig, name_key)"))
    birth_date: Mapped[date | None] = mapped_column(Date)
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    sex: Mapped[str | None] = mapped_column(Text)
    ethnicity: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    locality_id: Mapped[UUID | None] = mapped_column(Uuid)
    province_id: Mapped[UUID | None] = mapped_column(Uuid)
    survivor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    entered_by_kind: Mapped[str] = mapped_column(Text)
    entered_by_id: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    __mapper_args__ = {"version_id_col": version}

    @classmethod
    def counted_id(cls) -> ColumnElement[UUID]:
        """The row by which a person is counted: every count of people goes by it."""
        return func.coalesce(cls.survivor_id, cls.id)

    def require_not_merged(self) -> None:
        """A row that was merged stays as it was, so that parting it again is exact."""
        if self.survivor_id is not None:
            raise broken_rule(PERSON_MERGED, survivor_id=str(self.survivor_id))

    @validates("full_name")
    def _keep_key(self, _: str, full_name: str) -> str:
        """The search key follows the name wherever it is set."""
        self.name_key = fold(full_name)
        return full_name


class PersonPlace(Base):
    """A commune besides the own one through which a person is seen, and what they have to do there.

    The features above write here (an idea, a registration), because this one knows none of their tables.
    """

    __tablename__ = "person_place"
    __table_args__ = (
        ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_person_place_locality_id_province_id_locality",
        ),
        Index("ix_person_place_locality_id_person_id", "locality_id", "person_id"),
        Index("ix_person_place_province_id_person_id", "province_id", "person_id"),
        Index("ix_person_place_source_id", "source_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    locality_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    source_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    province_id: Mapped[UUID] = mapped_column(Uuid)


BY_PROJECT = "project"
"""The source of a viewer who mentors a project of the person."""


class PersonViewer(Base):
    """An account that sees a person because of what they do together, such as the mentor of a project.

    The features above write and delete these rows; `source_id` is the row there that gives the reason.
    """

    __tablename__ = "person_viewer"
    __table_args__ = (
        Index("ix_person_viewer_account_id_person_id", "account_id", "person_id"),
        Index("ix_person_viewer_source_id", "source_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    source_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)


class Consent(Base):
    """Append-only: a consent that was given, or by a later row withdrawn, for one purpose."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("action IN ('give', 'withdraw')", name="action"),
        CheckConstraint(one_of("form", CONSENT_FORMS), name="form"),
        CheckConstraint(one_of("purpose", CONSENT_PURPOSES), name="purpose"),
        Index("ix_consent_person_id_id", "person_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text, server_default="programme")
    form: Mapped[str] = mapped_column(Text)
    occurred_on: Mapped[date] = mapped_column(Date)
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
