"""What the API takes and gives about the mentors of a project."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.schemas import ShortText


class MentorAssign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account that mentors the project from a day on."""

    account_id: Annotated[UUID, Meta(description="An active account that holds the role mentor.")]
    from_on: (
        Annotated[date, Meta(description="Not ahead, and not before the founding; today if absent.")] | UnsetType
    ) = UNSET


class EndMentoring(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="end"
):
    """End the assignment. The mentor no longer sees the project, its ideas and its people."""

    reason: ShortText
    to_on: Annotated[date, Meta(description="The last day; today if absent. Not ahead.")] | UnsetType = UNSET


class ProjectMentorOut(msgspec.Struct, frozen=True):
    """An assignment of a mentor; `to_on` is null while it lasts."""

    id: UUID
    version: int
    project_id: UUID
    account_id: UUID
    username: str
    full_name: str | None
    from_on: date
    to_on: date | None
    end_reason: str | None
