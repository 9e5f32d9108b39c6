"""What the API takes and gives about head-counts."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.events.headcounts.models import MOST_HEADS, CountMethod, ReportStatus
from incubator.paging import PageQuery
from incubator.text import clean

PARTS = ("female", "youth", "ethnic_minority")
Total = Annotated[
    int, Meta(ge=0, le=MOST_HEADS, description="0 says that nobody came, which is a report too.", examples=[62])
]
Part = Annotated[int, Meta(ge=0, le=MOST_HEADS, description="Of the total.", examples=[30])]
Note = Annotated[str, Meta(min_length=1, max_length=1_000, examples=["Đếm lúc giải lao"])]
ReporterKind = Literal["account", "device"]


class HeadcountCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many people were counted at a site."""

    client_report_id: Annotated[
        UUID, Meta(description="Made by who reports and kept for repeats: one report has one effect.")
    ]
    site_id: UUID
    total: Total
    female: Part | None = None
    youth: Part | None = None
    ethnic_minority: Part | None = None
    method: CountMethod
    counted_at: Annotated[
        datetime,
        Meta(
            tz=True,
            description="By your own clock. What cannot be right is moved to the closest moment that can.",
            examples=["2025-11-29T09:30:00+07:00"],
        ),
    ]
    note: Note | None = None
    replaces: Annotated[UUID, Meta(description="The id of the count that stands, to correct it.")] | None = None

    def content(self) -> dict[str, Any]:
        """What is said, by column, but when it was: a phone may set its clock right between two tries."""
        said = {name: getattr(self, name) for name in ("site_id", "total", *PARTS)}
        note = self.note and clean(self.note)
        return {**said, "note": note or None, "method": self.method.value, "replaces_id": self.replaces}


class HeadcountQuery(PageQuery, frozen=True, kw_only=True):
    """Which head-counts of an event to list, newest first."""

    site_id: UUID | None = None
    current: Annotated[bool, Meta(description="Only the one of each site that stands.")] = False


class HeadcountOut(msgspec.Struct, frozen=True):
    """A head-count. It is current until another one replaces it, and then stays as it was."""

    id: UUID
    event_id: UUID
    session_id: UUID
    site_id: UUID
    client_report_id: UUID
    is_current: bool
    total: int
    female: int | None
    youth: int | None
    ethnic_minority: int | None
    method: CountMethod
    counted_at: datetime
    note: str | None
    replaces_id: UUID | None
    reported_by_kind: ReporterKind
    reported_by_id: UUID
    reported_by: str | None
    reported_at: datetime


class HeadcountReported(HeadcountOut, frozen=True):
    """What became of a report. `kept_for_staff`: it came after attendance was closed or the time for late reports was
    over, and does not count; `id` is then that of the item in the list of check-in reviews, which staff may admit."""

    status: ReportStatus
