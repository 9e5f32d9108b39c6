"""`/v1/stats`."""

from datetime import date, datetime
from typing import Any

from litestar import Request, Response, Router, get

from incubator.actor import Actor, Permission
from incubator.api.answers import resource
from incubator.api.entry import FIGURE, JSON, Requires, media_of
from incubator.api.given import Given
from incubator.api.query import Query
from incubator.db import Reads
from incubator.stats.attendance.queries import get_attendance_figures
from incubator.stats.attendance.schemas import AttendanceFigureOut, AttendanceFigureQuery
from incubator.stats.attendance.table import attendance_table
from incubator.stats.definitions import DEFINITIONS
from incubator.stats.funnel.queries import get_funnel
from incubator.stats.funnel.schemas import FunnelOut, FunnelQuery
from incubator.stats.funnel.table import funnel_table
from incubator.stats.loans.queries import get_loan_figures
from incubator.stats.loans.schemas import LoanFigureOut, LoanFigureQuery
from incubator.stats.loans.table import loans_table
from incubator.stats.mentoring.queries import get_mentoring
from incubator.stats.mentoring.schemas import MentoringFigureOut, MentoringFigureQuery
from incubator.stats.mentoring.table import mentoring_table
from incubator.stats.overview.queries import get_overview
from incubator.stats.overview.schemas import OverviewOut, OverviewQuery
from incubator.stats.overview.table import overview_table
from incubator.stats.schemas import DefinitionsOut
from incubator.stats.tables import table_answer

READ = Requires(Permission.stats_read)
READ_OWN = Requires(Permission.stats_read, Permission.stats_read_own)


@get("/funnel", operation_id="getFunnel", guards=[READ], dependencies={"filters": Query(FunnelQuery)}, opt=FIGURE)
async def funnel(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    filters: Given[FunnelQuery],
) -> Response[FunnelOut]:
    """Count how far ideas come: as a stock on a day, as a flow in a period, or for those who entered in a period."""
    seconds = request.app.state.settings.figure_deadline
    figure = await get_funnel(reads, actor, filters, now=now, today=today, seconds=seconds)
    return resource(request, figure) if media_of(request) == JSON else table_answer(request, funnel_table(figure))


@get("/overview", operation_id="getOverview", guards=[READ], dependencies={"filters": Query(OverviewQuery)}, opt=FIGURE)
async def overview(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    filters: Given[OverviewQuery],
) -> Response[OverviewOut]:
    """Read the headline numbers of the programme. Each names its definition."""
    seconds = request.app.state.settings.figure_deadline
    figure = await get_overview(reads, actor, filters, now=now, today=today, seconds=seconds)
    return resource(request, figure) if media_of(request) == JSON else table_answer(request, overview_table(figure))


@get(
    "/mentoring",
    operation_id="getMentoringFigures",
    guards=[READ_OWN],
    dependencies={"filters": Query(MentoringFigureQuery)},
    opt=FIGURE,
)
async def mentoring(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    filters: Given[MentoringFigureQuery],
) -> Response[MentoringFigureOut]:
    """Count sessions, consultations by platform, the hours of mentors and actions. A mentor counts the own ones."""
    seconds = request.app.state.settings.figure_deadline
    figure = await get_mentoring(reads, actor, filters, now=now, today=today, seconds=seconds)
    return resource(request, figure) if media_of(request) == JSON else table_answer(request, mentoring_table(figure))


@get(
    "/loans", operation_id="getLoanFigures", guards=[READ], dependencies={"filters": Query(LoanFigureQuery)}, opt=FIGURE
)
async def loans(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    filters: Given[LoanFigureQuery],
) -> Response[LoanFigureOut]:
    """Sum up loans as of a day and as known at a moment. Amounts are for grants that open sensitive fields."""
    seconds = request.app.state.settings.figure_deadline
    figure = await get_loan_figures(reads, actor, filters, now=now, today=today, seconds=seconds)
    return resource(request, figure) if media_of(request) == JSON else table_answer(request, loans_table(figure))


@get(
    "/attendance",
    operation_id="getAttendanceFigures",
    guards=[READ],
    dependencies={"filters": Query(AttendanceFigureQuery)},
    opt=FIGURE,
)
async def attendance(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    filters: Given[AttendanceFigureQuery],
) -> Response[AttendanceFigureOut]:
    """Count events and who came to them. How many different people they are is a range, and says so."""
    seconds = request.app.state.settings.figure_deadline
    figure = await get_attendance_figures(reads, actor, filters, now=now, today=today, seconds=seconds)
    return resource(request, figure) if media_of(request) == JSON else table_answer(request, attendance_table(figure))


@get("/definitions", operation_id="getDefinitions", guards=[READ_OWN])
async def definitions(request: Request[Any, Any, Any]) -> Response[DefinitionsOut]:
    """Read what each figure counts, in English and Vietnamese."""
    return resource(request, DEFINITIONS)


stats_router = Router(
    "/v1/stats", route_handlers=[funnel, overview, mentoring, loans, attendance, definitions], tags=["Statistics"]
)
