"""When a project counts as consulted, and what is read of consultations."""

from typing import Any

from sqlalchemy import ColumnElement, Date, and_, cast, exists, func, not_, select
from sqlalchemy.orm import aliased

from incubator.db import AnySelect
from incubator.mentoring.models import CONTACT_MINUTES, Consultation
from incubator.mentoring.sessions.models import MentorAttendance, MentoringSession, SessionMentor, SessionStatus
from incubator.projects.models import Project, ProjectNeed


def is_consulted(on: Any) -> ColumnElement[bool]:
    """Whether the row of Project had been consulted on any platform by that day."""
    days = counted_consultations().subquery()
    return exists().where(days.c.project_id == Project.id, days.c.held_on <= on)


def is_consulted_on(platform: Any, on: Any) -> ColumnElement[bool]:
    """Whether the row of Project had been consulted on the platform by that day."""
    days = counted_consultations().subquery()
    return exists().where(days.c.project_id == Project.id, days.c.platform == platform, days.c.held_on <= on)


def is_fully_consulted(on: Any) -> ColumnElement[bool]:
    """Whether the row of Project had been consulted at all and on every platform that it needs by that day."""
    need = aliased(ProjectNeed)
    lacks = exists().where(need.project_id == Project.id, need.needed, not_(is_consulted_on(need.platform, on)))
    return and_(is_consulted(on), not_(lacks))


def counted_consultations() -> AnySelect:
    """(project_id, platform, session_id, mentor_id, held_on) of every consultation that counts.

    It stands, its session was held, and its mentor was there with at least fifteen minutes of contact.
    """
    c, s, part = aliased(Consultation), aliased(MentoringSession), aliased(SessionMentor)
    return (
        select(c.project_id, c.platform, c.session_id, c.mentor_id, s.held_on)
        .join(s, s.id == c.session_id)
        .join(part, and_(part.session_id == c.session_id, part.mentor_id == c.mentor_id))
        .where(
            c.voided_at.is_(None),
            s.status == SessionStatus.held.value,
            part.attendance == MentorAttendance.attended.value,
            part.contact_minutes >= CONTACT_MINUTES,
        )
    )


def consulted_days() -> AnySelect:
    """(project_id, day): the first day on which each project was consulted; one row a project."""
    days = counted_consultations().subquery()
    return select(days.c.project_id, func.min(days.c.held_on).label("day")).group_by(days.c.project_id)


def fully_consulted_days() -> AnySelect:
    """(project_id, day): the day on which the last needed platform was first consulted, or the first of any where
    none is needed; no row where one is lacking."""
    days = counted_consultations().subquery()
    first = (
        select(days.c.project_id, days.c.platform, func.min(days.c.held_on).label("day"))
        .group_by(days.c.project_id, days.c.platform)
        .subquery()
    )
    need = aliased(ProjectNeed)
    by_need = and_(need.project_id == first.c.project_id, need.platform == first.c.platform, need.needed)
    lacking = aliased(ProjectNeed)
    met = aliased(first)
    is_met = exists().where(met.c.project_id == lacking.project_id, met.c.platform == lacking.platform)
    is_lacking = exists().where(lacking.project_id == first.c.project_id, lacking.needed, not_(is_met))
    last_needed = func.max(first.c.day).filter(need.project_id.is_not(None))
    day = cast(func.coalesce(last_needed, func.min(first.c.day)), Date)
    return (
        select(first.c.project_id, day.label("day"))
        .outerjoin(need, by_need)
        .where(not_(is_lacking))
        .group_by(first.c.project_id)
    )
