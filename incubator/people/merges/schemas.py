"""What the API takes and gives about merges of persons."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.people.merges.models import Field

Reason = Annotated[str, Meta(min_length=1, max_length=1000, examples=["Cùng một người, đã hỏi bí thư chi đoàn"])]


class MergeCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another entry of the person that the address names, who goes on."""

    absorbed_id: Annotated[UUID, Meta(description="The entry that is merged into this one and no longer counts.")]
    reason: Reason | None = None


class MergeUndo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the two are two after all."""

    reason: Reason


class PersonMergeOut(msgspec.Struct, frozen=True):
    """A merge. `filled` are the fields that the survivor did not have and took over."""

    id: UUID
    version: int
    survivor_id: UUID
    survivor_name: str
    absorbed_id: UUID
    absorbed_name: str
    filled: list[Field]
    reason: str | None
    merged_at: datetime
    merged_by: UUID
    undone_at: datetime | None
    undone_by: UUID | None
    undo_reason: str | None
