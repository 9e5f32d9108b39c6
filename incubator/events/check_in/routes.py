"""`/v1/check-in/batches`."""

from datetime import datetime
from functools import partial

from litestar import post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.bulk import attempt
from incubator.api.entry import GZIP_BODY, Requires
from incubator.api.given import Given, JSONBody
from incubator.events.check_in.actions import receive_batch, tell_to_retry
from incubator.events.check_in.schemas import EXAMPLE, CheckInAnswer, CheckInBatch, UnreadBatch

ITEM_BY_ITEM = GZIP_BODY | {"apart": ("sent_at", "items/*"), "body": CheckInBatch, "example": EXAMPLE}


@post(
    "/batches",
    operation_id="sendCheckIns",
    guards=[Requires(Permission.check_in)],
    status_code=200,
    opt=ITEM_BY_ITEM,
)
async def send_batch(
    session: Given[AsyncSession], actor: Given[Actor], now: Given[datetime], data: JSONBody[UnreadBatch]
) -> CheckInAnswer:
    """Send what a phone saw, up to 500 items in any order, any number of times. Each item has its own result, and only
    `retry`, 429, 5xx and no answer at all mean that the phone keeps it. An item that is wrong is `rejected`, kept for
    staff to look at, and holds up no other."""
    answer = await attempt(session, partial(receive_batch, session, actor, data, now=now))
    return answer or tell_to_retry(data, now=now)


check_in_handlers = [send_batch]
