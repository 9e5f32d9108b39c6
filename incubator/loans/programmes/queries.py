"""What is read of loan programmes and their rates. They are a register: everybody who may read it reads all of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, Select, Text, Uuid, or_, select
from sqlalchemy.orm import aliased

from incubator.db import Reads, fetch_all, fetch_one, param, statement
from incubator.loans.lenders.models import Lender
from incubator.loans.lenders.queries import lender_asked_for
from incubator.loans.lenders.schemas import LenderRef
from incubator.loans.programmes.models import LoanProgramme, LoanProgrammeRate
from incubator.loans.programmes.schemas import (
    LoanProgrammeOut,
    LoanProgrammeQuery,
    LoanProgrammeRateOut,
    LoanProgrammeRow,
)
from incubator.paging import Listing, Order

NEWEST_FIRST = Order((LoanProgramme.id.expression,), descending=True)
LATEST_RATE_FIRST = Order((LoanProgrammeRate.from_on.expression,), descending=True)


async def list_loan_programmes(reads: Reads, filters: LoanProgrammeQuery, *, today: date) -> Listing[LoanProgrammeRow]:
    """Newest first. 400 where the filter names no lender."""
    lender_id = await lender_asked_for(reads, filters.lender)
    values = {"lender_id": lender_id, "code": filters.code, "active_on": filters.active_on}
    return Listing(
        name="loan_programmes",
        query=_programmes,
        shape=(frozenset(name for name, value in values.items() if value is not None),),
        order=NEWEST_FIRST,
        values={**values, "today": today},
        row=LoanProgrammeRow,
    )


async def get_loan_programme(reads: Reads, loan_programme_id: UUID, *, today: date) -> LoanProgrammeOut:
    """One programme with every rate; 404 where there is none."""
    values = {"loan_programme_id": loan_programme_id, "today": today}
    programme = await fetch_one(reads, _programme(), values, _programme_out)
    rates = await fetch_all(reads, _dated_rates(), values, LoanProgrammeRateOut)
    return msgspec.structs.replace(programme, rates=rates)


async def require_loan_programme(reads: Reads, loan_programme_id: UUID) -> None:
    """404 where there is no such programme."""
    await fetch_one(reads, _is_there(), {"loan_programme_id": loan_programme_id}, lambda id_: id_)


def list_programme_rates(loan_programme_id: UUID) -> Listing[LoanProgrammeRateOut]:
    """The latest first."""
    return Listing(
        name="loan_programme_rates",
        query=_rates,
        shape=(),
        order=LATEST_RATE_FIRST,
        values={"loan_programme_id": loan_programme_id},
        row=LoanProgrammeRateOut,
        place=lambda rate: (rate.from_on,),
        place_types=tuple[date],
    )


def rate_on(programme_id: Any, day: Any) -> ColumnElement[int | None]:
    """The yearly rate (ppm) of a programme that is in force on a day, as SQL; null before the first one."""
    rate = aliased(LoanProgrammeRate)
    in_force = select(rate.rate_ppm).where(rate.programme_id == programme_id, rate.from_on <= day)
    return in_force.order_by(rate.from_on.desc()).limit(1).scalar_subquery()


@statement
def _programme() -> Select[Any]:
    p = LoanProgramme
    columns: tuple[Any, ...] = (
        p.id, p.version, Lender.id, Lender.code, Lender.name, p.code, p.name, p.max_vnd, p.max_months,
        p.overdue_factor_ppm, p.legal_reference, rate_on(p.id, param("today", Date)),
        p.starts_on, p.ends_on, p.created_at,
    )  # fmt: skip
    of_lender = select(*columns).join(Lender, Lender.id == p.lender_id)
    return of_lender.where(p.id == param("loan_programme_id", Uuid))


@statement
def _is_there() -> Select[Any]:
    return select(LoanProgramme.id).where(LoanProgramme.id == param("loan_programme_id", Uuid))


@statement
def _dated_rates() -> Select[Any]:
    return _rates().order_by(LoanProgrammeRate.from_on)


def _rates() -> Select[Any]:
    r = LoanProgrammeRate
    columns: tuple[Any, ...] = (r.from_on, r.rate_ppm, r.legal_reference, r.recorded_at)
    return select(*columns).where(r.programme_id == param("loan_programme_id", Uuid))


def _programmes(asked: frozenset[str]) -> Select[Any]:
    p, day = LoanProgramme, param("active_on", Date)
    columns: tuple[Any, ...] = (
        p.id, p.version, Lender.code, p.code, p.name, p.max_vnd, p.max_months, p.overdue_factor_ppm,
        rate_on(p.id, param("today", Date)), p.starts_on, p.ends_on,
    )  # fmt: skip
    conditions = {
        "lender_id": p.lender_id == param("lender_id", Uuid),
        "code": p.code == param("code", Text),
        "active_on": (p.starts_on <= day) & or_(p.ends_on.is_(None), p.ends_on >= day),
    }
    query = select(*columns).join(Lender, Lender.id == p.lender_id)
    return query.where(*(condition for name, condition in conditions.items() if name in asked))


def _programme_out(
    id_: UUID, version: int, lender_id: UUID, lender_code: str, lender_name: str, code: str, name: str,
    max_vnd: int | None, max_months: int | None, overdue_factor_ppm: int, legal_reference: str | None,
    rate_ppm: int | None, starts_on: date, ends_on: date | None, created_at: datetime,
) -> LoanProgrammeOut:  # fmt: skip
    """Without its rates, which are read by themselves."""
    return LoanProgrammeOut(
        id_, version, LenderRef(lender_id, lender_code, lender_name), code, name, max_vnd, max_months,
        overdue_factor_ppm, legal_reference, rate_ppm, [], starts_on, ends_on, created_at,
    )  # fmt: skip
