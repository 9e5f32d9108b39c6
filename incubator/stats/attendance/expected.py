"""Who was expected, and who of them came: told of events whose attendance is closed and was not taken by heads alone.

A registration is for the whole of an event, so an event is told where all of its sites are in question.
"""

from sqlalchemy import CTE, FromClause, and_, exists, func, not_, select, union_all
from sqlalchemy.orm import aliased

from incubator.db import AnySelect
from incubator.events.attendance.models import Attendance
from incubator.events.layout.models import EventSite
from incubator.events.models import Capture
from incubator.events.registrations.models import Registration, RegistrationStatus
from incubator.stats.attendance.sources import Sources


def tallies(of: Sources) -> tuple[FromClause, FromClause]:
    """How many were `expected`, and how many of them were `shown`, each person once: by the mode for which they had
    registered, as `value`, and for each event.

    Whoever has one row as a person has one registration for an event, and so one mode; the few others may have two.
    """
    due = _due(of).cte()
    alone = _tally(*_alone(of, due), ["event_id", "value"]).cte()
    by_mode = _tally(*_merged(of, due, "value"), ["event_id", "value"])
    by_event = _tally(*_merged(of, due), ["event_id"])
    events = union_all(_told(alone), _told(by_event.subquery())).subquery()
    return union_all(_told(alone, "value"), _told(by_mode.subquery(), "value")).subquery(), events


def by_group(of: Sources, tally: FromClause) -> FromClause:
    """The same events for the value of the breakdown, where all of their sites have the same."""
    site = of.site
    value = func.any_value(site.c.value, type_=site.c.value.type).label("value")
    one = select(site.c.event_id, value).group_by(site.c.event_id)
    whole = one.having(func.count(site.c.value.distinct()) == 1).subquery()
    query = select(whole.c.value, tally.c.expected, tally.c.shown)
    return query.join(tally, tally.c.event_id == whole.c.event_id).subquery()


def _due(of: Sources) -> AnySelect:
    r, whole = Registration, _whole(of).subquery()
    query = select(r.event_id, r.mode.label("value"), r.person_id).join(whole, whole.c.event_id == r.event_id)
    return query.where(r.status == RegistrationStatus.confirmed.value)


def _alone(of: Sources, due: CTE) -> tuple[AnySelect, AnySelect]:
    """Those who were not merged, and of them those who came, by whatever mode."""
    a = Attendance
    alone = select(due).where(not_(exists().where(of.family.c.id == due.c.person_id)))
    came = exists().where(a.event_id == due.c.event_id, a.person_id == due.c.person_id, a.is_counted())
    return alone, alone.where(came)


def _merged(of: Sources, due: CTE, *value: str) -> tuple[AnySelect, AnySelect]:
    """The same of those who were merged."""
    family, met = of.family, of.met
    keys = [due.c.event_id, *(due.c[name] for name in value)]
    query = select(*keys, family.c.counted_id.label("person_id")).join(family, family.c.id == due.c.person_id)
    came = exists().where(met.c.event_id == due.c.event_id, met.c.person_id == family.c.counted_id)
    return query.distinct(), query.where(came).distinct()


def _tally(due: AnySelect, came: AnySelect, keys: list[str]) -> AnySelect:
    number, shown = _number(due, keys).subquery(), _number(came, keys).subquery()
    together = and_(*(shown.c[key] == number.c[key] for key in keys))
    told = (number.c.n.label("expected"), func.coalesce(shown.c.n, 0).label("shown"))
    return select(*(number.c[key] for key in keys), *told).outerjoin_from(number, shown, together)


def _told(tally: FromClause, *value: str) -> AnySelect:
    return select(*(tally.c[name] for name in ("event_id", *value, "expected", "shown")))


def _number(rows: AnySelect, keys: list[str]) -> AnySelect:
    row = rows.subquery()
    columns = [row.c[key] for key in keys]
    return select(*columns, func.count().label("n")).group_by(*columns)


def _whole(of: Sources) -> AnySelect:
    """The events that lie wholly in question."""
    site, any_site, inside = of.site, aliased(EventSite), of.site.alias()
    is_outside = not_(exists().where(inside.c.id == any_site.id))
    outside = exists().where(any_site.event_id == site.c.event_id, is_outside)
    is_told = and_(site.c.attendance_closed_at.is_not(None), site.c.capture != Capture.headcount.value)
    return select(site.c.event_id).where(is_told, not_(outside)).group_by(site.c.event_id)
