"""Who sees which project. Every list, detail, history, export and figure goes through here."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, Uuid, exists, false, or_, select
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.db import param
from incubator.projects.mentors.models import ProjectMentor
from incubator.projects.models import Project
from incubator.territory import Shape, shape_of, territory_values, within


class Sight(msgspec.Struct, frozen=True):
    """What of an actor's rights changes the SQL; part of the key under which statements are cached."""

    territory: Shape
    mentor: bool


def sight_of(actor: Actor) -> Sight:
    return Sight(
        territory=shape_of(actor.territory(Permission.projects_read)),
        mentor=actor.may(Permission.projects_read_mentored) and actor.kind == "account",
    )


def sight_values(actor: Actor) -> dict[str, Any]:
    return {"me": actor.id, **territory_values(actor.territory(Permission.projects_read), "seen")}


def visible_projects(sight: Sight) -> Select[Project]:
    """The projects that the actor may see: loading through this is the authorisation."""
    return select(Project).where(is_visible(sight))


def is_visible(sight: Sight) -> ColumnElement[bool]:
    """In the actor's localities, or mentored by the actor at present."""
    ways = []
    if not sight.territory.nowhere:
        ways.append(within(sight.territory, "seen", province=Project.province_id, commune=Project.locality_id))
    if sight.mentor:
        ways.append(is_mentored_by(param("me", Uuid)))
    return or_(*ways) if ways else false()


def is_mentored_by(account_id: Any) -> ColumnElement[bool]:
    """Whether the account is a current mentor of the project."""
    # An alias, because a list of mentors asks this about its own table.
    mentoring = aliased(ProjectMentor)
    return exists().where(
        mentoring.project_id == Project.id, mentoring.account_id == account_id, mentoring.to_on.is_(None)
    )


def is_mentored_on(day: Any) -> ColumnElement[bool]:
    """Whether anybody mentored the project on that day."""
    mentoring = aliased(ProjectMentor)
    return exists().where(
        mentoring.project_id == Project.id,
        mentoring.from_on <= day,
        or_(mentoring.to_on.is_(None), mentoring.to_on >= day),
    )
