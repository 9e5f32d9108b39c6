"""The loans of the demonstration: their exact figures, and that no row says what the service would refuse."""

from datetime import date
from typing import Any

import pytest

from incubator.loans.applications.models import NEXT, ApplicationAction, ApplicationStatus
from incubator.loans.groups.models import FEWEST_MEMBERS, MOST_MEMBERS
from incubator.loans.ledger.batches.judgement import key_of
from incubator.loans.ledger.models import EntryKind, EntryRequestStatus
from incubator.loans.ledger.proof import portions
from incubator.loans.ledger.rules import Amounts, Posting
from incubator.loans.models import LoanStatus
from incubator.loans.reconciliation.models import ReconciliationStatus
from incubator.loans.schedules.models import ScheduleReason
from tests.demo.conftest import Demo, service
from tests.demo.test_loading import LENT

AS_OF = {"as_of": "2025-11-30"}
LAST_DAY, REFORM = date(2025, 11, 30), date(2025, 7, 1)

BELOW_ZERO = """
    SELECT count(*) FROM (
      SELECT sum(sum(d_normal)) OVER days AS normal, sum(sum(d_overdue)) OVER days AS overdue,
        sum(sum(d_frozen)) OVER days AS frozen
      FROM loan_entry WHERE recorded_at <= $1::date GROUP BY loan_id, effective_on
      WINDOW days AS (PARTITION BY loan_id ORDER BY effective_on)
    ) ends WHERE least(normal, overdue, frozen) < 0
"""
KNOWN = """
    SELECT count(DISTINCT loan_id), sum(d_normal)::bigint FROM loan_entry
    WHERE counts_as = 'disbursement' AND effective_on <= $1 AND recorded_at <= $2::date
"""


async def test_35000_households_were_lent_2494_billion(demo: Demo) -> None:
    assert tuple((await demo.rows(LENT))[0]) == (35_000, 2_494_000_000_000)
    assert await demo.value("SELECT sum(disbursed_vnd)::bigint FROM loan") == 2_494_000_000_000
    assert await demo.value("SELECT count(*) FROM household") == 35_000
    assert await demo.value("SELECT max(effective_on) FROM loan_entry") <= LAST_DAY
    assert await demo.value("SELECT min(effective_on) FROM loan_entry") < date(2019, 3, 1)


async def test_the_service_says_so_too(demo: Demo) -> None:
    """To who may see amounts; the dashboard hears how many households there are."""
    staff = next(account for account in demo.secrets["accounts"] if account["username"] == "staff-1")
    dashboard = next(one["token"] for one in demo.secrets["tokens"] if one["scopes"] == ["stats:read"])
    async with service(demo) as http:
        login = await http.post("/v1/auth/login", json={name: staff[name] for name in ("username", "password")})
        answers = [
            await http.get("/v1/stats/loans", params=AS_OF, headers={"authorization": f"Bearer {token}"})
            for token in (login.json()["token"], dashboard)
        ]
    shown, hidden = (answer.json()["totals"] for answer in answers)
    assert (shown["households_ever"], shown["disbursed_vnd"]) == (35_000, 2_494_000_000_000)
    assert (hidden["households_ever"], hidden["disbursed_vnd"]) == (35_000, None)


async def test_every_ledger_adds_up(demo: Demo) -> None:
    """By the proof that `incubator loans verify` runs."""
    proved = [portion async for portion in portions(demo.connection)]
    assert [finding for portion in proved for finding in portion.findings] == []
    assert sum(portion.loans for portion in proved) >= 35_000
    assert sum(portion.entries for portion in proved) > 100_000


async def test_a_figure_of_the_past_was_as_sound_as_that_of_today(demo: Demo) -> None:
    """What was known on a day never held less than nothing, and grew as more came in."""
    for known_on in (date(2021, 2, 1), date(2022, 3, 15), date(2024, 12, 31), date(2025, 11, 7)):
        assert await demo.value(BELOW_ZERO, known_on) == 0
    assert tuple((await demo.rows(KNOWN, LAST_DAY, date(2021, 1, 1)))[0]) == (0, None)
    then = tuple((await demo.rows(KNOWN, date(2023, 12, 31), date(2024, 1, 1)))[0])
    today = tuple((await demo.rows(KNOWN, date(2023, 12, 31), date(2026, 1, 1)))[0])
    assert 10_000 < then[0] < today[0]


