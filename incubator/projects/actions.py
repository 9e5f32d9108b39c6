"""Founding a project and correcting it. The moves from status to status are in `moves/`."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import Select, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import param
from incubator.errors import DomainError, FieldError
from incubator.ideas import sight as ideas_sight
from incubator.ideas.models import Idea, IdeaVersion
from incubator.projects.models import (
    Platform,
    Project,
    ProjectAction,
    ProjectIdea,
    ProjectNeed,
    ProjectStatus,
    ProjectTransition,
    check_founding,
)
from incubator.projects.schemas import BaselineInput, BaselinePatch, ProjectCreate, ProjectPatch
from incubator.projects.sight import Sight, sight_of, sight_values, visible_projects


async def found_project(session: AsyncSession, actor: Actor, data: ProjectCreate, *, now: datetime) -> UUID:
    """Found a project from accepted, published ideas that no other project has."""
    ideas = await _lock_ideas(session, actor, data.idea_ids, now=now)
    for idea in ideas:
        actor.require_at(Permission.projects_manage, province_id=idea.province_id, commune_id=idea.locality_id)
    await _refuse_used(session, data.idea_ids)
    check_founding(ideas, data.founded_on, now=now, today=civil_day(now))
    project = Project(
        title=await _title_of(session, ideas[0]) if data.title is UNSET else data.title,
        status=ProjectStatus.onboarding.value, locality_id=ideas[0].locality_id, province_id=ideas[0].province_id,
        founded_on=data.founded_on, moved_on=data.founded_on,
    )  # fmt: skip
    session.add(project)
    await session.flush()
    _add_ideas_and_needs(session, project, ideas, data.baseline)
    await append_transition(session, actor, project, ProjectAction.found, None)
    idea_ids = [str(idea.id) for idea in ideas]
    record_audit(session, actor, "found", "project", project.id, idea_ids=idea_ids)
    await session.flush()
    return project.id


async def edit_project(
    session: AsyncSession, actor: Actor, project_id: UUID, data: ProjectPatch, if_match: IfMatch
) -> None:
    """A merge patch: the title at any time, the baseline while onboarding."""
    project = await lock_project_to_manage(session, actor, project_id)
    if_match.check(project.version)
    if data.baseline is not UNSET:
        project.check_baseline_open()
        await _correct_needs(session, project, data.baseline)
    if data.title is not UNSET:
        project.title = data.title
    record_audit(session, actor, "edit", "project", project.id, fields=sorted(_given(data)))
    await session.flush()


async def lock_project(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    """The project, visible to the actor and locked to the end of the transaction; else 404."""
    project = await session.scalar(_locked(sight_of(actor)), {**sight_values(actor), "project_id": project_id})
    if project is None:
        raise DomainError("not_found")
    return project


@lru_cache
def _locked(sight: Sight) -> Select[Project]:
    """Kept, because putting it together takes longer than running it."""
    return visible_projects(sight).where(Project.id == param("project_id", Uuid)).with_for_update(of=Project)


async def lock_project_to_manage(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    """The same for staff of the project's place; 403 for others who see it."""
    actor.require(Permission.projects_manage)
    project = await lock_project(session, actor, project_id)
    require_at(actor, Permission.projects_manage, project)
    return project


def require_at(actor: Actor, permission: Permission, project: Project) -> None:
    actor.require_at(permission, province_id=project.province_id, commune_id=project.locality_id)


async def append_transition(
    session: AsyncSession, actor: Actor, project: Project, action: ProjectAction, from_status: str | None, **more: Any
) -> ProjectTransition:
    """The row of history of a move that the project has just made."""
    last = select(func.max(ProjectTransition.number)).where(ProjectTransition.project_id == project.id)
    transition = ProjectTransition(
        project_id=project.id, number=(await session.scalar(last) or 0) + 1, action=action.value,
        from_status=from_status, to_status=project.status, occurred_on=project.moved_on,
        actor_kind=actor.kind, actor_id=actor.id, **more,
    )  # fmt: skip
    session.add(transition)
    await session.flush()
    return transition


async def _lock_ideas(session: AsyncSession, actor: Actor, idea_ids: list[UUID], *, now: datetime) -> list[Idea]:
    """The ideas in the order in which they were named, locked in the order of their ids, so that two foundings from
    the same ideas wait for each other. One that the actor does not see is not there."""
    query = ideas_sight.visible_ideas(ideas_sight.sight_of(actor)).where(Idea.id.in_(idea_ids))
    found = await session.scalars(
        query.order_by(Idea.id).with_for_update(of=Idea), ideas_sight.sight_values(actor, now)
    )
    ideas = {idea.id: idea for idea in found}
    errors = []
    for position, idea_id in enumerate(idea_ids):
        if idea_id in idea_ids[:position]:
            errors.append(FieldError(code="duplicate", pointer=f"/idea_ids/{position}"))
        elif idea_id not in ideas:
            errors.append(FieldError(code="not_found", pointer=f"/idea_ids/{position}"))
    if errors:
        raise DomainError("validation_failed", errors=errors)
    return [ideas[idea_id] for idea_id in idea_ids]


async def _refuse_used(session: AsyncSession, idea_ids: list[UUID]) -> None:
    """The friendly form of the unique constraint; it holds because the ideas are locked."""
    used = set(await session.scalars(select(ProjectIdea.idea_id).where(ProjectIdea.idea_id.in_(idea_ids))))
    errors = [
        FieldError(code="duplicate", pointer=f"/idea_ids/{position}")
        for position, idea_id in enumerate(idea_ids)
        if idea_id in used
    ]
    if errors:
        raise DomainError("duplicate", errors=errors)


async def _title_of(session: AsyncSession, idea: Idea) -> str:
    return (await session.get_one(IdeaVersion, (idea.id, idea.content_number))).title


def _add_ideas_and_needs(session: AsyncSession, project: Project, ideas: list[Idea], baseline: BaselineInput) -> None:
    for position, idea in enumerate(ideas):
        session.add(ProjectIdea(idea_id=idea.id, project_id=project.id, position=position))
    for platform in Platform:
        need = getattr(baseline, platform)
        session.add(ProjectNeed(project_id=project.id, platform=platform.value, needed=need.needed, why=need.why))


async def _correct_needs(session: AsyncSession, project: Project, baseline: BaselinePatch) -> None:
    """The needs are all loaded before any is changed: a flush between would count as a version of its own."""
    needs = await session.scalars(select(ProjectNeed).where(ProjectNeed.project_id == project.id))
    for need in needs.all():
        correction = getattr(baseline, need.platform)
        if correction is not UNSET:
            for name in _given(correction):
                setattr(need, name, getattr(correction, name))
            project.count_change()


def _given(patch: msgspec.Struct) -> list[str]:
    return [name for name in patch.__struct_fields__ if getattr(patch, name) is not UNSET]
