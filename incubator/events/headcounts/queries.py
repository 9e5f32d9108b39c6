"""The head-counts of an event, and which of them stand."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, exists, func, not_, select
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.events.devices.models import Device
from incubator.events.headcounts.models import Headcount
from incubator.events.headcounts.schemas import HeadcountOut, HeadcountQuery
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


async def get_headcount(reads: Reads, headcount_id: UUID) -> HeadcountOut:
    return await fetch_one(reads, _headcount(), {"headcount_id": headcount_id}, HeadcountOut)


def is_current(headcount: type[Headcount] = Headcount) -> ColumnElement[bool]:
    """Whether no later count replaces it: there is exactly one such at a site where there is any."""
    later = aliased(Headcount)
    return not_(exists().where(later.replaces_id == headcount.id))


@statement
def _headcount() -> Select[Any]:
    return _headcounts().where(Headcount.id == param("headcount_id", Uuid))


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
