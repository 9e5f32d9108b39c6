"""What staff does to attendance: enter paper lists, strike somebody out and take that back."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.errors import DomainError
from incubator.events.access import lock_event, require_at_sites
from incubator.events.attendance.entering import Entered, Line, enter_lines, require_open
from incubator.events.attendance.models import Attendance
from incubator.events.attendance.queries import is_this, visible_attendances
from incubator.events.attendance.schemas import (
    AttendanceMove,
    LineResult,
    PaperLine,
    PaperList,
    PaperListOut,
    VoidAttendance,
)
from incubator.events.sight import sight_of, sight_values
from incubator.text import clean


async def record_attendances(
    session: AsyncSession, actor: Actor, event_id: UUID, data: PaperList, *, now: datetime
) -> PaperListOut:
    """Enter all lines, at sites of the actor's."""
    actor.require(Permission.events_manage)
    event = await lock_event(session, actor, event_id, share=True)
    pointers: dict[UUID, list[str]] = {}
    for number, item in enumerate(data.items):
        pointers.setdefault(item.site_id, []).append(f"/items/{number}/site_id")
    await require_at_sites(session, actor, event, pointers, pointers)
    require_open(event, "record_attendances")
    lines = [_line(number, item) for number, item in enumerate(data.items)]
    entered = await enter_lines(session, actor, event, lines, now=now)
    record_audit(session, actor, "record_attendances", "event", event.id, items=len(entered))
    await session.flush()
    return PaperListOut([_result(one) for one in entered])


async def look_again(session: AsyncSession, actor: Actor, event_id: UUID, answer: bytes) -> None:
    """Before the answer is given once more: 403 or 404 for who may no longer enter attendance there."""
    items = msgspec.json.decode(answer, type=PaperListOut).items
    event = await lock_event(session, actor, event_id, share=True)
    await require_at_sites(session, actor, event, {item.site_id for item in items})


async def move_attendance(
    session: AsyncSession, actor: Actor, event_id: UUID, session_id: UUID, person_id: UUID,
    move: AttendanceMove, if_match: IfMatch, *, now: datetime,
) -> None:  # fmt: skip
    """Strike somebody out, or take that back. Later scans change neither."""
    actor.require(Permission.events_manage)
    event = await lock_event(session, actor, event_id, share=True)
    row = await _lock(session, actor, event_id, session_id, person_id)
    await require_at_sites(session, actor, event, [row.site_id])
    if_match.check(row.version)
    require_open(event, "void_attendance")
    if isinstance(move, VoidAttendance):
        row.void(clean(move.reason), now=now)
    else:
        row.restore()
    name = str(type(move).__struct_config__.tag)
    about = {"event_id": str(event_id), "session_id": str(session_id)}
    record_audit(session, actor, f"{name}_attendance", "person", person_id, **about)
    await session.flush()


async def _lock(session: AsyncSession, actor: Actor, event_id: UUID, session_id: UUID, person_id: UUID) -> Attendance:
    query = visible_attendances(sight_of(actor)).where(is_this()).with_for_update(of=Attendance)
    values = {**sight_values(actor), "event_id": event_id, "session_id": session_id, "person_id": person_id}
    row = await session.scalar(query, values)
    if row is None:
        raise DomainError("not_found")
    return row


def _line(number: int, item: PaperLine) -> Line:
    return Line(
        pointer=f"/items/{number}",
        site_id=item.site_id,
        registration_id=item.registration_id,
        person=item.person,
        locality_code=item.locality_code,
        at=item.at,
        new_person=item.new_person,
    )


def _result(one: Entered) -> LineResult:
    result: Literal["checked_in", "already_checked_in"] = "checked_in" if one.is_news else "already_checked_in"
    doubtful = one.resembles is not None
    return LineResult(one.site.session_id, one.site.id, one.person_id, result, doubtful, one.resembles or [])
