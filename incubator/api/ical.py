"""iCalendar (RFC 5545): the text of a calendar that others subscribe to. Knows what an event is, and no feature.

Times are written in UTC, so that no description of a time zone is needed: every calendar shows them in the zone of
its reader. An event without a time of day is an all-day one. Nobody is named as attendee or organizer, because a feed
is neither an invitation nor a list of persons.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import msgspec
from icalendar import Calendar, Event

ICALENDAR = "text/calendar"
CALENDAR: dict[str, Any] = {"produces": (ICALENDAR,)}
"""The `opt` of a handler that gives one."""

PRODUCT = "-//Incubator//Calendar//VI"
UID_DOMAIN = "incubator"
REFRESH = timedelta(hours=1)

EventStatus = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]

_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
_DAY = timedelta(days=1)


class CalendarEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `sequence` grows with every change that its readers must hear of; `changed_at` is the last one."""

    id: object
    sequence: int
    changed_at: datetime
    status: EventStatus
    starts: datetime | date
    lasts: timedelta
    """Of an event with a time of day; the others last their day."""
    summary: str
    location: str
    description: str = ""


def calendar_text(name: str, events: Iterable[CalendarEvent]) -> bytes:
    """The whole calendar, with CRLF and folded lines. The same events always make the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for event in events:
        calendar.add_component(_component(event))
    text: bytes = calendar.to_ical()
    return text


def _component(event: CalendarEvent) -> Event:
    component = Event()
    component.add("uid", f"{event.id}@{UID_DOMAIN}")
    component.add("sequence", event.sequence)
    component.add("dtstamp", event.changed_at)
    component.add("last-modified", event.changed_at)
    component.add("dtstart", event.starts)
    component.add("dtend", _end(event))
    component.add("status", event.status)
    component.add("summary", event.summary)
    if event.location:
        component.add("location", event.location)
    if event.description:
        component.add("description", event.description)
    return component


def _end(event: CalendarEvent) -> datetime | date:
    """The first moment, or day, after the event; at the end of the calendar there is none, so it ends there."""
    if isinstance(event.starts, datetime):
        return event.starts + min(event.lasts, _LAST_MOMENT - event.starts)
    return event.starts + min(_DAY, date.max - event.starts)
