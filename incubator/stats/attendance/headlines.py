"""Activities, conferences and classes, and who came to them: what the headline numbers count."""

from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, ScalarSelect, cast, func, select

from incubator.events.models import NOT_ACTIVITIES, Event, EventKind
from incubator.stats.attendance.measures import by_event, with_participations
from incubator.stats.attendance.sources import AttendanceShape, people, several_sessions, sources

Number = ScalarSelect[Any]


def activities(shape: AttendanceShape) -> Number:
    event = _by_kind(shape)
    return select(func.count()).where(_is_activity(event)).scalar_subquery()


def activity_attendances(shape: AttendanceShape) -> Number:
    event = _by_kind(shape)
    return _attendances(event, _is_activity(event))


def conference_attendances(shape: AttendanceShape) -> Number:
    event = _by_kind(shape)
    return _attendances(event, event.c.value == EventKind.conference.value)


def digital_skills_classes(shape: AttendanceShape) -> Number:
    event = _by_kind(shape)
    return select(func.count()).where(event.c.value == EventKind.digital_skills_class.value).scalar_subquery()


def people_trained(shape: AttendanceShape) -> Number:
    """Participations in classes: the same statement as that of the figures, of this kind alone."""
    of = sources(shape, Event.kind == EventKind.digital_skills_class.value)
    event = by_event(of.cell).subquery()
    again = people(several_sessions(of), of, "event_id").subquery()
    counted = with_participations(event, again).subquery()
    return select(_whole(func.sum(counted.c.participations))).scalar_subquery()


def _is_activity(event: CTE) -> ColumnElement[bool]:
    return event.c.value.not_in(sorted(NOT_ACTIVITIES))


def _attendances(event: CTE, condition: ColumnElement[bool]) -> Number:
    return select(_whole(func.sum(event.c.named + event.c.anonymous))).where(condition).scalar_subquery()


def _whole(number: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.coalesce(number, 0), BigInteger)


@lru_cache
def _by_kind(shape: AttendanceShape) -> CTE:
    """Each event with its kind; one object for one shape, so that a statement holds it once."""
    return by_event(sources(shape).cell, "value").cte()
