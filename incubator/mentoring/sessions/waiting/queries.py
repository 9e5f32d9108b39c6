"""Which running projects had no session lately."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Text, Uuid, and_, exists, func, not_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import AnySelect, param
from incubator.ideas.models import Idea, IdeaMember
from incubator.localities.models import Locality
from incubator.mentoring.models import Consultation
from incubator.mentoring.sessions.models import GuestStatus, MentoringSession, SessionParticipant, SessionStatus
from incubator.mentoring.sessions.waiting.schemas import WaitingProjectRow, WaitingQuery
from incubator.mentoring.sight import Sight, is_followed, sight_of, sight_values
from incubator.paging import Listing, Order
from incubator.people.models import Person
from incubator.projects.mentors.models import ProjectMentor
from incubator.projects.models import RUNNING, Project, ProjectIdea
from incubator.projects.sight import is_mentored_by

NEWEST_FIRST = Order((Project.id.expression,), descending=True)


def list_waiting(actor: Actor, filters: WaitingQuery, *, today: date) -> Listing[WaitingProjectRow]:
    """Newest first."""
    asked = {"locality_code": filters.locality_code, "mentor_id": filters.mentor_id}
    given = frozenset(name for name, value in asked.items() if value is not None)
    return Listing(
        name="projects_without_session",
        query=_waiting,
        shape=(sight_of(actor), given),
        order=NEWEST_FIRST,
        values={**sight_values(actor), **asked, "since": today - timedelta(days=filters.days)},
        row=WaitingProjectRow,
        show=_in_list,
    )


def _waiting(sight: Sight, given: frozenset[str]) -> Select[Any]:
    since = param("since", Date)
    came, consulted = _attended(Project), _consulted(Project)
    met = [exists(meetings.where(MentoringSession.held_on >= since)) for meetings in (came, consulted)]
    running = Project.status.in_([status.value for status in sorted(RUNNING)])
    asked = [condition for name, condition in _conditions().items() if name in given]
    # A project that is younger than the days asked for has not been waiting for so long.
    waits = (running, Project.founded_on <= since, *(not_(one) for one in met))
    return select(Project).where(is_followed(sight), *waits, *asked)


def _conditions() -> dict[str, ColumnElement[bool]]:
    """Filter by filter what it asks of a project, as in the list of all projects."""
    commune = select(Locality.id).where(Locality.code == param("locality_code", Text), Locality.valid_to.is_(None))
    return {
        "locality_code": Project.locality_id == commune.scalar_subquery(),
        "mentor_id": is_mentored_by(param("mentor_id", Uuid)),
    }


def _in_list(cut: AnySelect, *_: Any) -> Select[Any]:
    """The page is cut out of `project` alone; only its rows are then joined with what they show."""
    page = cut.subquery("page")
    project = aliased(Project, page)
    first, leader = aliased(ProjectIdea), aliased(IdeaMember)
    columns: tuple[Any, ...] = (
        project.id, project.title, project.status, Locality.code, Locality.name, Person.id, Person.full_name,
        _mentor_names(project), project.founded_on,
        func.greatest(_last(_attended(project)), _last(_consulted(project))),
    )  # fmt: skip
    return (
        select(*columns)
        .join(Locality, Locality.id == project.locality_id)
        .join(first, and_(first.project_id == project.id, first.position == 0))
        .join(Idea, Idea.id == first.idea_id)
        .join(leader, and_(leader.idea_id == Idea.id, leader.number == Idea.content_number, leader.position == 0))
        .join(Person, Person.id == leader.person_id)
        .order_by(page.c.id.desc())
    )


def _attended(project: type[Project]) -> Select[Any]:
    """The held sessions to which somebody came for the project."""
    guest = aliased(SessionParticipant)
    return (
        select(MentoringSession.held_on)
        .join(guest, guest.session_id == MentoringSession.id)
        .where(guest.project_id == project.id, guest.status == GuestStatus.attended.value, _is_held())
        .correlate(project)
    )


def _consulted(project: type[Project]) -> Select[Any]:
    """The held sessions of the project's consultations that stand."""
    consultation = aliased(Consultation)
    return (
        select(MentoringSession.held_on)
        .join(consultation, consultation.session_id == MentoringSession.id)
        .where(consultation.project_id == project.id, consultation.voided_at.is_(None), _is_held())
        .correlate(project)
    )


def _is_held() -> ColumnElement[bool]:
    return MentoringSession.status == SessionStatus.held.value


def _last(meetings: Select[Any]) -> Any:
    return meetings.with_only_columns(func.max(MentoringSession.held_on)).scalar_subquery()


def _mentor_names(project: type[Project]) -> Any:
    mentoring, person = aliased(ProjectMentor), aliased(Person)
    name = aggregate_order_by(func.coalesce(person.full_name, Account.username), mentoring.id.asc())
    return (
        select(func.array_to_string(func.array_agg(name), ", "))
        .join_from(mentoring, Account, Account.id == mentoring.account_id)
        .outerjoin(person, person.id == Account.person_id)
        .where(mentoring.project_id == project.id, mentoring.to_on.is_(None))
        .correlate(project)
        .scalar_subquery()
    )
