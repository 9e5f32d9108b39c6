"""`/v1/credit-groups`. Who belongs to them is in `members/`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, patch, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.days import civil_day
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.loans.groups import actions
from incubator.loans.groups.queries import credit_groups_listing, get_credit_group
from incubator.loans.groups.schemas import (
    CreditGroupCreate,
    CreditGroupOut,
    CreditGroupPatch,
    CreditGroupQuery,
    CreditGroupRow,
)
from incubator.loans.lenders.routes import MANAGE, READ
from incubator.paging import Page


@get("/", operation_id="listCreditGroups", guards=[READ], dependencies={"filters": Query(CreditGroupQuery)}, opt=LIST)
async def credit_groups(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[CreditGroupQuery],
) -> Response[Page[CreditGroupRow]]:
    """List the credit groups of your localities, newest first."""
    groups = await credit_groups_listing(reads, actor, filters, today=civil_day(now))
    return await listed(request, reads, groups, filters)


@post("/", operation_id="addCreditGroup", guards=[MANAGE])
async def add_credit_group(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[CreditGroupCreate],
) -> Response[CreditGroupOut]:
    """Form a credit group of a village. Its households join afterwards."""
    show = partial(get_credit_group, SessionReads(session), actor, today=civil_day(now))
    act = partial(actions.add_credit_group, session, actor, data, now=now)
    return await once(act, show, at="/v1/credit-groups/{id}")


@get("/{group_id:uuid}", operation_id="getCreditGroup", guards=[READ])
async def read_credit_group(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    group_id: FromPath[UUID],
) -> Response[CreditGroupOut]:
    """Read one credit group, with how many households belong to it today."""
    return resource(request, await get_credit_group(reads, actor, group_id, today=civil_day(now)))


@patch("/{group_id:uuid}", operation_id="editCreditGroup", guards=[MANAGE])
async def edit_credit_group(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    group_id: FromPath[UUID],
    data: JSONBody[CreditGroupPatch],
) -> Response[CreditGroupOut]:
    """Change a credit group by a JSON merge patch. Its leader lives in a household of it; it is dissolved once every
    household has left and every loan is paid back."""
    await actions.edit_credit_group(session, actor, group_id, data, if_match, now=now)
    return resource(request, await get_credit_group(SessionReads(session), actor, group_id, today=civil_day(now)))


credit_group_handlers = [credit_groups, add_credit_group, read_credit_group, edit_credit_group]
