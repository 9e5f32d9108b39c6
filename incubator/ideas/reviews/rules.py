"""The rules of reviewing that need no database: which scores a rubric takes, and who is picked for a review."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from incubator.api.pointers import Path, pointer
from incubator.errors import DomainError, FieldError, broken_rule, rule_text
from incubator.ideas.calls.models import Criterion
from incubator.ideas.models import IdeaStatus
from incubator.ideas.reviews.schemas import ReviewInput

ASSIGNMENT_CLOSED = rule_text(
    "assignment_closed",
    "Reviewers are assigned while an idea is screened or in review.",
    "Chỉ phân công thẩm định khi ý tưởng đang sơ loại hoặc đang thẩm định.",
)
NOT_IN_REVIEW = rule_text(
    "idea_not_in_review",
    "Reviews are written while the idea is in review.",
    "Chỉ viết phiếu thẩm định khi ý tưởng đang được thẩm định.",
)
REVIEWER_CONFLICT = rule_text(
    "reviewer_conflict",
    "These accounts have a conflict of interest with the idea: {reviewers}.",
    "Các tài khoản này có xung đột lợi ích với ý tưởng: {reviewers}.",
)
NOT_ENOUGH_REVIEWERS = rule_text(
    "not_enough_reviewers",
    "Only {available} reviewers for this place are free of conflicts and not asked yet; {wanted} are wanted.",
    "Chỉ còn {available} người thẩm định phù hợp chưa được phân công; cần {wanted}.",
)

ASSIGNABLE = (IdeaStatus.screening, IdeaStatus.in_review)
BY_HAND = "Chosen by hand."


class Candidate(msgspec.Struct, frozen=True):
    """Somebody who may be asked. `owed`: reviews open now; `asked`: ever; `known`: submitted on the same sector."""

    account_id: UUID
    username: str
    owed: int
    asked: int
    known: int


class Pick(msgspec.Struct, frozen=True):
    account_id: UUID
    because: str


def pick_evenly(candidates: Sequence[Candidate], wanted: int) -> list[Pick]:
    """The least loaded now, then those who know the sector, then who was asked least so far; ids break a tie."""
    if len(candidates) < wanted:
        raise broken_rule(NOT_ENOUGH_REVIEWERS, available=len(candidates), wanted=wanted)
    in_turn = sorted(candidates, key=lambda one: (one.owed, -one.known, one.asked, one.account_id))
    return [Pick(one.account_id, _reason(one, len(candidates))) for one in in_turn[:wanted]]


def check_assignable(status: str) -> None:
    if status not in ASSIGNABLE:
        raise broken_rule(ASSIGNMENT_CLOSED)


def check_in_review(status: str) -> None:
    """It does not say what the status is: to a reviewer a decision may not be published yet."""
    if status != IdeaStatus.in_review:
        raise broken_rule(NOT_IN_REVIEW)


def check_marks(criteria: Iterable[Criterion], data: ReviewInput) -> None:
    """Every score fits the rubric; and a review that is submitted lacks nothing."""
    rubric = {criterion.code: criterion for criterion in criteria}
    wrong = [error for code, score in data.scores.items() if (error := _wrong_score(rubric.get(code), code, score))]
    if data.submit:
        wrong += _missing(rubric, data)
    if wrong:
        raise DomainError("validation_failed", errors=wrong)


def _wrong_score(criterion: Criterion | None, code: str, score: int) -> FieldError | None:
    if criterion is None:
        return FieldError(code="unknown_field", pointer=_score_at(code))
    if not 0 <= score <= criterion.max:
        return FieldError(code="out_of_range", pointer=_score_at(code), params={"min": 0, "max": criterion.max})
    return None


def _missing(rubric: dict[str, Criterion], data: ReviewInput) -> list[FieldError]:
    wanted = [code for code, criterion in rubric.items() if criterion.required]
    places = [_score_at(code) for code in wanted if code not in data.scores]
    counted = {code for code, criterion in rubric.items() if not criterion.independent}
    if not wanted and counted.isdisjoint(data.scores):
        places.append("/scores")
    places += [f"/{name}" for name in ("recommendation", "confidence") if getattr(data, name) is None]
    return [FieldError(code="required", pointer=place) for place in places]


def _score_at(code: str) -> str:
    root: Path = (None, "scores")
    return pointer((root, code))


def _reason(one: Candidate, available: int) -> str:
    return (
        f"Picked evenly out of {available} without a conflict: {one.owed} reviews open, "
        f"{one.known} submitted in this sector, {one.asked} asked for so far."
    )
