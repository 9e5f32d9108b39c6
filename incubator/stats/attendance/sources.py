"""What is counted of attendance: sites, and who was named or counted there.

People whose rows were merged are few, so the many rows of attendance are counted as they stand, and the result is
corrected by what belongs to those few (`kin`). Whoever is to be counted once is grouped and never taken DISTINCT:
PostgreSQL does the latter in parallel in a way that can take minutes for a million people.
"""

from typing import Any

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Text,
    Uuid,
    cast,
    exists,
    func,
    not_,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from incubator.days import VIETNAM
from incubator.db import AnyQuery, AnySelect, param
from incubator.events.attendance.models import Attendance
from incubator.events.headcounts.models import Headcount
from incubator.events.layout.models import EventSession, EventSite
from incubator.events.models import COUNTED, Event
from incubator.people.models import Person
from incubator.stats.attendance.dimensions import DIMENSIONS
from incubator.stats.attendance.schemas import GroupBy
from incubator.territory import Shape, within


class AttendanceShape(msgspec.Struct, frozen=True, kw_only=True):
    """What of a question changes the SQL; its values are parameters."""

    scope: Shape
    area: str | None
    group_by: GroupBy | None = None
    kind: bool = False
    event: bool = False
    final_only: bool = False


class Sources(msgspec.Struct, frozen=True, eq=False):
    """`site`: the sites of the question, each with its `value` of the breakdown where that is one of sites. `cell`: the
    same with how many were `named` at each, how many more were counted, and whether anybody said so.

    `family` has each row of persons who were merged and the row that counts instead, `met` their attendances, of which
    that with `place` 1 counts and the others lie beneath it.
    """

    site: CTE
    family: CTE
    met: CTE
    cell: CTE


def sources(shape: AttendanceShape, *more: ColumnElement[bool]) -> Sources:
    site, family = _sites(shape, *more).cte(), _family().cte()
    met = _met(site, family).cte()
    return Sources(site, family, met, _cells(site, met).cte())


def people(at: FromClause, of: Sources, *keys: str) -> AnyQuery:
    """Each person once for each of these columns of the sites at which they were named, with `n` attendances."""
    a, family, met = Attendance, of.family, of.met
    columns = [at.c[key] for key in keys]
    seen = select(*columns, a.person_id, func.count().label("n")).join(at, at.c.id == a.site_id)
    seen = seen.where(a.is_counted()).group_by(*columns, a.person_id)
    each = seen.subquery()
    alone = select(*each.c).where(not_(exists().where(family.c.id == each.c.person_id)))
    merged = select(*columns, met.c.person_id, func.count()).join(at, at.c.id == met.c.site_id)
    return union_all(alone, merged.where(met.c.place == 1).group_by(*columns, met.c.person_id))


def several_sessions(of: Sources) -> FromClause:
    """The sites of events with more than one session in question: only there somebody comes twice to one event."""
    site = of.site
    many = select(site.c.event_id).group_by(site.c.event_id)
    many = many.having(func.min(site.c.number) < func.max(site.c.number))
    return select(site).where(site.c.event_id.in_(many)).cte()


def _sites(shape: AttendanceShape, *more: ColumnElement[bool]) -> AnySelect:
    columns = [EventSite.id, EventSite.event_id, EventSite.session_id, EventSession.number]
    columns += [Event.attendance_closed_at, Event.capture]
    value = DIMENSIONS[shape.group_by].value if shape.group_by else None
    if value is not None:
        columns.append(value.label("value"))
    query = select(*columns).join_from(EventSite, EventSession, EventSession.id == EventSite.session_id)
    return query.join(Event, Event.id == EventSite.event_id).where(*_limits(shape), *more)


def _family() -> AnyQuery:
    absorbed, survivor = aliased(Person), aliased(Person)
    return union(
        select(absorbed.id, absorbed.survivor_id.label("counted_id")).where(absorbed.survivor_id.is_not(None)),
        select(survivor.survivor_id, survivor.survivor_id).where(survivor.survivor_id.is_not(None)),
    )


def _met(site: CTE, family: CTE) -> AnySelect:
    """The attendances of one person at one session are ordered by what counts first, wherever their sites lie."""
    a = Attendance
    place = func.row_number().over(
        partition_by=(a.session_id, family.c.counted_id),
        order_by=(a.first_in_at.nulls_last(), a.first_out_at.nulls_last(), a.site_id, a.person_id),
    )
    met = select(a.site_id, a.event_id, family.c.counted_id.label("person_id"), place.label("place"))
    is_asked = a.session_id.in_(select(site.c.session_id))
    return met.join(family, family.c.id == a.person_id).where(a.is_counted(), is_asked)


def _cells(site: CTE, met: CTE) -> AnySelect:
    rows, head = _rows(site).subquery(), _heads(site).subquery()
    less = [_beneath(met).subquery(), _uncounted(site).subquery()]
    names = sum((-func.coalesce(one.c.n, 0) for one in less), start=func.coalesce(rows.c.n, 0))
    more_heads = func.greatest(func.coalesce(head.c.total, 0) - names, 0)
    query = select(
        *(column for column in site.c if column.key != "id"),
        names.label("named"),
        more_heads.label("anonymous"),
        or_(names > 0, head.c.total.is_not(None)).label("is_reported"),
    )
    query = query.select_from(site)
    for counted in (rows, *less, head):
        query = query.outerjoin(counted, counted.c.site_id == site.c.id)
    return query


def _rows(site: CTE) -> AnySelect:
    """All rows of attendance, counted or not: for that the index of their sites is enough."""
    a = Attendance
    return select(a.site_id, func.count().label("n")).join(site, site.c.id == a.site_id).group_by(a.site_id)


def _uncounted(site: CTE) -> AnySelect:
    return _rows(site).where(not_(Attendance.is_counted()))


def _beneath(met: CTE) -> AnySelect:
    """How many attendances of a site count elsewhere, or once already, since persons were merged."""
    return select(met.c.site_id, func.count().label("n")).where(met.c.place > 1).group_by(met.c.site_id)


def _heads(site: CTE) -> AnySelect:
    """The current count of each site: the one that none replaces."""
    later = aliased(Headcount)
    query = select(Headcount.site_id, Headcount.total).join(site, site.c.id == Headcount.site_id)
    return query.where(not_(exists().where(later.replaces_id == Headcount.id)))


def _limits(shape: AttendanceShape) -> list[ColumnElement[bool]]:
    conditions = [
        Event.status.in_(sorted(COUNTED)),
        within(shape.scope, "counted", province=EventSite.province_id, commune=EventSite.locality_id),
        *_period(),
    ]
    if shape.area:
        place = {"province": EventSite.province_id, "commune": EventSite.locality_id}[shape.area]
        conditions.append(place == param("area_id", Uuid))
    if shape.kind:
        conditions.append(Event.kind == param("kind", Text))
    if shape.event:
        conditions.append(Event.id == param("event_id", Uuid))
    if shape.final_only:
        conditions.append(Event.attendance_closed_at.is_not(None))
    return conditions


def _period() -> list[ColumnElement[bool]]:
    """By the day in Viet Nam on which a session begins, and none that lies ahead of the day of the figure."""
    starts_at = EventSession.starts_at
    return [
        starts_at >= _midnight(param("from", Date)),
        starts_at < _midnight(param("to", Date)),
        starts_at < _midnight(param("as_of", Date) + 1),
    ]


def _midnight(day: Any) -> ColumnElement[Any]:
    """The instant at which a day begins in Viet Nam."""
    return func.timezone(VIETNAM.key, cast(day, DateTime))
