"""What the API gives of the audit trail."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from incubator.paging import PageQuery

Action = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,62}$", examples=["decide_idea"])]

Detail = str | int | float | bool | list[str] | dict[str, str | int | float | bool | None] | None


class AuditQuery(PageQuery, frozen=True, kw_only=True):
    """Which rows of the trail to list, newest first."""

    subject_id: Annotated[UUID, msgspec.Meta(description="What was changed or read.")] | None = None
    actor_id: Annotated[UUID, msgspec.Meta(description="The account or token that did it.")] | None = None
    action: Action | None = None


class AuditOut(msgspec.Struct, frozen=True):
    """Who did what to what. `subject_type` is a kind of resource; `details` hold no personal data."""

    id: UUID
    recorded_at: datetime
    actor_kind: Literal["account", "token", "system", "anonymous"]
    actor_id: UUID
    action: str
    subject_type: str
    subject_id: UUID | None
    details: dict[str, Detail]
