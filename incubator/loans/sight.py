"""Who sees which loan, and whose amounts. Every list, detail, change, export and figure goes through here.

A loan is seen in the commune where it was granted. Its amounts are for grants that open sensitive fields there; others
see that it exists. Applications and credit groups are seen in the same way, by their own place.
"""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, case, select

from incubator.actor import Actor, Permission
from incubator.loans.models import Loan
from incubator.territory import Shape, shape_of, territory_values, within


class Sight(msgspec.Struct, frozen=True):
    """What of an actor's rights changes the SQL; part of the key under which statements are cached."""

    seen: Shape
    opened: Shape


def sight_of(actor: Actor) -> Sight:
    return Sight(
        seen=shape_of(actor.territory(Permission.loans_read)),
        opened=shape_of(actor.territory(Permission.loans_read, sensitive=True)),
    )


def sight_values(actor: Actor) -> dict[str, Any]:
    """The parameters of every statement that was made for a Sight of this actor."""
    return {
        **territory_values(actor.territory(Permission.loans_read), "seen"),
        **territory_values(actor.territory(Permission.loans_read, sensitive=True), "opened"),
    }


def visible_loans(sight: Sight) -> Select[Loan]:
    """The loans that the actor may see: loading through this is the authorisation."""
    return select(Loan).where(is_seen(sight))


def is_seen(sight: Sight, of: Any = Loan) -> ColumnElement[bool]:
    """Whether a loan, or another row with a commune and its province, is seen."""
    return within(sight.seen, "seen", province=of.province_id, commune=of.locality_id)


def is_opened(sight: Sight, of: Any = Loan) -> ColumnElement[bool]:
    """Whether the amounts of the row are shown."""
    return within(sight.opened, "opened", province=of.province_id, commune=of.locality_id)


def if_opened(sight: Sight, value: Any, of: Any = Loan) -> ColumnElement[Any]:
    """The value, or null where the amounts of the row are not shown."""
    return case((is_opened(sight, of), value))
