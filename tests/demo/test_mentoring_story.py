"""What the product promises of mentoring holds in the demonstration: every session, minute and word of it."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, literal, select
from sqlalchemy.dialects import postgresql

from incubator.days import civil_day
from incubator.demo.mentoring import CONSULTED
from incubator.demo.programmes import PLANNED_UNTIL
from incubator.mentoring.action_items.models import NEXT as ITEM_NEXT
from incubator.mentoring.action_items.models import ActionItemMove
from incubator.mentoring.graduation.models import OUTCOMES_NEEDED
from incubator.mentoring.outcomes.models import ECONOMIC
from incubator.mentoring.queries import is_consulted, is_consulted_on, is_fully_consulted
from incubator.mentoring.sessions.models import NEXT, SessionAction, SessionStatus
from incubator.projects.models import Project
from tests.demo.conftest import Demo

LAST_DAY = date(2025, 11, 30)

DAY_OF = "({} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"

WRONG = {
    "minutes of somebody who was not there": """
        SELECT count(*) FROM session_mentor m JOIN mentoring_session s ON s.id = m.session_id
        WHERE m.contact_minutes + m.preparation_minutes + m.travel_minutes > 0
          AND (m.attendance <> 'attended' OR s.status NOT IN ('held', 'guests_absent'))
           OR m.contact_minutes > 0 AND s.status <> 'held'
    """,
    "a session that was held without a mentor": """
        SELECT count(*) FROM mentoring_session s WHERE status = 'held' AND NOT EXISTS (
          SELECT FROM session_mentor m WHERE m.session_id = s.id AND m.attendance = 'attended')
    """,
    "a mentor who was replaced by nobody": """
        SELECT count(*) FROM session_mentor m WHERE m.attendance = 'replaced' AND NOT EXISTS (
          SELECT FROM session_mentor o WHERE o.session_id = m.session_id AND o.role = 'stand_in'
            AND o.attendance = 'attended')
    """,
    "two who lead one session": """
        SELECT count(*) FROM (SELECT FROM session_mentor WHERE role = 'lead' GROUP BY session_id HAVING count(*) > 1)
    """,
    "seats that were counted wrongly": """
        SELECT count(*) FROM mentoring_session s WHERE seats_taken <> (
          SELECT count(*) FROM session_participant p
          WHERE p.session_id = s.id AND p.status IN ('registered', 'attended'))
    """,
    "somebody who came to a session that did not happen": """
        SELECT count(*) FROM session_participant p JOIN mentoring_session s ON s.id = p.session_id
        WHERE p.status = 'attended' AND s.status <> 'held'
    """,
    "somebody who came for a project that is not theirs": """
        SELECT count(*) FROM session_participant p WHERE p.project_id IS NOT NULL AND NOT EXISTS (
          SELECT FROM project_idea pi JOIN idea i ON i.id = pi.idea_id
          JOIN idea_member m ON m.idea_id = i.id AND m.number = i.content_number
          WHERE pi.project_id = p.project_id AND m.person_id = p.person_id)
    """,
    "somebody whom the commune of the session does not see": """
        SELECT count(*) FROM session_participant p JOIN mentoring_session s ON s.id = p.session_id
        WHERE NOT EXISTS (SELECT FROM person_place w WHERE w.person_id = p.person_id
                            AND w.source = 'mentoring_session' AND w.source_id = s.id AND w.locality_id = s.locality_id)
    """,
    "a consultation of a project that was not there": """
        SELECT count(*) FROM consultation c WHERE NOT EXISTS (
          SELECT FROM session_participant p WHERE p.session_id = c.session_id AND p.project_id = c.project_id
            AND p.status = 'attended')
    """,
    "a consultation by somebody who was not there": """
        SELECT count(*) FROM consultation c JOIN mentoring_session s ON s.id = c.session_id
        JOIN session_mentor m ON m.session_id = c.session_id AND m.mentor_id = c.mentor_id
        WHERE s.status <> 'held' OR m.attendance <> 'attended'
    """,
    "a consultation before its project had a mentor, or after its end": f"""
        SELECT count(*) FROM consultation c JOIN mentoring_session s ON s.id = c.session_id
        JOIN project p ON p.id = c.project_id
        WHERE s.held_on <= (SELECT min(from_on) FROM project_mentor m WHERE m.project_id = p.id)
           OR s.held_on < p.founded_on OR {DAY_OF.format("c.recorded_at")} < s.held_on
           OR p.status IN ('closed', 'graduated') AND s.held_on > p.moved_on
    """,
    "a session of a project that had no mentor yet": f"""
        SELECT count(*) FROM session_participant g JOIN mentoring_session s ON s.id = g.session_id
        WHERE g.project_id IS NOT NULL AND (
          s.planned_on <= (SELECT min(from_on) FROM project_mentor m WHERE m.project_id = g.project_id)
          OR {DAY_OF.format("g.created_at")} < (
            SELECT min(from_on) FROM project_mentor m WHERE m.project_id = g.project_id))
    """,
    "a session while its project rests": """
        SELECT count(*) FROM consultation c JOIN mentoring_session s ON s.id = c.session_id
        JOIN project_transition t ON t.project_id = c.project_id AND t.action = 'pause'
        LEFT JOIN project_transition r ON r.project_id = c.project_id AND r.action = 'resume' AND r.number > t.number
        WHERE s.held_on > t.occurred_on AND s.held_on < coalesce(r.occurred_on, '9999-12-31')
    """,
    "a session of a programme before it began": """
        SELECT count(*) FROM mentoring_session s JOIN programme p ON p.id = s.programme_id
        WHERE s.planned_on < p.starts_on OR s.kind <> p.kind
    """,
    "a day that does not fit the time": f"""
        SELECT count(*) FROM mentoring_session
        WHERE starts_at IS NOT NULL AND {DAY_OF.format("starts_at")} <> planned_on
           OR starts_at IS NULL AND held_on IS DISTINCT FROM planned_on
    """,
    "words that are not those of the last version": """
        SELECT count(*) FROM consultation c JOIN consultation_version v
          ON v.consultation_id = c.id AND v.number = c.content_number
        WHERE v.visibility <> c.visibility OR c.content_number <> (
          SELECT max(number) FROM consultation_version o WHERE o.consultation_id = c.id)
    """,
    "an edit after the week, or a correction without a reason": f"""
        SELECT count(*) FROM consultation_version v JOIN consultation c ON c.id = v.consultation_id
        WHERE v.number = 1 AND (v.reason IS NOT NULL OR v.written_at <> c.recorded_at)
           OR v.number > 1 AND v.reason IS NULL
              AND {DAY_OF.format("v.written_at")} > {DAY_OF.format("c.recorded_at")} + 7
    """,
    "advice that the mentor wrote for another one": """
        SELECT count(*) FROM consultation c JOIN mentor m ON m.id = c.mentor_id
        JOIN role_grant g ON g.account_id = c.recorded_by_id AND g.role = 'mentor'
        WHERE m.account_id IS DISTINCT FROM c.recorded_by_id
    """,
    "an action item that does not belong to its session": """
        SELECT count(*) FROM action_item a LEFT JOIN consultation c
          ON c.session_id = a.session_id AND c.project_id = a.project_id AND c.platform = a.platform
         AND c.mentor_id = a.mentor_id
        JOIN mentoring_session s ON s.id = a.session_id
        WHERE c.id IS NULL OR a.set_on <> s.held_on OR a.due_on < a.set_on
           OR (a.owner = 'team') <> (a.owner_person_id IS NOT NULL)
           OR (a.status = 'done') <> (a.evidence IS NOT NULL) OR (a.status = 'dropped') <> (a.reason IS NOT NULL)
    """,
    "an action item that is open in a project that ended": """
        SELECT count(*) FROM action_item a JOIN project p ON p.id = a.project_id
        WHERE p.status IN ('closed', 'graduated') AND a.status = 'open'
    """,
    "an outcome before its project, in the future or without evidence": f"""
        SELECT count(*) FROM project_outcome o JOIN project p ON p.id = o.project_id
        WHERE o.occurred_on < p.founded_on OR o.occurred_on > {DAY_OF.format("o.recorded_at")} OR o.evidence = ''
           OR {DAY_OF.format("o.recorded_at")} > '2025-11-30'
           OR p.status IN ('closed', 'graduated') AND {DAY_OF.format("o.recorded_at")} > p.moved_on
    """,
    "a correction of another project's outcome": """
        SELECT count(*) FROM project_outcome o JOIN project_outcome e ON e.id = o.corrects_id
        WHERE o.project_id <> e.project_id OR o.kind <> e.kind OR o.recorded_at <= e.recorded_at
    """,
    "a mentor who may review the idea of an own project": """
        SELECT count(*) FROM project_mentor m JOIN project_idea i ON i.project_id = m.project_id
        WHERE NOT EXISTS (SELECT FROM reviewer_conflict c WHERE c.idea_id = i.idea_id AND c.account_id = m.account_id
                            AND c.kind = 'own_mentee')
    """,
    "a mentor's account that is not in the register": """
        SELECT count(*) FROM role_grant g JOIN account a ON a.id = g.account_id
        WHERE g.role = 'mentor' AND NOT EXISTS (
          SELECT FROM mentor m JOIN mentor_reach r ON r.mentor_id = m.id
          WHERE m.account_id = a.id AND m.person_id = a.person_id)
    """,
    "two accounts that were one in a request": """
        SELECT count(*) FROM graduation_request WHERE status = 'approved' AND decided_by = requested_by
    """,
}


@pytest.mark.parametrize("what", WRONG)
async def test_there_is_no_such_thing_as(demo: Demo, what: str) -> None:
    assert await demo.value(WRONG[what]) == 0


async def test_exactly_160_projects_are_consulted(demo: Demo) -> None:
    assert CONSULTED == 160
    assert await _count(demo, is_consulted(literal(LAST_DAY))) == 160
    assert await _count(demo, is_consulted(literal(date(2020, 12, 31)))) == 0


async def test_every_session_moved_as_the_machine_allows(demo: Demo) -> None:
    sessions = {row["id"]: row for row in await demo.rows("SELECT * FROM mentoring_session")}
    histories = await _by(demo, "SELECT * FROM session_transition ORDER BY session_id, number", "session_id")
    assert set(histories) == set(sessions)
    for session_id, (planning, *history) in histories.items():
        session = sessions[session_id]
        assert (planning["action"], planning["from_status"]) == (SessionAction.plan, None)
        assert planning["recorded_at"] == session["created_at"]
        status: str = SessionStatus.planned
        moment = planning["recorded_at"]
        for number, row in enumerate(history, start=2):
            move = NEXT[SessionAction(row["action"])]
            assert (row["number"], row["from_status"], row["to_status"]) == (number, status, move.target)
            assert status in move.sources
            assert row["occurred_on"] <= civil_day(row["recorded_at"]) <= LAST_DAY
            assert row["recorded_at"] > moment
            status, moment = row["to_status"], row["recorded_at"]
        assert (session["status"], session["changed_at"]) == (status, moment)
        assert session["version"] == session["sequence"] + 1 == len(history) + 1
        held = session["held_on"] if status == SessionStatus.held else None
        assert held is None or held == session["planned_on"] <= LAST_DAY


async def test_the_calendar_goes_on_after_the_last_day(demo: Demo) -> None:
    ahead = await demo.rows("SELECT planned_on, status FROM mentoring_session WHERE status IN ('planned', 'confirmed')")
    days = [row["planned_on"] for row in ahead]
    assert sum(LAST_DAY < day <= PLANNED_UNTIL for day in days) >= 10
    assert 2 <= sum(day <= LAST_DAY for day in days) <= 4
    assert max(days) <= PLANNED_UNTIL
    over = await demo.value("SELECT count(*) FROM mentoring_session WHERE planned_on > $1 AND held_on <= $1", LAST_DAY)
    assert over == 0


async def test_sessions_go_wrong_in_every_way(demo: Demo) -> None:
    statuses = await demo.rows("SELECT status, count(*) FROM mentoring_session GROUP BY 1")
    assert {row[0] for row in statuses} == set(SessionStatus)
    assert min(row[1] for row in statuses) >= 2
    short = "SELECT count(*) FROM session_mentor WHERE attendance = 'attended' AND contact_minutes BETWEEN 1 AND 14"
    assert await demo.value(short) >= 5
    assert await demo.value("SELECT count(*) FROM session_mentor WHERE role = 'stand_in'") >= 5
    tables = await demo.rows(
        "SELECT count(DISTINCT project_id) AS projects FROM session_participant GROUP BY session_id"
    )
    assert sum(row["projects"] >= 3 for row in tables) >= 20


async def test_every_action_item_moved_as_the_machine_allows(demo: Demo) -> None:
    items = {row["id"]: row for row in await demo.rows("SELECT * FROM action_item")}
    histories = await _by(demo, "SELECT * FROM action_item_transition ORDER BY number", "action_item_id")
    for item_id, item in items.items():
        for row in histories.get(item_id, []):
            move = ITEM_NEXT[ActionItemMove(row["action"])]
            assert row["from_status"] in move.sources
            assert row["to_status"] == move.target == item["status"]
            assert (
                item["set_on"] <= row["occurred_on"] == item["closed_on"] <= civil_day(row["recorded_at"]) <= LAST_DAY
            )
            assert (row["reason"], row["evidence"]) == (item["reason"], item["evidence"])
        assert item["version"] == len(histories.get(item_id, [])) + 1
    overdue = [item for item in items.values() if item["status"] == "open" and item["due_on"] < LAST_DAY]
    assert len(overdue) >= 10
    assert len(Counter(item["what"] for item in items.values())) >= 30


async def test_graduates_have_what_it_takes_or_a_request(demo: Demo) -> None:
    graduated = await demo.rows("""
        SELECT p.id, t.occurred_on, t.details->>'request_id' AS request_id, t.actor_id
        FROM project p JOIN project_transition t ON t.project_id = p.id AND t.action = 'graduate'
        WHERE p.status = 'graduated'
    """)
    approvers = {row[0] for row in await demo.rows("SELECT account_id FROM role_grant WHERE role = 'approver'")}
    exceptions = 0
    for row in graduated:
        assert row["actor_id"] in approvers
        exceptions += await _is_an_exception(demo, row["id"], row["occurred_on"])
    requests = await demo.rows("SELECT id::text FROM graduation_request WHERE status = 'approved'")
    assert {row["request_id"] for row in graduated} - {None} == {row[0] for row in requests}
    assert exceptions == len(requests) == 1


async def _is_an_exception(demo: Demo, project_id: Any, day: date) -> bool:
    """Whether something was missing when the project graduated."""
    fully = await _count(demo, is_fully_consulted(literal(day)), Project.id == project_id)
    standing = await demo.rows(
        """SELECT kind FROM project_outcome o WHERE project_id = $1 AND occurred_on <= $2 AND NOT is_withdrawal
           AND NOT EXISTS (SELECT FROM project_outcome c WHERE c.corrects_id = o.id)""",
        project_id, day,
    )  # fmt: skip
    assert len(standing) >= OUTCOMES_NEEDED
    assert any(row["kind"] in ECONOMIC for row in standing)
    return fully == 0


async def test_the_notes_speak_of_every_platform_in_many_words(demo: Demo) -> None:
    for platform in ("capital", "market", "digital"):
        assert await _count(demo, is_consulted_on(literal(platform), literal(LAST_DAY))) >= 60
    assert await demo.value("SELECT count(DISTINCT advice) FROM consultation_version") >= 60
    assert {row[0] for row in await demo.rows("SELECT DISTINCT visibility FROM consultation")} == {"internal", "team"}


async def _count(demo: Demo, *conditions: Any) -> int:
    """By the product's own predicates."""
    query = select(func.count()).select_from(Project).where(*conditions)
    dialect: Any = postgresql.dialect
    text = query.compile(dialect=dialect(), compile_kwargs={"literal_binds": True})
    return int(await demo.value(str(text)))


async def _by(demo: Demo, query: str, owner: str) -> dict[Any, list[Any]]:
    grouped = defaultdict(list)
    for row in await demo.rows(query):
        grouped[row[owner]].append(row)
    return grouped
