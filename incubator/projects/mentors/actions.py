"""Assigning mentors to projects. With the assignment comes and goes the sight of the project's ideas and people."""

from datetime import date, datetime
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.queries import require_account_with
from incubator.actor import SYSTEM, Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.errors import DomainError, FieldError
from incubator.ideas.models import Idea, IdeaMember, IdeaViewer, check_day
from incubator.ideas.reviews.conflicts import leave_reviews, record_conflict
from incubator.ideas.reviews.models import OWN_MENTEE
from incubator.ideas.reviews.sight import OWED
from incubator.people.models import BY_PROJECT
from incubator.people.places import add_viewer, remove_viewer
from incubator.projects.actions import lock_project_to_manage
from incubator.projects.mentors.models import ProjectMentor, check_assignable
from incubator.projects.mentors.schemas import EndMentoring, MentorAssign
from incubator.projects.models import Project, ProjectIdea

SOURCE = BY_PROJECT
"""Why a mentor sees an idea or a person, beside other reasons that other features may have."""

ACCOUNT_DISABLED = "account_disabled"


async def assign_mentor(
    session: AsyncSession, actor: Actor, project_id: UUID, data: MentorAssign, *, now: datetime
) -> UUID:
    """Assign an account that holds the role mentor. The account is looked at before the project is locked, because
    disabling an account takes the two in that order as well."""
    actor.require(Permission.projects_manage)
    await require_account_with(session, data.account_id, Permission.projects_read_mentored, pointer="/account_id")
    project = await lock_project_to_manage(session, actor, project_id)
    await _refuse_second(session, project, data.account_id)
    check_assignable(project)
    today = civil_day(now)
    from_on = today if data.from_on is UNSET else data.from_on
    check_day(from_on, not_before=await _free_from(session, project, data.account_id), today=today)
    mentor = ProjectMentor(project_id=project.id, account_id=data.account_id, from_on=from_on)
    session.add(mentor)
    await session.flush()
    await _open_sight(session, project, data.account_id)
    await _keep_from_reviewing(session, actor, project, data.account_id)
    record_audit(session, actor, "assign_mentor", "project", project.id, account_id=str(data.account_id))
    await session.flush()
    return mentor.id


async def move_mentor(
    session: AsyncSession,
    actor: Actor,
    project_id: UUID,
    mentor_id: UUID,
    data: EndMentoring,
    if_match: IfMatch,
    *,
    now: datetime,
) -> UUID:
    """End an assignment."""
    project = await lock_project_to_manage(session, actor, project_id)
    wanted = select(ProjectMentor).where(ProjectMentor.id == mentor_id, ProjectMentor.project_id == project.id)
    mentor = await session.scalar(wanted.with_for_update())
    if mentor is None:
        raise DomainError("not_found")
    if_match.check(mentor.version)
    today = civil_day(now)
    mentor.end(today if data.to_on is UNSET else data.to_on, data.reason, today=today)
    await _close_sight(session, mentor)
    record_audit(session, actor, "end_mentor", "project", project.id, account_id=str(mentor.account_id))
    await session.flush()
    return mentor.id


async def end_mentoring(session: AsyncSession, account_id: UUID, now: datetime) -> None:
    """A disabled account gives back its projects: staff find them without a mentor."""
    current = (ProjectMentor.account_id == account_id, ProjectMentor.to_on.is_(None))
    projects = select(Project).where(exists().where(ProjectMentor.project_id == Project.id, *current))
    await session.scalars(projects.order_by(Project.id).with_for_update(of=Project))
    today = civil_day(now)
    for mentor in (await session.scalars(select(ProjectMentor).where(*current).order_by(ProjectMentor.id))).all():
        mentor.end(today, ACCOUNT_DISABLED, today=today)
        await _close_sight(session, mentor)
        record_audit(session, SYSTEM, "end_mentor", "project", mentor.project_id, account_id=str(account_id))
    await session.flush()


async def _refuse_second(session: AsyncSession, project: Project, account_id: UUID) -> None:
    """The friendly form of the unique index; it holds because the project is locked."""
    open_one = select(ProjectMentor.id).where(
        ProjectMentor.project_id == project.id,
        ProjectMentor.account_id == account_id,
        ProjectMentor.to_on.is_(None),
    )
    if await session.scalar(open_one) is not None:
        raise DomainError("duplicate", errors=[FieldError(code="duplicate", pointer="/account_id")])


async def _free_from(session: AsyncSession, project: Project, account_id: UUID) -> date:
    """The first day on which the assignment may begin: the founding, or the end of the account's last one."""
    ended = select(ProjectMentor.to_on).where(
        ProjectMentor.project_id == project.id, ProjectMentor.account_id == account_id
    )
    days = [day for day in await session.scalars(ended) if day is not None]
    return max(project.founded_on, *days) if days else project.founded_on


async def _open_sight(session: AsyncSession, project: Project, account_id: UUID) -> None:
    ideas = select(ProjectIdea.idea_id).where(ProjectIdea.project_id == project.id).order_by(ProjectIdea.idea_id)
    rows = [
        {"idea_id": idea_id, "account_id": account_id, "source": SOURCE} for idea_id in await session.scalars(ideas)
    ]
    await session.execute(insert(IdeaViewer).on_conflict_do_nothing(), rows)
    people = (
        select(IdeaMember.person_id)
        .join(Idea, Idea.id == IdeaMember.idea_id)
        .join(ProjectIdea, ProjectIdea.idea_id == Idea.id)
        .where(ProjectIdea.project_id == project.id, IdeaMember.number == Idea.content_number)
    )
    person_ids = list(await session.scalars(people))
    await add_viewer(session, person_ids, account_id, source=SOURCE, source_id=project.id)


async def _keep_from_reviewing(session: AsyncSession, actor: Actor, project: Project, account_id: UUID) -> None:
    """From now on, and when the mentoring has ended too, the account does not review the project's ideas.

    Marks that it gave before were free of this conflict: they stay, and with them the ranking that was decided on.
    """
    ideas = select(Idea).join(ProjectIdea, ProjectIdea.idea_id == Idea.id).where(ProjectIdea.project_id == project.id)
    for idea in (await session.scalars(ideas.order_by(Idea.id).with_for_update(of=Idea))).all():
        await record_conflict(session, actor, idea, account_id, OWN_MENTEE, None)
        await leave_reviews(session, idea, account_id, OWN_MENTEE, OWED)


async def _close_sight(session: AsyncSession, mentor: ProjectMentor) -> None:
    """An idea has one project and a project one open row for an account, so nothing else keeps these rows."""
    ideas = select(ProjectIdea.idea_id).where(ProjectIdea.project_id == mentor.project_id)
    await session.execute(
        delete(IdeaViewer).where(
            IdeaViewer.idea_id.in_(ideas), IdeaViewer.account_id == mentor.account_id, IdeaViewer.source == SOURCE
        )
    )
    await remove_viewer(session, mentor.account_id, source_id=mentor.project_id)
