"""Whose figure it is: the part of the country that it may count, and how closely it may look."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Uuid, any_, select
from sqlalchemy.dialects.postgresql import ARRAY

from incubator.actor import Actor, Permission, Role, Territory
from incubator.db import AnySelect, Reads, fetch_all, param, statement
from incubator.errors import DomainError
from incubator.ideas.sight import Sight
from incubator.localities.models import Locality
from incubator.territory import Many, Shape, shape_of, territory_values

EVERYWHERE = Shape(True, Many.none, Many.none)


class FigureScope(msgspec.Struct, frozen=True):
    """`is_guarded`: disclosure control holds, because some of these rows the caller could not read one by one."""

    territory: Territory
    unpublished: Territory
    is_guarded: bool

    @property
    def sight(self) -> Sight:
        """What `is_pending` asks about: whether decisions that are not published yet are counted."""
        return Sight(
            territory=shape_of(self.territory),
            unpublished=shape_of(self.unpublished),
            reviewer=False,
            mentor=False,
            owner=False,
            sees_all_unpublished=self.territory == self.unpublished,
        )

    def values(self, now: datetime) -> dict[str, Any]:
        return {
            "now": now,
            **territory_values(self.territory, "counted"),
            **territory_values(self.unpublished, "unpublished"),
        }


def figure_scope(actor: Actor, *, sensitive: bool = False) -> FigureScope:
    """Where the actor may count; with `sensitive`, only where a grant opens sensitive fields (403 if nowhere)."""
    territory = actor.territory(Permission.stats_read, sensitive=sensitive)
    if sensitive and shape_of(territory).nowhere:
        raise DomainError("forbidden")
    return FigureScope(
        territory=territory,
        unpublished=actor.territory(Permission.ideas_read_unpublished, sensitive=sensitive),
        is_guarded=_is_guarded(actor, territory, sensitive=sensitive),
    )


async def codes_of(reads: Reads, territory: Territory) -> list[str] | None:
    """The codes of the localities that a figure is limited to; None where it is not."""
    if territory.everywhere:
        return None
    ids: Sequence[Any] = [*territory.provinces, *territory.communes]
    return await fetch_all(reads, _codes(), {"ids": ids}, str)


@statement
def _codes() -> AnySelect:
    return select(Locality.code).where(Locality.id == any_(param("ids", ARRAY(Uuid)))).order_by(Locality.code)


def _is_guarded(actor: Actor, territory: Territory, *, sensitive: bool) -> bool:
    """Service tokens always are; an account is unless other roles than analyst cover all that it counts."""
    if actor.kind != "account":
        return actor.kind != "system"
    close = replace(actor, grants=tuple(grant for grant in actor.grants if grant.holds is not Role.analyst))
    return close.territory(Permission.stats_read, sensitive=sensitive) != territory
