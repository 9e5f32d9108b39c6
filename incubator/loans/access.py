"""Taking hold of a loan, and the trace that somebody looked at one."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, not_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.audit import record_audit
from incubator.db import param
from incubator.errors import DomainError
from incubator.loans.models import Loan
from incubator.loans.sight import Sight, sight_of, sight_values, visible_loans
from incubator.territory import shape_of, territory_values, within


class Placed(Protocol):
    """What lies in a commune of a province."""

    @property
    def locality_id(self) -> Any: ...
    @property
    def province_id(self) -> Any: ...


async def lock_loan(session: AsyncSession, actor: Actor, loan_id: UUID) -> Loan:
    """The loan, visible to the actor and locked to the end of the transaction; else 404."""
    loan = await session.scalar(_locked(sight_of(actor)), {**sight_values(actor), "loan_id": loan_id})
    if loan is None:
        raise DomainError("not_found")
    return loan


async def lock_loan_to_write(session: AsyncSession, actor: Actor, loan_id: UUID, permission: Permission) -> Loan:
    """The same for who may write amounts of this loan."""
    actor.require(permission)
    loan = await lock_loan(session, actor, loan_id)
    require_amounts(actor, permission, loan)
    return loan


def require_amounts(actor: Actor, permission: Permission, row: Placed) -> None:
    """403 unless a grant with this permission opens sensitive fields where the row lies: who writes amounts, and
    hears in a refusal what is left of them, is one who may read them."""
    if not actor.territory(permission, sensitive=True).covers(row.province_id, row.locality_id):
        raise DomainError("forbidden")


async def require_amounts_of_all(
    session: AsyncSession, actor: Actor, permission: Permission, loan_ids: Collection[UUID]
) -> None:
    """The same for many loans at once."""
    territory = actor.territory(permission, sensitive=True)
    inside = within(shape_of(territory), "written", province=Loan.province_id, commune=Loan.locality_id)
    outside = select(Loan.id).where(Loan.id == any_(param("loan_ids", ARRAY(Uuid))), not_(inside)).limit(1)
    values = {"loan_ids": list(loan_ids), **territory_values(territory, "written")}
    if await session.scalar(outside, values) is not None:
        raise DomainError("forbidden")


def record_reading(
    session: AsyncSession, actor: Actor, subject_type: str, subject_id: UUID | None, **details: Any
) -> None:
    """Each look at somebody's loans leaves a row. `details` says through what it was asked for, in codes."""
    record_audit(session, actor, "read_loans", subject_type, subject_id, **details)


@lru_cache
def _locked(sight: Sight) -> Select[Loan]:
    """Kept, because putting it together takes longer than running it."""
    return visible_loans(sight).where(Loan.id == param("loan_id", Uuid)).with_for_update(of=Loan)
