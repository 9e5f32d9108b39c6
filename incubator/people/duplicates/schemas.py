"""What the API takes and gives about pairs of persons who may be one."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.paging import PageQuery
from incubator.people.duplicates.models import DuplicateStatus, Evidence
from incubator.people.schemas import Sex

Note = Annotated[str, Meta(min_length=1, max_length=1000, examples=["Hai chị em họ, cùng ở thôn Lùng Phình"])]


class _Resolution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    note: Note | None = None


class SayTwo(_Resolution, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="not_duplicate"):
    """They are two people. New strong evidence opens the pair again."""


class MergePair(_Resolution, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="merge"):
    """They are one person, and this entry of the two goes on."""

    survivor_id: UUID


class ReopenPair(_Resolution, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reopen"):
    """It is not settled that they are two."""


PairResolution = SayTwo | MergePair | ReopenPair


class DuplicateQuery(PageQuery, frozen=True, kw_only=True):
    """Which pairs to list, newest first."""

    status: DuplicateStatus = DuplicateStatus.open
    strong: Annotated[bool, Meta(description="By an equal citizen id or phone number, or not.")] | None = None
    person_id: Annotated[UUID, Meta(description="Either of the two, or who one was merged into.")] | None = None


AllowedAction = Literal["not_duplicate", "merge", "reopen"]


class AlikePersonOut(msgspec.Struct, frozen=True):
    """One of the two, as entered. `merged_into_id` is the entry that counts for it since."""

    id: UUID
    full_name: str
    birth_year: int | None
    sex: Sex | None
    phone: str | None
    locality_code: str | None
    locality_name: str | None
    merged_into_id: UUID | None


class PersonDuplicateOut(msgspec.Struct, frozen=True):
    """Two entries that may be one person, the older one first, and why. `citizen_id` is told only where your grant
    opens the sensitive fields of both."""

    id: UUID
    version: int
    status: DuplicateStatus
    is_strong: bool
    evidence: list[Evidence]
    first: AlikePersonOut
    second: AlikePersonOut
    note: str | None
    found_at: datetime
    resolved_at: datetime | None
    resolved_by: UUID | None
    allowed_actions: list[AllowedAction]


class PersonDuplicatesOut(msgspec.Struct, frozen=True):
    """The open pairs of a person after a search."""

    items: list[PersonDuplicateOut]
