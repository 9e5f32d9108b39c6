"""The interest of a loan in a period: its balances, its rates and what was received, read in one statement."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Date, Select, Uuid, cast, func, select

from incubator.actor import Actor
from incubator.days import FIRST_DAY, LAST_DAY, months_after
from incubator.db import Reads, fetch_one, param, statement
from incubator.errors import DomainError, FieldError
from incubator.loans.asked import faults_of_times, was_known
from incubator.loans.interest.rule import Movement, Segment, interest_of, rates_in_force, segments
from incubator.loans.interest.schemas import InterestOut, InterestQuery, InterestSegmentOut
from incubator.loans.ledger.models import LoanEntry
from incubator.loans.models import Loan, LoanRate
from incubator.loans.programmes.models import LoanProgramme, LoanProgrammeRate
from incubator.loans.sight import Sight, is_opened, is_seen, sight_of, sight_values
from incubator.projects.queries import json_list

MOST_MONTHS = 120

DatedRates = list[tuple[date, int | None]]


async def get_interest(
    reads: Reads, actor: Actor, loan_id: UUID, asked: InterestQuery, *, today: date, now: datetime
) -> InterestOut:
    """The estimate for the days after `from_` up to and with `to`; 404 where the actor does not see the loan."""
    start, end = _period(asked, faults_of_times(None, asked.known_at, today=today, now=now))
    values = {**sight_values(actor), "loan_id": loan_id, "from": start, "to": end, "known_at": asked.known_at}
    query = _terms_and_balances(sight_of(actor), asked.known_at is not None)
    return await fetch_one(reads, query, values, _interest_out(start, end, asked.known_at))


def own_rates_json() -> Any:
    """The rates of the row of Loan itself, as the text of a list of DatedRates."""
    rate = LoanRate
    dated = func.json_build_array(rate.from_on, rate.rate_ppm)
    return select(json_list(dated, rate.from_on)).where(rate.loan_id == Loan.id).correlate(Loan).scalar_subquery()


def programme_rates_json() -> Any:
    """The rates of the programme of the row of Loan, in the same form."""
    rate = LoanProgrammeRate
    dated = func.json_build_array(rate.from_on, rate.rate_ppm)
    of_programme = select(json_list(dated, rate.from_on)).where(rate.programme_id == Loan.programme_id)
    return of_programme.correlate(Loan).scalar_subquery()


def _period(asked: InterestQuery, faults: list[FieldError]) -> tuple[date, date]:
    """The two days, or 400 with what is wrong with them and the faults found before."""
    start, end = asked.from_, asked.to
    wrong = [*_faults_of("from", start), *_faults_of("to", end)]
    if start is not None and end is not None and not wrong:
        wrong = _faults_of("to", end, start + timedelta(1), months_after(start, MOST_MONTHS))
    if wrong or faults or start is None or end is None:
        raise DomainError("validation_failed", errors=[*wrong, *faults])
    return start, end


def _faults_of(name: str, day: date | None, first: date = FIRST_DAY, last: date = LAST_DAY) -> list[FieldError]:
    if day is None:
        return [FieldError(code="required", parameter=name)]
    if first <= day <= last:
        return []
    params = {"min": first.isoformat(), "max": last.isoformat()}
    return [FieldError(code="out_of_range", parameter=name, params=params)]


@statement
def _terms_and_balances(sight: Sight, known: bool) -> Select[Any]:
    columns: tuple[Any, ...] = (
        Loan.id, is_opened(sight), LoanProgramme.overdue_factor_ppm, own_rates_json(), programme_rates_json(),
        _movements_json(known), _received(known),
    )  # fmt: skip
    return (
        select(*columns)
        .join(LoanProgramme, LoanProgramme.id == Loan.programme_id)
        .where(is_seen(sight), Loan.id == param("loan_id", Uuid))
    )


def _movements_json(known: bool) -> Any:
    """The sums of each day, as the text of a list of Movements. What moves on the last day counts from the next."""
    e = LoanEntry
    sums = (func.sum(amount) for amount in (e.d_normal, e.d_overdue, e.d_frozen))
    by_day = (
        _entries(known, e.effective_on.label("on_day"), func.json_build_array(e.effective_on, *sums).label("sums"))
        .where(e.effective_on < param("to", Date))
        .group_by(e.effective_on)
        .correlate(Loan)
        .subquery()
    )
    return select(json_list(by_day.c.sums, by_day.c.on_day)).scalar_subquery()


def _received(known: bool) -> Any:
    """What the lender received as interest in these days; a reversal takes away what it reverses."""
    e = LoanEntry
    in_period = (e.effective_on > param("from", Date), e.effective_on <= param("to", Date))
    total = cast(func.coalesce(func.sum(e.interest_vnd), 0), BigInteger)
    return _entries(known, total).where(*in_period).correlate(Loan).scalar_subquery()


def _entries(known: bool, *columns: Any) -> Select[Any]:
    e = LoanEntry
    return select(*columns).where(e.loan_id == param("loan_id", Uuid), was_known(e.recorded_at, known))


def _interest_out(start: date, end: date, known_at: datetime | None) -> Callable[..., InterestOut]:
    """The reader of the one row for a question."""

    def out(
        loan_id: UUID, opened: bool, factor: int, own: str, programme: str, movements: str, received: int
    ) -> InterestOut:
        read = msgspec.json.decode
        explained = segments(
            read(movements, type=list[Movement]),
            rates_in_force(read(own, type=DatedRates), read(programme, type=DatedRates)),
            overdue_factor_ppm=factor,
            start=start,
            end=end,
        )
        return InterestOut(
            loan_id=loan_id, from_=start, to=end, known_at=known_at, is_estimate=True,
            interest_vnd=interest_of(explained) if opened else None, received_vnd=received if opened else None,
            segments=[_shown(segment, opened) for segment in explained], amounts_hidden=not opened,
        )  # fmt: skip

    return out


def _shown(segment: Segment, opened: bool) -> InterestSegmentOut:
    return InterestSegmentOut(
        bucket=segment.bucket, from_on=segment.from_on, to_on=segment.to_on, days=segment.days,
        balance_vnd=segment.balance_vnd if opened else None, rate_ppm=segment.rate_ppm,
        factor_ppm=segment.factor_ppm, rate_from=segment.rate_from,
        interest_vnd=segment.interest_vnd if opened else None,
    )  # fmt: skip
