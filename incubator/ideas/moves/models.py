"""The rules of single moves that need no database."""

from datetime import date, datetime
from uuid import UUID

from incubator.errors import DomainError, broken_rule, rule_text
from incubator.ideas.models import OPEN, Idea, IdeaAction, IdeaStatus

ANSWER_DAYS = 7

DUE_TOO_SOON = rule_text(
    "due_too_soon",
    "The applicant needs at least {days} days to answer.",
    "Người nộp cần ít nhất {days} ngày để trả lời.",
)
NOT_DUE_YET = rule_text(
    "not_due_yet",
    "The applicant may answer until {due_on}.",
    "Người nộp còn được trả lời đến hết ngày {due_on}.",
)
TOO_FEW_REVIEWERS = rule_text(
    "too_few_reviewers",
    "The call wants {needed} reviewers without a conflict; {assigned} are assigned.",
    "Đợt này cần {needed} người thẩm định không xung đột; mới phân công {assigned}.",
)
TOO_FEW_REVIEWS = rule_text(
    "too_few_reviews",
    "The call wants {needed} reviews of this version; {submitted} are in. Give a reason to close all the same.",
    "Đợt này cần {needed} phiếu cho phiên bản này; mới có {submitted}. Hãy ghi lý do nếu vẫn đóng.",
)
BAD_MERGE_TARGET = rule_text(
    "bad_merge_target",
    "The target must be another idea that was handed in and is open or accepted.",
    "Ý tưởng đích phải là ý tưởng khác đã nộp, đang mở hoặc đã được chấp nhận.",
)
RECONSIDERED_ALREADY = rule_text(
    "reconsidered_already", "An idea is reconsidered once.", "Mỗi ý tưởng chỉ được xem xét lại một lần."
)
TOO_LATE_TO_RECONSIDER = rule_text(
    "too_late_to_reconsider",
    "It was closed on {closed_on}; it can be reconsidered within twelve months.",
    "Hồ sơ đóng ngày {closed_on}; chỉ xem xét lại trong vòng mười hai tháng.",
)
NEVER_SUBMITTED = rule_text(
    "never_submitted",
    "This draft was never handed in; enter the idea anew.",
    "Bản nháp này chưa từng được nộp; hãy nhập ý tưởng mới.",
)
NOT_PUBLISHED_YET = rule_text(
    "not_published_yet",
    "The decision is not public yet; take it back with void instead.",
    "Quyết định chưa công bố; hãy dùng bước hủy (void).",
)
NOT_VOIDABLE = rule_text(
    "not_voidable",
    "The last move, {action}, cannot be taken back.",
    "Không thể hủy bước gần nhất ({action}).",
)
ALREADY_PUBLISHED = rule_text(
    "already_published",
    "The decision is public; reconsider the idea instead.",
    "Quyết định đã công bố; hãy dùng bước xem xét lại.",
)
ALREADY_FOUNDED = rule_text("already_founded", "A project was founded from this idea.", "Ý tưởng này đã thành dự án.")

VOIDABLE = {
    IdeaAction.start_screening,
    IdeaAction.request_info,
    IdeaAction.lapse,
    IdeaAction.pass_screening,
    IdeaAction.screen_out,
    IdeaAction.close_review,
    IdeaAction.decide,
    IdeaAction.withdraw,
}
"""Moves whose only effect is the idea's own row. Whatever wrote a version or joined ideas stays."""


def check_answer_time(due_on: date, asked_on: date) -> None:
    if (due_on - asked_on).days < ANSWER_DAYS:
        raise broken_rule(DUE_TOO_SOON, days=ANSWER_DAYS)


def check_lapsed(idea: Idea, occurred_on: date) -> None:
    if idea.info_due_on is not None and occurred_on <= idea.info_due_on:
        raise broken_rule(NOT_DUE_YET, due_on=idea.info_due_on.isoformat())


def check_reconsiderable(idea: Idea, occurred_on: date, *, was_submitted: bool) -> None:
    if not was_submitted:
        raise broken_rule(NEVER_SUBMITTED)
    if idea.reconsidered_on is not None:
        raise broken_rule(RECONSIDERED_ALREADY)
    if occurred_on > one_year_after(idea.moved_on):
        raise broken_rule(TOO_LATE_TO_RECONSIDER, closed_on=idea.moved_on.isoformat())


def check_published(idea: Idea, now: datetime) -> None:
    """To reconsider a decision would tell of it; before its publication it is taken back by `void`."""
    if idea.publish_at is not None and idea.publish_at > now:
        raise broken_rule(NOT_PUBLISHED_YET)


def check_merge_target(idea: Idea, target: Idea | None, target_id: UUID) -> Idea:
    if target is None:
        raise DomainError("not_found")
    takes_more = target.status in OPEN - {IdeaStatus.draft} or target.status == IdeaStatus.accepted
    if target.id == idea.id or not takes_more:
        raise broken_rule(BAD_MERGE_TARGET, target=str(target_id))
    return target


def one_year_after(day: date) -> date:
    """The same day of the next year; 29 February becomes 28 February."""
    if (day.month, day.day) == (2, 29):
        return day.replace(year=day.year + 1, day=28)
    return day.replace(year=day.year + 1)
