"""Taking hold of a household."""

from functools import lru_cache
from uuid import UUID

from sqlalchemy import Select, Uuid
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.db import param
from incubator.errors import DomainError
from incubator.people.households.models import Household
from incubator.people.households.sight import Sight, sight_of, sight_values, visible_households


async def lock_household(session: AsyncSession, actor: Actor, household_id: UUID) -> Household:
    """The household, visible to the actor and locked to the end of the transaction; else 404."""
    values = {**sight_values(actor), "household_id": household_id}
    household = await session.scalar(_locked(sight_of(actor)), values)
    if household is None:
        raise DomainError("not_found")
    return household


async def lock_household_to_enter(session: AsyncSession, actor: Actor, household_id: UUID) -> Household:
    """The same for who enters people where it lies."""
    household = await lock_household(session, actor, household_id)
    place = {"province_id": household.province_id, "commune_id": household.locality_id}
    actor.require_at(Permission.people_enter, **place)
    return household


@lru_cache
def _locked(sight: Sight) -> Select[Household]:
    """Kept, because putting it together takes longer than running it."""
    return visible_households(sight).where(Household.id == param("household_id", Uuid)).with_for_update(of=Household)
