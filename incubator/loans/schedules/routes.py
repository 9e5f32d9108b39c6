"""`/v1/loans/{id}/schedules`."""

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.loans.access import record_reading
from incubator.loans.asked import check_times
from incubator.loans.queries import require_loan
from incubator.loans.readings import repeated
from incubator.loans.schedules.actions import add_schedule
from incubator.loans.schedules.queries import get_schedule, list_schedules
from incubator.loans.schedules.schemas import ScheduleCreate, ScheduleOut, ScheduleQuery, ScheduleRow
from incubator.paging import Page

READ = Requires(Permission.loans_read)


@get(
    "/{loan_id:uuid}/schedules",
    operation_id="listSchedules",
    guards=[READ],
    dependencies={"filters": Query(ScheduleQuery)},
    opt=LIST,
)
async def schedules(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    filters: Given[ScheduleQuery],
    loan_id: FromPath[UUID],
) -> Response[Page[ScheduleRow]]:
    """List the versions of a loan's schedule, the last one first, and which of them is in force."""
    check_times(filters.as_of, filters.known_at, today=today, now=now)
    await require_loan(reads, actor, loan_id)
    record_reading(session, actor, "loan", loan_id, list="schedules")
    return await listed(request, reads, list_schedules(actor, loan_id, filters, today=today), filters)


@post("/{loan_id:uuid}/schedules", operation_id="addSchedule", guards=[Requires(Permission.loans_manage)])
async def add(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    once: Given[Once],
    loan_id: FromPath[UUID],
    data: JSONBody[ScheduleCreate],
) -> Response[ScheduleOut]:
    """Add a version of the schedule: equal principal, all at the end, or as the lender gave it.

    Versions never change. The first is the original; a later one says why there is one.
    """
    act = partial(add_schedule, session, actor, loan_id, data, now=now)
    show = partial(get_schedule, SessionReads(session), actor, loan_id, today=today)
    again = repeated(session, actor, "loan", "loan_id")
    return await once(act, show, at=f"/v1/loans/{loan_id}/schedules/{{id}}", seen_again=again)


@get("/{loan_id:uuid}/schedules/{schedule_id:uuid}", operation_id="getSchedule", guards=[READ])
async def read_schedule(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    session: Given[AsyncSession],
    actor: Given[Actor],
    today: Given[date],
    loan_id: FromPath[UUID],
    schedule_id: FromPath[UUID],
) -> Response[ScheduleOut]:
    """Read a version of a schedule with its instalments."""
    out = await get_schedule(reads, actor, loan_id, schedule_id, today=today)
    record_reading(session, actor, "loan", loan_id, list="schedule")
    return resource(request, out)


schedule_handlers = [schedules, add, read_schedule]
