"""Changing a mentor's part in a session: by staff, and by mentors their own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.errors import DomainError, WrongFields, wrong_field
from incubator.mentoring.mentors import sight as mentors_sight
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.models import Consultation, check_came
from incubator.mentoring.sessions import rules
from incubator.mentoring.sessions.actions import (
    append_transition,
    count_revision,
    facts_of,
    is_staff_of,
    lock_session,
    own_part,
    parts_of,
    report_part,
    set_part,
    standing_consultations,
    standing_moves,
)
from incubator.mentoring.sessions.models import (
    MentorAttendance,
    MentoringSession,
    SessionAction,
    SessionMentor,
    SessionStatus,
)
from incubator.mentoring.sessions.parts.schemas import PartPut


async def put_part(
    session: AsyncSession,
    actor: Actor,
    session_id: UUID,
    mentor_id: UUID,
    data: PartPut,
    if_match: IfMatch,
    *,
    now: datetime,
) -> None:
    """Add a mentor to a session, or change what is said of one who is there."""
    actor.require(Permission.mentoring_manage, Permission.mentoring_log)
    meeting = await lock_session(session, actor, session_id)
    await _require_right(session, actor, meeting, mentor_id, data)
    part = await session.get(SessionMentor, (meeting.id, mentor_id))
    if part is None:
        await _require_mentor(session, actor, mentor_id)
    if_match.check(meeting.version)
    if not (part and part.attendance == MentorAttendance.expected):
        await _require_time(session, actor, meeting, data, now=now)
    before = part and facts_of(part)
    if part is None:
        part = await _add_part(session, meeting, mentor_id, data)
    if data.attendance is not UNSET and part.attendance != data.attendance:
        check_came(part.attendance, by_staff=is_staff_of(actor, meeting))
    await _check(session, meeting, part, data, now=now)
    if data.role is not UNSET:
        part.role = data.role.value
    _report(part, data)
    if meeting.status == SessionStatus.held:
        rules.check_attendance((await parts_of(session, meeting)).values())
    facts = {"before": before, "after": facts_of(part)}
    if data.reason is not UNSET:
        await append_transition(
            session, actor, meeting, SessionAction.correct, meeting.status, civil_day(now),
            reason=data.reason, details=facts, recorded_at=now,
        )  # fmt: skip
    await _record(session, actor, meeting, "set_mentor", **facts)


async def remove_part(
    session: AsyncSession, actor: Actor, session_id: UUID, mentor_id: UUID, if_match: IfMatch
) -> None:
    """Take a mentor out of a session that is ahead; 409 where a consultation, even a voided one, refers to them."""
    actor.require(Permission.mentoring_manage)
    meeting = await lock_session(session, actor, session_id)
    if not is_staff_of(actor, meeting):
        raise DomainError("forbidden")
    part = await session.get(SessionMentor, (meeting.id, mentor_id))
    if part is None:
        raise DomainError("not_found")
    if_match.check(meeting.version)
    rules.check_ahead(meeting)
    spoke = select(Consultation.id).where(Consultation.session_id == meeting.id, Consultation.mentor_id == mentor_id)
    if await session.scalar(spoke.limit(1)) is not None:
        raise DomainError("referenced")
    await session.delete(part)
    await _record(session, actor, meeting, "remove_mentor", before=facts_of(part), after=None)


async def _require_right(
    session: AsyncSession, actor: Actor, meeting: MentoringSession, mentor_id: UUID, data: PartPut
) -> None:
    """Staff of the place may say everything; a mentor, how it went for themselves."""
    if is_staff_of(actor, meeting):
        return
    mine = await own_part(session, actor, meeting)
    if mine is None or mine.mentor_id != mentor_id or data.role not in (UNSET, mine.role):
        raise DomainError("forbidden")


async def _require_time(
    session: AsyncSession, actor: Actor, meeting: MentoringSession, data: PartPut, *, now: datetime
) -> None:
    """Once a session is reported, the days run in which its mentors change what was said of them. Of whom nothing was
    said yet may tell later too."""
    if meeting.status not in rules.REPORTED:
        return
    *_, report = await standing_moves(session, meeting)
    rules.check_part_editable(
        report.recorded_at, today=civil_day(now), by_staff=is_staff_of(actor, meeting),
        has_reason=data.reason is not UNSET,
    )  # fmt: skip


async def _require_mentor(session: AsyncSession, actor: Actor, mentor_id: UUID) -> None:
    query = mentors_sight.visible_mentors(mentors_sight.sight_of(actor)).where(Mentor.id == mentor_id)
    if await session.scalar(query, mentors_sight.sight_values(actor)) is None:
        raise DomainError("not_found")


async def _add_part(session: AsyncSession, meeting: MentoringSession, mentor_id: UUID, data: PartPut) -> SessionMentor:
    rules.check_table_open(meeting)
    if data.role is UNSET:
        raise wrong_field("/role", "required")
    return await set_part(session, meeting, mentor_id, data.role, attendance=MentorAttendance.expected)


async def _check(
    session: AsyncSession, meeting: MentoringSession, part: SessionMentor, data: PartPut, *, now: datetime
) -> None:
    """Attendance from the day on, minutes after the report, and no consultation by somebody who was not there."""
    attendance = part.attendance if data.attendance is UNSET else data.attendance
    given = _minutes(data)
    wrong = WrongFields()
    if attendance != MentorAttendance.attended:
        wrong.errors += rules.faults_of_minutes(data, "", given)
    elif meeting.status == SessionStatus.guests_absent:
        wrong.errors += rules.faults_of_minutes(data, "", given.keys() & {"contact_minutes"})
    if wrong.errors:
        raise DomainError("validation_failed", errors=wrong.errors)
    if given:
        rules.check_reported(meeting)
    if data.attendance is not UNSET:
        rules.check_happened(meeting, today=civil_day(now))
    if attendance != MentorAttendance.attended:
        rules.check_no_consultations(await standing_consultations(session, meeting, part.mentor_id))


def _report(part: SessionMentor, data: PartPut) -> None:
    attendance = MentorAttendance(part.attendance if data.attendance is UNSET else data.attendance)
    came = attendance is MentorAttendance.attended
    kept = {name: getattr(part, name) if came else 0 for name in rules.MINUTES}
    report_part(part, attendance, **kept | _minutes(data))


def _minutes(data: PartPut) -> dict[str, int]:
    """Those that are sent."""
    return {name: value for name in rules.MINUTES if (value := getattr(data, name)) is not UNSET}


async def _record(session: AsyncSession, actor: Actor, meeting: MentoringSession, action: str, **facts: Any) -> None:
    count_revision(meeting)
    record_audit(session, actor, action, "mentoring_session", meeting.id, **facts)
    await session.flush()
