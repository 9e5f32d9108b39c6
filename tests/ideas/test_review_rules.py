"""The rules of reviewing that need no database."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from incubator.errors import DomainError
from incubator.ideas.calls.models import DEFAULT_RUBRIC, Criterion
from incubator.ideas.models import IdeaStatus
from incubator.ideas.reviews.models import NEXT, Review, ReviewState
from incubator.ideas.reviews.rows import ReviewRow, review_out, reviews_out
from incubator.ideas.reviews.rules import Candidate, check_assignable, check_in_review, check_marks, pick_evenly
from incubator.ideas.reviews.schemas import ReviewInput

FULL = {criterion.code: criterion.max for criterion in DEFAULT_RUBRIC}


def candidate(number: int, *, owed: int = 0, asked: int = 0, known: int = 0) -> Candidate:
    return Candidate(UUID(int=number), f"reviewer-{number}", owed, asked, known)


def numbers(candidates: list[Candidate], wanted: int) -> list[int]:
    return [pick.account_id.int for pick in pick_evenly(candidates, wanted)]


def test_the_least_loaded_reviewer_is_picked_first() -> None:
    assert numbers([candidate(1, owed=3, known=9), candidate(2, owed=1), candidate(3, owed=2)], 2) == [2, 3]


def test_between_equal_loads_the_one_who_knows_the_sector_is_picked() -> None:
    assert numbers([candidate(1, asked=1), candidate(2, asked=8, known=3)], 1) == [2]


def test_between_equals_the_one_asked_least_is_picked() -> None:
    assert numbers([candidate(1, asked=4), candidate(2, asked=2), candidate(3, asked=2)], 1) == [2]


def test_a_pick_says_why() -> None:
    [pick] = pick_evenly([candidate(1, owed=2, asked=7, known=3)], 1)
    assert "2 reviews open" in pick.because
    assert "3 submitted in this sector" in pick.because


def test_too_few_candidates_are_a_broken_rule_that_says_how_many_there_are() -> None:
    with pytest.raises(DomainError) as refusal:
        pick_evenly([candidate(1)], 2)
    assert refusal.value.params == {"rule": "not_enough_reviewers", "available": 1, "wanted": 2}


@pytest.mark.parametrize("status", list(IdeaStatus))
def test_reviewers_are_assigned_in_screening_and_review_only(status: IdeaStatus) -> None:
    assert is_refused(check_assignable, status) == (status not in {"screening", "in_review"})


@pytest.mark.parametrize("status", list(IdeaStatus))
def test_reviews_are_written_in_review_only(status: IdeaStatus) -> None:
    assert is_refused(check_in_review, status) == (status != "in_review")


def test_every_wrong_score_is_named_at_once() -> None:
    scores = {**FULL, "novelty": 16, "charm/wit~x": 1}
    del scores["team"]
    with pytest.raises(DomainError) as refusal:
        check_marks(DEFAULT_RUBRIC, written(scores, submit=True, recommendation=None))
    assert [(error.pointer, error.code) for error in refusal.value.errors] == [
        ("/scores/novelty", "out_of_range"),
        ("/scores/charm~1wit~0x", "unknown_field"),
        ("/scores/team", "required"),
        ("/recommendation", "required"),
    ]
    assert refusal.value.errors[0].params == {"min": 0, "max": 15}


def test_a_draft_may_lack_what_a_submitted_review_needs() -> None:
    check_marks(DEFAULT_RUBRIC, written({}, submit=False, recommendation=None, confidence=None))
    check_marks(DEFAULT_RUBRIC, written(FULL, submit=True))


def test_a_review_of_optional_criteria_needs_one_of_them() -> None:
    optional = [Criterion(code="a", label_en="A", label_vi="A", max=5, weight=1, required=False)]
    with pytest.raises(DomainError) as refusal:
        check_marks(optional, written({}, submit=True))
    assert [error.pointer for error in refusal.value.errors] == ["/scores"]
    check_marks(optional, written({"a": 0}, submit=True))


@pytest.mark.parametrize("state", list(ReviewState))
def test_a_review_moves_only_along_its_table(state: ReviewState) -> None:
    for target in ReviewState:
        review = Review(state=state.value)
        assert is_refused(review.move_to, target) == (target not in NEXT[state])
        assert review.state == (target if target in NEXT[state] else state)


def test_a_draft_says_nothing_to_anybody_but_its_author() -> None:
    draft = row(state="draft")
    for reader in ({"inside": True}, {}):
        shown = review_out(msgspec.structs.replace(draft, **reader), 1)
        assert (shown.scores, shown.total, shown.recommendation, shown.feedback_to_applicant) == ({}, None, None, None)
        assert not shown.floor_failed
    assert review_out(msgspec.structs.replace(draft, is_mine=True), 1).scores == {"novelty": 0}


def test_a_private_note_and_a_reason_are_for_the_author_and_the_inside() -> None:
    def notes(**reader: Any) -> tuple[str | None, ...]:
        shown = review_out(row(**reader), 1)
        return shown.private_note, shown.reason, shown.assigned_because

    assert notes(inside=True) == ("between us", "on leave", "Chosen by hand.")
    assert notes(is_mine=True) == ("between us", "on leave", None)
    assert notes() == (None, None, None)


def test_a_blind_call_hides_fellow_reviewers_names_but_not_from_the_inside() -> None:
    assert review_out(row(blind=True), 2).reviewer is None
    assert review_out(row(blind=True), 2).reviewer_number == 2
    assert review_out(row(blind=True, inside=True), 2).reviewer is not None
    assert review_out(row(), 2).reviewer is not None


def test_a_reviewer_keeps_the_number_through_all_versions() -> None:
    rows = [row(reviewer_id=UUID(int=number)) for number in (7, 5, 7)]
    assert [shown.reviewer_number for shown in reviews_out(rows)] == [1, 2, 1]


def written(scores: dict[str, int], **more: Any) -> ReviewInput:
    return ReviewInput(**{"version": 1, "scores": scores, "recommendation": "yes", "confidence": 2, **more})


def row(**more: Any) -> ReviewRow:
    fields: dict[str, Any] = {
        "id": UUID(int=1), "version": 1, "content_number": 1, "state": "submitted", "is_mine": False, "inside": False,
        "blind": False, "reviewer_id": UUID(int=9), "username": "reviewer-9", "scores": '{"novelty": 0}', "total": 40.0,
        "floor_failed": True, "recommendation": "no", "confidence": 1, "feedback_to_applicant": "Thêm thị trường.",
        "private_note": "between us", "reason": "on leave", "assigned_because": "Chosen by hand.", "due_on": None,
        "submitted_at": None, **more,
    }  # fmt: skip
    return ReviewRow(**fields)


def is_refused(check: Any, value: Any) -> bool:
    try:
        check(value)
    except DomainError:
        return True
    return False
