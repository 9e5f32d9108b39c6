"""Who sees which mentor. Every list, detail, export and suggestion goes through here."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, Uuid, any_, exists, false, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.db import param
from incubator.localities.models import Locality
from incubator.mentoring.mentors.models import Mentor, MentorReach
from incubator.territory import Many, Shape, shape_of, territory_values, within


class Sight(msgspec.Struct, frozen=True):
    """What of an actor's rights changes the SQL; part of the key under which statements are cached."""

    territory: Shape
    own: bool


def sight_of(actor: Actor) -> Sight:
    return Sight(
        territory=shape_of(actor.territory(Permission.mentors_read)),
        own=actor.may(Permission.mentors_read_own) and actor.kind == "account",
    )


def sight_values(actor: Actor) -> dict[str, Any]:
    """The parameters of every statement that was made for a Sight of this actor."""
    return {"me": actor.id, **territory_values(actor.territory(Permission.mentors_read), "seen")}


def visible_mentors(sight: Sight) -> Select[Mentor]:
    """The mentors whom the actor may see: loading through this is the authorisation."""
    return select(Mentor).where(is_visible(sight))


def is_visible(sight: Sight) -> ColumnElement[bool]:
    """Whoever can reach a place of the actor's, and oneself. No place is out of reach of the whole country."""
    ways = []
    if sight.territory.everywhere:
        return within(sight.territory, "seen", province=None, commune=None)
    if not sight.territory.nowhere:
        ways.append(_reaches(sight.territory))
    if sight.own:
        ways.append(Mentor.account_id == param("me", Uuid))
    return or_(*ways) if ways else false()


def _reaches(shape: Shape) -> ColumnElement[bool]:
    """A mentor of a whole province reaches each of its communes too."""
    reach = aliased(MentorReach)
    place = within(shape, "seen", province=reach.province_id, commune=reach.locality_id)
    if shape.communes is not Many.none:
        place = or_(place, reach.locality_id.in_(_provinces_of_communes(shape.communes)))
    return exists().where(reach.mentor_id == Mentor.id, place)


def _provinces_of_communes(communes: Many) -> Select[Any]:
    ids = param("seen_commune", Uuid) if communes is Many.one else any_(param("seen_commune", ARRAY(Uuid)))
    commune = aliased(Locality)
    return select(commune.parent_id).where(commune.id == ids)
