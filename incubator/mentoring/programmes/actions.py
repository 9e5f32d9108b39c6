"""Adding and changing programmes, in the places for which the actor may."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day, fault_of_day
from incubator.db import SessionReads
from incubator.errors import DomainError, broken_rule
from incubator.localities.queries import locality_by_code
from incubator.mentoring.programmes.models import KIND_FIXED, Programme
from incubator.mentoring.programmes.schemas import ProgrammeCreate, ProgrammePatch
from incubator.mentoring.sessions.models import MentoringSession
from incubator.text import clean_line


async def add_programme(session: AsyncSession, actor: Actor, data: ProgrammeCreate, *, now: datetime) -> UUID:
    """A programme of a province or commune of the actor's."""
    place = await _place(session, actor, data.locality_code, today=civil_day(now))
    programme = Programme(**place, **_terms_of(data))
    _check_days(programme)
    session.add(programme)
    await session.flush()
    record_audit(session, actor, "add", "programme", programme.id, kind=programme.kind)
    await session.flush()
    return programme.id


async def edit_programme(
    session: AsyncSession, actor: Actor, programme_id: UUID, data: ProgrammePatch, if_match: IfMatch, *, now: datetime
) -> None:
    """Lay a merge patch over a programme; both its old and its new place are the actor's."""
    programme = await session.scalar(select(Programme).where(Programme.id == programme_id).with_for_update())
    if programme is None:
        raise DomainError("not_found")
    _require_at(actor, programme.province_id, programme.locality_id)
    if_match.check(programme.version)
    changes = _terms_of(data)
    if data.locality_code is not UNSET:
        changes |= await _place(session, actor, data.locality_code, today=civil_day(now))
    if changes.get("kind", programme.kind) != programme.kind:
        await _refuse_used(session, programme)
    for name, value in changes.items():
        setattr(programme, name, value)
    _check_days(programme)
    fields = [name for name in data.__struct_fields__ if getattr(data, name) is not UNSET]
    record_audit(session, actor, "edit", "programme", programme.id, fields=sorted(fields))
    await session.flush()


async def _place(session: AsyncSession, actor: Actor, code: str, *, today: date) -> dict[str, UUID]:
    """The columns of a province or commune of today, in which the actor manages programmes."""
    place = await locality_by_code(SessionReads(session), code, today=today)
    province_id = place.parent.id if place.parent else place.id
    _require_at(actor, province_id, place.id)
    return {"locality_id": place.id, "province_id": province_id}


def _require_at(actor: Actor, province_id: UUID, locality_id: UUID) -> None:
    """A province is no commune, so a grant for one of its communes does not cover it."""
    actor.require_at(Permission.programmes_manage, province_id=province_id, commune_id=locality_id)


async def _refuse_used(session: AsyncSession, programme: Programme) -> None:
    """It holds because the programme is locked: a session that refers to it waits."""
    if await session.scalar(select(exists().where(MentoringSession.programme_id == programme.id))):
        raise broken_rule(KIND_FIXED, kind=programme.kind)


def _check_days(programme: Programme) -> None:
    errors = fault_of_day(programme.starts_on, "/starts_on")
    if programme.ends_on is not None:
        errors += fault_of_day(programme.ends_on, "/ends_on", since=programme.starts_on)
    if errors:
        raise DomainError("validation_failed", errors=errors)


def _terms_of(data: ProgrammeCreate | ProgrammePatch) -> dict[str, Any]:
    """What a body says, by column, without the place; what it does not mention is left out."""
    names = ("kind", "title", "host", "cadence", "starts_on", "ends_on")
    terms = {name: value for name in names if (value := getattr(data, name)) is not UNSET}
    for name in ("title", "host"):
        if name in terms:
            terms[name] = clean_line(terms[name])
    return terms
