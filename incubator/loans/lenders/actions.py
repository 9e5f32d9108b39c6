"""Adding and renaming lenders."""

from uuid import UUID

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.errors import DomainError, FieldError
from incubator.loans.lenders.models import Lender
from incubator.loans.lenders.schemas import LenderCreate, LenderPatch
from incubator.text import clean_line


async def add_lender(session: AsyncSession, actor: Actor, data: LenderCreate) -> UUID:
    actor.require(Permission.loans_manage)
    if await session.scalar(select(Lender.id).where(Lender.code == data.code)) is not None:
        raise DomainError("duplicate", errors=[FieldError(code="duplicate", pointer="/code")])
    lender = Lender(code=data.code, name=clean_line(data.name))
    session.add(lender)
    await session.flush()
    record_audit(session, actor, "add", "lender", lender.id, code=lender.code)
    await session.flush()
    return lender.id


async def edit_lender(
    session: AsyncSession, actor: Actor, lender_id: UUID, data: LenderPatch, if_match: IfMatch
) -> None:
    """Lay a merge patch over a lender."""
    actor.require(Permission.loans_manage)
    lender = await session.get(Lender, lender_id, with_for_update=True)
    if lender is None:
        raise DomainError("not_found")
    if_match.check(lender.version)
    if data.name is not UNSET and clean_line(data.name) != lender.name:
        lender.name = clean_line(data.name)
        record_audit(session, actor, "edit", "lender", lender.id, fields=["name"])
    await session.flush()
