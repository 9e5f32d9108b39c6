"""The commune that a body names: of today, and as it was written down."""

from datetime import date
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from incubator.actor import Actor, Permission
from incubator.db import Reads
from incubator.errors import wrong_field
from incubator.localities.models import WrittenName
from incubator.localities.queries import commune_by_code, resolve_commune
from incubator.localities.schemas import LocalityOut, WrittenLocality

CODE, NAME = "/locality_code", "/locality_name"


class Place(msgspec.Struct, frozen=True):
    """The commune of today that something belongs to, and the old one that was written down, if any."""

    commune_id: UUID
    province_id: UUID
    recorded_id: UUID | None


class Enterer(msgspec.Struct, frozen=True):
    """Who enters something, with the right that allows it in some places."""

    actor: Actor
    permission: Permission

    def take(self, commune: LocalityOut, recorded_id: UUID | None, pointer: str) -> Place:
        """A commune elsewhere is, for this actor, not there."""
        assert commune.parent is not None, "a commune lies in a province"
        self.actor.require(self.permission)
        if not self.actor.territory(self.permission).covers(commune.parent.id, commune.id):
            raise wrong_field(pointer, "not_found")
        return Place(commune.id, commune.parent.id, recorded_id)


async def place_of_entry(
    reads: Reads, enterer: Enterer, code: str | UnsetType, name: WrittenLocality | UnsetType, *, on: date, today: date
) -> Place:
    """By the code of today, or by a name written on a day, which may be that of a commune that is no more."""
    if (code is UNSET) == (name is UNSET):
        raise wrong_field(CODE, "required" if code is UNSET else "duplicate")
    if name is UNSET:
        return await place_of_code(reads, enterer, str(code), today=today)
    written = WrittenName(**msgspec.structs.asdict(name), on=on)
    found = await resolve_commune(reads, written, today=today, pointer=NAME)
    commune = await commune_by_code(reads, found.current.code, today=today, pointer=NAME)
    return enterer.take(commune, None if found.recorded.id == commune.id else found.recorded.id, NAME)


async def place_of_code(reads: Reads, enterer: Enterer, code: str, *, today: date) -> Place:
    commune = await commune_by_code(reads, code, today=today, pointer=CODE)
    return enterer.take(commune, None, CODE)
