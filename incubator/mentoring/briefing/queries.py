"""A briefing is one statement, hence one snapshot: each part is a subquery for the one project.

Every part names its project by the parameter and stands alone, so that its own indexes lead to its few rows; the
outer select decides by `is_followed` whether there is anything to tell, and the advice once more by `is_shown`.
"""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, Select, Text, Uuid, and_, case, cast, distinct, func, literal_column, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.ideas.models import Idea, IdeaMember
from incubator.localities.models import Locality
from incubator.localities.schemas import LocalityRef
from incubator.mentoring.action_items.models import ActionItem, ActionItemStatus
from incubator.mentoring.briefing.schemas import (
    BriefedLeaderOut,
    BriefedOutcomeOut,
    BriefedPlatformOut,
    BriefedProjectOut,
    BriefedSessionOut,
    BriefingOut,
    OpenActionOut,
)
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.models import Consultation, ConsultationVersion
from incubator.mentoring.outcomes.models import ProjectOutcome
from incubator.mentoring.outcomes.queries import is_standing
from incubator.mentoring.queries import counted_consultations
from incubator.mentoring.sessions.models import AHEAD, SEATED, MentoringSession, SessionParticipant, SessionStatus
from incubator.mentoring.sight import Sight, is_followed, is_shown, sight_of, sight_values
from incubator.people.models import Person
from incubator.projects.models import Platform, Project, ProjectIdea, ProjectNeed, ProjectStatus
from incubator.projects.queries import json_list, mentors_json
from incubator.projects.schemas import CurrentMentorOut

MOST_ACTIONS = 50
MOST_OUTCOMES = 10
OUTCOME_FIELDS = BriefedOutcomeOut.__struct_fields__

THIS_PROJECT = param("project_id", Uuid)


async def get_briefing(reads: Reads, actor: Actor, project_id: UUID, *, today: date) -> BriefingOut:
    """What the next mentor needs to know; 404 where the actor does not follow the project."""
    values = {**sight_values(actor), "project_id": project_id, "today": today}
    return await fetch_one(reads, _briefing(sight_of(actor)), values, _briefing_out)


@statement
def _briefing(sight: Sight) -> Select[Any]:
    p = Project
    columns: tuple[Any, ...] = (
        p.id, p.title, p.status, p.founded_on, Locality.id, Locality.code, Locality.name, Locality.kind,
        _team_size(), _leaders(), mentors_json(), _platforms(sight),
        _actions(), _count_actions(), _outcomes(), _count_outcomes(), _last_session(), _next_session(),
    )  # fmt: skip
    return select(*columns).join(Locality, Locality.id == p.locality_id).where(is_followed(sight), p.id == THIS_PROJECT)


def _team_size() -> Any:
    """Who is in several ideas of the project is one person."""
    members = _members(func.count(distinct(Person.counted_id())))
    return members.join(Person, Person.id == IdeaMember.person_id).scalar_subquery()


def _leaders() -> Any:
    """The leader of each idea: the same person may lead several of them."""
    leader = func.json_build_object("person_id", Person.id, "full_name", Person.full_name, "phone", Person.phone)
    leaders = _members(json_list(leader, ProjectIdea.position)).join(Person, Person.id == IdeaMember.person_id)
    return leaders.where(IdeaMember.position == 0).scalar_subquery()


def _members(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(ProjectIdea)
        .join(Idea, Idea.id == ProjectIdea.idea_id)
        .join(IdeaMember, and_(IdeaMember.idea_id == Idea.id, IdeaMember.number == Idea.content_number))
        .where(ProjectIdea.project_id == THIS_PROJECT)
    )


def _platforms(sight: Sight) -> Any:
    need, done, advice = ProjectNeed, _consultations().subquery("done"), _last_advice(sight).subquery("advice")
    platform = func.json_build_object(
        "platform", need.platform, "needed", need.needed, "why", need.why,
        "is_consulted", done.c.platform.is_not(None), "first_consulted_on", done.c.first_on,
        "consultations", func.coalesce(done.c.consultations, 0), "last_advice", advice.c.told,
    )  # fmt: skip
    in_order = case(*((need.platform == each.value, place) for place, each in enumerate(Platform)))
    return (
        select(json_list(platform, in_order))
        .select_from(need)
        .outerjoin(done, done.c.platform == need.platform)
        .outerjoin(advice, advice.c.platform == need.platform)
        .where(need.project_id == THIS_PROJECT)
        .scalar_subquery()
    )


def _consultations() -> AnySelect:
    """By platform, what the predicate counts. Two mentors at one table are one consultation."""
    counted = counted_consultations().subquery()
    return (
        select(
            counted.c.platform,
            func.min(counted.c.held_on).label("first_on"),
            func.count(distinct(counted.c.session_id)).label("consultations"),
        )
        .where(counted.c.project_id == THIS_PROJECT)
        .group_by(counted.c.platform)
    )


