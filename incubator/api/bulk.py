"""Bulk requests: one result for each item; one item's refusal undoes that item alone."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Request
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.api.problems import Problem, as_domain_error, preferred_language, render, request_id_of


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
            results[item_id] = ItemResult(item_id, "failed", _problem(request, exc))
    return [results[item_id] for item_id in items]


def _problem(request: Request[Any, Any, Any], exc: Exception) -> Problem:
    """The refusal as a problem; what is no refusal ends the whole request."""
    error = as_domain_error(exc, request)
    if error.kind.status >= 500:
        raise exc
    language = preferred_language(request.headers.get("accept-language", ""))
    return render(error, path=request.scope["path"], request_id=request_id_of(request.scope), language=language)
