"""Counts that phones report too late: kept as check-in reviews, and counted where staff admits them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.errors import DomainError
from incubator.events.check_in.models import CheckInReview, ReviewReason
from incubator.events.check_in.reading import id_from
from incubator.events.headcounts.models import Headcount
from incubator.events.headcounts.queries import is_current
from incubator.events.headcounts.schemas import PARTS, HeadcountCreate
from incubator.events.layout.models import EventSite


async def keep_late(
    session: AsyncSession, device_id: UUID, site: EventSite, data: HeadcountCreate, counted_at: datetime
) -> UUID:
    """Its phone is locked, so that it is kept once."""
    review = CheckInReview(
        event_id=site.event_id, device_id=device_id, client_key=_key_of(data), reason=ReviewReason.headcount_late.value,
        session_id=site.session_id, site_id=site.id, happened_at=counted_at, payload=_payload_of(data),
    )  # fmt: skip
    session.add(review)
    await session.flush()
    return review.id


async def find_kept(session: AsyncSession, device_id: UUID, data: HeadcountCreate) -> CheckInReview | None:
    own = CheckInReview.device_id == device_id, CheckInReview.client_key == _key_of(data)
    return await session.scalar(select(CheckInReview).where(*own))


def says_same(review: CheckInReview, data: HeadcountCreate) -> bool:
    """Whether a report that waits for staff said this; when it was counted is not compared."""
    return {**review.payload, "scanned_at": None} == {**_payload_of(data), "scanned_at": None}


async def admit_late(session: AsyncSession, review: CheckInReview, said: Any) -> None:
    """As the phone's own report, in place of the count that stands by now."""
    current = select(Headcount.id).where(Headcount.site_id == review.site_id, is_current())
    row = insert(Headcount).values(
        event_id=review.event_id, session_id=review.session_id, site_id=review.site_id,
        client_report_id=UUID(said["client_report_id"]), total=said["total"], **{name: said[name] for name in PARTS},
        note=said["note"], method=said["headcount_method"], counted_at=review.happened_at,
        replaces_id=await session.scalar(current), reported_by_kind="device", reported_by_id=review.device_id,
    )  # fmt: skip
    if await session.scalar(row.on_conflict_do_nothing().returning(Headcount.id)) is None:
        raise DomainError("concurrent_update")


def _key_of(data: HeadcountCreate) -> UUID:
    """Beside the keys of scans, among which the phone may have used the same one."""
    return id_from(b"headcount" + data.client_report_id.bytes)


def _payload_of(data: HeadcountCreate) -> Any:
    """A scan has a method too, so that of a count has a name of its own."""
    said = data.content()
    said["headcount_method"] = said.pop("method")
    more = {"client_report_id": data.client_report_id, "scanned_at": data.counted_at}
    return msgspec.to_builtins({**said, **more})
