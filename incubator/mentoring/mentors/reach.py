"""Where a mentor can go: provinces and communes, which also decide who sees them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import and_, delete, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import RoleGrant
from incubator.actor import Actor, Permission, Role
from incubator.errors import DomainError, FieldError, broken_rule
from incubator.localities.models import Locality
from incubator.localities.queries import is_valid_on
from incubator.mentoring.mentors.models import REACH_ELSEWHERE, Mentor, MentorReach


async def reach_as_granted(session: AsyncSession, actor: Actor, mentor_id: UUID) -> None:
    """Where the account may mentor by its grants; a grant for the whole country reaches every province of today."""
    mine = (RoleGrant.account_id == actor.id, RoleGrant.role == Role.mentor.value, RoleGrant.is_live())
    is_granted = Locality.id.in_(select(RoleGrant.locality_id).where(*mine))
    everywhere = select(RoleGrant.id).where(*mine, RoleGrant.locality_id.is_(None)).exists()
    is_province = and_(Locality.level == "province", Locality.valid_to.is_(None))
    province = func.coalesce(Locality.parent_id, Locality.id)
    places = select(literal(mentor_id), Locality.id, province).where(or_(is_granted, and_(is_province, everywhere)))
    await session.execute(insert(MentorReach).from_select(["mentor_id", "locality_id", "province_id"], places))


async def places_of(
    session: AsyncSession, actor: Actor, codes: Sequence[str], *, held: frozenset[UUID] = frozenset(), today: date
) -> list[Locality]:
    """The places of today that bear the codes. One outside the actor's localities may only be held already."""
    wanted = select(Locality).where(Locality.code.in_(codes), is_valid_on(Locality, literal(today)))
    found = {place.code: place for place in await session.scalars(wanted)}
    territory = actor.territory(Permission.mentors_manage)

    def is_allowed(code: str) -> bool:
        place = found.get(code)
        return place is not None and (place.id in held or territory.covers(_province_of(place), place.id))

    wrong = [position for position, code in enumerate(codes) if not is_allowed(code)]
    if wrong:
        errors = [FieldError(code="not_found", pointer=f"/reach/{position}") for position in wrong]
        raise DomainError("validation_failed", errors=errors)
    return list(found.values())


async def change_reach(
    session: AsyncSession, actor: Actor, mentor: Mentor, reach: list[MentorReach], codes: list[str], *, today: date
) -> None:
    """The places that the body names replace the old ones. What lies outside the actor's localities stays in."""
    held = frozenset(one.locality_id for one in reach)
    places = await places_of(session, actor, codes, held=held, today=today)
    left = held - {place.id for place in places}
    added = [place for place in places if place.id not in held]
    if not left and not added:
        return
    await _require_removable(session, actor, left)
    gone = delete(MentorReach).where(MentorReach.mentor_id == mentor.id, MentorReach.locality_id.in_(left))
    await session.execute(gone)
    add_reach(session, mentor, added)
    mentor.count_change()


async def _require_removable(session: AsyncSession, actor: Actor, left: frozenset[UUID]) -> None:
    """A place that is no more, for which nobody has a grant, may be left out by everybody."""
    places = await session.scalars(select(Locality).where(Locality.id.in_(left), Locality.valid_to.is_(None)))
    territory = actor.territory(Permission.mentors_manage)
    kept = sorted(place.code for place in places if not territory.covers(_province_of(place), place.id))
    if kept:
        raise broken_rule(REACH_ELSEWHERE, codes=", ".join(kept))


def add_reach(session: AsyncSession, mentor: Mentor, places: Sequence[Locality]) -> None:
    session.add_all(
        MentorReach(mentor_id=mentor.id, locality_id=place.id, province_id=_province_of(place)) for place in places
    )


def _province_of(place: Locality) -> UUID:
    """A province is its own."""
    return place.parent_id or place.id
