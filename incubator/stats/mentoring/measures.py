"""From sources to numbers, in one statement: each part of it gives rows of the total and of the groups."""

from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Text,
    and_,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from incubator.days import VIETNAM
from incubator.db import AnySelect, param, statement
from incubator.mentoring.queries import consultation_days
from incubator.projects.models import Platform
from incubator.stats.funnel.history import LATE_DAYS
from incubator.stats.mentoring.dimensions import DIMENSIONS, Dimension
from incubator.stats.mentoring.sources import (
    AHEAD,
    FAILED,
    HELD,
    WORKED,
    MentoringShape,
    actions,
    advice,
    consultations,
    first_reports,
    guests,
    meetings,
    projects,
    seats,
)


class Sources(NamedTuple):
    meeting: CTE
    seat: CTE
    guest: CTE
    advised: CTE
    consultation: CTE
    action: CTE


class Part(NamedTuple):
    """Numbers over some rows; `home` has the column of the breakdown where the rows are a join."""

    rows: FromClause
    numbers: list[ColumnElement[Any]]
    conditions: tuple[ColumnElement[bool], ...] = ()
    home: FromClause | None = None


@statement
def mentoring_statement(shape: MentoringShape) -> AnySelect:
    """Rows of (section, whether a group's, value, platform, month, numbers, code and name of the value).

    A total is counted on its own and never summed from the groups.
    """
    sources = _sources(shape)
    totals = [_line(shape, section, part) for section, part in _totals(shape, sources).items()]
    grouped = [_line(shape, section, part, grouped=True) for section, part in _groups(shape, sources).items()]
    line = union_all(*totals, _tables(shape, sources), *grouped).subquery("line")
    named = DIMENSIONS[shape.group_by].named if shape.group_by else None
    if named is None:
        return select(*line.c, null(), null())
    names = named.subquery("named")
    return select(*line.c, names.c.code, names.c.name).outerjoin_from(line, names, names.c.id == line.c.value)


def has_platforms(shape: MentoringShape) -> bool:
    """Whether projects are counted by platforms: a project is of a place, but of no programme and no one mentor."""
    return not (shape.programme or shape.mentor)


def _sources(shape: MentoringShape) -> Sources:
    meeting = meetings(shape).cte("meeting")
    advised = advice(shape).cte("advised")
    return Sources(
        meeting=meeting,
        seat=seats(shape, meeting).cte("seat"),
        guest=guests(meeting).cte("guest"),
        advised=advised,
        consultation=consultations(shape, advised).cte("consultation"),
        action=actions(shape).cte("action"),
    )


def _totals(shape: MentoringShape, sources: Sources) -> dict[str, Part]:
    found = _parts(sources)
    if has_platforms(shape):
        found["platforms"] = _platforms(shape, sources)
    return found | _quality(sources)


def _groups(shape: MentoringShape, sources: Sources) -> dict[str, Part]:
    """By mentor, every mentor of a session has it; so what several share is in several groups."""
    if shape.group_by is None:
        return {}
    if shape.group_by == "mentor":
        came = guests(sources.seat).cte("guest_of_mentor")
        sources = sources._replace(meeting=sources.seat, guest=came, consultation=sources.advised)
    found = _parts(sources)
    if has_platforms(shape):
        found["platforms"] = _platforms(shape, sources)
    if shape.group_by == "month":
        found["actions"] = found["actions"]._replace(conditions=(sources.action.c.is_done,))
    return {name: part for name, part in found.items() if name in DIMENSIONS[shape.group_by].sections}


def _parts(sources: Sources) -> dict[str, Part]:
    meeting, seat, guest, given, action = (
        sources.meeting, sources.seat, sources.guest, sources.consultation, sources.action,
    )  # fmt: skip
    return {
        "sessions": Part(meeting, _by_state(meeting)),
        "minutes": Part(seat, _minutes(seat), (seat.c.state.in_(WORKED),)),
        "mentees": Part(guest, [func.count(guest.c.person_id.distinct())]),
        "consultations": Part(given, _given(given), (given.c.counts, given.c.in_period)),
        "reached": Part(given, [func.count(given.c.project_id.distinct())], (given.c.counts,)),
        "actions": Part(action, [_count(action.c[name]) for name in ("is_open", "is_overdue", "is_done")]),
    }


