"""Who may ask what of the figures of loans, whose amounts they are shown, and what the figure is limited to."""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, select

from incubator.actor import Actor, Permission
from incubator.db import AnySelect, Reads, param, statement
from incubator.errors import DomainError, FieldError
from incubator.loans.asked import faults_of_times
from incubator.loans.lenders.models import Lender
from incubator.loans.programmes.models import LoanProgramme
from incubator.stats.area import Area, find_area
from incubator.stats.loans.dimensions import DIMENSIONS
from incubator.stats.loans.schemas import LoanFigureQuery
from incubator.stats.scope import FigureScope, figure_scope

DAY = timedelta(1)


class Limits(msgspec.Struct, frozen=True):
    """What the figure is limited to, found in the database."""

    area: Area | None
    programme_id: UUID | None
    lender_id: UUID | None

    def shown(self) -> dict[str, str]:
        named = {"locality": self.area and self.area.code, "programme": self.programme_id, "lender": self.lender_id}
        return {name: str(value) for name, value in named.items() if value}


def scope_of(actor: Actor, asked: LoanFigureQuery) -> FigureScope:
    """403 where the actor may not break loans down like this: a credit group lies below the commune, and so is not for
    those who may not read these loans one by one."""
    dimension = DIMENSIONS[asked.group_by] if asked.group_by else None
    scope = figure_scope(actor, sensitive=dimension is not None and dimension.is_sensitive)
    if dimension is not None and dimension.is_below_commune and scope.is_guarded:
        raise DomainError("forbidden")
    return scope


async def find_limits(
    reads: Reads, asked: LoanFigureQuery, scope: FigureScope, as_of: date, *, now: datetime, today: date
) -> Limits:
    """400 names every parameter that is wrong."""
    errors = [*faults_of_times(as_of, asked.known_at, today=today, now=now), *_faults_of_period(asked, as_of, today)]
    area = asked.locality and await find_area(reads, asked.locality, scope.territory, today=today)
    if isinstance(area, FieldError):
        errors.append(area)
    if asked.programme and not await reads.rows(_is_there(LoanProgramme), {"id": asked.programme}):
        errors.append(FieldError(code="not_found", parameter="programme"))
    if asked.lender and not await reads.rows(_is_there(Lender), {"id": asked.lender}):
        errors.append(FieldError(code="not_found", parameter="lender"))
    if errors:
        raise DomainError("validation_failed", errors=errors)
    return Limits(area if isinstance(area, Area) else None, asked.programme, asked.lender)


async def sees_amounts(reads: Reads, actor: Actor, scope: FigureScope, area: Area | None, *, today: date) -> bool:
    """Whether a grant opens sensitive fields over all that the figure counts."""
    opened = actor.territory(Permission.stats_read, sensitive=True)
    if opened == scope.territory:
        return True
    return area is not None and isinstance(await find_area(reads, area.code, opened, today=today), Area)


def _faults_of_period(asked: LoanFigureQuery, as_of: date, today: date) -> list[FieldError]:
    """A period holds at least one day, and none of them after the day of the figure."""
    errors = []
    if asked.from_ is not None and asked.to is not None and asked.from_ >= asked.to:
        errors.append(FieldError(code="out_of_range", parameter="to", params={"after": asked.from_.isoformat()}))
    elif as_of <= today and asked.to is not None and asked.to > as_of + DAY:
        errors.append(FieldError(code="out_of_range", parameter="to", params={"max": (as_of + DAY).isoformat()}))
    if as_of <= today and asked.to is None and asked.from_ is not None and asked.from_ > as_of:
        errors.append(FieldError(code="out_of_range", parameter="from", params={"max": as_of.isoformat()}))
    return errors


@statement
def _is_there(of: type[LoanProgramme] | type[Lender]) -> AnySelect:
    return select(of.id).where(of.id == param("id", Uuid))
