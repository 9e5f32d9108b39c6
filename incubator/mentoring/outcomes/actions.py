"""Adding rows to the ledger of outcomes: new ones, corrections and withdrawals. No row is ever changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.errors import wrong_field
from incubator.mentoring.actions import lock_followed_project
from incubator.mentoring.outcomes.models import ProjectOutcome, check_correctable, check_days, check_withdrawable
from incubator.mentoring.outcomes.schemas import OutcomeCreate, OutcomeWithdrawal
from incubator.projects.models import Project

FACTS = (
    "kind", "occurred_on", "period_from", "amount_vnd", "jobs", "stars", "reference", "note", "evidence",
    "evidence_link",
)  # fmt: skip
"""What a row says. A withdrawal repeats it, so that the ledger reads without looking back."""


async def record_outcome(
    session: AsyncSession, actor: Actor, project_id: UUID, data: OutcomeCreate, *, now: datetime
) -> UUID:
    """Add one row. The project is locked, so that two corrections of a row wait for each other."""
    project = await lock_followed_project(session, actor, project_id)
    _check_pair(data.corrects_id, data.reason)
    earlier = None if data.corrects_id is None else await _last_of_chain(session, project, data.corrects_id)
    is_withdrawal = isinstance(data, OutcomeWithdrawal)
    outcome = ProjectOutcome(
        project_id=project.id, is_withdrawal=is_withdrawal, corrects_id=data.corrects_id, reason=data.reason,
        recorded_by_kind=actor.kind, recorded_by_id=actor.id, **_facts(data, earlier, project, today=civil_day(now)),
    )  # fmt: skip
    session.add(outcome)
    await session.flush()
    action = "withdraw" if is_withdrawal else "correct" if earlier else "record"
    details = {"project_id": str(project.id), "kind": outcome.kind}
    record_audit(session, actor, action, "project_outcome", outcome.id, **details)
    await session.flush()
    return outcome.id


def _check_pair(corrects_id: UUID | None, reason: str | None) -> None:
    """A correction says why, and only a correction does."""
    if corrects_id is not None and reason is None:
        raise wrong_field("/reason", "required")
    if corrects_id is None and reason is not None:
        raise wrong_field("/corrects_id", "required")


async def _last_of_chain(session: AsyncSession, project: Project, outcome_id: UUID) -> ProjectOutcome:
    same_project = ProjectOutcome.project_id == project.id
    row = await session.scalar(select(ProjectOutcome).where(ProjectOutcome.id == outcome_id, same_project))
    if row is None:
        raise wrong_field("/corrects_id", "not_found")
    check_correctable(await session.scalar(select(ProjectOutcome.id).where(ProjectOutcome.corrects_id == row.id)))
    return row


def _facts(data: OutcomeCreate, earlier: ProjectOutcome | None, project: Project, *, today: date) -> dict[str, Any]:
    if isinstance(data, OutcomeWithdrawal):
        assert earlier is not None
        check_withdrawable(earlier)
        return {name: getattr(earlier, name) for name in FACTS}
    facts = {name: getattr(data, name, None) for name in FACTS if name != "kind"}
    check_days(data.occurred_on, facts["period_from"], founded_on=project.founded_on, today=today)
    return {"kind": str(data.__struct_config__.tag), **facts}
