"""What handlers may ask for by name: session, reads, actor, now, today, once, if_match.

Litestar resolves dependencies that do not depend on each other in a task group, which costs more than all of them
together. So each of the cheap ones names the one before it, and they run one by one. The session comes last: what
refuses a request, such as a wrong parameter, does so before there is one, for Litestar would leave it open.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

from litestar import Request
from litestar.di import Provide
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import if_match
from incubator.api.entry import actor_of
from incubator.api.given import Given
from incubator.days import civil_day
from incubator.db import Reads
from incubator.idempotency import once


async def provide_session(request: Request[Any, Any, Any], today: Given[date]) -> AsyncIterator[AsyncSession]:
    """One request, one transaction. Litestar finishes this generator before the answer starts, so a failed
    COMMIT is an error and never a 201 (tests/test_transactions.py)."""
    async with request.app.state.database.begin() as session:
        yield session


def provide_reads(request: Request[Any, Any, Any]) -> Reads:
    return request.app.state.database.reads  # type: ignore[no-any-return]


def provide_actor(request: Request[Any, Any, Any], reads: Given[Reads]) -> Actor:
    return actor_of(request)


def provide_now(request: Request[Any, Any, Any], actor: Given[Actor]) -> datetime:
    return request.app.state.clock()  # type: ignore[no-any-return]


def provide_today(now: Given[datetime]) -> date:
    """The civil day in Viet Nam."""
    return civil_day(now)


PROVIDERS: dict[str, Provide] = {
    "session": Provide(provide_session),
    "reads": Provide(provide_reads, sync_to_thread=False),
    "actor": Provide(provide_actor, sync_to_thread=False),
    "now": Provide(provide_now, sync_to_thread=False),
    "today": Provide(provide_today, sync_to_thread=False),
    "once": Provide(once, sync_to_thread=False),
    "if_match": Provide(if_match, sync_to_thread=False),
}
