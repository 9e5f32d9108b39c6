"""Two rows of one person joined: one of them survives and counts, and the other one stays as it was."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, Text, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base
from incubator.errors import rule_text

MERGE_NEEDS_REASON = rule_text(
    "merge_needs_reason",
    "Nothing but perhaps the name says that these two are one person: give the reason why they are.",
    "Không có căn cứ nào ngoài họ tên cho thấy hai hồ sơ là của một người: hãy nêu lý do gộp.",
)
TWO_CITIZEN_IDS = rule_text(
    "two_citizen_ids",
    "The two have different citizen ids. They are two people, or one number is wrong: correct it first.",
    "Hai hồ sơ có số định danh cá nhân khác nhau. Đây là hai người, hoặc một số bị sai: hãy sửa số trước.",
)
MERGE_UNDONE = rule_text(
    "merge_undone",
    "This merge was undone before.",
    "Lần gộp này đã được hoàn tác trước đó.",
)
NEWER_MERGE_FIRST = rule_text(
    "newer_merge_first",
    "The same person took part in a merge after this one: undo that one first ({merge_id}).",
    "Người này còn nằm trong một lần gộp sau: hãy hoàn tác lần gộp đó trước ({merge_id}).",
)

BY_MERGE = "person_merge"
"""The source of a place or a viewer that a survivor has because of a person merged into it."""


class Field(enum.StrEnum):
    """What a survivor may take over, by the names that the API gives it."""

    birth_date = "birth_date"
    birth_year = "birth_year"
    sex = "sex"
    ethnicity = "ethnicity"
    phone = "phone"
    locality_code = "locality_code"
    citizen_id = "citizen_id"


class PersonMerge(Base):
    """What a merge changed, so that it can be undone exactly.

    `filled` are the fields that the survivor did not have and took over: they were null before, and the other row
    still holds what was taken, so that no personal data is copied here. `moved_ids` are the rows that counted as the
    absorbed person, itself among them, and count as the survivor now.
    """

    __tablename__ = "person_merge"
    __table_args__ = (
        CheckConstraint("absorbed_id <> survivor_id", name="two_persons"),
        CheckConstraint("(undone_at IS NULL) = (undo_reason IS NULL)", name="undo_has_reason"),
        Index("uq_person_merge_absorbed_id_live", "absorbed_id", unique=True, postgresql_where="undone_at IS NULL"),
        Index("ix_person_merge_survivor_id_id", "survivor_id", "id"),
        Index("ix_person_merge_absorbed_id_id", "absorbed_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    absorbed_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    filled: Mapped[list[str]] = mapped_column(ARRAY(Text))
    moved_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    reason: Mapped[str | None] = mapped_column(Text)
    merged_by_id: Mapped[UUID] = mapped_column(Uuid)
    merged_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    undone_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undo_reason: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}
