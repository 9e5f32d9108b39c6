"""The citizen ids of two rows that are merged. A number is sealed for its person, so it is sealed anew."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.errors import broken_rule
from incubator.people.citizen_ids.models import CitizenId
from incubator.people.citizen_ids.sealing import Sealer
from incubator.people.merges.models import TWO_CITIZEN_IDS, Field
from incubator.people.models import Person


async def fill_number(
    session: AsyncSession, actor: Actor, sealer: Sealer, survivor: Person, absorbed: Person
) -> list[Field]:
    """Take over the number where only the other row has one; two different ones are refused."""
    kept, given = await _numbers(session, survivor, absorbed)
    if given is None:
        return []
    number = sealer.open(given.sealed, absorbed.id)
    if kept is not None:
        if sealer.open(kept.sealed, survivor.id) != number:
            raise broken_rule(TWO_CITIZEN_IDS)
        return []
    taken = CitizenId(
        person_id=survivor.id, sealed=sealer.seal(number, survivor.id), digest=sealer.digest(number),
        last_four=given.last_four, was_padded=given.was_padded,
        recorded_by_kind=actor.kind, recorded_by_id=actor.id,
    )  # fmt: skip
    session.add(taken)
    return [Field.citizen_id]


async def take_back_number(session: AsyncSession, survivor: Person, absorbed: Person, filled: Iterable[str]) -> None:
    """Remove the number that was taken over, unless it was changed since."""
    kept, given = await _numbers(session, survivor, absorbed)
    if Field.citizen_id in filled and kept is not None and given is not None and kept.digest == given.digest:
        await session.delete(kept)


async def _numbers(
    session: AsyncSession, survivor: Person, absorbed: Person
) -> tuple[CitizenId | None, CitizenId | None]:
    rows = await session.scalars(select(CitizenId).where(CitizenId.person_id.in_([survivor.id, absorbed.id])))
    found = {row.person_id: row for row in rows}
    return found.get(survivor.id), found.get(absorbed.id)
