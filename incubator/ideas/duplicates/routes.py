"""`/v1/ideas/{id}/duplicates`: ideas that may be the same one, for those who screen."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.ideas.duplicates.actions import resolve_duplicate, search_duplicates
from incubator.ideas.duplicates.queries import get_duplicate, list_duplicates, open_duplicates
from incubator.ideas.duplicates.schemas import (
    IdeaDuplicateOut,
    IdeaDuplicateQuery,
    IdeaDuplicateResolution,
    IdeaDuplicateSearchOut,
)
from incubator.ideas.queries import require_idea
from incubator.idempotency import Once
from incubator.paging import Page

COMPARE = Requires(Permission.ideas_compare)
SCREEN = Requires(Permission.ideas_screen)


@get(
    "/{idea_id:uuid}/duplicates",
    operation_id="listIdeaDuplicates",
    guards=[COMPARE],
    dependencies={"filters": Query(IdeaDuplicateQuery)},
    opt=LIST,
)
async def list_duplicates_(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[IdeaDuplicateQuery],
    idea_id: FromPath[UUID],
) -> Response[Page[IdeaDuplicateOut]]:
    """List the ideas that may be the same as this one, with the reasons. Found when an idea is submitted, changed or
    taken up; those outside your localities are left out."""
    await require_idea(reads, actor, idea_id, now=now)
    return await listed(request, reads, list_duplicates(actor, idea_id, filters, now=now), filters)


@get("/{idea_id:uuid}/duplicates/{pair_id:uuid}", operation_id="getIdeaDuplicate", guards=[COMPARE])
async def read_duplicate(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    idea_id: FromPath[UUID],
    pair_id: FromPath[UUID],
) -> Response[IdeaDuplicateOut]:
    """Read one pair of ideas that may be the same. Its ETag is what resolving it asks for."""
    return resource(request, await get_duplicate(reads, actor, idea_id, pair_id, now=now))


@post("/{idea_id:uuid}/duplicate-searches", operation_id="searchIdeaDuplicates", guards=[SCREEN], status_code=200)
async def search(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    idea_id: FromPath[UUID],
) -> Response[IdeaDuplicateSearchOut]:
    """Search anew for ideas that may be the same. The answer holds all open pairs that you may see.

    An equal title in the same province suffices; a leader who is or may be the same person counts where the titles
    share half of the shorter one's words. Ideas that were closed more than a year ago are left alone. Open pairs whose
    reasons are gone, as when a title was changed, are taken away.
    """
    act = partial(search_duplicates, session, actor, idea_id, now=now)
    return await once(act, partial(open_duplicates, SessionReads(session), actor, now=now), status=200)


@post(
    "/{idea_id:uuid}/duplicates/{pair_id:uuid}/resolution",
    operation_id="resolveIdeaDuplicate",
    guards=[SCREEN],
    status_code=200,
    opt={"errors": ("invalid_transition",)},
)
async def resolve(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    idea_id: FromPath[UUID],
    pair_id: FromPath[UUID],
    data: JSONBody[IdeaDuplicateResolution],
) -> Response[IdeaDuplicateOut]:
    """Say that two ideas differ, or take that back. Where they are one, merge one into the other by the move
    `merge_into`, which resolves their pair."""
    act = partial(resolve_duplicate, session, actor, idea_id, pair_id, data, if_match, now=now)
    return await once(act, partial(get_duplicate, SessionReads(session), actor, idea_id, now=now), status=200)


duplicate_handlers = [list_duplicates_, read_duplicate, search, resolve]
