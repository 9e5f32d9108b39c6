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
from incubator.events.headcounts.queries import get_headcount, list_headcounts
from incubator.events.headcounts.schemas import HeadcountCreate, HeadcountOut, HeadcountQuery
from incubator.paging import Page

READ = Requires(Permission.events_read, Permission.events_read_led)
REPORT = Requires(Permission.check_in, Permission.events_manage, Permission.events_read_led)


@post(
    "/headcounts",
    operation_id="reportHeadcount",
    guards=[REPORT],
    opt={"errors": ("invalid_transition",), "also": {200: "It was reported before"}},
)
async def report(
    session: Given[AsyncSession], actor: Given[Actor], now: Given[datetime], data: JSONBody[HeadcountCreate]
) -> Response[HeadcountOut]:
    """Report how many people were counted at a site. Phones do so for their own sites, accounts where they organise
    and for the sessions that they lead.

    `client_report_id` is what an Idempotency-Key is elsewhere: the same report again is answered with 200 and changes
    nothing, another one under the same id is 409. Where a count stands already, 409 tells its id and total under
    `/replaces`; send its id in `replaces` to correct it. Drafts take counts too, which are in the figures once the
    event is published; a cancelled event and closed attendance take none.
    """
    headcount_id, is_new = await report_headcount(session, actor, data, now=now)
    body = msgspec.json.encode(await get_headcount(SessionReads(session), headcount_id))
    headers = {"cache-control": "private, no-cache"}
    return Answer(content=body, status_code=201 if is_new else 200, headers=headers)  # type: ignore[arg-type]


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
