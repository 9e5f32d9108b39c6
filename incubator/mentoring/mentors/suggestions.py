"""Which mentors a project could get: what it lacks, who comes into question, and `rules` puts them in order."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Text, Uuid, and_, any_, distinct, exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account, AccountStatus, RoleGrant
from incubator.accounts.queries import holds_role
from incubator.actor import Actor, Role
from incubator.db import Reads, fetch_all, fetch_one, param, statement
from incubator.ideas.calls.models import Sector
from incubator.ideas.models import Idea, IdeaMember, IdeaVersion
from incubator.ideas.reviews.models import OWN_MENTEE, ReviewerConflict
from incubator.mentoring.mentors.models import Mentor, MentorReach, MentorStatus
from incubator.mentoring.mentors.queries import Load, has_room, with_load
from incubator.mentoring.mentors.rules import Candidate, Wish, suggest
from incubator.mentoring.mentors.schemas import SuggestionFilter, SuggestionsOut
from incubator.mentoring.mentors.sight import Sight, sight_of, sight_values, visible_mentors
from incubator.mentoring.queries import is_consulted_on
from incubator.people.models import Person
from incubator.projects import sight as projects_sight
from incubator.projects.mentors.models import ProjectMentor
from incubator.projects.models import Platform, Project, ProjectIdea
from incubator.projects.queries import needs_platform


async def suggest_mentors(
    reads: Reads, actor: Actor, project_id: UUID, filters: SuggestionFilter, *, today: date
) -> SuggestionsOut:
    """The best first; 404 where the actor does not see the project."""
    wish = await _wish_of(reads, actor, project_id, filters, today)
    values = {
        **sight_values(actor),
        "project_id": project_id,
        "commune_id": wish.commune_id,
        "province_id": wish.province_id,
        "platform": filters.platform and filters.platform.value,
    }
    query = _candidates(sight_of(actor), filters.platform is not None)
    return SuggestionsOut(suggest(await fetch_all(reads, query, values, Candidate), wish, filters.limit))


async def _wish_of(reads: Reads, actor: Actor, project_id: UUID, filters: SuggestionFilter, today: date) -> Wish:
    def wish(commune_id: UUID, province_id: UUID, sectors: list[str] | None, *platforms: bool) -> Wish:
        pairs = zip(Platform, platforms[::2], platforms[1::2], strict=True)
        return Wish(
            needs={platform: consulted for platform, needed, consulted in pairs if needed},
            sectors=frozenset(map(Sector, sectors or [])),
            languages=filters.language,
            commune_id=commune_id,
            province_id=province_id,
        )

    values = {**projects_sight.sight_values(actor), "project_id": project_id, "today": today}
    return await fetch_one(reads, _project(projects_sight.sight_of(actor)), values, wish)


@statement
def _project(sight: projects_sight.Sight) -> Select[Any]:
    """Its place, the sectors of its ideas, and of each platform whether it is needed and whether it was consulted."""
    sectors = (
        select(func.array_agg(distinct(IdeaVersion.sector)))
        .join_from(ProjectIdea, Idea, Idea.id == ProjectIdea.idea_id)
        .join(IdeaVersion, and_(IdeaVersion.idea_id == Idea.id, IdeaVersion.number == Idea.content_number))
        .where(ProjectIdea.project_id == Project.id, IdeaVersion.sector.is_not(None))
        .correlate(Project)
        .scalar_subquery()
    )
    today = param("today", Date)
    platforms = [
        column
        for platform in Platform
        for column in (needs_platform(platform.value), is_consulted_on(platform.value, today))
    ]
    columns: tuple[Any, ...] = (Project.locality_id, Project.province_id, sectors, *platforms)
    seen = select(*columns).select_from(Project).where(projects_sight.is_visible(sight))
    return seen.where(Project.id == param("project_id", Uuid))


@statement
def _candidates(sight: Sight, by_platform: bool) -> Select[Any]:
    """Who could be assigned today: active, with an account that may mentor, room, and a way to the project."""
    m, may_mentor = Mentor, holds_role(RoleGrant.role == Role.mentor.value)
    columns: tuple[Any, ...] = (
        m.id, m.person_id, Person.full_name, Account.id, Account.username, m.organisation,
        m.platforms, m.sectors, m.languages, m.capacity, Load.c.projects, Person.locality_id, Person.province_id,
    )  # fmt: skip
    query = (
        with_load(visible_mentors(sight))
        .join(Account, Account.id == m.account_id)
        .join(Person, Person.id == m.person_id)
        .where(m.status == MentorStatus.active.value, Account.status == AccountStatus.active.value, may_mentor)
        .where(has_room(), _comes_near(), not_(_mentors_it()), not_(_stands_behind_it()), not_(_has_conflict()))
        .with_only_columns(*columns)
    )
    return query.where(param("platform", Text) == any_(m.platforms.expression)) if by_platform else query


def _comes_near() -> ColumnElement[bool]:
    reach = aliased(MentorReach)
    place = or_(reach.locality_id == param("commune_id", Uuid), reach.locality_id == param("province_id", Uuid))
    return exists().where(reach.mentor_id == Mentor.id, place)


def _mentors_it() -> ColumnElement[bool]:
    now = aliased(ProjectMentor)
    mine = (now.project_id == param("project_id", Uuid), now.account_id == Mentor.account_id)
    return exists().where(*mine, now.to_on.is_(None))


def _stands_behind_it() -> ColumnElement[bool]:
    """In the team of one of its ideas, in whatever version."""
    of_project = and_(ProjectIdea.idea_id == IdeaMember.idea_id, ProjectIdea.project_id == param("project_id", Uuid))
    return exists().where(of_project, IdeaMember.person_id == Mentor.person_id)


def _has_conflict() -> ColumnElement[bool]:
    """With one of its ideas. That of who mentors the project bars from reviewing, not from mentoring it again."""
    conflict = aliased(ReviewerConflict)
    of_project = and_(ProjectIdea.idea_id == conflict.idea_id, ProjectIdea.project_id == param("project_id", Uuid))
    return exists().where(of_project, conflict.account_id == Mentor.account_id, conflict.kind != OWN_MENTEE)
