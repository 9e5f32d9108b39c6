"""`/v1/loan-applications`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, patch, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.loans.access import record_reading
from incubator.loans.applications.actions import add_application, edit_application
from incubator.loans.applications.queries import (
    get_application,
    list_applications,
    list_transitions,
    require_application,
)
from incubator.loans.applications.schemas import (
    ApplicationCreate,
    ApplicationOut,
    ApplicationPatch,
    ApplicationQuery,
    ApplicationRow,
    ApplicationStep,
    ApplicationTransitionOut,
)
from incubator.loans.applications.steps import move_application
from incubator.loans.readings import record_list, repeated
from incubator.paging import Page, PageQuery

SUBJECT = "loan_application"
READ = Requires(Permission.loans_read)
ENTER = Requires(Permission.loans_enter)
MOVE = Requires(Permission.loans_enter, Permission.loans_manage)


@get(
    "/",
    operation_id="listLoanApplications",
    guards=[READ],
    dependencies={"filters": Query(ApplicationQuery)},
    opt=LIST,
)
async def applications(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[ApplicationQuery],
) -> Response[Page[ApplicationRow]]:
    """List applications for loans, newest first. Amounts are for grants that open sensitive fields; each look is
    recorded."""
    record_list(session, actor, SUBJECT, filters)
    return await listed(request, reads, list_applications(actor, filters), filters)


@post("/", operation_id="addLoanApplication", guards=[ENTER])
async def add(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[ApplicationCreate],
) -> Response[ApplicationOut]:
    """Enter what a household asks for, as a draft or handed in at once."""
    show = partial(get_application, SessionReads(session), actor)
    act = partial(add_application, session, actor, data, now=now)
    return await once(act, show, at="/v1/loan-applications/{id}", seen_again=repeated(session, actor, SUBJECT))


@get("/{application_id:uuid}", operation_id="getLoanApplication", guards=[READ])
async def read(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    application_id: FromPath[UUID],
) -> Response[ApplicationOut]:
    """Read one application with the steps that your role may make."""
    application = await get_application(reads, actor, application_id)
    record_reading(session, actor, SUBJECT, application.id)
    return resource(request, application)


@patch("/{application_id:uuid}", operation_id="editLoanApplication", guards=[ENTER])
async def edit(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    if_match: Given[IfMatch],
    application_id: FromPath[UUID],
    data: JSONBody[ApplicationPatch],
) -> Response[ApplicationOut]:
    """Change a draft by a JSON merge patch."""
    await edit_application(session, actor, application_id, data, if_match)
    return resource(request, await get_application(SessionReads(session), actor, application_id))


@post("/{application_id:uuid}/transitions", operation_id="moveLoanApplication", guards=[MOVE], status_code=200)
async def move(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    application_id: FromPath[UUID],
    data: JSONBody[ApplicationStep],
) -> Response[ApplicationOut]:
    """Make one step, such as the group's or the bank's approval. Which ones are open to you is in `allowed_actions`."""
    act = partial(move_application, session, actor, application_id, data, if_match, now=now)
    show = partial(get_application, SessionReads(session), actor)
    return await once(act, show, status=200, seen_again=repeated(session, actor, SUBJECT))


@get(
    "/{application_id:uuid}/transitions",
    operation_id="listLoanApplicationTransitions",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def history(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[PageQuery],
    application_id: FromPath[UUID],
) -> Response[Page[ApplicationTransitionOut]]:
    """The history of an application, oldest first, each step with its business day and the moment it was recorded."""
    await require_application(reads, actor, application_id)
    record_reading(session, actor, SUBJECT, application_id, list="loan_application_transitions")
    return await listed(request, reads, list_transitions(actor, application_id), filters)


loan_applications_router = Router(
    "/v1/loan-applications",
    route_handlers=[applications, add, read, edit, move, history],
    tags=["Loan applications"],
)
