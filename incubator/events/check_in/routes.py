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
    """Send what a phone saw, up to 500 items in any order, any number of times. The answer is 200 with a result for
    each item: the phone keeps those that say `retry`, and may forget all others. An item that is wrong is `rejected`,
    kept for staff to look at, and holds up no other.

    After any other answer, and after none, the phone keeps the whole batch. 429 and 5xx: it sends it again later. 401:
    its token has ended; it is enrolled again as the same phone by a new code (`rollDevice`, `enrolDevice`), and sends
    it then. 400 and 413: the batch cannot be read as a whole, because it is too large, is no JSON, or has a field
    beside `batch_id`, `sent_at` and `items`; the phone sends the items in smaller batches, down to one by one, so that
    only an item that spoils its batch stays behind. What arrives twice counts once."""
    answer = await attempt(session, partial(receive_batch, session, actor, data, now=now))
    return answer or tell_to_retry(data, now=now)


check_in_handlers = [send_batch]
