"""Bulk requests: one result for each item; one item's refusal undoes that item alone.

And an attempt at a whole bulk whose client can be told to send it again.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec
from litestar import Request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.api.problems import (
    Problem,
    as_domain_error,
    preferred_language,
    render,
    request_id_of,
    sqlstate_of,
)

T = TypeVar("T")

PASSING = frozenset({"40001", "40P01", "55P03"})
"""What PostgreSQL says where the same a moment later may succeed: a conflict, a deadlock, a lock not had in time."""


class ItemResult(msgspec.Struct, frozen=True):
    """What became of one item; `problem` says why it failed."""

    id: UUID
    status: Literal["done", "failed"]
    problem: Problem | None


async def run_items(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    items: dict[UUID, Callable[[], Awaitable[None]]],
) -> list[ItemResult]:
    """Run each item in a savepoint of its own, in the order of the ids, so that two bulks never deadlock."""
    results: dict[UUID, ItemResult] = {}
    for item_id in sorted(items):
        try:
            async with session.begin_nested():
                await items[item_id]()
            results[item_id] = ItemResult(item_id, "done", None)
        except Exception as exc:
            results[item_id] = ItemResult(item_id, "failed", problem_of(request, exc))
    return [results[item_id] for item_id in items]


async def attempt(session: AsyncSession, act: Callable[[], Awaitable[T]]) -> T | None:
    """What the act gives; None, and nothing done, where the database says that it may succeed a moment later."""
    try:
        async with session.begin_nested():
            return await act()
    except DBAPIError as exc:
        if sqlstate_of(exc) in PASSING:
            return None
        raise


def problem_of(request: Request[Any, Any, Any], exc: Exception) -> Problem:
    """The refusal as a problem; what is no refusal ends the whole request."""
    error = as_domain_error(exc, request)
    if error.kind.status >= 500:
        raise exc
    language = preferred_language(request.headers.get("accept-language", ""))
    return render(error, path=request.scope["path"], request_id=request_id_of(request.scope), language=language)
