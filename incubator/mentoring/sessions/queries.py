"""What is read of sessions: the list and one session."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.db import AnyQuery, AnySelect, Reads, fetch_one, param, statement
from incubator.localities.models import Locality
from incubator.localities.schemas import LocalityRef
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.models import Consultation
from incubator.mentoring.programmes.models import Programme
from incubator.mentoring.sessions.models import (
    NEXT,
    GuestStatus,
    MentoringSession,
    MentorRole,
    SessionAction,
    SessionMentor,
    SessionParticipant,
    SessionStatus,
)
from incubator.mentoring.sessions.schemas import (
    GuestNumbersOut,
    MentoringSessionOut,
    PartOut,
    ProgrammeRef,
    ProjectRef,
    SessionQuery,
    SessionRow,
)
from incubator.mentoring.sessions.unreported import unreported
from incubator.mentoring.sight import Sight, is_followed, is_mentor_in, is_session_seen, sight_of, sight_values
from incubator.paging import Listing, Order
from incubator.people.models import Person
from incubator.projects.models import Project
from incubator.territory import Many

NEWEST_FIRST = Order((MentoringSession.id.expression,), descending=True)


class SessionFilters(msgspec.Struct, frozen=True):
    """Which filters are set: the shape of a list's statement."""

    status: Many
    given: frozenset[str]


def list_sessions(actor: Actor, filters: SessionQuery, *, today: date) -> Listing[SessionRow]:
    """The last that was written down first."""
    values = _filter_values(filters)
    given = frozenset(name for name in values.keys() - {"status"} if values[name] not in (None, False))
    shape = SessionFilters(Many(min(len(filters.status), 2)), given)
    return Listing(
        name="sessions",
        query=_filtered,
        shape=(sight_of(actor), shape),
        order=NEWEST_FIRST,
        values={**sight_values(actor), **values, "today": today},
        row=SessionRow,
        show=_in_list,
    )


async def get_session(reads: Reads, actor: Actor, session_id: UUID) -> MentoringSessionOut:
    """One session; 404 where the actor does not see it."""
    values = {**sight_values(actor), "session_id": session_id}
    return await fetch_one(reads, _session(sight_of(actor)), values, _session_out(actor))


async def require_session(reads: Reads, actor: Actor, session_id: UUID) -> None:
    """404 where the actor does not see the session."""
    values = {**sight_values(actor), "session_id": session_id}
    await fetch_one(reads, _is_seen(sight_of(actor)), values, lambda one: one)


def is_at_table(project_id: Any) -> ColumnElement[bool]:
    """Whether the row of MentoringSession is one that the project takes part in or was consulted in."""
    guest, consultation = aliased(SessionParticipant), aliased(Consultation)
    ids = union_all(
        select(guest.session_id).where(guest.project_id == project_id),
        select(consultation.session_id).where(consultation.project_id == project_id, consultation.voided_at.is_(None)),
    )
    return MentoringSession.id.in_(ids)


@statement
def _session(sight: Sight) -> Select[Any]:
    s = MentoringSession
    columns: tuple[Any, ...] = (
        s.id, s.version, s.status, s.kind, s.title, s.planned_on, s.starts_at, s.minutes, s.mode, s.place,
        s.capacity, s.seats_taken, s.held_on, s.created_at, s.province_id, is_mentor_in(s.id),
        Programme.id, Programme.kind, Programme.title,
        Locality.id, Locality.code, Locality.name, Locality.kind, _parts_json(), _numbers_json(),
        _projects_json(sight),
    )  # fmt: skip
    return (
        select(*columns)
        .join(Locality, Locality.id == s.locality_id)
        .outerjoin(Programme, Programme.id == s.programme_id)
        .where(is_session_seen(sight), s.id == param("session_id", Uuid))
    )


@statement
def _is_seen(sight: Sight) -> Select[Any]:
    seen = select(literal(1)).select_from(MentoringSession)
    return seen.where(is_session_seen(sight), MentoringSession.id == param("session_id", Uuid))


