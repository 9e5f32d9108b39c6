"""Letting a project graduate: by what it has to show, or by a request that another account approves."""

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
from incubator.db import SessionReads
from incubator.errors import DomainError
from incubator.ideas.models import check_day
from incubator.mentoring.graduation.models import (
    GraduationRequest,
    RequestAction,
    RequestStatus,
    check_no_request,
    check_ready,
)
from incubator.mentoring.graduation.queries import get_readiness
from incubator.mentoring.graduation.schemas import Graduate, GraduationRequestCreate, RequestMove
from incubator.projects.actions import append_transition, lock_project, require_at
from incubator.projects.models import Project, ProjectAction, ProjectStatus

GRADUATE = ProjectAction.graduate


async def graduate_project(
    session: AsyncSession, actor: Actor, project_id: UUID, data: Graduate, if_match: IfMatch, *, now: datetime
) -> UUID:
    """By everything that the design's guard asks for."""
    project = await _lock_project(session, actor, project_id)
    if_match.check(project.version)
    project.require_step(GRADUATE)
    check_no_request(await session.scalar(_open_request_of(project)))
    today = civil_day(now)
    day = today if data.occurred_on is UNSET else data.occurred_on
    check_day(day, not_before=project.moved_on, today=today)
    check_ready(await get_readiness(SessionReads(session), project.id, on=day), project.id, day)
    await _graduate(session, actor, project, day, today=today, reason=data.note)
    return project.id


async def request_graduation(
    session: AsyncSession, actor: Actor, project_id: UUID, data: GraduationRequestCreate, *, now: datetime
) -> UUID:
    """Ask for an exception."""
    project = await _lock_project(session, actor, project_id)
    project.require_step(GRADUATE)
    if await session.scalar(_open_request_of(project)) is not None:
        raise DomainError("duplicate")
    today = civil_day(now)
    day = today if data.graduated_on is UNSET else data.graduated_on
    check_day(day, not_before=project.moved_on, today=today)
    request = GraduationRequest(
        project_id=project.id, status=RequestStatus.open.value, graduated_on=day, reason=data.reason,
        requested_by=actor.id, requested_at=now,
    )  # fmt: skip
    session.add(request)
    await session.flush()
    record_audit(session, actor, "request", "graduation_request", request.id, project_id=str(project.id))
    await session.flush()
    return request.id


async def move_request(
    session: AsyncSession,
    actor: Actor,
    project_id: UUID,
    request_id: UUID,
    data: RequestMove,
    if_match: IfMatch,
    *,
    now: datetime,
) -> UUID:
    """Approve, refuse or withdraw. The project is locked before the request, as when it graduates by itself."""
    project = await _lock_project(session, actor, project_id)
    wanted = select(GraduationRequest).where(
        GraduationRequest.id == request_id, GraduationRequest.project_id == project.id
    )
    request = await session.scalar(wanted.with_for_update())
    if request is None:
        raise DomainError("not_found")
    if_match.check(request.version)
    action = RequestAction(str(data.__struct_config__.tag))
    request.end(action, actor.id, data.note, now=now)
    await session.flush()
    record_audit(session, actor, action.value, "graduation_request", request.id, project_id=str(project.id))
    if action is RequestAction.approve:
        await _graduate_by(session, actor, project, request, today=civil_day(now))
    await session.flush()
    return request.id


async def _lock_project(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    actor.require(Permission.projects_graduate)
    project = await lock_project(session, actor, project_id)
    require_at(actor, Permission.projects_graduate, project)
    return project


def _open_request_of(project: Project) -> Any:
    is_open = GraduationRequest.status == RequestStatus.open.value
    return select(GraduationRequest.id).where(GraduationRequest.project_id == project.id, is_open)


async def _graduate_by(
    session: AsyncSession, actor: Actor, project: Project, request: GraduationRequest, *, today: date
) -> None:
    """The history keeps what was missing, and which request let it pass."""
    readiness = await get_readiness(SessionReads(session), project.id, on=request.graduated_on)
    details = {"request_id": str(request.id), "lacks": [lack.value for lack in readiness.lacks()]}
    day = request.graduated_on
    await _graduate(session, actor, project, day, today=today, reason=request.reason, details=details)


async def _graduate(
    session: AsyncSession, actor: Actor, project: Project, day: date, *, today: date, **more: Any
) -> None:
    before = project.status
    project.move_to(ProjectStatus.graduated, GRADUATE, day, today=today)
    await append_transition(session, actor, project, GRADUATE, before, **more)
    record_audit(session, actor, GRADUATE.value, "project", project.id, **more.get("details", {}))
    await session.flush()
