"""`/v1/projects/{id}/outcomes`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.mentoring.outcomes.actions import record_outcome
from incubator.mentoring.outcomes.queries import get_outcome, list_outcomes
from incubator.mentoring.outcomes.schemas import OutcomeCreate, OutcomeOut, OutcomeQuery
from incubator.mentoring.queries import require_followed
from incubator.paging import Page

FOLLOW = Requires(Permission.mentoring_read, Permission.mentoring_read_mentored)
RECORD = Requires(Permission.mentoring_manage, Permission.mentoring_log)


@get(
    "/{project_id:uuid}/outcomes",
    operation_id="listOutcomes",
    guards=[FOLLOW],
    dependencies={"filters": Query(OutcomeQuery)},
    opt=LIST,
)
async def outcomes(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[OutcomeQuery],
    project_id: FromPath[UUID],
) -> Response[Page[OutcomeOut]]:
    """List what a project achieved, the last recorded first: the rows that stand, or the whole ledger."""
    await require_followed(reads, actor, project_id)
    return await listed(request, reads, list_outcomes(actor, project_id, filters), filters)


@post("/{project_id:uuid}/outcomes", operation_id="recordOutcome", guards=[RECORD])
async def record(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    project_id: FromPath[UUID],
    data: JSONBody[OutcomeCreate],
) -> Response[OutcomeOut]:
    """Record an outcome with its evidence. Rows are never changed: a later row corrects an earlier one by
    `corrects_id`, and one of kind `withdrawal` takes it back."""
    act = partial(record_outcome, session, actor, project_id, data, now=now)
    show = partial(get_outcome, SessionReads(session), actor, project_id)
    return await once(act, show, at=f"/v1/projects/{project_id}/outcomes/{{id}}")


@get("/{project_id:uuid}/outcomes/{outcome_id:uuid}", operation_id="getOutcome", guards=[FOLLOW])
async def read_outcome(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    project_id: FromPath[UUID],
    outcome_id: FromPath[UUID],
) -> Response[OutcomeOut]:
    """Read one row of the ledger, whether it stands or was replaced."""
    return resource(request, await get_outcome(reads, actor, project_id, outcome_id))


outcome_handlers = [outcomes, record, read_outcome]
