"""The figures of loans, read in one statement and so from one snapshot."""

from datetime import date, datetime
from typing import Any

from incubator.actor import Actor
from incubator.db import Reads
from incubator.stats.loans.definition import LOANS
from incubator.stats.loans.figure import build_figure
from incubator.stats.loans.ledger import LoansShape
from incubator.stats.loans.measures import loans_statement
from incubator.stats.loans.questions import Limits, find_limits, scope_of, sees_amounts
from incubator.stats.loans.schemas import LoanFigureOut, LoanFigureQuery
from incubator.stats.scope import FigureScope, codes_of
from incubator.territory import shape_of


async def get_loan_figures(
    reads: Reads, actor: Actor, asked: LoanFigureQuery, *, now: datetime, today: date, seconds: float
) -> LoanFigureOut:
    """The loans as far as the actor may count them, without amounts where those are not for the actor."""
    scope = scope_of(actor, asked)
    as_of = asked.as_of or today
    limits = await find_limits(reads, asked, scope, as_of, now=now, today=today)
    shown = await sees_amounts(reads, actor, scope, limits.area, today=today)
    shape = _shape(asked, scope, limits, amounts=shown)
    values = {**scope.values(now), **_values(asked, limits, as_of)}
    rows = await reads.rows(loans_statement(shape), values, seconds=seconds)
    figure = build_figure(shape, rows)
    return LoanFigureOut(
        definition_id=LOANS.id,
        version=LOANS.version,
        as_of=as_of,
        known_at=asked.known_at,
        from_=asked.from_,
        to=asked.to,
        territory=asked.territory,
        register_basis="today",
        scope=await codes_of(reads, scope.territory),
        filters=limits.shown(),
        group_by=asked.group_by,
        amounts_hidden=not shown,
        totals=figure.totals,
        groups=figure.groups,
        quality=figure.quality,
    )


def _shape(asked: LoanFigureQuery, scope: FigureScope, limits: Limits, *, amounts: bool) -> LoansShape:
    return LoansShape(
        scope=shape_of(scope.territory),
        area=limits.area.level if limits.area else None,
        group_by=asked.group_by,
        as_recorded=asked.territory == "as_recorded",
        programme=limits.programme_id is not None,
        lender=limits.lender_id is not None,
        known=asked.known_at is not None,
        since=asked.from_ is not None,
        before=asked.to is not None,
        amounts=amounts,
        guarded=scope.is_guarded,
    )


def _values(asked: LoanFigureQuery, limits: Limits, as_of: date) -> dict[str, Any]:
    return {
        "as_of": as_of,
        "known_at": asked.known_at,
        "from": asked.from_,
        "to": asked.to,
        "area_id": limits.area.id if limits.area else None,
        "programme_id": limits.programme_id,
        "lender_id": limits.lender_id,
    }
