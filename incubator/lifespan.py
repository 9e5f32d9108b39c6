"""What one process opens when it starts and closes when it ends."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime

from litestar import Litestar

from incubator.db import Database
from incubator.jobs import run_jobs_hourly
from incubator.settings import Settings

YOUNG_OBJECTS = 20_000
"""A page of fifty rows makes a few thousand objects, none of them in cycles: looking for some at every 700 is waste."""


def lifespan(
    settings: Settings, clock: Callable[[], datetime]
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """The database for as long as the application runs, and the hourly jobs beside it."""

    @asynccontextmanager
    async def open_and_close(app: Litestar) -> AsyncIterator[None]:
        database = app.state.database = await Database.open(settings)
        _leave_start_up_out_of_collections()
        try:
            async with _jobs(database, clock, settings):
                yield
        finally:
            await database.close()

    return open_and_close


@asynccontextmanager
async def _jobs(database: Database, clock: Callable[[], datetime], settings: Settings) -> AsyncIterator[None]:
    if not settings.run_jobs:
        yield
        return
    task = asyncio.create_task(run_jobs_hourly(database, clock))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _leave_start_up_out_of_collections() -> None:
    """What start-up made (modules, mappers, handlers) lives to the end; each collection would search it in vain."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
