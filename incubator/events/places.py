"""Provinces and communes of today that a body names by their codes."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, Select, Text, Uuid, any_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from incubator.db import Reads, fetch_all, fetch_one, param, statement
from incubator.errors import DomainError, FieldError
from incubator.localities.models import Locality
from incubator.localities.queries import is_valid_on


class Place(msgspec.Struct, frozen=True):
    """A commune, or a province, which is its own province."""

    code: str
    name: str
    locality_id: UUID
    province_id: UUID

    @property
    def columns(self) -> dict[str, UUID]:
        return {"locality_id": self.locality_id, "province_id": self.province_id}


async def find_places(reads: Reads, named: Mapping[str, str], *, today: date) -> dict[str, Place]:
    """The places by code. Keys of `named` are the pointers of the codes; those of no place are wrong fields."""
    if not named:
        return {}
    values = {"codes": sorted(set(named.values())), "day": today}
    places = {place.code: place for place in await fetch_all(reads, _places(), values, Place)}
    missing = [FieldError(code="not_found", pointer=pointer) for pointer, code in named.items() if code not in places]
    if missing:
        raise DomainError("validation_failed", errors=missing)
    return places


async def place_of(reads: Reads, locality_id: UUID) -> Place:
    """The place of an event, whether it still is one today or not."""
    return await fetch_one(reads, _place(), {"locality_id": locality_id}, Place)


@statement
def _places() -> Select[Any]:
    return _select_place().where(
        Locality.code == any_(param("codes", ARRAY(Text))),
        Locality.level.in_(("province", "commune")),
        is_valid_on(Locality, param("day", Date)),
    )


@statement
def _place() -> Select[Any]:
    return _select_place().where(Locality.id == param("locality_id", Uuid))


def _select_place() -> Select[Any]:
    province = func.coalesce(Locality.parent_id, Locality.id)
    columns: tuple[Any, ...] = (Locality.code, Locality.name, Locality.id, province)
    return select(*columns)
