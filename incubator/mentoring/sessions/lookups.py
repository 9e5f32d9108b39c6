"""What a body about a session names: programme, place, mentors and projects, each as its caller may see it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.days import civil_day, fault_of_day
from incubator.db import SessionReads
from incubator.errors import DomainError, FieldError, wrong_field
from incubator.localities.queries import commune_by_code
from incubator.mentoring.mentors import sight as mentors_sight
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.programmes.models import Programme
from incubator.mentoring.sight import is_followed, sight_of, sight_values
from incubator.projects.models import Project


class Place(msgspec.Struct, frozen=True):
    commune_id: UUID
    province_id: UUID


def fault_of_start(starts_at: datetime) -> list[FieldError]:
    return fault_of_day(civil_day(starts_at), "/starts_at")


async def find_programme(session: AsyncSession, programme_id: UUID) -> Programme:
    """The programme, kept from changing its kind until the session that it gives its kind to is stored."""
    programme = await session.get(Programme, programme_id, with_for_update={"read": True, "key_share": True})
    if programme is None:
        raise wrong_field("/programme_id", "not_found")
    return programme


async def find_mentors(session: AsyncSession, actor: Actor, named: Mapping[str, UUID]) -> dict[UUID, Mentor]:
    """The mentors by id. Keys of `named` are the pointers of their ids; each may stand there once."""
    query = mentors_sight.visible_mentors(mentors_sight.sight_of(actor)).where(Mentor.id.in_(set(named.values())))
    mentors = {mentor.id: mentor for mentor in await session.scalars(query, mentors_sight.sight_values(actor))}
    errors = [*repeated(named), *missing(named, mentors)]
    if errors:
        raise DomainError("validation_failed", errors=errors)
    return mentors


async def find_projects(session: AsyncSession, actor: Actor, named: Mapping[str, UUID | None]) -> dict[UUID, Project]:
    """The projects by id, which the actor follows. Several people may come for one project."""
    ids = {pointer: project_id for pointer, project_id in named.items() if project_id is not None}
    if not ids:
        return {}
    query = select(Project).where(is_followed(sight_of(actor)), Project.id.in_(set(ids.values())))
    projects = {project.id: project for project in await session.scalars(query, sight_values(actor))}
    if errors := missing(ids, projects):
        raise DomainError("validation_failed", errors=errors)
    return projects


async def hold_projects(session: AsyncSession, project_ids: Iterable[UUID]) -> None:
    """Before a session is locked: a new participant refers to the project, and whoever logs a consultation locks the
    two in this order."""
    query = select(Project.id).where(Project.id.in_(set(project_ids))).order_by(Project.id)
    await session.execute(query.with_for_update(read=True, key_share=True))


async def find_place(
    session: AsyncSession, code: str | None, programme: Programme | None, projects: Sequence[Project], *, today: date
) -> Place:
    """The commune that is named, else that of the programme, else that of the only project."""
    if code is not None:
        commune = await commune_by_code(SessionReads(session), code, today=today, pointer="/locality_code")
        assert commune.parent is not None, "a commune lies in a province"
        return Place(commune.id, commune.parent.id)
    if programme is not None and programme.locality_id != programme.province_id:
        return Place(programme.locality_id, programme.province_id)
    if len(projects) == 1:
        return Place(projects[0].locality_id, projects[0].province_id)
    raise wrong_field("/locality_code", "required")


def repeated(named: Mapping[str, UUID]) -> list[FieldError]:
    """Every place at which an id stands once more."""
    first = {id_: pointer for pointer, id_ in reversed(list(named.items()))}
    return [FieldError(code="duplicate", pointer=pointer) for pointer, id_ in named.items() if first[id_] != pointer]


def missing(named: Mapping[str, UUID], known: Mapping[UUID, object]) -> list[FieldError]:
    return [FieldError(code="not_found", pointer=pointer) for pointer, id_ in named.items() if id_ not in known]
