"""`/v1/loans/…`: what falls due."""

from datetime import date
from typing import Any

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import listed
from incubator.api.entry import LIST, Requires
from incubator.api.given import Given
from incubator.api.query import Query
from incubator.db import Reads
from incubator.loans.due.queries import (
    list_inspections_due,
    list_instalments_due,
    list_maturing,
    list_past_due,
)
from incubator.loans.due.schemas import (
    DueQuery,
    InspectionDueQuery,
    InspectionDueRow,
    InstalmentDueQuery,
    InstalmentDueRow,
    MaturingQuery,
    MaturingRow,
    PastDueRow,
)
from incubator.loans.readings import record_list
from incubator.paging import Page

READ = Requires(Permission.loans_read)


@get(
    "/instalments-due",
    operation_id="listInstalmentsDue",
    guards=[READ],
    dependencies={"filters": Query(InstalmentDueQuery)},
    opt=LIST,
)
async def instalments_due(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    today: Given[date],
    filters: Given[InstalmentDueQuery],
) -> Response[Page[InstalmentDueRow]]:
    """List the instalments of principal that fall due in a period and are not paid, in the order of their days. What is
    left of each follows from the ledger: payments go to the oldest first."""
    record_list(session, actor, "instalments_due", filters)
    return await listed(request, reads, list_instalments_due(actor, filters, today=today), filters)


@get("/past-due", operation_id="listLoansPastDue", guards=[READ], dependencies={"filters": Query(DueQuery)}, opt=LIST)
async def loans_past_due(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    today: Given[date],
    filters: Given[DueQuery],
) -> Response[Page[PastDueRow]]:
    """List the loans whose principal should have been paid before today by the schedule in force, the
    oldest loans first."""
    record_list(session, actor, "loans_past_due", filters)
    return await listed(request, reads, list_past_due(actor, filters, today=today), filters)


@get(
    "/inspections-due",
    operation_id="listInspectionsDue",
    guards=[READ],
    dependencies={"filters": Query(InspectionDueQuery)},
    opt=LIST,
)
async def inspections_due(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    today: Given[date],
    filters: Given[InspectionDueQuery],
) -> Response[Page[InspectionDueRow]]:
    """List the loans whose use nobody inspected since they were last paid out. An inspection is due within 30 days."""
    record_list(session, actor, "inspections_due", filters)
    return await listed(request, reads, list_inspections_due(actor, filters, today=today), filters)


@get(
    "/maturing",
    operation_id="listLoansMaturing",
    guards=[READ],
    dependencies={"filters": Query(MaturingQuery)},
    opt=LIST,
)
async def loans_maturing(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    today: Given[date],
    filters: Given[MaturingQuery],
) -> Response[Page[MaturingRow]]:
    """List the loans with a balance whose last day comes, by the schedule in force or else by the contract."""
    record_list(session, actor, "loans_maturing", filters)
    return await listed(request, reads, list_maturing(actor, filters, today=today), filters)


due_handlers = [instalments_due, loans_past_due, inspections_due, loans_maturing]
