"""Who sees which event, and who is registered for it. Every list, detail, change, feed and export goes through here.

An event is seen in its own place and, once it was published, wherever it has a site, so that an officer sees the
conference for which their commune is a bridge point. A draft is seen in its own place and by those who lead a session
of it; one that is cancelled stays so, and no token sees either. The people of an event are seen by who sees the event
in its own place, and by others as far as their own localities reach.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, CompoundSelect, Select, Uuid, and_, exists, false, func, or_, select, union_all
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor, Permission
from incubator.db import param
from incubator.events.layout.models import EventSite
from incubator.events.models import Event
from incubator.events.registrations.models import Registration
from incubator.events.team.models import EventTeamMember, TeamPart
from incubator.people.models import Person
from incubator.territory import Many, Shape, shape_of, territory_values, within


class Sight(msgspec.Struct, frozen=True):
    """What of an actor's rights changes the SQL; part of the key under which statements are cached."""

    seen: Shape
    published: Shape
    leader: bool
    owner: bool


def sight_of(actor: Actor) -> Sight:
    return Sight(
        seen=shape_of(actor.territory(Permission.events_read)),
        published=shape_of(actor.territory(Permission.events_read_published)),
        leader=actor.may(Permission.events_read_led) and actor.kind == "account",
        owner=actor.may(Permission.events_register) and actor.kind == "token",
    )


def sight_values(actor: Actor) -> dict[str, Any]:
    """The parameters of every statement that was made for a Sight of this actor."""
    return {
        "me": actor.id,
        **territory_values(actor.territory(Permission.events_read), "seen"),
        **territory_values(actor.territory(Permission.events_read_published), "published"),
    }


def visible_events(sight: Sight) -> Select[Event]:
    """The events that the actor may see: loading through this is the authorisation."""
    return select(Event).where(is_seen(sight))


def is_seen(sight: Sight) -> ColumnElement[bool]:
    """Whether the actor sees the row of Event."""
    ways: list[ColumnElement[bool]] = []
    if not sight.seen.nowhere:
        ways.append(_is_in(sight.seen, "seen"))
    if not sight.published.nowhere:
        ways.append(and_(Event.published_at.is_not(None), _is_in(sight.published, "published")))
    if sight.leader:
        ways.append(is_led_by_me(Event.id))
    return or_(*ways) if ways else false()


def is_registration_seen(sight: Sight) -> ColumnElement[bool]:
    """Whether the actor sees the row of Registration, joined with its row of Event: all of an event in its own place,
    else those of their localities; a mentor those of an event they lead; a token those that it made."""
    ways: list[ColumnElement[bool]] = []
    if not sight.seen.nowhere:
        ways.append(within(sight.seen, "seen", province=Event.province_id, commune=Event.locality_id))
        ways.append(within(sight.seen, "seen", province=Registration.province_id, commune=Registration.locality_id))
    if sight.leader:
        ways.append(is_led_by_me(Registration.event_id))
    if sight.owner:
        ways.append(Registration.owner_token_id == param("me", Uuid))
    return or_(*ways) if ways else false()


def is_led_by_me(event_id: Any) -> ColumnElement[bool]:
    """Whether the one who asks leads a session of the event."""
    return _leads(lambda part: part.event_id == event_id)


def is_session_led_by_me(session_id: Any) -> ColumnElement[bool]:
    """Whether the one who asks leads the session."""
    return _leads(lambda part: part.session_id == session_id)


def _leads(is_there: Callable[[type[EventTeamMember]], ColumnElement[bool]]) -> ColumnElement[bool]:
    """By the rows that count: the account or the team may name a person who was merged into the other."""
    part, account = aliased(EventTeamMember), aliased(Account)
    mine, named = aliased(Person), aliased(Person)
    same = func.coalesce(named.survivor_id, named.id) == func.coalesce(mine.survivor_id, mine.id)
    return exists(
        select(part.session_id)
        .join(named, named.id == part.person_id)
        .join(account, account.id == param("me", Uuid))
        .join(mine, mine.id == account.person_id)
        .where(is_there(part), part.part == TeamPart.lead.value, same)
        .correlate(Event, Registration)
    )


def _is_in(shape: Shape, prefix: str) -> ColumnElement[bool]:
    """Whether the event lies in the territory, or was published and has a site there.

    A commune has few of all events, so their ids are collected. A province has most of them, so there the events are
    walked and each is looked at.
    """
    if shape.everywhere:
        return within(shape, prefix, province=None, commune=None)
    if shape.provinces is Many.none:
        return Event.id.in_(_ids_in(shape, prefix))
    site = aliased(EventSite)
    place = within(shape, prefix, province=site.province_id, commune=site.locality_id)
    return or_(
        within(shape, prefix, province=Event.province_id, commune=Event.locality_id),
        and_(
            Event.published_at.is_not(None),
            exists(select(site.id).where(site.event_id == Event.id, place).correlate(Event)),
        ),
    )


def _ids_in(shape: Shape, prefix: str) -> CompoundSelect[Any]:
    own, hosted, site = aliased(Event), aliased(Event), aliased(EventSite)
    place = within(shape, prefix, province=site.province_id, commune=site.locality_id)
    return union_all(
        select(own.id).where(within(shape, prefix, province=own.province_id, commune=own.locality_id)),
        select(hosted.id).join(site, site.event_id == hosted.id).where(place, hosted.published_at.is_not(None)),
    )
