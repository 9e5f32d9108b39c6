"""`/v1/calendar/feeds`: personal feeds, for applications that cannot log in. What they show is read in the features
that have calendars."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.feeds.actions import add_feed, revoke_feed
from incubator.accounts.feeds.queries import find_subscriber, get_feed, list_feeds
from incubator.accounts.feeds.schemas import CalendarFeedCreate, CalendarFeedCreated, CalendarFeedOut
from incubator.actor import Actor, Permission
from incubator.api.addresses import client_address
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.errors import DomainError
from incubator.idempotency import Once
from incubator.paging import Page, PageQuery
from incubator.throttle import limit_attempts

SUBSCRIBE = Requires(Permission.calendar_subscribe)

WRONG_SECRETS = 30
WRONG_SECRETS_WINDOW = timedelta(minutes=1)


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
    """Make a personal feed for one calendar application. The answer shows its paths this once, one for sessions and
    one for events; whoever has them reads what you may see, without a token, until you revoke the feed. An account
    has at most ten."""
    show = partial(get_feed, SessionReads(session), actor)

    async def add() -> CalendarFeedCreated:
        feed_id, secret = await add_feed(session, actor, data, now=now)
        at, shown = f"/v1/calendar/feeds/{secret}", msgspec.structs.asdict(await show(feed_id))
        return CalendarFeedCreated(**shown, path=f"{at}/sessions.ics", events_path=f"{at}/events.ics")

    return await once.answer(add, show, at="/v1/calendar/feeds/{id}", secrets=("path", "events_path"))


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
    """Revoke one of your calendar feeds. Its addresses are dead at once, for good."""
    await revoke_feed(session, actor, feed_id, if_match=if_match, now=now)


feed_handlers = [list_feeds_, add_feed_, read_feed, revoke_feed_]


async def require_subscriber(request: Request[Any, Any, Any], reads: Reads, secret: str, *, now: datetime) -> Actor:
    """Whose calendar the secret opens. A wrong one is 404, and after so many of them in a window 429, whichever
    calendar is asked for."""
    subscriber = await find_subscriber(reads, secret)
    if subscriber is None:
        key = f"calendar:{client_address(request)}"
        await limit_attempts(request.app.state.database, key, WRONG_SECRETS, WRONG_SECRETS_WINDOW, now=now)
        raise DomainError("not_found")
    return subscriber