def _filtered(sight: Sight, filters: SessionFilters) -> Select[Any]:
    asked = [condition for name, condition in _conditions(sight).items() if name in filters.given]
    query = select(MentoringSession).where(is_session_seen(sight), *asked)
    if filters.status is Many.one:
        query = query.where(MentoringSession.status == param("status", Text))
    elif filters.status is Many.some:
        query = query.where(MentoringSession.status == any_(param("status", ARRAY(Text))))
    return query


def _conditions(sight: Sight) -> dict[str, ColumnElement[bool]]:
    """Filter by filter what it asks of a session. Who does not follow a project finds no session by it."""
    s, part = MentoringSession, aliased(SessionMentor)
    commune = select(Locality.id).where(Locality.code == param("locality_code", Text), Locality.valid_to.is_(None))
    project_id = param("project_id", Uuid)
    return {
        "kind": s.kind == param("kind", Text),
        "programme_id": s.programme_id == param("programme_id", Uuid),
        "mentor_id": exists().where(part.session_id == s.id, part.mentor_id == param("mentor_id", Uuid)),
        "project_id": and_(exists().where(Project.id == project_id, is_followed(sight)), is_at_table(project_id)),
        "on_gte": s.planned_on >= param("on_gte", Date),
        "on_lt": s.planned_on < param("on_lt", Date),
        "mine": is_mentor_in(s.id),
        "awaiting_report": s.id.in_(union_all(*unreported(aliased(MentoringSession)))),
        "locality_code": s.locality_id == commune.scalar_subquery(),
    }


def _filter_values(filters: SessionQuery) -> dict[str, Any]:
    statuses = [status.value for status in filters.status]
    names = ("programme_id", "mentor_id", "project_id", "on_gte", "on_lt", "mine", "awaiting_report", "locality_code")
    return {
        "status": statuses[0] if len(statuses) == 1 else statuses,
        "kind": filters.kind and filters.kind.value,
        **{name: getattr(filters, name) for name in names},
    }


def _in_list(cut: AnySelect, *_: Any) -> Select[Any]:
    """The page is cut out of one table; only its rows are then joined with what they show."""
    page = cut.subquery("page")
    s = aliased(MentoringSession, page)
    columns: tuple[Any, ...] = (
        s.id, s.version, s.status, s.kind, s.title, s.programme_id, Programme.title, s.planned_on, s.starts_at,
        s.minutes, s.mode, s.place, Locality.code, Locality.name, s.capacity, s.seats_taken, s.held_on,
        _mentor_names(s),
    )  # fmt: skip
    return (
        select(*columns)
        .join(Locality, Locality.id == s.locality_id)
        .outerjoin(Programme, Programme.id == s.programme_id)
        .order_by(page.c.id.desc())
    )


def _mentor_names(meeting: type[MentoringSession]) -> Any:
    part = aliased(SessionMentor)
    name = aggregate_order_by(Person.full_name, _rank(part).asc(), Person.full_name.asc(), part.mentor_id.asc())
    return (
        select(func.array_to_string(func.array_agg(name), ", "))
        .join_from(part, Mentor, Mentor.id == part.mentor_id)
        .join(Person, Person.id == Mentor.person_id)
        .where(part.session_id == meeting.id)
        .correlate(meeting)
        .scalar_subquery()
    )


def _parts_json() -> Any:
    p = SessionMentor
    part = func.json_build_object(
        "mentor_id", p.mentor_id, "person_id", Person.id, "full_name", Person.full_name, "role", p.role,
        "attendance", p.attendance, "contact_minutes", p.contact_minutes,
        "preparation_minutes", p.preparation_minutes, "travel_minutes", p.travel_minutes,
    )  # fmt: skip
    ordered = aggregate_order_by(part, _rank(p).asc(), p.mentor_id.asc())
    return (
        select(func.coalesce(cast(func.json_agg(ordered), Text), "[]"))
        .join_from(p, Mentor, Mentor.id == p.mentor_id)
        .join(Person, Person.id == Mentor.person_id)
        .where(p.session_id == MentoringSession.id)
        .correlate(MentoringSession)
        .scalar_subquery()
    )


