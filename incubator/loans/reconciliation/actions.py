"""Explaining, correcting and reopening a difference."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.db import SessionReads
from incubator.errors import DomainError, wrong_field
from incubator.loans.access import lock_loan_to_write
from incubator.loans.reconciliation.models import (
    BankBalance,
    DifferenceCause,
    Reconciliation,
    ReconciliationAction,
    ReconciliationMove,
    check_agrees,
    check_stands,
)
from incubator.loans.reconciliation.queries import difference_left
from incubator.loans.reconciliation.schemas import DifferenceMove, ExplainDifference, ReopenDifference


async def move_reconciliation(
    session: AsyncSession,
    actor: Actor,
    reconciliation_id: UUID,
    data: DifferenceMove,
    if_match: IfMatch,
    *,
    now: datetime,
) -> UUID:
    """One move of the newest row of its loan and day. Who makes it has to see the amounts."""
    found = await _lock_reconciliation(session, actor, reconciliation_id)
    if_match.check(found.version)
    action = ReconciliationAction(str(data.__struct_config__.tag))
    cause, note = _said(data)
    balance = await session.get_one(BankBalance, found.bank_balance_id)
    check_stands(balance.on_day, await _newest_row(session, balance), balance.id)
    before = found.status
    found.move(action, actor.id, cause=cause, note=note, now=now)
    if action is ReconciliationAction.correct:
        check_agrees(balance.on_day, await difference_left(SessionReads(session), balance.id))
    await _append_move(session, actor, found, action, before)
    details = {"from": before, "cause": cause} if cause else {"from": before}
    record_audit(session, actor, action.value, "reconciliation", found.id, **details)
    await session.flush()
    return found.id


async def _lock_reconciliation(session: AsyncSession, actor: Actor, reconciliation_id: UUID) -> Reconciliation:
    """The loan first, so that no entry and no newer row of a statement comes in between."""
    loan_id = await session.scalar(select(Reconciliation.loan_id).where(Reconciliation.id == reconciliation_id))
    if loan_id is None:
        raise DomainError("not_found")
    await lock_loan_to_write(session, actor, loan_id, Permission.loans_manage)
    wanted = select(Reconciliation).where(Reconciliation.id == reconciliation_id)
    return (await session.scalars(wanted.with_for_update())).one()


async def _newest_row(session: AsyncSession, balance: BankBalance) -> UUID:
    rows = select(BankBalance.id).where(BankBalance.loan_id == balance.loan_id, BankBalance.on_day == balance.on_day)
    return (await session.scalars(rows.order_by(BankBalance.id.desc()).limit(1))).one()


async def _append_move(
    session: AsyncSession, actor: Actor, found: Reconciliation, action: ReconciliationAction, from_status: str
) -> None:
    """The row of history of a move that the difference has just made."""
    m = ReconciliationMove
    last = await session.scalar(select(func.max(m.number)).where(m.reconciliation_id == found.id))
    session.add(
        ReconciliationMove(
            reconciliation_id=found.id, number=(last or 0) + 1, action=action.value, from_status=from_status,
            to_status=found.status, cause=found.cause, note=found.note, actor_kind=actor.kind, actor_id=actor.id,
        )
    )  # fmt: skip


def _said(data: DifferenceMove) -> tuple[str | None, str | None]:
    """The cause and the note of the move."""
    if isinstance(data, ReopenDifference):
        return None, data.reason
    if not isinstance(data, ExplainDifference):
        return None, data.note
    if data.cause is DifferenceCause.other and data.note is None:
        raise wrong_field("/note", "required")
    return data.cause.value, data.note
