"""The modes, sessions and sites below `/v1/events/{id}`. Each change answers the whole event."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, patch, post, put
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch, resource
from incubator.api.given import FromPath, Given, JSONBody
from incubator.db import SessionReads
from incubator.events.layout import actions
from incubator.events.layout.modes import mode_named, remove_mode, set_mode
from incubator.events.layout.schemas import (
    EventModePut,
    EventSessionCreate,
    EventSessionPatch,
    EventSiteCreate,
    EventSitePatch,
)
from incubator.events.queries import get_event
from incubator.events.routes import MANAGE
from incubator.events.schemas import EventOut
from incubator.idempotency import Once


class _Part:
    """A part of an event that is about to be made. What is shown of it is the event, so its own id is kept here."""

    def __init__(self, kind: str, event_id: UUID, make: Callable[[], Awaitable[UUID]]) -> None:
        self._kind, self._event_id, self._make = kind, event_id, make
        self._id: UUID | None = None

    async def add(self) -> UUID:
        self._id = await self._make()
        return self._event_id

    def address(self, event: EventOut) -> str:
        return f"/v1/events/{event.id}/{self._kind}/{self._id}"


REFUSED_BY_RULE = {"errors": ("business_rule_failed",)}


@put(
    "/{event_id:uuid}/modes/{mode:str}",
    operation_id="setEventMode",
    guards=[MANAGE],
    opt={"errors": ("capacity_full",)},
)
async def put_mode(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    event_id: FromPath[UUID],
    mode: FromPath[str],
    data: JSONBody[EventModePut],
) -> Response[EventOut]:
    """Add or replace a way to take part (`in_person`, `online`). More seats go to those who wait, in the order in
    which they registered; fewer than are taken are refused. If-Match is that of the event."""
    await set_mode(session, actor, event_id, mode_named(mode), data, if_match, now=now)
    return resource(request, await get_event(SessionReads(session), actor, event_id))


@delete("/{event_id:uuid}/modes/{mode:str}", operation_id="removeEventMode", guards=[MANAGE], opt=REFUSED_BY_RULE)
async def delete_mode(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    event_id: FromPath[UUID],
    mode: FromPath[str],
) -> None:
    """Take away a way to take part for which nobody ever registered and that no site has. If-Match is that of the
    event."""
    await remove_mode(session, actor, event_id, mode_named(mode), if_match, now=now)


@post("/{event_id:uuid}/sessions", operation_id="addEventSession", guards=[MANAGE])
async def post_session(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    event_id: FromPath[UUID],
    data: JSONBody[EventSessionCreate],
) -> Response[EventOut]:
    """Add a session behind the others, with its sites. The answer is the event; Location names the session, for
    changing it or taking it away."""
    part = _Part("sessions", event_id, partial(actions.add_session, session, actor, event_id, data, now=now))
    return await once(part.add, partial(get_event, SessionReads(session), actor), at=part.address)


@patch("/{event_id:uuid}/sessions/{session_id:uuid}", operation_id="editEventSession", guards=[MANAGE])
async def patch_session(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    event_id: FromPath[UUID],
    session_id: FromPath[UUID],
    data: JSONBody[EventSessionPatch],
) -> Response[EventOut]:
    """Change title or time of a session, which lies within the time of the event, by a JSON merge patch. If-Match is
    that of the event."""
    await actions.edit_session(session, actor, event_id, session_id, data, if_match, now=now)
    return resource(request, await get_event(SessionReads(session), actor, event_id))


@delete(
    "/{event_id:uuid}/sessions/{session_id:uuid}",
    operation_id="removeEventSession",
    guards=[MANAGE],
    opt=REFUSED_BY_RULE,
)
async def delete_session(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    event_id: FromPath[UUID],
    session_id: FromPath[UUID],
) -> None:
    """Take away a session with its sites and its team, where nobody was counted and no phone is enrolled. An event
    that is published keeps one. If-Match is that of the event."""
    await actions.remove_session(session, actor, event_id, session_id, if_match, now=now)


@post("/{event_id:uuid}/sites", operation_id="addEventSite", guards=[MANAGE])
async def post_site(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    event_id: FromPath[UUID],
    data: JSONBody[EventSiteCreate],
) -> Response[EventOut]:
    """Add a site to a session, such as the bridge point of a commune, whose officers see the event once it is
    published. The answer is the event; Location names the site, for changing it or taking it away."""
    part = _Part("sites", event_id, partial(actions.add_site, session, actor, event_id, data, now=now))
    return await once(part.add, partial(get_event, SessionReads(session), actor), at=part.address)


@patch("/{event_id:uuid}/sites/{site_id:uuid}", operation_id="editEventSite", guards=[MANAGE])
async def patch_site(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    event_id: FromPath[UUID],
    site_id: FromPath[UUID],
    data: JSONBody[EventSitePatch],
) -> Response[EventOut]:
    """Change mode, label or place of a site by a JSON merge patch. If-Match is that of the event."""
    await actions.edit_site(session, actor, event_id, site_id, data, if_match, now=now)
    return resource(request, await get_event(SessionReads(session), actor, event_id))


@delete("/{event_id:uuid}/sites/{site_id:uuid}", operation_id="removeEventSite", guards=[MANAGE], opt=REFUSED_BY_RULE)
async def delete_site(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    event_id: FromPath[UUID],
    site_id: FromPath[UUID],
) -> None:
    """Take away a site at which nobody was counted and for which no phone is enrolled. A session of an event that is
    published keeps one. If-Match is that of the event."""
    await actions.remove_site(session, actor, event_id, site_id, if_match, now=now)


layout_handlers = [
    put_mode,
    delete_mode,
    post_session,
    patch_session,
    delete_session,
    post_site,
    patch_site,
    delete_site,
]
