"""Planning a session, and changing it while it is ahead."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.errors import DomainError, FieldError, WrongFields, wrong_field
from incubator.mentoring.mentors.actions import ensure_mentor
from incubator.mentoring.programmes.models import Programme, ProgrammeKind
from incubator.mentoring.sessions import lookups
from incubator.mentoring.sessions.actions import (
    append_transition,
    is_staff_of,
    lock_session,
    own_part,
    seat_guests,
    set_part,
)
from incubator.mentoring.sessions.models import (
    GuestStatus,
    MentorAttendance,
    MentoringSession,
    MentorRole,
    SessionAction,
    SessionStatus,
)
from incubator.mentoring.sessions.rules import check_ahead, check_capacity, check_table_open
from incubator.mentoring.sessions.schemas import GuestInput, SessionCreate, SessionPatch
from incubator.people.actions import check_people, resolve_people
from incubator.projects.models import Project

SOURCE = "mentoring_session"
"""Why a participant is seen in the commune of a session."""


class Found(msgspec.Struct, frozen=True):
    """What the body of a new session names."""

    kind: ProgrammeKind
    place: lookups.Place
    roles: dict[UUID, MentorRole]


async def plan_session(session: AsyncSession, actor: Actor, data: SessionCreate, *, now: datetime) -> UUID:
    """A session with its mentors and participants."""
    actor.require(Permission.mentoring_manage, Permission.mentoring_log)
    found = await _look_up(session, actor, data, now=now)
    meeting = MentoringSession(
        programme_id=data.programme_id, kind=found.kind.value, title=data.title, status=SessionStatus.planned.value,
        planned_on=civil_day(data.starts_at), starts_at=data.starts_at, minutes=data.minutes, mode=data.mode.value,
        place=data.place, locality_id=found.place.commune_id, province_id=found.place.province_id,
        capacity=data.capacity, seats_taken=0, changed_at=now, created_at=now,
    )  # fmt: skip
    session.add(meeting)
    await session.flush()
    for mentor_id, role in sorted(found.roles.items()):
        await set_part(session, meeting, mentor_id, role, attendance=MentorAttendance.expected)
    await bring_guests(session, actor, meeting, _guests(data), GuestStatus.registered, now=now)
    await append_transition(session, actor, meeting, SessionAction.plan, None, civil_day(now), recorded_at=now)
    record_audit(session, actor, "plan", "mentoring_session", meeting.id)
    await session.flush()
    return meeting.id


async def edit_session(
    session: AsyncSession, actor: Actor, session_id: UUID, data: SessionPatch, if_match: IfMatch, *, now: datetime
) -> None:
    """A merge patch, by staff of the place or a mentor who leads the session, while it is ahead; the capacity also
    after it was held."""
    actor.require(Permission.mentoring_manage, Permission.mentoring_log)
    meeting = await lock_session(session, actor, session_id)
    await _require_editor(session, actor, meeting)
    if_match.check(meeting.version)
    columns = _columns(data)
    # Where more came than there were seats, staff has to be able to say so afterwards.
    if columns.keys() == {"capacity"}:
        check_table_open(meeting)
    else:
        check_ahead(meeting)
    if data.starts_at is not UNSET:
        await _check_start(session, meeting, data.starts_at)
    changes = {name: value for name, value in columns.items() if getattr(meeting, name) != value}
    for name, value in changes.items():
        setattr(meeting, name, value)
    check_capacity(meeting.capacity, meeting.seats_taken)
    if changes.keys() - {"capacity"}:
        meeting.count_change(now)
    if changes:
        record_audit(session, actor, "edit", "mentoring_session", meeting.id, fields=sorted(changes))
    await session.flush()


async def _check_start(session: AsyncSession, meeting: MentoringSession, starts_at: datetime) -> None:
    if errors := lookups.fault_of_start(starts_at):
        raise DomainError("validation_failed", errors=errors)
    if meeting.programme_id is not None:
        (await lookups.find_programme(session, meeting.programme_id)).check_runs_on(civil_day(starts_at))


async def bring_guests(
    session: AsyncSession,
    actor: Actor,
    meeting: MentoringSession,
    guests: Mapping[str, GuestInput],
    status: GuestStatus,
    *,
    now: datetime,
) -> list[UUID]:
    """The participants whom a body names at these pointers, in order."""
    people = await resolve_people(
        session, actor, guests, locality_id=meeting.locality_id, province_id=meeting.province_id,
        source=SOURCE, source_id=meeting.id, now=now,
    )  # fmt: skip
    projects = {person.id: guest.project_id for person, guest in zip(people, guests.values(), strict=True)}
    return [guest.id for guest in await seat_guests(session, actor, meeting, projects, status)]


async def _look_up(session: AsyncSession, actor: Actor, data: SessionCreate, *, now: datetime) -> Found:
    """Everything that is wrong with the body, at once; then what it names."""
    wrong = WrongFields(lookups.fault_of_start(data.starts_at))
    programme = None
    if data.programme_id is not None:
        programme = await wrong.gather(lookups.find_programme(session, data.programme_id))
    wrong.errors += _fault_of_kind(data.kind, programme)
    wrong.errors += await check_people(session, actor, _guests(data), today=civil_day(now))
    named = {f"{pointer}/project_id": guest.project_id for pointer, guest in _guests(data).items()}
    projects = await wrong.gather(lookups.find_projects(session, actor, named)) or {}
    mentor_ids = {f"/mentors/{number}/mentor_id": part.mentor_id for number, part in enumerate(data.mentors)}
    await wrong.gather(lookups.find_mentors(session, actor, mentor_ids))
    place = await wrong.gather(_find_place(session, actor, data, programme, list(projects.values()), now=now))
    if wrong.errors or place is None:
        raise DomainError("validation_failed", errors=wrong.errors)
    if programme is not None:
        programme.check_runs_on(civil_day(data.starts_at))
    roles = {part.mentor_id: part.role for part in data.mentors}
    if not _manages(actor, place):
        roles[(await ensure_mentor(session, actor)).id] = MentorRole.lead
    return Found(_kind(data.kind, programme), place, roles)


async def _find_place(
    session: AsyncSession,
    actor: Actor,
    data: SessionCreate,
    programme: Programme | None,
    projects: Sequence[Project],
    *,
    now: datetime,
) -> lookups.Place:
    """A commune in which the actor manages or advises, or that of a project whose people a mentor brings."""
    place = await lookups.find_place(session, data.locality_code, programme, projects, today=civil_day(now))
    advises = actor.territory(Permission.mentoring_log).covers(place.province_id, place.commune_id)
    visits = actor.may(Permission.mentoring_log) and any(place.commune_id == one.locality_id for one in projects)
    if not (_manages(actor, place) or advises or visits):
        raise wrong_field("/locality_code", "not_found")
    return place


async def _require_editor(session: AsyncSession, actor: Actor, meeting: MentoringSession) -> None:
    if is_staff_of(actor, meeting):
        return
    part = await own_part(session, actor, meeting)
    if part is None or part.role != MentorRole.lead:
        raise DomainError("forbidden")


def _manages(actor: Actor, place: lookups.Place) -> bool:
    return actor.territory(Permission.mentoring_manage).covers(place.province_id, place.commune_id)


def _kind(kind: ProgrammeKind | None, programme: Programme | None) -> ProgrammeKind:
    return ProgrammeKind(programme.kind) if programme else kind or ProgrammeKind.one_to_one


def _fault_of_kind(kind: ProgrammeKind | None, programme: Programme | None) -> list[FieldError]:
    if programme is None or kind is None or kind == programme.kind:
        return []
    return [FieldError(code="not_in_enum", pointer="/kind", params={"allowed": [programme.kind]})]


def _guests(data: SessionCreate) -> dict[str, GuestInput]:
    return {f"/participants/{number}": guest for number, guest in enumerate(data.participants)}


def _columns(data: SessionPatch) -> dict[str, Any]:
    """What a patch sets. The day follows the time."""
    columns = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
    if "starts_at" in columns:
        columns["planned_on"] = civil_day(columns["starts_at"])
    return columns
