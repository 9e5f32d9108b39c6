"""Ideas by the thousand, written by PostgreSQL itself: spread over the communes of Lào Cai and over the statuses."""

import asyncpg

PEOPLE = """
INSERT INTO person (full_name, name_key, birth_year, sex, locality_id, province_id, entered_by_kind, entered_by_id)
SELECT 'Giàng A ' || n, 'giang a ' || n, 1990 + n % 17, 'male', c.id, c.parent_id, 'system', uuidv7()
FROM generate_series(1, $1::int) n JOIN (
  SELECT id, parent_id, row_number() OVER (ORDER BY code) - 1 AS place FROM locality
  WHERE level = 'commune' AND valid_to IS NULL
    AND parent_id = (SELECT id FROM locality WHERE code = '15' AND valid_to IS NULL)
) c ON c.place = n % 99
"""

IDEAS = """
INSERT INTO idea
  (tracking_code, call_id, status, moved_on, search_key, locality_id, province_id, channel, received_on)
SELECT lpad(to_hex(n), 12, '0'), (SELECT id FROM call WHERE code = 'open'),
  (ARRAY['submitted','screening','in_review','review_closed','rejected','accepted','withdrawn','deferred'])
    [1 + (n % 8)::int],
  '2025-06-01', 'tra shan tuyet ' || n, p.locality_id, p.province_id, 'web', date '2021-01-01' + (n % 1700)::int
FROM (SELECT locality_id, province_id, row_number() OVER (ORDER BY id) AS n FROM person) p
"""

VERSIONS = """
INSERT INTO idea_version (idea_id, number, title, summary, problem, solution, sector, written_by)
SELECT id, 1, 'Trà Shan Tuyết ' || tracking_code, repeat('Thu hái và chế biến trà cổ thụ. ', 20),
  repeat('Giá bấp bênh. ', 20), repeat('Chế biến tại chỗ. ', 20), 'tea', uuidv7() FROM idea
"""

MEMBERS = """
INSERT INTO idea_member (idea_id, number, position, person_id)
SELECT i.id, 1, 0, p.id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM idea) i
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM person) p USING (n)
"""

TRANSITIONS = """
INSERT INTO idea_transition (idea_id, number, action, to_status, occurred_on, actor_kind, actor_id, content_number)
SELECT id, 1, 'submit', 'submitted', received_on, 'system', uuidv7(), 1 FROM idea
"""


async def fill(database_url: str, ideas: int) -> None:
    """`ideas` ideas, one person each, all constraints on, and the planner's statistics fresh."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute(PEOPLE, ideas)
            for statement in (IDEAS, VERSIONS, MEMBERS, TRANSITIONS):
                await connection.execute(statement)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
