"""The team of an event."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, put
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.events.access import require_seen
from incubator.events.routes import INSIDE, MANAGE
from incubator.events.team.actions import remove_team_member, set_team_member
from incubator.events.team.queries import get_team_member, list_event_team
from incubator.events.team.schemas import EventTeamPut, EventTeamQuery, EventTeamRow
from incubator.paging import Page

MEMBER = "/{event_id:uuid}/sessions/{session_id:uuid}/team/{person_id:uuid}"


@get(
    "/{event_id:uuid}/team",
    operation_id="listEventTeam",
    guards=[INSIDE],
    dependencies={"filters": Query(EventTeamQuery)},
    opt=LIST,
)
async def team(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[EventTeamQuery],
    event_id: FromPath[UUID],
) -> Response[Page[EventTeamRow]]:
    """List who leads, teaches and helps at an event, session by session."""
    await require_seen(reads, actor, event_id)
    return await listed(request, reads, list_event_team(actor, event_id, filters), filters)


@put(MEMBER, operation_id="setEventTeamMember", guards=[MANAGE])
async def put_member(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    event_id: FromPath[UUID],
    session_id: FromPath[UUID],
    person_id: FromPath[UUID],
    data: JSONBody[EventTeamPut],
) -> Response[EventTeamRow]:
    """Say that a person whom you may see leads, teaches or helps at a session. If-Match and the ETag of the answer are
    those of the event."""
    counted, version = await set_team_member(session, actor, event_id, session_id, person_id, data, if_match, now=now)
    member = await get_team_member(SessionReads(session), actor, event_id, session_id, counted)
    return resource(request, member, version=version)


@delete(MEMBER, operation_id="removeEventTeamMember", guards=[MANAGE])
async def delete_member(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    event_id: FromPath[UUID],
    session_id: FromPath[UUID],
    person_id: FromPath[UUID],
) -> None:
    """Take a person out of the team of a session. If-Match is that of the event."""
    await remove_team_member(session, actor, event_id, session_id, person_id, if_match, now=now)


team_handlers = [team, put_member, delete_member]
