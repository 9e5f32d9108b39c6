"""`/v1/ideas` and the public page of one idea."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, patch, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.addresses import client_address
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, PUBLIC, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.ideas import actions
from incubator.ideas.models import read_tracking_code
from incubator.ideas.queries import get_idea, get_public_idea, list_ideas
from incubator.ideas.schemas import IdeaCreate, IdeaOut, IdeaPatch, IdeaQuery, IdeaRow, PublicIdeaOut
from incubator.idempotency import Once
from incubator.paging import Page
from incubator.throttle import limit_attempts

READ = Requires(
    Permission.ideas_read,
    Permission.ideas_read_assigned,
    Permission.ideas_read_mentored,
    Permission.ideas_read_owned,
)
ENTER = Requires(Permission.ideas_enter)

TRACKING_TRIES = 30
TRACKING_WINDOW = timedelta(minutes=1)


@get("/", operation_id="listIdeas", guards=[READ], dependencies={"filters": Query(IdeaQuery)}, opt=LIST)
async def list_ideas_(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[IdeaQuery],
) -> Response[Page[IdeaRow]]:
    """List ideas, newest first. You see those of your localities, those assigned to you, and your own."""
    return await listed(request, reads, list_ideas(actor, filters, now=now), filters)


@post("/", operation_id="submitIdea", guards=[ENTER])
async def enter_idea(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[IdeaCreate],
) -> Response[IdeaOut]:
    """Enter an idea, submitted at once or as a draft. The answer holds the applicant's tracking code."""
    show = partial(get_idea, SessionReads(session), actor, now=now)
    return await once(partial(actions.enter_idea, session, actor, data, now=now), show, at="/v1/ideas/{id}")


@get("/{idea_id:uuid}", operation_id="getIdea", guards=[READ])
async def read_idea(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    idea_id: FromPath[UUID],
) -> Response[IdeaOut]:
    """Read one idea with its current content and the moves that your role may make."""
    return resource(request, await get_idea(reads, actor, idea_id, now=now))


@patch("/{idea_id:uuid}", operation_id="editIdea", guards=[ENTER], opt={"errors": ("invalid_transition",)})
async def edit_idea(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    idea_id: FromPath[UUID],
    data: JSONBody[IdeaPatch],
) -> Response[IdeaOut]:
    """Change an idea's content by a JSON merge patch. After submission this makes the next version."""
    await actions.edit_idea(session, actor, idea_id, data, if_match, now=now)
    return resource(request, await get_idea(SessionReads(session), actor, idea_id, now=now))


@get("/{tracking_code:str}", operation_id="trackIdea", opt={**PUBLIC, "errors": ("rate_limited",)})
async def track_idea(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    now: Given[datetime],
    tracking_code: FromPath[str],
) -> Response[PublicIdeaOut]:
    """Follow an idea by its tracking code, without an account. Names no person; 30 tries a minute per address."""
    key = f"track:{client_address(request)}"
    await limit_attempts(request.app.state.database, key, TRACKING_TRIES, TRACKING_WINDOW, now=now)
    return resource(request, await get_public_idea(reads, read_tracking_code(tracking_code), now=now))


idea_handlers = [list_ideas_, enter_idea, read_idea, edit_idea]
public_ideas_router = Router("/v1/public/ideas", route_handlers=[track_idea], tags=["Ideas"])
