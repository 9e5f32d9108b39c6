"""Attendances by the definition of the figure, in SQL that nothing of the service shares."""

import asyncpg

ACTIVITY = "activity"
"""Every kind of event without a figure of its own."""

_PER_SITE = """
    SELECT sum(greatest(coalesce(named.n, 0), coalesce(head.total, 0)))::int
    FROM event e JOIN event_site s ON s.event_id = e.id
    LEFT JOIN (
      SELECT site_id, count(*) AS n FROM (
        SELECT DISTINCT ON (a.session_id, coalesce(p.survivor_id, p.id)) a.site_id
        FROM attendance a JOIN person p ON p.id = a.person_id
        WHERE a.voided_at IS NULL AND (NOT a.pending OR a.confirmed_at IS NOT NULL)
        ORDER BY a.session_id, coalesce(p.survivor_id, p.id), a.first_in_at NULLS LAST, a.first_out_at, a.site_id
      ) once GROUP BY site_id
    ) named ON named.site_id = s.id
    LEFT JOIN headcount head
      ON head.site_id = s.id AND NOT EXISTS (SELECT FROM headcount later WHERE later.replaces_id = head.id)
    WHERE e.status IN ('published', 'completed') AND $1 = CASE
      WHEN e.kind IN ('conference', 'digital_skills_class', 'culture_house_day') THEN e.kind ELSE 'activity' END
"""


async def attendances(connection: asyncpg.Connection, kind: str) -> int:
    return int(await connection.fetchval(_PER_SITE, kind))