async def test_entries_came_in_after_they_happened_and_one_after_the_other(demo: Demo) -> None:
    wrong = """
        SELECT count(*) FROM (
          SELECT e.*, lag(recorded_at) OVER (PARTITION BY loan_id ORDER BY seq) AS before,
            row_number() OVER (PARTITION BY loan_id ORDER BY seq) AS place
          FROM loan_entry e
        ) e WHERE recorded_at < before OR place <> seq
          OR (recorded_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date NOT BETWEEN effective_on AND $1
    """
    assert await demo.value(wrong, LAST_DAY) == 0


async def test_rows_of_the_bank_are_known_when_they_come_again(demo: Demo) -> None:
    rows = await demo.rows("SELECT * FROM loan_entry WHERE source = 'batch' ORDER BY id LIMIT 500")
    assert {row["row_key"] for row in rows} == {key_of(_posting_of(row), 1) for row in rows}
    assert await demo.value("SELECT count(*) FROM loan_entry WHERE (source = 'batch') <> (row_key IS NOT NULL)") == 0


async def test_there_are_groups_of_plausible_sizes_in_villages(demo: Demo) -> None:
    assert await demo.value("SELECT count(*) FROM credit_group") >= 584
    sizes = await demo.rows("SELECT count(*) FROM credit_group_member WHERE to_on IS NULL GROUP BY group_id")
    assert FEWEST_MEMBERS <= min(sizes)[0] <= max(sizes)[0] <= MOST_MEMBERS
    ever = await demo.value("SELECT max(n) FROM (SELECT count(*) n FROM credit_group_member GROUP BY group_id) sizes")
    assert ever <= MOST_MEMBERS
    villages = await demo.rows(
        "SELECT v.level, count(*) FROM credit_group g JOIN locality v ON v.id = g.village_id GROUP BY 1"
    )
    assert [row["level"] for row in villages] == ["village"]
    assert await demo.value("SELECT count(DISTINCT locality_id) FROM credit_group") == 99


async def test_a_group_is_led_by_one_of_its_households(demo: Demo) -> None:
    led = """
        SELECT count(*) FROM credit_group g JOIN household_member p ON p.person_id = g.leader_id
        JOIN credit_group_member m ON m.household_id = p.household_id AND m.group_id = g.id AND m.to_on IS NULL
        WHERE m.from_on >= g.formed_on
    """
    assert await demo.value(led) == await demo.value("SELECT count(*) FROM credit_group")


async def test_who_borrows_lives_in_the_household_which_is_in_the_group(demo: Demo) -> None:
    wrong = """
        SELECT count(*) FROM loan l JOIN household h ON h.id = l.household_id
        WHERE NOT EXISTS (SELECT FROM household_member m WHERE m.household_id = h.id AND m.person_id = l.borrower_id
                            AND m.relation = 'head' AND m.from_on <= l.approved_on AND m.to_on IS NULL)
          OR l.locality_id <> h.locality_id OR (l.group_id IS NULL) <> (l.project_id IS NOT NULL)
          OR l.group_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM credit_group_member m JOIN credit_group g ON g.id = m.group_id
            WHERE m.household_id = h.id AND m.group_id = l.group_id AND g.village_id = h.village_id
              AND m.from_on <= l.approved_on AND coalesce(m.to_on, l.approved_on) >= l.approved_on)
    """
    assert await demo.value(wrong) == 0


