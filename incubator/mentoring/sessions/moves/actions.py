"""The moves of a session, one function each: who may make it, the guard, the move, the row of history."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day, fault_of_day
from incubator.errors import DomainError, FieldError, WrongFields
from incubator.mentoring.sessions import rules
from incubator.mentoring.sessions.actions import (
    append_transition,
    facts_of,
    is_staff_of,
    lock_session,
    own_part,
    parts_of,
    report_part,
    set_part,
    sign_in,
    standing_consultations,
    standing_moves,
)
from incubator.mentoring.sessions.guests.actions import shown_guests
from incubator.mentoring.sessions.lookups import find_mentors, missing, repeated
from incubator.mentoring.sessions.models import (
    NEXT,
    SEATED,
    GuestStatus,
    MentorAttendance,
    MentoringSession,
    MentorRole,
    SessionAction,
    SessionMentor,
    SessionParticipant,
)
from incubator.mentoring.sessions.moves import schemas as moves


class Step:
    """One move under way: who makes it, on which locked session with which mentors."""

    def __init__(
        self, session: AsyncSession, actor: Actor, meeting: MentoringSession, data: Any, *, now: datetime
    ) -> None:
        self.session = session
        self.actor = actor
        self.meeting = meeting
        self.data = data
        self.now = now
        self.today = civil_day(now)
        self.parts: dict[UUID, SessionMentor] = {}

    async def to(self, action: SessionAction, day: date, *, held_on: date | None = None, **details: Any) -> None:
        """Move, and write the row of history."""
        before = self.meeting.status
        self.meeting.move_to(action, held_on=held_on, today=self.today, now=self.now)
        reason = getattr(self.data, "reason", None)
        await append_transition(
            self.session, self.actor, self.meeting, action, before, day,
            reason=reason, details=details, recorded_at=self.now,
        )  # fmt: skip

    async def take_back_sign_ins(self, told: Mapping[str, list[str]] | None) -> None:
        """What a report said of participants no longer holds. One that was logged by a mentor names nobody: then
        everybody who came is expected again, which takes no other seat."""
        of_session = SessionParticipant.session_id == self.meeting.id
        guests = await self.session.scalars(select(SessionParticipant).where(of_session))
        for guest in sorted(guests, key=lambda guest: guest.is_seated, reverse=True):
            if told is not None and str(guest.id) in told:
                sign_in(self.meeting, guest, GuestStatus(told[str(guest.id)][0]))
            elif told is None and guest.status == GuestStatus.attended:
                sign_in(self.meeting, guest, GuestStatus.registered)

    async def guests_who_came(self) -> int:
        came = select(func.count()).where(
            SessionParticipant.session_id == self.meeting.id, SessionParticipant.status == GuestStatus.attended.value
        )
        return await self.session.scalar(came) or 0


async def move_session(
    session: AsyncSession, actor: Actor, session_id: UUID, data: moves.SessionMove, if_match: IfMatch, *, now: datetime
) -> UUID:
    """Make one move. First the row (404), then the right (403), its version (412) and the guard (409, 422)."""
    action = SessionAction(str(data.__struct_config__.tag))
    actor.require(*_permissions(action))
    meeting = await lock_session(session, actor, session_id)
    await _require_right(session, actor, meeting, action)
    if_match.check(meeting.version)
    if action is not SessionAction.void:
        meeting.require_step(action)
    step = Step(session, actor, meeting, data, now=now)
    step.parts = await parts_of(session, meeting)
    await STEPS[type(data)](step)
    record_audit(session, actor, action.value, "mentoring_session", meeting.id, status=meeting.status)
    await session.flush()
    return meeting.id


async def _confirm(step: Step) -> None:
    await step.to(SessionAction.confirm, step.today)


async def _hold(step: Step) -> None:
    """Who is not spoken of stays expected: a mentor may enter their own minutes later."""
    day = step.meeting.planned_on if step.data.occurred_on is UNSET else step.data.occurred_on
    guests = await _look_up_report(step, day)
    for report in step.data.mentors:
        await _report(step, report)
    rules.check_attendance(step.parts.values())
    told = {}
    for item in sorted(step.data.sign_ins, key=lambda item: item.status in SEATED):
        guest = guests[item.participant_id]
        told[str(guest.id)] = [guest.status, item.status.value]
        sign_in(step.meeting, guest, item.status)
    await step.to(SessionAction.hold, day, held_on=day, sign_ins=told)


async def _cancel(step: Step) -> None:
    _clear(step, MentorAttendance.expected)
    await step.to(SessionAction.cancel, step.today)


async def _mentor_absent(step: Step) -> None:
    rules.check_day_came(step.meeting, today=step.today)
    rules.check_no_mentor_came(step.parts.values())
    _clear(step, MentorAttendance.absent)
    await step.to(SessionAction.mentor_absent, step.meeting.planned_on)


async def _guests_absent(step: Step) -> None:
    rules.check_day_came(step.meeting, today=step.today)
    rules.check_no_guest_came(await step.guests_who_came())
    named = {f"/mentors/{number}/mentor_id": waited.mentor_id for number, waited in enumerate(step.data.mentors)}
    if errors := [*repeated(named), *missing(named, step.parts)]:
        raise DomainError("validation_failed", errors=errors)
    for waited in step.data.mentors:
        report_part(
            step.parts[waited.mentor_id], MentorAttendance.attended,
            contact_minutes=0, preparation_minutes=waited.preparation_minutes, travel_minutes=waited.travel_minutes,
        )  # fmt: skip
    await step.to(SessionAction.guests_absent, step.meeting.planned_on)


async def _void(step: Step) -> None:
    """The last move that still holds is taken back, and with it what it said of mentors and participants."""
    *before, last = await standing_moves(step.session, step.meeting)
    rules.check_voidable(SessionAction(last.action))
    rules.check_no_consultations(await standing_consultations(step.session, step.meeting))
    if last.action == SessionAction.hold:
        await step.take_back_sign_ins(last.details.get("sign_ins"))
    details = {"mentors": [facts_of(part) for part in step.parts.values()]}
    _clear(step, MentorAttendance.expected)
    step.meeting.take_back(before[-1].to_status, step.now)
    await append_transition(
        step.session, step.actor, step.meeting, SessionAction.void, last.to_status, step.today,
        reason=step.data.reason, details=details, voids_id=last.id, recorded_at=step.now,
    )  # fmt: skip


STEPS: dict[type[Any], Callable[[Step], Awaitable[None]]] = {
    moves.ConfirmSession: _confirm,
    moves.HoldSession: _hold,
    moves.CancelSession: _cancel,
    moves.ReportMentorAbsent: _mentor_absent,
    moves.ReportGuestsAbsent: _guests_absent,
    moves.VoidSessionMove: _void,
}


def _permissions(action: SessionAction) -> tuple[Permission, ...]:
    return NEXT[action].permissions if action in NEXT else (Permission.mentoring_manage,)


async def _require_right(session: AsyncSession, actor: Actor, meeting: MentoringSession, action: SessionAction) -> None:
    """Staff of the place, or for some moves a mentor of the session; 403 for others who see it."""
    if is_staff_of(actor, meeting):
        return
    if Permission.mentoring_log not in _permissions(action) or await own_part(session, actor, meeting) is None:
        raise DomainError("forbidden")


async def _look_up_report(step: Step, day: date) -> Mapping[UUID, SessionParticipant]:
    """Everything that is wrong with a report, at once; then the participants of whom it speaks."""
    wrong = WrongFields(fault_of_day(day, "/occurred_on"))
    named = {f"/mentors/{number}/mentor_id": report.mentor_id for number, report in enumerate(step.data.mentors)}
    wrong.errors += repeated(named)
    strangers = {pointer: mentor_id for pointer, mentor_id in named.items() if mentor_id not in step.parts}
    await wrong.gather(find_mentors(step.session, step.actor, strangers))
    for number, report in enumerate(step.data.mentors):
        wrong.errors += _faults(report, f"/mentors/{number}", is_new=report.mentor_id not in step.parts)
    guest_ids = {f"/sign_ins/{n}/participant_id": item.participant_id for n, item in enumerate(step.data.sign_ins)}
    guests = await shown_guests(step.session, step.actor, step.meeting, guest_ids.values())
    wrong.errors += [*repeated(guest_ids), *missing(guest_ids, guests)]
    if wrong.errors:
        raise DomainError("validation_failed", errors=wrong.errors)
    return guests


def _faults(report: moves.MentorReport, pointer: str, *, is_new: bool) -> list[FieldError]:
    """Minutes are of those who came, and who was not expected has a role."""
    came = report.attendance == MentorAttendance.attended
    errors = [] if came else rules.faults_of_minutes(report, pointer)
    if came and report.contact_minutes is UNSET:
        errors.append(FieldError(code="required", pointer=f"{pointer}/contact_minutes"))
    if is_new and report.role is UNSET:
        errors.append(FieldError(code="required", pointer=f"{pointer}/role"))
    return errors


async def _report(step: Step, report: moves.MentorReport) -> None:
    attendance = MentorAttendance(report.attendance)
    role = MentorRole.support if report.role is UNSET else report.role
    part = step.parts.get(report.mentor_id)
    if part is None:
        part = await set_part(step.session, step.meeting, report.mentor_id, role, attendance=attendance)
        step.parts[report.mentor_id] = part
    if report.role is not UNSET:
        part.role = report.role.value
    report_part(
        part, attendance, contact_minutes=0 if report.contact_minutes is UNSET else report.contact_minutes,
        preparation_minutes=report.preparation_minutes, travel_minutes=report.travel_minutes,
    )  # fmt: skip


def _clear(step: Step, attendance: MentorAttendance) -> None:
    """Nobody was there, so nobody has minutes."""
    for part in step.parts.values():
        report_part(part, attendance, contact_minutes=0, preparation_minutes=0, travel_minutes=0)
