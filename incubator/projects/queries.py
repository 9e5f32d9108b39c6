"""What is read of projects: the list and one project."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, Select, Text, Uuid, and_, any_, cast, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.ideas.models import Idea, IdeaMember, IdeaVersion
from incubator.ideas.schemas import MemberOut
from incubator.localities.models import Locality
from incubator.localities.schemas import LocalityRef
from incubator.paging import Listing, Order
from incubator.people.models import Person
from incubator.projects.mentors.models import ProjectMentor
from incubator.projects.models import NEXT, Platform, Project, ProjectIdea, ProjectNeed, ProjectStatus
from incubator.projects.schemas import (
    BaselineOut,
    CurrentMentorOut,
    FoundingIdeaOut,
    ProjectOut,
    ProjectQuery,
    ProjectRow,
)
from incubator.projects.sight import Sight, is_mentored_by, is_visible, sight_of, sight_values, visible_projects
from incubator.territory import Many
from incubator.text import search_query

NEWEST_FIRST = Order((Project.id.expression,), descending=True)


class ProjectFilters(msgspec.Struct, frozen=True):
    """Which filters are set: the shape of a list's statement."""

    status: Many
    given: frozenset[str]


def list_projects(actor: Actor, filters: ProjectQuery) -> Listing[ProjectRow]:
    """Newest first."""
    values = _filter_values(filters)
    given = frozenset(name for name in _conditions() if values[name] is not None)
    shape = ProjectFilters(Many(min(len(filters.status), 2)), given)
    return Listing(
        name="projects",
        query=_filtered,
        shape=(sight_of(actor), shape),
        order=NEWEST_FIRST,
        values={**sight_values(actor), **values},
        row=ProjectRow,
        show=_in_list,
    )


async def get_project(reads: Reads, actor: Actor, project_id: UUID) -> ProjectOut:
    """One project; 404 where the actor does not see it."""
    values = {**sight_values(actor), "project_id": project_id}
    return await fetch_one(reads, _project(sight_of(actor)), values, _project_out(actor))


async def require_project(reads: Reads, actor: Actor, project_id: UUID) -> None:
    """404 where the actor does not see the project."""
    values = {**sight_values(actor), "project_id": project_id}
    await fetch_one(reads, _is_seen(sight_of(actor)), values, lambda one: one)


def needs_platform(platform: Any) -> ColumnElement[bool]:
    """Whether the project's baseline says that it needs the platform."""
    return exists().where(ProjectNeed.project_id == Project.id, ProjectNeed.platform == platform, ProjectNeed.needed)


@statement
def _project(sight: Sight) -> Select[Any]:
    p = Project
    columns: tuple[Any, ...] = (
        p.id, p.version, p.title, p.status, p.founded_on, p.moved_on, p.closed_reason, p.created_at,
        p.province_id, Locality.id, Locality.code, Locality.name, Locality.kind,
        _baseline_json(), _ideas_json(), _leaders_json(), mentors_json(),
    )  # fmt: skip
    return (
        select(*columns)
        .join(Locality, Locality.id == p.locality_id)
        .where(is_visible(sight), p.id == param("project_id", Uuid))
    )


@statement
def _is_seen(sight: Sight) -> Select[Any]:
    seen = select(literal(1)).select_from(Project)
    return seen.where(is_visible(sight), Project.id == param("project_id", Uuid))


def _filtered(sight: Sight, filters: ProjectFilters) -> Select[Any]:
    asked = [condition for name, condition in _conditions().items() if name in filters.given]
    query = visible_projects(sight).where(*asked)
    if filters.status is Many.one:
        query = query.where(Project.status == param("status", Text))
    elif filters.status is Many.some:
        query = query.where(Project.status == any_(param("status", ARRAY(Text))))
    return query


def _conditions() -> dict[str, ColumnElement[bool]]:
    """Filter by filter what it asks of a project."""
    commune = select(Locality.id).where(Locality.code == param("locality_code", Text), Locality.valid_to.is_(None))
    return {
        "locality_code": Project.locality_id == commune.scalar_subquery(),
        "mentor_id": is_mentored_by(param("mentor_id", Uuid)),
        "platform_needed": needs_platform(param("platform_needed", Text)),
        "founded_on_gte": Project.founded_on >= param("founded_on_gte", Date),
        "founded_on_lt": Project.founded_on < param("founded_on_lt", Date),
        "q": Project.search.bool_op("@@")(func.to_tsquery("simple", param("q", Text))),
    }


def _filter_values(filters: ProjectQuery) -> dict[str, Any]:
    statuses = [status.value for status in filters.status]
    return {
        "status": statuses[0] if len(statuses) == 1 else statuses,
        "locality_code": filters.locality_code,
        "mentor_id": filters.mentor_id,
        "platform_needed": filters.platform_needed and filters.platform_needed.value,
        "founded_on_gte": filters.founded_on_gte,
        "founded_on_lt": filters.founded_on_lt,
        "q": None if filters.q is None else search_query(filters.q),
    }


def _in_list(cut: AnySelect, *_: Any) -> Select[Any]:
    """The page is cut out of `project` alone, by one index; only its rows are then joined with what they show."""
    page = cut.subquery("page")
    return _list_columns(aliased(Project, page)).order_by(page.c.id.desc())