def _last_advice(sight: Sight) -> AnySelect:
    """By platform, the latest notes that the actor may read."""
    c, s, v = Consultation, MentoringSession, ConsultationVersion
    told = func.json_build_object(
        "consultation_id", c.id, "held_on", s.held_on, "mentor_name", Person.full_name,
        "subtopic", v.subtopic, "question", v.question, "advice", v.advice, "outcome", v.outcome,
    )  # fmt: skip
    return (
        select(c.platform, told.label("told"))
        .join(Project, Project.id == c.project_id)
        .join(s, s.id == c.session_id)
        .join(v, and_(v.consultation_id == c.id, v.number == c.content_number))
        .join(Mentor, Mentor.id == c.mentor_id)
        .join(Person, Person.id == Mentor.person_id)
        .where(is_shown(sight), c.project_id == THIS_PROJECT, c.voided_at.is_(None))
        .where(s.status == SessionStatus.held.value)
        .order_by(c.platform, s.held_on.desc(), c.id.desc())
        .ext(distinct_on(c.platform))
    )


def _actions() -> Any:
    a = ActionItem
    first = _open_actions(a).order_by(a.due_on, a.id).limit(literal_column(str(MOST_ACTIONS))).subquery("first")
    action = func.json_build_object(
        "id", first.c.id, "version", first.c.version, "what", first.c.what, "platform", first.c.platform,
        "owner", first.c.owner, "owner_name", Person.full_name, "set_on", first.c.set_on, "due_on", first.c.due_on,
    )  # fmt: skip
    in_order = aggregate_order_by(action, first.c.due_on, first.c.id)
    return (
        select(func.coalesce(cast(func.json_agg(in_order), Text), "[]"))
        .select_from(first)
        .outerjoin(Person, Person.id == first.c.owner_person_id)
        .scalar_subquery()
    )


def _count_actions() -> Any:
    return _open_actions(func.count()).select_from(ActionItem).scalar_subquery()


def _open_actions(*columns: Any) -> Select[Any]:
    is_open = ActionItem.status == ActionItemStatus.open.value
    return select(*columns).where(ActionItem.project_id == THIS_PROJECT, is_open)


def _outcomes() -> Any:
    o = ProjectOutcome
    latest = _standing(o).order_by(o.occurred_on.desc(), o.id.desc()).limit(literal_column(str(MOST_OUTCOMES)))
    last = latest.subquery("last")
    outcome = func.json_build_object(*(part for name in OUTCOME_FIELDS for part in (name, last.c[name])))
    in_order = aggregate_order_by(outcome, last.c.occurred_on.desc(), last.c.id.desc())
    return select(func.coalesce(cast(func.json_agg(in_order), Text), "[]")).select_from(last).scalar_subquery()


def _count_outcomes() -> Any:
    return _standing(func.count()).select_from(ProjectOutcome).scalar_subquery()


def _standing(*columns: Any) -> Select[Any]:
    return select(*columns).where(ProjectOutcome.project_id == THIS_PROJECT, is_standing())


def _last_session() -> Any:
    s = MentoringSession
    held = _sessions(s.held_on).where(s.status == SessionStatus.held.value)
    return held.order_by(s.held_on.desc(), s.id.desc()).limit(literal_column("1")).scalar_subquery()


def _next_session() -> Any:
    s = MentoringSession
    ahead = _sessions(s.planned_on).where(s.status.in_(sorted(AHEAD)), s.planned_on >= param("today", Date))
    return ahead.order_by(s.planned_on, s.starts_at, s.id).limit(literal_column("1")).scalar_subquery()


def _sessions(day: Any) -> Select[Any]:
    """Sessions at which somebody of the project has, or had, a seat, and those in which it was advised."""
    s, guest, told = MentoringSession, SessionParticipant, aliased(Consultation)
    shown = func.json_build_object(
        "id", s.id, "kind", s.kind, "title", s.title, "day", day, "starts_at", s.starts_at,
        "mode", s.mode, "place", s.place,
    )  # fmt: skip
    seated = select(guest.session_id).where(guest.project_id == THIS_PROJECT, guest.status.in_(sorted(SEATED)))
    advised = select(told.session_id).where(told.project_id == THIS_PROJECT, told.voided_at.is_(None))
    return select(cast(shown, Text)).where(s.id.in_(union_all(seated, advised)))


def _briefing_out(id_: UUID, title: str, status: str, founded_on: date, *rest: Any) -> BriefingOut:
    *place, team_size, leaders, mentors, platforms = rest[:8]
    actions, actions_count, outcomes, outcomes_count, last_session, next_session = rest[8:]
    read = msgspec.json.decode
    known = {leader.person_id: leader for leader in read(leaders, type=list[BriefedLeaderOut])}
    return BriefingOut(
        project=BriefedProjectOut(id_, title, ProjectStatus(status), LocalityRef(*place), founded_on, team_size),
        leaders=list(known.values()),
        mentors=read(mentors, type=list[CurrentMentorOut]),
        platforms=read(platforms, type=list[BriefedPlatformOut]),
        open_actions=read(actions, type=list[OpenActionOut]),
        open_actions_count=actions_count,
        outcomes=read(outcomes, type=list[BriefedOutcomeOut]),
        outcomes_count=outcomes_count,
        last_session=read(last_session or "null", type=BriefedSessionOut | None),
        next_session=read(next_session or "null", type=BriefedSessionOut | None),
    )
