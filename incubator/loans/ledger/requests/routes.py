"""`/v1/entry-requests`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import KEYED, LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.loans.access import record_reading
from incubator.loans.ledger.requests.actions import approve_entry, refuse_entry, withdraw_entry
from incubator.loans.ledger.requests.queries import get_request, list_requests
from incubator.loans.ledger.requests.schemas import (
    ApproveEntry,
    EntryRequestOut,
    EntryRequestQuery,
    RefuseEntry,
    WithdrawEntry,
)
from incubator.loans.readings import repeated
from incubator.paging import Page

READ = Requires(Permission.loans_read)
MANAGE = Requires(Permission.loans_manage)
APPROVE = Requires(Permission.loans_approve)
ONE = "/{entry_request_id:uuid}"
BY_ANOTHER = KEYED | {"errors": ("self_approval",)}


@get("/", operation_id="listEntryRequests", guards=[READ], dependencies={"filters": Query(EntryRequestQuery)}, opt=LIST)
async def entry_requests(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[EntryRequestQuery],
) -> Response[Page[EntryRequestOut]]:
    """List the entries that wait or waited for a second person, newest first."""
    given = sorted(name for name in ("status", "loan_id") if getattr(filters, name) is not None)
    subject = "loan" if filters.loan_id else "loan_entry_request"
    record_reading(session, actor, subject, filters.loan_id, list="entry_requests", filters=given)
    return await listed(request, reads, list_requests(actor, filters), filters)


@get(ONE, operation_id="getEntryRequest", guards=[READ])
async def read_entry_request(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    entry_request_id: FromPath[UUID],
) -> Response[EntryRequestOut]:
    """Read one request. Its ETag is what deciding on it asks for."""
    found = await get_request(reads, actor, entry_request_id)
    record_reading(session, actor, "loan", found.loan_id, list="entry_request")
    return resource(request, found)


@post(f"{ONE}/approval", operation_id="approveEntryRequest", guards=[APPROVE], status_code=200, opt=BY_ANOTHER)
async def approve(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    entry_request_id: FromPath[UUID],
    data: JSONBody[ApproveEntry],
) -> Response[EntryRequestOut]:
    """Approve an entry, which is then written if the ledger can still take it. Not for the account that asked."""
    act = partial(approve_entry, session, actor, entry_request_id, data.note, if_match, now=now)
    show, again = partial(get_request, SessionReads(session), actor), repeated(session, actor, "loan", "loan_id")
    return await once(act, show, status=200, seen_again=again)


@post(f"{ONE}/refusal", operation_id="refuseEntryRequest", guards=[APPROVE], status_code=200, opt=BY_ANOTHER)
async def refuse(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    entry_request_id: FromPath[UUID],
    data: JSONBody[RefuseEntry],
) -> Response[EntryRequestOut]:
    """Refuse an entry and say why. Not for the account that asked, which withdraws."""
    act = partial(refuse_entry, session, actor, entry_request_id, data.note, if_match, now=now)
    show, again = partial(get_request, SessionReads(session), actor), repeated(session, actor, "loan", "loan_id")
    return await once(act, show, status=200, seen_again=again)


@post(f"{ONE}/withdrawal", operation_id="withdrawEntryRequest", guards=[MANAGE], status_code=200, opt=KEYED)
async def withdraw(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    entry_request_id: FromPath[UUID],
    data: JSONBody[WithdrawEntry],
) -> Response[EntryRequestOut]:
    """Withdraw a request that one made oneself."""
    act = partial(withdraw_entry, session, actor, entry_request_id, data.note, if_match, now=now)
    show, again = partial(get_request, SessionReads(session), actor), repeated(session, actor, "loan", "loan_id")
    return await once(act, show, status=200, seen_again=again)


entry_requests_router = Router(
    path="/v1/entry-requests",
    route_handlers=[entry_requests, read_entry_request, approve, refuse, withdraw],
    tags=["Entry requests"],
)
