"""The text of a calendar."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest

from incubator.api.ical import CalendarEvent, calendar_text

CHANGED = datetime(2025, 11, 30, 3, 0, 0, 250_000, tzinfo=UTC)


def event(**more: Any) -> CalendarEvent:
    fields: dict[str, Any] = {
        "id": "0193b1f0-0000-7000-8000-000000000000",
        "sequence": 2,
        "changed_at": CHANGED,
        "status": "CONFIRMED",
        "starts": datetime(2025, 12, 5, 1, 30, tzinfo=UTC),
        "lasts": timedelta(minutes=90),
        "summary": "Cà phê khởi nghiệp",
        "location": "Nhà văn hóa, Bắc Hà",
    }
    return CalendarEvent(**{**fields, **more})


def read(*events: CalendarEvent) -> list[Any]:
    return list(icalendar.Calendar.from_ical(calendar_text("Lịch", events)).events)


def test_the_text_is_that_of_a_published_calendar() -> None:
    lines = calendar_text("Lịch cố vấn", [event()]).decode().split("\r\n")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert {
        "PRODID:-//Incubator//Calendar//VI",
        "NAME:Lịch cố vấn",
        "X-WR-CALNAME:Lịch cố vấn",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "UID:0193b1f0-0000-7000-8000-000000000000@incubator",
        "SEQUENCE:2",
        "DTSTAMP:20251130T030000Z",
        "LAST-MODIFIED:20251130T030000Z",
        "DTSTART:20251205T013000Z",
        "DTEND:20251205T030000Z",
        "STATUS:CONFIRMED",
        "SUMMARY:Cà phê khởi nghiệp",
        "LOCATION:Nhà văn hóa\\, Bắc Hà",
    } <= set(lines)
    assert not [line for line in lines if line.startswith(("ATTENDEE", "ORGANIZER", "METHOD"))]


def test_a_calendar_without_events_is_whole() -> None:
    assert read() == []


def test_a_day_without_a_time_is_an_all_day_event() -> None:
    (only,) = read(event(starts=date(2025, 12, 5)))
    assert (only.decoded("dtstart"), only.decoded("dtend")) == (date(2025, 12, 5), date(2025, 12, 6))


@pytest.mark.parametrize("starts", [date.max, datetime.max.replace(microsecond=0, tzinfo=UTC)])
def test_the_end_of_the_calendar_breaks_nothing(starts: date) -> None:
    (only,) = read(event(starts=starts))
    assert only.decoded("dtstart") == only.decoded("dtend")


def test_long_lines_are_folded_between_letters() -> None:
    title = "Đầu ra cho mận Tam Hoa sấy dẻo ở chợ phiên; giá, nhãn, mã vạch " * 5
    text = calendar_text("Lịch", [event(summary=title.strip())])
    assert max(map(len, text.split(b"\r\n"))) <= 75
    assert all(part.decode() for part in text.split(b"\r\n ")), "no letter is cut in two"
    (only,) = icalendar.Calendar.from_ical(text).events
    assert only["summary"] == title.strip()


def test_no_text_gets_out_of_its_line() -> None:
    (only,) = read(event(summary="Gặp\r\nATTENDEE:mailto:x@example.org\rEND:VEVENT\nX", location='"; \\n,\\N'))
    assert "ATTENDEE" not in only
    assert str(only["summary"]).startswith("Gặp\nATTENDEE")


def test_the_same_events_make_the_same_bytes() -> None:
    assert calendar_text("Lịch", [event(), event(id=2)]) == calendar_text("Lịch", [event(), event(id=2)])
