"""`/v1/ideas/{id}/reviews` and `/conflicts`, a reviewer's own list, and the ranking of a call."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.ideas.reviews import assignment, marking
from incubator.ideas.reviews.mine import get_my_review, get_my_step, list_my_reviews
from incubator.ideas.reviews.queries import get_conflicts, get_review_state, get_reviews
from incubator.ideas.reviews.ranking import list_ranking, require_call
from incubator.ideas.reviews.schemas import (
    Assignment,
    ConflictCreate,
    ConflictsOut,
    IdeaReviewsOut,
    MyReviewOut,
    MyReviewRow,
    MyReviewsQuery,
    MyStep,
    RankingQuery,
    RankRow,
    Reopen,
    ReviewInput,
    ReviewStateOut,
)
from incubator.idempotency import Once
from incubator.paging import Page

READ = Requires(Permission.reviews_read, Permission.reviews_write)
INSIDE = Requires(Permission.reviews_read)
ASSIGN = Requires(Permission.reviews_assign)
WRITE = Requires(Permission.reviews_write)


@get("/{idea_id:uuid}/reviews", operation_id="listReviews", guards=[READ])
async def reviews(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    idea_id: FromPath[UUID],
) -> Response[IdeaReviewsOut]:
    """The reviews of an idea and what they add up to. A reviewer sees only the own one until it is submitted."""
    return resource(request, await get_reviews(reads, actor, idea_id, now=now))


@post("/{idea_id:uuid}/reviews", operation_id="assignReviewers", guards=[ASSIGN])
async def assign(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    idea_id: FromPath[UUID],
    data: JSONBody[Assignment],
) -> Response[IdeaReviewsOut]:
    """Ask reviewers, by hand or picked evenly. `assigned_because` of each review in the answer gives the reason."""
    act = partial(assignment.assign_reviewers, session, actor, idea_id, data, now=now)
    show = partial(get_reviews, SessionReads(session), actor, now=now)
    return await once(act, show, at="/v1/ideas/{id}/reviews")


@delete(
    "/{idea_id:uuid}/reviews/{review_id:uuid}",
    operation_id="unassignReviewer",
    guards=[ASSIGN],
    opt={"errors": ("invalid_transition",)},
)
async def unassign(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    idea_id: FromPath[UUID],
    review_id: FromPath[UUID],
) -> None:
    """Take back an assignment that the reviewer has not begun to work on."""
    await assignment.unassign_reviewer(session, actor, idea_id, review_id, if_match, now=now)


@post(
    "/{idea_id:uuid}/reviews/{review_id:uuid}/transitions",
    operation_id="reopenReview",
    guards=[ASSIGN],
    status_code=200,
)
async def reopen(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    idea_id: FromPath[UUID],
    review_id: FromPath[UUID],
    data: JSONBody[Reopen],
) -> Response[ReviewStateOut]:
    """Give a submitted review back to its author as a draft, while the idea is in review."""
    act = partial(marking.reopen_review, session, actor, idea_id, review_id, data, if_match, now=now)
    return await once(act, partial(get_review_state, SessionReads(session), actor, now=now), status=200)


@get("/{idea_id:uuid}/reviews/mine", operation_id="getMyReview", guards=[WRITE])
async def my_review(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    idea_id: FromPath[UUID],
) -> Response[MyReviewOut]:
    """My review of the idea's current version, with the rubric it is marked by."""
    return resource(request, await get_my_review(reads, actor, idea_id, now=now))


@put(
    "/{idea_id:uuid}/reviews/mine",
    operation_id="writeMyReview",
    guards=[WRITE],
    opt={"errors": ("invalid_transition", "version_conflict")},
)
async def write_my_review(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    idea_id: FromPath[UUID],
    data: JSONBody[ReviewInput],
) -> Response[MyReviewOut]:
    """Write my whole review, as a draft or for good. Refused with 412 when the idea's content has moved on."""
    await marking.write_review(session, actor, idea_id, data, now=now)
    return resource(request, await get_my_review(SessionReads(session), actor, idea_id, now=now))


@post("/{idea_id:uuid}/reviews/mine/transitions", operation_id="standAsideFromReview", guards=[WRITE], status_code=200)
async def stand_aside(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    idea_id: FromPath[UUID],
    data: JSONBody[MyStep],
) -> Response[ReviewStateOut]:
    """Abstain from my review, or recuse myself because of a conflict: then I see nothing of the idea any more."""
    act = partial(marking.stand_aside, session, actor, idea_id, data, if_match, now=now)
    return await once(act, partial(get_my_step, SessionReads(session), actor), status=200)


@get("/{idea_id:uuid}/conflicts", operation_id="listReviewerConflicts", guards=[INSIDE])
async def conflicts(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    idea_id: FromPath[UUID],
) -> Response[ConflictsOut]:
    """Who must not review the idea, and why: what was recorded, and who mentors somebody of its team at present."""
    return resource(request, await get_conflicts(reads, actor, idea_id, now=now))


@post("/{idea_id:uuid}/conflicts", operation_id="declareReviewerConflict", guards=[ASSIGN])
async def declare(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    idea_id: FromPath[UUID],
    data: JSONBody[ConflictCreate],
) -> Response[ConflictsOut]:
    """Record a conflict of interest: the account sees nothing of the idea as its reviewer, and its marks stop
    counting."""
    act = partial(assignment.declare_conflict, session, actor, idea_id, data, now=now)
    show = partial(get_conflicts, SessionReads(session), actor, now=now)
    return await once(act, show, at="/v1/ideas/{id}/conflicts")


@get("/mine", operation_id="listMyReviews", guards=[WRITE], dependencies={"filters": Query(MyReviewsQuery)}, opt=LIST)
async def my_reviews(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[MyReviewsQuery],
) -> Response[Page[MyReviewRow]]:
    """What I was asked to review, newest first; `status=to_do` is what waits for me."""
    return await listed(request, reads, list_my_reviews(actor, filters, now=now), filters)


@get(
    "/{call_id:uuid}/ranking",
    operation_id="getRanking",
    guards=[READ],
    dependencies={"filters": Query(RankingQuery)},
    opt=LIST,
)
async def ranking(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[RankingQuery],
    call_id: FromPath[UUID],
) -> Response[Page[RankRow]]:
    """The ideas of a call by median, then mean; equals share a rank. A reviewer's holds what they have marked
    themselves, ranked among itself."""
    await require_call(reads, actor, call_id)
    return await listed(request, reads, list_ranking(actor, call_id, now=now), filters)


review_handlers = [
    reviews, assign, unassign, reopen, my_review, write_my_review, stand_aside, conflicts, declare,
]  # fmt: skip
my_reviews_router = Router("/v1/reviews", route_handlers=[my_reviews], tags=["Reviews"])
ranking_router = Router("/v1/calls", route_handlers=[ranking], tags=["Reviews"])
