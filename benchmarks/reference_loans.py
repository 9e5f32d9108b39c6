"""The yardsticks of loans: an entry in the inserts of pgbench, and the figures in the SQL that a person would write."""

LISTED = """
CREATE TABLE bench_loan AS SELECT row_number() OVER (ORDER BY id)::int AS n, id FROM loan
WHERE status = 'active' AND normal_vnd > 10000000
"""
LISTED_BY_NUMBER = "CREATE UNIQUE INDEX ON bench_loan (n)"

ENTER = """
\\set n random(1, {loans})
BEGIN;
WITH held AS (
  SELECT id, last_seq FROM loan WHERE id = (SELECT id FROM bench_loan WHERE n = :n) FOR UPDATE
), entered AS (
  INSERT INTO loan_entry
    (loan_id, seq, kind, counts_as, effective_on, d_normal, d_overdue, d_frozen, interest_vnd, source,
     recorded_by_kind, recorded_by_id)
  SELECT id, last_seq + 1, 'repayment', 'repayment', '2025-11-28', -1, 0, 0, 100, 'typed', 'account', '{account_id}'
  FROM held RETURNING id
), audited AS (
  INSERT INTO audit_entry (actor_kind, actor_id, action, subject_type, subject_id, details)
  SELECT 'account', '{account_id}', 'enter', 'loan_entry', id, '{{"kind": "repayment"}}' FROM entered
)
INSERT INTO idempotency_key (caller_id, key, request_hash, status, body, subject_id)
SELECT '{account_id}', gen_random_uuid()::text, '\\x{digest}', 201, '\\x{answer}', id FROM entered;
COMMIT;
"""
"""What the service writes for one entry, and nothing asked: the entry, its trace and the answer for a repetition."""

FIGURES = """
WITH sums AS (
  SELECT loan_id, sum(d_normal) AS normal, sum(d_overdue) AS overdue, sum(d_frozen) AS frozen,
    sum(d_normal + d_overdue + d_frozen) AS outstanding,
    sum(d_normal) FILTER (WHERE counts_as = 'disbursement') AS disbursed,
    -sum(d_normal + d_overdue + d_frozen) FILTER (WHERE counts_as = 'repayment') AS collected,
    -sum(d_normal + d_overdue + d_frozen) FILTER (WHERE counts_as = 'write_off') AS written_off,
    sum(d_normal + d_overdue + d_frozen) FILTER (WHERE counts_as = 'adjustment') AS adjusted,
    sum(interest_vnd) AS interest
  FROM loan_entry WHERE effective_on <= $1 AND recorded_at <= $2 GROUP BY loan_id
), in_force AS (
  SELECT DISTINCT ON (loan_id) loan_id, id FROM loan_schedule WHERE decided_on <= $1 AND recorded_at <= $2
  ORDER BY loan_id, decided_on DESC, number DESC
), due AS (
  SELECT s.loan_id, min(i.due_on) FILTER (WHERE i.due_in_all_vnd > s.disbursed - s.outstanding) AS unpaid_since,
    max(i.due_in_all_vnd) FILTER (WHERE i.due_on < $1) - (s.disbursed - s.outstanding) AS past_due
  FROM sums s JOIN in_force f ON f.loan_id = s.loan_id JOIN loan_instalment i ON i.schedule_id = f.id
  WHERE s.outstanding > 0 GROUP BY s.loan_id, s.disbursed, s.outstanding
), seen AS (
  SELECT DISTINCT i.loan_id FROM loan_inspection i
  WHERE i.voids_id IS NULL AND i.inspected_on <= $1 AND i.recorded_at <= $2
    AND NOT EXISTS (SELECT FROM loan_inspection v WHERE v.voids_id = i.id AND v.recorded_at <= $2)
), reconciled AS (
  SELECT DISTINCT ON (b.loan_id) b.loan_id, coalesce(r.status <> 'open', true) AS agrees
  FROM bank_balance b LEFT JOIN reconciliation r ON r.bank_balance_id = b.id
  WHERE b.on_day <= $1 AND b.recorded_at <= $2 ORDER BY b.loan_id, b.on_day DESC, b.id DESC
)
SELECT count(DISTINCT l.household_id) FILTER (WHERE s.disbursed > 0),
  count(DISTINCT l.household_id) FILTER (WHERE s.outstanding > 0),
  count(*) FILTER (WHERE s.disbursed > 0), count(*) FILTER (WHERE s.outstanding > 0),
  count(DISTINCT l.group_id) FILTER (WHERE s.outstanding > 0),
  (SELECT count(*) FROM credit_group_member WHERE from_on <= $1 AND coalesce(to_on, $1) >= $1),
  sum(s.disbursed), sum(s.collected), sum(s.written_off), sum(s.adjusted), sum(s.interest), sum(s.normal),
  sum(s.overdue), sum(s.frozen), sum(greatest(due.past_due, 0)),
  sum(s.outstanding) FILTER (WHERE $1 - due.unpaid_since > 1),
  sum(s.outstanding) FILTER (WHERE $1 - due.unpaid_since > 30),
  sum(s.outstanding) FILTER (WHERE $1 - due.unpaid_since > 90),
  count(seen.loan_id), count(*) FILTER (WHERE reconciled.agrees), count(reconciled.agrees)
FROM sums s JOIN loan l ON l.id = s.loan_id LEFT JOIN due ON due.loan_id = s.loan_id
LEFT JOIN seen ON seen.loan_id = s.loan_id LEFT JOIN reconciled ON reconciled.loan_id = s.loan_id
"""
"""All loans as of a day and as known at a moment."""
