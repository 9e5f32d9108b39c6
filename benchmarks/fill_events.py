"""People, events and attendances by the million, written by PostgreSQL itself, and somebody who may ask for them."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from incubator.accounts.models import new_token_text, token_hash

PER_EVENT, EVENTS_OF_A_PERSON, REGISTERED_ONE_IN = 60, 5, 5

PEOPLE = """
INSERT INTO person (full_name, name_key, birth_year, sex, locality_id, province_id, entered_by_kind, entered_by_id)
SELECT 'Giàng A ' || n, 'giang a ' || n, 1990 + n % 17, 'male', c.id, c.parent_id, 'system', uuidv7()
FROM generate_series(1, $1::int) n JOIN (
  SELECT id, parent_id, row_number() OVER (ORDER BY code) - 1 AS place FROM locality
  WHERE level = 'commune' AND valid_to IS NULL
    AND parent_id = (SELECT id FROM locality WHERE code = '15' AND valid_to IS NULL)
) c ON c.place = n % 99
"""
MERGES = """
UPDATE person SET survivor_id = other.id FROM (
  SELECT id, lag(id) OVER (ORDER BY id) AS before, row_number() OVER (ORDER BY id) AS n FROM person
) other WHERE other.before = person.id AND other.n % 1000 = 0
"""
"""One in a thousand was entered twice."""

EVENTS = """
INSERT INTO event
  (kind, title, title_key, organisers, locality_id, province_id, starts_at, ends_at, status, capture, walk_in_policy,
   published_at, late_sync_until, attendance_closed_at, changed_at, created_by_id)
SELECT (ARRAY['forum', 'propaganda', 'training', 'startup_coffee'])[1 + n % 4], 'Diễn đàn ' || n, 'dien dan ' || n,
  '{Tỉnh Đoàn}', p.locality_id, p.province_id, at, at + interval '3 hours', 'completed', 'mixed', 'allow',
  at, at + interval '14 days', CASE WHEN n % 50 > 0 THEN at + interval '10 days' END, at, $2
FROM (SELECT row_number() OVER (ORDER BY id) AS n, locality_id, province_id FROM person LIMIT $1) p,
  LATERAL (SELECT timestamptz '2025-01-01 08:00+07' + (n % 330) * interval '1 day') AS day (at)
"""
MODES = "INSERT INTO event_mode (event_id, mode, seats_taken) SELECT id, 'in_person', 0 FROM event"
SESSIONS = """
INSERT INTO event_session (event_id, number, starts_at, ends_at) SELECT id, 1, starts_at, ends_at FROM event
"""
SITES = """
INSERT INTO event_site (event_id, session_id, mode, locality_id, province_id, label)
SELECT e.id, s.id, 'in_person', e.locality_id, e.province_id, 'Hội trường'
FROM event e JOIN event_session s ON s.event_id = e.id
"""
HEADCOUNTS = """
INSERT INTO headcount
  (event_id, session_id, site_id, client_report_id, total, method, counted_at, reported_by_kind, reported_by_id)
SELECT event_id, session_id, id, gen_random_uuid(), 50 + n % 30, 'count', timestamptz '2025-12-01', 'account', $1
FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM event_site) s WHERE n % 3 = 0
"""

NUMBERED = """
CREATE TABLE bench_person AS SELECT id, locality_id, province_id, row_number() OVER (ORDER BY id) - 1 AS n FROM person;
CREATE UNIQUE INDEX ON bench_person (n);
CREATE TABLE bench_site AS SELECT id, event_id, session_id, row_number() OVER (ORDER BY id) - 1 AS n FROM event_site;
ANALYZE bench_person; ANALYZE bench_site
"""
ATTENDANCES = """
INSERT INTO attendance (session_id, person_id, event_id, site_id, first_in_at, pending, voided_at, void_reason)
SELECT s.session_id, p.id, s.event_id, s.id, timestamptz '2025-06-01', (s.n * $2 + place) % 997 = 0,
  CASE WHEN (s.n * $2 + place) % 991 = 0 THEN now() END, CASE WHEN (s.n * $2 + place) % 991 = 0 THEN 'x' END
FROM bench_site s CROSS JOIN generate_series(0, $2::int - 1) place
JOIN bench_person p ON p.n = (s.n * 7919 + place) % $1
"""
REGISTRATIONS = """
INSERT INTO registration
  (event_id, mode, person_id, locality_id, province_id, status, source, registered_by_kind, registered_by_id)
