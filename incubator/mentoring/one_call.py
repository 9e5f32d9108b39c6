"""The one call from a phone: session, minutes, who came, consultations and what was agreed on, or none of it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import ColumnElement, Date, Select, Uuid, and_, exists, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import AnySelect, SessionReads, param
from incubator.errors import DomainError, FieldError, WrongFields
from incubator.ideas.models import Idea, IdeaMember
from incubator.mentoring.action_items.actions import insert_items, require_own_voice
from incubator.mentoring.action_items.models import wrong_terms
from incubator.mentoring.action_items.queries import get_action_items
from incubator.mentoring.actions import is_staff_of, lock_followed_project
from incubator.mentoring.meeting import Met, meet
from incubator.mentoring.mentors.actions import mentor_of_body
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.models import (
    CONTACT_MINUTES,
    LATE_DAYS,
    LONG_DAY_MINUTES,
    Consultation,
    ConsultationVersion,
    ConsultationWarning,
    check_day_of,
    check_session_choice,
)
from incubator.mentoring.occasions import Occasion, lock_named, lock_programme
from incubator.mentoring.queries import get_consultations
from incubator.mentoring.schemas import ConsultationCreate, LoggedOut, LoggedSessionOut, WarningOut
from incubator.mentoring.sessions.models import MentoringSession, SessionMentor, SessionStatus
from incubator.projects.mentors.models import ProjectMentor
from incubator.projects.models import Project, ProjectIdea, ProjectNeed

FIRST_VERSION = 1


class Team(msgspec.Struct, frozen=True):
    """What is known of the project: its people, its needs, and whether the mentor was assigned on the day; and the
    minutes that the mentor has given on that day before."""

    members: frozenset[UUID]
    leaders: tuple[UUID, ...]
    needs: frozenset[str]
    was_assigned: bool
    minutes_of_day: int


async def log_consultation(
    session: AsyncSession, actor: Actor, data: ConsultationCreate, *, now: datetime
) -> LoggedOut:
    """Everything that the body tells, in the session that it belongs to."""
    actor.require(Permission.mentoring_manage, Permission.mentoring_log)
    today = civil_day(now)
    occasion, named, team = await _understand(session, actor, data, today)
    met = await meet(session, actor, occasion, named, data, now=now)
    meeting = met.session
    ids = await _insert_consultations(session, actor, occasion, meeting, data, now)
    item_ids = await insert_items(
        session, occasion.project.id, meeting.id, occasion.mentor_id, occasion.day, _items(data)
    )
    for consultation_id in ids:
        record_audit(session, actor, "log", "consultation", consultation_id, session_id=str(meeting.id))
    await session.flush()
    reads = SessionReads(session)
    return LoggedOut(
        id=ids[0],
        session=LoggedSessionOut(meeting.id, meeting.version, SessionStatus(meeting.status), occasion.day, met.joined),
        consultations=await get_consultations(reads, actor, ids, today),
        actions=await get_action_items(reads, actor, item_ids, today),
        warnings=_warnings(data, occasion, met, team),
    )


async def _understand(
    session: AsyncSession, actor: Actor, data: ConsultationCreate, today: date
) -> tuple[Occasion, MentoringSession | None, Team]:
    """Everything that the body names, found and locked in the order of the locks; every wrong field at once."""
    day = today if data.held_on is UNSET else data.held_on
    wrong = WrongFields(_repeated(data))
    mentor = await wrong.gather(mentor_of_body(session, actor, data.mentor_id))
    project = await wrong.gather(lock_followed_project(session, actor, data.project_id, pointer="/project_id"))
    programme = await wrong.gather(lock_programme(session, data.programme_id, project, new_session=data.new_session))
    named = await wrong.gather(lock_named(session, actor, data.session_id))
    team = await _team(session, project, mentor, day) if project and mentor else None
    wrong.errors += _wrong_people(data, team, day)
    if wrong.errors or project is None or mentor is None or team is None:
        raise DomainError("validation_failed", errors=wrong.errors)
    require_own_voice(actor, project, mentor)
    check_session_choice(data.session_id, data.programme_id, new_session=data.new_session)
    check_day_of(project, day, today)
    if programme is not None:
        programme.check_runs_on(day)
    guests = team.leaders if data.person_ids is UNSET else tuple(data.person_ids)
    occasion = Occasion(project, programme, mentor.id, guests, day, today, by_staff=is_staff_of(actor, project))
    return occasion, named, team


async def _team(session: AsyncSession, project: Project, mentor: Mentor, day: date) -> Team:
    """In one statement, because a phone waits for it."""
    values = {"project_id": project.id, "account_id": mentor.account_id, "mentor_id": mentor.id, "day": day}
    everybody, leaders, needed, was_assigned, minutes = (await session.execute(_facts(), values)).one()
    in_order = tuple(dict.fromkeys(leaders or ()))
    return Team(frozenset(everybody or ()), in_order, frozenset(needed or ()), was_assigned, minutes)


@lru_cache
def _facts() -> AnySelect:
    """Members, leaders, needed platforms, whether the account mentored the project on the day, and the minutes."""
    project_id = param("project_id", Uuid)
    members = (
        select(IdeaMember.person_id, IdeaMember.position)
        .join(Idea, and_(Idea.id == IdeaMember.idea_id, Idea.content_number == IdeaMember.number))
        .join(ProjectIdea, ProjectIdea.idea_id == Idea.id)
        .where(ProjectIdea.project_id == project_id)
        .subquery()
    )
    person_ids = func.array_agg(members.c.person_id)
    needs = select(func.array_agg(ProjectNeed.platform)).where(ProjectNeed.project_id == project_id, ProjectNeed.needed)
    return select(
        select(person_ids).scalar_subquery(),
        select(person_ids).where(members.c.position == 0).scalar_subquery(),
        needs.scalar_subquery(),
        _was_assigned(project_id),
        _minutes_of_day().scalar_subquery(),
    )


def _was_assigned(project_id: Any) -> ColumnElement[bool]:
    """A mentor without an account never is: null equals nothing."""
    p, day = ProjectMentor, param("day", Date)
    lasted = and_(p.from_on <= day, or_(p.to_on.is_(None), p.to_on >= day))
    return exists().where(p.project_id == project_id, p.account_id == param("account_id", Uuid), lasted)


def _minutes_of_day() -> Select[int]:
    """The contact minutes of the mentor in all sessions that were held on the day."""
    part, s = SessionMentor, MentoringSession
    query = select(func.coalesce(func.sum(part.contact_minutes), 0)).join(s, s.id == part.session_id)
    return query.where(part.mentor_id == param("mentor_id", Uuid), s.held_on == param("day", Date))


def _repeated(data: ConsultationCreate) -> list[FieldError]:
    """Every platform and person that is named twice."""
    lists: dict[str, Sequence[Any]] = {"platforms": data.platforms}
    if data.person_ids is not UNSET:
        lists["person_ids"] = data.person_ids
    return [
        FieldError(code="duplicate", pointer=f"/{name}/{number}")
        for name, values in lists.items()
        for number, value in enumerate(values)
        if value in values[:number]
    ]


def _wrong_people(data: ConsultationCreate, team: Team | None, day: date) -> list[FieldError]:
    """Who is not of the team, and what else is wrong in what was agreed on."""
    members = team.members if team else None
    errors = []
    if members is not None and data.person_ids is not UNSET:
        errors += [
            FieldError(code="not_found", pointer=f"/person_ids/{number}")
            for number, person_id in enumerate(data.person_ids)
            if person_id not in members
        ]
    for number, item in enumerate(data.actions):
        at = f"/actions/{number}"
        errors += wrong_terms(day, item.due_on, item.owner, item.owner_person_id, members, at)
    return errors


async def _insert_consultations(
    session: AsyncSession,
    actor: Actor,
    occasion: Occasion,
    meeting: MentoringSession,
    data: ConsultationCreate,
    now: datetime,
) -> list[UUID]:
    """One for each platform, in the order of the body. What is there already is not written twice: 409."""
    same = {
        "session_id": meeting.id, "project_id": occasion.project.id, "mentor_id": occasion.mentor_id,
        "content_number": FIRST_VERSION, "visibility": data.visibility,
        "recorded_by_kind": actor.kind, "recorded_by_id": actor.id, "recorded_at": now,
    }  # fmt: skip
    c = Consultation
    new = insert_or_skip(c).on_conflict_do_nothing(
        index_elements=[c.session_id, c.project_id, c.platform, c.mentor_id], index_where=c.voided_at.is_(None)
    )
    rows = [{**same, "platform": platform} for platform in data.platforms]
    made = dict((await session.execute(new.returning(c.platform, c.id), rows)).all())
    if len(made) < len(data.platforms):
        raise DomainError("duplicate", errors=await _already_there(session, same, data.platforms, made))
    ids = [made[platform] for platform in data.platforms]
    await session.execute(insert(ConsultationVersion), [_version(actor, data, id_) for id_ in ids])
    return ids


async def _already_there(
    session: AsyncSession, same: dict[str, Any], platforms: Sequence[str], made: dict[str, UUID]
) -> list[FieldError]:
    """Each platform that was logged before, with the consultation that stands (null if it was taken back this very
    moment). Whoever logs it again may read that one, because it is of the same mentor."""
    c = Consultation
    standing = select(c.platform, c.id).where(
        c.session_id == same["session_id"], c.project_id == same["project_id"], c.mentor_id == same["mentor_id"],
        c.voided_at.is_(None),
    )  # fmt: skip
    ids = {platform: str(id_) for platform, id_ in (await session.execute(standing)).all()}
    return [
        FieldError(code="duplicate", pointer=f"/platforms/{number}", params={"id": ids.get(platform)})
        for number, platform in enumerate(platforms)
        if platform not in made
    ]


def _version(actor: Actor, data: ConsultationCreate, consultation_id: UUID) -> dict[str, Any]:
    return {
        "consultation_id": consultation_id, "number": FIRST_VERSION, "subtopic": data.subtopic,
        "question": data.question, "advice": data.advice, "outcome": data.outcome, "visibility": data.visibility,
        "written_by_kind": actor.kind, "written_by_id": actor.id,
    }  # fmt: skip


def _items(data: ConsultationCreate) -> list[dict[str, Any]]:
    return [msgspec.structs.asdict(item) for item in data.actions]


def _warnings(data: ConsultationCreate, occasion: Occasion, met: Met, team: Team) -> list[WarningOut]:
    """What a phone should show beside success."""
    w = ConsultationWarning
    found: list[WarningOut] = []
    days = (occasion.today - occasion.day).days
    if occasion.day < occasion.today - timedelta(days=LATE_DAYS):
        found.append(WarningOut(w.late_entry, {"days": days}))
    if met.joined:
        found.append(WarningOut(w.session_joined, {"held_on": occasion.day.isoformat()}))
    found += met.warnings
    found += _warnings_of_minutes(data, met, met.added + team.minutes_of_day)
    found += [
        WarningOut(w.platform_not_needed, {"platform": platform.value})
        for platform in data.platforms
        if platform not in team.needs
    ]
    if not team.was_assigned:
        found.append(WarningOut(w.before_assignment, {"held_on": occasion.day.isoformat()}))
    return found


def _warnings_of_minutes(data: ConsultationCreate, met: Met, of_day: int) -> list[WarningOut]:
    w = ConsultationWarning
    found: list[WarningOut] = []
    if met.minutes < CONTACT_MINUTES:
        found.append(WarningOut(w.short_contact, {"minutes": met.minutes, "needed": CONTACT_MINUTES}))
    if met.minutes != data.minutes:
        found.append(WarningOut(w.minutes_kept, {"sent": data.minutes, "kept": met.minutes}))
    if of_day > LONG_DAY_MINUTES:
        found.append(WarningOut(w.long_day, {"minutes": of_day}))
    return found
