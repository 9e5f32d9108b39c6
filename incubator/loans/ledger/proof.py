"""Proves over a whole database that loans add up, from the rows alone: for who no longer trusts the triggers.

What the database refuses while its triggers and constraints are in force is computed here once more, in SQL that shares
nothing with them but the table of signs. Loans are looked at in portions, so that memory stays bounded.
"""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import msgspec

from incubator.loans.ledger.models import NEED_TWO, SIGNS

PORTION = 2_000

NO_LOAN = UUID(int=0)


class Finding(msgspec.Struct, frozen=True):
    """Something that does not add up. Without a contract it is about the database itself."""

    what: str
    lender_code: str
    contract_no: str
    detail: str


class Portion(msgspec.Struct, frozen=True):
    """Some loans that were looked at, with all of their entries."""

    loans: int
    entries: int
    findings: list[Finding]


async def prove(connection: asyncpg.Connection) -> AsyncIterator[Portion]:
    """The whole database as of one moment, portion by portion; the first is about its triggers."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for portion in portions(connection):
            yield portion


async def portions(connection: asyncpg.Connection) -> AsyncIterator[Portion]:
    """The same, as far as the transaction of the caller sees it."""
    yield Portion(0, 0, await _prove_triggers(connection))
    last = NO_LOAN
    while ids := await connection.fetchval(_NEXT_LOANS, last, PORTION):
        yield await _prove_loans(connection, ids)
        last = ids[-1]


async def count_loans(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT count(*) FROM loan"))


async def _prove_loans(connection: asyncpg.Connection, ids: list[UUID]) -> Portion:
    findings = []
    for what, check in CHECKS.items():
        findings += [Finding(what, *row) for row in await connection.fetch(_NAMED.format(check=check), ids)]
    entries = await connection.fetchval("SELECT count(*) FROM loan_entry WHERE loan_id = ANY($1::uuid[])", ids)
    return Portion(len(ids), entries, findings)


async def _prove_triggers(connection: asyncpg.Connection) -> list[Finding]:
    states = {(table, name): state for table, name, state in await connection.fetch(_TRIGGERS)}
    missing = [(table, name, states.get((table, name))) for table, name in TRIGGERS]
    return [
        Finding("trigger", "", "", f"{name} on {table} {'does not fire' if state else 'is not there'}")
        for table, name, state in missing
        if state not in _FIRING
    ]


TRIGGERS = (
    ("loan_entry", "append_only"),
    ("loan_entry", "fill_in_reversal"),
    ("loan_entry", "post_to_loans"),
    ("loan", "sums_start_at_zero"),
    ("loan", "sums_of_the_ledger"),
    ("loan", "approval_before_entries"),
    ("loan_schedule", "append_only"),
    ("loan_instalment", "append_only"),
    ("loan_instalment", "check_instalments"),
    ("loan_inspection", "append_only"),
    ("loan_application_transition", "append_only"),
    ("bank_balance", "append_only"),
    ("reconciliation_move", "append_only"),
)
"""What keeps the ledger as it was written: the table, and the name of the trigger."""

_FIRING = ("O", "A")
_TRIGGERS = """
    SELECT tgrelid::regclass::text, tgname::text, chr(tgenabled::int) FROM pg_trigger WHERE NOT tgisinternal
"""
_NEXT_LOANS = """
    SELECT array_agg(id ORDER BY id) FROM (SELECT id FROM loan WHERE id > $1 ORDER BY id LIMIT $2) portion
"""
_NAMED = """
    SELECT lender.code, loan.contract_no, found.detail
    FROM ({check}) found (loan_id, detail) JOIN loan ON loan.id = found.loan_id JOIN lender ON lender.id = lender_id
    ORDER BY loan.id, found.detail
