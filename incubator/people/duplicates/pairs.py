"""Taking hold of the pairs of two persons, and saying what they are."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.people.duplicates.models import DuplicateStatus, PersonDuplicate


async def pairs_between(
    session: AsyncSession, ones: Collection[UUID], others: Collection[UUID], status: DuplicateStatus
) -> list[PersonDuplicate]:
    """The pairs of a row of the one person and a row of the other, locked in the order in which all write them."""
    pair = PersonDuplicate
    between = or_(
        and_(pair.low_id.in_(ones), pair.high_id.in_(others)), and_(pair.low_id.in_(others), pair.high_id.in_(ones))
    )
    locked = select(pair).where(between, pair.status == status).order_by(pair.low_id, pair.high_id).with_for_update()
    return list((await session.scalars(locked.execution_options(populate_existing=True))).all())


def settle(pairs: Iterable[PersonDuplicate], status: DuplicateStatus, *, by: UUID, note: str | None = None) -> None:
    for pair in pairs:
        pair.settle(status, by=by, note=note)
