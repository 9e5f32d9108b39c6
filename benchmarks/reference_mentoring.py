"""The yardstick of mentoring: what a good engineer writes by hand for a log from a phone and for a briefing.

Like `reference.py` it knows neither accounts nor rules; it writes the same rows in one transaction, and reads the
briefing in one statement.
"""

from datetime import date
from uuid import UUID

import asyncpg
import msgspec
from litestar import Litestar, Response, get, post
from litestar.params import JSONBody

from benchmarks.reference import pool

SESSION = """
WITH project AS (SELECT id, locality_id, province_id FROM project WHERE id = $1 FOR UPDATE), meeting AS (
  INSERT INTO mentoring_session
    (kind, status, planned_on, held_on, minutes, mode, locality_id, province_id, seats_taken, sequence)
  SELECT 'one_to_one', 'held', current_date, current_date, $3, 'in_person', locality_id, province_id, 1, 1 FROM project
  RETURNING id
), part AS (
  INSERT INTO session_mentor (session_id, mentor_id, role, attendance, contact_minutes)
  SELECT id, $2, 'lead', 'attended', $3 FROM meeting
), guest AS (
  INSERT INTO session_participant (session_id, person_id, project_id, status, added_by_kind, added_by_id)
  SELECT DISTINCT meeting.id, m.person_id, $1, 'attended', 'account', $2 FROM meeting, project_idea p
  JOIN idea i ON i.id = p.idea_id
  JOIN idea_member m ON m.idea_id = i.id AND m.number = i.content_number AND m.position = 0
  WHERE p.project_id = $1
), history AS (
  INSERT INTO session_transition
    (session_id, number, action, from_status, to_status, occurred_on, actor_kind, actor_id)
  SELECT id, step.number, step.action, step.before, step.after, current_date, 'account', $2 FROM meeting,
    (VALUES (1, 'plan', NULL, 'planned'), (2, 'hold', 'planned', 'held')) AS step (number, action, before, after)
)
SELECT id FROM meeting
"""

CONSULTATIONS = """
WITH told AS (
  INSERT INTO consultation
    (session_id, project_id, mentor_id, platform, content_number, visibility, recorded_by_kind, recorded_by_id)
  SELECT $1, $2, $3, platform, 1, 'internal', 'account', $3 FROM unnest($4::text[]) AS platform
  RETURNING id, platform
), version AS (
  INSERT INTO consultation_version
    (consultation_id, number, advice, outcome, visibility, written_by_kind, written_by_id)
  SELECT id, 1, $5, 'none', 'internal', 'account', $3 FROM told
), audit AS (
  INSERT INTO audit_entry (actor_kind, actor_id, action, subject_type, subject_id)
  SELECT 'account', $3, 'log', 'consultation', id FROM told
)
SELECT id, platform FROM told
"""

ACTIONS = """
INSERT INTO action_item (project_id, session_id, mentor_id, what, owner, set_on, due_on)
SELECT $1, $2, $3, what, 'team', current_date, due_on FROM unnest($4::text[], $5::date[]) AS item (what, due_on)
RETURNING id
"""

