"""What phones send about who comes and goes, and what they hear of it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.api.validation import Unread
from incubator.events.check_in.models import ClockQuality, ItemStatus, ScanCode, ScanKind, ScanMethod, ScanWarning
from incubator.localities.schemas import CommuneCode
from incubator.people.schemas import BirthYear, Ethnicity, FullName, Phone, Sex

MOST_ITEMS = 500

APART = {"x-read-apart": True}
"""In the API document: what is wrong in here never refuses the request."""

BatchId = Annotated[str, Meta(min_length=1, max_length=100, description="Only comes back in the answer.")]
SentAt = Annotated[
    datetime | None,
    Meta(
        description="What the phone's clock says as it sends. Without it, a wrong clock cannot be corrected.",
        extra_json_schema=APART,
    ),
]
Token = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        description="What the QR code says. Small letters, hyphens and letters that look like digits are understood.",
        examples=["01JD8Q4Z7N3M5K6T9V2X0R8WYA"],
    ),
]
TicketPrefix = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{16}$",
        description="The ticket's hash as the manifest has it, where a name was picked from the list.",
        examples=["c2hhMjU2IHByZWZp"],
    ),
]


class WalkInPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is on no list. The same `client_person_id` of a phone is the same person."""

    client_person_id: UUID
    full_name: FullName
    birth_year: BirthYear | None = None
    sex: Sex | None = None
    phone: Phone | None = None
    ethnicity: Ethnicity | None = None
    locality_code: CommuneCode | None = None


class ScanItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody came or went. `qr` and `list` name a ticket by either `token` or `ticket_prefix`; `walk_in` has a
    `person`. The same `client_scan_id` of a phone is the same scan."""

    client_scan_id: UUID
    session_id: UUID
    site_id: UUID
    kind: ScanKind
    method: ScanMethod
    scanned_at: Annotated[datetime, Meta(description="What the phone's clock said.")]
    token: Token | None = None
    ticket_prefix: TicketPrefix | None = None
    person: WalkInPerson | None = None


class CheckInBatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a phone saw, in any order. An item that is wrong is rejected by itself."""

    batch_id: BatchId | None = None
    sent_at: SentAt = None
    items: Annotated[list[ScanItem], Meta(max_length=MOST_ITEMS, extra_json_schema=APART)]


EXAMPLE = {
    "batch_id": "2025-11-29/7",
    "sent_at": "2025-11-29T12:31:07+07:00",
    "items": [
        {
            "client_scan_id": "018f93c8-2f40-7000-8000-00000000a001",
            "session_id": "018f93c8-2f40-7000-8000-00000000b001",
            "site_id": "018f93c8-2f40-7000-8000-00000000c001",
            "kind": "in",
            "method": "qr",
            "token": "01JD8Q4Z7N3M5K6T9V2X0R8WYA",
            "scanned_at": "2025-11-29T08:02:11+07:00",
        },
        {
            "client_scan_id": "018f93c8-2f40-7000-8000-00000000a002",
            "session_id": "018f93c8-2f40-7000-8000-00000000b001",
            "site_id": "018f93c8-2f40-7000-8000-00000000c001",
            "kind": "in",
            "method": "walk_in",
            "person": {
                "client_person_id": "018f93c8-2f40-7000-8000-00000000d001",
                "full_name": "Sùng A Páo",
                "birth_year": 2001,
                "locality_code": "02839",
            },
            "scanned_at": "2025-11-29T08:05:40+07:00",
        },
    ],
}
"""One by its ticket and one who is on no list, as the API document shows them."""


class UnreadBatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same as it is taken in, item by item."""

    batch_id: BatchId | None = None
    sent_at: Any = None
    items: Annotated[list[Unread], Meta(max_length=MOST_ITEMS)]


class ScanFault(msgspec.Struct, frozen=True):
    """A wrong field of an item; the pointer begins at the item."""

    pointer: Annotated[str, Meta(examples=["/person/full_name"])]
    code: Annotated[str, Meta(examples=["too_long"])]
    params: dict[str, Any]


class ScanResult(msgspec.Struct, frozen=True):
    """What became of an item. Only with `retry` does the phone keep it; `code` is null then. `replayed` says what was
    said the first time. `client_scan_id` is null where the item has none that can be read."""

    client_scan_id: UUID | None
    status: ItemStatus
    code: ScanCode | None
    warnings: list[ScanWarning]
    person_id: UUID | None
    errors: list[ScanFault] | None


class ClockOut(msgspec.Struct, frozen=True):
    """How far the phone's clock is behind the service's. By more than two minutes, its times are adjusted."""

    skew_ms: Annotated[int, Meta(examples=[840])] | None
    quality: ClockQuality


class BatchCounts(msgspec.Struct, frozen=True):
    """How many items there are of each status."""

    accepted: int
    replayed: int
    rejected: int
    retry: int


class CheckInAnswer(msgspec.Struct, frozen=True):
    """What became of a batch; the results are in the order of its items."""

    batch_id: str | None
    received_at: datetime
    clock: ClockOut
    results: list[ScanResult]
    counts: BatchCounts
