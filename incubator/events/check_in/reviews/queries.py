"""What staff has to look at: all of it in the event's own place, else what happened at one's own sites."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Integer, Select, Text, Uuid, and_, cast, false, or_, select
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.events.access import require_seen
from incubator.events.check_in.models import CheckInReview
from incubator.events.check_in.reviews.schemas import CheckInReviewOut, ReviewQuery
from incubator.events.devices.models import Device
from incubator.events.layout.models import EventSite
from incubator.events.models import Event
from incubator.events.sight import Sight, sight_of, sight_values
from incubator.paging import Listing, Order
from incubator.people.models import Person
from incubator.territory import within

_SAID = ("kind", "method", "scanned_at", "raw", "faults", "locality_code")

_HEADS = ("total", "female", "youth", "ethnic_minority")

NEWEST_FIRST = Order((CheckInReview.id.expression,), descending=True)

Counted = aliased(Person, name="counted")
"""The row by which the person counts."""


async def list_reviews(reads: Reads, actor: Actor, event_id: UUID, filters: ReviewQuery) -> Listing[CheckInReviewOut]:
    """Those of one event; 404 where the actor does not see the event."""
    await require_seen(reads, actor, event_id)
    asked = {name: getattr(filters, name) for name in ("status", "reason", "device_id")}
    return Listing(
        name="check_in_reviews",
        query=_of_event,
        shape=(sight_of(actor), frozenset(name for name, value in asked.items() if value is not None)),
        order=NEWEST_FIRST,
        values={**sight_values(actor), "event_id": event_id, **asked},
        row=CheckInReviewOut,
        show=_as_shown,
    )


async def get_review(reads: Reads, actor: Actor, review_id: UUID) -> CheckInReviewOut:
    """One item; 404 where the actor sees none."""
    values = {**sight_values(actor), "review_id": review_id}
    return await fetch_one(reads, _review(sight_of(actor)), values, CheckInReviewOut)


def visible_reviews(sight: Sight) -> Select[CheckInReview]:
    """The items that the actor may see: loading through this is the authorisation."""
    site = and_(EventSite.id == CheckInReview.site_id, EventSite.event_id == CheckInReview.event_id)
    return (
        select(CheckInReview)
        .join(Event, Event.id == CheckInReview.event_id)
        .outerjoin(EventSite, site)
        .where(_is_seen(sight))
    )


def is_this() -> ColumnElement[bool]:
    return CheckInReview.id == param("review_id", Uuid)


def _is_seen(sight: Sight) -> ColumnElement[bool]:
    if sight.seen.nowhere:
        return false()
    places = (Event, EventSite)
    return or_(*(within(sight.seen, "seen", province=place.province_id, commune=place.locality_id) for place in places))


@statement
def _review(sight: Sight) -> AnySelect:
    return _as_shown(visible_reviews(sight).where(is_this()))


def _of_event(sight: Sight, asked: frozenset[str]) -> Select[Any]:
    conditions: dict[str, ColumnElement[bool]] = {
        "status": CheckInReview.status == param("status", Text),
        "reason": CheckInReview.reason == param("reason", Text),
        "device_id": CheckInReview.device_id == param("device_id", Uuid),
    }
    of_event = visible_reviews(sight).where(CheckInReview.event_id == param("event_id", Uuid))
    return of_event.where(*(conditions[name] for name in sorted(asked)))


def _as_shown(page: AnySelect, *_: Any) -> AnySelect:
    r = CheckInReview
    kind, method, scanned_at, raw, faults, code = (r.payload[name].astext for name in _SAID)
    heads = (cast(r.payload[name].astext, Integer) for name in _HEADS)
    counted = (r.payload["headcount_method"].astext, *heads)
    said = (kind, method, cast(scanned_at, DateTime(timezone=True)), raw, faults, code, *counted)
    columns: tuple[Any, ...] = (
        r.id, r.version, r.event_id, r.device_id, Device.name, r.reason, r.status, r.session_id, r.site_id,
        EventSite.label, r.registration_id, Counted.id, Counted.full_name, r.happened_at, *said, r.note,
        r.created_at, r.resolved_at, r.resolved_by_id,
    )  # fmt: skip
    return (
        page.join(Device, Device.id == r.device_id)
        .outerjoin(Person, Person.id == r.person_id)
        .outerjoin(Counted, Counted.id == Person.counted_id())
        .with_only_columns(*columns)
    )