async def test_loans_keep_to_their_programmes(demo: Demo) -> None:
    """Their limits and rates, and the class of the household for the programmes of the poor."""
    wrong = """
        SELECT count(*) FROM loan l JOIN loan_programme p ON p.id = l.programme_id
        WHERE l.approved_vnd > p.max_vnd OR l.approved_vnd % 1000000 <> 0 OR l.approved_on < p.starts_on
          OR l.maturity_on > l.approved_on + make_interval(0, p.max_months)
          OR NOT EXISTS (SELECT FROM loan_programme_rate r WHERE r.programme_id = p.id AND r.from_on <= l.approved_on)
          OR p.code IN ('poor', 'near-poor', 'newly-escaped') AND replace(p.code, '-', '_') IS DISTINCT FROM (
            SELECT c.poverty_class FROM household_class c
            WHERE c.household_id = l.household_id AND c.from_on <= l.approved_on ORDER BY c.from_on DESC LIMIT 1)
    """
    assert await demo.value(wrong) == 0
    shares = await demo.rows(
        "SELECT p.code, count(*) / 350.0 AS share FROM loan l JOIN loan_programme p ON p.id = l.programme_id GROUP BY 1"
    )
    assert {row["code"] for row in shares if row["share"] > 2} == {
        "poor", "near-poor", "newly-escaped", "disadvantaged-areas", "clean-water", "job-creation", "students",
        "ethnic-minority",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "day", "rate_ppm"),
    [("poor", date(2025, 11, 30), 66_000), ("poor", date(2025, 12, 1), 62_400), ("near-poor", date(2026, 6, 1), 74_880),
     ("job-creation", date(2025, 12, 31), 74_880), ("job-creation", date(2026, 1, 1), 79_248)],
)  # fmt: skip
async def test_rates_fell_in_december_2025(demo: Demo, code: str, day: date, rate_ppm: int) -> None:
    rate = """
        SELECT rate_ppm FROM loan_programme_rate r JOIN loan_programme p ON p.id = r.programme_id
        WHERE p.code = $1 AND r.from_on <= $2 ORDER BY r.from_on DESC LIMIT 1
    """
    assert await demo.value(rate, code, day) == rate_ppm


async def test_loans_come_in_every_status_and_entries_of_every_kind_but_one(demo: Demo) -> None:
    assert await _values(demo, "SELECT DISTINCT status FROM loan") == set(LoanStatus)
    kinds = await _values(demo, "SELECT DISTINCT kind FROM loan_entry")
    assert kinds == set(EntryKind) - {EntryKind.adjustment}
    overdue = "SELECT sum(overdue_vnd)::float / sum(normal_vnd + overdue_vnd + frozen_vnd) FROM loan"
    assert 0.001 < await demo.value(overdue) < 0.01
    assert 0.003 < await demo.value(overdue.replace("overdue_vnd)", "frozen_vnd)", 1)) < 0.02
    again = "SELECT count(*) FROM (SELECT FROM loan GROUP BY household_id HAVING count(*) > 1) households"
    assert await demo.value(again) > 3_000


async def test_schedules_begin_with_what_was_approved(demo: Demo) -> None:
    reasons = await _values(demo, "SELECT DISTINCT reason FROM loan_schedule")
    assert reasons == {ScheduleReason.original, ScheduleReason.extended, ScheduleReason.after_freeze}
    wrong = """
        SELECT count(*) FROM loan l WHERE NOT EXISTS (
          SELECT FROM loan_schedule s JOIN loan_instalment i ON i.schedule_id = s.id
          WHERE s.loan_id = l.id AND s.number = 1 AND s.decided_on = l.approved_on AND s.principal_vnd = l.approved_vnd
            AND i.due_on = l.maturity_on AND i.due_in_all_vnd = l.approved_vnd)
    """
    assert await demo.value(wrong) == 0
    twice = (
        "SELECT count(*) FROM loan_schedule s JOIN loan l ON l.id = s.loan_id WHERE s.principal_vnd <> l.approved_vnd"
    )
    assert await demo.value(twice) == 0


