"""A consultation: one project, on one platform, by one mentor, in one session; and the versions of what was said."""

import enum
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.days import civil_day
from incubator.db import Base, one_of
from incubator.errors import broken_rule, rule_text
from incubator.mentoring.sessions.models import AHEAD, HELD_IN_FUTURE, MentorAttendance, MentoringSession
from incubator.projects.models import Platform, Project, ProjectStatus

BEFORE_FOUNDING = rule_text(
    "consultation_before_founding",
    "The project was founded on {founded_on}; {day} lies before.",
    "Dự án thành lập ngày {founded_on}; ngày {day} là trước đó.",
)
AFTER_CLOSING = rule_text(
    "consultation_after_closing",
    "The project was closed on {closed_on}; what happened later is not logged.",
    "Dự án đã đóng ngày {closed_on}; không ghi nhận buổi tư vấn sau ngày đó.",
)
SESSION_NAMED_TWICE = rule_text(
    "session_named_twice",
    "session_id says which session it was; leave out programme_id and new_session.",
    "Đã chọn buổi gặp bằng session_id; hãy bỏ programme_id và new_session.",
)
SESSION_NOT_OPEN = rule_text(
    "session_not_open",
    "That session is {status}; log the consultation in another one.",
    "Buổi gặp đó đang ở trạng thái {status}; hãy ghi vào buổi khác.",
)
SESSION_ON_OTHER_DAY = rule_text(
    "session_on_other_day",
    "That session was held on {held_on}, not on {day}.",
    "Buổi gặp đó diễn ra ngày {held_on}, không phải ngày {day}.",
)
SESSION_PLANNED_FAR_OFF = rule_text(
    "session_planned_far_off",
    "That session is planned for {planned_on}, more than {days} days from {held_on}; move its plan first, or leave out"
    " session_id and send new_session.",
    "Buổi gặp đó lên kế hoạch ngày {planned_on}, cách ngày {held_on} hơn {days} ngày; hãy dời kế hoạch trước, hoặc bỏ"
    " session_id và gửi new_session.",
)
MENTOR_WAS_ABSENT = rule_text(
    "mentor_was_absent",
    "The mentor is recorded as {attendance} in this session; staff corrects that first.",
    "Người cố vấn đang được ghi là {attendance} trong buổi này; cán bộ cần sửa lại trước.",
)
TOO_OLD_TO_EDIT = rule_text(
    "consultation_too_old_to_edit",
    "It could be edited until {until}; correct it with a reason instead.",
    "Chỉ sửa trực tiếp được đến hết ngày {until}; hãy đính chính kèm lý do.",
)
NOT_YOURS_TO_EDIT = rule_text(
    "consultation_not_yours_to_edit",
    "Its mentor and whoever logged it edit it directly; correct it with a reason instead.",
    "Chỉ người cố vấn và người đã ghi được sửa trực tiếp; hãy đính chính kèm lý do.",
)
TOO_OLD_TO_VOID = rule_text(
    "consultation_too_old_to_void",
    "Its mentor could take it back until {until}; staff still can.",
    "Người cố vấn chỉ hủy được đến hết ngày {until}; hãy nhờ cán bộ hủy.",
)
VOIDED = rule_text(
    "consultation_voided",
    "This consultation was taken back; it stays as it is.",
    "Lượt tư vấn này đã bị hủy và giữ nguyên như vậy.",
)
NOTHING_CORRECTED = rule_text(
    "nothing_corrected",
    "A correction changes something; this one says what is there already.",
    "Đính chính phải có thay đổi; nội dung này giống hệt bản hiện có.",
)

CONTACT_MINUTES = 15
"""A mentor who was with the project for less did not consult it."""

EDIT_DAYS = 7
LATE_DAYS = 30

PLAN_DAYS = 7
"""A log makes a planned session held that was planned for a day no further away than this."""

LONG_DAY_MINUTES = 720
"""A mentor who was with projects for longer in one day has probably told of something twice."""


class Visibility(enum.StrEnum):
    """`internal`: its mentor, staff and approvers. `team`: everybody who follows the project."""

    internal = "internal"
    team = "team"


class ConsultationOutcome(enum.StrEnum):
    none = "none"
    referred = "referred"
    applied = "applied"
    achieved = "achieved"


class ConsultationWarning(enum.StrEnum):
    """What a log says beside success, so that a phone can show it."""

    late_entry = "late_entry"
    short_contact = "short_contact"
    session_joined = "session_joined"
    minutes_kept = "minutes_kept"
    platform_not_needed = "platform_not_needed"
    before_assignment = "before_assignment"
    other_day = "other_day"
    long_day = "long_day"
    planned_session = "planned_session"
    capacity_raised = "capacity_raised"


