"""`/v1/loans/{id}/entries`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import listed, resource
from incubator.api.entry import KEYED, LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.loans.access import record_reading
from incubator.loans.ledger.queries import (
    get_entry,
    get_posted,
    list_entries,
)
from incubator.loans.ledger.requests.actions import enter_or_request
from incubator.loans.ledger.schemas import EntryCreate, EntryOut, EntryQuery, PostedOut
from incubator.loans.queries import require_loan
from incubator.loans.readings import repeated
from incubator.paging import Page

READ = Requires(Permission.loans_read)
MANAGE = Requires(Permission.loans_manage)
ENTRIES = "/{loan_id:uuid}/entries"
SECOND_PERSON = {"also": {202: "A second person has to approve it; `request` waits for that"}}


@get(ENTRIES, operation_id="listEntries", guards=[READ], dependencies={"filters": Query(EntryQuery)}, opt=LIST)
async def entries(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[EntryQuery],
    loan_id: FromPath[UUID],
) -> Response[Page[EntryOut]]:
    """List the ledger of a loan, the last recorded entry first. Without the right to amounts they are null."""
    await require_loan(reads, actor, loan_id)
    record_reading(session, actor, "loan", loan_id, list="entries")
    return await listed(request, reads, list_entries(actor, loan_id, filters), filters)


@post(ENTRIES, operation_id="addEntry", guards=[MANAGE], opt=KEYED | SECOND_PERSON)
async def enter(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    loan_id: FromPath[UUID],
    data: JSONBody[EntryCreate],
) -> Response[PostedOut]:
    """Enter what happened to a loan. Amounts are positive; the kind says where they go. No balance may be below zero
    at the end of any day, also of later ones. Write-offs, adjustments and their reversals are not written but asked
    for (202): another account approves them under `/v1/entry-requests`."""
    act = partial(enter_or_request, session, actor, loan_id, data, now=now)
    show = partial(get_posted, SessionReads(session), actor, loan_id)
    return await once(act, show, at=_address, status=_status, seen_again=repeated(session, actor, "loan", "loan.id"))


def _address(out: PostedOut) -> str:
    return f"/v1/entry-requests/{out.id}" if out.entry is None else f"/v1/loans/{out.loan.id}/entries/{out.id}"


def _status(out: PostedOut) -> int:
    return 202 if out.entry is None else 201


@get(f"{ENTRIES}/{{entry_id:uuid}}", operation_id="getEntry", guards=[READ])
async def read_entry(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    loan_id: FromPath[UUID],
    entry_id: FromPath[UUID],
) -> Response[EntryOut]:
    """Read one entry, and by which other it was reversed, if it was."""
    entry = await get_entry(reads, actor, loan_id, entry_id)
    record_reading(session, actor, "loan", loan_id, list="entry")
    return resource(request, entry)


entry_handlers = [entries, enter, read_entry]