async def test_most_pay_when_it_is_due(demo: Demo) -> None:
    """By the newest version of their schedule some loans are late, few of them by more than a quarter of a year."""
    late = """
        SELECT count(*) FROM loan l JOIN LATERAL (
          SELECT min(i.due_on) AS due_on FROM loan_instalment i
          WHERE i.schedule_id = (SELECT id FROM loan_schedule s WHERE s.loan_id = l.id ORDER BY number DESC LIMIT 1)
            AND i.due_in_all_vnd > l.disbursed_vnd - l.normal_vnd - l.overdue_vnd - l.frozen_vnd
        ) unpaid ON unpaid.due_on < $1::date - $2::int WHERE l.normal_vnd + l.overdue_vnd + l.frozen_vnd > 0
    """
    loans = await demo.value("SELECT count(*) FROM loan WHERE status = 'active'")
    on_time, quarter = await demo.value(late, LAST_DAY, 0), await demo.value(late, LAST_DAY, 90)
    assert 0.002 < quarter / loans < on_time / loans < 0.03


async def test_papers_of_before_the_reform_name_old_communes(demo: Demo) -> None:
    households = """
        SELECT h.locality_id, h.recorded_locality_id, min(l.approved_on) AS approved_on
        FROM household h JOIN loan l ON l.household_id = h.id GROUP BY h.id
    """
    for rows in ("SELECT locality_id, recorded_locality_id, approved_on FROM loan", households):
        wrong = f"""
            SELECT count(*) FROM ({rows}) r LEFT JOIN locality_succession s ON s.predecessor_id = r.recorded_locality_id
            WHERE CASE WHEN r.approved_on < $1 THEN s.successor_id IS DISTINCT FROM r.locality_id
                       ELSE r.recorded_locality_id IS NOT NULL END
        """
        assert await demo.value(wrong, REFORM) == 0


async def test_what_was_written_off_had_been_asked_for_by_somebody_else(demo: Demo) -> None:
    statuses = await _values(demo, "SELECT DISTINCT status FROM loan_entry_request")
    assert statuses == set(EntryRequestStatus)
    off = await demo.rows("""
        SELECT e.recorded_by_id, e.recorded_at, r.*
        FROM loan_entry e LEFT JOIN loan_entry_request r ON r.entry_id = e.id WHERE e.kind = 'write_off'
    """)
    assert off
    for row in off:
        assert row["decided_by"] == row["recorded_by_id"] != row["requested_by"]
        assert row["requested_at"] < row["decided_at"] == row["recorded_at"]


async def test_a_statement_of_the_bank_was_compared_with_the_ledger(demo: Demo) -> None:
    """Each difference is what was left when it came in; those that are corrected are gone."""
    found = await demo.rows("""
        SELECT r.status, b.normal_vnd - sum(e.d_normal) AS normal, b.overdue_vnd - sum(e.d_overdue) AS overdue,
          b.frozen_vnd - sum(e.d_frozen) AS frozen, r.d_normal, r.d_overdue, r.d_frozen,
          b.normal_vnd - sum(e.d_normal) FILTER (WHERE e.recorded_at <= b.recorded_at) = r.d_normal
            AND b.overdue_vnd - sum(e.d_overdue) FILTER (WHERE e.recorded_at <= b.recorded_at) = r.d_overdue AS fits
        FROM reconciliation r JOIN bank_balance b ON b.id = r.bank_balance_id
        JOIN loan_entry e ON e.loan_id = b.loan_id AND e.effective_on <= b.on_day GROUP BY r.id, b.id
    """)
    assert {row["status"] for row in found} == set(ReconciliationStatus)
    for row in found:
        agrees = row["normal"] == row["overdue"] == row["frozen"] == 0
        assert agrees == (row["status"] == ReconciliationStatus.corrected)
        assert row["fits"]
    others = """
        SELECT count(*) FROM bank_balance b
        JOIN LATERAL (
          SELECT sum(d_normal) AS normal, sum(d_overdue) AS overdue, sum(d_frozen) AS frozen FROM loan_entry e
          WHERE e.loan_id = b.loan_id AND e.effective_on <= b.on_day
        ) e ON (e.normal, e.overdue, e.frozen) IS DISTINCT FROM (b.normal_vnd, b.overdue_vnd, b.frozen_vnd)
        WHERE NOT EXISTS (SELECT FROM reconciliation r WHERE r.bank_balance_id = b.id)
    """
    assert await demo.value(others) == 0
    assert await demo.value("SELECT count(*) FROM bank_balance") > 20_000
    untold = """
        SELECT count(*) FROM reconciliation r LEFT JOIN reconciliation_move m ON m.reconciliation_id = r.id
        WHERE (r.status, r.cause, r.note, r.settled_at, r.settled_by)
          IS DISTINCT FROM (coalesce(m.to_status, 'open'), m.cause, m.note, m.recorded_at, m.actor_id)
    """
    assert await demo.value(untold) == 0
    moved = "SELECT count(*) FROM reconciliation r JOIN reconciliation_move m ON m.reconciliation_id = r.id"
    settled = "SELECT count(*) FROM reconciliation WHERE status <> 'open'"
    assert await demo.value(f"{moved} AND m.to_status = r.status") == await demo.value(settled)


