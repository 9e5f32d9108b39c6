"""What the service does by itself, hourly and by `incubator jobs run`: questions that went unanswered lapse,
reviews past their day are closed, and what is kept for a while only is swept."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.sessions.actions import sweep_sessions
from incubator.actor import SYSTEM
from incubator.api.answers import IfMatch
from incubator.api.problems import as_domain_error
from incubator.days import civil_day
from incubator.db import Database
from incubator.events.check_in.reviews.actions import sweep_reviews
from incubator.ideas.moves.actions import move_idea
from incubator.ideas.moves.queries import overdue_questions, overdue_reviews
from incubator.ideas.moves.schemas import CloseReview, IdeaMove, Lapse
from incubator.idempotency import KEPT_DAYS, StoredAnswer
from incubator.throttle import sweep_attempts

log = structlog.get_logger("incubator")

JOBS_LOCK = 57_1204_2027
EVERY = timedelta(hours=1)
STOPS = {"internal_error", "database_unavailable", "read_only", "storage_full"}
"""What the next idea would meet too; anything else, such as an idea that somebody holds locked, is for the next run."""

WHATEVER_VERSION = IfMatch("*")


class JobsReport(msgspec.Struct, frozen=True):
    """What one run did; None where another process was running them."""

    lapsed: int
    closed_reviews: int
    left_open: int


async def run_jobs(database: Database, now: datetime) -> JobsReport | None:
    """Every job once. Of several processes one does them; each idea is moved in a transaction of its own."""
    async with database.engine.connect() as connection:
        if not await connection.scalar(select(func.pg_try_advisory_lock(JOBS_LOCK))):
            return None
        # The lock belongs to the connection; a transaction left open beside the work would be ended as idle.
        await connection.commit()
        try:
            return await _run(database, now)
        finally:
            await connection.scalar(select(func.pg_advisory_unlock(JOBS_LOCK)))


async def run_jobs_hourly(database: Database, clock: Callable[[], datetime]) -> None:
    """For as long as the server runs. A failed run is logged, and the next hour tries again."""
    while True:
        try:
            report = await run_jobs(database, clock())
            log.info("jobs", **msgspec.structs.asdict(report) if report else {"skipped": True})
        except Exception as exc:
            log.error("jobs failed", exc_info=exc)
        await asyncio.sleep(EVERY.total_seconds())


async def _run(database: Database, now: datetime) -> JobsReport:
    today = civil_day(now)
    lapsed, refused = await _move_all(database, overdue_questions, Lapse(occurred_on=today), now)
    closed, left = await _move_all(database, overdue_reviews, CloseReview(occurred_on=today), now)
    async with database.begin() as session:
        kept_since = now - timedelta(days=KEPT_DAYS)
        await session.execute(delete(StoredAnswer).where(StoredAnswer.recorded_at < kept_since))
        await sweep_sessions(session, now=now)
        await sweep_attempts(session, now=now)
        await sweep_reviews(session, now=now)
    return JobsReport(lapsed, closed, refused + left)


async def _move_all(
    database: Database,
    find: Callable[[AsyncSession, datetime], Awaitable[list[UUID]]],
    move: IdeaMove,
    now: datetime,
) -> tuple[int, int]:
    """How many ideas were moved, and how many a rule kept where they are, such as reviews that are too few."""
    async with database.begin() as session:
        ids = await find(session, now)
    moved = 0
    for idea_id in ids:
        try:
            async with database.begin() as session:
                await move_idea(session, SYSTEM, idea_id, move, WHATEVER_VERSION, now=now)
            moved += 1
        except Exception as exc:
            refusal = as_domain_error(exc)
            if refusal.code in STOPS:
                raise
            log.info("job left an idea", idea_id=str(idea_id), code=refusal.code, rule=refusal.params.get("rule"))
    return moved, len(ids) - moved
