"""A territory as SQL: which rows lie where a permission holds, in the few shapes that statements are cached by."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Uuid, any_, false, or_, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from incubator.actor import Territory
from incubator.db import param


class Many(Enum):
    """How many values a condition compares with. One is an equality, which an index answers in order."""

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
    return Shape(False, how_many(territory.provinces), how_many(territory.communes))


def within(shape: Shape, prefix: str, *, province: Any, commune: Any) -> ColumnElement[bool]:
    """The condition on a row's province and commune; its parameters are those of `territory_values`."""
    if shape.everywhere:
        return true()
    places = (province, shape.provinces, f"{prefix}_province"), (commune, shape.communes, f"{prefix}_commune")
    held = [is_among(column, many, name, Uuid) for column, many, name in places if many is not Many.none]
    return or_(*held) if held else false()


def territory_values(territory: Territory, prefix: str) -> dict[str, Any]:
    return {
        f"{prefix}_province": among_value(list(territory.provinces)),
        f"{prefix}_commune": among_value(list(territory.communes)),
    }


def how_many(values: Sequence[Any]) -> Many:
    return Many(min(len(values), 2))


def is_among(column: Any, many: Many, name: str, type_: type[TypeEngine[Any]]) -> ColumnElement[bool]:
    """Whether a column holds one of the values of a parameter, which is an `among_value`; any will do where there are
    none."""
    if many is Many.none:
        return true()
    if many is Many.one:
        return column == param(name, type_)  # type: ignore[no-any-return]
    return column == any_(param(name, ARRAY(type_)))  # type: ignore[no-any-return]


def among_value(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
