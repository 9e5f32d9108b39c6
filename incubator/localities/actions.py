"""What changes about localities: villages are added by staff; everything above comes with migrations."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.audit import record_audit
from incubator.errors import DomainError, FieldError, wrong_field
from incubator.localities.models import Locality
from incubator.localities.queries import is_valid_on
from incubator.localities.schemas import VillageCreate
from incubator.text import clean_line, tone_key


async def add_village(session: AsyncSession, actor: Actor, new: VillageCreate, *, today: date) -> UUID:
    """A village of a commune of today, under the next code of that commune."""
    commune = await _locked_commune(session, new.commune_code, today)
    actor.require_at(Permission.villages_manage, province_id=_parent_of(commune), commune_id=commune.id)
    name = clean_line(new.name)
    await _refuse_second(session, commune, name)
    village = Locality(
        code=await _next_code(session, commune),
        level="village",
        kind="village",
        name=name,
        parent_id=commune.id,
        valid_from=today,
    )
    session.add(village)
    await session.flush()
    record_audit(session, actor, "add_village", "locality", village.id, code=village.code)
    return village.id


async def _locked_commune(session: AsyncSession, code: str, today: date) -> Locality:
    """Locked, so that two villages added at once get two codes."""
    commune = await session.scalar(
        select(Locality)
        .where(Locality.code == code, Locality.level == "commune", is_valid_on(Locality, literal(today)))
        .with_for_update()
    )
    if commune is None:
        raise wrong_field("/commune_code", "not_found")
    return commune


def _parent_of(commune: Locality) -> UUID:
    assert commune.parent_id is not None, "a CHECK gives every commune a province"
    return commune.parent_id


async def _refuse_second(session: AsyncSession, commune: Locality, name: str) -> None:
    """The friendly form of the unique index: a name is taken however its tone marks are placed."""
    twin = await session.scalar(
        select(Locality.id).where(
            Locality.parent_id == commune.id, Locality.tone_key == tone_key(name), Locality.valid_to.is_(None)
        )
    )
    if twin is not None:
        raise DomainError("duplicate", errors=[FieldError(code="duplicate", pointer="/name")])


async def _next_code(session: AsyncSession, commune: Locality) -> str:
    """Villages are ended and never deleted, so their number is the last one given."""
    given = await session.scalar(select(func.count()).select_from(Locality).where(Locality.parent_id == commune.id))
    return f"{commune.code}-{(given or 0) + 1:03d}"
