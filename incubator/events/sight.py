"""Who sees which event, and who is registered for it. Every list, detail, change, feed and export goes through here.

An event is seen in its own place and wherever it has a site, so that an officer sees the conference for which their
commune is a bridge point. Drafts are for those who organise. The people of an event are seen by who sees the event in
its own place, and by others as far as their own localities reach.
"""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, Uuid, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor, Permission
from incubator.db import param
from incubator.events.layout.models import EventSite
from incubator.events.models import Event, EventStatus
from incubator.events.registrations.models import Registration
from incubator.events.team.models import EventTeamMember, TeamPart
from incubator.territory import Shape, shape_of, territory_values, within


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
        ways.append(and_(Event.status != EventStatus.draft.value, _is_in(sight.published, "published")))
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
    part, account = aliased(EventTeamMember), aliased(Account)
    return exists(
        select(part.session_id)
        .join(account, account.person_id == part.person_id)
        .where(part.event_id == event_id, part.part == TeamPart.lead.value, account.id == param("me", Uuid))
        .correlate(Event, Registration)
    )


def _is_in(shape: Shape, prefix: str) -> ColumnElement[bool]:
    """Whether the event, or a site of it, lies in the territory."""
    if shape.everywhere:
        return within(shape, prefix, province=None, commune=None)
    site = aliased(EventSite)
    return or_(
        within(shape, prefix, province=Event.province_id, commune=Event.locality_id),
        exists(
            select(site.id)
            .where(
                site.event_id == Event.id, within(shape, prefix, province=site.province_id, commune=site.locality_id)
            )
            .correlate(Event)
        ),
    )
