"""`/v1/ideas/{id}/transitions`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.ideas.moves.actions import move_idea
from incubator.ideas.moves.queries import list_transitions
from incubator.ideas.moves.schemas import IdeaMove, TransitionOut
from incubator.ideas.queries import get_idea, require_idea
from incubator.ideas.routes import READ
from incubator.ideas.schemas import IdeaOut
from incubator.idempotency import Once
from incubator.paging import Page, PageQuery

MOVE = Requires(Permission.ideas_enter, Permission.ideas_screen, Permission.ideas_decide)


@post(
    "/{idea_id:uuid}/transitions",
    operation_id="moveIdea",
    guards=[MOVE],
    status_code=200,
    opt={"errors": ("self_approval",)},
)
async def move(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    idea_id: FromPath[UUID],
    data: JSONBody[IdeaMove],
) -> Response[IdeaOut]:
    """Make one move, such as passing the screening or withdrawing. Which ones are open to you is in
    `allowed_actions` of the idea."""
    act = partial(move_idea, session, actor, idea_id, data, if_match, now=now)
    return await once(act, partial(get_idea, SessionReads(session), actor, now=now), status=200)


@get(
    "/{idea_id:uuid}/transitions",
    operation_id="listIdeaTransitions",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def history(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[PageQuery],
    idea_id: FromPath[UUID],
) -> Response[Page[TransitionOut]]:
    """The history of an idea, oldest first, each move with its business day and the moment it was recorded."""
    await require_idea(reads, actor, idea_id, now=now)
    return await listed(request, reads, list_transitions(actor, idea_id, now=now), filters)


move_handlers = [move, history]
