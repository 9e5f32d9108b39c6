"""What is counted of mentoring: sessions, the parts of mentors in them, consultations and actions, as of a day.

Sessions and minutes belong to the commune of the session, consultations and actions to that of the project. Every
source has the columns by which it can be broken down; consultations, being many, only the one that is asked for.
"""

from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Uuid,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from incubator.db import AnySelect, param
from incubator.mentoring.action_items.models import ActionItem, ActionItemStatus
from incubator.mentoring.queries import reported_consultations
from incubator.mentoring.sessions.models import (
    MOVING_NOTHING,
    GuestStatus,
    MentorAttendance,
    MentoringSession,
    SessionAction,
    SessionMentor,
    SessionParticipant,
    SessionStatus,
    SessionTransition,
)
from incubator.people.models import Person
from incubator.projects.models import Project
from incubator.stats.mentoring.dimensions import DIMENSIONS
from incubator.stats.mentoring.schemas import GroupBy
from incubator.territory import Shape, within

HELD = SessionStatus.held.value
AHEAD = "ahead"
"""Of a session of which on the day of the figure nobody had said how it went."""

GUESTS_ABSENT = SessionStatus.guests_absent.value
WORKED = (HELD, GUESTS_ABSENT)
"""Sessions for which mentors have minutes: who waited in vain had prepared and travelled."""

"""Rows of history that are no steps of their own."""

FAILED = (SessionStatus.cancelled.value, SessionStatus.mentor_absent.value, GUESTS_ABSENT)


class MentoringShape(msgspec.Struct, frozen=True, kw_only=True):
    """What of a question changes the SQL; its values are parameters."""

    scope: Shape
    area: str | None
    group_by: GroupBy | None = None
    programme: bool = False
    mentor: bool = False

    @property
    def needs_session(self) -> bool:
        """Whether a consultation has to know more of its session than the day."""
        return self.programme or self.group_by in {"programme", "kind"}


def meetings(shape: MentoringShape) -> AnySelect:
    """The sessions of the period: `state` as it was on the day of the figure, and `day`."""
    s, as_of = MentoringSession, param("as_of", Date)
    day = case((and_(s.status == HELD, s.held_on <= as_of), s.held_on), else_=s.planned_on)
    conditions = [_in_period(day), day <= as_of, *_in_area(shape, s)]
    if shape.programme:
        conditions.append(s.programme_id == param("programme_id", Uuid))
    if shape.mentor:
        conditions.append(_takes_part(s))
    columns = (s.id, s.locality_id, s.programme_id, s.kind, s.planned_on)
    return select(*columns, _state(s).label("state"), day.label("day"), _month(day)).where(*conditions)


def seats(shape: MentoringShape, meeting: FromClause) -> AnySelect:
    """One row for each mentor of those sessions; where mentors have minutes, for each who came."""
    part = SessionMentor
    minutes = (part.contact_minutes, part.preparation_minutes, part.travel_minutes)
    conditions = [or_(meeting.c.state.not_in(WORKED), part.attendance == MentorAttendance.attended.value)]
    if shape.mentor:
        conditions.append(part.mentor_id == param("mentor_id", Uuid))
    query = select(*meeting.c, part.mentor_id, *minutes).join(part, part.session_id == meeting.c.id)
    return query.where(*conditions)


def guests(met: FromClause) -> AnySelect:
    """The persons who came to held sessions, beside the columns of the rows of sessions or seats. A row that was
    merged counts as its survivor; they are few, and only they are looked up."""
    guest, merged = SessionParticipant, aliased(Person)
    return (
        select(*met.c, func.coalesce(merged.survivor_id, guest.person_id).label("person_id"))
        .join(guest, guest.session_id == met.c.id)
        .outerjoin(merged, and_(merged.id == guest.person_id, merged.survivor_id.is_not(None)))
        .where(met.c.state == HELD, guest.status == GuestStatus.attended.value)
    )


def advice(shape: MentoringShape) -> AnySelect:
    """Every reported consultation up to the day of the figure, a row for each mentor who gave it."""
    told = reported_consultations().subquery("told")
    conditions = [told.c.held_on <= param("as_of", Date), *_in_area(shape, Project)]
    if shape.programme:
        conditions.append(MentoringSession.programme_id == param("programme_id", Uuid))
    if shape.mentor:
        conditions.append(told.c.mentor_id == param("mentor_id", Uuid))
    query = select(*told.c, _month(told.c.held_on), _in_period(told.c.held_on).label("in_period"), Project.locality_id)
    query = query.join(Project, Project.id == told.c.project_id).where(*conditions)
    if not shape.needs_session:
        return query
    query = query.add_columns(MentoringSession.programme_id, MentoringSession.kind)
    return query.join(MentoringSession, MentoringSession.id == told.c.session_id)


