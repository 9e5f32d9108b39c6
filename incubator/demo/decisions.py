"""What panels decide, and the second chance of a closed idea."""

from datetime import datetime, timedelta

from incubator.demo.dice import LAST_DAY, days_later
from incubator.demo.journey import Journey
from incubator.demo.reviews import aggregate
from incubator.ideas.models import IdeaAction, IdeaStatus
from incubator.ideas.moves.models import check_reconsiderable
from incubator.ideas.panels.models import PASS_MARK, IdeaDecision, Outcome, check_override
from incubator.ideas.reviews.queries import Aggregate

_GOOD_ENOUGH, _ALMOST = 67, 61
_AGAINST_THE_MARKS, _PUBLISHED_AT_ONCE, _RECONSIDERED = 0.05, 0.6, 0.06
_PREPARED = timedelta(days=2)

_MESSAGES = {
    Outcome.accepted: "Chúc mừng! Ý tưởng được chấp nhận; Vườn ươm sẽ liên hệ để lập dự án.",
    Outcome.deferred: "Ý tưởng tốt nhưng cần hoàn thiện thêm; hội đồng sẽ xem lại khi nhóm bổ sung.",
    Outcome.rejected: "Rất tiếc ý tưởng chưa được chọn đợt này. Mời nhóm xem góp ý và nộp lại.",
}
_REASONS = {
    Outcome.accepted: ("strong_need", "feasible", "local_value"),
    Outcome.deferred: ("needs_work", "outside_funds"),
    Outcome.rejected: ("weak_market", "not_feasible", "other"),
}
_OVERRIDE = "Hội đồng nghe nhóm trình bày lại tiêu chí điểm thấp và nhất trí chấp nhận."
_NEW_FACTS = "Nhóm đã ký được hợp đồng bao tiêu và có thêm thành viên."


def decide(journey: Journey) -> bool:
    """By the next panel. False where it sits after the last day."""
    panel = journey.world.panels.next(journey.contest.call.id, journey.day + _PREPARED)
    if panel is None:
        return False
    marks = aggregate(journey)
    outcome = _outcome(journey, marks)
    override = _OVERRIDE if outcome is Outcome.accepted and _is_weak(marks) else None
    check_override(outcome, marks.median, marks.floor_failures > 0, override)
    journey.day = min(days_later(panel.held_on, journey.dice.between(0, 2)), LAST_DAY)
    message = _MESSAGES[outcome]
    transition_id = journey.step(
        journey.dice.pick(journey.world.roster.approvers), outcome.status, IdeaAction.decide,
        on=panel.held_on, message=message, reason=override,
        details={"panel_id": str(panel.id), "outcome": outcome.value},
    )  # fmt: skip
    journey.idea.publish_at = _publish_at(journey)
    journey.rows.put(
        IdeaDecision, transition_id=transition_id, idea_id=journey.idea.id, panel_id=panel.id,
        content_number=journey.idea.content_number, outcome=outcome.value,
        reason_codes=_reason_codes(journey, outcome), message=message, override_reason=override,
        median=marks.median, floor_failed=marks.floor_failures > 0, publish_at=journey.idea.publish_at,
    )  # fmt: skip
    return True


def reconsider(journey: Journey) -> bool:
    """Whether an approver has an idea that was not chosen screened anew. The story goes on in screening."""
    dice, idea = journey.dice, journey.idea
    again = idea.status in {IdeaStatus.rejected, IdeaStatus.deferred} and dice.chance(_RECONSIDERED)
    if not again or not journey.wait(30, 150):
        return False
    check_reconsiderable(idea, journey.day, was_submitted=True)
    idea.publish_at, idea.reconsidered_on = None, journey.day
    approver = dice.pick(journey.world.roster.approvers)
    journey.step(approver, IdeaStatus.screening, IdeaAction.reconsider, reason=_NEW_FACTS)
    journey.quality += 0.15
    return journey.wait(1, 7)


def _outcome(journey: Journey, marks: Aggregate) -> Outcome:
    """Mostly what the marks say; now and then the panel sees it otherwise, one step up or down."""
    median = marks.median or 0
    if median >= _GOOD_ENOUGH:
        return Outcome.deferred if journey.dice.chance(_AGAINST_THE_MARKS) else Outcome.accepted
    if median >= _ALMOST:
        return Outcome.deferred
    return Outcome.rejected


def _is_weak(marks: Aggregate) -> bool:
    return marks.floor_failures > 0 or marks.median is None or marks.median < PASS_MARK


def _publish_at(journey: Journey) -> datetime:
    """At once, or when the results are announced."""
    if journey.dice.chance(_PUBLISHED_AT_ONCE):
        return journey.at
    return journey.dice.after(journey.at, days_later(journey.day, journey.dice.between(2, 9)))


def _reason_codes(journey: Journey, outcome: Outcome) -> list[str]:
    codes = _REASONS[outcome]
    return sorted(journey.dice.sample(codes, journey.dice.between(1, 2)))
