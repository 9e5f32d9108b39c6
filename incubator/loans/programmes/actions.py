"""Adding and changing loan programmes, and the rates that are in force from day to day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import FIRST_DAY, LAST_DAY, fault_of_day
from incubator.db import SessionReads, differing
from incubator.errors import DomainError, FieldError
from incubator.loans.lenders.queries import lender_named
from incubator.loans.programmes.models import LoanProgramme, LoanProgrammeRate
from incubator.loans.programmes.schemas import (
    LoanProgrammeCreate,
    LoanProgrammePatch,
    LoanProgrammeRateInput,
    LoanProgrammeRatePut,
)
from incubator.text import clean_line


async def add_loan_programme(session: AsyncSession, actor: Actor, data: LoanProgrammeCreate) -> UUID:
    """A programme, with the rates that come with it."""
    actor.require(Permission.loans_manage)
    _refuse([*_wrong_days(data.starts_on, data.ends_on), *_wrong_rates(data.rates)])
    lender_id = await lender_named(SessionReads(session), data.lender)
    await _refuse_second(session, lender_id, data.code)
    programme = LoanProgramme(lender_id=lender_id, code=data.code, **_terms_of(data))
    session.add(programme)
    await session.flush()
    for rate in data.rates:
        session.add(_rate_of(actor, programme, rate.from_on, rate))
    record_audit(session, actor, "add", "loan_programme", programme.id, code=programme.code, rates=len(data.rates))
    await session.flush()
    return programme.id


async def edit_loan_programme(
    session: AsyncSession, actor: Actor, loan_programme_id: UUID, data: LoanProgrammePatch, if_match: IfMatch
) -> None:
    """Lay a merge patch over a programme. Loans that were granted under the old terms stay as they are. What it says
    already changes nothing."""
    programme = await _lock_programme(session, actor, loan_programme_id)
    if_match.check(programme.version)
    if not (changes := differing(programme, _terms_of(data))):
        return
    _refuse(_wrong_days(changes.get("starts_on", programme.starts_on), changes.get("ends_on", programme.ends_on)))
    for name, value in changes.items():
        setattr(programme, name, value)
    record_audit(session, actor, "edit", "loan_programme", programme.id, fields=sorted(changes))
    await session.flush()


async def put_rate(
    session: AsyncSession,
    actor: Actor,
    loan_programme_id: UUID,
    from_on: date,
    data: LoanProgrammeRatePut,
    if_match: IfMatch,
) -> None:
    """The rate from that day on, added or replaced. What holds already changes nothing."""
    programme = await _lock_programme(session, actor, loan_programme_id)
    _refuse_day(from_on)
    if_match.check(programme.version)
    rate = await session.get(LoanProgrammeRate, (programme.id, from_on))
    before, after = rate and _facts_of(rate), _said_by(data)
    if before == after:
        return
    if rate is None:
        session.add(_rate_of(actor, programme, from_on, data))
    else:
        _replace(rate, actor, after)
    await _record(session, actor, programme, "set_rate", from_on, before=before, after=after)


async def remove_rate(
    session: AsyncSession, actor: Actor, loan_programme_id: UUID, from_on: date, if_match: IfMatch
) -> None:
    """Take a rate out: from its day on the one before it holds."""
    programme = await _lock_programme(session, actor, loan_programme_id)
    _refuse_day(from_on)
    rate = await session.get(LoanProgrammeRate, (programme.id, from_on))
    if rate is None:
        raise DomainError("not_found")
    if_match.check(programme.version)
    await session.delete(rate)
    await _record(session, actor, programme, "remove_rate", from_on, before=_facts_of(rate), after=None)


async def _lock_programme(session: AsyncSession, actor: Actor, loan_programme_id: UUID) -> LoanProgramme:
    actor.require(Permission.loans_manage)
    programme = await session.get(LoanProgramme, loan_programme_id, with_for_update=True)
    if programme is None:
        raise DomainError("not_found")
    return programme


def _facts_of(rate: LoanProgrammeRate) -> dict[str, Any]:
    """What the audit trail keeps of a rate that is replaced."""
    return {"rate_ppm": rate.rate_ppm, "legal_reference": rate.legal_reference}


def _said_by(data: LoanProgrammeRatePut) -> dict[str, Any]:
    cited = None if data.legal_reference is None else clean_line(data.legal_reference)
    return {"rate_ppm": data.rate_ppm, "legal_reference": cited}


def _rate_of(actor: Actor, programme: LoanProgramme, from_on: date, data: LoanProgrammeRatePut) -> LoanProgrammeRate:
    by = {"recorded_by_kind": actor.kind, "recorded_by_id": actor.id}
    return LoanProgrammeRate(programme_id=programme.id, from_on=from_on, **_said_by(data), **by)


def _replace(rate: LoanProgrammeRate, actor: Actor, after: dict[str, Any]) -> None:
    rate.rate_ppm, rate.legal_reference = after["rate_ppm"], after["legal_reference"]
    rate.recorded_by_kind, rate.recorded_by_id = actor.kind, actor.id
    rate.recorded_at = func.clock_timestamp()


async def _record(
    session: AsyncSession, actor: Actor, programme: LoanProgramme, action: str, from_on: date, **facts: Any
) -> None:
    programme.count_change()
    record_audit(session, actor, action, "loan_programme", programme.id, from_on=from_on.isoformat(), **facts)
    await session.flush()


async def _refuse_second(session: AsyncSession, lender_id: UUID, code: str) -> None:
    """The friendly form of the unique constraint."""
    same = select(LoanProgramme.id).where(LoanProgramme.lender_id == lender_id, LoanProgramme.code == code)
    if await session.scalar(same) is not None:
        raise DomainError("duplicate", errors=[FieldError(code="duplicate", pointer="/code")])


def _terms_of(data: LoanProgrammeCreate | LoanProgrammePatch) -> dict[str, Any]:
    """What a body says of the terms, by column; what it does not mention is left out."""
    given: Mapping[str, Any] = {name: getattr(data, name) for name in LoanProgrammePatch.__struct_fields__}
    terms = {name: value for name, value in given.items() if value is not UNSET}
    for name in ("name", "legal_reference"):
        if terms.get(name):
            terms[name] = clean_line(terms[name])
    return terms


def _wrong_days(starts_on: date, ends_on: date | None) -> list[FieldError]:
    errors = fault_of_day(starts_on, "/starts_on")
    return errors if ends_on is None else errors + fault_of_day(ends_on, "/ends_on", since=starts_on)


def _wrong_rates(rates: Sequence[LoanProgrammeRateInput]) -> list[FieldError]:
    """One rate for each day, and no day outside the calendar of what is agreed on."""
    days = [rate.from_on for rate in rates]
    errors = []
    for position, day in enumerate(days):
        errors += fault_of_day(day, f"/rates/{position}/from_on")
        if day in days[:position]:
            errors.append(FieldError(code="duplicate", pointer=f"/rates/{position}/from_on"))
    return errors


def _refuse(errors: Sequence[FieldError]) -> None:
    if errors:
        raise DomainError("validation_failed", errors=errors)


def _refuse_day(from_on: date) -> None:
    """The same bounds for the day in an address."""
    if not FIRST_DAY <= from_on <= LAST_DAY:
        limits = {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
        _refuse([FieldError(code="out_of_range", parameter="from_on", params=limits)])
