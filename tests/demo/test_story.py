"""What the product promises holds in the demonstration: every move, mark and day of it."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec

from incubator.days import civil_day
from incubator.ideas.calls.models import Criterion
from incubator.ideas.models import CROCKFORD, NEXT, IdeaAction, IdeaStatus
from incubator.ideas.reviews.models import fails_a_floor, total_of
from incubator.people.phones import e164
from incubator.projects.models import NEXT as PROJECT_NEXT
from incubator.projects.models import ProjectAction, ProjectStatus
from incubator.text import fold
from tests.demo.conftest import Demo

LAST_DAY = date(2025, 11, 30)
REFORM = date(2025, 7, 1)


async def test_every_idea_moved_as_the_machine_allows(demo: Demo) -> None:
    ideas = {row["id"]: row for row in await demo.rows("SELECT * FROM idea")}
    histories = await _histories(demo, "idea_transition", "idea_id")
    assert set(histories) == set(ideas)
    for idea_id, history in histories.items():
        assert [row["number"] for row in history] == list(range(1, len(history) + 1))
        status: str = IdeaStatus.draft
        day, moment = ideas[idea_id]["received_on"], ideas[idea_id]["created_at"]
        assert history[0]["action"] == IdeaAction.submit
        for row in history:
            move = NEXT[IdeaAction(row["action"])]
            assert row["from_status"] == status
            assert status in move.sources
            assert row["to_status"] in move.targets
            assert day <= row["occurred_on"] <= LAST_DAY
            assert row["occurred_on"] <= civil_day(row["recorded_at"]) <= LAST_DAY
            assert row["recorded_at"] > moment
            status, day, moment = row["to_status"], row["occurred_on"], row["recorded_at"]
        assert (ideas[idea_id]["status"], ideas[idea_id]["moved_on"]) == (status, day)
        assert ideas[idea_id]["content_number"] == history[-1]["content_number"]


async def test_ideas_sort_by_the_moment_of_their_recording(demo: Demo) -> None:
    rows = await demo.rows("SELECT id, created_at FROM idea ORDER BY id")
    moments = [row["created_at"].timestamp() for row in rows]
    assert all(earlier <= later + 0.001 for earlier, later in pairwise(moments))


async def test_the_current_version_is_the_last_one(demo: Demo) -> None:
    wrong = """
        SELECT count(*) FROM idea
        WHERE content_number <> (SELECT max(number) FROM idea_version v WHERE v.idea_id = idea.id)
           OR NOT EXISTS (SELECT FROM idea_member m
                          WHERE m.idea_id = idea.id AND m.number = idea.content_number AND m.position = 0)
    """
    assert await demo.value(wrong) == 0


async def test_keys_and_codes_are_those_of_the_product(demo: Demo) -> None:
    ideas = await demo.rows(
        "SELECT tracking_code, search_key, title "
        "FROM idea JOIN idea_version v ON v.idea_id = id AND number = content_number"
    )
    for row in ideas:
        assert len(row["tracking_code"]) == 12
        assert set(row["tracking_code"]) <= set(CROCKFORD)
        assert row["search_key"] == f"{fold(row['title'])} {row['tracking_code'].lower()}"
    for row in await demo.rows("SELECT full_name, name_key, phone FROM person"):
        assert row["name_key"] == fold(row["full_name"])
        assert row["phone"] is None or e164(row["phone"]) == row["phone"]
    for row in await demo.rows("SELECT title, search_key FROM project"):
        assert row["search_key"] == fold(row["title"])


async def test_totals_and_floors_follow_the_frozen_rubric(demo: Demo) -> None:
    query = """
        SELECT r.scores::text, r.total, r.floor_failed, r.state, b.criteria::text, r.due_on, c.review_due_on
        FROM review r JOIN idea i ON i.id = r.idea_id JOIN call c ON c.id = i.call_id
        JOIN rubric b ON b.id = i.rubric_id
    """
    for row in await demo.rows(query):
        assert row["due_on"] == row["review_due_on"]
        if row["scores"] is None:
            continue
        scores = msgspec.json.decode(row["scores"], type=dict[str, int])
        criteria = msgspec.json.decode(row["criteria"], type=list[Criterion])
        limits = {criterion.code: criterion.max for criterion in criteria}
        assert all(0 <= score <= limits[code] for code, score in scores.items())
        assert row["total"] == total_of(criteria, scores)
        assert row["floor_failed"] == fails_a_floor(criteria, scores)


async def test_reviews_closed_with_enough_of_them_or_a_reason(demo: Demo) -> None:
    query = """
        SELECT t.details->'aggregate' AS marks, t.reason, c.min_reviewers
        FROM idea_transition t JOIN idea i ON i.id = t.idea_id JOIN call c ON c.id = i.call_id
        WHERE t.action = 'close_review'
    """
    for row in await demo.rows(query):
        marks = msgspec.json.decode(row["marks"])
        assert marks["n"] >= 1
        assert (marks["n"] < row["min_reviewers"]) == (row["reason"] is not None)


async def test_ideas_passed_the_screening_with_enough_reviewers(demo: Demo) -> None:
    query = """
        SELECT count(*) FROM idea_transition t JOIN idea i ON i.id = t.idea_id JOIN call c ON c.id = i.call_id
        WHERE t.action = 'pass_screening' AND (t.details->>'assigned')::int < c.min_reviewers
    """
    assert await demo.value(query) == 0
    assert await demo.value("SELECT count(*) FROM review JOIN idea i ON i.id = idea_id WHERE i.rubric_id IS NULL") == 0


async def test_decisions_carry_the_marks_that_the_database_finds(demo: Demo) -> None:
    query = """
        SELECT d.median, d.floor_failed, d.outcome, d.override_reason, d.publish_at, t.recorded_at, t.occurred_on,
               p.held_on, i.publish_at AS idea_publish_at, i.status,
               (SELECT round((percentile_disc(0.5) WITHIN GROUP (ORDER BY r.total)
                            + percentile_disc(0.5) WITHIN GROUP (ORDER BY r.total DESC)) * 0.5, 2)
                FROM review r WHERE r.idea_id = d.idea_id AND r.content_number = d.content_number
                  AND r.state = 'submitted') AS found
        FROM idea_decision d JOIN idea_transition t ON t.id = d.transition_id JOIN panel p ON p.id = d.panel_id
        JOIN idea i ON i.id = d.idea_id WHERE i.reconsidered_on IS NULL
    """
    for row in await demo.rows(query):
        assert row["median"] == row["found"]
        assert row["held_on"] == row["occurred_on"]
        assert row["publish_at"] == row["idea_publish_at"] >= row["recorded_at"]
        assert row["outcome"] == row["status"]
        weak = row["floor_failed"] or row["median"] < Decimal(50)
        assert not (row["outcome"] == "accepted" and weak) or row["override_reason"]


async def test_nobody_decided_what_they_entered_or_reviewed(demo: Demo) -> None:
    query = """
        SELECT count(*) FROM idea_transition t JOIN idea i ON i.id = t.idea_id
        WHERE t.action = 'decide' AND (t.actor_id = i.entered_by_id OR EXISTS (
          SELECT FROM review r WHERE r.idea_id = i.id AND r.reviewer_id = t.actor_id AND r.submitted_at IS NOT NULL))
    """
    assert await demo.value(query) == 0


async def test_panels_sat_with_a_quorum(demo: Demo) -> None:
    query = "SELECT quorum, (SELECT count(*) FROM panel_member WHERE panel_id = panel.id) AS present FROM panel"
    assert all(row["present"] >= row["quorum"] for row in await demo.rows(query))


async def test_figures_are_fixed_as_the_ideas_came_in(demo: Demo) -> None:
    wrong = """
        SELECT count(*) FROM idea i LEFT JOIN idea_entry e ON e.idea_id = i.id
        JOIN idea_version v ON v.idea_id = i.id AND v.number = 1
        JOIN idea_member m ON m.idea_id = i.id AND m.number = 1 AND m.position = 0
        JOIN person p ON p.id = m.person_id
        WHERE (e.entered_on, e.call_id, e.channel, e.sector, e.locality_id, e.province_id)
                IS DISTINCT FROM (i.received_on, i.call_id, i.channel, v.sector, i.locality_id, i.province_id)
           OR (e.recorded_locality_id, e.sex, e.ethnicity)
                IS DISTINCT FROM (i.recorded_locality_id, p.sex, p.ethnicity)
           OR e.age IS DISTINCT FROM extract(year FROM i.received_on) - p.birth_year
           OR e.recorded_on <> (i.created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
           OR e.recorded_on < e.entered_on
    """
    assert await demo.value(wrong) == 0


async def test_papers_of_before_the_reform_name_old_communes(demo: Demo) -> None:
    query = """
        SELECT i.received_on, i.recorded_locality_id, i.locality_id, old.valid_to, s.successor_id
        FROM idea i LEFT JOIN locality old ON old.id = i.recorded_locality_id
        LEFT JOIN locality_succession s ON s.predecessor_id = old.id
    """
    for row in await demo.rows(query):
        if row["received_on"] < REFORM:
            assert row["valid_to"] == REFORM
            assert row["successor_id"] == row["locality_id"]
        else:
            assert row["recorded_locality_id"] is None


async def test_calls_took_only_what_they_take(demo: Demo) -> None:
    query = """
        SELECT count(*) FROM idea i JOIN idea_entry e ON e.idea_id = i.id JOIN call c ON c.id = i.call_id
        WHERE e.sector <> ALL (coalesce(c.sectors, ARRAY[e.sector]))
           OR (NOT i.received_on BETWEEN c.opens_on AND coalesce(c.closes_on, i.received_on) AND i.late_reason IS NULL)
           OR e.age NOT BETWEEN c.min_age AND c.max_age OR (e.age IS NULL AND NOT c.birth_year_optional)
           OR c.team_limit < (SELECT count(*) FROM idea_member m WHERE m.idea_id = i.id AND m.number = 1)
    """
    assert await demo.value(query) == 0


async def test_every_leader_agreed_and_everybody_is_seen_where_the_idea_is(demo: Demo) -> None:
    unseen = """
        SELECT count(*) FROM idea i JOIN idea_member m ON m.idea_id = i.id
        WHERE NOT EXISTS (SELECT FROM person_place p WHERE p.person_id = m.person_id AND p.source = 'idea'
                            AND p.source_id = i.id AND p.locality_id = i.locality_id)
           OR m.position = 0 AND NOT EXISTS (SELECT FROM consent c WHERE c.person_id = m.person_id
                            AND c.action = 'give' AND c.purpose = 'programme' AND c.occurred_on <= i.received_on)
    """
    assert await demo.value(unseen) == 0


async def test_open_questions_say_what_they_wait_for(demo: Demo) -> None:
    asked = await demo.rows("SELECT moved_on, info_due_on, info_from FROM idea WHERE status = 'needs_info'")
    assert all((row["info_due_on"] - row["moved_on"]).days >= 7 and row["info_from"] for row in asked)


async def test_every_project_moved_as_the_machine_allows(demo: Demo) -> None:
    projects = {row["id"]: row for row in await demo.rows("SELECT * FROM project")}
    mentored = {row["project_id"]: row["day"] for row in await demo.rows(
        "SELECT project_id, min(from_on) AS day FROM project_mentor GROUP BY 1")}  # fmt: skip
    histories = await _histories(demo, "project_transition", "project_id")
    assert set(histories) == set(projects)
    for project_id, (founding, *history) in histories.items():
        project = projects[project_id]
        assert (founding["action"], founding["from_status"]) == (ProjectAction.found, None)
        assert founding["occurred_on"] == project["founded_on"]
        status: str = ProjectStatus.onboarding
        day = founding["occurred_on"]
        for row in history:
            move = PROJECT_NEXT[ProjectAction(row["action"])]
            assert row["from_status"] == status
            assert status in move.sources
            assert row["to_status"] in move.targets
            assert day <= row["occurred_on"] <= LAST_DAY
            if row["action"] == ProjectAction.activate:
                assert mentored[project_id] <= row["occurred_on"]
            status, day = row["to_status"], row["occurred_on"]
        assert (project["status"], project["moved_on"]) == (status, day)


async def test_projects_come_from_published_ideas_and_know_their_needs(demo: Demo) -> None:
    wrong = """
        SELECT count(*) FROM project_idea pi JOIN project p ON p.id = pi.project_id JOIN idea i ON i.id = pi.idea_id
        WHERE i.status <> 'accepted' OR p.founded_on < i.moved_on
           OR p.founded_on < (i.publish_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
           OR (pi.position = 0 AND p.locality_id <> i.locality_id)
    """
    assert await demo.value(wrong) == 0
    needs = "SELECT count(*) FROM project p WHERE 3 <> (SELECT count(*) FROM project_need n WHERE n.project_id = p.id)"
    assert await demo.value(needs) == 0


async def test_mentors_see_the_ideas_and_people_of_their_projects(demo: Demo) -> None:
    unseen = """
        SELECT count(*) FROM project_mentor pm JOIN project_idea pi ON pi.project_id = pm.project_id
        JOIN idea i ON i.id = pi.idea_id JOIN idea_member m ON m.idea_id = i.id AND m.number = i.content_number
        WHERE pm.to_on IS NULL AND (
          NOT EXISTS (SELECT FROM idea_viewer v WHERE v.idea_id = i.id AND v.account_id = pm.account_id
                        AND v.source = 'project')
          OR NOT EXISTS (SELECT FROM person_viewer v WHERE v.person_id = m.person_id AND v.account_id = pm.account_id
                        AND v.source = 'project' AND v.source_id = pm.project_id))
    """
    assert await demo.value(unseen) == 0


async def _histories(demo: Demo, table: str, owner: str) -> dict[Any, list[Any]]:
    histories = defaultdict(list)
    for row in await demo.rows(f"SELECT * FROM {table} ORDER BY {owner}, number"):
        histories[row[owner]].append(row)
    return histories
