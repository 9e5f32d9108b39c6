"""`/v1/events/{id}/attendances`, and one person at one session."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import KEYED, LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.events.attendance.actions import look_again, move_attendance, record_attendances
from incubator.events.attendance.queries import get_attendance, list_attendances
from incubator.events.attendance.schemas import (
    AttendanceMove,
    AttendanceOut,
    AttendanceQuery,
    AttendanceRow,
    PaperList,
    PaperListOut,
)
from incubator.idempotency import Once
from incubator.paging import Page

READ = Requires(Permission.events_read, Permission.events_read_led)
MANAGE = Requires(Permission.events_manage)
ONE = "/{event_id:uuid}/sessions/{session_id:uuid}/attendances/{person_id:uuid}"


@get(
    "/{event_id:uuid}/attendances",
    operation_id="listAttendances",
    guards=[READ],
    dependencies={"filters": Query(AttendanceQuery)},
    opt=LIST,
)
async def attendances(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    event_id: FromPath[UUID],
    filters: Given[AttendanceQuery],
) -> Response[Page[AttendanceRow]]:
    """List who was at an event, session by session. The officers of its place and who leads a session see all of them,
    others those at their sites and those of their communes."""
    return await listed(request, reads, await list_attendances(reads, actor, event_id, filters), filters)


@post(
    "/{event_id:uuid}/attendances",
    operation_id="recordAttendances",
    guards=[MANAGE],
    status_code=200,
    opt=KEYED | {"errors": ("invalid_transition",)},
)
async def record(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    event_id: FromPath[UUID],
    data: JSONBody[PaperList],
) -> Response[PaperListOut]:
    """Enter who was there from paper lists: up to 500 lines, all of them or none. Who is named by a
    registration or an id counts once, whatever phones saw of them. Who is written by name is taken to be the person who
    is at that session already with the same name, birth year and commune, unless the line says `new_person`; without a
    birth year nobody is recognised, and a list that is sent twice under two keys enters them twice."""
    act = partial(record_attendances, session, actor, event_id, data, now=now)
    return await once.answer_many(act, partial(look_again, session, actor, event_id))


@get(ONE, operation_id="getAttendance", guards=[READ])
async def attendance(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    event_id: FromPath[UUID],
    session_id: FromPath[UUID],
    person_id: FromPath[UUID],
) -> Response[AttendanceOut]:
    """Read when a person was at a session. Its ETag is what striking them out asks for."""
    found = await get_attendance(reads, actor, event_id, session_id, person_id)
    return resource(request, found, version=found.version)


@post(f"{ONE}/transitions", operation_id="moveAttendance", guards=[MANAGE], status_code=200)
async def move(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    event_id: FromPath[UUID],
    session_id: FromPath[UUID],
    person_id: FromPath[UUID],
    data: JSONBody[AttendanceMove],
) -> Response[AttendanceOut]:
    """Strike somebody out who was not there, or take that back. Scans that arrive later change neither."""
    await move_attendance(session, actor, event_id, session_id, person_id, data, if_match, now=now)
    found = await get_attendance(SessionReads(session), actor, event_id, session_id, person_id)
    return resource(request, found, version=found.version)


attendance_handlers = [attendances, record, attendance, move]
