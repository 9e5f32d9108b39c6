"""`/v1/events/{id}/check-in-reviews` and `/v1/check-in-reviews`."""

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
from incubator.events.check_in.reviews.actions import resolve_review
from incubator.events.check_in.reviews.queries import get_review, list_reviews
from incubator.events.check_in.reviews.schemas import CheckInReviewOut, Resolution, ReviewQuery
from incubator.idempotency import Once
from incubator.paging import Page

READ = Requires(Permission.events_read)
MANAGE = Requires(Permission.events_manage)


@get(
    "/{event_id:uuid}/check-in-reviews",
    operation_id="listCheckInReviews",
    guards=[READ],
    dependencies={"filters": Query(ReviewQuery)},
    opt=LIST,
)
async def reviews(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    event_id: FromPath[UUID],
    filters: Given[ReviewQuery],
) -> Response[Page[CheckInReviewOut]]:
    """List what phones sent that somebody has to look at, newest first. The officers of the event's place see all of
    it, others what happened at their sites."""
    return await listed(request, reads, await list_reviews(reads, actor, event_id, filters), filters)


@get("/{check_in_review_id:uuid}", operation_id="getCheckInReview", guards=[READ])
async def review(
    request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor], check_in_review_id: FromPath[UUID]
) -> Response[CheckInReviewOut]:
    """Read one item. Its ETag is what resolving it asks for."""
    return resource(request, await get_review(reads, actor, check_in_review_id))


@post("/{check_in_review_id:uuid}/resolution", operation_id="resolveCheckInReview", guards=[MANAGE], status_code=200)
async def resolve(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    check_in_review_id: FromPath[UUID],
    data: JSONBody[Resolution],
) -> Response[CheckInReviewOut]:
    """Admit an item, which then counts like any scan, dismiss it, or open one again that was dismissed in the last 30
    days. Admitting asks for open attendance. An item about an unknown commune is dismissed once the person has one."""
    act = partial(resolve_review, session, actor, check_in_review_id, data, if_match, now=now)
    return await once(act, partial(get_review, SessionReads(session), actor), status=200)


event_review_handlers = [reviews]

check_in_reviews_router = Router("/v1/check-in-reviews", route_handlers=[review, resolve], tags=["Check-in"])
