"""Entering participants and signing them in."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import SessionReads
from incubator.errors import DomainError, FieldError
from incubator.mentoring.sessions.actions import lock_session, own_part, sign_in
from incubator.mentoring.sessions.guests.schemas import ParticipantCreate
from incubator.mentoring.sessions.guests.sight import is_guest_shown
from incubator.mentoring.sessions.lookups import find_projects, hold_projects, repeated
from incubator.mentoring.sessions.models import SEATED, GuestStatus, MentoringSession, SessionParticipant
from incubator.mentoring.sessions.moves.schemas import SignIn
from incubator.mentoring.sessions.planning import bring_guests
from incubator.mentoring.sessions.queries import require_session
from incubator.mentoring.sessions.rules import check_day_came, check_table_open
from incubator.mentoring.sight import sight_of, sight_values
from incubator.projects.models import Project

ASKS_FOR_THE_DAY = frozenset({GuestStatus.attended, GuestStatus.absent})
"""What nobody can be before the day of a session has come."""


async def add_participant(
    session: AsyncSession, actor: Actor, session_id: UUID, data: ParticipantCreate, *, now: datetime
) -> UUID:
    """One more at the table, by its officers or one of its mentors."""
    actor.require(Permission.mentoring_sign_in)
    await require_session(SessionReads(session), actor, session_id)
    projects = await find_projects(session, actor, {"/project_id": data.project_id})
    await hold_projects(session, projects)
    meeting = await _lock_table(session, actor, session_id)
    status = GuestStatus(data.status)
    check_table_open(meeting)
    if status in ASKS_FOR_THE_DAY:
        check_day_came(meeting, today=civil_day(now))
    await _refuse_second(session, meeting, data.person_id)
    (participant_id,) = await bring_guests(session, actor, meeting, {"": data}, status, now=now)
    record_audit(session, actor, "add_participant", "mentoring_session", meeting.id, participant_id=str(participant_id))
    await session.flush()
    return participant_id


class SignIns(msgspec.Struct, frozen=True):
    """Sign-ins to be run each on its own: first those that free a seat, then those that take one."""

    leaving: dict[UUID, Callable[[], Awaitable[None]]]
    coming: dict[UUID, Callable[[], Awaitable[None]]]


async def sign_ins_of(
    session: AsyncSession, actor: Actor, session_id: UUID, items: list[SignIn], *, now: datetime
) -> SignIns:
    """What the items ask for; the same participant twice is a wrong field."""
    actor.require(Permission.mentoring_sign_in)
    meeting = await _lock_table(session, actor, session_id)
    check_table_open(meeting)
    named = {f"/items/{number}/participant_id": item.participant_id for number, item in enumerate(items)}
    if errors := repeated(named):
        raise DomainError("validation_failed", errors=errors)
    guests = await shown_guests(session, actor, meeting, named.values())
    sign = partial(_sign_in, session, actor, meeting, guests, today=civil_day(now))
    return SignIns(
        leaving={item.participant_id: partial(sign, item) for item in items if item.status not in SEATED},
        coming={item.participant_id: partial(sign, item) for item in items if item.status in SEATED},
    )


async def shown_guests(
    session: AsyncSession, actor: Actor, meeting: MentoringSession, ids: Iterable[UUID]
) -> dict[UUID, SessionParticipant]:
    """Those of the participants whom the actor may see, by their ids."""
    query = (
        select(SessionParticipant)
        .join(MentoringSession, MentoringSession.id == SessionParticipant.session_id)
        .outerjoin(Project, Project.id == SessionParticipant.project_id)
        .where(
            SessionParticipant.session_id == meeting.id,
            SessionParticipant.id.in_(list(ids)),
            is_guest_shown(sight_of(actor)),
        )
    )
    return {guest.id: guest for guest in await session.scalars(query, sight_values(actor))}


async def _sign_in(
    session: AsyncSession,
    actor: Actor,
    meeting: MentoringSession,
    guests: Mapping[UUID, SessionParticipant],
    item: SignIn,
    *,
    today: date,
) -> None:
    """Nothing is changed before everything is checked: what a savepoint took back would have to be read again."""
    if item.participant_id not in guests:
        raise DomainError("not_found")
    if item.status in ASKS_FOR_THE_DAY:
        check_day_came(meeting, today=today)
    guest = guests[item.participant_id]
    before = guest.status
    sign_in(meeting, guest, item.status)
    if before != guest.status:
        trace = {"participant_id": str(guest.id), "before": before, "after": guest.status}
        record_audit(session, actor, "sign_in", "mentoring_session", meeting.id, **trace)


async def _lock_table(session: AsyncSession, actor: Actor, session_id: UUID) -> MentoringSession:
    """The session, locked, for who signs people in where it is, and for its mentors."""
    meeting = await lock_session(session, actor, session_id)
    place = (meeting.province_id, meeting.locality_id)
    # Mentors sign people in too, but at their own tables only; officers are those who read mentoring there.
    officer = all(
        actor.territory(permission).covers(*place)
        for permission in (Permission.mentoring_sign_in, Permission.mentoring_read)
    )
    if not officer and await own_part(session, actor, meeting) is None:
        raise DomainError("forbidden")
    return meeting


async def _refuse_second(session: AsyncSession, meeting: MentoringSession, person_id: UUID | None) -> None:
    """The friendly form of the unique constraint; it holds because the session is locked."""
    known = select(SessionParticipant.id).where(
        SessionParticipant.session_id == meeting.id, SessionParticipant.person_id == person_id
    )
    if person_id is not None and await session.scalar(known) is not None:
        raise DomainError("duplicate", errors=[FieldError(code="duplicate", pointer="/person_id")])
