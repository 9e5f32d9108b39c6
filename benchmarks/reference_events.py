"""The yardsticks of events: a batch of scans, a registration and the figures of attendance, in the SQL that a person
would write for them alone."""

SCANS = """
INSERT INTO scan
  (device_id, client_scan_id, event_id, payload_hash, session_id, site_id, registration_id, person_id, kind, method,
   scanned_at, happened_at, received_at, skew_ms, status, code, warnings)
SELECT $1, scan_id, $2, sha256(scan_id::text::bytea), $3, $4, registration_id, person_id, 'in', 'qr', $5, $5, now(), 0,
  'accepted', 'checked_in', '{}'
FROM unnest($6::uuid[], $7::uuid[], $8::uuid[]) AS item (scan_id, registration_id, person_id)
ON CONFLICT DO NOTHING
"""
ATTENDANCES = """
INSERT INTO attendance AS known (session_id, person_id, event_id, site_id, first_in_at, pending)
SELECT $1, person_id, $2, $3, $4, false FROM unnest($5::uuid[]) AS item (person_id) ORDER BY person_id
ON CONFLICT (session_id, person_id) DO UPDATE
SET first_in_at = least(known.first_in_at, excluded.first_in_at), version = known.version + 1,
  site_id = CASE WHEN excluded.first_in_at < known.first_in_at THEN excluded.site_id ELSE known.site_id END
"""
"""A batch by hand: it is known already whose tickets they are, and nothing is asked or answered."""

TAKE_SEAT = """
UPDATE event_mode SET seats_taken = seats_taken + 1
WHERE event_id = $1 AND mode = 'in_person' AND seats_taken < capacity RETURNING seats_taken
"""
WAIT = "UPDATE event_mode SET last_wait = last_wait + 1 WHERE event_id = $1 AND mode = 'in_person' RETURNING last_wait"
REGISTER = """
INSERT INTO registration
  (event_id, mode, person_id, locality_id, province_id, status, wait_number, source, registered_by_kind,
   registered_by_id, confirmed_at)
SELECT $1, 'in_person', id, locality_id, province_id,
  CASE WHEN $3::bigint IS NULL THEN 'confirmed' ELSE 'waitlisted' END, $3, 'staff', 'account', $4,
  CASE WHEN $3 IS NULL THEN now() END
FROM person WHERE id = $2
"""

FIGURES = """
WITH site AS (
  SELECT s.id, s.event_id, s.session_id, e.attendance_closed_at, e.capture
  FROM event_site s JOIN event_session n ON n.id = s.session_id JOIN event e ON e.id = s.event_id
  WHERE e.status IN ('published', 'completed') AND n.starts_at < $1
), once AS (
  SELECT DISTINCT ON (a.session_id, coalesce(p.survivor_id, p.id)) a.site_id, a.event_id,
    coalesce(p.survivor_id, p.id) AS person_id
  FROM attendance a JOIN site ON site.id = a.site_id JOIN person p ON p.id = a.person_id
  WHERE a.voided_at IS NULL AND (NOT a.pending OR a.confirmed_at IS NOT NULL)
  ORDER BY a.session_id, coalesce(p.survivor_id, p.id), a.first_in_at, a.first_out_at, a.site_id
), named AS (
  SELECT site_id, count(*) AS n FROM once GROUP BY site_id
), head AS (
  SELECT site_id, total FROM headcount h WHERE NOT EXISTS (SELECT FROM headcount r WHERE r.replaces_id = h.id)
), cell AS (
  SELECT site.event_id, site.session_id, site.attendance_closed_at, coalesce(named.n, 0) AS named,
    greatest(coalesce(head.total, 0) - coalesce(named.n, 0), 0) AS anonymous,
    named.n IS NOT NULL OR head.total IS NOT NULL AS is_reported
  FROM site LEFT JOIN named ON named.site_id = site.id LEFT JOIN head ON head.site_id = site.id
), session AS (
  SELECT event_id, session_id, bool_or(attendance_closed_at IS NULL) AS is_provisional, count(*) AS sites,
    count(*) FILTER (WHERE is_reported) AS reported, sum(named) AS named, sum(anonymous) AS anonymous
  FROM cell GROUP BY event_id, session_id
), event_people AS (
  SELECT event_id, count(*) AS n FROM (SELECT event_id, person_id FROM once GROUP BY 1, 2) met GROUP BY event_id
), met AS (
  SELECT s.event_id, greatest(max(s.named + s.anonymous), max(coalesce(p.n, 0))) AS n
  FROM session s LEFT JOIN event_people p ON p.event_id = s.event_id GROUP BY s.event_id
), due AS (
  SELECT r.event_id, coalesce(p.survivor_id, p.id) AS person_id
  FROM registration r JOIN person p ON p.id = r.person_id
  WHERE r.status = 'confirmed' AND r.event_id IN (
    SELECT event_id FROM site WHERE attendance_closed_at IS NOT NULL AND capture <> 'headcount')
  GROUP BY 1, 2
)
SELECT (SELECT count(DISTINCT event_id) FROM site), (SELECT count(*) FROM session),
  (SELECT count(*) FROM session WHERE is_provisional), (SELECT sum(sites) FROM session),
  (SELECT sum(reported) FROM session), (SELECT sum(named) FROM session), (SELECT sum(anonymous) FROM session),
  (SELECT sum(n) FROM met), (SELECT max(named + anonymous) FROM session),
  (SELECT count(*) FROM (SELECT person_id FROM once GROUP BY 1) people), (SELECT count(*) FROM due),
  (SELECT count(*) FROM due WHERE EXISTS (
    SELECT FROM once WHERE once.event_id = due.event_id AND once.person_id = due.person_id)),
  (SELECT count(*) FROM attendance a JOIN site ON site.id = a.site_id WHERE voided_at IS NOT NULL),
  (SELECT count(*) FROM attendance a JOIN site ON site.id = a.site_id
   WHERE pending AND confirmed_at IS NULL AND voided_at IS NULL)
"""
"""All that the figure tells in its totals, of the whole country."""