def consultations(shape: MentoringShape, advised: FromClause) -> AnySelect:
    """Project, platform and session once, however many mentors gave the advice; it counts if that of one does."""
    keys = (advised.c.session_id, advised.c.project_id, advised.c.platform)
    same = dict.fromkeys(("held_on", "month", "in_period"))
    if shape.group_by in {"locality", "programme", "kind"}:
        same[DIMENSIONS[shape.group_by].column] = None
    rest = [func.any_value(advised.c[name], type_=advised.c[name].type).label(name) for name in same]
    return select(*keys, *rest, func.bool_or(advised.c.counts).label("counts")).group_by(*keys)


def actions(shape: MentoringShape) -> AnySelect:
    """The actions that had been agreed on by the day of the figure, and how they stood."""
    a, as_of = ActionItem, param("as_of", Date)
    is_open = or_(a.closed_on.is_(None), a.closed_on > as_of)
    is_done = and_(a.status == ActionItemStatus.done.value, a.closed_on <= as_of, _in_period(a.closed_on))
    conditions = [a.set_on <= as_of, *_in_area(shape, Project)]
    if shape.programme:
        conditions.append(MentoringSession.programme_id == param("programme_id", Uuid))
    if shape.mentor:
        conditions.append(a.mentor_id == param("mentor_id", Uuid))
    query = select(
        a.platform, a.mentor_id, Project.locality_id, MentoringSession.programme_id, MentoringSession.kind,
        _month(a.closed_on), is_open.label("is_open"), func.coalesce(is_done, literal(False)).label("is_done"),
        and_(is_open, a.due_on < as_of).label("is_overdue"),
    )  # fmt: skip
    query = query.join(Project, Project.id == a.project_id)
    return query.outerjoin(MentoringSession, MentoringSession.id == a.session_id).where(*conditions)


def projects(shape: MentoringShape) -> AnySelect:
    """The projects that had been founded by the day of the figure."""
    founded = Project.founded_on <= param("as_of", Date)
    return select(Project.id, Project.locality_id).where(founded, *_in_area(shape, Project))


def first_reports() -> AnySelect:
    """(session_id, told_at): when it was first recorded that a session was held."""
    hold, void = aliased(SessionTransition), aliased(SessionTransition)
    voided = select(void.voids_id).where(void.voids_id.is_not(None))
    return (
        select(hold.session_id, func.min(hold.recorded_at).label("told_at"))
        .where(hold.action == SessionAction.hold.value, hold.id.not_in(voided))
        .group_by(hold.session_id)
    )


def _state(s: type[MentoringSession]) -> ColumnElement[str]:
    """A status that was reached only after the day of the figure is not yet one."""
    as_of = param("as_of", Date)
    had_failed = func.coalesce(_failed_on(s) <= as_of, literal(True))
    return case(
        (and_(s.status == HELD, s.held_on <= as_of), HELD),
        (and_(s.status.in_(FAILED), had_failed), s.status),
        else_=AHEAD,
    )


def _failed_on(s: type[MentoringSession]) -> Any:
    move, void = aliased(SessionTransition), aliased(SessionTransition)
    voided = select(void.voids_id).where(void.voids_id.is_not(None))
    return (
        select(func.max(move.occurred_on))
        .where(move.session_id == s.id, move.to_status == s.status, move.action.not_in(sorted(MOVING_NOTHING)))
        .where(move.id.not_in(voided))
        .correlate(s)
        .scalar_subquery()
    )


def _takes_part(s: type[MentoringSession]) -> ColumnElement[bool]:
    """Whether the mentor of the question is in the session; in a held one, whether they came."""
    part = aliased(SessionMentor)
    came = or_(s.status != HELD, part.attendance == MentorAttendance.attended.value)
    return exists().where(part.session_id == s.id, part.mentor_id == param("mentor_id", Uuid), came)


def _in_area(shape: MentoringShape, of: type[MentoringSession] | type[Project]) -> list[ColumnElement[bool]]:
    conditions = [within(shape.scope, "counted", province=of.province_id, commune=of.locality_id)]
    if shape.area:
        place = {"province": of.province_id, "commune": of.locality_id}[shape.area]
        conditions.append(place == param("area_id", Uuid))
    return conditions


def _in_period(day: Any) -> ColumnElement[bool]:
    return and_(day >= param("from", Date), day < param("to", Date))


def _month(day: Any) -> Any:
    return cast(func.date_trunc("month", cast(day, DateTime)), Date).label("month")
