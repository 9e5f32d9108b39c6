"""The moves of a project, one function each: the guard of the design's table, the move, the row of history."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.histories import standing
from incubator.projects.actions import append_transition, lock_project, require_at
from incubator.projects.models import NEXT, CloseReason, Project, ProjectAction, ProjectStatus, ProjectTransition
from incubator.projects.moves import models as rules
from incubator.projects.moves import schemas as moves
from incubator.projects.sight import is_mentored_on


class Step:
    """One move under way: who makes it, on which locked project, on which business day."""

    def __init__(self, session: AsyncSession, actor: Actor, project: Project, data: Any, today: date) -> None:
        self.session = session
        self.actor = actor
        self.project = project
        self.data = data
        self.today = today
        day = getattr(data, "occurred_on", UNSET)
        self.day: date = today if day is UNSET else day

    async def to(
        self, status: ProjectStatus, action: ProjectAction, *, closed_reason: CloseReason | None = None, **more: Any
    ) -> None:
        """Move, and write the row of history."""
        before = self.project.status
        self.project.move_to(status, action, self.day, today=self.today, closed_reason=closed_reason)
        await append_transition(self.session, self.actor, self.project, action, before, **more)

    async def is_mentored(self) -> bool:
        mentored = select(Project.id).where(Project.id == self.project.id, is_mentored_on(self.day))
        return await self.session.scalar(mentored) is not None


async def move_project(
    session: AsyncSession, actor: Actor, project_id: UUID, data: moves.ProjectMove, if_match: IfMatch, *, now: datetime
) -> UUID:
    """Make one move. The role is asked first (403), then the row (404), its version (412) and the guard (409, 422)."""
    action = ProjectAction(str(data.__struct_config__.tag))
    if action is not ProjectAction.void:
        actor.require(NEXT[action].permission)
    project = await lock_project(session, actor, project_id)
    if action is not ProjectAction.void:
        require_at(actor, NEXT[action].permission, project)
    if_match.check(project.version)
    if action is not ProjectAction.void:
        project.require_step(action)
    await STEPS[type(data)](Step(session, actor, project, data, civil_day(now)))
    record_audit(session, actor, action.value, "project", project.id, status=project.status)
    await session.flush()
    return project.id


async def _activate(step: Step) -> None:
    rules.check_mentored(step.day, mentored=await step.is_mentored())
    await step.to(ProjectStatus.active, ProjectAction.activate)


async def _pause(step: Step) -> None:
    await step.to(ProjectStatus.paused, ProjectAction.pause, reason=step.data.reason)


async def _resume(step: Step) -> None:
    await step.to(ProjectStatus.active, ProjectAction.resume, reason=step.data.reason)


async def _close(step: Step) -> None:
    code = step.data.reason_code
    await step.to(
        ProjectStatus.closed, ProjectAction.close,
        closed_reason=code, reason_code=code.value, reason=step.data.reason,
    )  # fmt: skip


async def _reopen(step: Step) -> None:
    rules.check_reopenable(step.project, step.day)
    closing = (await _standing_moves(step.session, step.project))[-1]
    status = rules.reopened_status(closing.from_status, mentored=await step.is_mentored())
    await step.to(status, ProjectAction.reopen, reason=step.data.reason)


async def _void(step: Step) -> None:
    """The last move that still holds is taken back by whoever may make it."""
    *before, last = await _standing_moves(step.session, step.project)
    action = ProjectAction(last.action)
    require_at(step.actor, _permission_of(action), step.project)
    rules.check_voidable(action)
    held = before[-1]
    closed_reason = held.reason_code if held.to_status == ProjectStatus.closed else None
    step.project.take_back(held.to_status, held.occurred_on, closed_reason)
    await append_transition(
        step.session, step.actor, step.project, ProjectAction.void, last.to_status,
        reason=step.data.reason, voids_id=last.id,
    )  # fmt: skip


STEPS: dict[type[Any], Callable[[Step], Awaitable[None]]] = {
    moves.ActivateProject: _activate,
    moves.PauseProject: _pause,
    moves.ResumeProject: _resume,
    moves.CloseProject: _close,
    moves.ReopenProject: _reopen,
    moves.VoidProjectMove: _void,
}


def _permission_of(action: ProjectAction) -> Permission:
    return NEXT[action].permission if action in NEXT else Permission.projects_manage


async def _standing_moves(session: AsyncSession, project: Project) -> list[ProjectTransition]:
    """The moves that were not voided, in order; the voids themselves left out."""
    rows = await session.scalars(
        select(ProjectTransition).where(ProjectTransition.project_id == project.id).order_by(ProjectTransition.number)
    )
    return standing(rows)
