"""`/v1/loans/{id}/inspections`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import listed
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.loans.access import record_reading
from incubator.loans.inspections.actions import add_inspection, void_inspection
from incubator.loans.inspections.queries import get_inspection, list_inspections
from incubator.loans.inspections.schemas import InspectionCreate, InspectionOut, InspectionVoid
from incubator.loans.queries import require_loan
from incubator.loans.readings import repeated
from incubator.paging import Page, PageQuery

READ = Requires(Permission.loans_read)
ENTER = Requires(Permission.loans_enter)
VOID = Requires(Permission.loans_enter, Permission.loans_manage)
INSPECTIONS = "/{loan_id:uuid}/inspections"


@get(
    INSPECTIONS,
    operation_id="listInspections",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def inspections(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[PageQuery],
    loan_id: FromPath[UUID],
) -> Response[Page[InspectionOut]]:
    """List the inspections of the use of a loan, the last recorded first, with those that were taken back."""
    await require_loan(reads, actor, loan_id)
    record_reading(session, actor, "loan", loan_id, list="inspections")
    return await listed(request, reads, list_inspections(actor, loan_id), filters)


@post(INSPECTIONS, operation_id="addInspection", guards=[ENTER])
async def inspect(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    loan_id: FromPath[UUID],
    data: JSONBody[InspectionCreate],
) -> Response[InspectionOut]:
    """Record whether a loan is used for what it was granted for."""
    act = partial(add_inspection, session, actor, loan_id, data, now=now)
    show = partial(get_inspection, SessionReads(session), actor, loan_id)
    return await once(act, show, seen_again=repeated(session, actor, "loan", "loan_id"))


@post(f"{INSPECTIONS}/{{inspection_id:uuid}}/void", operation_id="voidInspection", guards=[VOID], status_code=200)
async def void(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    loan_id: FromPath[UUID],
    inspection_id: FromPath[UUID],
    data: JSONBody[InspectionVoid],
) -> Response[InspectionOut]:
    """Take an inspection back that was recorded by mistake. Its author may within seven days, staff at any time; what
    it said stays, with the reason."""
    act = partial(void_inspection, session, actor, loan_id, inspection_id, data, now=now)
    show = partial(get_inspection, SessionReads(session), actor, loan_id)
    return await once(act, show, status=200, seen_again=repeated(session, actor, "loan", "loan_id"))


inspection_handlers = [inspections, inspect, void]