async def test_applications_moved_as_the_machine_allows(demo: Demo) -> None:
    applications = {row["id"]: row for row in await demo.rows("SELECT * FROM loan_application")}
    assert {row["status"] for row in applications.values()} == set(ApplicationStatus)
    status: dict[Any, str] = {}
    for row in await demo.rows("SELECT * FROM loan_application_transition ORDER BY application_id, number"):
        before = status.get(row["application_id"])
        assert row["from_status"] == before
        step = NEXT.get(ApplicationAction(row["action"]))
        assert before is None or (step is not None and before in step.sources and row["to_status"] == step.target)
        assert row["occurred_on"] <= LAST_DAY
        status[row["application_id"]] = row["to_status"]
    assert status == {key: row["status"] for key, row in applications.items()}
    too_much = "SELECT count(*) FROM loan_application a JOIN loan_programme p ON p.id = programme_id"
    assert await demo.value(f"{too_much} WHERE asked_vnd > max_vnd OR months > max_months") == 0
    asked_less = """
        SELECT count(*) FROM loan l JOIN loan_application a ON a.id = l.application_id
        WHERE a.asked_vnd < l.approved_vnd OR a.status <> 'bank_approved' OR a.moved_on > l.approved_on
    """
    assert await demo.value(asked_less) == 0


async def test_loans_of_projects_went_to_who_leads_them(demo: Demo) -> None:
    theirs = """
        SELECT count(*) FROM loan l JOIN project p ON p.id = l.project_id AND p.founded_on < l.approved_on
        JOIN project_idea f ON f.project_id = p.id AND f.position = 0 JOIN idea i ON i.id = f.idea_id
        JOIN idea_member m ON m.idea_id = i.id AND m.number = i.content_number AND m.position = 0
          AND m.person_id = l.borrower_id
    """
    assert await demo.value(theirs) == await demo.value("SELECT count(*) FROM loan WHERE project_id IS NOT NULL") > 15


async def test_most_loans_are_inspected_in_time(demo: Demo) -> None:
    seen = """
        SELECT count(DISTINCT l.id)::float / (SELECT count(*) FROM loan WHERE disbursed_vnd > 0)
        FROM loan l JOIN loan_inspection i ON i.loan_id = l.id AND i.voids_id IS NULL
        WHERE i.inspected_on >= l.approved_on
    """
    assert 0.8 < await demo.value(seen) < 0.95
    uses = await _values(demo, "SELECT DISTINCT used_as_agreed FROM loan_inspection")
    assert uses == {"yes", "partly", "no", None}


async def _values(demo: Demo, query: str) -> set[Any]:
    return {row[0] for row in await demo.rows(query)}


def _posting_of(row: Any) -> Posting:
    kind = EntryKind(row["kind"])
    return Posting(
        kind=kind, counts_as=kind, effective_on=row["effective_on"],
        change=Amounts(row["d_normal"], row["d_overdue"], row["d_frozen"]), interest_vnd=row["interest_vnd"],
    )  # fmt: skip
