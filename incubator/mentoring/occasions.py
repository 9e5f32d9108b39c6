"""Who met when, and which session that may have been: the one that a log names, or one that is there.

The project is locked already; here follow the programme of a coffee and the session, so that two who tell of the same
meeting at once tell of one session.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, DateTime, Select, Uuid, and_, exists, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import param
from incubator.errors import wrong_field
from incubator.mentoring.models import Consultation, ConsultationWarning
from incubator.mentoring.programmes.models import TABLES, Programme
from incubator.mentoring.schemas import WarningOut
from incubator.mentoring.sessions.lookups import find_programme
from incubator.mentoring.sessions.models import (
    AHEAD,
    SEATED,
    MentorAttendance,
    MentoringSession,
    SessionMentor,
    SessionParticipant,
    SessionStatus,
)
from incubator.mentoring.sight import Sight, is_session_seen, sight_of, sight_values
from incubator.projects.models import Project

EARLY = timedelta(hours=2)
"""So long before its time a planned session may have begun."""


class Occasion(msgspec.Struct, frozen=True):
    """Who met when: what decides which session it was."""

    project: Project
    programme: Programme | None
    mentor_id: UUID
    guests: tuple[UUID, ...]
    day: date
    today: date
    by_staff: bool


async def lock_named(session: AsyncSession, actor: Actor, session_id: UUID | None) -> MentoringSession | None:
    """The session that a body names at /session_id, seen by the actor and locked."""
    if session_id is None:
        return None
    query = select(MentoringSession).where(is_session_seen(sight_of(actor)), MentoringSession.id == session_id)
    meeting = await session.scalar(query.with_for_update(of=MentoringSession), sight_values(actor))
    if meeting is None:
        raise wrong_field("/session_id", "not_found")
    return meeting


async def lock_programme(
    session: AsyncSession, programme_id: UUID | None, project: Project | None, *, new_session: bool
) -> Programme | None:
    """The programme that a body names, one that serves the project. A coffee is locked, because its
    projects look for one session between them; planning a session of it goes on beside that."""
    if programme_id is None:
        return None
    programme = await find_programme(session, programme_id)
    if project and not await _serves(session, programme, project):
        raise wrong_field("/programme_id", "not_found")
    if programme.kind in TABLES and not new_session:
        await session.execute(select(Programme.id).where(Programme.id == programme.id).with_for_update(key_share=True))
    return programme


async def _serves(session: AsyncSession, programme: Programme, project: Project) -> bool:
    """Of its commune or province, or at one of its tables by invitation."""
    if programme.serves(province_id=project.province_id, commune_id=project.locality_id):
        return True
    invited = exists().where(MentoringSession.programme_id == programme.id, _has_sat(project.id))
    return bool(await session.scalar(select(invited)))


async def find_session(session: AsyncSession, occasion: Occasion, now: datetime) -> MentoringSession | None:
    """The session of that day and programme, or of none, at which the project sat; at a coffee that of its table."""
    programme = occasion.programme
    values = {
        "project_id": occasion.project.id, "mentor_id": occasion.mentor_id, "day": occasion.day, "soon": now + EARLY,
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
    is_of_day = _is_of(param("day", Date), param("soon", DateTime(timezone=True)))
    return (
        select(s)
        .where(of_programme, is_of_day, true() if at_table else sat)
        .order_by(sat.desc(), is_own.desc(), s.id)
        .limit(1)
        .with_for_update(of=s)
    )


def _is_of(day: Any, soon: Any) -> ColumnElement[bool]:
    """Held on that day, or planned for it; but who tells in the morning does not tell of the evening."""
    s = MentoringSession
    has_begun = or_(s.starts_at.is_(None), s.starts_at <= soon)
    is_planned = and_(s.status.in_(AHEAD), s.planned_on == day, has_begun)
    return or_(is_planned, and_(s.status == SessionStatus.held.value, s.held_on == day))


def _has_sat(project_id: Any) -> ColumnElement[bool]:
    """Whether somebody of the project came or is awaited, or it was advised there."""
    guest, told = aliased(SessionParticipant), aliased(Consultation)
    is_there = and_(guest.session_id == MentoringSession.id, guest.status.in_(SEATED))
    was_advised = and_(told.session_id == MentoringSession.id, told.voided_at.is_(None))
    return or_(
        exists().where(is_there, guest.project_id == project_id),
        exists().where(was_advised, told.project_id == project_id),
    )


async def planned_beside(session: AsyncSession, actor: Actor, occasion: Occasion) -> list[WarningOut]:
    """A session of a programme at which the project or the mentor is awaited that day: the log may be about that one,
    and have left its programme out."""
    values = {
        **sight_values(actor), "project_id": occasion.project.id, "mentor_id": occasion.mentor_id, "day": occasion.day,
    }  # fmt: skip
    row = (await session.execute(_awaited(sight_of(actor)), values)).one_or_none()
    if row is None:
        return []
    return [WarningOut(ConsultationWarning.planned_session, {"session_id": str(row[0]), "programme": row[1]})]


@lru_cache
def _awaited(sight: Sight) -> Select[UUID, str]:
    """Kept like `_met`. Of several, the one at which the project has a seat."""
    s, part = MentoringSession, aliased(SessionMentor)
    is_expected = and_(part.mentor_id == param("mentor_id", Uuid), part.attendance == MentorAttendance.expected.value)
    sat = _has_sat(param("project_id", Uuid))
    return (
        select(s.id, Programme.title)
        .join(Programme, Programme.id == s.programme_id)
        .where(s.status.in_(AHEAD), s.planned_on == param("day", Date), is_session_seen(sight))
        .where(or_(sat, exists().where(part.session_id == s.id, is_expected)))
        .order_by(sat.desc(), s.id)
        .limit(1)
    )
