"""`/v1/calendar/events.ics`: the events that one may see, also under the secret address of a personal feed, and those
that are for everybody."""

from collections.abc import Awaitable
from datetime import datetime
from functools import partial
from typing import Any

from litestar import Request, Response, Router, get

from incubator.accounts.feeds.routes import require_subscriber
from incubator.actor import Actor, Permission
from incubator.api.answers import lasting_text
from incubator.api.entry import PUBLIC, Requires
from incubator.api.given import FromPath, Given
from incubator.api.ical import CALENDAR, ICALENDAR, CalendarEvent, calendar_text
from incubator.api.query import Query
from incubator.db import Reads
from incubator.events.calendar.queries import list_events, list_public_events
from incubator.events.calendar.schemas import PublicCalendarQuery

READ = Requires(Permission.calendar_read)

CALENDAR_NAME = "Lịch sự kiện thanh niên"
SHARED = {"cache-control": "public, max-age=300", "vary": "accept"}
"""Everybody gets the same, so that caches on the way may answer for five minutes."""


@get("/events.ics", operation_id="getEventCalendar", guards=[READ], opt=CALENDAR)
async def read_calendar(
    request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor], now: Given[datetime]
) -> Response[bytes]:
    """Read the events that you may see as an iCalendar feed.

    It goes back 90 days and holds at most 2,000 events, of which the earliest are left out. Published and completed
    ones are CONFIRMED; one that was cancelled after it was published is CANCELLED for 30 days and then gone. UID is
    stable and SEQUENCE counts the changes; nobody is named, and links to join are in no calendar.
    """
    return await _calendar(request, list_events(reads, actor, now=now))


@get(
    "/feeds/{secret:str}/events.ics",
    operation_id="readEventFeed",
    opt={**PUBLIC, **CALENDAR, "errors": ("rate_limited",)},
)
async def read_feed_calendar(
    request: Request[Any, Any, Any], reads: Given[Reads], now: Given[datetime], secret: FromPath[str]
) -> Response[bytes]:
    """Read the events behind the secret address of a personal feed. It shows what its account may see at this moment;
    a revoked feed, a disabled account and a lost role are 404. 30 wrong tries a minute per address."""
    subscriber = await require_subscriber(request, reads, secret, now=now)
    return await _calendar(request, list_events(reads, subscriber, now=now))


@get(
    "/events.ics",
    operation_id="getPublicEventCalendar",
    dependencies={"filters": Query(PublicCalendarQuery)},
    opt={**PUBLIC, **CALENDAR},
)
async def read_public_calendar(
    request: Request[Any, Any, Any], reads: Given[Reads], now: Given[datetime], filters: Given[PublicCalendarQuery]
) -> Response[bytes]:
    """Read the public events as an iCalendar feed, without a token, all of them or those of one place. What it holds,
    and for how long, is as in the calendar of an account, but at most 500 events, of which the earliest are left out;
    a cache may keep it for five minutes."""
    events = list_public_events(reads, filters.locality_code, now=now)
    return await _calendar(request, events, cache=SHARED)


event_calendar_handlers = [read_calendar, read_feed_calendar]
public_events_router = Router("/v1/public", route_handlers=[read_public_calendar], tags=["Calendar"])


async def _calendar(
    request: Request[Any, Any, Any], events: Awaitable[list[CalendarEvent]], **more: Any
) -> Response[bytes]:
    told = await events
    return await lasting_text(request, told, partial(calendar_text, CALENDAR_NAME, told), ICALENDAR, **more)
