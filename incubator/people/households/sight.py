"""Who sees which household, and whose poverty class. A household is seen where it lies, by who reads people there."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, select

from incubator.actor import Actor, Permission
from incubator.people.households.models import Household
from incubator.territory import Shape, shape_of, territory_values, within


class Sight(msgspec.Struct, frozen=True):
    """What of an actor's rights changes the SQL; part of the key under which statements are cached."""

    seen: Shape
    opened: Shape


def sight_of(actor: Actor) -> Sight:
    return Sight(
        seen=shape_of(actor.territory(Permission.people_read)),
        opened=shape_of(actor.territory(Permission.people_read, sensitive=True)),
    )


def sight_values(actor: Actor) -> dict[str, Any]:
    """The parameters of every statement that was made for a Sight of this actor."""
    return {
        **territory_values(actor.territory(Permission.people_read), "seen"),
        **territory_values(actor.territory(Permission.people_read, sensitive=True), "opened"),
    }


def visible_households(sight: Sight) -> Select[Household]:
    """The households that the actor may see: loading through this is the authorisation."""
    return select(Household).where(is_seen(sight))


def is_seen(sight: Sight) -> ColumnElement[bool]:
    return within(sight.seen, "seen", province=Household.province_id, commune=Household.locality_id)


def is_opened(sight: Sight) -> ColumnElement[bool]:
    """Whether the poverty class of the household is shown."""
    return within(sight.opened, "opened", province=Household.province_id, commune=Household.locality_id)
