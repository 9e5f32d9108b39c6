"""The commune of an idea: of today, and as it was written down."""

from datetime import date
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.db import SessionReads
from incubator.errors import wrong_field
from incubator.ideas.models import Idea
from incubator.ideas.schemas import IdeaCreate
from incubator.localities.models import WrittenName
from incubator.localities.queries import commune_by_code, resolve_commune
from incubator.localities.schemas import LocalityOut
from incubator.people.places import move_places

CODE, NAME = "/locality_code", "/locality_name"


class Place(msgspec.Struct, frozen=True):
    """The commune of today that an idea belongs to, and the old one that was written down, if any."""

    commune_id: UUID
    province_id: UUID
    recorded_id: UUID | None


async def place_of_entry(
    session: AsyncSession, actor: Actor, data: IdeaCreate, received_on: date, *, today: date
) -> Place:
    """By the code of today, or by a written name, which may be that of a commune that is no more."""
    if (data.locality_code is UNSET) == (data.locality_name is UNSET):
        raise wrong_field(CODE, "required" if data.locality_code is UNSET else "duplicate")
    if data.locality_name is UNSET:
        return await place_of_code(session, actor, str(data.locality_code), today=today)
    written = WrittenName(**msgspec.structs.asdict(data.locality_name), on=received_on)
    found = await resolve_commune(SessionReads(session), written, today=today, pointer=NAME)
    commune = await commune_by_code(SessionReads(session), found.current.code, today=today, pointer=NAME)
    return _inside(actor, commune, None if found.recorded.id == commune.id else found.recorded.id, NAME)


async def place_of_code(session: AsyncSession, actor: Actor, code: str, *, today: date) -> Place:
    commune = await commune_by_code(SessionReads(session), code, today=today, pointer=CODE)
    return _inside(actor, commune, None, CODE)


async def move_place(session: AsyncSession, actor: Actor, idea: Idea, code: str, *, today: date) -> None:
    """Correct the commune; what was written down first was that of another one and goes with it."""
    place = await place_of_code(session, actor, code, today=today)
    if place.commune_id == idea.locality_id:
        return
    idea.locality_id, idea.province_id = place.commune_id, place.province_id
    idea.recorded_locality_id = None
    await move_places(session, idea.id, locality_id=place.commune_id, province_id=place.province_id)


def _inside(actor: Actor, commune: LocalityOut, recorded_id: UUID | None, pointer: str) -> Place:
    """A commune elsewhere is, for this actor, not there."""
    assert commune.parent is not None, "a commune lies in a province"
    actor.require(Permission.ideas_enter)
    if not actor.territory(Permission.ideas_enter).covers(commune.parent.id, commune.id):
        raise wrong_field(pointer, "not_found")
    return Place(commune.id, commune.parent.id, recorded_id)
