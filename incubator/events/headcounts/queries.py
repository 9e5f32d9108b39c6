"""The head-counts of an event, and which of them stand."""

from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Uuid, exists, func, not_, select
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.events.check_in.models import CheckInReview
from incubator.events.devices.models import Device
from incubator.events.headcounts.models import Headcount, ReportStatus
from incubator.events.headcounts.schemas import HeadcountCreate, HeadcountOut, HeadcountQuery, HeadcountReported
from incubator.paging import Listing, Order

NEWEST_FIRST = Order((Headcount.id.expression,), descending=True)


def list_headcounts(event_id: UUID, filters: HeadcountQuery) -> Listing[HeadcountOut]:
    """The last reported first. Who sees the event sees them: they name nobody."""
    return Listing(
        name="headcounts",
        query=_filtered,
        shape=(filters.site_id is not None, filters.current),
        order=NEWEST_FIRST,
        values={"event_id": event_id, "site_id": filters.site_id},
        row=HeadcountOut,
    )


class Report(NamedTuple):
    """Where a report is: among the head-counts, or with what is kept for staff."""

    id: UUID
    is_new: bool
    is_kept: bool = False


async def get_reported(reads: Reads, report: Report, data: HeadcountCreate) -> HeadcountReported:
    """What became of a report. Of one that is kept the reporter hears again what it said."""
    if report.is_kept:
        return await fetch_one(reads, _kept(), {"review_id": report.id}, partial(_as_kept, data))
    shown = await fetch_one(reads, _headcount(), {"headcount_id": report.id}, HeadcountOut)
    status = ReportStatus.current if shown.is_current else ReportStatus.replaced
    return HeadcountReported(**msgspec.structs.asdict(shown), status=status)


def is_current(headcount: type[Headcount] = Headcount) -> ColumnElement[bool]:
    """Whether no later count replaces it: there is exactly one such at a site where there is any."""
    later = aliased(Headcount)
    return not_(exists().where(later.replaces_id == headcount.id))


@statement
def _headcount() -> Select[Any]:
    return _headcounts().where(Headcount.id == param("headcount_id", Uuid))


@statement
def _kept() -> AnySelect:
    r = CheckInReview
    columns: tuple[Any, ...] = (
        r.id, r.event_id, r.session_id, r.happened_at, Device.id, Device.name, r.created_at,
    )  # fmt: skip
    return select(*columns).join(Device, Device.id == r.device_id).where(r.id == param("review_id", Uuid))


def _as_kept(
    data: HeadcountCreate, id_: UUID, event_id: UUID, session_id: UUID, counted_at: datetime, device_id: UUID,
    name: str, reported_at: datetime,
) -> HeadcountReported:  # fmt: skip
    return HeadcountReported(
        id=id_, event_id=event_id, session_id=session_id, client_report_id=data.client_report_id, is_current=False,
        **data.content(), counted_at=counted_at, reported_by_kind="device", reported_by_id=device_id, reported_by=name,
        reported_at=reported_at, status=ReportStatus.kept_for_staff,
    )  # fmt: skip


def _filtered(by_site: bool, current: bool) -> AnySelect:
    query = _headcounts().where(Headcount.event_id == param("event_id", Uuid))
    if by_site:
        query = query.where(Headcount.site_id == param("site_id", Uuid))
    return query.where(is_current()) if current else query


def _headcounts() -> AnySelect:
    h = Headcount
    columns: tuple[Any, ...] = (
        h.id, h.event_id, h.session_id, h.site_id, h.client_report_id, is_current(), h.total, h.female, h.youth,
        h.ethnic_minority, h.method, h.counted_at, h.note, h.replaces_id, h.reported_by_kind, h.reported_by_id,
        func.coalesce(Account.username, Device.name), h.reported_at,
    )  # fmt: skip
    query: AnySelect = select(*columns).outerjoin(Account, Account.id == h.reported_by_id)
    return query.outerjoin(Device, Device.id == h.reported_by_id)
