"""The phone behind a request. Whatever a phone does begins here."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import Token
from incubator.actor import Actor
from incubator.errors import DomainError
from incubator.events.devices.models import Device, DeviceContact, DeviceProfile, DeviceSite


class ActingDevice(msgspec.Struct, frozen=True):
    """A live phone, and the sites of its event for which it is enrolled."""

    id: UUID
    event_id: UUID
    profile: DeviceProfile
    site_ids: frozenset[UUID]


async def acting_device(session: AsyncSession, actor: Actor, *, lock: bool) -> ActingDevice:
    """The phone whose token this is; 403 for any other caller. With `lock` what one phone sends runs one after another,
    and neither rolling nor revoking it comes in between."""
    query = select(Device).where(Device.token_id == actor.token_id)
    device = await session.scalar(query.with_for_update(key_share=True) if lock else query)
    if device is None:
        raise await _refusal(session, actor)
    if device.revoked_at is not None:
        raise DomainError("token_revoked")
    sites = await session.scalars(select(DeviceSite.site_id).where(DeviceSite.device_id == device.id))
    return ActingDevice(device.id, device.event_id, DeviceProfile(device.profile), frozenset(sites))


async def note_contact(session: AsyncSession, device_id: UUID, now: datetime, skew_ms: int | None) -> None:
    """The phone was heard of. A skew of None is unknown and leaves the last one as it is."""
    seen = insert(DeviceContact).values(device_id=device_id, last_seen_at=now, last_skew_ms=skew_ms)
    new = seen.excluded
    latest = {
        "last_seen_at": func.greatest(DeviceContact.last_seen_at, new.last_seen_at),
        "last_skew_ms": func.coalesce(new.last_skew_ms, DeviceContact.last_skew_ms),
    }
    await session.execute(seen.on_conflict_do_update(index_elements=[DeviceContact.device_id], set_=latest))


async def _refusal(session: AsyncSession, actor: Actor) -> DomainError:
    """A phone that was rolled has left its token behind, which is known here for a second longer."""
    was_phone = select(Token.id).where(Token.id == actor.token_id, Token.kind == "device")
    return DomainError("token_revoked" if await session.scalar(was_phone) else "forbidden")
