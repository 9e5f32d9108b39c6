"""Who sees which person, and whose sensitive fields. Every list, detail, change and export goes through here."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, CompoundSelect, Select, Uuid, exists, false, or_, select, true, union_all
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.db import param
from incubator.people.models import Person, PersonPlace, PersonViewer
from incubator.territory import Many, Shape, shape_of, territory_values, within


class Sight(msgspec.Struct, frozen=True):
    """What of an actor's rights changes the SQL; part of the key under which statements are cached."""

    territory: Shape
    viewer: bool


def sight_of(actor: Actor) -> Sight:
    """How the actor sees people."""
    return _sight(actor, sensitive=False)


def opening_of(actor: Actor) -> Sight:
    """How the actor sees the sensitive fields of people."""
    return _sight(actor, sensitive=True)


def sight_by_place(actor: Actor, *, sensitive: bool = False) -> Sight:
    """The same without those whom the actor only mentors, for what is not a mentor's to read."""
    return msgspec.structs.replace(_sight(actor, sensitive=sensitive), viewer=False)


def sight_values(actor: Actor) -> dict[str, Any]:
    """The parameters of every statement that was made for a Sight of this actor."""
    return {
        "me": actor.id,
        **territory_values(actor.territory(Permission.people_read), "seen"),
        **territory_values(actor.territory(Permission.people_read, sensitive=True), "opened"),
    }


def visible_people(sight: Sight) -> Select[Person]:
    """The people whom the actor may see: loading through this is the authorisation."""
    return select(Person).where(is_seen(sight))


def is_seen(sight: Sight, person: Any = Person) -> ColumnElement[bool]:
    """Whether a person is seen: in their own commune, in another place of theirs, or by a viewer of theirs. `person`
    is an alias where a statement has several.

    A commune has few of all people, so their ids are collected. A province has most of them, so there the people
    are walked and each is looked at.
    """
    if sight.territory.everywhere or sight.territory.provinces is not Many.none:
        return _is_within(sight, "seen", person)
    ids = _ids_within(sight, "seen")
    return false() if ids is None else person.id.in_(ids)


def is_opened(opening: Sight, person: Any = Person) -> ColumnElement[bool]:
    """Whether the sensitive fields of a person are shown."""
    return _is_within(opening, "opened", person)


def _sight(actor: Actor, *, sensitive: bool) -> Sight:
    mentored = actor.territory(Permission.people_read_mentored, sensitive=sensitive)
    return Sight(
        territory=shape_of(actor.territory(Permission.people_read, sensitive=sensitive)),
        viewer=actor.kind == "account" and not mentored.nowhere,
    )


def _is_within(sight: Sight, prefix: str, person: Any) -> ColumnElement[bool]:
    if sight.territory.everywhere:
        return true()
    ways: list[ColumnElement[bool]] = []
    if not sight.territory.nowhere:
        place = within(sight.territory, prefix, province=PersonPlace.province_id, commune=PersonPlace.locality_id)
        ways.append(within(sight.territory, prefix, province=person.province_id, commune=person.locality_id))
        ways.append(exists().where(PersonPlace.person_id == person.id, place))
    if sight.viewer:
        ways.append(exists().where(PersonViewer.person_id == person.id, PersonViewer.account_id == param("me", Uuid)))
    return or_(*ways) if ways else false()


def _ids_within(sight: Sight, prefix: str) -> CompoundSelect[Any] | None:
    ways: list[Select[Any]] = []
    if not sight.territory.nowhere:
        own = aliased(Person)
        place = within(sight.territory, prefix, province=PersonPlace.province_id, commune=PersonPlace.locality_id)
        ways.append(
            select(own.id).where(within(sight.territory, prefix, province=own.province_id, commune=own.locality_id))
        )
        ways.append(select(PersonPlace.person_id).where(place))
    if sight.viewer:
        ways.append(select(PersonViewer.person_id).where(PersonViewer.account_id == param("me", Uuid)))
    return union_all(*ways) if ways else None