def _by_state(met: FromClause) -> list[ColumnElement[Any]]:
    return [_count(met.c.state == state) for state in (HELD, *FAILED)]


def _minutes(seat: FromClause) -> list[ColumnElement[Any]]:
    sums = [func.coalesce(func.sum(seat.c[f"{kind}_minutes"]), 0) for kind in ("contact", "preparation", "travel")]
    return [*sums, func.count(seat.c.mentor_id.distinct()).filter(seat.c.state == HELD)]


def _given(given: FromClause) -> list[ColumnElement[Any]]:
    return [func.count(), func.count(given.c.project_id.distinct())]


def _platforms(shape: MentoringShape, sources: Sources) -> Part:
    """A stock: every project, by the number of platforms on which it had been consulted."""
    project, given = projects(shape).subquery("founded"), sources.consultation
    counted = select(given.c.project_id, given.c.platform, given.c.held_on).where(given.c.counts).subquery()
    days = consultation_days(counted).subquery("first_days")
    number = sum((cast(days.c[on].is_not(None), Integer) for on in Platform), start=literal(0))
    on = [_count(number == how_many) for how_many in range(len(Platform) + 1)]
    rows = project.outerjoin(days, days.c.project_id == project.c.id)
    return Part(rows, [func.count(days.c.fully_consulted_on), *on], home=project)


def _quality(sources: Sources) -> dict[str, Part]:
    meeting, given = sources.meeting, sources.consultation
    told = first_reports().subquery("told_first")
    told_on = cast(func.timezone(VIETNAM.key, told.c.told_at), Date)
    return {
        "waiting": Part(meeting, [_count(meeting.c.state == AHEAD, meeting.c.planned_on < param("as_of", Date))]),
        "late": Part(
            meeting.join(told, told.c.session_id == meeting.c.id),
            [_count(meeting.c.state == HELD, told_on > meeting.c.day + LATE_DAYS)],
        ),
        "short": Part(given, [_count(given.c.in_period, not_(given.c.counts))]),
    }


def _tables(shape: MentoringShape, sources: Sources) -> AnySelect:
    """The consultations by platform, by month, and by both."""
    given = sources.consultation
    platform, month = given.c.platform, given.c.month
    query = select(*_columns("tables", False, _no_value(shape), platform, month, _given(given)))
    sets = func.grouping_sets(tuple_(platform), tuple_(month), tuple_(platform, month))
    return query.where(given.c.counts, given.c.in_period).group_by(sets)


def _line(shape: MentoringShape, section: str, part: Part, *, grouped: bool = False) -> AnySelect:
    value = (part.rows if part.home is None else part.home).c[_dimension(shape).column] if grouped else _no_value(shape)
    nothing = cast(null(), Text), cast(null(), Date)
    query = select(*_columns(section, grouped, value, *nothing, part.numbers))
    query = query.select_from(part.rows).where(*part.conditions)
    return query.group_by(value) if grouped else query


def _columns(
    section: str, grouped: bool, value: Any, platform: Any, month: Any, numbers: list[ColumnElement[Any]]
) -> list[ColumnElement[Any]]:
    whole: Any = array([cast(number, BigInteger) for number in numbers])
    return [
        literal(section, Text).label("section"),
        (true() if grouped else false()).label("is_group"),
        value.label("value"),
        platform.label("platform"),
        month.label("month"),
        cast(whole, ARRAY(BigInteger)).label("numbers"),
    ]


def _no_value(shape: MentoringShape) -> ColumnElement[Any]:
    return cast(null(), _dimension(shape).type_ if shape.group_by else Text)


def _dimension(shape: MentoringShape) -> Dimension:
    assert shape.group_by is not None
    return DIMENSIONS[shape.group_by]


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(and_(*conditions))
