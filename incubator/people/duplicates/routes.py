"""`/v1/people/duplicates` and searching for those of one person."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import Provide
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.paging import Page
from incubator.people.citizen_ids.routes import provide_sealer
from incubator.people.citizen_ids.sealing import Sealer
from incubator.people.duplicates.actions import resolve_pair, search_pairs
from incubator.people.duplicates.queries import get_pair, pairs_listing
from incubator.people.duplicates.schemas import (
    DuplicateQuery,
    PairResolution,
    PersonDuplicateOut,
    PersonDuplicatesOut,
)

READ = Requires(Permission.people_read)
ENTER = Requires(Permission.people_enter)
MERGE = Requires(Permission.people_merge)


@get(
    "/duplicates",
    operation_id="listPersonDuplicates",
    guards=[READ],
    dependencies={"filters": Query(DuplicateQuery)},
    opt=LIST,
)
async def list_duplicates(
    request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor], filters: Given[DuplicateQuery]
) -> Response[Page[PersonDuplicateOut]]:
    """List pairs of entries that may be one person, the newest first. You must see both. Open ones wait for somebody
    to say what they are."""
    return await listed(request, reads, pairs_listing(actor, filters), filters)


@get("/duplicates/{duplicate_id:uuid}", operation_id="getPersonDuplicate", guards=[READ])
async def get_duplicate(
    request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor], duplicate_id: FromPath[UUID]
) -> Response[PersonDuplicateOut]:
    """Read one pair. Its ETag is what resolving it asks for."""
    return resource(request, await get_pair(reads, actor, duplicate_id))


@post(
    "/duplicates/{duplicate_id:uuid}/resolution",
    operation_id="resolvePersonDuplicate",
    guards=[MERGE],
    status_code=200,
)
async def resolve_duplicate(
    session: Given[AsyncSession],
    actor: Given[Actor],
    sealer: Given[Sealer],
    duplicate_id: FromPath[UUID],
    data: JSONBody[PairResolution],
    if_match: Given[IfMatch],
    once: Given[Once],
) -> Response[PersonDuplicateOut]:
    """Say that the two are two people, merge them, or open the pair again. Two with different citizen ids are never
    merged; a merge is undone by itself."""
    act = partial(resolve_pair, session, actor, sealer, duplicate_id, data, if_match)
    return await once(act, partial(get_pair, SessionReads(session), actor), status=200)


@post("/{person_id:uuid}/duplicate-searches", operation_id="searchPersonDuplicates", guards=[ENTER], status_code=200)
async def search_duplicates(
    request: Request[Any, Any, Any], session: Given[AsyncSession], actor: Given[Actor], person_id: FromPath[UUID]
) -> Response[PersonDuplicatesOut]:
    """Look for other entries of a person and show the open pairs that you may see. Entering or editing somebody looks
    by itself; this is for entries that were made otherwise."""
    return resource(request, await search_pairs(session, actor, person_id))


duplicates_router = Router(
    path="/v1/people",
    route_handlers=[list_duplicates, get_duplicate, resolve_duplicate, search_duplicates],
    dependencies={"sealer": Provide(provide_sealer, sync_to_thread=False)},
    tags=["People"],
)
