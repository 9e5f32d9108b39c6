"""What is done to consultations after they were logged, and who may write for a project at all.

Logging them is in `one_call.py`.
"""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import Select, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import AnySelect, param
from incubator.errors import DomainError, broken_rule, wrong_field
from incubator.mentoring.models import NOTHING_CORRECTED, Consultation, ConsultationVersion
from incubator.mentoring.schemas import ConsultationCorrection, ConsultationPatch, VoidConsultation
from incubator.mentoring.sight import Sight, is_followed, is_me, is_read, sight_of, sight_values
from incubator.projects.models import Project
from incubator.projects.sight import is_mentored_by

WORDS = ("subtopic", "question", "advice", "outcome", "visibility")
"""What a version says."""


async def edit_consultation(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    data: ConsultationPatch,
    if_match: IfMatch,
    *,
    now: datetime,
) -> None:
    """A merge patch within the week, by its mentor or whoever logged it. It appends a version; one that changes
    nothing does not."""
    consultation, is_own = await _lock_consultation(session, actor, consultation_id)
    if_match.check(consultation.version)
    consultation.check_editable(civil_day(now))
    consultation.check_author(actor.id, is_mentor=is_own)
    changed = await _append_version(session, actor, consultation, data, reason=None)
    if changed:
        record_audit(session, actor, "edit", "consultation", consultation.id, fields=changed)
    await session.flush()


async def correct_consultation(
    session: AsyncSession, actor: Actor, consultation_id: UUID, data: ConsultationCorrection, if_match: IfMatch
) -> UUID:
    """At any time, with a reason that stays beside what it changed."""
    consultation, _ = await _lock_consultation(session, actor, consultation_id)
    if_match.check(consultation.version)
    consultation.check_standing()
    changed = await _append_version(session, actor, consultation, data, reason=data.reason)
    if not changed:
        raise broken_rule(NOTHING_CORRECTED)
    record_audit(session, actor, "correct", "consultation", consultation.id, fields=changed)
    await session.flush()
    return consultation.id


async def void_consultation(
    session: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    data: VoidConsultation,
    if_match: IfMatch,
    *,
    now: datetime,
) -> UUID:
    """Take back what was logged by mistake. Session and minutes stay, because somebody was there."""
    consultation, _ = await _lock_consultation(session, actor, consultation_id)
    if_match.check(consultation.version)
    project = await session.get_one(Project, consultation.project_id)
    consultation.void(data.reason, now, by_staff=is_staff_of(actor, project))
    record_audit(session, actor, "void", "consultation", consultation.id)
    await session.flush()
    return consultation.id


async def lock_followed_project(
    session: AsyncSession, actor: Actor, project_id: UUID, *, pointer: str | None = None
) -> Project:
    """The project whose mentoring the actor writes, locked to the end of the transaction.

    404, or a wrong field where a body names it at `pointer`, where the actor does not follow it; 403 where the actor
    only reads it.
    """
    actor.require(Permission.mentoring_manage, Permission.mentoring_log)
    sight, values = sight_of(actor), {**sight_values(actor), "project_id": project_id}
    project = await session.scalar(_followed_project(sight), values)
    # Two statements: after waiting for the lock, only a fresh one sees that the mentoring ended meanwhile.
    mentors = await session.scalar(_is_mentored(sight), values) if project and sight.mentor else False
    if project is None or mentors is None:
        raise DomainError("not_found") if pointer is None else wrong_field(pointer, "not_found")
    require_writer(actor, project, mentors=mentors)
    return project


@lru_cache
def _followed_project(sight: Sight) -> Select[Project]:
    """Kept, because putting it together takes longer than running it, and a phone waits for it."""
    return (
        select(Project).where(Project.id == param("project_id", Uuid), is_followed(sight)).with_for_update(of=Project)
    )


@lru_cache
def _is_mentored(sight: Sight) -> Select[bool]:
    """Whether the actor mentors the project; no row where it does not even follow it."""
    query = select(is_mentored_by(param("me", Uuid))).select_from(Project)
    return query.where(Project.id == param("project_id", Uuid), is_followed(sight))


def require_writer(actor: Actor, project: Project, *, mentors: bool) -> None:
    """403 unless the actor is staff of the project's place or, as `mentors` says, one of its mentors."""
    if not is_staff_of(actor, project) and not (mentors and actor.may(Permission.mentoring_log)):
        raise DomainError("forbidden")


def is_staff_of(actor: Actor, project: Project) -> bool:
    return actor.territory(Permission.mentoring_manage).covers(project.province_id, project.locality_id)


async def _lock_consultation(session: AsyncSession, actor: Actor, consultation_id: UUID) -> tuple[Consultation, bool]:
    """The consultation, locked, for its own mentor or staff, and whether the actor is the mentor; 404 for who does
    not see it, 403 for who only reads."""
    actor.require(Permission.mentoring_manage, Permission.mentoring_log)
    query = _seen_with_project(actor).where(Consultation.id == consultation_id)
    row = (await session.execute(query.with_for_update(of=Consultation), sight_values(actor))).one_or_none()
    if row is None:
        raise DomainError("not_found")
    consultation, project, is_own, is_mentored = row
    require_writer(actor, project, mentors=is_own and is_mentored)
    return consultation, is_own


def _seen_with_project(actor: Actor) -> AnySelect:
    return (
        select(Consultation, Project, is_me(Consultation.mentor_id), is_mentored_by(actor.id))
        .join(Project, Project.id == Consultation.project_id)
        .where(is_read(sight_of(actor)))
    )


async def _append_version(
    session: AsyncSession,
    actor: Actor,
    consultation: Consultation,
    data: ConsultationPatch | ConsultationCorrection,
    *,
    reason: str | None,
) -> list[str]:
    """The next version, and which of its words are new; where none is, there is no next version."""
    last = await session.get_one(ConsultationVersion, (consultation.id, consultation.content_number))
    before = {name: getattr(last, name) for name in WORDS}
    sent = {name: value for name in WORDS if (value := getattr(data, name)) is not UNSET}
    changed = [name for name, value in sent.items() if value != before[name]]
    if changed:
        version = ConsultationVersion(
            consultation_id=consultation.id, number=last.number + 1, reason=reason,
            written_by_kind=actor.kind, written_by_id=actor.id, **before | sent,
        )  # fmt: skip
        session.add(version)
        consultation.take_version(version)
    return changed
