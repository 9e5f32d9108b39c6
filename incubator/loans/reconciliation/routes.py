"""`/v1/reconciliations`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.loans.access import record_reading
from incubator.loans.readings import record_list, repeated
from incubator.loans.reconciliation.actions import move_reconciliation
from incubator.loans.reconciliation.by_group import list_group_differences
from incubator.loans.reconciliation.queries import (
    get_reconciliation,
    list_reconciliations,
    list_transitions,
    require_reconciliation,
)
from incubator.loans.reconciliation.schemas import (
    DifferenceMove,
    GroupDifferenceQuery,
    GroupDifferenceRow,
    ReconciliationOut,
    ReconciliationQuery,
    ReconciliationRow,
    ReconciliationTransitionOut,
)
from incubator.paging import Page, PageQuery

READ = Requires(Permission.loans_read)
MANAGE = Requires(Permission.loans_manage)


@get(
    "/",
    operation_id="listReconciliations",
    guards=[READ],
    dependencies={"filters": Query(ReconciliationQuery)},
    opt=LIST,
)
async def list_reconciliations_(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[ReconciliationQuery],
) -> Response[Page[ReconciliationRow]]:
    """List the differences between the lender's statement and the ledger, newest first. Amounts are for those who may
    see them, and each reading leaves a trace."""
    record_list(session, actor, "reconciliation", filters)
    return await listed(request, reads, list_reconciliations(actor, filters), filters)


@get(
    "/by-group",
    operation_id="listDifferencesByGroup",
    guards=[READ],
    dependencies={"filters": Query(GroupDifferenceQuery)},
    opt=LIST,
)
async def list_by_group(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[GroupDifferenceQuery],
) -> Response[Page[GroupDifferenceRow]]:
    """Count and sum up the open differences by credit group. Loans without a group come first, as one row."""
    record_list(session, actor, "differences_by_group", filters)
    return await listed(request, reads, list_group_differences(actor, filters), filters)


@get("/{reconciliation_id:uuid}", operation_id="getReconciliation", guards=[READ])
async def read_reconciliation(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    reconciliation_id: FromPath[UUID],
) -> Response[ReconciliationOut]:
    """Read one difference, with what is left of it now. Its ETag is what moving it asks for."""
    out = await get_reconciliation(reads, actor, reconciliation_id)
    record_reading(session, actor, "reconciliation", out.id, loan_id=str(out.loan_id))
    return resource(request, out)


@post("/{reconciliation_id:uuid}/transitions", operation_id="moveReconciliation", guards=[MANAGE], status_code=200)
async def move(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    reconciliation_id: FromPath[UUID],
    data: JSONBody[DifferenceMove],
) -> Response[ReconciliationOut]:
    """Explain a difference, mark it as corrected when nothing of it is left, or open it again. The lender's figures
    never go into the ledger by this."""
    act = partial(move_reconciliation, session, actor, reconciliation_id, data, if_match, now=now)
    show = partial(get_reconciliation, SessionReads(session), actor)
    return await once(act, show, status=200, seen_again=repeated(session, actor, "reconciliation"))


@get(
    "/{reconciliation_id:uuid}/transitions",
    operation_id="listReconciliationTransitions",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def history(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[PageQuery],
    reconciliation_id: FromPath[UUID],
) -> Response[Page[ReconciliationTransitionOut]]:
    """The history of a difference, oldest first: how it was explained, corrected and opened again."""
    await require_reconciliation(reads, actor, reconciliation_id)
    record_reading(session, actor, "reconciliation", reconciliation_id, list="reconciliation_transitions")
    return await listed(request, reads, list_transitions(actor, reconciliation_id), filters)


reconciliations_router = Router(
    "/v1/reconciliations",
    route_handlers=[list_reconciliations_, list_by_group, read_reconciliation, move, history],
    tags=["Reconciliation"],
)