def _list_columns(project: type[Project]) -> Select[Any]:
    first, leader = aliased(ProjectIdea), aliased(IdeaMember)
    columns: tuple[Any, ...] = (
        project.id, project.version, project.title, project.status, Locality.code, Locality.name,
        Person.id, Person.full_name, project.founded_on, project.moved_on,
        *(_needed(project, platform) for platform in Platform),
        _count_mentors(project), project.created_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Locality, Locality.id == project.locality_id)
        .join(first, and_(first.project_id == project.id, first.position == 0))
        .join(Idea, Idea.id == first.idea_id)
        .join(leader, and_(leader.idea_id == Idea.id, leader.number == Idea.content_number, leader.position == 0))
        .join(Person, Person.id == leader.person_id)
    )


def _needed(project: type[Project], platform: Platform) -> Any:
    need = aliased(ProjectNeed)
    return (
        select(need.needed)
        .where(need.project_id == project.id, need.platform == platform.value)
        .correlate(project)
        .scalar_subquery()
    )


def _count_mentors(project: type[Project]) -> Any:
    mentor = aliased(ProjectMentor)
    current = (mentor.project_id == project.id, mentor.to_on.is_(None))
    return select(func.count()).select_from(mentor).where(*current).correlate(project).scalar_subquery()


def _baseline_json() -> Any:
    need = func.json_build_object("needed", ProjectNeed.needed, "why", ProjectNeed.why)
    return (
        select(cast(func.json_object_agg(ProjectNeed.platform, need), Text))
        .where(ProjectNeed.project_id == Project.id)
        .scalar_subquery()
    )


def _ideas_json() -> Any:
    idea = func.json_build_object("id", Idea.id, "title", IdeaVersion.title, "tracking_code", Idea.tracking_code)
    return (
        select(json_list(idea, ProjectIdea.position))
        .join_from(ProjectIdea, Idea, Idea.id == ProjectIdea.idea_id)
        .join(IdeaVersion, and_(IdeaVersion.idea_id == Idea.id, IdeaVersion.number == Idea.content_number))
        .where(ProjectIdea.project_id == Project.id)
        .scalar_subquery()
    )


def _leaders_json() -> Any:
    """The leader of each idea: the same person may lead several of them."""
    leader = func.json_build_object("person_id", Person.id, "full_name", Person.full_name)
    is_leader = and_(IdeaMember.idea_id == Idea.id, IdeaMember.number == Idea.content_number, IdeaMember.position == 0)
    return (
        select(json_list(leader, ProjectIdea.position))
        .join_from(ProjectIdea, Idea, Idea.id == ProjectIdea.idea_id)
        .join(IdeaMember, is_leader)
        .join(Person, Person.id == IdeaMember.person_id)
        .where(ProjectIdea.project_id == Project.id)
        .scalar_subquery()
    )


def mentors_json() -> Any:
    """Who mentors the row of Project at present, as the text of a list of CurrentMentorOut."""
    m = ProjectMentor
    mentor = func.json_build_object(
        "id", m.id, "version", m.version, "account_id", m.account_id, "username", Account.username,
        "full_name", Person.full_name, "from_on", m.from_on,
    )  # fmt: skip
    return (
        select(json_list(mentor, m.id))
        .join_from(m, Account, Account.id == m.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(m.project_id == Project.id, m.to_on.is_(None))
        .scalar_subquery()
    )


def json_list(item: ColumnElement[Any], order: Any) -> ColumnElement[str]:
    """All rows as the text of a JSON list in this order; `[]` where there are none."""
    return func.coalesce(cast(func.json_agg(aggregate_order_by(item, order.asc())), Text), "[]")


def _project_out(actor: Actor) -> Callable[..., ProjectOut]:
    """The reader of `_project`'s row for one actor."""

    def out(
        id_: UUID, version: int, title: str, status: str, founded_on: date, moved_on: date, closed_reason: Any,
        created_at: Any, province_id: UUID, *rest: Any,
    ) -> ProjectOut:  # fmt: skip
        *place, baseline, ideas, leaders, mentors = rest
        distinct_leaders = {leader.person_id: leader for leader in msgspec.json.decode(leaders, type=list[MemberOut])}
        return ProjectOut(
            id=id_, version=version, title=title, status=ProjectStatus(status),
            allowed_actions=allowed_actions(actor, status, province_id, place[0]),
            locality=LocalityRef(*place), founded_on=founded_on, moved_on=moved_on, closed_reason=closed_reason,
            baseline=msgspec.json.decode(baseline, type=BaselineOut),
            ideas=msgspec.json.decode(ideas, type=list[FoundingIdeaOut]),
            leaders=list(distinct_leaders.values()),
            mentors=msgspec.json.decode(mentors, type=list[CurrentMentorOut]),
            created_at=created_at,
        )  # fmt: skip

    return out


def allowed_actions(actor: Actor, status: str, province_id: UUID, commune_id: UUID) -> list[str]:
    """The moves that start at this status and that the actor's grants allow at this place."""
    return [
        action.value
        for action, move in NEXT.items()
        if status in move.sources and actor.territory(move.permission).covers(province_id, commune_id)
    ]
