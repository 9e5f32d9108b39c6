"""The manifest in one statement, whatever the number of people."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, select
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_all, param, statement
from incubator.errors import DomainError
from incubator.events.devices.models import Device, DeviceProfile
from incubator.events.manifest.schemas import COLUMNS, ManifestOut, ManifestRow
from incubator.events.registrations.models import Registration, Ticket, ticket_prefix
from incubator.people.models import Person


async def get_manifest(reads: Reads, event_id: UUID) -> ManifestOut:
    rows = await fetch_all(reads, _manifest(), {"event_id": event_id}, _manifest_row)
    return ManifestOut(event_id, "sha256-96", COLUMNS, rows)


async def require_phone_of(reads: Reads, actor: Actor, event_id: UUID) -> None:
    """403 for what is no phone, or one that only counts heads and so needs no names; 404 for that of another event."""
    rows = await reads.rows(_phone(), {"token_id": actor.token_id})
    if not rows or rows[0][1] == DeviceProfile.headcount:
        raise DomainError("forbidden")
    if rows[0][0] != event_id:
        raise DomainError("not_found")


@statement
def _manifest() -> AnySelect:
    """Under the name of the row by which a person counts."""
    registered, named = aliased(Person), aliased(Person)
    return (
        select(Ticket.hash, named.full_name, Registration.mode, Registration.status)
        .join(Registration, Registration.id == Ticket.registration_id)
        .join(registered, registered.id == Registration.person_id)
        .join(named, named.id == registered.counted_id())
        .where(Ticket.event_id == param("event_id", Uuid), Ticket.revoked_at.is_(None))
        .order_by(named.name_key, Ticket.hash)
    )


@statement
def _phone() -> AnySelect:
    is_own = Device.token_id == param("token_id", Uuid)
    return select(Device.event_id, Device.profile).where(is_own, Device.revoked_at.is_(None))


def _manifest_row(hash_: bytes, name: str, mode: Any, status: Any) -> ManifestRow:
    return ticket_prefix(hash_), name, mode, status
