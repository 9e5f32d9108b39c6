"""Who was expected, and who of them came: told of events whose attendance is closed and was not taken by heads alone.

A registration is for the whole of an event, so an event is told where all of its sites are in question.
"""

from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, and_, exists, func, not_, select, union_all
from sqlalchemy.orm import aliased

from incubator.db import AnyQuery, AnySelect
from incubator.events.attendance.models import Attendance
from incubator.events.layout.models import EventSite
from incubator.events.models import Capture
from incubator.events.registrations.models import Registration, RegistrationStatus
from incubator.stats.attendance.sources import Sources


def tallies(of: Sources, *, by_mode: bool = False) -> AnySelect:
    """For each event how many were `expected`, and how many of them were `shown`; or for each of its modes, as people
    had registered. Each person once."""
    keys = ["event_id", *(["value"] if by_mode else [])]
    due = _due(of, by_mode=by_mode).cte()
    alone, merged = _alone(of, due, keys), _merged(of, due, keys)
    number = _number(union_all(alone, merged), keys).subquery()
    came = _number(_came(of, alone.subquery(), merged.subquery()), keys).subquery()
    together = and_(*(came.c[key] == number.c[key] for key in keys))
    shown = func.coalesce(came.c.n, 0).label("shown")
    query = select(*(number.c[key] for key in keys), number.c.n.label("expected"), shown)
    return query.outerjoin_from(number, came, together)


def by_group(of: Sources, tally: FromClause) -> AnySelect:
    """The same events for the value of the breakdown to which all of their sites belong."""
    whole = _whole(of, of.site.c.value).subquery()
    return select(whole.c.value, tally.c.expected, tally.c.shown).join(tally, tally.c.event_id == whole.c.event_id)


def _due(of: Sources, *, by_mode: bool) -> AnySelect:
    r, whole = Registration, _whole(of).subquery()
    columns = [r.event_id, r.person_id, *([r.mode.label("value")] if by_mode else [])]
    query = select(*columns).join(whole, whole.c.event_id == r.event_id)
    return query.where(r.status == RegistrationStatus.confirmed.value)


def _alone(of: Sources, due: CTE, keys: list[str]) -> AnySelect:
    """Whoever has one row as a person has one registration for an event at most."""
    is_merged = exists().where(of.family.c.id == due.c.person_id)
    return select(*(due.c[key] for key in keys), due.c.person_id).where(not_(is_merged))


def _merged(of: Sources, due: CTE, keys: list[str]) -> AnySelect:
    query = select(*(due.c[key] for key in keys), of.family.c.counted_id.label("person_id"))
    return query.join(of.family, of.family.c.id == due.c.person_id).distinct()


def _came(of: Sources, alone: FromClause, merged: FromClause) -> AnyQuery:
    """By whatever mode."""
    a, met = Attendance, of.met
    came = exists().where(a.event_id == alone.c.event_id, a.person_id == alone.c.person_id, a.is_counted())
    they_came = exists().where(met.c.event_id == merged.c.event_id, met.c.person_id == merged.c.person_id)
    return union_all(select(alone).where(came), select(merged).where(they_came))


def _number(rows: AnyQuery, keys: list[str]) -> AnySelect:
    row = rows.subquery()
    columns = [row.c[key] for key in keys]
    return select(*columns, func.count().label("n")).group_by(*columns)


def _whole(of: Sources, *value: ColumnElement[Any]) -> AnySelect:
    """The events that lie wholly in question, or wholly in one group."""
    site, any_site, inside = of.site, aliased(EventSite), of.site.alias()
    same = [inside.c[column.key] == column for column in value]
    outside = exists().where(
        any_site.event_id == site.c.event_id, not_(exists().where(inside.c.id == any_site.id, *same))
    )
    query = select(site.c.event_id, *value).group_by(site.c.event_id, *value)
    is_told = and_(site.c.attendance_closed_at.is_not(None), site.c.capture != Capture.headcount.value)
    return query.where(is_told, not_(outside))
