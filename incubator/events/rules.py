"""What an event asks of those who change it, beside its status machine. No database."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from incubator.days import civil_day, fault_of_day, spoken
from incubator.errors import FieldError, broken_rule, rule_text
from incubator.events.layout.models import EventSession
from incubator.events.layout.schemas import MOST_SESSIONS, MOST_SITES
from incubator.events.models import WITHOUT_SESSION, WITHOUT_SITE, Event, EventStatus

EVENT_CANCELLED = rule_text(
    "event_cancelled",
    "The event was cancelled; only its title, description, organisers and whether it is public can be changed.",
    "Sự kiện đã bị hủy; chỉ còn sửa được tên, mô tả, đơn vị tổ chức và việc công khai.",
)
EVENT_CLOSED = rule_text(
    "event_closed",
    "The attendance of this event is closed, so that time, place and the like stay as they are; reopen it first.",
    "Điểm danh của sự kiện đã chốt nên thời gian, địa điểm và cách tổ chức giữ nguyên; hãy mở lại trước.",
)
PLACE_FIXED = rule_text(
    "event_place_fixed",
    "People are registered or were counted, so that the place that holds the event stays; its sites may be moved.",
    "Đã có người đăng ký hoặc điểm danh nên địa bàn của sự kiện giữ nguyên; có thể chuyển các điểm tổ chức.",
)
SESSIONS_OUTSIDE = rule_text(
    "event_sessions_outside",
    "These sessions would lie outside the event: {sessions}. Change them first, or move the event as a whole.",
    "Các phiên sau sẽ nằm ngoài thời gian sự kiện: {sessions}. Hãy sửa các phiên trước hoặc dời cả sự kiện.",
)

EVENT_ATTENDED = rule_text(
    "event_attended",
    "People were counted at this event. Void their attendance and report head-counts of 0 before you cancel it.",
    "Sự kiện đã có người được điểm danh hoặc đếm. Hãy hủy các lượt điểm danh và báo số đếm bằng 0 rồi mới hủy sự kiện.",
)
EVENT_HELD = rule_text(
    "event_held",
    "The event is completed, so that it cannot begin after now.",
    "Sự kiện đã hoàn thành nên không thể bắt đầu sau thời điểm hiện tại.",
)
EVENT_TOO_LARGE = rule_text(
    "event_too_large",
    "An event has at most {most_sessions} sessions and {most_sites} sites; these would be {sessions} and {sites}.",
    "Sự kiện có tối đa {most_sessions} phiên và {most_sites} điểm tổ chức; như vậy sẽ là {sessions} và {sites}.",
)


def check_open(event: Event) -> None:
    """Time, place, modes, sessions and sites are what figures are counted by."""
    if event.status == EventStatus.cancelled:
        raise broken_rule(EVENT_CANCELLED)
    if event.attendance_closed_at is not None:
        raise broken_rule(EVENT_CLOSED)


def check_any(event: Event, session_id: UUID | None) -> None:
    """Of an event that people see: there is a session to go to."""
    if event.status != EventStatus.draft and session_id is None:
        raise broken_rule(WITHOUT_SESSION)


def check_sites(event: Event, without: Iterable[EventSession]) -> None:
    """The sessions `without` a site must be none, unless it is a draft."""
    if event.status != EventStatus.draft and (numbers := numbers_of(without)):
        raise broken_rule(WITHOUT_SITE, sessions=numbers)


def check_held(event: Event, starts_at: datetime, *, now: datetime) -> None:
    """What is completed took place."""
    if event.status == EventStatus.completed and starts_at > now:
        raise broken_rule(EVENT_HELD)


def check_size(sessions: int, sites: int) -> None:
    """Each reader of an event gets all of it, and each phone a manifest of it."""
    if sessions > MOST_SESSIONS or sites > MOST_SITES:
        most = {"most_sessions": MOST_SESSIONS, "most_sites": MOST_SITES}
        raise broken_rule(EVENT_TOO_LARGE, sessions=sessions, sites=sites, **most)


def check_around(sessions: Iterable[EventSession], starts_at: datetime, ends_at: datetime) -> None:
    """An event of this time holds all of its sessions."""
    outside = [session for session in sessions if session.starts_at < starts_at or session.ends_at > ends_at]
    if outside:
        raise broken_rule(SESSIONS_OUTSIDE, sessions=numbers_of(outside))


def numbers_of(sessions: Iterable[EventSession]) -> str:
    return ", ".join(str(number) for number in sorted(session.number for session in sessions))


def faults_of_time(starts_at: datetime, ends_at: datetime) -> list[FieldError]:
    """Everything that is wrong with when an event takes place."""
    errors = fault_of_day(civil_day(starts_at), "/starts_at") + fault_of_day(civil_day(ends_at), "/ends_at")
    if not errors and ends_at <= starts_at:
        errors.append(_not_after("/ends_at", starts_at))
    return errors


def faults_of_late_sync(ends_at: datetime, late_sync_until: datetime | None) -> list[FieldError]:
    """What is wrong with until when phones may tell of an event that ends then; nothing where it is the usual."""
    if late_sync_until is None:
        return []
    errors = fault_of_day(civil_day(late_sync_until), "/late_sync_until")
    if not errors and late_sync_until < ends_at:
        errors.append(FieldError(code="out_of_range", pointer="/late_sync_until", params={"min": spoken(ends_at)}))
    return errors


def faults_within(starts_at: datetime, ends_at: datetime, event: Event, at: str = "") -> list[FieldError]:
    """What is wrong with the time of a session of the event; its fields stand below `at`."""
    errors = []
    bounds = {"min": spoken(event.starts_at), "max": spoken(event.ends_at)}
    for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if not event.starts_at <= moment <= event.ends_at:
            errors.append(FieldError(code="out_of_range", pointer=f"{at}/{name}", params=bounds))
    if not errors and ends_at <= starts_at:
        errors.append(_not_after(f"{at}/ends_at", starts_at))
    return errors


def _not_after(pointer: str, first: datetime) -> FieldError:
    return FieldError(code="out_of_range", pointer=pointer, params={"after": spoken(first)})
