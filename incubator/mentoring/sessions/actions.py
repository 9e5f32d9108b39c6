"""What everybody does who changes a session: lock it, ask who may, write its rows. Planning is in `planning.py`.

What writes rows takes a session that the caller has locked.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from incubator.actor import Actor, Permission
from incubator.errors import DomainError
from incubator.histories import standing
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.models import Consultation
from incubator.mentoring.sessions.models import (
    MOVING_NOTHING,
    SEATED,
    GuestStatus,
    MentorAttendance,
    MentoringSession,
    MentorRole,
    SessionAction,
    SessionMentor,
    SessionParticipant,
    SessionTransition,
)
from incubator.mentoring.sight import is_session_seen, sight_of, sight_values


async def lock_session(session: AsyncSession, actor: Actor, session_id: UUID) -> MentoringSession:
    """The session, seen by the actor and locked to the end of the transaction; else 404."""
    query = select(MentoringSession).where(is_session_seen(sight_of(actor)), MentoringSession.id == session_id)
    meeting = await session.scalar(query.with_for_update(of=MentoringSession), sight_values(actor))
    if meeting is None:
        raise DomainError("not_found")
    return meeting


def is_staff_of(actor: Actor, meeting: MentoringSession) -> bool:
    """Whether the actor manages mentoring where the session is."""
    return actor.territory(Permission.mentoring_manage).covers(meeting.province_id, meeting.locality_id)


async def own_part(session: AsyncSession, actor: Actor, meeting: MentoringSession) -> SessionMentor | None:
    """The row of the actor as a mentor in the session."""
    if not actor.may(Permission.mentoring_log):
        return None
    mine = select(SessionMentor).join(Mentor, Mentor.id == SessionMentor.mentor_id)
    return await session.scalar(mine.where(SessionMentor.session_id == meeting.id, Mentor.account_id == actor.id))


async def parts_of(session: AsyncSession, meeting: MentoringSession) -> dict[UUID, SessionMentor]:
    """Every mentor's row, by the mentor."""
    query = select(SessionMentor).where(SessionMentor.session_id == meeting.id).order_by(SessionMentor.mentor_id)
    return {part.mentor_id: part for part in await session.scalars(query)}


def count_revision(meeting: MentoringSession) -> None:
    """A change of its mentors is one of the session: the flush writes its row and raises the version."""
    flag_modified(meeting, "minutes")


async def append_transition(
    session: AsyncSession,
    actor: Actor,
    meeting: MentoringSession,
    action: SessionAction,
    from_status: str | None,
    occurred_on: date,
    **more: Any,
) -> SessionTransition:
    """The row of history of a move that the session has just made."""
    last = select(func.max(SessionTransition.number)).where(SessionTransition.session_id == meeting.id)
    transition = SessionTransition(
        session_id=meeting.id, number=(await session.scalar(last) or 0) + 1, action=action.value,
        from_status=from_status, to_status=meeting.status, occurred_on=occurred_on,
        actor_kind=actor.kind, actor_id=actor.id, **more,
    )  # fmt: skip
    session.add(transition)
    await session.flush()
    return transition


async def standing_moves(session: AsyncSession, meeting: MentoringSession) -> list[SessionTransition]:
    """The moves that were not voided, in order; the voids themselves and corrections, which move nothing, left out."""
    rows = await session.scalars(
        select(SessionTransition).where(SessionTransition.session_id == meeting.id).order_by(SessionTransition.number)
    )
    return [row for row in standing(rows) if row.action not in MOVING_NOTHING]


async def seat_guests(
    session: AsyncSession,
    actor: Actor,
    meeting: MentoringSession,
    people: Mapping[UUID, UUID | None],
    status: GuestStatus,
) -> list[SessionParticipant]:
    """The participants of these persons, added or changed to the status; 409 where the seats do not suffice.

    `people` says for which project each person comes. Who is there for one already stays there for that one.
    """
    known = select(SessionParticipant).where(
        SessionParticipant.session_id == meeting.id, SessionParticipant.person_id.in_(list(people))
    )
    guests = {guest.person_id: guest for guest in await session.scalars(known)}
    seated = sum(guest.is_seated for guest in guests.values())
    for person_id, project_id in people.items():
        guest = guests.get(person_id)
        if guest is None:
            guest = guests[person_id] = SessionParticipant(
                session_id=meeting.id, person_id=person_id, project_id=project_id, status=status.value,
                added_by_kind=actor.kind, added_by_id=actor.id,
            )  # fmt: skip
            session.add(guest)
        guest.become(status, project_id)
    meeting.take_seats(sum(guest.is_seated for guest in guests.values()) - seated)
    await session.flush()
    return [guests[person_id] for person_id in people]


def sign_in(meeting: MentoringSession, guest: SessionParticipant, status: GuestStatus) -> None:
    """Somebody came, or did not; 409 where a seat is needed and none is left."""
    meeting.take_seats((status in SEATED) - guest.is_seated)
    guest.become(status, None)


async def set_part(
    session: AsyncSession,
    meeting: MentoringSession,
    mentor_id: UUID,
    role: MentorRole,
    *,
    attendance: MentorAttendance,
    contact_minutes: int = 0,
    preparation_minutes: int = 0,
    travel_minutes: int = 0,
) -> SessionMentor:
    """The mentor's row in the session: added with the role, or raised. A row that is there keeps its role, and the
    greater of each number of minutes, because a second message about a session is no second session."""
    part = await session.get(SessionMentor, (meeting.id, mentor_id))
    if part is None:
        part = SessionMentor(
            session_id=meeting.id, mentor_id=mentor_id, role=role.value,
            contact_minutes=0, preparation_minutes=0, travel_minutes=0,
        )  # fmt: skip
        session.add(part)
    part.attendance = attendance.value
    part.raise_minutes(contact_minutes, preparation_minutes, travel_minutes)
    await session.flush()
    return part


def report_part(
    part: SessionMentor,
    attendance: MentorAttendance,
    *,
    contact_minutes: int,
    preparation_minutes: int,
    travel_minutes: int,
) -> None:
    """What is said of a mentor now replaces what was said before."""
    part.attendance = attendance.value
    part.contact_minutes = contact_minutes
    part.preparation_minutes = preparation_minutes
    part.travel_minutes = travel_minutes


def facts_of(part: SessionMentor) -> dict[str, Any]:
    """A mentor's part as histories and the audit keep it."""
    names = ("role", "attendance", "contact_minutes", "preparation_minutes", "travel_minutes")
    return {"mentor_id": str(part.mentor_id), **{name: getattr(part, name) for name in names}}


async def standing_consultations(
    session: AsyncSession, meeting: MentoringSession, mentor_id: UUID | None = None
) -> int:
    """How many consultations of the session stand, or of one mentor in it."""
    query = select(func.count()).where(Consultation.session_id == meeting.id, Consultation.voided_at.is_(None))
    if mentor_id is not None:
        query = query.where(Consultation.mentor_id == mentor_id)
    return await session.scalar(query) or 0
