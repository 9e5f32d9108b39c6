"""Keeping what a batch said: the log of scans, and what somebody has to look at. One statement each."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, Text, Uuid, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.db import Base, by_column, param, rows_of
from incubator.events.check_in.judging import Door, Verdict, beginning_of
from incubator.events.check_in.models import CheckInReview, ReviewReason, Scan, ScanCode, ScanStatus, ScanWarning
from incubator.events.check_in.reading import Item, raw_text
from incubator.events.registrations.models import ticket_prefix


class ScanRow(NamedTuple):
    """What is kept of an item; its fields are columns, `warnings` in one text."""

    client_scan_id: UUID
    payload_hash: bytes
    session_id: UUID | None
    site_id: UUID | None
    registration_id: UUID | None
    person_id: UUID | None
    kind: str | None
    method: str | None
    scanned_at: Any
    happened_at: Any
    status: str
    code: str
    warnings: str


class ReviewRow(NamedTuple):
    """What somebody has to look at; `payload` as JSON text."""

    client_key: UUID
    reason: str
    session_id: UUID | None
    site_id: UUID | None
    registration_id: UUID | None
    person_id: UUID | None
    happened_at: Any
    payload: str


def scan_row(item: Item, verdict: Verdict, code: ScanCode, warnings: Sequence[ScanWarning]) -> ScanRow:
    assert item.client_scan_id is not None, "an item without an id is kept for review only"
    scan = item.scan
    status = ScanStatus.accepted if verdict.refusal is None else ScanStatus.rejected
    return ScanRow(
        item.client_scan_id,
        item.payload_hash,
        item.named("session_id"),
        item.named("site_id"),
        verdict.registration_id,
        verdict.person_id,
        scan.kind.value if scan else None,
        scan.method.value if scan else None,
        scan.scanned_at if scan else None,
        verdict.happened_at,
        status.value,
        code.value,
        ",".join(warnings),
    )


def review_row(
    item: Item, verdict: Verdict, reason: ReviewReason, client_key: UUID, said: Mapping[str, str] | None = None
) -> ReviewRow:
    """`said` is what of the item matters here, where that is not all of it."""
    payload = json.dumps(said or _payload(item))
    place = (item.named("session_id"), item.named("site_id"))
    whom = (verdict.registration_id, verdict.person_id)
    return ReviewRow(client_key, reason.value, *place, *whom, verdict.happened_at, payload)


async def keep_scans(session: AsyncSession, door: Door, rows: Sequence[ScanRow]) -> None:
    """Items that came before are not among them, so nothing is in the way: the phone is locked."""
    if rows:
        same = {"received_at": door.received_at, "skew_ms": door.clock.skew_ms}
        await session.execute(_SCANS, {**by_column(_SCAN_COLUMNS, rows), **_owner(door), **same})


async def keep_reviews(session: AsyncSession, door: Door, rows: Sequence[ReviewRow]) -> None:
    """What is there already stays as it is, resolved or not; of two alike the first is kept."""
    if rows:
        await session.execute(_REVIEWS, {**by_column(_REVIEW_COLUMNS, rows), **_owner(door)})


def _owner(door: Door) -> dict[str, UUID]:
    return {"device_id": door.device.id, "event_id": door.event.id}


def _payload(item: Item) -> dict[str, Any]:
    """Without a person's details, which are in `person` alone, and without the secret on a ticket. What nobody can
    read is kept as it came."""
    scan = item.scan
    if scan is None:
        return {
            "raw": raw_text(item.raw),
            "faults": ", ".join(f"{fault.pointer} {fault.code}" for fault in item.faults),
        }
    beginning = beginning_of(scan)
    said = {"kind": scan.kind.value, "method": scan.method.value, "scanned_at": scan.scanned_at.isoformat()}
    return said | ({"ticket_prefix": ticket_prefix(beginning)} if beginning else {})


_TYPES: dict[str, Any] = {
    "payload_hash": LargeBinary,
    **dict.fromkeys(("scanned_at", "happened_at"), DateTime(timezone=True)),
    **dict.fromkeys(("kind", "method", "status", "code", "warnings", "reason", "payload"), Text),
}
_SCAN_COLUMNS = {name: _TYPES.get(name, Uuid) for name in ScanRow._fields}
_REVIEW_COLUMNS = {name: _TYPES.get(name, Uuid) for name in ReviewRow._fields}


def _insert(table: Any, columns: dict[str, Any], same: Sequence[str], **made: Any) -> Any:
    """Rows of one device; `same` are the columns that all of them share, and `made` those that are put together."""
    given = rows_of("given", columns)
    values = [made[name](given.c[name]) if name in made else given.c[name] for name in columns]
    shared = [param(name, table.c[name].type) for name in same]
    names = [*columns, *same]
    return insert(table).from_select(names, select(*values, *shared), include_defaults=False).on_conflict_do_nothing()


_OWNER = ("device_id", "event_id")
_SCANS = _insert(
    Base.metadata.tables[Scan.__tablename__],
    _SCAN_COLUMNS,
    (*_OWNER, "received_at", "skew_ms"),
    warnings=lambda text: func.string_to_array(text, ","),
)
_REVIEWS = _insert(
    Base.metadata.tables[CheckInReview.__tablename__],
    _REVIEW_COLUMNS,
    _OWNER,
    payload=lambda text: cast(text, JSONB),
)
"""Put together once."""
