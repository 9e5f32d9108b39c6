"""Who sees which mentoring: projects, notes, sessions. Every list, detail, export and briefing goes through here.

A project is *followed* where the actor reads its mentoring: in its place, or as one of its mentors at present. Notes
that are `internal` are for staff, approvers and the mentor who gave the advice.
"""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Uuid, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.db import param
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.models import Consultation, Visibility
from incubator.mentoring.sessions.models import MentoringSession, SessionMentor, SessionParticipant
from incubator.projects.models import Project
from incubator.projects.sight import is_mentored_by
from incubator.territory import Shape, shape_of, territory_values, within


class Sight(msgspec.Struct, frozen=True):
    """What of an actor's rights changes the SQL; part of the key under which statements are cached."""

    followed: Shape
    internal: Shape
    mentor: bool


def sight_of(actor: Actor) -> Sight:
    return Sight(
        followed=shape_of(actor.territory(Permission.mentoring_read)),
        internal=shape_of(actor.territory(Permission.mentoring_read_internal)),
        mentor=actor.may(Permission.mentoring_read_mentored) and actor.kind == "account",
    )


def sight_values(actor: Actor) -> dict[str, Any]:
    """The parameters of every statement that was made for a Sight of this actor."""
    return {
        "me": actor.id,
        **territory_values(actor.territory(Permission.mentoring_read), "followed"),
        **territory_values(actor.territory(Permission.mentoring_read_internal), "internal"),
    }


def is_followed(sight: Sight) -> ColumnElement[bool]:
    """Whether the actor reads the mentoring of the row of Project."""
    ways = []
    if not sight.followed.nowhere:
        ways.append(within(sight.followed, "followed", province=Project.province_id, commune=Project.locality_id))
    if sight.mentor:
        ways.append(is_mentored_by(param("me", Uuid)))
    return or_(*ways) if ways else false()


def is_shown(sight: Sight, visibility: Any = Consultation.visibility) -> ColumnElement[bool]:
    """Whether the notes of the row of Consultation are for the actor, who follows its row of Project.

    `visibility` is that of an earlier version where such a one is read.
    """
    ways = [visibility == Visibility.team.value]
    if not sight.internal.nowhere:
        ways.append(within(sight.internal, "internal", province=Project.province_id, commune=Project.locality_id))
    if sight.mentor:
        ways.append(is_me(Consultation.mentor_id))
    return and_(is_followed(sight), or_(*ways))


def is_read(sight: Sight) -> ColumnElement[bool]:
    """Whether the actor reads the row of Consultation. One that was taken back is for its mentor and those who see
    internal notes."""
    ways: list[ColumnElement[bool]] = [Consultation.voided_at.is_(None)]
    if not sight.internal.nowhere:
        ways.append(within(sight.internal, "internal", province=Project.province_id, commune=Project.locality_id))
    if sight.mentor:
        ways.append(is_me(Consultation.mentor_id))
    return and_(is_shown(sight), or_(*ways))


def is_me(mentor_id: Any) -> ColumnElement[bool]:
    """Whether the mentor is the one who asks."""
    mine = aliased(Mentor)
    return exists().where(mine.id == mentor_id, mine.account_id == param("me", Uuid))


def is_session_seen(sight: Sight) -> ColumnElement[bool]:
    """Whether the actor sees the row of MentoringSession: in its place, by a project at the table, or as its mentor."""
    ways: list[ColumnElement[bool]] = []
    if sight.followed.everywhere:
        return within(sight.followed, "followed", province=None, commune=None)
    if not sight.followed.nowhere:
        place = {"province": MentoringSession.province_id, "commune": MentoringSession.locality_id}
        ways.append(within(sight.followed, "followed", **place))
    if sight.mentor:
        ways.append(is_mentor_in(MentoringSession.id))
    if not sight.followed.nowhere or sight.mentor:
        guest, told = aliased(SessionParticipant), aliased(Consultation)
        # Who leads two projects has one seat, so what was advised counts beside who sat there.
        ways += [_is_of_followed(sight, guest), _is_of_followed(sight, told, told.voided_at.is_(None))]
    return or_(*ways) if ways else false()


def _is_of_followed(sight: Sight, row: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether such a row ties the row of MentoringSession to a project that the actor follows."""
    return exists(
        select(row.id)
        .join(Project, Project.id == row.project_id)
        .where(row.session_id == MentoringSession.id, is_followed(sight), *conditions)
        .correlate(MentoringSession)
    )


def is_mentor_in(session_id: Any) -> ColumnElement[bool]:
    """Whether the one who asks is a mentor in the session."""
    part = aliased(SessionMentor)
    mine = aliased(Mentor)
    return exists(
        select(part.session_id)
        .join(mine, mine.id == part.mentor_id)
        .where(part.session_id == session_id, mine.account_id == param("me", Uuid))
        .correlate(MentoringSession)
    )
