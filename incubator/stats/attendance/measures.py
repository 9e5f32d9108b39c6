"""From sites and people to numbers, in one statement: each part of it gives rows of the total and of the groups."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Text,
    and_,
    cast,
    false,
    func,
    literal,
    literal_column,
    not_,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from incubator.db import AnySelect, statement
from incubator.events.attendance.models import Attendance
from incubator.events.check_in.models import Scan, ScanStatus, ScanWarning
from incubator.people.models import Person
from incubator.stats.attendance.dimensions import DIMENSIONS
from incubator.stats.attendance.expected import by_group, tallies
from incubator.stats.attendance.sources import AttendanceShape, Sources, people, several_sessions, sources

SECTIONS = {
    "events": (
        "events", "sessions", "provisional_sessions", "sites", "sites_reported", "named", "anonymous",
        "participations", "largest",
    ),
    "people": ("people",),
    "expected": ("expected", "shown"),
    "homes": ("named", "people"),
    "rejected": ("pending_n", "voided_n"),
    "late": ("late_n",),
}  # fmt: skip
"""The parts of the statement, and the numbers that each of their rows holds. `largest` is the greatest number of
attendances of one session."""


@statement
def attendance_statement(shape: AttendanceShape) -> AnySelect:
    """Rows of (section, whether a group's, value, numbers, code and name of the value).

    A total is counted on its own and never summed from the groups.
    """
    of = sources(shape)
    totals, groups = _parts(shape, of)
    lines = [_line(shape, section, rows) for section, rows in totals.items()]
    lines += [_line(shape, section, rows, grouped=True) for section, rows in groups.items()]
    line = union_all(*lines).subquery("line")
    named = DIMENSIONS[shape.group_by].named if shape.group_by else None
    if named is None:
        return select(*line.c, null(), null())
    names = named.subquery("named")
    return select(*line.c, names.c.code, names.c.name).outerjoin_from(line, names, names.c.id == line.c.value)


def by_event(cell: FromClause, *value: str) -> AnySelect:
    """What each event has, in all or for each value of the breakdown: the sums of its sessions, and the largest."""
    keys = [cell.c[name] for name in value]
    session = (
        select(
            *keys, cell.c.event_id, func.bool_or(cell.c.attendance_closed_at.is_(None)).label("is_provisional"),
            func.count().label("sites"), func.count().filter(cell.c.is_reported).label("sites_reported"),
            func.sum(cell.c.named).label("named"), func.sum(cell.c.anonymous).label("anonymous"),
        )
        .group_by(*keys, cell.c.event_id, cell.c.session_id)
        .subquery("session")
    )  # fmt: skip
    keys = [session.c[name] for name in value]
    sums = [func.sum(session.c[name]).label(name) for name in ("sites", "sites_reported", "named", "anonymous")]
    return select(
        *keys, session.c.event_id, func.count().label("sessions"),
        func.count().filter(session.c.is_provisional).label("provisional_sessions"), *sums,
        func.max(session.c.named + session.c.anonymous).label("largest"),
    ).group_by(*keys, session.c.event_id)  # fmt: skip


def with_participations(event: FromClause, again: FromClause, *value: str) -> AnySelect:
    """The same events with the least number of different people at each. `again` are those named at events of several
    sessions, each once: at an event of one session nobody comes twice."""
    keys = ("event_id", *value)
    counted = select(*(again.c[name] for name in keys), func.count().label("n"))
    named = counted.group_by(*(again.c[name] for name in keys)).subquery()
    least = func.greatest(func.coalesce(named.c.n, 0), event.c.largest).label("participations")
    together = and_(*(named.c[name] == event.c[name] for name in keys))
    return select(*event.c, least).outerjoin_from(event, named, together)


def _parts(shape: AttendanceShape, of: Sources) -> tuple[dict[str, FromClause], dict[str, FromClause]]:
    """The rows of each section, for the totals and for the groups."""
    by_mode, tally = tallies(of)
    everybody = people(of.site, of).cte()
    many, value = several_sessions(of), _value_of_sites(shape)
    again = people(many, of, "event_id", *value).cte()
    totals: dict[str, FromClause] = {
        "events": _events(of, _once(again) if value else again),
        "people": everybody,
        "expected": tally,
        "rejected": _rejected(of),
        "late": _late(of),
    }
    if shape.group_by is None:
        return totals, {}
    if shape.group_by == "home_of":
        return totals, {"homes": _homes(everybody)}
    due = by_mode if shape.group_by == "mode" else by_group(of, tally)
    each = people(of.site, of, "value").subquery()
    return totals, {"events": _events(of, again, "value"), "people": each, "expected": due}


def _value_of_sites(shape: AttendanceShape) -> tuple[str, ...]:
    return () if shape.group_by in {None, "home_of"} else ("value",)


def _once(again: FromClause) -> FromClause:
    """The same people of an event, whatever the values of the breakdown under which they are there."""
    keys = (again.c.event_id, again.c.person_id)
    return select(*keys).group_by(*keys).subquery()


def _events(of: Sources, again: FromClause, *value: str) -> FromClause:
    return with_participations(by_event(of.cell, *value).subquery(), again, *value).subquery()


def _homes(everybody: FromClause) -> FromClause:
    """Everybody who was named, with their own commune."""
    query = select(Person.locality_id.label("value"), everybody.c.n)
    return query.join(Person, Person.id == everybody.c.person_id).subquery()


def _rejected(of: Sources) -> FromClause:
    """What staff took back, and who waits for them."""
    a = Attendance
    query = select(a.voided_at).join(of.site, of.site.c.id == a.site_id)
    return query.where(not_(a.is_counted())).subquery()


def _late(of: Sources) -> FromClause:
    """The warning is written out for the index of exactly these scans."""
    is_late = literal_column(f"'{ScanWarning.late_sync.value}'") == func.any(Scan.warnings)
    query = select(Scan.site_id).join(of.site, of.site.c.id == Scan.site_id)
    return query.where(is_late, Scan.status == ScanStatus.accepted.value).subquery()


def _line(shape: AttendanceShape, section: str, rows: FromClause, *, grouped: bool = False) -> AnySelect:
    dimension = DIMENSIONS[shape.group_by] if shape.group_by else None
    value = rows.c.value if grouped else cast(null(), dimension.type_ if dimension else Text)
    whole: Any = array([cast(number, BigInteger) for number in _numbers(section, rows)])
    query = select(
        literal(section, Text).label("section"),
        (true() if grouped else false()).label("is_group"),
        value.label("value"),
        cast(whole, ARRAY(BigInteger)).label("numbers"),
    )
    query = query.select_from(rows)
    return query.group_by(value) if grouped else query


def _numbers(section: str, rows: FromClause) -> list[ColumnElement[Any]]:
    """The numbers of SECTIONS, in order."""
    if section == "events":
        summed = SECTIONS[section][1:-1]
        largest = func.coalesce(func.max(rows.c.largest), 0)
        return [func.count(), *(func.coalesce(func.sum(rows.c[name]), 0) for name in summed), largest]
    if section == "expected":
        return [func.coalesce(func.sum(rows.c[name]), 0) for name in SECTIONS[section]]
    if section == "homes":
        return [func.coalesce(func.sum(rows.c.n), 0), func.count()]
    if section == "rejected":
        return [func.count().filter(rows.c.voided_at.is_(None)), func.count(rows.c.voided_at)]
    return [func.count()]
