"""`/v1/panels`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import listed, resource
from incubator.api.bulk import run_items
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.ideas.panels.actions import decisions_of, record_panel
from incubator.ideas.panels.models import Panel
from incubator.ideas.panels.queries import get_panel, list_panels
from incubator.ideas.panels.schemas import DecisionsCreate, DecisionsOut, PanelCreate, PanelOut, PanelQuery, PanelRow
from incubator.idempotency import Once
from incubator.paging import Page

READ = Requires(Permission.panels_read)
MANAGE = Requires(Permission.panels_manage)
DECIDE = Requires(Permission.ideas_decide)


@get("/", operation_id="listPanels", guards=[READ], dependencies={"filters": Query(PanelQuery)}, opt=LIST)
async def panels(
    request: Request[Any, Any, Any], reads: Given[Reads], filters: Given[PanelQuery]
) -> Response[Page[PanelRow]]:
    """List panels, newest first."""
    return await listed(request, reads, list_panels(filters), filters)


@post("/", operation_id="recordPanel", guards=[MANAGE])
async def add_panel(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[PanelCreate],
) -> Response[PanelOut]:
    """Record a panel that has sat, with the members who were present."""
    show = partial(get_panel, SessionReads(session))
    return await once(partial(record_panel, session, actor, data, now=now), show, at="/v1/panels/{id}")


@get("/{panel_id:uuid}", operation_id="getPanel", guards=[READ])
async def panel(request: Request[Any, Any, Any], reads: Given[Reads], panel_id: FromPath[UUID]) -> Response[PanelOut]:
    """Read one panel with its members."""
    return resource(request, await get_panel(reads, panel_id))


@post(
    "/{panel_id:uuid}/decisions",
    operation_id="decideIdeas",
    guards=[DECIDE],
    status_code=200,
    opt={"errors": ("self_approval",)},
)
async def decide(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    panel_id: FromPath[UUID],
    data: JSONBody[DecisionsCreate],
) -> Response[DecisionsOut]:
    """Decide up to 500 ideas as this panel did. Each item has its own result; one refusal undoes that item alone."""
    reads = SessionReads(session)
    await get_panel(reads, panel_id)

    async def act() -> DecisionsOut:
        sat = await session.get_one(Panel, panel_id)
        return DecisionsOut(await run_items(request, session, decisions_of(session, actor, sat, data.items, now=now)))

    return await once.answer(act, partial(get_panel, reads), status=200)


panels_router = Router("/v1/panels", route_handlers=[panels, add_panel, panel, decide], tags=["Panels"])
