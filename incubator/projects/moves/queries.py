"""The history of a project."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, Text, Uuid, cast, select

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import param
from incubator.paging import Listing, Order, SmallNumber
from incubator.projects.models import Project, ProjectTransition
from incubator.projects.moves.schemas import ProjectTransitionOut
from incubator.projects.sight import Sight, is_visible, sight_of, sight_values

IN_ORDER = Order((ProjectTransition.number.expression,))


def list_transitions(actor: Actor, project_id: UUID) -> Listing[ProjectTransitionOut]:
    """Oldest first."""
    return Listing(
        name="project_transitions",
        query=_transitions,
        shape=(sight_of(actor),),
        order=IN_ORDER,
        values={**sight_values(actor), "project_id": project_id},
        row=ProjectTransitionOut,
        read=_transition,
        place=lambda row: (row.number,),
        place_types=tuple[SmallNumber],
    )


def _transitions(sight: Sight) -> Select[Any]:
    t = ProjectTransition
    columns: tuple[Any, ...] = (
        t.id, t.number, t.action, t.from_status, t.to_status, t.occurred_on, t.recorded_at,
        t.actor_id, Account.username, t.reason_code, t.reason, cast(t.details, Text), t.voids_id,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Project, Project.id == t.project_id)
        .outerjoin(Account, Account.id == t.actor_id)
        .where(is_visible(sight), t.project_id == param("project_id", Uuid))
    )


def _transition(*row: Any) -> ProjectTransitionOut:
    fields = dict(zip(ProjectTransitionOut.__struct_fields__, row, strict=True))
    return ProjectTransitionOut(**fields | {"details": msgspec.json.decode(fields["details"])})
