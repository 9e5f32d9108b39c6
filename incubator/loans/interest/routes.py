"""`/v1/loans/{id}/interest`."""

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
from incubator.loans.interest.queries import get_interest
from incubator.loans.interest.schemas import InterestOut, InterestQuery


@get(
    "/{loan_id:uuid}/interest",
    operation_id="getInterest",
    guards=[Requires(Permission.loans_read)],
    dependencies={"filters": Query(InterestQuery)},
    opt={"errors": ("business_rule_failed",)},
)
async def interest(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    filters: Given[InterestQuery],
    loan_id: FromPath[UUID],
) -> Response[InterestOut]:
    """Estimate the interest of a loan for a period and explain it by its days, beside the interest received.

    Computed by Circular 14/2017/TT-NHNN: balance × days × yearly rate / 365. The first day of the period is dropped
    and the last one counted; a balance counts from the day after it moved. The lender's own figure wins.
    """
    out = await get_interest(reads, actor, loan_id, filters, today=today, now=now)
    record_reading(session, actor, "loan", loan_id, list="interest")
    return resource(request, out)


interest_handlers = [interest]