BRIEFING = """
SELECT p.id, p.title, p.status, p.founded_on, l.name,
  (SELECT json_agg(json_build_object('person_id', o.id, 'full_name', o.full_name, 'phone', o.phone))
   FROM project_idea f JOIN idea i ON i.id = f.idea_id
   JOIN idea_member m ON m.idea_id = i.id AND m.number = i.content_number AND m.position = 0
   JOIN person o ON o.id = m.person_id WHERE f.project_id = p.id),
  (SELECT json_agg(json_build_object('id', m.account_id, 'from_on', m.from_on))
   FROM project_mentor m WHERE m.project_id = p.id AND m.to_on IS NULL),
  (SELECT json_agg(json_build_object('platform', n.platform, 'needed', n.needed, 'why', n.why,
     'consultations', c.n, 'first_on', c.first_on, 'held_on', a.held_on, 'mentor', a.full_name, 'advice', a.advice))
   FROM project_need n
   LEFT JOIN (
     SELECT c.platform, count(DISTINCT s.id) AS n, min(s.held_on) AS first_on
     FROM consultation c JOIN mentoring_session s ON s.id = c.session_id AND s.status = 'held'
     JOIN session_mentor m ON m.session_id = s.id AND m.mentor_id = c.mentor_id AND m.contact_minutes >= 15
     WHERE c.project_id = p.id AND c.voided_at IS NULL GROUP BY c.platform
   ) c ON c.platform = n.platform
   LEFT JOIN (
     SELECT DISTINCT ON (c.platform) c.platform, s.held_on, o.full_name, v.advice
     FROM consultation c JOIN mentoring_session s ON s.id = c.session_id AND s.status = 'held'
     JOIN consultation_version v ON v.consultation_id = c.id AND v.number = c.content_number
     JOIN mentor m ON m.id = c.mentor_id JOIN person o ON o.id = m.person_id
     WHERE c.project_id = p.id AND c.voided_at IS NULL ORDER BY c.platform, s.held_on DESC, c.id DESC
   ) a ON a.platform = n.platform
   WHERE n.project_id = p.id),
  (SELECT json_agg(a) FROM (
     SELECT a.id, a.what, a.platform, a.owner, a.set_on, a.due_on FROM action_item a
     WHERE a.project_id = p.id AND a.status = 'open' ORDER BY a.due_on, a.id LIMIT 50) a),
  (SELECT json_agg(o) FROM (
     SELECT o.id, o.kind, o.occurred_on, o.amount_vnd, o.jobs, o.stars, o.reference FROM project_outcome o
     WHERE o.project_id = p.id AND NOT o.is_withdrawal
       AND NOT EXISTS (SELECT FROM project_outcome later WHERE later.corrects_id = o.id)
     ORDER BY o.occurred_on DESC, o.id DESC LIMIT 10) o),
  (SELECT json_agg(s) FROM (
     SELECT s.id, s.kind, s.status, s.planned_on, s.held_on, s.mode, s.place FROM mentoring_session s
     WHERE s.id IN (SELECT g.session_id FROM session_participant g WHERE g.project_id = p.id)
     ORDER BY s.planned_on DESC LIMIT 2) s)
FROM project p JOIN locality l ON l.id = p.locality_id WHERE p.id = $1
"""


class Agreed(msgspec.Struct):
    what: str
    due_on: date


class Log(msgspec.Struct):
    project_id: UUID
    mentor_id: UUID
    platforms: list[str]
    minutes: int
    advice: str
    actions: list[Agreed]


class Logged(msgspec.Struct):
    session_id: UUID
    consultations: dict[str, UUID]
    actions: list[UUID]


class Briefing(msgspec.Struct):
    id: UUID
    title: str
    status: str
    founded_on: date
    locality_name: str
    leaders: msgspec.Raw
    mentors: msgspec.Raw
    platforms: msgspec.Raw
    actions: msgspec.Raw
    outcomes: msgspec.Raw
    sessions: msgspec.Raw


@post("/consultations")
async def log(data: JSONBody[Log]) -> Logged:
    async with app.state.pool.acquire() as connection, connection.transaction():
        return await _log(connection, data)


@get("/briefing/{project_id:uuid}")
async def briefing(project_id: UUID) -> Response[Briefing]:
    *head, leaders, mentors, platforms, actions, outcomes, sessions = await app.state.pool.fetchrow(
        BRIEFING, project_id
    )
    parts = (
        msgspec.Raw((part or "[]").encode()) for part in (leaders, mentors, platforms, actions, outcomes, sessions)
    )
    return Response(Briefing(*head, *parts))


@get("/ready")
async def ready() -> str:
    return "ready"


async def _log(connection: asyncpg.Connection, data: Log) -> Logged:
    session_id = await connection.fetchval(SESSION, data.project_id, data.mentor_id, data.minutes)
    same = data.project_id, data.mentor_id
    told = await connection.fetch(CONSULTATIONS, session_id, *same, data.platforms, data.advice)
    whats, days = [item.what for item in data.actions], [item.due_on for item in data.actions]
    agreed = await connection.fetch(ACTIONS, data.project_id, session_id, data.mentor_id, whats, days)
    return Logged(session_id, {row["platform"]: row["id"] for row in told}, [row["id"] for row in agreed])


app = Litestar([log, briefing, ready], lifespan=[pool], openapi_config=None, logging_config=None)
