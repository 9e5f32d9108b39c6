"""The manifest in one statement, whatever the number of people."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, case, or_, select
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_all, param, statement
from incubator.errors import DomainError
from incubator.events.devices.models import Device, DeviceProfile, DeviceSite
from incubator.events.layout.models import EventSite
from incubator.events.manifest.schemas import COLUMNS, ManifestOut, ManifestRow
from incubator.events.registrations.models import Registration, Ticket, ticket_prefix
from incubator.people.models import Person


async def get_manifest(reads: Reads, event_id: UUID, *, device_id: UUID | None) -> ManifestOut:
    """With all names, or for a phone that is told only those of the communes of its sites."""
    values = {"event_id": event_id, "device_id": device_id}
    rows = await fetch_all(reads, _manifest(device_id is None), values, _manifest_row)
    return ManifestOut(event_id, "sha256-96", COLUMNS, rows)


async def limited_phone_of(reads: Reads, actor: Actor, event_id: UUID) -> UUID | None:
    """The phone, where it is not told all names. 403 for what is no phone, or one that only counts heads and so needs
    no names; 404 for that of another event."""
    rows = await reads.rows(_phone(), {"token_id": actor.token_id})
    if not rows:
        raise DomainError("forbidden")
    device_id, own_event_id, profile, sees_all = rows[0]
    if profile == DeviceProfile.headcount:
        raise DomainError("forbidden")
    if own_event_id != event_id:
        raise DomainError("not_found")
    return None if sees_all else device_id


@statement
def _manifest(all_names: bool) -> AnySelect:
    """Under the name of the row by which a person counts. Nor does the order tell of a name that is not there."""
    registered, named = aliased(Person), aliased(Person)
    name, key = (column if all_names else case((_is_near(), column)) for column in (named.full_name, named.name_key))
    return (
        select(Ticket.hash, name, Registration.mode, Registration.status)
        .join(Registration, Registration.id == Ticket.registration_id)
        .join(registered, registered.id == Registration.person_id)
        .join(named, named.id == registered.counted_id())
        .where(Ticket.event_id == param("event_id", Uuid), Ticket.revoked_at.is_(None))
        .order_by(key, Ticket.hash)
    )


def _is_near() -> ColumnElement[bool]:
    """Whether the registration lies in the commune of a site of the phone, or in the province where a site is that."""
    place = EventSite.locality_id
    near = select(place).join(DeviceSite, DeviceSite.site_id == EventSite.id)
    near = near.where(DeviceSite.device_id == param("device_id", Uuid))
    return or_(Registration.locality_id.in_(near), Registration.province_id.in_(near))


@statement
def _phone() -> AnySelect:
    is_own = Device.token_id == param("token_id", Uuid)
    columns: tuple[Any, ...] = (Device.id, Device.event_id, Device.profile, Device.sees_all)
    return select(*columns).where(is_own, Device.revoked_at.is_(None))


def _manifest_row(hash_: bytes, name: str | None, mode: Any, status: Any) -> ManifestRow:
    return ticket_prefix(hash_), name, mode, status
