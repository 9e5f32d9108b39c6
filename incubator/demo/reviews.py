"""How ideas are assigned, marked and left by their reviewers."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from incubator.demo.dice import LAST_DAY, days_later
from incubator.demo.journey import Journey
from incubator.ideas.models import IdeaAction, IdeaStatus
from incubator.ideas.reviews.actions import RENEWED, leave
from incubator.ideas.reviews.conflicts import DECLARED
from incubator.ideas.reviews.models import Review, ReviewerConflict, ReviewState, fails_a_floor, total_of
from incubator.ideas.reviews.queries import COUNTED, Aggregate
from incubator.ideas.reviews.rules import BY_HAND
from incubator.ideas.reviews.sight import OWED

_FIRST_DAYS, _LAST_DAYS = 4, 28
_RECUSED, _ABSTAINED, _EXTRA_REVIEWER, _CLOSED_SHORT = 0.025, 0.02, 0.2, 0.5
_SPREAD = 0.13
_BEGUN, _BEGUN_LINES = 0.5, 3
_OFFLINE, _DIGITAL = 0.015, "digital_readiness"
_CENT = Decimal("0.01")
_GOOD, _PASSING = 65, 50

_PRAISE = (
    "Sản phẩm gắn với địa phương, nhóm hiểu nghề.",
    "Kế hoạch rõ, số liệu tin được, nên làm thử ngay vụ tới.",
    "Tạo được việc cho nhiều hộ, có khả năng nhân rộng.",
)
_DOUBT = (
    "Ý tưởng hợp lý nhưng đầu ra chưa chắc, cần hợp đồng bao tiêu.",
    "Cần tính lại chi phí vận chuyển và hao hụt.",
    "Nhóm nên đi học một mô hình đã chạy rồi viết lại kế hoạch.",
)
_REFUSAL = (
    "Chưa nêu được khách hàng là ai và vì sao họ mua.",
    "Quy mô quá lớn so với vốn và kinh nghiệm của nhóm.",
    "Trùng với nhiều mô hình đã có trong huyện, chưa có điểm mới.",
)
_SHORT_REASON = "Đến hạn hội đồng, một người thẩm định không kịp gửi phiếu."


def assign(journey: Journey, wanted: int) -> None:
    """Ask so many more reviewers about the current version; fewer where nobody else is free."""
    asked = {review.reviewer_id for review in journey.reviews}
    free = [actor for actor in journey.world.roster.reviewers if actor.id not in asked]
    for reviewer in journey.dice.sample(free, min(wanted, len(free))):
        _add(journey, reviewer.id, BY_HAND)


def assign_first(journey: Journey) -> int:
    """As many as the call wants, sometimes one more."""
    extra = 1 if journey.dice.chance(_EXTRA_REVIEWER) else 0
    assign(journey, journey.contest.call.min_reviewers + extra)
    return sum(review.state in COUNTED for review in current(journey))


def renew(journey: Journey) -> None:
    """The idea has a new version: what was said of the old one is stale, and each reviewer is asked anew."""
    number = journey.idea.content_number
    for review in [review for review in journey.reviews if review.state in RENEWED]:
        if review.content_number < number:
            review.move_to(ReviewState.stale)
            review.version += 1
            reason = f"Reviewer of version {review.content_number}, which the current one replaces."
            _add(journey, review.reviewer_id, reason)


def mark_all(journey: Journey) -> bool:
    """Let the reviewers work. False where too little is in by the last day for the review to be closed."""
    wanted = journey.contest.call.min_reviewers
    latest = journey.day
    while owed := [review for review in current(journey) if review.state in OWED]:
        for review in owed:
            day = days_later(journey.day, journey.dice.between(_FIRST_DAYS, _LAST_DAYS))
            if day > LAST_DAY:
                _begin(journey, review)
                return False
            _answer(journey, review, day)
            latest = max(latest, day)
        short = wanted - aggregate(journey).n
        if short > 0 and not (short < wanted and journey.dice.chance(_CLOSED_SHORT)):
            assign(journey, short)
    journey.day = latest
    return aggregate(journey).n > 0


def close(journey: Journey) -> None:
    """The aggregate of that moment goes into the history."""
    marks = aggregate(journey)
    reason = _SHORT_REASON if marks.n < journey.contest.call.min_reviewers else None
    journey.step(
        journey.assignee, IdeaStatus.review_closed, IdeaAction.close_review,
        reason=reason, details={"aggregate": marks.as_details()},
    )  # fmt: skip


def current(journey: Journey) -> list[Review]:
    """The reviews of the version that counts."""
    return [review for review in journey.reviews if review.content_number == journey.idea.content_number]


def aggregate(journey: Journey) -> Aggregate:
    """What the database makes of the submitted reviews: the same numbers to the cent."""
    submitted = [review for review in current(journey) if review.state == ReviewState.submitted]
    totals = sorted(review.total for review in submitted if review.total is not None)
    failures = sum(review.floor_failed for review in submitted)
    if not totals:
        return Aggregate(0, None, None, None, failures)
    n = len(totals)
    median = (totals[(n - 1) // 2] + totals[n // 2]) / 2
    return Aggregate(n, _cents(sum(totals, Decimal(0)) / n), _cents(median), totals[-1] - totals[0], failures)


def _cents(points: Decimal) -> Decimal:
    return points.quantize(_CENT, ROUND_HALF_UP)


def _add(journey: Journey, reviewer_id: UUID, because: str) -> None:
    at = journey.at + timedelta(seconds=len(journey.reviews) + 1)
    review = Review(
        id=journey.dice.new_id(at), version=1, idea_id=journey.idea.id, reviewer_id=reviewer_id,
        content_number=journey.idea.content_number, state=ReviewState.to_do.value, floor_failed=False,
        assigned_by=journey.assignee.id, assigned_because=because, assigned_at=at,
        due_on=journey.contest.call.review_due_on,
    )  # fmt: skip
    journey.reviews.append(review)
    journey.rows.add(review)


def _answer(journey: Journey, review: Review, day: date) -> None:
    """Most mark; few stand aside, for this version or for good."""
    chance = journey.dice.random()
    review.version += 1
    if chance < _RECUSED:
        leave(review, "Quen biết trưởng nhóm.")
        note = {"kind": DECLARED, "note": review.reason, "recorded_at": journey.dice.moment(day)}
        journey.rows.add(ReviewerConflict(idea_id=review.idea_id, account_id=review.reviewer_id, **note))
    elif chance < _RECUSED + _ABSTAINED:
        review.reason = "Không đủ chuyên môn về lĩnh vực này."
        review.move_to(ReviewState.abstained)
    else:
        _mark(journey, review)
        review.submitted_at = journey.dice.after(review.assigned_at, day)
        review.move_to(ReviewState.submitted)


def _begin(journey: Journey, review: Review) -> None:
    """Some who are not done by the last day have at least begun."""
    if journey.dice.chance(_BEGUN):
        scores = _scores(journey)
        review.scores = {
            criterion.code: scores[criterion.code] for criterion in journey.contest.criteria[:_BEGUN_LINES]
        }
        review.floor_failed = fails_a_floor(journey.contest.criteria, review.scores)
        review.version += 1
        review.move_to(ReviewState.draft)


def _mark(journey: Journey, review: Review) -> None:
    dice, criteria, scores = journey.dice, journey.contest.criteria, _scores(journey)
    total = total_of(criteria, scores) or Decimal(0)
    review.scores, review.total, review.floor_failed = scores, total, fails_a_floor(criteria, scores)
    kind, phrases = _verdict(total)
    review.recommendation, review.confidence = kind, dice.weighted((1, 2, 3), (15, 50, 35))
    review.feedback_to_applicant = dice.pick(phrases)


def _scores(journey: Journey) -> dict[str, int]:
    """Around what the idea is worth; a few teams fail the floor of one criterion."""
    dice, criteria = journey.dice, journey.contest.criteria
    opinion = dice.gauss(journey.quality, _SPREAD / 2)
    shares = (min(1.0, max(0.0, dice.gauss(opinion, _SPREAD))) for _ in criteria)
    scores = {criterion.code: round(criterion.max * share) for criterion, share in zip(criteria, shares, strict=True)}
    if dice.chance(_OFFLINE):
        scores[_DIGITAL] = 0
    return scores


def _verdict(total: Decimal) -> tuple[str, tuple[str, ...]]:
    if total >= _GOOD:
        return "yes", _PRAISE
    return ("maybe", _DOUBT) if total >= _PASSING else ("no", _REFUSAL)
