"""Entering, reading and removing citizen ids. Nothing of a number goes into the trail, nor into a refusal."""

from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.db import SessionReads
from incubator.errors import DomainError
from incubator.people.actions import lock_person, require_entry_right
from incubator.people.citizen_ids.models import CitizenId
from incubator.people.citizen_ids.numbers import Number, read_number
from incubator.people.citizen_ids.queries import get_citizen_id, people_with_number
from incubator.people.citizen_ids.schemas import CitizenIdLookup, CitizenIdMatchesOut, CitizenIdOut, CitizenIdPut
from incubator.people.citizen_ids.sealing import Sealer
from incubator.people.duplicates.finding import note_duplicates


async def show_citizen_id(
    session: AsyncSession, actor: Actor, sealer: Sealer, person_id: UUID, *, full: bool = False, today: date
) -> CitizenIdOut:
    """The number of a person, and in the audit trail that all of it was read, if it was."""
    shown = await get_citizen_id(SessionReads(session), actor, sealer, person_id, full=full, today=today)
    if shown.number is not None:
        _record_reading(session, actor, person_id)
    return shown


async def set_citizen_id(
    session: AsyncSession, actor: Actor, sealer: Sealer, person_id: UUID, data: CitizenIdPut, if_match: IfMatch
) -> None:
    """The number of a person of a commune in which the actor enters people: the first, or another one in place of the
    version that was read. The same once more changes nothing."""
    person = await lock_person(session, actor, person_id)
    require_entry_right(actor, person)
    number = read_number(data.number, "/number")
    kept = await session.get(CitizenId, person.id)
    if kept is not None:
        if_match.check(kept.version)
    if kept is not None and (kept.digest, kept.was_padded) == (sealer.digest(number.digits), number.was_padded):
        return
    if kept is None:
        kept = CitizenId(person_id=person.id)
        session.add(kept)
    _write(kept, actor, sealer, number)
    record_audit(session, actor, "set_citizen_id", "person", person.id, was_padded=number.was_padded)
    await session.flush()
    await note_duplicates(session, actor, [person.id])


async def remove_citizen_id(session: AsyncSession, actor: Actor, person_id: UUID, if_match: IfMatch) -> None:
    person = await lock_person(session, actor, person_id)
    require_entry_right(actor, person)
    kept = await session.get(CitizenId, person.id)
    if kept is None:
        raise DomainError("not_found")
    if_match.check(kept.version)
    await session.delete(kept)
    record_audit(session, actor, "remove_citizen_id", "person", person.id)
    await session.flush()


async def look_up(session: AsyncSession, actor: Actor, sealer: Sealer, data: CitizenIdLookup) -> CitizenIdMatchesOut:
    """Who has this number, which is as much as reading it. That somebody asked is recorded, with whom they found."""
    number = read_number(data.number, "/number")
    matches = await people_with_number(SessionReads(session), actor, sealer, number.digits)
    for person in matches.items:
        _record_reading(session, actor, person.id, by="number")
    if not matches.items:
        _record_reading(session, actor, None, by="number")
    return matches


def _record_reading(session: AsyncSession, actor: Actor, person_id: UUID | None, **more: str) -> None:
    record_audit(session, actor, "read_sensitive", "person", person_id, fields=["citizen_id"], **more)


def _write(kept: CitizenId, actor: Actor, sealer: Sealer, number: Number) -> None:
    kept.sealed = sealer.seal(number.digits, kept.person_id)
    kept.digest = sealer.digest(number.digits)
    kept.last_four = number.digits[-4:]
    kept.was_padded = number.was_padded
    kept.recorded_by_kind, kept.recorded_by_id, kept.recorded_at = actor.kind, actor.id, func.clock_timestamp()
