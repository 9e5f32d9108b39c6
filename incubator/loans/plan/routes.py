"""`/v1/loans/{id}/plan`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import resource
from incubator.api.entry import Requires
from incubator.api.given import FromPath, Given
from incubator.api.query import Query
from incubator.db import Reads
from incubator.loans.access import record_reading
from incubator.loans.asked import check_times
from incubator.loans.plan.queries import get_plan
from incubator.loans.plan.schemas import PlanOut, PlanQuery


@get(
    "/{loan_id:uuid}/plan",
    operation_id="getRepaymentPlan",
    guards=[Requires(Permission.loans_read)],
    dependencies={"filters": Query(PlanQuery)},
    opt={"errors": ("business_rule_failed",)},
)
async def plan(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    filters: Given[PlanQuery],
    loan_id: FromPath[UUID],
) -> Response[PlanOut]:
    """Show row by row what was paid on a loan, and estimate what it will cost.

    What is ahead supposes that principal is paid as scheduled and that rates stay as known today.
    """
    check_times(filters.as_of, filters.known_at, today=today, now=now)
    out = await get_plan(reads, actor, loan_id, filters, today=today)
    record_reading(session, actor, "loan", loan_id, list="plan")
    return resource(request, out)


plan_handlers = [plan]
