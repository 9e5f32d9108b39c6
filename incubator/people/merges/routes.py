"""`/v1/people/{id}/merges` and undoing one."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import Provide
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import listed
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.paging import Page, PageQuery
from incubator.people.citizen_ids.routes import provide_sealer
from incubator.people.citizen_ids.sealing import Sealer
from incubator.people.merges import actions
from incubator.people.merges.queries import get_merge, merges_listing
from incubator.people.merges.schemas import MergeCreate, MergeUndo, PersonMergeOut

READ = Requires(Permission.people_read)
MERGE = Requires(Permission.people_merge)


@get(
    "/{person_id:uuid}/merges",
    operation_id="listPersonMerges",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def list_merges(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    person_id: FromPath[UUID],
    filters: Given[PageQuery],
) -> Response[Page[PersonMergeOut]]:
    """List the merges of a person, the newest first, also those that were undone. You must see both entries."""
    return await listed(request, reads, await merges_listing(reads, actor, person_id), filters)


@post("/{person_id:uuid}/merges", operation_id="mergePerson", guards=[MERGE])
async def merge_person(
    session: Given[AsyncSession],
    actor: Given[Actor],
    sealer: Given[Sealer],
    person_id: FromPath[UUID],
    data: JSONBody[MergeCreate],
    once: Given[Once],
) -> Response[PersonMergeOut]:
    """Merge another entry of the same person into this one. This one takes over what it lacks and is counted from now
    on; the other one stays as it is. Without an open pair of the two a `reason` is needed, and two different citizen
    ids are never merged."""
    act = partial(actions.merge_person, session, actor, sealer, person_id, data)
    return await once(act, partial(get_merge, SessionReads(session), actor))


@post("/merges/{merge_id:uuid}/undo", operation_id="undoPersonMerge", guards=[MERGE], status_code=200)
async def undo_merge(
    session: Given[AsyncSession],
    actor: Given[Actor],
    merge_id: FromPath[UUID],
    data: JSONBody[MergeUndo],
    once: Given[Once],
) -> Response[PersonMergeOut]:
    """Undo a merge exactly: both count again, and what was taken over is taken back unless it was edited since. Of
    several merges of a person the newest is undone first."""
    act = partial(actions.undo_merge, session, actor, merge_id, data)
    return await once(act, partial(get_merge, SessionReads(session), actor), status=200)


merges_router = Router(
    path="/v1/people",
    route_handlers=[list_merges, merge_person, undo_merge],
    dependencies={"sealer": Provide(provide_sealer, sync_to_thread=False)},
    tags=["People"],
)