class Consultation(Base):
    """That a mentor advised a project on a platform in a session. What was said is in its versions.

    Several mentors who advise a project on the same platform in the same session are one consultation to figures.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "mentor_id"],
            ["session_mentor.session_id", "session_mentor.mentor_id"],
            name="fk_consultation_session_id_mentor_id_session_mentor",
        ),
        CheckConstraint(one_of("platform", Platform), name="platform_known"),
        CheckConstraint(one_of("visibility", Visibility), name="visibility_known"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_reason"),
        Index(
            "uq_consultation_standing", "session_id", "project_id", "platform", "mentor_id",
            unique=True, postgresql_where="voided_at IS NULL",
        ),
        Index("ix_consultation_project_id_id", "project_id", "id"),
        Index("ix_consultation_mentor_id_id", "mentor_id", "id"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    session_id: Mapped[UUID] = mapped_column(Uuid)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    platform: Mapped[str] = mapped_column(Text)
    mentor_id: Mapped[UUID] = mapped_column(Uuid)
    content_number: Mapped[int] = mapped_column(SmallInteger)
    visibility: Mapped[str] = mapped_column(Text)
    recorded_by_kind: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[UUID] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}

    def check_standing(self) -> None:
        if self.voided_at is not None:
            raise broken_rule(VOIDED)

    def check_editable(self, today: date) -> None:
        self.check_standing()
        if today > (until := last_day_of_edits(self.recorded_at)):
            raise broken_rule(TOO_OLD_TO_EDIT, until=until.isoformat())

    def check_author(self, account_id: UUID, *, is_mentor: bool) -> None:
        """Who puts other words into somebody's mouth says why."""
        if not is_mentor and account_id != self.recorded_by_id:
            raise broken_rule(NOT_YOURS_TO_EDIT)

    def void(self, reason: str, now: datetime, *, by_staff: bool) -> None:
        """Take it back: by its mentor within the days of edits, by staff at any time."""
        self.check_standing()
        until = last_day_of_edits(self.recorded_at)
        if not by_staff and civil_day(now) > until:
            raise broken_rule(TOO_OLD_TO_VOID, until=until.isoformat())
        self.voided_at = now
        self.void_reason = reason

    def take_version(self, version: "ConsultationVersion") -> None:
        """From now on this version is what the consultation says."""
        self.content_number = version.number
        self.visibility = version.visibility


class ConsultationVersion(Base):
    """Append-only: what was written down, as first logged, as edited within the week, or as corrected later.

    `reason` is that of a correction, null for the first version and for edits.
    """

    __tablename__ = "consultation_version"
    __table_args__ = (
        CheckConstraint(one_of("outcome", ConsultationOutcome), name="outcome_known"),
        CheckConstraint(one_of("visibility", Visibility), name="visibility_known"),
    )

    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    subtopic: Mapped[str | None] = mapped_column(Text)
    question: Mapped[str | None] = mapped_column(Text)
    advice: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    visibility: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    written_by_kind: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[UUID] = mapped_column(Uuid)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())


def last_day_of_edits(recorded_at: datetime) -> date:
    return civil_day(recorded_at) + timedelta(days=EDIT_DAYS)


def check_day_of(project: Project, held_on: date, today: date) -> None:
    """It has happened, and while the project was there."""
    if held_on > today:
        raise broken_rule(HELD_IN_FUTURE, day=held_on.isoformat())
    if held_on < project.founded_on:
        founded_on = project.founded_on.isoformat()
        raise broken_rule(BEFORE_FOUNDING, day=held_on.isoformat(), founded_on=founded_on)
    check_not_closed(project, held_on)


def check_not_closed(project: Project, day: date) -> None:
    if project.status == ProjectStatus.closed and day > project.moved_on:
        raise broken_rule(AFTER_CLOSING, closed_on=project.moved_on.isoformat())


def check_session_choice(session_id: UUID | None, programme_id: UUID | None, *, new_session: bool) -> None:
    if session_id is not None and (programme_id is not None or new_session):
        raise broken_rule(SESSION_NAMED_TWICE)


def check_session_fits(meeting: MentoringSession, day: date) -> None:
    """What is ahead may have been put forward or off by some days; what was held was held on its day."""
    if meeting.status in AHEAD:
        if abs((day - meeting.planned_on).days) > PLAN_DAYS:
            days = {"planned_on": meeting.planned_on.isoformat(), "held_on": day.isoformat()}
            raise broken_rule(SESSION_PLANNED_FAR_OFF, days=PLAN_DAYS, **days)
        return
    if meeting.held_on is None:
        raise broken_rule(SESSION_NOT_OPEN, status=meeting.status)
    if meeting.held_on != day:
        raise broken_rule(SESSION_ON_OTHER_DAY, day=day.isoformat(), held_on=meeting.held_on.isoformat())


def check_came(attendance: str | None, *, by_staff: bool) -> None:
    """Who did not come earns nothing by what they say themselves; staff may know better."""
    if attendance in {MentorAttendance.absent, MentorAttendance.replaced} and not by_staff:
        raise broken_rule(MENTOR_WAS_ABSENT, attendance=attendance)
