"""`/v1/sessions/{id}/mentors/{mentor_id}`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, put
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, resource
from incubator.api.entry import Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.db import SessionReads
from incubator.mentoring.sessions.parts.actions import put_part, remove_part
from incubator.mentoring.sessions.parts.schemas import PartPut
from incubator.mentoring.sessions.queries import get_session
from incubator.mentoring.sessions.routes import REPORT
from incubator.mentoring.sessions.schemas import MentoringSessionOut

MANAGE = Requires(Permission.mentoring_manage)


@put("/{session_id:uuid}/mentors/{mentor_id:uuid}", operation_id="setSessionMentor", guards=[REPORT])
async def set_mentor(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    session_id: FromPath[UUID],
    mentor_id: FromPath[UUID],
    data: JSONBody[PartPut],
) -> Response[MentoringSessionOut]:
    """Add a mentor to a session, or change role, attendance and minutes of one. Mentors enter their own attendance and
    minutes until seven days after the report. If-Match is that of the session."""
    await put_part(session, actor, session_id, mentor_id, data, if_match, now=now)
    return resource(request, await get_session(SessionReads(session), actor, session_id))


@delete(
    "/{session_id:uuid}/mentors/{mentor_id:uuid}",
    operation_id="removeSessionMentor",
    guards=[MANAGE],
    opt={"errors": ("referenced", "business_rule_failed")},
)
async def remove_mentor(
    session: Given[AsyncSession],
    actor: Given[Actor],
    if_match: Given[IfMatch],
    session_id: FromPath[UUID],
    mentor_id: FromPath[UUID],
) -> None:
    """Take a mentor out of a session that is ahead. If-Match is that of the session."""
    await remove_part(session, actor, session_id, mentor_id, if_match)


session_mentor_handlers = [set_mentor, remove_mentor]
