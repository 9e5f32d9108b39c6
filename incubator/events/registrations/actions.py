"""What becomes of registrations: made, cancelled, moved to another mode, and given a new ticket."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.errors import DomainError, wrong_field
from incubator.events.models import Event
from incubator.events.registrations.desk import Desk, desk_of, require_open
from incubator.events.registrations.entering import Entered, enter_registrations, issued
from incubator.events.registrations.models import Registration, RegistrationStatus, Ticket, new_ticket_text
from incubator.events.registrations.queries import visible_registrations
from incubator.events.registrations.schemas import (
    CancelRegistration,
    ChangeRegistrationMode,
    RegistrationCreate,
    RegistrationItem,
    RegistrationMove,
)
from incubator.events.registrations.seats import (
    Seats,
    hold_modes,
    next_wait_numbers,
    promote,
    record_promotions,
    release_seat,
    take_seats,
)
from incubator.events.sight import sight_of, sight_values
from incubator.text import clean


async def register(
    session: AsyncSession, actor: Actor, event_id: UUID, data: RegistrationCreate, *, now: datetime
) -> Entered:
    """One person; what is wrong with them is the answer."""
    (outcome,) = await enter_registrations(session, actor, event_id, [data], now=now)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


async def register_many(
    session: AsyncSession, actor: Actor, event_id: UUID, items: Sequence[RegistrationItem], *, now: datetime
) -> dict[UUID, Entered | DomainError]:
    """What became of each item, by its id, which none shares with another."""
    seen: set[UUID] = set()
    for number, item in enumerate(items):
        if item.id in seen:
            raise wrong_field(f"/items/{number}/id", "duplicate")
        seen.add(item.id)
    outcomes = await enter_registrations(session, actor, event_id, items, now=now)
    return {item.id: outcome for item, outcome in zip(items, outcomes, strict=True)}


async def move_registration(
    session: AsyncSession, actor: Actor, registration_id: UUID, move: RegistrationMove, if_match: IfMatch, *,
    now: datetime,
) -> UUID:  # fmt: skip
    """Cancel it or change its mode. Who waited first has the seat that becomes free before anybody else can ask."""
    event = await _event_of(session, actor, registration_id)
    held = await hold_modes(session, event.id)
    registration, desk = await _lock(session, actor, event, registration_id)
    if_match.check(registration.version)
    require_open(actor, event, now=now)
    if isinstance(move, CancelRegistration):
        await _cancel(session, actor, registration, move, now=now)
    else:
        await _change_mode(session, desk, registration, move, held, now=now)
    return registration.id


async def roll_ticket(session: AsyncSession, actor: Actor, registration_id: UUID, *, now: datetime) -> str:
    """A new ticket; the one before opens nothing from now on."""
    event = await _event_of(session, actor, registration_id)
    registration, _ = await _lock(session, actor, event, registration_id)
    require_open(actor, event, now=now)
    registration.require_live("roll_ticket")
    is_live = (Ticket.registration_id == registration.id, Ticket.revoked_at.is_(None))
    await session.execute(update(Ticket).where(*is_live).values(revoked_at=now))
    text = new_ticket_text()
    session.add(issued(registration, text))
    record_audit(session, actor, "roll_ticket", "registration", registration.id)
    await session.flush()
    return text


async def _cancel(
    session: AsyncSession, actor: Actor, registration: Registration, move: CancelRegistration, *, now: datetime
) -> None:
    reason = clean(move.reason) if move.reason else None
    if not reason and actor.kind == "account":
        raise wrong_field("/reason", "required")
    had_seat, mode = registration.status == RegistrationStatus.confirmed, registration.mode
    registration.cancel(reason or None, now=now)
    record_audit(session, actor, "cancel", "registration", registration.id, event_id=str(registration.event_id))
    await session.flush()
    if had_seat:
        await _give_up_seat(session, actor, registration.event_id, mode, now=now)


async def _change_mode(
    session: AsyncSession, desk: Desk, registration: Registration, move: ChangeRegistrationMode,
    held: dict[str, Seats], *, now: datetime,
) -> None:  # fmt: skip
    """The seat of before is given up in any case, so that nobody holds one and waits for another."""
    registration.require_live("change_mode")
    actor, event = desk.actor, desk.event
    others = sorted(desk.modes - {registration.mode})
    if move.mode not in others:
        raise wrong_field("/mode", "not_in_enum", allowed=others)
    if not desk.admits_to(move.mode):
        raise DomainError("forbidden")
    had_seat, mode = registration.status == RegistrationStatus.confirmed, registration.mode
    await _sit_or_wait(session, registration, held[move.mode], now=now)
    record_audit(
        session, actor, "change_mode", "registration", registration.id,
        event_id=str(event.id), mode=registration.mode, status=registration.status,
    )  # fmt: skip
    await session.flush()
    if had_seat:
        await _give_up_seat(session, actor, event.id, mode, now=now)


async def _sit_or_wait(session: AsyncSession, registration: Registration, to: Seats, *, now: datetime) -> None:
    if await take_seats(session, registration.event_id, to.mode):
        registration.seat(to.mode, now=now)
    elif to.waitlist:
        (number,) = await next_wait_numbers(session, registration.event_id, to.mode)
        registration.wait(to.mode, number)
    else:
        raise DomainError("capacity_full", capacity=to.capacity, seats_taken=to.seats_taken)


async def _give_up_seat(session: AsyncSession, actor: Actor, event_id: UUID, mode: str, *, now: datetime) -> None:
    await release_seat(session, event_id, mode)
    record_promotions(session, actor, event_id, await promote(session, event_id, mode, now=now))


async def _event_of(session: AsyncSession, actor: Actor, registration_id: UUID) -> Event:
    """The event of a registration that the actor sees, held so that it is neither closed nor cancelled meanwhile."""
    query = visible_registrations(sight_of(actor)).where(Registration.id == registration_id)
    event_id = await session.scalar(query.with_only_columns(Registration.event_id), sight_values(actor))
    if event_id is None:
        raise DomainError("not_found")
    return (await session.scalars(select(Event).where(Event.id == event_id).with_for_update(read=True))).one()


async def _lock(session: AsyncSession, actor: Actor, event: Event, registration_id: UUID) -> tuple[Registration, Desk]:
    """The registration, locked to the end of the transaction, and where it may be changed. The modes are held before
    it, where they are needed."""
    query = visible_registrations(sight_of(actor)).where(Registration.id == registration_id)
    locked = query.with_for_update(of=Registration).execution_options(populate_existing=True)
    registration = await session.scalar(locked, sight_values(actor))
    if registration is None:
        raise DomainError("not_found")
    return registration, await desk_of(session, actor, event, registration)
