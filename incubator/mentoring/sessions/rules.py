"""What a session asks of those who change it, beside its status machine. No database."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from incubator.errors import DomainError, FieldError, broken_rule, rule_text, wrong_field
from incubator.mentoring.models import last_day_of_edits
from incubator.mentoring.sessions.models import (
    AHEAD,
    HELD_IN_FUTURE,
    MentorAttendance,
    MentoringSession,
    MentorRole,
    SessionAction,
    SessionMentor,
    SessionStatus,
)

SESSION_OVER = rule_text(
    "session_not_ahead",
    "This is changed while a session is planned or confirmed; it is {status} now.",
    "Chỉ sửa khi buổi gặp còn ở kế hoạch hoặc đã xác nhận; hiện buổi gặp ở trạng thái {status}.",
)
NO_REPORT = rule_text(
    "session_without_report",
    "Minutes are entered once a session is reported; it is {status} now.",
    "Chỉ nhập số phút khi buổi gặp đã được báo cáo; hiện buổi gặp ở trạng thái {status}.",
)
TABLE_CLEARED = rule_text(
    "session_did_not_happen",
    "Participants are entered before a session and after it was held; this one is {status}.",
    "Chỉ nhập người tham dự trước buổi gặp hoặc khi buổi gặp đã diễn ra; buổi này ở trạng thái {status}.",
)
NO_MENTOR_CAME = rule_text(
    "no_mentor_came",
    "A session was held when a mentor was there; otherwise record that the mentor was absent.",
    "Buổi gặp chỉ tính là đã diễn ra khi có cố vấn đến; nếu không, hãy ghi cố vấn vắng mặt.",
)
NO_STAND_IN = rule_text(
    "replaced_without_stand_in",
    "A mentor is replaced when a stand-in came; name the stand-in, or say that the mentor was absent.",
    "Cố vấn chỉ được coi là có người thay khi người thay đã đến; hãy nêu người thay hoặc ghi cố vấn vắng mặt.",
)
MENTOR_CAME = rule_text(
    "mentor_came",
    "A mentor or a stand-in was there, so this was no absence of the mentor.",
    "Đã có cố vấn hoặc người thay đến, nên không phải là cố vấn vắng mặt.",
)
GUESTS_CAME = rule_text(
    "guests_came",
    "{attended} participants came, so this was no absence of the participants.",
    "Đã có {attended} người tham dự đến, nên không phải là người tham dự vắng mặt.",
)
CONSULTATIONS_STAND = rule_text(
    "session_has_consultations",
    "{consultations} consultations of this stand; void them first.",
    "Còn {consultations} lượt tư vấn thuộc phần này; hãy hủy các lượt đó trước.",
)
PART_TOO_OLD = rule_text(
    "session_part_too_old_to_edit",
    "A mentor could change the own attendance and minutes until {until}; ask staff to change them, with a reason.",
    "Cố vấn chỉ tự sửa được việc có mặt và số phút của mình đến hết ngày {until}; hãy nhờ cán bộ sửa, kèm lý do.",
)
REPORTED = frozenset({SessionStatus.held, SessionStatus.guests_absent})
MINUTES = ("contact_minutes", "preparation_minutes", "travel_minutes")

PLANNING_STAYS = rule_text(
    "planning_not_voidable",
    "The planning of a session cannot be taken back; cancel the session instead.",
    "Không thể hủy việc lên kế hoạch; hãy hủy buổi gặp.",
)


def check_ahead(meeting: MentoringSession) -> None:
    if meeting.status not in AHEAD:
        raise broken_rule(SESSION_OVER, status=meeting.status)


def check_table_open(meeting: MentoringSession) -> None:
    """Participants come to a session that is ahead or was held."""
    if meeting.status not in {*AHEAD, SessionStatus.held}:
        raise broken_rule(TABLE_CLEARED, status=meeting.status)


def check_day_came(meeting: MentoringSession, *, today: date) -> None:
    """Nobody came to, or was missing from, what is still ahead."""
    if meeting.status != SessionStatus.held and meeting.planned_on > today:
        raise broken_rule(HELD_IN_FUTURE, day=meeting.planned_on.isoformat())


def check_happened(meeting: MentoringSession, *, today: date) -> None:
    """Whether a mentor came is said from the day on, and not of a session that was called off."""
    if meeting.status in {SessionStatus.cancelled, SessionStatus.mentor_absent}:
        raise broken_rule(SESSION_OVER, status=meeting.status)
    check_day_came(meeting, today=today)


def check_reported(meeting: MentoringSession) -> None:
    """Minutes belong to a session that was held, or at which the mentors waited."""
    if meeting.status not in REPORTED:
        raise broken_rule(NO_REPORT, status=meeting.status)


def check_part_editable(reported_at: datetime, *, today: date, by_staff: bool, has_reason: bool) -> None:
    """What is said of a mentor in a reported session: by the mentor within the days of edits, by staff later too, who
    then say why."""
    until = last_day_of_edits(reported_at)
    if today <= until:
        return
    if not by_staff:
        raise broken_rule(PART_TOO_OLD, until=until.isoformat())
    if not has_reason:
        raise wrong_field("/reason", "required")


def check_attendance(parts: Iterable[SessionMentor]) -> None:
    """Of a held session: a mentor was there, and whoever was replaced had a stand-in."""
    rows = list(parts)
    if not any(part.attendance == MentorAttendance.attended for part in rows):
        raise broken_rule(NO_MENTOR_CAME)
    replaced = any(part.attendance == MentorAttendance.replaced for part in rows)
    if replaced and not any(_stood_in(part) for part in rows):
        raise broken_rule(NO_STAND_IN)


def check_no_mentor_came(parts: Iterable[SessionMentor]) -> None:
    if any(part.attendance == MentorAttendance.attended for part in parts):
        raise broken_rule(MENTOR_CAME)


def check_no_guest_came(attended: int) -> None:
    if attended:
        raise broken_rule(GUESTS_CAME, attended=attended)


def check_no_consultations(consultations: int) -> None:
    if consultations:
        raise broken_rule(CONSULTATIONS_STAND, consultations=consultations)


def check_voidable(action: SessionAction) -> None:
    if action is SessionAction.plan:
        raise broken_rule(PLANNING_STAYS)


def check_capacity(capacity: int | None, seats_taken: int) -> None:
    """A session does not get smaller than what is taken of it."""
    if capacity is not None and capacity < seats_taken:
        raise DomainError("capacity_full", capacity=capacity, seats_taken=seats_taken)


def faults_of_minutes(report: Any, pointer: str, names: Iterable[str] = MINUTES) -> list[FieldError]:
    """Each of the numbers that is not zero although it has to be: of who was not there, or of contact with nobody."""
    return [
        FieldError(code="out_of_range", pointer=f"{pointer}/{name}", params={"min": 0, "max": 0})
        for name in names
        if getattr(report, name)
    ]


def _stood_in(part: SessionMentor) -> bool:
    return part.role == MentorRole.stand_in and part.attendance == MentorAttendance.attended
