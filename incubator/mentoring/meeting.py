"""What a log does to its session: held, with the mentor's minutes and who came; a new one where there was none."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import and_, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.mentoring.models import ConsultationWarning, check_came, check_session_fits, last_day_of_edits
from incubator.mentoring.occasions import Occasion, find_session, planned_beside
from incubator.mentoring.programmes.models import TABLES, ProgrammeKind
from incubator.mentoring.schemas import ConsultationCreate, WarningOut
from incubator.mentoring.sessions.actions import append_transition, count_revision, seat_guests, set_part
from incubator.mentoring.sessions.models import (
    AHEAD,
    SEATED,
    GuestStatus,
    MentorAttendance,
    MentoringSession,
    MentorRole,
    Mode,
    SessionAction,
    SessionMentor,
    SessionParticipant,
    SessionStatus,
    SessionTransition,
)


class Met(msgspec.Struct, frozen=True):
    """What came of it: the session, locked and held, the mentor's minutes in it and how many of them are new, whether
    it was there before, and what to look at once more."""

    session: MentoringSession
    minutes: int
    added: int
    joined: bool
    warnings: list[WarningOut]


async def meet(
    session: AsyncSession,
    actor: Actor,
    occasion: Occasion,
    named: MentoringSession | None,
    data: ConsultationCreate,
    *,
    now: datetime,
) -> Met:
    """The mentor and those of the team who came met in a session: that one, one that is there, or a new one."""
    found = named if named or data.new_session else await find_session(session, occasion, now)
    if found is None:
        warnings = [] if data.new_session or occasion.programme else await planned_beside(session, actor, occasion)
        made = await _hold_new(session, actor, occasion, data, now=now)
        return Met(made, data.minutes, added=data.minutes, joined=False, warnings=warnings)
    check_session_fits(found, occasion.day)
    warnings = []
    if found.status in AHEAD:
        warnings += _other_day(found, occasion.day)
        await _hold(session, actor, found, occasion, data, now=now)
    count_revision(found)
    minutes, added = await _enter_part(session, occasion, found, data)
    warnings += await _enter_guests(session, actor, occasion, found)
    return Met(found, minutes, added=added, joined=True, warnings=warnings)


def _other_day(meeting: MentoringSession, day: date) -> list[WarningOut]:
    if meeting.planned_on == day:
        return []
    days = {"planned_on": meeting.planned_on.isoformat(), "held_on": day.isoformat()}
    return [WarningOut(ConsultationWarning.other_day, {**days})]


async def _hold(
    session: AsyncSession,
    actor: Actor,
    meeting: MentoringSession,
    occasion: Occasion,
    data: ConsultationCreate,
    *,
    now: datetime,
) -> None:
    """What was planned took place, on that day; where and how, whoever may tell."""
    before = meeting.status
    meeting.move_to(SessionAction.hold, held_on=occasion.day, today=occasion.today, now=now)
    if await _may_tell(session, occasion, meeting):
        meeting.mode = meeting.mode if data.mode is msgspec.UNSET else data.mode.value
        meeting.place = data.place or meeting.place
    await append_transition(session, actor, meeting, SessionAction.hold, before, occasion.day, recorded_at=now)


async def _may_tell(session: AsyncSession, occasion: Occasion, meeting: MentoringSession) -> bool:
    """A coffee may be another's table, at which the mentor turned up."""
    if occasion.by_staff or meeting.kind not in TABLES:
        return True
    own = (SessionMentor.session_id == meeting.id, SessionMentor.mentor_id == occasion.mentor_id)
    return bool(await session.scalar(select(exists().where(*own))))


async def _enter_part(
    session: AsyncSession, occasion: Occasion, meeting: MentoringSession, data: ConsultationCreate
) -> tuple[int, int]:
    """The mentor came, with these minutes or the greater ones that are there; which, and how many more than before.
    Who comes to a table with a lead is support."""
    parts = select(SessionMentor).where(SessionMentor.session_id == meeting.id)
    by_mentor = {part.mentor_id: part for part in await session.scalars(parts)}
    mine = by_mentor.get(occasion.mentor_id)
    check_came(mine.attendance if mine else None, by_staff=occasion.by_staff)
    if mine and not occasion.by_staff and await _are_minutes_closed(session, meeting, mine, occasion.today):
        return mine.contact_minutes, 0
    before = mine.contact_minutes if mine else 0
    has_lead = any(part.role == MentorRole.lead for part in by_mentor.values())
    part = await set_part(
        session, meeting, occasion.mentor_id, MentorRole.support if has_lead else MentorRole.lead,
        attendance=MentorAttendance.attended, contact_minutes=data.minutes,
        preparation_minutes=data.preparation_minutes, travel_minutes=data.travel_minutes,
    )  # fmt: skip
    return part.contact_minutes, part.contact_minutes - before


