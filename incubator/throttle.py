"""Counting attempts in PostgreSQL, so that a limit is one limit over all processes."""

from datetime import datetime, timedelta

from sqlalchemy import DateTime, Integer, Text, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, Database
from incubator.errors import DomainError


class Throttle(Base):
    """Attempts under one key in one window. Rows of past windows are swept by the jobs."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    window_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    attempts: Mapped[int] = mapped_column(Integer)


async def count_attempt(session: AsyncSession, key: str, *, window: timedelta, now: datetime) -> tuple[int, int]:
    """Count one attempt; the attempts so far in this window, and the seconds until it ends."""
    start = _start_of(window, now)
    row = insert(Throttle).values(key=key, window_at=start, attempts=1)
    row = row.on_conflict_do_update(
        index_elements=[Throttle.key, Throttle.window_at], set_={"attempts": Throttle.attempts + 1}
    )
    attempts = (await session.execute(row.returning(Throttle.attempts))).scalar_one()
    return attempts, _seconds_left(start, window, now)


async def limit_attempts(database: Database, key: str, limit: int, window: timedelta, *, now: datetime) -> None:
    """Count an attempt in a transaction of its own, which outlives a refusal; 429 beyond the limit."""
    async with database.begin() as session:
        attempts, seconds_left = await count_attempt(session, key, window=window, now=now)
    if attempts > limit:
        raise DomainError("rate_limited", retry_after=seconds_left)


async def require_attempts_left(database: Database, key: str, limit: int, window: timedelta, *, now: datetime) -> None:
    """429 where the limit is reached already, for attempts that are counted only once they have failed."""
    start = _start_of(window, now)
    async with database.begin() as session:
        counted = select(Throttle.attempts).where(Throttle.key == key, Throttle.window_at == start)
        attempts = await session.scalar(counted)
    if attempts is not None and attempts >= limit:
        raise DomainError("rate_limited", retry_after=_seconds_left(start, window, now))


async def sweep_attempts(session: AsyncSession, *, now: datetime) -> None:
    await session.execute(delete(Throttle).where(Throttle.window_at < now - timedelta(days=1)))


def _start_of(window: timedelta, now: datetime) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)


def _seconds_left(start: datetime, window: timedelta, now: datetime) -> int:
    return int((start + window).timestamp()) - int(now.timestamp())
