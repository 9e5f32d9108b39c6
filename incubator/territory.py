"""A territory as SQL: which rows lie where a permission holds, in the few shapes that statements are cached by."""

from enum import Enum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Uuid, any_, false, or_, true
from sqlalchemy.dialects.postgresql import ARRAY

from incubator.actor import Territory
from incubator.db import param


class Many(Enum):
    """How many ids a condition compares with. One id is an equality, which an index answers in order."""

    none = 0
    one = 1
    some = 2


class Shape(msgspec.Struct, frozen=True):
    """What of a territory changes the SQL; the ids themselves are parameters."""

    everywhere: bool
    provinces: Many
    communes: Many

    @property
    def nowhere(self) -> bool:
        return self == NOWHERE


NOWHERE = Shape(False, Many.none, Many.none)


def shape_of(territory: Territory) -> Shape:
    if territory.everywhere:
        return Shape(True, Many.none, Many.none)
    return Shape(False, Many(min(len(territory.provinces), 2)), Many(min(len(territory.communes), 2)))


def within(shape: Shape, prefix: str, *, province: Any, commune: Any) -> ColumnElement[bool]:
    """The condition on a row's province and commune; its parameters are those of `territory_values`."""
    if shape.everywhere:
        return true()
    parts = [
        _among(province, shape.provinces, f"{prefix}_province"),
        _among(commune, shape.communes, f"{prefix}_commune"),
    ]
    held = [part for part in parts if part is not None]
    return or_(*held) if held else false()


def territory_values(territory: Territory, prefix: str) -> dict[str, Any]:
    provinces, communes = list(territory.provinces), list(territory.communes)
    return {
        f"{prefix}_province": provinces[0] if len(provinces) == 1 else provinces,
        f"{prefix}_commune": communes[0] if len(communes) == 1 else communes,
    }


def _among(column: Any, many: Many, name: str) -> ColumnElement[bool] | None:
    if many is Many.none:
        return None
    if many is Many.one:
        return column == param(name, Uuid)  # type: ignore[no-any-return]
    return column == any_(param(name, ARRAY(Uuid)))  # type: ignore[no-any-return]
