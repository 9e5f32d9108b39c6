"""The way of an idea from its arrival to a decision, as far as it gets before the last day.

None is merged into another: merged ideas leave the funnel, which is to show all 812.
"""

from datetime import date, timedelta

from incubator.actor import SYSTEM
from incubator.demo import reviews
from incubator.demo.decisions import decide, reconsider
from incubator.demo.dice import LAST_DAY, days_later
from incubator.demo.journey import Journey
from incubator.demo.texts import QUESTIONS, with_answer
from incubator.ideas.models import IdeaAction, IdeaStatus
from incubator.ideas.moves.models import ANSWER_DAYS, check_answer_time, check_lapsed

STILL_OPEN_UNTIL = date(2035, 12, 31)
"""When an open question falls due: far ahead, because the demonstration is looked at long after its last day and
the hourly job would otherwise let every one of these ideas lapse at once."""

_WITHDRAWN_FIRST, _WITHDRAWN_IN_SCREENING, _WITHDRAWN_IN_REVIEW = 0.012, 0.015, 0.012
_ASKED_IN_SCREENING, _ASKED_IN_REVIEW = 0.26, 0.05
_ANSWERED, _UNCHANGED = 0.88, 0.12
_SCREENED_OUT, _REOPENED = 0.10, 0.015
_QUALITY, _QUALITY_SPREAD = 0.627, 0.115

_SCREEN_OUT = {
    "out_of_scope": "Ý tưởng nằm ngoài phạm vi hỗ trợ của chương trình.",
    "incomplete": "Hồ sơ thiếu phần kế hoạch và chi phí, mời nhóm nộp lại khi đủ.",
    "not_feasible": "Phương án không khả thi với điều kiện đất và nguồn nước tại chỗ.",
    "duplicate": "Nội dung trùng với một hồ sơ đã nhận.",
}
_WITHDRAWALS = ("applicant_request", "moved_away", "lost_contact", "other")
_WITHDRAWAL_WEIGHTS = (50, 30, 15, 5)
_NO_CHANGE = "Nhóm giữ nguyên hồ sơ, giải thích qua điện thoại."
_REOPENING = "Nhận thêm phiếu gửi muộn qua bưu điện."


def travel(journey: Journey) -> None:
    """From submission on; a closed idea may get its one second chance."""
    journey.quality = journey.dice.gauss(_QUALITY, _QUALITY_SPREAD)
    if not _take_up(journey) or not _screen(journey) or not _review(journey) or not decide(journey):
        return
    if reconsider(journey) and _pass(journey) and _mark_and_close(journey):
        decide(journey)


def _take_up(journey: Journey) -> bool:
    if not journey.wait(1, 11) or _withdraws(journey, _WITHDRAWN_FIRST):
        return False
    journey.idea.assignee_id = journey.dice.pick(journey.world.roster.staff).id
    details = {"assignee_id": str(journey.idea.assignee_id)}
    journey.step(journey.assignee, IdeaStatus.screening, IdeaAction.start_screening, details=details)
    return True


def _screen(journey: Journey) -> bool:
    """True once the idea is in review."""
    dice = journey.dice
    if not journey.wait(2, 21) or _withdraws(journey, _WITHDRAWN_IN_SCREENING):
        return False
    if dice.chance(_SCREENED_OUT):
        code = dice.pick(tuple(_SCREEN_OUT))
        journey.step(
            journey.assignee, IdeaStatus.rejected, IdeaAction.screen_out,
            reason_code=code, message=_SCREEN_OUT[code],
        )  # fmt: skip
        return False
    if dice.chance(_ASKED_IN_SCREENING) and not (_ask(journey) and journey.wait(0, 5)):
        return False
    return _pass(journey)


def _pass(journey: Journey) -> bool:
    """Into review, with reviewers. An idea that is reconsidered gets one more beside those it had."""
    if journey.reviews:
        reviews.assign(journey, 1)
        assigned = len(reviews.current(journey))
    else:
        assigned = reviews.assign_first(journey)
    journey.idea.rubric_id = journey.contest.rubric_id
    journey.step(journey.assignee, IdeaStatus.in_review, IdeaAction.pass_screening, details={"assigned": assigned})
    return True


def _review(journey: Journey) -> bool:
    """True once the review is closed."""
    if journey.dice.chance(_ASKED_IN_REVIEW) and not (journey.wait(2, 6) and _ask(journey)):
        return False
    if journey.dice.chance(_WITHDRAWN_IN_REVIEW) and journey.wait(1, 10):
        _withdraw(journey)
        return False
    if not _mark_and_close(journey):
        return False
    if journey.dice.chance(_REOPENED) and journey.wait(1, 3):
        journey.step(journey.assignee, IdeaStatus.in_review, IdeaAction.reopen_review, reason=_REOPENING)
        reviews.assign(journey, 1)
        return _mark_and_close(journey)
    return True


def _mark_and_close(journey: Journey) -> bool:
    if not reviews.mark_all(journey) or not journey.wait(1, 6):
        return False
    reviews.close(journey)
    return True


def _ask(journey: Journey) -> bool:
    """Ask the applicant and wait. False where no answer comes, or none by the last day."""
    dice, idea, came_from = journey.dice, journey.idea, IdeaStatus(journey.idea.status)
    due_on = journey.day + timedelta(days=dice.between(2 * ANSWER_DAYS, 4 * ANSWER_DAYS))
    answers = dice.chance(_ANSWERED)
    ends_on = days_later(journey.day, dice.between(3, ANSWER_DAYS + 3)) if answers else due_on + timedelta(days=1)
    if ends_on > LAST_DAY:
        due_on = STILL_OPEN_UNTIL
    check_answer_time(due_on, journey.day)
    idea.info_due_on, idea.info_from = due_on, came_from.value
    details = {"due_on": due_on.isoformat(), "from": came_from.value}
    journey.step(
        journey.assignee, IdeaStatus.needs_info, IdeaAction.request_info,
        message=dice.pick(QUESTIONS), details=details,
    )  # fmt: skip
    if ends_on > LAST_DAY:
        return False
    journey.day = ends_on
    return _answer(journey, came_from) if answers else _lapse(journey)


def _answer(journey: Journey, came_from: IdeaStatus) -> bool:
    """With a new version, after which older reviews are stale, or with the word that nothing changes."""
    unchanged = journey.dice.chance(_UNCHANGED)
    if not unchanged:
        journey.at = journey.dice.after(journey.at, journey.day)
        content = with_answer(journey.dice, journey.content)
        journey.write_version(content, journey.idea.content_number + 1, journey.author.id)
        reviews.renew(journey)
    journey.idea.info_due_on = journey.idea.info_from = None
    reason = _NO_CHANGE if unchanged else None
    journey.step(journey.author, came_from, IdeaAction.provide_info, reason=reason)
    return True


def _lapse(journey: Journey) -> bool:
    check_lapsed(journey.idea, journey.day)
    journey.idea.info_due_on = journey.idea.info_from = None
    journey.step(SYSTEM, IdeaStatus.lapsed, IdeaAction.lapse)
    return False


def _withdraws(journey: Journey, share: float) -> bool:
    if not journey.dice.chance(share):
        return False
    _withdraw(journey)
    return True


def _withdraw(journey: Journey) -> None:
    code = journey.dice.weighted(_WITHDRAWALS, _WITHDRAWAL_WEIGHTS)
    journey.step(journey.author, IdeaStatus.withdrawn, IdeaAction.withdraw, reason_code=code, reason=None)