async def _are_minutes_closed(
    session: AsyncSession, meeting: MentoringSession, mine: SessionMentor, today: date
) -> bool:
    """What was said of a mentor's minutes stays after the days of edits, also beside a later log."""
    if mine.attendance != MentorAttendance.attended:
        return False
    t = SessionTransition
    told = select(func.max(t.recorded_at)).where(t.session_id == meeting.id, t.action == SessionAction.hold.value)
    told_at = await session.scalar(told)
    return told_at is not None and today > last_day_of_edits(told_at)


async def _enter_guests(
    session: AsyncSession, actor: Actor, occasion: Occasion, meeting: MentoringSession
) -> list[WarningOut]:
    """A capacity was a plan; it does not undo who was there."""
    person_ids, planned = occasion.guests, meeting.capacity
    if planned is not None:
        is_seated = and_(SessionParticipant.session_id == meeting.id, SessionParticipant.status.in_(SEATED))
        known = select(func.count()).where(is_seated, SessionParticipant.person_id.in_(person_ids))
        seated = await session.scalar(known) or 0
        meeting.capacity = max(planned, meeting.seats_taken + len(person_ids) - seated)
    people = dict.fromkeys(person_ids, occasion.project.id)
    await seat_guests(session, actor, meeting, people, GuestStatus.attended)
    if meeting.capacity is None or meeting.capacity == planned:
        return []
    return [WarningOut(ConsultationWarning.capacity_raised, {"capacity": meeting.capacity})]


async def _hold_new(
    session: AsyncSession, actor: Actor, occasion: Occasion, data: ConsultationCreate, *, now: datetime
) -> MentoringSession:
    """A session that nobody had planned, each kind of row in one statement because a phone waits for it. Its history
    begins like that of every other, so that it can be taken back."""
    meeting = _new(occasion, data, now)
    meeting.move_to(SessionAction.hold, held_on=occasion.day, today=occasion.today, now=now)
    session.add(meeting)
    await session.flush()
    steps = insert(SessionTransition).execution_options(render_nulls=True)
    await session.execute(steps, _steps(actor, occasion, meeting, now))
    part = {
        "session_id": meeting.id, "mentor_id": occasion.mentor_id, "role": MentorRole.lead,
        "attendance": MentorAttendance.attended, "contact_minutes": data.minutes,
        "preparation_minutes": data.preparation_minutes, "travel_minutes": data.travel_minutes,
    }  # fmt: skip
    await session.execute(insert(SessionMentor), [part])
    guest = {
        "session_id": meeting.id, "project_id": occasion.project.id, "status": GuestStatus.attended,
        "added_by_kind": actor.kind, "added_by_id": actor.id,
    }  # fmt: skip
    guests = [{**guest, "person_id": person_id} for person_id in occasion.guests]
    await session.execute(insert(SessionParticipant), guests)
    return meeting


def _steps(actor: Actor, occasion: Occasion, meeting: MentoringSession, now: datetime) -> list[dict[str, Any]]:
    same = {
        "session_id": meeting.id, "occurred_on": occasion.day, "recorded_at": now,
        "actor_kind": actor.kind, "actor_id": actor.id,
    }  # fmt: skip
    planned, held = SessionStatus.planned, SessionStatus.held
    return [
        {**same, "number": 1, "action": SessionAction.plan, "from_status": None, "to_status": planned},
        {**same, "number": 2, "action": SessionAction.hold, "from_status": planned, "to_status": held},
    ]


def _new(occasion: Occasion, data: ConsultationCreate, now: datetime) -> MentoringSession:
    """In the commune of the programme, or of the project where the programme is of a province or there is none."""
    programme, place = occasion.programme, occasion.project
    at = programme if programme and programme.locality_id != programme.province_id else place
    return MentoringSession(
        programme_id=programme.id if programme else None,
        kind=programme.kind if programme else ProgrammeKind.one_to_one.value,
        status=SessionStatus.planned.value, planned_on=occasion.day, minutes=data.minutes,
        mode=(Mode.in_person if data.mode is msgspec.UNSET else data.mode).value, place=data.place,
        locality_id=at.locality_id, province_id=at.province_id, seats_taken=len(occasion.guests), created_at=now,
    )  # fmt: skip