SELECT s.event_id, 'in_person', p.id, p.locality_id, p.province_id, 'confirmed', 'staff', 'account', $3
FROM bench_site s CROSS JOIN generate_series($2::int - $4::int / 2, $2::int + $4::int / 2 - 1) place
JOIN bench_person p ON p.n = (s.n * 7919 + place) % $1
"""
"""Half of them came, and half stayed away."""


async def add_staff(connection: asyncpg.Connection) -> tuple[UUID, str]:
    """An account of staff of the province, logged in: its id and its token."""
    text, now = new_token_text("session"), datetime.now(UTC)
    account_id = await connection.fetchval(
        "INSERT INTO account (username, password_hash, version, created_at) VALUES ('bench', 'x', 1, $1) RETURNING id",
        now,
    )
    await connection.execute(
        """INSERT INTO role_grant (account_id, role, locality_id, granted_by, granted_at)
           SELECT $1, 'staff', id, $1, $2 FROM locality WHERE code = '15' AND valid_to IS NULL""",
        account_id, now,
    )  # fmt: skip
    await connection.execute(
        """INSERT INTO token (kind, hash, account_id, version, created_at, created_by, expires_at, extended_at)
           VALUES ('session', $1, $2, 1, $3, $2, $4, $3)""",
        token_hash(text), account_id, now, now + timedelta(hours=10),
    )  # fmt: skip
    return account_id, text


async def add_phone(
    connection: asyncpg.Connection, account_id: UUID, event_id: UUID, sites: list[UUID]
) -> tuple[UUID, str]:
    """A phone for these sites of an event: its id and its token."""
    text, now = new_token_text("device"), datetime.now(UTC)
    token_id = await connection.fetchval(
        """INSERT INTO token (kind, hash, name, scopes, version, created_at, created_by, expires_at, extended_at)
           VALUES ('device', $1, 'bench', '{check_in:write}', 1, $2, $3, $4, $2) RETURNING id""",
        token_hash(text), now, account_id, now + timedelta(hours=10),
    )  # fmt: skip
    device_id = await connection.fetchval(
        """INSERT INTO device (event_id, name, profile, token_id, enrolled_at, expires_at, sees_all, added_by_id)
           VALUES ($1, $2, 'scan_walk_in', $3, $4, $5, true, $6) RETURNING id""",
        event_id, f"bench {secrets.token_hex(4)}", token_id, now, now + timedelta(hours=10), account_id,
    )  # fmt: skip
    site = "INSERT INTO device_site (device_id, site_id, event_id) VALUES ($1, $2, $3)"
    await connection.executemany(site, [(device_id, site_id, event_id) for site_id in sites])
    return device_id, text


async def add_event(
    connection: asyncpg.Connection, account_id: UUID, capacity: int | None, sessions: int
) -> tuple[UUID, list[tuple[UUID, UUID]]]:
    """A published event that goes on now: its id, and its sessions with a site each."""
    now = datetime.now(UTC)
    event_id = await connection.fetchval(
        """INSERT INTO event (kind, title, title_key, organisers, locality_id, province_id, starts_at, ends_at, status,
             published_at, capture, walk_in_policy, late_sync_until, changed_at, created_by_id)
           SELECT 'forum', 'Bench', 'bench', '{Bench}', id, parent_id, $1, $2, 'published', $1, 'named', 'allow', $3,
             $1, $4
           FROM locality WHERE code = '02839' AND valid_to IS NULL RETURNING id""",
        now - timedelta(hours=1), now + timedelta(hours=4), now + timedelta(days=14), account_id,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO event_mode (event_id, mode, capacity) VALUES ($1, 'in_person', $2)", event_id, capacity
    )
    places = []
    for number in range(1, sessions + 1):
        place = await connection.fetchrow(
            """WITH session AS (
                 INSERT INTO event_session (event_id, number, starts_at, ends_at)
                 SELECT id, $2, starts_at, ends_at FROM event WHERE id = $1 RETURNING id, event_id
               )
               INSERT INTO event_site (event_id, session_id, mode, locality_id, province_id, label)
               SELECT e.id, session.id, 'in_person', e.locality_id, e.province_id, 'Cửa'
               FROM session JOIN event e ON e.id = session.event_id RETURNING session_id, id""",
            event_id, number,
        )  # fmt: skip
        places.append((place[0], place[1]))
    return event_id, places


async def add_attendances(connection: asyncpg.Connection, account_id: UUID, wanted: int) -> None:
    """About so many, each person at several events. All of it fits by the way it is made, so that the references of
    millions of rows, whose checks would take longest, are not looked up."""
    people, events = wanted // EVENTS_OF_A_PERSON, wanted // PER_EVENT
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(PEOPLE, people)
    await connection.execute(MERGES)
    await connection.execute(EVENTS, events, account_id)
    for statement in (MODES, SESSIONS, SITES):
        await connection.execute(statement)
    await connection.execute(HEADCOUNTS, account_id)
    await connection.execute(NUMBERED)
    await connection.execute(ATTENDANCES, people, PER_EVENT)
    await connection.execute(REGISTRATIONS, people, PER_EVENT, account_id, 2 * PER_EVENT // REGISTERED_ONE_IN)
    await connection.execute("DROP TABLE bench_person, bench_site")
    await connection.execute("RESET session_replication_role")
    await connection.execute("VACUUM (ANALYZE)")
