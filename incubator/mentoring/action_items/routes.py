"""`/v1/action-items`."""

from datetime import date, datetime
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
from incubator.mentoring.action_items.actions import add_action_item, edit_action_item, move_action_item
from incubator.mentoring.action_items.queries import (
    get_action_item,
    list_action_items,
    list_transitions,
    require_action_item,
)
from incubator.mentoring.action_items.schemas import (
    ActionItemCreate,
    ActionItemOut,
    ActionItemPatch,
    ActionItemQuery,
    ActionItemRow,
    ActionItemStep,
    ActionItemTransitionOut,
)
from incubator.paging import Page, PageQuery

FOLLOW = Requires(Permission.mentoring_read, Permission.mentoring_read_mentored)
WRITE = Requires(Permission.mentoring_manage, Permission.mentoring_log)


@get(
    "/",
    operation_id="listActionItems",
    guards=[FOLLOW],
    dependencies={"filters": Query(ActionItemQuery)},
    opt=LIST,
)
async def list_items(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    today: Given[date],
    filters: Given[ActionItemQuery],
) -> Response[Page[ActionItemRow]]:
    """List the action items of the projects that you follow, newest first."""
    return await listed(request, reads, list_action_items(actor, filters, today), filters)


@post("/", operation_id="addActionItem", guards=[WRITE])
async def add_item(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    once: Given[Once],
    data: JSONBody[ActionItemCreate],
) -> Response[ActionItemOut]:
    """Agree on an action item outside a consultation's log."""
    show = partial(get_action_item, SessionReads(session), actor, today=today)
    return await once(partial(add_action_item, session, actor, data, now=now), show, at="/v1/action-items/{id}")


@get("/{item_id:uuid}", operation_id="getActionItem", guards=[FOLLOW])
async def read_item(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    today: Given[date],
    item_id: FromPath[UUID],
) -> Response[ActionItemOut]:
    """Read one action item."""
    return resource(request, await get_action_item(reads, actor, item_id, today))


@patch("/{item_id:uuid}", operation_id="editActionItem", guards=[WRITE])
async def edit_item(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    if_match: Given[IfMatch],
    item_id: FromPath[UUID],
    data: JSONBody[ActionItemPatch],
) -> Response[ActionItemOut]:
    """Change an open action item by a JSON merge patch. What it said before stays in its history."""
    await edit_action_item(session, actor, item_id, data, if_match, now=now)
    return resource(request, await get_action_item(SessionReads(session), actor, item_id, today))


@get(
    "/{item_id:uuid}/transitions",
    operation_id="listActionItemTransitions",
    guards=[FOLLOW],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def history(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[PageQuery],
    item_id: FromPath[UUID],
) -> Response[Page[ActionItemTransitionOut]]:
    """The history of an action item, oldest first. It tells when the item was edited, completed, dropped or reopened,
    why, and what it said before an edit."""
    await require_action_item(reads, actor, item_id)
    return await listed(request, reads, list_transitions(actor, item_id), filters)


@post("/{item_id:uuid}/transitions", operation_id="moveActionItem", guards=[WRITE], status_code=200)
async def move(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    once: Given[Once],
    if_match: Given[IfMatch],
    item_id: FromPath[UUID],
    data: JSONBody[ActionItemStep],
) -> Response[ActionItemOut]:
    """Complete an action item, with evidence where there is some, drop it or open it again with a reason."""
    act = partial(move_action_item, session, actor, item_id, data, if_match, now=now)
    show = partial(get_action_item, SessionReads(session), actor, today=today)
    return await once(act, show, status=200)


action_items_router = Router(
    "/v1/action-items",
    route_handlers=[list_items, add_item, read_item, edit_item, history, move],
    tags=["Action items"],
)