def _rank(part: Any) -> ColumnElement[int]:
    """Who leads first, then who helps, then who stands in."""
    return case({role.value: number for number, role in enumerate(MentorRole)}, value=part.role)


def _numbers_json() -> Any:
    guest = SessionParticipant
    numbers = [
        part for status in GuestStatus for part in (status.value, func.count().filter(guest.status == status.value))
    ]
    return (
        select(cast(func.json_build_object(*numbers), Text))
        .select_from(guest)
        .where(guest.session_id == MentoringSession.id)
        .correlate(MentoringSession)
        .scalar_subquery()
    )


def _projects_json(sight: Sight) -> Any:
    """The projects at the table that the actor follows."""
    guest, told, meeting = aliased(SessionParticipant), aliased(Consultation), MentoringSession
    came = select(guest.project_id).where(guest.session_id == meeting.id)
    advised = select(told.project_id).where(told.session_id == meeting.id, told.voided_at.is_(None))
    at_table: AnyQuery = union_all(came.correlate(meeting), advised.correlate(meeting))
    project = func.json_build_object("id", Project.id, "title", Project.title)
    ordered = aggregate_order_by(project, Project.title.asc(), Project.id.asc())
    return (
        select(func.coalesce(cast(func.json_agg(ordered), Text), "[]"))
        .where(is_followed(sight), Project.id.in_(at_table))
        .correlate(meeting)
        .scalar_subquery()
    )


def _session_out(actor: Actor) -> Callable[..., MentoringSessionOut]:
    """The reader of `_session`'s row for one actor."""

    def out(
        id_: UUID, version: int, status: Any, kind: Any, title: str | None, planned_on: date,
        starts_at: datetime | None, minutes: int, mode: Any, place: str | None, capacity: int | None,
        seats_taken: int, held_on: date | None, created_at: datetime, province_id: UUID, is_in: bool, *rest: Any,
    ) -> MentoringSessionOut:  # fmt: skip
        programme, locality, (parts, numbers, projects) = rest[:3], rest[3:7], rest[7:]
        return MentoringSessionOut(
            id=id_, version=version, status=status,
            allowed_actions=allowed_actions(actor, status, province_id, locality[0], is_in=is_in),
            kind=kind, title=title, programme=ProgrammeRef(*programme) if programme[0] else None,
            planned_on=planned_on, starts_at=starts_at, minutes=minutes, mode=mode, place=place,
            locality=LocalityRef(*locality), capacity=capacity, seats_taken=seats_taken, held_on=held_on,
            mentors=msgspec.json.decode(parts, type=list[PartOut]),
            participants=msgspec.json.decode(numbers, type=GuestNumbersOut),
            projects=msgspec.json.decode(projects, type=list[ProjectRef]), created_at=created_at,
        )  # fmt: skip

    return out


def allowed_actions(actor: Actor, status: str, province_id: UUID, commune_id: UUID, *, is_in: bool) -> list[str]:
    """The moves that start at this status and that the actor may make: staff of the place, or a mentor in it. Staff
    takes back the last move too, which every session has made that is no longer merely planned."""
    manages = actor.territory(Permission.mentoring_manage).covers(province_id, commune_id)
    logs = is_in and actor.may(Permission.mentoring_log)
    rights = {Permission.mentoring_manage: manages, Permission.mentoring_log: logs}
    forward = [
        action.value
        for action, step in NEXT.items()
        if status in step.sources and any(rights[permission] for permission in step.permissions)
    ]
    is_voidable = manages and status != SessionStatus.planned
    return [*forward, SessionAction.void.value] if is_voidable else forward
