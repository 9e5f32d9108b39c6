"""The two times of a question about loans: what had happened by a day, as it was known at a moment."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import ColumnElement, DateTime, true

from incubator.db import param
from incubator.errors import DomainError, FieldError

SETTLED_AFTER = timedelta(seconds=60)
"""A row gets its time before it commits. After so long nothing of an earlier time is still to come."""

AsOf = Annotated[date, Meta(description="What had happened by the end of this day; default: today.")]
KnownAt = Annotated[
    datetime,
    Meta(
        description="What was recorded by this moment, at least a minute ago; default: all that is recorded. "
        "Registers and rates are those of today.",
        examples=["2025-11-30T03:00:00Z"],
    ),
]


def check_times(as_of: date | None, known_at: datetime | None, *, today: date, now: datetime) -> None:
    """400 where a question is about times of which nothing can be known yet."""
    if faults := faults_of_times(as_of, known_at, today=today, now=now):
        raise DomainError("validation_failed", errors=faults)


def faults_of_times(as_of: date | None, known_at: datetime | None, *, today: date, now: datetime) -> list[FieldError]:
    """Nobody knows the future, and the last minute may still change."""
    faults = []
    if as_of is not None and as_of > today:
        faults.append(FieldError(code="out_of_range", parameter="as_of", params={"max": today.isoformat()}))
    if known_at is not None and known_at > (latest := now - SETTLED_AFTER):
        faults.append(FieldError(code="out_of_range", parameter="known_at", params={"max": latest.isoformat()}))
    return faults


def was_known(recorded_at: Any, known: bool) -> ColumnElement[bool]:
    """Whether a row was recorded by the parameter `known_at`; without `known`, every row was."""
    return recorded_at <= param("known_at", DateTime(timezone=True)) if known else true()
