"""The rules of single moves of a project."""

from datetime import date

from incubator.errors import broken_rule, rule_text
from incubator.ideas.moves.models import one_year_after
from incubator.projects.models import Project, ProjectAction, ProjectStatus

NO_MENTOR = rule_text(
    "project_without_mentor",
    "A project becomes active once somebody mentors it; nobody did on {day}.",
    "Dự án chỉ đi vào hoạt động khi đã có người cố vấn; ngày {day} chưa có ai.",
)
TOO_LATE_TO_REOPEN = rule_text(
    "too_late_to_reopen",
    "It was closed on {closed_on}; it can be reopened within twelve months.",
    "Dự án đóng ngày {closed_on}; chỉ mở lại trong vòng mười hai tháng.",
)
FOUNDING_STAYS = rule_text(
    "founding_not_voidable",
    "The founding of a project cannot be taken back; close the project instead.",
    "Không thể hủy việc thành lập; hãy đóng dự án.",
)


def check_mentored(day: date, *, mentored: bool) -> None:
    if not mentored:
        raise broken_rule(NO_MENTOR, day=day.isoformat())


def check_reopenable(project: Project, occurred_on: date) -> None:
    if occurred_on > one_year_after(project.moved_on):
        raise broken_rule(TOO_LATE_TO_REOPEN, closed_on=project.moved_on.isoformat())


def check_voidable(action: ProjectAction) -> None:
    if action is ProjectAction.found:
        raise broken_rule(FOUNDING_STAYS)


def reopened_status(closed_from: str | None, *, mentored: bool) -> ProjectStatus:
    """Where a closed project goes on: onboarding where it had not got further or nobody mentors it any more."""
    if closed_from == ProjectStatus.onboarding or not mentored:
        return ProjectStatus.onboarding
    return ProjectStatus.active
