"""What is read of phones: by who sees their event, and by each phone about itself."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Text, Uuid, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_all, param, statement
from incubator.errors import DomainError
from incubator.events.devices.models import GRACE, Device, DeviceContact, DeviceSite, device_status
from incubator.events.devices.schemas import (
    DeviceEventOut,
    DeviceOut,
    DeviceSiteRef,
    OwnDeviceOut,
    OwnDeviceRef,
    OwnSiteOut,
    SiteSessionRef,
)
from incubator.events.layout.models import EventSession, EventSite
from incubator.events.models import Event
from incubator.events.sight import Sight, is_seen, sight_of, sight_values
from incubator.paging import Listing, Order

NEWEST_FIRST = Order((Device.id.expression,), descending=True)


def list_devices(actor: Actor, event_id: UUID, *, now: datetime) -> Listing[DeviceOut]:
    """Newest first."""
    return Listing(
        name="devices",
        query=_devices_of_event,
        shape=(sight_of(actor),),
        order=NEWEST_FIRST,
        values={**sight_values(actor), "event_id": event_id},
        row=DeviceOut,
        read=_reader(now),
    )


async def get_device(reads: Reads, actor: Actor, device_id: UUID, *, now: datetime) -> DeviceOut:
    """One phone; 404 where the actor does not see its event."""
    rows = await reads.rows(_device(sight_of(actor)), {**sight_values(actor), "device_id": device_id})
    if not rows:
        raise DomainError("not_found")
    return _device_out(*rows[0], now=now)


async def get_own_device(reads: Reads, actor: Actor) -> OwnDeviceOut:
    """What the phone behind the token is; 403 for any other caller."""
    if actor.token_id is None:
        raise DomainError("forbidden")
    return await own_device_of(reads, actor.token_id)


async def own_device_of(reads: Reads, token_id: UUID) -> OwnDeviceOut:
    rows = await reads.rows(_own_device(), {"token_id": token_id})
    if not rows:
        raise DomainError("forbidden")
    row = rows[0]
    sites = await fetch_all(reads, _own_sites(), {"device_id": row[0]}, _own_site)
    return OwnDeviceOut(OwnDeviceRef(*row[:4]), DeviceEventOut(*row[4:]), sites)


@statement
def _device(sight: Sight) -> Select[Any]:
    return _devices(sight).where(Device.id == param("device_id", Uuid))


def _devices_of_event(sight: Sight) -> AnySelect:
    return _devices(sight).where(Device.event_id == param("event_id", Uuid))


def _devices(sight: Sight) -> AnySelect:
    d, contact = Device, DeviceContact
    columns: tuple[Any, ...] = (
        d.id, d.version, d.event_id, d.name, d.profile, _sites(), d.token_id, d.code_expires_at, d.enrolled_at,
        _ends_at(), d.sees_all, d.revoked_at, contact.last_seen_at, contact.last_skew_ms, d.added_by_id,
        Account.username, d.created_at,
    )  # fmt: skip
    query: AnySelect = select(*columns).select_from(d).join(Event, Event.id == d.event_id)
    query = query.join(Account, Account.id == d.added_by_id).outerjoin(contact, contact.device_id == d.id)
    return query.where(is_seen(sight))


def _ends_at() -> ColumnElement[datetime]:
    """When the token of a phone ends, as `Device.ends_at` says it."""
    return func.coalesce(Device.expires_at, Event.late_sync_until + literal(GRACE))


def _sites() -> Any:
    """The sites of a phone as JSON, which reads the same from the pool and within a session."""
    names = DeviceSiteRef.__struct_fields__
    shown = func.json_build_object(*(part for name in names for part in (name, getattr(EventSite, name))))
    in_order = aggregate_order_by(shown, EventSession.number, EventSite.label)
    return (
        select(cast(func.json_agg(in_order), Text))
        .select_from(DeviceSite)
        .join(EventSite, EventSite.id == DeviceSite.site_id)
        .join(EventSession, EventSession.id == EventSite.session_id)
        .where(DeviceSite.device_id == Device.id)
        .correlate(Device)
        .scalar_subquery()
    )


@statement
def _own_device() -> AnySelect:
    columns: tuple[Any, ...] = (
        Device.id, Device.name, Device.profile, _ends_at(),
        Event.id, Event.kind, Event.title, Event.status, Event.starts_at, Event.ends_at, Event.capture,
        Event.walk_in_policy, Event.late_sync_until, Event.attendance_closed_at,
    )  # fmt: skip
    own = Device.token_id == param("token_id", Uuid)
    return select(*columns).join(Event, Event.id == Device.event_id).where(own, Device.revoked_at.is_(None))


@statement
def _own_sites() -> AnySelect:
    site, part = EventSite, EventSession
    return (
        select(site.id, site.mode, site.label, part.id, part.number, part.title, part.starts_at, part.ends_at)
        .join(DeviceSite, DeviceSite.site_id == site.id)
        .join(part, part.id == site.session_id)
        .where(DeviceSite.device_id == param("device_id", Uuid))
        .order_by(part.number, site.label)
    )


def _own_site(id_: UUID, mode: Any, label: str, *session: Any) -> OwnSiteOut:
    return OwnSiteOut(id_, mode, label, SiteSessionRef(*session))


def _reader(now: datetime) -> Callable[..., DeviceOut]:
    return partial(_device_out, now=now)


def _device_out(
    id_: UUID, version: int, event_id: UUID, name: str, profile: Any, sites: str | None, token_id: UUID | None,
    code_expires_at: datetime | None, enrolled_at: datetime | None, expires_at: datetime, sees_all: bool,
    revoked_at: datetime | None, *rest: Any, now: datetime,
) -> DeviceOut:  # fmt: skip
    status = device_status(token_id, code_expires_at, expires_at, revoked_at, now=now)
    seen = msgspec.json.decode(sites or "[]", type=list[DeviceSiteRef])
    return DeviceOut(
        id_, version, event_id, name, profile, status, seen, sees_all, code_expires_at, enrolled_at, expires_at,
        revoked_at, *rest,
    )  # fmt: skip
