"""What is read of the mentors of a project, those who left included."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, select

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.paging import Listing, Order
from incubator.people.models import Person
from incubator.projects.mentors.models import ProjectMentor
from incubator.projects.mentors.schemas import ProjectMentorOut
from incubator.projects.models import Project
from incubator.projects.sight import Sight, is_visible, sight_of, sight_values

NEWEST_FIRST = Order((ProjectMentor.id.expression,), descending=True)


def list_mentors(actor: Actor, project_id: UUID) -> Listing[ProjectMentorOut]:
    """Newest first."""
    return Listing(
        name="project_mentors",
        query=_mentors,
        shape=(sight_of(actor),),
        order=NEWEST_FIRST,
        values={**sight_values(actor), "project_id": project_id},
        row=ProjectMentorOut,
    )


async def get_mentor(reads: Reads, actor: Actor, project_id: UUID, mentor_id: UUID) -> ProjectMentorOut:
    """One assignment; 404 where the actor does not see its project."""
    values = {**sight_values(actor), "project_id": project_id, "mentor_id": mentor_id}
    return await fetch_one(reads, _mentor(sight_of(actor)), values, ProjectMentorOut)


@statement
def _mentor(sight: Sight) -> Select[Any]:
    return _mentors(sight).where(ProjectMentor.id == param("mentor_id", Uuid))


def _mentors(sight: Sight) -> Select[Any]:
    m = ProjectMentor
    columns: tuple[Any, ...] = (
        m.id, m.version, m.project_id, m.account_id, Account.username, Person.full_name,
        m.from_on, m.to_on, m.end_reason,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Project, Project.id == m.project_id)
        .join(Account, Account.id == m.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(is_visible(sight), m.project_id == param("project_id", Uuid))
    )
