"""Who sees that somebody was at an event: all of it in the event's own place, else by the site and by the person."""

from sqlalchemy import ColumnElement, false, or_

from incubator.events.layout.models import EventSite
from incubator.events.models import Event
from incubator.events.sight import Sight, is_led_by_me
from incubator.people.models import Person
from incubator.territory import within


def is_attendance_seen(sight: Sight) -> ColumnElement[bool]:
    """Whether the actor sees the row of Attendance, joined with its Event, its EventSite and the row of Person that it
    was recorded for. Programs see nobody."""
    ways: list[ColumnElement[bool]] = []
    if not sight.seen.nowhere:
        ways.extend(
            within(sight.seen, "seen", province=place.province_id, commune=place.locality_id)
            for place in (Event, EventSite, Person)
        )
    if sight.leader:
        ways.append(is_led_by_me(Event.id))
    return or_(*ways) if ways else false()
