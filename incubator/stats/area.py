"""What a figure is limited to on request: a province or commune of today, and a call, as the caller named them."""

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import Text, cast, or_, select

from incubator.actor import Territory
from incubator.db import AnySelect, Reads, param, statement
from incubator.errors import FieldError
from incubator.ideas.calls.models import Call
from incubator.localities.queries import find_locality


class Area(msgspec.Struct, frozen=True):
    id: UUID
    code: str
    level: Literal["province", "commune"]


class CallNamed(msgspec.Struct, frozen=True):
    id: UUID
    code: str


async def find_area(reads: Reads, code: str, territory: Territory, *, today: date) -> Area | FieldError:
    """The area, or what is wrong: one that is not wholly inside the territory is, for this caller, not there.

    A province of which the caller counts but one commune is refused too: the answer would pass for the province's.
    """
    wrong = FieldError(code="not_found", parameter="locality")
    locality = await find_locality(reads, code, today=today)
    if locality is None:
        return wrong
    if locality.level == "province":
        covered = territory.covers(locality.id, None)
        return Area(locality.id, locality.code, "province") if covered else wrong
    province_id = locality.parent.id if locality.parent else None
    return Area(locality.id, locality.code, "commune") if territory.covers(province_id, locality.id) else wrong


async def find_call(reads: Reads, name: str) -> CallNamed | FieldError:
    """By id or code."""
    rows = await reads.rows(_call(), {"name": name})
    return CallNamed(*rows[0]) if rows else FieldError(code="not_found", parameter="call")


@statement
def _call() -> AnySelect:
    name = param("name", Text)
    return select(Call.id, Call.code).where(or_(Call.code == name, cast(Call.id, Text) == name))
