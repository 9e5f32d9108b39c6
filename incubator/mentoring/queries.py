"""When a project counts as consulted, and what is read of consultations."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    any_,
    case,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor, Permission
from incubator.db import AnySelect, Reads, fetch_all, fetch_one, param, statement
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.models import CONTACT_MINUTES, Consultation, ConsultationVersion
from incubator.mentoring.rows import consultation_out
from incubator.mentoring.schemas import ConsultationOut, ConsultationQuery, ConsultationVersionOut
from incubator.mentoring.sessions.models import MentorAttendance, MentoringSession, SessionMentor, SessionStatus
from incubator.mentoring.sight import Sight, is_followed, is_me, is_read, is_shown, sight_of, sight_values
from incubator.paging import Listing, Order, SmallNumber
from incubator.people.models import Person
from incubator.projects.models import Platform, Project, ProjectNeed
from incubator.projects.sight import is_mentored_by

NEWEST_FIRST = Order((Consultation.id.expression,), descending=True)
IN_ORDER = Order((ConsultationVersion.number.expression,))


def is_consulted(on: Any) -> ColumnElement[bool]:
    """Whether the row of Project had been consulted on any platform by that day."""
    days = counted_consultations().subquery()
    return exists().where(days.c.project_id == Project.id, days.c.held_on <= on).correlate_except(days)


def is_consulted_on(platform: Any, on: Any) -> ColumnElement[bool]:
    """Whether the row of Project had been consulted on the platform by that day."""
    days = counted_consultations().subquery()
    is_there = exists().where(days.c.project_id == Project.id, days.c.platform == platform, days.c.held_on <= on)
    return is_there.correlate_except(days)  # Two selects deep, a project of its own would be joined here.


def is_fully_consulted(on: Any) -> ColumnElement[bool]:
    """Whether the row of Project had been consulted at all and on every platform that it needs by that day."""
    need = aliased(ProjectNeed)
    lacks = exists().where(need.project_id == Project.id, need.needed, not_(is_consulted_on(need.platform, on)))
    lacks = lacks.correlate_except(need)
    return and_(is_consulted(on), not_(lacks))


def counted_consultations() -> AnySelect:
    """(project_id, platform, session_id, mentor_id, held_on) of every consultation that counts.

    It stands, its session was held, and its mentor was there with at least fifteen minutes of contact.
    """
    told = reported_consultations().subquery()
    columns = (told.c.project_id, told.c.platform, told.c.session_id, told.c.mentor_id, told.c.held_on)
    return select(*columns).where(told.c.counts)


def reported_consultations() -> AnySelect:
    """Every consultation that stands and whose session was held; `counts` says whether it was long enough."""
    c, s, part = aliased(Consultation), aliased(MentoringSession), aliased(SessionMentor)
    return (
        select(c.project_id, c.platform, c.session_id, c.mentor_id, s.held_on, is_long_enough(part).label("counts"))
        .join(s, s.id == c.session_id)
        .join(part, and_(part.session_id == c.session_id, part.mentor_id == c.mentor_id))
        .where(c.voided_at.is_(None), s.status == SessionStatus.held.value)
    )


def is_long_enough(part: type[SessionMentor]) -> ColumnElement[bool]:
    """Whether the mentor was there, and with those who came for the time that a consultation takes."""
    attended = part.attendance == MentorAttendance.attended.value
    return and_(attended, part.contact_minutes >= CONTACT_MINUTES)


def consultation_days(counted: FromClause | None = None) -> AnySelect:
    """One row for each project that was consulted: the first day by platform, and the two days that follow from them.

    `consulted_on` is the first of any platform. `fully_consulted_on` is the day on which the last needed platform was
    first consulted, or the first of any where none is needed; null while one is lacking. `counted` are the rows to
    look at where not every consultation that counts is meant.
    """
    rows = counted_consultations().subquery() if counted is None else counted
    first = _by_platform(rows.c.project_id, lambda on: func.min(rows.c.held_on).filter(rows.c.platform == on))
    need = ProjectNeed
    needs = _by_platform(need.project_id, lambda on: func.bool_or(need.needed).filter(need.platform == on))
    any_on = func.least(*(first.c[on] for on in Platform), type_=Date)
    is_lacking = or_(*(and_(needs.c[on], first.c[on].is_(None)) for on in Platform))
    last_needed = func.greatest(*(case((needs.c[on], first.c[on])) for on in Platform), type_=Date)
    return select(
        *first.c,
        any_on.label("consulted_on"),
        case((is_lacking, null()), else_=func.coalesce(last_needed, any_on)).label("fully_consulted_on"),
    ).outerjoin_from(first, needs, needs.c.project_id == first.c.project_id)


def _by_platform(project_id: Any, value: Callable[[str], ColumnElement[Any]]) -> Subquery:
    """One row a project, with a column for each platform."""
    columns = [value(platform.value).label(platform.value) for platform in Platform]
    return select(project_id.label("project_id"), *columns).group_by(project_id).subquery()


async def require_followed(reads: Reads, actor: Actor, project_id: UUID) -> None:
    """404 where the actor does not read the mentoring of the project."""
    values = {**sight_values(actor), "project_id": project_id}
    await fetch_one(reads, _is_followed(sight_of(actor)), values, lambda one: one)


@statement
def _is_followed(sight: Sight) -> AnySelect:
    followed = select(literal(1)).select_from(Project)
    return followed.where(is_followed(sight), Project.id == param("project_id", Uuid))


def list_consultations(actor: Actor, filters: ConsultationQuery, today: date) -> Listing[ConsultationOut]:
    """Newest first. Those that were taken back are for staff, approvers and their own mentor who ask for them."""
    if filters.include_voided:
        actor.require(Permission.mentoring_read_internal, Permission.mentoring_read_mentored)
    values = _filter_values(filters)
    flags = {name for name in ("mine", "include_voided") if getattr(filters, name)}
    given = frozenset(flags | {name for name, value in values.items() if value is not None})
    return Listing(
        name="consultations",
        query=_filtered,
        shape=(sight_of(actor), given),
        order=NEWEST_FIRST,
        values={**sight_values(actor), **values},
        row=ConsultationOut,
        read=consultation_out(actor, today),
        show=_in_list,
    )


async def get_consultation(reads: Reads, actor: Actor, consultation_id: UUID, today: date) -> ConsultationOut:
    """One consultation; 404 where its notes are not for the actor."""
    values = {**sight_values(actor), "ids": [consultation_id]}
    return await fetch_one(reads, _consultations(sight_of(actor)), values, consultation_out(actor, today))


async def get_consultations(
    reads: Reads, actor: Actor, consultation_ids: list[UUID], today: date
) -> list[ConsultationOut]:
    """Those of the consultations that the actor reads, oldest first."""
    values = {**sight_values(actor), "ids": consultation_ids}
    return await fetch_all(reads, _consultations(sight_of(actor)), values, consultation_out(actor, today))


def list_versions(actor: Actor, consultation_id: UUID) -> Listing[ConsultationVersionOut]:
    """Oldest first, those that were for the actor in their own time."""
    return Listing(
        name="consultation_versions",
        query=_versions,
        shape=(sight_of(actor),),
        order=IN_ORDER,
        values={**sight_values(actor), "consultation_id": consultation_id},
        row=ConsultationVersionOut,
        place=lambda row: (row.number,),
        place_types=tuple[SmallNumber],
    )


@statement
def _consultations(sight: Sight) -> Select[Any]:
    wanted = Consultation.id == any_(param("ids", ARRAY(Uuid)))
    return _columns(Consultation, sight).where(is_read(sight), wanted).order_by(Consultation.id)


def _filtered(sight: Sight, given: frozenset[str]) -> AnySelect:
    asked = [condition for name, condition in _conditions().items() if name in given]
    if "include_voided" not in given:
        asked.append(Consultation.voided_at.is_(None))
    query: AnySelect = select(Consultation).join(Project, Project.id == Consultation.project_id)
    return query.where(is_read(sight), *asked)


def _conditions() -> dict[str, ColumnElement[bool]]:
    """Filter by filter what it asks of a consultation."""
    c, s, said = Consultation, aliased(MentoringSession), aliased(ConsultationVersion)
    in_session = s.id == c.session_id
    is_current = and_(said.consultation_id == c.id, said.number == c.content_number)
    return {
        "project_id": c.project_id == param("project_id", Uuid),
        "platform": c.platform == param("platform", Text),
        "mentor_id": c.mentor_id == param("mentor_id", Uuid),
        "session_id": c.session_id == param("session_id", Uuid),
        "programme_id": exists().where(in_session, s.programme_id == param("programme_id", Uuid)),
        "held_on_gte": exists().where(in_session, s.held_on >= param("held_on_gte", Date)),
        "held_on_lt": exists().where(in_session, s.held_on < param("held_on_lt", Date)),
        "outcome": exists().where(is_current, said.outcome == param("outcome", Text)),
        "mine": is_me(c.mentor_id),
    }


def _filter_values(filters: ConsultationQuery) -> dict[str, Any]:
    ids = {name: getattr(filters, name) for name in ("project_id", "mentor_id", "session_id", "programme_id")}
    days = {name: getattr(filters, name) for name in ("held_on_gte", "held_on_lt")}
    return {
        **ids,
        **days,
        "platform": filters.platform and filters.platform.value,
        "outcome": filters.outcome and filters.outcome.value,
    }


def _in_list(cut: AnySelect, sight: Sight, _: frozenset[str]) -> AnySelect:
    """The page is cut out before its rows are joined with what they show."""
    page = cut.subquery("page")
    return _columns(aliased(Consultation, page), sight).order_by(page.c.id.desc())


def _columns(c: type[Consultation], sight: Sight) -> Select[Any]:
    """What `consultation_out` takes: the fields in their order, and how the actor stands to the row."""
    s, part, said = MentoringSession, SessionMentor, ConsultationVersion
    mentors = is_mentored_by(param("me", Uuid)) if sight.mentor else literal(False)
    columns: tuple[Any, ...] = (
        c.id, c.version, c.project_id, Project.title, c.session_id, s.held_on, s.mode, s.programme_id,
        c.mentor_id, Person.full_name, part.contact_minutes, c.platform,
        said.subtopic, said.question, said.advice, said.outcome, c.visibility,
        and_(c.voided_at.is_(None), s.status == SessionStatus.held.value, is_long_enough(part)),
        c.recorded_at, c.voided_at, c.void_reason, Project.province_id, Project.locality_id,
        Mentor.account_id, c.recorded_by_id, mentors,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Project, Project.id == c.project_id)
        .join(s, s.id == c.session_id)
        .join(part, and_(part.session_id == c.session_id, part.mentor_id == c.mentor_id))
        .join(said, and_(said.consultation_id == c.id, said.number == c.content_number))
        .join(Mentor, Mentor.id == c.mentor_id)
        .join(Person, Person.id == Mentor.person_id)
    )


def _versions(sight: Sight) -> Select[Any]:
    v = ConsultationVersion
    columns: tuple[Any, ...] = (
        v.number, v.subtopic, v.question, v.advice, v.outcome, v.visibility, v.reason,
        v.written_by_id, Account.username, v.written_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Consultation, Consultation.id == v.consultation_id)
        .join(Project, Project.id == Consultation.project_id)
        .outerjoin(Account, Account.id == v.written_by_id)
        .where(is_read(sight), is_shown(sight, v.visibility), v.consultation_id == param("consultation_id", Uuid))
    )
