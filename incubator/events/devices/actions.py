"""Adding phones, enrolling them, and taking what they hold away again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import EXPIRY_PASSED, Token, new_token_text, token_hash
from incubator.actor import ANONYMOUS, Actor, Permission, Scope
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import spoken
from incubator.errors import DomainError, FieldError, broken_rule, wrong_field
from incubator.events.access import is_organiser, load_event, lock_event, require_at_sites
from incubator.events.devices.access import note_contact
from incubator.events.devices.models import (
    CODE_REFUSED,
    MOST_AFTER_END,
    Device,
    DeviceSite,
    end_with,
    enrolment_code_hash,
    new_enrolment_code,
    nonce_hash,
)
from incubator.events.devices.schemas import DeviceCreate, EnrolmentCreate
from incubator.events.layout.models import EventSite
from incubator.events.models import Event, EventStatus
from incubator.events.sight import is_seen, sight_of, sight_values
from incubator.text import clean_line


async def add_device(
    session: AsyncSession, actor: Actor, event_id: UUID, data: DeviceCreate, *, now: datetime
) -> tuple[UUID, str]:
    """The phone's id, and the code for enrolling it, which nobody can read again. It is told as many names as who adds
    it: all of them where they organise the event, else those of the communes of its sites."""
    actor.require(Permission.events_manage)
    event = await lock_event(session, actor, event_id, share=True)
    await _check_sites(session, event, data.site_ids)
    await require_at_sites(
        session, actor, event, data.site_ids, {id_: [f"/site_ids/{n}"] for n, id_ in enumerate(data.site_ids)}
    )
    if event.status == EventStatus.cancelled:
        raise DomainError("invalid_transition", status=event.status, action="add_device", allowed_actions=[])
    device = Device(
        event_id=event.id, name=clean_line(data.name), profile=data.profile.value, added_by_id=actor.id,
        expires_at=_own_expiry(event, data.expires_at, now=now), sees_all=is_organiser(actor, event),
    )  # fmt: skip
    code = new_enrolment_code()
    device.wait_for(enrolment_code_hash(code), now=now)
    session.add(device)
    await session.flush()
    session.add_all(DeviceSite(device_id=device.id, site_id=site, event_id=event.id) for site in data.site_ids)
    record_audit(session, actor, "add", "device", device.id, profile=device.profile, sites=len(data.site_ids))
    await session.flush()
    return device.id, code


async def roll_device(session: AsyncSession, actor: Actor, device_id: UUID, *, now: datetime) -> str:
    """A new code; the token of whoever was enrolled before ends. The code tells no more names than who asks for it may
    know."""
    device, event = await _lock_device(session, actor, device_id)
    code, token_id = new_enrolment_code(), device.token_id
    device.wait_for(enrolment_code_hash(code), now=now)
    device.revive(event, now=now)
    device.sees_all = device.sees_all and is_organiser(actor, event)
    await _end_token(session, token_id, now=now)
    record_audit(session, actor, "roll", "device", device.id)
    await session.flush()
    return code


async def revoke_device(
    session: AsyncSession, actor: Actor, device_id: UUID, if_match: IfMatch, *, now: datetime
) -> None:
    """For good, with its token and its code. Revoking it again changes nothing."""
    device, _ = await _lock_device(session, actor, device_id)
    if_match.check(device.version)
    if device.revoked_at is None:
        device.revoke(now=now)
        await _end_token(session, device.token_id, now=now)
        record_audit(session, actor, "revoke", "device", device.id)


async def enrol_device(session: AsyncSession, data: EnrolmentCreate, *, now: datetime) -> tuple[UUID, str]:
    """The id and the text of the phone's token. Whatever is wrong with a code, one refusal says so.

    The phone that enrolled may do so again while the code holds, for the answer may have been lost; what it was given
    before ends then.
    """
    device, event = await _lock_by_code(session, data.code)
    nonce = nonce_hash(data.client_nonce)
    if not device.admits(nonce, event, now=now):
        raise broken_rule(CODE_REFUSED)
    await _end_token(session, device.token_id, now=now)
    text = new_token_text("device")
    token = Token(
        kind="device", hash=token_hash(text), name=device.name, scopes=[Scope.check_in_write.value], created_at=now,
        created_by=device.added_by_id, expires_at=device.ends_at(event), extended_at=now,
    )  # fmt: skip
    session.add(token)
    await session.flush()
    device.enrol(token.id, nonce, now=now)
    await note_contact(session, device.id, now, None)
    record_audit(session, ANONYMOUS, "enrol", "device", device.id)
    await session.flush()
    return token.id, text


async def follow_event(session: AsyncSession, event: Event) -> None:
    """After a change of the event, which is locked: phones without an end of their own hold as long as it says now. No
    phone's row is touched, because those are locked before the event's."""
    d = Device
    followers = select(d.token_id).where(d.event_id == event.id, d.expires_at.is_(None), d.token_id.is_not(None))
    ends_at = end_with(event)
    tokens = update(Token).where(Token.id.in_(followers), Token.revoked_at.is_(None), Token.expires_at != ends_at)
    changes = {"expires_at": ends_at, "version": Token.version + 1}
    await session.execute(tokens.values(changes), execution_options={"synchronize_session": False})


async def _check_sites(session: AsyncSession, event: Event, site_ids: Sequence[UUID]) -> None:
    """Each is one of the event's and named once."""
    known = set(await session.scalars(select(EventSite.id).where(EventSite.event_id == event.id)))
    wrong = [
        FieldError(code="not_found" if site_id not in known else "duplicate", pointer=f"/site_ids/{index}")
        for index, site_id in enumerate(site_ids)
        if site_id not in known or site_id in site_ids[:index]
    ]
    if wrong:
        raise DomainError("validation_failed", errors=wrong)


def _own_expiry(event: Event, wished: datetime | None, *, now: datetime) -> datetime | None:
    latest = event.ends_at + MOST_AFTER_END
    if wished is not None and wished > latest:
        raise wrong_field("/expires_at", "out_of_range", max=spoken(latest))
    if (wished or end_with(event)) <= now:
        raise broken_rule(EXPIRY_PASSED)
    return wished


async def _lock_by_code(session: AsyncSession, code: str) -> tuple[Device, Event]:
    """Whoever changes the event meanwhile would not find the token that is made now."""
    query = select(Device).where(Device.code_hash == enrolment_code_hash(code))
    device = await session.scalar(query.with_for_update(key_share=True))
    if device is None:
        raise broken_rule(CODE_REFUSED)
    held = select(Event).where(Event.id == device.event_id).with_for_update(read=True)
    return device, (await session.scalars(held)).one()


async def _lock_device(session: AsyncSession, actor: Actor, device_id: UUID) -> tuple[Device, Event]:
    """The phone, locked, and its event, where the actor may say what becomes of it: 404 where they do not see the
    event, 403 where they merely see it."""
    actor.require(Permission.events_manage)
    query = select(Device).join(Event, Event.id == Device.event_id).where(Device.id == device_id)
    seen = query.where(is_seen(sight_of(actor))).with_for_update(of=Device, key_share=True)
    device = await session.scalar(seen, sight_values(actor))
    if device is None:
        raise DomainError("not_found")
    event = await load_event(session, actor, device.event_id)
    sites = await session.scalars(select(DeviceSite.site_id).where(DeviceSite.device_id == device.id))
    await require_at_sites(session, actor, event, sites.all())
    return device, event


async def _end_token(session: AsyncSession, token_id: UUID | None, *, now: datetime) -> None:
    token = None if token_id is None else await session.get(Token, token_id)
    if token is not None and token.revoked_at is None:
        token.revoked_at = now
