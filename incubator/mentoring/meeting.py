"""Which session a log belongs to: the one that it names, one that is there, or a new one.

The project is locked already; here follow the programme of a coffee and the session, so that two who tell of the same
meeting at once tell of one session.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, Select, Uuid, and_, exists, func, insert, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import param
from incubator.errors import wrong_field
from incubator.mentoring.models import Consultation, check_attendance, check_session_fits
from incubator.mentoring.programmes.models import TABLES, Programme, ProgrammeKind
from incubator.mentoring.schemas import ConsultationCreate
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
from incubator.mentoring.sight import is_session_seen, sight_of, sight_values
from incubator.projects.models import Project


class Occasion(msgspec.Struct, frozen=True):
    """Who met when: what decides which session it was."""

    project: Project
    programme: Programme | None
    mentor_id: UUID
    guests: tuple[UUID, ...]
    day: date
    today: date
    by_staff: bool


class Met(msgspec.Struct, frozen=True):
    """What came of it: the session, locked and held, the mentor's minutes in it, and whether it was there before."""

    session: MentoringSession
    minutes: int
    joined: bool


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
    found = named if named or data.new_session else await _find(session, occasion)
    if found is None:
        return Met(await _hold_new(session, actor, occasion, data, now=now), data.minutes, joined=False)
    check_session_fits(found, occasion.day)
    if found.status in AHEAD:
        await _hold(session, actor, found, occasion, data, now=now)
    count_revision(found)
    part = await _enter_part(session, occasion, found, data)
    await _enter_guests(session, actor, occasion, found)
    return Met(found, part.contact_minutes, joined=True)


async def lock_named(session: AsyncSession, actor: Actor, session_id: UUID | None) -> MentoringSession | None:
    """The session that a body names at /session_id, seen by the actor and locked."""
    if session_id is None:
        return None
    query = select(MentoringSession).where(is_session_seen(sight_of(actor)), MentoringSession.id == session_id)
    meeting = await session.scalar(query.with_for_update(of=MentoringSession), sight_values(actor))
    if meeting is None:
        raise wrong_field("/session_id", "not_found")
    return meeting


async def lock_programme(session: AsyncSession, programme_id: UUID | None, *, new_session: bool) -> Programme | None:
    """The programme that a body names. A coffee is locked, because its projects look for one session between them;
    planning a session of it goes on beside that."""
    if programme_id is None:
        return None
    programme = await session.get(Programme, programme_id)
    if programme is None:
        raise wrong_field("/programme_id", "not_found")
    if programme.kind in TABLES and not new_session:
        await session.execute(select(Programme.id).where(Programme.id == programme.id).with_for_update(key_share=True))
    return programme


async def _find(session: AsyncSession, occasion: Occasion) -> MentoringSession | None:
    """The session of that day and programme, or of none, at which the project sat; at a coffee that of its table."""
    programme = occasion.programme
    values = {
        "project_id": occasion.project.id, "mentor_id": occasion.mentor_id, "day": occasion.day,
        "programme_id": programme.id if programme else None,
    }  # fmt: skip
    at_table = programme is not None and programme.kind in TABLES
    return await session.scalar(_met(at_table=at_table, in_programme=programme is not None), values)


@lru_cache
def _met(*, at_table: bool, in_programme: bool) -> Select[MentoringSession]:
    s = MentoringSession
    own = aliased(SessionMentor)
    is_own = exists().where(own.session_id == s.id, own.mentor_id == param("mentor_id", Uuid))
    sat = _has_sat(param("project_id", Uuid))
    of_programme = s.programme_id == param("programme_id", Uuid) if in_programme else s.programme_id.is_(None)
    return (
        select(s)
        .where(of_programme, _is_of(param("day", Date)), true() if at_table else sat)
        .order_by(sat.desc(), is_own.desc(), s.id)
        .limit(1)
        .with_for_update(of=s)
    )


def _is_of(day: Any) -> ColumnElement[bool]:
    s = MentoringSession
    return or_(
        and_(s.status.in_(AHEAD), s.planned_on == day), and_(s.status == SessionStatus.held.value, s.held_on == day)
    )


def _has_sat(project_id: Any) -> ColumnElement[bool]:
    """Whether somebody of the project came or is awaited, or it was advised there."""
    guest, told = aliased(SessionParticipant), aliased(Consultation)
    is_there = and_(guest.session_id == MentoringSession.id, guest.status.in_(SEATED))
    was_advised = and_(told.session_id == MentoringSession.id, told.voided_at.is_(None))
    return or_(
        exists().where(is_there, guest.project_id == project_id),
        exists().where(was_advised, told.project_id == project_id),
    )


async def _hold(
    session: AsyncSession,
    actor: Actor,
    meeting: MentoringSession,
    occasion: Occasion,
    data: ConsultationCreate,
    *,
    now: datetime,
) -> None:
    """What was planned took place, on that day and as the log says."""
    before = meeting.status
    meeting.move_to(SessionAction.hold, held_on=occasion.day, today=occasion.today, now=now)
    meeting.mode = meeting.mode if data.mode is msgspec.UNSET else data.mode.value
    meeting.place = data.place or meeting.place
    await append_transition(session, actor, meeting, SessionAction.hold, before, occasion.day)


async def _enter_part(
    session: AsyncSession, occasion: Occasion, meeting: MentoringSession, data: ConsultationCreate
) -> SessionMentor:
    """The mentor came, with these minutes or the greater ones that are there. Who comes to a table with a lead is
    support."""
    parts = select(SessionMentor).where(SessionMentor.session_id == meeting.id)
    by_mentor = {part.mentor_id: part for part in await session.scalars(parts)}
    mine = by_mentor.get(occasion.mentor_id)
    check_attendance(mine.attendance if mine else None, by_staff=occasion.by_staff)
    has_lead = any(part.role == MentorRole.lead for part in by_mentor.values())
    return await set_part(
        session, meeting, occasion.mentor_id, MentorRole.support if has_lead else MentorRole.lead,
        attendance=MentorAttendance.attended, contact_minutes=data.minutes,
        preparation_minutes=data.preparation_minutes, travel_minutes=data.travel_minutes,
    )  # fmt: skip


async def _enter_guests(session: AsyncSession, actor: Actor, occasion: Occasion, meeting: MentoringSession) -> None:
    """A capacity was a plan; it does not undo who was there."""
    person_ids = occasion.guests
    if meeting.capacity is not None:
        is_seated = and_(SessionParticipant.session_id == meeting.id, SessionParticipant.status.in_(SEATED))
        known = select(func.count()).where(is_seated, SessionParticipant.person_id.in_(person_ids))
        seated = await session.scalar(known) or 0
        meeting.capacity = max(meeting.capacity, meeting.seats_taken + len(person_ids) - seated)
    people = dict.fromkeys(person_ids, occasion.project.id)
    await seat_guests(session, actor, meeting, people, GuestStatus.attended)


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
    await session.execute(steps, _steps(actor, occasion, meeting))
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


def _steps(actor: Actor, occasion: Occasion, meeting: MentoringSession) -> list[dict[str, Any]]:
    same = {
        "session_id": meeting.id, "occurred_on": occasion.day, "actor_kind": actor.kind, "actor_id": actor.id,
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
