"""`/v1/entry-batches`."""

from datetime import datetime
from functools import partial

from litestar import Response, Router, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.entry import KEYED, Requires
from incubator.api.given import Given, JSONBody
from incubator.idempotency import Once
from incubator.loans.ledger.batches.actions import look_again, post_batch
from incubator.loans.ledger.batches.schemas import EntryBatchCreate, EntryBatchOut


@post("/", operation_id="addEntryBatch", guards=[Requires(Permission.loans_manage)], status_code=200, opt=KEYED)
async def add_batch(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[EntryBatchCreate],
) -> Response[EntryBatchOut]:
    """Enter rows of the bank, all of them or none. A row that an earlier batch entered is left alone, so a file may be
    sent again. With `dry_run` nothing is written, and every row says what would become of it; else a row that cannot
    be entered is a wrong field of the request."""
    act = partial(post_batch, session, actor, data.rows, now=now, dry_run=data.dry_run)
    if data.dry_run:
        return await once.without_effect(act)
    return await once.answer_many(act, partial(look_again, session, actor))


entry_batches_router = Router(path="/v1/entry-batches", route_handlers=[add_batch], tags=["Entry batches"])
