"""`/v1/check-in/headcounts`, and the head-counts of an event."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import Answer, listed
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.events.access import require_seen
from incubator.events.headcounts.actions import report_headcount
from incubator.events.headcounts.queries import get_reported, list_headcounts
from incubator.events.headcounts.schemas import HeadcountCreate, HeadcountOut, HeadcountQuery, HeadcountReported
from incubator.paging import Page

READ = Requires(Permission.events_read, Permission.events_read_led)
REPORT = Requires(Permission.check_in, Permission.events_manage, Permission.events_read_led)


@post(
    "/headcounts",
    operation_id="reportHeadcount",
    guards=[REPORT],
    opt={"errors": ("invalid_transition",), "also": {200: "It was reported before", 202: "It is kept for staff"}},
)
async def report(
    session: Given[AsyncSession], actor: Given[Actor], now: Given[datetime], data: JSONBody[HeadcountCreate]
) -> Response[HeadcountReported]:
    """Report how many people were counted at a site. Phones do so for their own sites, accounts where they organise
    and for the sessions that they lead.

    `client_report_id` is what an Idempotency-Key is elsewhere: the same report again is answered with 200 and changes
    nothing, another one under the same id is 409. Where a count stands already, 409 tells its id and total under
    `/replaces`; send its id in `replaces` to correct it. Drafts take counts too, which are in the figures once the
    event is published; a cancelled event takes none, nor does a session that begins in more than two hours.

    What a phone reports once attendance is closed or `late_sync_until` has passed is kept for staff (202): they open
    attendance again and admit it as a check-in review. Accounts are refused where attendance is closed. A phone keeps
    its report as long as it gets 401, 429, 5xx or no answer.
    """
    report = await report_headcount(session, actor, data, now=now)
    body = msgspec.json.encode(await get_reported(SessionReads(session), report, data))
    status = 202 if report.is_kept else 201 if report.is_new else 200
    headers = {"cache-control": "private, no-cache"}
    return Answer(content=body, status_code=status, headers=headers)  # type: ignore[arg-type]


@get(
    "/{event_id:uuid}/headcounts",
    operation_id="listHeadcounts",
    guards=[READ],
    dependencies={"filters": Query(HeadcountQuery)},
    opt=LIST,
)
async def list_headcounts_(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[HeadcountQuery],
    event_id: FromPath[UUID],
) -> Response[Page[HeadcountOut]]:
    """List the head-counts of an event, the last reported first, with those that were replaced."""
    await require_seen(reads, actor, event_id)
    return await listed(request, reads, list_headcounts(event_id, filters), filters)


headcount_report_handlers = [report]
headcount_handlers = [list_headcounts_]
