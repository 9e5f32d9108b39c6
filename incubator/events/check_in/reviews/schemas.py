"""What the API takes and gives about what staff has to look at."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.events.check_in.models import ReviewReason, ReviewStatus, ScanKind, ScanMethod
from incubator.events.headcounts.models import CountMethod
from incubator.paging import PageQuery
from incubator.people.schemas import PersonInput

Note = Annotated[str, Meta(min_length=1, max_length=500, examples=["Đã đối chiếu với danh sách ký tên"])]
Home = Annotated[str, Meta(pattern=r"^[0-9]{5}$", description="Code of the commune of a new person.")]
"""Without an example, because it goes with a new person alone, and most items name theirs."""


class ReviewQuery(PageQuery, frozen=True, kw_only=True):
    """Which items to list, newest first."""

    status: ReviewStatus | None = None
    reason: ReviewReason | None = None
    device_id: UUID | None = None


class CheckInReviewOut(msgspec.Struct, frozen=True):
    """An item that somebody has to look at. `site_id` and `session_id` are what the phone said and need not exist.
    `kind`, `method` and `scanned_at` are null where nobody could read the item; then `raw` is what arrived and `faults`
    what is wrong with it. `headcount_method` and the numbers are those of a head-count that came too late;
    `locality_code` is what a walk-in named of whom nobody knows the commune. What the phone sent is shown until the
    item is admitted, or 30 days after it was dismissed. The holder of a ticket of another event is not named."""

    id: UUID
    version: int
    event_id: UUID
    device_id: UUID
    device_name: str
    reason: ReviewReason
    status: ReviewStatus
    session_id: UUID | None
    site_id: UUID | None
    site_label: str | None
    registration_id: UUID | None
    person_id: UUID | None
    full_name: str | None
    happened_at: datetime | None
    kind: ScanKind | None
    method: ScanMethod | None
    scanned_at: datetime | None
    raw: str | None
    faults: str | None
    locality_code: str | None
    headcount_method: CountMethod | None
    total: int | None
    female: int | None
    youth: int | None
    ethnic_minority: int | None
    note: str | None
    created_at: datetime
    resolved_at: datetime | None
    resolved_by_id: UUID | None


class _Resolution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    """What they have in common: how they are told apart."""


class Admit(_Resolution, frozen=True, kw_only=True, tag="admit"):
    """They were there. What the item does not say, or says wrong, is said here: where, who by either `registration_id`
    or `person`, whether they came or left, and when. A walk-in who waits is only confirmed, and a head-count replaces
    the current one of its site: none of it is sent for those. Where the item names another session than that of its
    site, `site_id` says which of the two is meant."""

    site_id: UUID | None = None
    registration_id: UUID | None = None
    person: PersonInput | None = None
    locality_code: Home | None = None
    kind: ScanKind | None = None
    at: Annotated[datetime, Meta(description="When it happened, if that is known better.")] | None = None
    note: Note | None = None


class Dismiss(_Resolution, frozen=True, kw_only=True, tag="dismiss"):
    """It counts for nothing, or what was to be done about it is done."""

    note: Note


class OpenAgain(_Resolution, frozen=True, kw_only=True, tag="reopen"):
    """It was dismissed by mistake: for 30 days, while what the phone sent is there."""

    note: Note | None = None


Resolution = Admit | Dismiss | OpenAgain