"""

_SIGNS = " ".join(f"WHEN '{kind}' THEN {signs}" for kind, signs in SIGNS.items())

CHECKS = {
    "sums": """
        SELECT l.id, string_agg(format('%s is %s, the entries say %s', kept.name, kept.vnd, kept.entries), ', ')
        FROM loan l CROSS JOIN LATERAL (
          SELECT coalesce(sum(d_normal), 0) AS normal, coalesce(sum(d_overdue), 0) AS overdue,
            coalesce(sum(d_frozen), 0) AS frozen,
            coalesce(sum(d_normal) FILTER (WHERE counts_as = 'disbursement'), 0) AS disbursed,
            coalesce(-sum(d_normal + d_overdue + d_frozen) FILTER (WHERE counts_as = 'write_off'), 0) AS written_off
          FROM loan_entry WHERE loan_id = l.id
        ) e CROSS JOIN LATERAL (
          VALUES ('normal_vnd', l.normal_vnd, e.normal), ('overdue_vnd', l.overdue_vnd, e.overdue),
            ('frozen_vnd', l.frozen_vnd, e.frozen), ('disbursed_vnd', l.disbursed_vnd, e.disbursed),
            ('written_off_vnd', l.written_off_vnd, e.written_off)
        ) kept (name, vnd, entries)
        WHERE l.id = ANY($1::uuid[]) AND kept.vnd <> kept.entries GROUP BY l.id
    """,
    "balance_below_zero": """
        SELECT DISTINCT ON (loan_id) loan_id,
          format('at the end of %s: normal %s, overdue %s, frozen %s', effective_on, normal, overdue, frozen)
        FROM (
          SELECT loan_id, effective_on, sum(sum(d_normal)) OVER days AS normal,
            sum(sum(d_overdue)) OVER days AS overdue, sum(sum(d_frozen)) OVER days AS frozen
          FROM loan_entry WHERE loan_id = ANY($1::uuid[]) GROUP BY loan_id, effective_on
          WINDOW days AS (PARTITION BY loan_id ORDER BY effective_on)
        ) ends WHERE least(normal, overdue, frozen) < 0 ORDER BY loan_id, effective_on
    """,
    "disbursed_over_approved": """
        SELECT l.id, format('%s of %s approved', sum(e.d_normal), l.approved_vnd)
        FROM loan l JOIN loan_entry e ON e.loan_id = l.id AND e.counts_as = 'disbursement'
        WHERE l.id = ANY($1::uuid[]) GROUP BY l.id HAVING sum(e.d_normal) > l.approved_vnd
    """,
    "signs": """
        SELECT loan_id, format('entry %s (%s): %s, %s, %s, interest %s', seq, kind, d_normal, d_overdue, d_frozen,
          interest_vnd)
        FROM loan_entry WHERE loan_id = ANY($1::uuid[]) AND kind <> 'reversal'
          AND NOT (counts_as = kind AND CASE kind @signs ELSE false END)
    """.replace("@signs", _SIGNS),
    "reversal": """
        SELECT r.loan_id, format('entry %s reverses entry %s, but not exactly', r.seq, e.seq)
        FROM loan_entry r LEFT JOIN loan_entry e ON e.id = r.reverses_id
        WHERE r.loan_id = ANY($1::uuid[]) AND r.kind = 'reversal' AND (
          e.loan_id, e.kind = 'reversal', e.counts_as, e.effective_on, -e.d_normal, -e.d_overdue, -e.d_frozen,
          -e.interest_vnd
        ) IS DISTINCT FROM (
          r.loan_id, false, r.counts_as, r.effective_on, r.d_normal, r.d_overdue, r.d_frozen, r.interest_vnd
        )
        UNION ALL
        SELECT loan_id, format('entries %s reverse the same entry', string_agg(seq::text, ', ' ORDER BY seq))
        FROM loan_entry WHERE loan_id = ANY($1::uuid[]) AND reverses_id IS NOT NULL
        GROUP BY loan_id, reverses_id HAVING count(*) > 1
        UNION ALL
        SELECT loan_id, format('entry %s (%s) names an entry that it reverses', seq, kind)
        FROM loan_entry WHERE loan_id = ANY($1::uuid[]) AND kind <> 'reversal' AND reverses_id IS NOT NULL
    """,
    "sequence": """
        SELECT l.id, format('%s entries from %s to %s, last_seq is %s', count(e.seq), coalesce(min(e.seq), 0),
          coalesce(max(e.seq), 0), l.last_seq)
        FROM loan l LEFT JOIN loan_entry e ON e.loan_id = l.id WHERE l.id = ANY($1::uuid[]) GROUP BY l.id
        HAVING (count(e.seq), count(DISTINCT e.seq), coalesce(min(e.seq), 1), coalesce(max(e.seq), 0))
          <> (l.last_seq, l.last_seq, 1, l.last_seq)
    """,
    "day": """
        SELECT l.id, format('entry %s of %s: approved on %s, recorded at %s', e.seq, e.effective_on, l.approved_on,
          e.recorded_at)
        FROM loan l JOIN loan_entry e ON e.loan_id = l.id WHERE l.id = ANY($1::uuid[]) AND (
          e.effective_on < l.approved_on
          OR e.effective_on > (e.recorded_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
    """,
    "cancelled": """
        SELECT l.id, format('cancelled on %s with normal %s, overdue %s, frozen %s, disbursed %s', l.cancelled_on,
          l.normal_vnd, l.overdue_vnd, l.frozen_vnd, l.disbursed_vnd)
        FROM loan l WHERE l.id = ANY($1::uuid[]) AND l.cancelled_on IS NOT NULL
          AND (l.normal_vnd, l.overdue_vnd, l.frozen_vnd, l.disbursed_vnd) <> (0, 0, 0, 0)
        UNION ALL
        SELECT l.id, format('entry %s of %s, recorded at %s: cancelled on %s', e.seq, e.effective_on, e.recorded_at,
          l.cancelled_on)
        FROM loan l JOIN loan_entry e ON e.loan_id = l.id
        WHERE l.id = ANY($1::uuid[]) AND l.cancelled_on IS NOT NULL AND (
          EXISTS (SELECT FROM audit_entry a WHERE a.subject_id = l.id AND a.subject_type = 'loan'
                  AND a.action = 'cancel' AND a.recorded_at < e.recorded_at)
          OR e.effective_on > l.cancelled_on AND e.kind <> 'reversal'
            AND NOT EXISTS (SELECT FROM loan_entry r WHERE r.reverses_id = e.id)
        )
    """,
    "two_people": """
        SELECT e.loan_id, format('entry %s (%s of %s): no second person approved it', e.seq, e.kind, e.counts_as)
        FROM loan_entry e WHERE e.loan_id = ANY($1::uuid[]) AND e.counts_as = ANY('{@kinds}') AND NOT EXISTS (
          SELECT FROM loan_entry_request r
          WHERE r.entry_id = e.id AND r.status = 'approved' AND r.decided_by <> r.requested_by AND (
            r.loan_id, r.kind, r.effective_on, r.d_normal, r.d_overdue, r.d_frozen, r.interest_vnd
          ) = (e.loan_id, e.kind, e.effective_on, e.d_normal, e.d_overdue, e.d_frozen, e.interest_vnd)
        )
    """.replace("@kinds", ",".join(sorted(NEED_TWO))),
    "schedule": """
        SELECT loan_id, format('version %s of %s VND: its %s instalments do not add up to it', number, principal_vnd,
          instalments)
        FROM (
          SELECT s.loan_id, s.number, s.principal_vnd, count(i.number) AS instalments,
            coalesce(sum(i.principal_vnd), 0) AS in_all, coalesce(bool_and(i.holds), false) AS hold
          FROM loan_schedule s LEFT JOIN (
            SELECT schedule_id, number, principal_vnd, due_in_all_vnd = sum(principal_vnd) OVER ordered
              AND number = row_number() OVER ordered AND coalesce(lag(due_on) OVER ordered < due_on, true) AS holds
            FROM loan_instalment
            WHERE schedule_id IN (SELECT id FROM loan_schedule WHERE loan_id = ANY($1::uuid[]))
            WINDOW ordered AS (PARTITION BY schedule_id ORDER BY number)
          ) i ON i.schedule_id = s.id
          WHERE s.loan_id = ANY($1::uuid[]) GROUP BY s.id
        ) versions WHERE in_all <> principal_vnd OR NOT hold
    """,
}  # fmt: skip
"""What is looked at in a portion of loans ($1): each gives the loans where it does not hold, and what differs."""
