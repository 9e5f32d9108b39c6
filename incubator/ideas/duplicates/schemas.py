"""What the API takes and gives about ideas that may be the same one."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.ideas.duplicates.models import IdeaDuplicateStatus, IdeaEvidence
from incubator.ideas.models import IdeaStatus
from incubator.ideas.schemas import ShortText
from incubator.paging import PageQuery


class IdeaDuplicateQuery(PageQuery, frozen=True, kw_only=True):
    """Which pairs of an idea to list, the latest found first."""

    status: Annotated[list[IdeaDuplicateStatus], Meta(max_length=3, description="One or several.")] = []


class IdeaDuplicateOut(msgspec.Struct, frozen=True):
    """A pair with another idea: why they may be one (see the vocabulary `idea_evidence`), what was said about it, and
    the other idea. Note and account are null for those who do not screen or decide."""

    id: UUID
    version: int
    status: IdeaDuplicateStatus
    evidence: list[IdeaEvidence]
    note: str | None
    found_at: datetime
    resolved_at: datetime | None
    resolved_by_id: UUID | None
    other_id: UUID
    other_tracking_code: str
    other_title: str
    other_status: IdeaStatus
    other_leader_id: UUID
    other_leader_name: str
    other_locality_code: str
    other_locality_name: str
    other_received_on: date


class IdeaDuplicateSearchOut(msgspec.Struct, frozen=True):
    """The open pairs of the idea after a search, the latest found first."""

    items: list[IdeaDuplicateOut]


class IdeasDiffer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="not_duplicate",
                   tag_field="action"):  # fmt: skip
    """They are two ideas. A pair that is one idea is resolved by the move `merge_into`."""

    note: Annotated[ShortText, Meta(description="Why, for those who look at it later.")] | None = None


class IdeasMayBeOne(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reopen",
                 tag_field="action"):  # fmt: skip
    """Take back that they are two ideas."""


IdeaDuplicateResolution = IdeasDiffer | IdeasMayBeOne
