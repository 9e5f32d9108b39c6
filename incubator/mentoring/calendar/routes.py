"""`/v1/calendar`: the sessions that one may see, also under the secret address of a personal feed."""

import asyncio
from datetime import datetime
from typing import Any

from litestar import Request, Response, get

from incubator.accounts.feeds.routes import require_subscriber
from incubator.actor import Actor, Permission
from incubator.api.answers import text_resource
from incubator.api.entry import PUBLIC, Requires
from incubator.api.given import FromPath, Given
from incubator.api.ical import CALENDAR, ICALENDAR, calendar_text
from incubator.db import Reads
from incubator.mentoring.calendar.queries import list_events

READ = Requires(Permission.calendar_read)

CALENDAR_NAME = "Lịch cố vấn khởi nghiệp"


@get("/sessions.ics", operation_id="getSessionCalendar", guards=[READ], opt=CALENDAR)
async def read_calendar(
    request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor], now: Given[datetime]
) -> Response[bytes]:
    """Read the sessions that you may see as an iCalendar feed.

    It goes back 90 days and holds at most 2,000 sessions, of which the earliest are left out. A planned session is
    TENTATIVE, a confirmed or held one CONFIRMED. One that was cancelled, or to which the mentor or the guests did not
    come, is CANCELLED for 30 days and then gone. UID is stable and SEQUENCE counts the changes; nobody is named.
    """
    return await _calendar(request, reads, actor, now)


@get(
    "/feeds/{secret:str}/sessions.ics",
    operation_id="readCalendarFeed",
    opt={**PUBLIC, **CALENDAR, "errors": ("rate_limited",)},
)
async def read_feed_calendar(
    request: Request[Any, Any, Any], reads: Given[Reads], now: Given[datetime], secret: FromPath[str]
) -> Response[bytes]:
    """Read the calendar behind the secret address of a personal feed. It shows what its account may see at this
    moment; a revoked feed, a disabled account and a lost role are 404. 30 wrong tries a minute per address."""
    return await _calendar(request, reads, await require_subscriber(request, reads, secret, now=now), now)


session_calendar_handlers = [read_calendar, read_feed_calendar]


async def _calendar(request: Request[Any, Any, Any], reads: Reads, actor: Actor, now: datetime) -> Response[bytes]:
    """Written in a thread, because a long calendar takes a good part of a second."""
    events = await list_events(reads, actor, now=now)
    body = await asyncio.to_thread(calendar_text, CALENDAR_NAME, events)
    return text_resource(request, body, ICALENDAR)
