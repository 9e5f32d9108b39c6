"""`/v1/calendar`: the sessions that one may see, and personal feeds for applications that cannot log in."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.addresses import client_address
from incubator.api.answers import IfMatch, listed, resource, text_resource
from incubator.api.entry import LIST, PUBLIC, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.ical import ICALENDAR, calendar_text
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.errors import DomainError
from incubator.idempotency import Once
from incubator.mentoring.calendar.actions import add_feed, revoke_feed
from incubator.mentoring.calendar.queries import find_subscriber, get_feed, list_events, list_feeds
from incubator.mentoring.calendar.schemas import CalendarFeedCreate, CalendarFeedCreated, CalendarFeedOut
from incubator.paging import Page, PageQuery
from incubator.throttle import limit_attempts

READ = Requires(Permission.calendar_read)
SUBSCRIBE = Requires(Permission.calendar_subscribe)

CALENDAR: dict[str, Any] = {"produces": (ICALENDAR,)}
CALENDAR_NAME = "Lịch cố vấn khởi nghiệp"

WRONG_SECRETS = 30
WRONG_SECRETS_WINDOW = timedelta(minutes=1)


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
    "/feeds",
    operation_id="listCalendarFeeds",
    guards=[SUBSCRIBE],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def list_feeds_(
    request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor], filters: Given[PageQuery]
) -> Response[Page[CalendarFeedOut]]:
    """List your live calendar feeds, newest first. No address is ever shown again."""
    return await listed(request, reads, list_feeds(actor), filters)


@post("/feeds", operation_id="addCalendarFeed", guards=[SUBSCRIBE])
async def add_feed_(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[CalendarFeedCreate],
) -> Response[CalendarFeedCreated]:
    """Make a personal feed for one calendar application. The answer shows its path this once; whoever has it reads
    what you may see, without a token, until you revoke it. An account has at most ten."""
    show = partial(get_feed, SessionReads(session), actor)

    async def add() -> CalendarFeedCreated:
        feed_id, secret = await add_feed(session, actor, data, now=now)
        path = f"/v1/calendar/feeds/{secret}/sessions.ics"
        return CalendarFeedCreated(**msgspec.structs.asdict(await show(feed_id)), path=path)

    return await once.answer(add, show, at="/v1/calendar/feeds/{id}", secrets=("path",))


@get("/feeds/{feed_id:uuid}", operation_id="getCalendarFeed", guards=[SUBSCRIBE])
async def read_feed(
    request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor], feed_id: FromPath[UUID]
) -> Response[CalendarFeedOut]:
    """Read one of your live calendar feeds. Its ETag is what revoking it asks for."""
    return resource(request, await get_feed(reads, actor, feed_id))


@delete("/feeds/{feed_id:uuid}", operation_id="revokeCalendarFeed", guards=[SUBSCRIBE], status_code=204)
async def revoke_feed_(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    feed_id: FromPath[UUID],
) -> None:
    """Revoke one of your calendar feeds. Its address is dead at once, for good."""
    await revoke_feed(session, actor, feed_id, if_match=if_match, now=now)


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
    subscriber = await find_subscriber(reads, secret)
    if subscriber is None:
        key = f"calendar:{client_address(request)}"
        await limit_attempts(request.app.state.database, key, WRONG_SECRETS, WRONG_SECRETS_WINDOW, now=now)
        raise DomainError("not_found")
    return await _calendar(request, reads, subscriber, now)


calendar_router = Router(
    "/v1/calendar",
    route_handlers=[read_calendar, list_feeds_, add_feed_, read_feed, revoke_feed_, read_feed_calendar],
    tags=["Calendar"],
)


async def _calendar(request: Request[Any, Any, Any], reads: Reads, actor: Actor, now: datetime) -> Response[bytes]:
    """Written in a thread, because a long calendar takes a good part of a second."""
    events = await list_events(reads, actor, now=now)
    body = await asyncio.to_thread(calendar_text, CALENDAR_NAME, events)
    return text_resource(request, body, ICALENDAR)
