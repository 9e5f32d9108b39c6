"""The ledger of a project's outcomes, and which of its rows stand."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, exists, not_, select
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.mentoring.outcomes.models import ProjectOutcome
from incubator.mentoring.outcomes.schemas import OutcomeOut, OutcomeQuery
from incubator.mentoring.sight import Sight, is_followed, sight_of, sight_values
from incubator.paging import Listing, Order
from incubator.projects.models import Project

NEWEST_FIRST = Order((ProjectOutcome.id.expression,), descending=True)


def list_outcomes(actor: Actor, project_id: UUID, filters: OutcomeQuery) -> Listing[OutcomeOut]:
    """The last recorded first."""
    return Listing(
        name="outcomes",
        query=_filtered,
        shape=(sight_of(actor), filters.kind is not None, filters.standing),
        order=NEWEST_FIRST,
        values={**sight_values(actor), "project_id": project_id, "kind": filters.kind and filters.kind.value},
        row=OutcomeOut,
    )


async def get_outcome(reads: Reads, actor: Actor, project_id: UUID, outcome_id: UUID) -> OutcomeOut:
    """One row, standing or not; 404 where the actor does not follow its project."""
    values = {**sight_values(actor), "project_id": project_id, "outcome_id": outcome_id}
    return await fetch_one(reads, _outcome(sight_of(actor)), values, OutcomeOut)


def is_standing(outcome: type[ProjectOutcome] = ProjectOutcome) -> ColumnElement[bool]:
    """Whether the row says what is held to be true: it was not replaced, and is no withdrawal."""
    later = aliased(ProjectOutcome)
    return and_(not_(outcome.is_withdrawal), not_(exists().where(later.corrects_id == outcome.id)))


@statement
def _outcome(sight: Sight) -> Select[Any]:
    return _outcomes(sight).where(ProjectOutcome.id == param("outcome_id", Uuid))


def _filtered(sight: Sight, by_kind: bool, standing: bool) -> Select[Any]:
    query = _outcomes(sight)
    if by_kind:
        query = query.where(ProjectOutcome.kind == param("kind", Text))
    return query.where(is_standing()) if standing else query


def _outcomes(sight: Sight) -> Select[Any]:
    o, later = ProjectOutcome, aliased(ProjectOutcome)
    columns: tuple[Any, ...] = (
        o.id, o.project_id, o.kind, o.occurred_on, o.period_from, o.amount_vnd, o.jobs, o.stars, o.reference, o.note,
        o.evidence, o.evidence_link, is_standing(), o.is_withdrawal, o.corrects_id, later.id, o.reason,
        o.recorded_by_id, Account.username, o.recorded_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Project, Project.id == o.project_id)
        .outerjoin(later, later.corrects_id == o.id)
        .outerjoin(Account, Account.id == o.recorded_by_id)
        .where(is_followed(sight), o.project_id == param("project_id", Uuid))
    )
