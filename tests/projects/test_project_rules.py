"""The rules of a project that need no database."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from incubator.errors import DomainError
from incubator.ideas.models import Idea, IdeaStatus
from incubator.projects.labels import (
    CLOSE_REASON_LABELS,
    PLATFORM_LABELS,
    PROJECT_ACTION_LABELS,
    PROJECT_STATUS_LABELS,
)
from incubator.projects.mentors.models import ProjectMentor, check_assignable
from incubator.projects.models import (
    NEXT,
    CloseReason,
    Platform,
    Project,
    ProjectAction,
    ProjectStatus,
    actions_from,
    check_founding,
)
from incubator.projects.moves.models import check_reopenable, reopened_status

S, A = ProjectStatus, ProjectAction
FOUNDED, TODAY = date(2025, 3, 1), date(2025, 6, 1)
NOW = datetime(2025, 6, 1, 3, tzinfo=UTC)

STEPS = {
    (S.onboarding, A.activate): S.active,
    (S.onboarding, A.close): S.closed,
    (S.active, A.pause): S.paused,
    (S.active, A.graduate): S.graduated,
    (S.active, A.close): S.closed,
    (S.paused, A.resume): S.active,
    (S.paused, A.close): S.closed,
    (S.closed, A.reopen): S.active,
}


def project(status: ProjectStatus) -> Project:
    reason = CloseReason.other.value if status is S.closed else None
    return Project(title="Chè", status=status.value, founded_on=FOUNDED, moved_on=FOUNDED, closed_reason=reason)


@pytest.mark.parametrize(("status", "action"), list(product(S, NEXT)))
def test_only_the_steps_of_the_table_happen(status: ProjectStatus, action: ProjectAction) -> None:
    it, target = project(status), STEPS.get((status, action))
    reason = CloseReason.family if action is A.close else None
    if target is None:
        with pytest.raises(DomainError) as refusal:
            it.move_to(S.active, action, TODAY, today=TODAY)
        assert refusal.value.code == "invalid_transition"
        assert refusal.value.params["allowed_actions"] == actions_from(status)
        assert it.status == status
    else:
        it.move_to(target, action, TODAY, today=TODAY, closed_reason=reason)
        assert (it.status, it.moved_on, it.closed_reason) == (target, TODAY, reason)


@pytest.mark.parametrize(
    ("day", "rule"),
    [(date(2025, 6, 2), "day_in_future"), (date(2025, 2, 28), "day_before_previous_move")],
)
def test_a_move_has_a_day_that_can_be(day: date, rule: str) -> None:
    it = project(S.active)
    with pytest.raises(DomainError) as refusal:
        it.move_to(S.paused, A.pause, day, today=TODAY)
    assert refusal.value.params["rule"] == rule
    assert it.status == S.active


@pytest.mark.parametrize(
    ("status", "publish_at", "founded_on", "rule"),
    [
        (IdeaStatus.accepted, NOW, date(2025, 5, 1), None),
        (IdeaStatus.accepted, NOW, TODAY, None),
        (IdeaStatus.rejected, NOW, TODAY, "idea_not_accepted"),
        (IdeaStatus.review_closed, None, TODAY, "idea_not_accepted"),
        (IdeaStatus.accepted, datetime(2025, 6, 1, 4, tzinfo=UTC), TODAY, "decision_not_published"),
        (IdeaStatus.accepted, NOW, date(2025, 4, 30), "day_before_previous_move"),
        (IdeaStatus.accepted, NOW, date(2025, 6, 2), "day_in_future"),
        (IdeaStatus.accepted, NOW, date(9999, 12, 31), "day_in_future"),
    ],
)
def test_founding_waits_for_a_public_acceptance(
    status: IdeaStatus, publish_at: datetime | None, founded_on: date, rule: str | None
) -> None:
    idea = Idea(status=status.value, publish_at=publish_at, moved_on=date(2025, 5, 1))
    if rule is None:
        check_founding([idea], founded_on, now=NOW, today=TODAY)
    else:
        with pytest.raises(DomainError) as refusal:
            check_founding([idea], founded_on, now=NOW, today=TODAY)
        assert refusal.value.params["rule"] == rule


def test_a_project_is_reopened_within_twelve_months() -> None:
    it = project(S.closed)
    check_reopenable(it, date(2026, 3, 1))
    with pytest.raises(DomainError) as refusal:
        check_reopenable(it, date(2026, 3, 2))
    assert refusal.value.params["rule"] == "too_late_to_reopen"


@pytest.mark.parametrize(
    ("closed_from", "mentored", "status"),
    [
        (S.onboarding, True, S.onboarding),
        (S.active, True, S.active),
        (S.paused, True, S.active),
        (S.active, False, S.onboarding),
    ],
)
def test_a_reopened_project_goes_on_where_it_can(
    closed_from: ProjectStatus, mentored: bool, status: ProjectStatus
) -> None:
    assert reopened_status(closed_from, mentored=mentored) is status


@pytest.mark.parametrize("status", S)
def test_mentors_are_assigned_while_a_project_runs(status: ProjectStatus) -> None:
    if status in {S.onboarding, S.active, S.paused}:
        check_assignable(project(status))
    else:
        with pytest.raises(DomainError) as refusal:
            check_assignable(project(status))
        assert refusal.value.params["rule"] == "project_not_running"


def test_an_assignment_ends_once() -> None:
    mentor = ProjectMentor(from_on=FOUNDED)
    with pytest.raises(DomainError, match="business_rule_failed"):
        mentor.end(date(2025, 2, 1), "early", today=TODAY)
    mentor.end(FOUNDED, "done", today=TODAY)
    with pytest.raises(DomainError) as refusal:
        mentor.end(TODAY, "again", today=TODAY)
    assert refusal.value.params["rule"] == "mentor_already_ended"
    assert (mentor.to_on, mentor.end_reason) == (FOUNDED, "done")


def test_every_code_has_its_words() -> None:
    for codes, labels in (
        (ProjectStatus, PROJECT_STATUS_LABELS),
        (ProjectAction, PROJECT_ACTION_LABELS),
        (Platform, PLATFORM_LABELS),
        (CloseReason, CLOSE_REASON_LABELS),
    ):
        assert set(labels) == {code.value for code in codes}
