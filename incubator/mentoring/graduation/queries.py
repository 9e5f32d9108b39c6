"""What a project has to show for its graduation, and the requests for an exception."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Text, Uuid, func, select
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.mentoring.graduation.models import OUTCOMES_NEEDED, GraduationRequest, Readiness, RequestStatus
from incubator.mentoring.graduation.schemas import (
    GraduationOut,
    GraduationPlatformOut,
    GraduationRequestOut,
    GraduationRequestQuery,
)
from incubator.mentoring.outcomes.models import ECONOMIC, ProjectOutcome
from incubator.mentoring.outcomes.queries import is_standing
from incubator.mentoring.queries import is_consulted_on, is_fully_consulted
from incubator.mentoring.sight import Sight, is_followed, sight_of, sight_values
from incubator.paging import Listing, Order
from incubator.projects.models import Platform, Project, ProjectStatus
from incubator.projects.queries import needs_platform

NEWEST_FIRST = Order((GraduationRequest.id.expression,), descending=True)


async def get_graduation(reads: Reads, actor: Actor, project_id: UUID, *, on: date) -> GraduationOut:
    """What holds and what lacks on that day; 404 where the actor does not follow the project."""
    values = {**sight_values(actor), "project_id": project_id, "on": on}
    return await fetch_one(reads, _standing(sight_of(actor)), values, _graduation_out(on))


async def get_readiness(reads: Reads, project_id: UUID, *, on: date) -> Readiness:
    """The same for the guard, whoever asks."""
    return await fetch_one(reads, _shown(), {"project_id": project_id, "on": on}, _readiness)


def list_requests(actor: Actor, project_id: UUID, filters: GraduationRequestQuery) -> Listing[GraduationRequestOut]:
    """Newest first."""
    return Listing(
        name="graduation_requests",
        query=_filtered,
        shape=(sight_of(actor), filters.status is not None),
        order=NEWEST_FIRST,
        values={**sight_values(actor), "project_id": project_id, "status": filters.status and filters.status.value},
        row=GraduationRequestOut,
    )


async def get_request(reads: Reads, actor: Actor, project_id: UUID, request_id: UUID) -> GraduationRequestOut:
    values = {**sight_values(actor), "project_id": project_id, "request_id": request_id}
    return await fetch_one(reads, _request(sight_of(actor)), values, GraduationRequestOut)


@statement
def _standing(sight: Sight) -> Select[Any]:
    columns = (Project.id, Project.version, Project.status, _open_request(), *_shown_columns())
    return select(*columns).where(is_followed(sight), Project.id == param("project_id", Uuid))


@statement
def _shown() -> Select[Any]:
    return select(*_shown_columns()).where(Project.id == param("project_id", Uuid))


@statement
def _request(sight: Sight) -> Select[Any]:
    return _requests(sight).where(GraduationRequest.id == param("request_id", Uuid))


def _filtered(sight: Sight, by_status: bool) -> Select[Any]:
    query = _requests(sight)
    return query.where(GraduationRequest.status == param("status", Text)) if by_status else query


def _requests(sight: Sight) -> Select[Any]:
    r, requester, decider = GraduationRequest, aliased(Account), aliased(Account)
    columns: tuple[Any, ...] = (
        r.id, r.version, r.project_id, r.status, r.graduated_on, r.reason, r.requested_by, requester.username,
        r.requested_at, r.decided_by, decider.username, r.decided_at, r.decision_note,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Project, Project.id == r.project_id)
        .join(requester, requester.id == r.requested_by)
        .outerjoin(decider, decider.id == r.decided_by)
        .where(is_followed(sight), r.project_id == param("project_id", Uuid))
    )


def _shown_columns() -> tuple[Any, ...]:
    """Platform by platform whether it is needed and whether it was consulted on; then what `_counts` gives."""
    on = param("on", Date)
    platforms = [(needs_platform(platform.value), is_consulted_on(platform.value, on)) for platform in Platform]
    return (*(column for pair in platforms for column in pair), is_fully_consulted(on), *_counts(on))


def _counts(on: Any) -> tuple[Any, Any]:
    """The outcomes that stand and happened by that day, and how many of them are economic."""
    standing = (ProjectOutcome.project_id == Project.id, ProjectOutcome.occurred_on <= on, is_standing())
    counted = select(func.count()).select_from(ProjectOutcome).where(*standing).correlate(Project)
    economic = counted.where(ProjectOutcome.kind.in_(sorted(kind.value for kind in ECONOMIC)))
    return counted.scalar_subquery(), economic.scalar_subquery()


def _open_request() -> ColumnElement[Any]:
    is_open = GraduationRequest.status == RequestStatus.open.value
    request = select(GraduationRequest.id).where(GraduationRequest.project_id == Project.id, is_open)
    return request.correlate(Project).scalar_subquery()


def _graduation_out(on: date) -> Callable[..., GraduationOut]:
    def out(id_: UUID, version: int, status: str, open_request_id: UUID | None, *shown: Any) -> GraduationOut:
        readiness = _readiness(*shown)
        lacks = readiness.lacks()
        return GraduationOut(
            id=id_, version=version, status=ProjectStatus(status), as_of=on,
            is_ready=status == ProjectStatus.active and not lacks, lacks=lacks,
            platforms=[GraduationPlatformOut(*platform) for platform in _platforms(shown)],
            is_fully_consulted=readiness.is_fully_consulted, outcomes=readiness.outcomes,
            outcomes_needed=OUTCOMES_NEEDED, economic_outcomes=readiness.economic_outcomes,
            open_request_id=open_request_id,
        )  # fmt: skip

    return out


def _readiness(*shown: Any) -> Readiness:
    consulted = {platform: is_consulted for platform, needed, is_consulted in _platforms(shown) if needed}
    return Readiness(consulted, *shown[2 * len(Platform) :])


def _platforms(shown: tuple[Any, ...]) -> list[tuple[Platform, bool, bool]]:
    return [(platform, shown[2 * i], shown[2 * i + 1]) for i, platform in enumerate(Platform)]
