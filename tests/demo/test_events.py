"""The events of the demonstration: their exact figures, and that no row says what the service would refuse."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest

from incubator.demo.dice import Dice
from incubator.demo.events_headlines import plan_classes, plan_conferences
from incubator.demo.events_planner import plan_activities
from incubator.demo.places import read_communes
from incubator.events.attendance.merging import Presence, folded
from incubator.events.check_in.clocks import LATE, TRUSTED
from incubator.events.check_in.models import ReviewReason
from incubator.events.models import NEXT, Capture, EventAction, EventKind, EventStatus
from tests.demo.attendance import ACTIVITY, attendances
from tests.demo.conftest import Demo

NOW = datetime(2025, 11, 30, 3, 0, tzinfo=UTC)
OWN_FIGURES = ("conference", "digital_skills_class", "culture_house_day")


async def test_800_activities_drew_50000(demo: Demo) -> None:
    held = "SELECT count(*) FROM event WHERE status IN ('published', 'completed') AND kind <> ALL ($1)"
    assert await demo.value(held, OWN_FIGURES) == 800
    assert await attendances(demo.connection, ACTIVITY) == 50_000
    kinds = {row[0] for row in await demo.rows("SELECT DISTINCT kind FROM event")}
    assert kinds == set(EventKind)
    assert await demo.value("SELECT count(DISTINCT locality_id) FROM event WHERE kind <> ALL ($1)", OWN_FIGURES) == 99
    months = "SELECT count(DISTINCT date_trunc('month', starts_at)) FROM event WHERE kind <> ALL ($1)"
    assert await demo.value(months, OWN_FIGURES) >= 11


async def test_a_conference_had_2300_members_in_two_modes_over_bridge_points(demo: Demo) -> None:
    conferences = await demo.rows("SELECT id FROM event WHERE kind = 'conference'")
    assert len(conferences) == 1
    assert await attendances(demo.connection, "conference") == 2_300
    modes = await demo.rows("SELECT mode, capacity, seats_taken FROM event_mode WHERE event_id = $1", conferences[0][0])
    assert {tuple(row) for row in modes} == {("in_person", 900, 900), ("online", 1_400, 1_400)}
    sites = "SELECT mode, count(*), count(DISTINCT locality_id) FROM event_site WHERE event_id = $1 GROUP BY 1"
    assert {tuple(row) for row in await demo.rows(sites, conferences[0][0])} == {
        ("in_person", 1, 1),
        ("online", 100, 100),
    }
    tickets = "SELECT count(*) FROM ticket WHERE event_id = $1 AND revoked_at IS NULL"
    assert await demo.value(tickets, conferences[0][0]) == 2_300


async def test_23_classes_trained_10500_people_by_a_team_of_200(demo: Demo) -> None:
    assert await demo.value("SELECT count(*) FROM event WHERE kind = 'digital_skills_class'") == 23
    assert await attendances(demo.connection, "digital_skills_class") == 10_500
    again = """
        SELECT count(*) - count(DISTINCT a.person_id) FROM attendance a JOIN event e ON e.id = a.event_id
        WHERE e.kind = 'digital_skills_class' AND a.voided_at IS NULL
    """
    assert await demo.value(again) == 0
    assert await demo.value("SELECT count(DISTINCT person_id) FROM event_team_member") == 200
    parts = {row[0]: row[1] for row in await demo.rows("SELECT part, count(*) FROM event_team_member GROUP BY 1")}
    assert parts["lead"] == 23
    assert set(parts) == {"lead", "trainer", "support"}


@pytest.mark.parametrize("activities", [24, 800, 1_600])
def test_the_plans_are_exact_at_any_size(activities: int) -> None:
    dice = Dice(activities)
    communes = read_communes(dice)
    planned = {
        "activities": [*plan_activities(dice, communes, activities)],
        "conferences": [*plan_conferences(dice, communes, activities)],
        "classes": [*plan_classes(dice, communes, activities)],
    }
    sums = {name: sum(cell.attendances for plan in plans for cell in plan.cells) for name, plans in planned.items()}
    wanted = {"activities": 50_000, "conferences": 2_300, "classes": 10_500}
    assert sums == {name: number * activities // 800 for name, number in wanted.items()}
    assert len(planned["activities"]) == activities
    for cell in (cell for plans in planned.values() for plan in plans for cell in plan.cells):
        assert max(cell.named, cell.head or 0) == cell.attendances


async def test_nothing_happened_after_the_last_day(demo: Demo) -> None:
    latest = """
        SELECT greatest((SELECT max(received_at) FROM scan), (SELECT max(reported_at) FROM headcount),
          (SELECT max(recorded_at) FROM event_transition), (SELECT max(registered_at) FROM registration),
          (SELECT max(cancelled_at) FROM registration), (SELECT max(last_out_at) FROM attendance),
          (SELECT max(first_in_at) FROM attendance), (SELECT max(confirmed_at) FROM attendance),
          (SELECT max(voided_at) FROM attendance), (SELECT max(resolved_at) FROM check_in_review),
          (SELECT max(resolved_at) FROM person_duplicate), (SELECT max(merged_at) FROM person_merge),
          (SELECT max(revoked_at) FROM device), (SELECT max(created_at) FROM walk_in))
    """
    assert await demo.value(latest) <= NOW


async def test_what_lies_ahead_is_published_with_a_waitlist_and_unattended(demo: Demo) -> None:
    ahead = await demo.rows("SELECT * FROM event WHERE starts_at > $1 ORDER BY starts_at", NOW)
    statuses = Counter(row["status"] for row in ahead)
    assert statuses == {"published": 4, "draft": 1, "cancelled": 1}
    assert not await demo.value(
        "SELECT count(*) FROM attendance WHERE event_id = ANY ($1)", [row["id"] for row in ahead]
    )
    published = [row["id"] for row in ahead if row["status"] == "published"]
    registered = "SELECT count(DISTINCT event_id) FROM registration WHERE event_id = ANY ($1) AND status = $2"
    assert await demo.value(registered, published, "confirmed") == 4
    assert await demo.value(registered, published, "waitlisted") == 1
    assert all(row["kind"] in OWN_FIGURES for row in ahead if row["status"] == "published")
    assert await demo.value("SELECT count(*) FROM event WHERE status = 'cancelled'") == 2


async def test_events_moved_as_the_machine_allows(demo: Demo) -> None:
    events = {row["id"]: row for row in await demo.rows("SELECT * FROM event")}
    histories = defaultdict(list)
    for row in await demo.rows("SELECT * FROM event_transition ORDER BY id"):
        histories[row["event_id"]].append(row)
    for event_id, event in events.items():
        status: str = EventStatus.draft
        moment, closed_at = event["created_at"], None
        for row in histories[event_id]:
            step = NEXT[EventAction(row["action"])]
            assert row["from_status"] == status
            assert status in step.sources
            assert row["recorded_at"] > moment
            status, moment = step.target or status, row["recorded_at"]
            closed_at = moment if row["action"] == EventAction.close_attendance else None
            assert row["to_status"] == status
        assert (event["status"], event["attendance_closed_at"]) == (status, closed_at)
        assert event["version"] == 1 + len(histories[event_id])
    actions = {row[0] for row in await demo.rows("SELECT DISTINCT action FROM event_transition")}
    assert actions == set(EventAction)


async def test_seats_are_those_of_the_registrations_that_stand(demo: Demo) -> None:
    wrong = """
        SELECT count(*) FROM event_mode m JOIN LATERAL (
          SELECT count(*) FILTER (WHERE status = 'confirmed') AS confirmed, coalesce(max(wait_number), 0) AS last,
            count(*) FILTER (WHERE status = 'waitlisted') AS waiting
          FROM registration r WHERE r.event_id = m.event_id AND r.mode = m.mode
        ) r ON true
        WHERE m.seats_taken <> r.confirmed OR m.last_wait < r.last
          OR r.waiting > 0 AND m.capacity IS DISTINCT FROM m.seats_taken
    """
    assert await demo.value(wrong) == 0
    order = """
        SELECT count(*) FROM (
          SELECT registered_at < lag(registered_at) OVER (PARTITION BY event_id, mode ORDER BY wait_number) AS jumped
          FROM registration WHERE status = 'waitlisted'
        ) waiting WHERE jumped
    """
    assert await demo.value(order) == 0
    ticketless = """
        SELECT count(*) FROM registration r
        WHERE 1 <> (SELECT count(*) FROM ticket t WHERE t.registration_id = r.id AND t.revoked_at IS NULL)
    """
    assert await demo.value(ticketless) == 0


async def test_everybody_was_known_before_they_did_anything(demo: Demo) -> None:
    wrong = """
        SELECT (SELECT count(*) FROM registration r JOIN person p ON p.id = r.person_id
                WHERE r.registered_at < p.created_at OR r.cancelled_at < r.registered_at),
          (SELECT count(*) FROM scan s JOIN person p ON p.id = s.person_id WHERE s.received_at < p.created_at),
          (SELECT count(*) FROM registration r JOIN event e ON e.id = r.event_id WHERE r.registered_at >= e.starts_at),
          (SELECT count(*) FROM registration r JOIN event_transition t ON t.event_id = r.event_id
           WHERE t.action = 'publish' AND r.registered_at < t.recorded_at)
    """
    assert tuple((await demo.rows(wrong))[0]) == (0, 0, 0, 0)


async def test_attendance_is_what_the_scans_make_of_it(demo: Demo) -> None:
    """By the product's own rule, whatever the order of the scans."""
    query = """
        SELECT s.* FROM scan s JOIN attendance a ON a.session_id = s.session_id AND a.person_id = s.person_id
        WHERE s.status = 'accepted' ORDER BY s.client_scan_id DESC
    """
    scans = await demo.rows(query)
    assert len(scans) > 20_000
    made = {row.key: row for row in folded(_presence(scan) for scan in scans)}
    seen = "SELECT session_id, person_id, site_id, first_in_at, first_out_at, last_out_at FROM attendance"
    kept = {(row["session_id"], row["person_id"]): row for row in await demo.rows(seen)}
    for key, presence in made.items():
        row = kept[key]
        assert (row["site_id"], row["first_in_at"]) == (presence.site_id, presence.first_in_at)
        assert (row["first_out_at"], row["last_out_at"]) == (presence.first_out_at, presence.last_out_at)
        assert row["first_out_at"] is None or row["first_in_at"] <= row["last_out_at"]


async def test_scans_say_what_the_service_says(demo: Demo) -> None:
    scans = await demo.rows("""
        SELECT s.*, e.late_sync_until, e.attendance_closed_at, n.ends_at, d.enrolled_at, d.revoked_at,
          r.status AS registered, own.site_id IS NOT NULL AS is_own
        FROM scan s JOIN event e ON e.id = s.event_id JOIN event_session n ON n.id = s.session_id
        JOIN device d ON d.id = s.device_id LEFT JOIN registration r ON r.id = s.registration_id
        LEFT JOIN device_site own ON own.device_id = d.id AND own.site_id = s.site_id
    """)
    for scan in scans:
        late = scan["received_at"] - scan["ends_at"] > LATE
        adjusted = abs(scan["skew_ms"]) > TRUSTED.total_seconds() * 1000
        assert ("late_sync" in scan["warnings"], "clock_adjusted" in scan["warnings"]) == (late, adjusted)
        skew = (scan["happened_at"] - scan["scanned_at"]).total_seconds() * 1000
        assert skew == (scan["skew_ms"] if adjusted else 0)
        assert scan["enrolled_at"] <= scan["happened_at"] <= scan["received_at"] <= scan["late_sync_until"]
        assert scan["received_at"] <= (scan["attendance_closed_at"] or NOW)
        assert scan["is_own"]
        assert scan["received_at"] <= (scan["revoked_at"] or NOW)
        is_stranger = scan["method"] == "walk_in" and scan["status"] == "accepted"
        assert is_stranger == (scan["status"] == "accepted" and scan["registration_id"] is None)
        assert ("walk_in" in scan["warnings"]) == (is_stranger and scan["kind"] == "in")
        assert ("waitlisted_admitted" in scan["warnings"]) <= (scan["registered"] == "waitlisted")


async def test_names_and_heads_are_mixed(demo: Demo) -> None:
    captures = {row[0]: row[1] for row in await demo.rows(
        "SELECT capture, count(*) FROM event WHERE kind <> ALL ($1) GROUP BY 1", OWN_FIGURES)}  # fmt: skip
    assert captures[Capture.named] > captures[Capture.headcount] > captures[Capture.mixed] > 80
    sites = await demo.rows("""
        SELECT h.total, count(a.person_id) AS named FROM headcount h LEFT JOIN attendance a ON a.site_id = h.site_id
        WHERE NOT EXISTS (SELECT FROM headcount later WHERE later.replaces_id = h.id) GROUP BY h.id
    """)
    assert sum(row["named"] > row["total"] for row in sites) >= 5
    assert sum(0 < row["named"] < row["total"] for row in sites) >= 50
    assert await demo.value("SELECT count(*) FROM headcount WHERE replaces_id IS NOT NULL") >= 10
    assert await demo.value("SELECT count(*) FROM headcount WHERE total = 0") >= 1
    silent = """
        SELECT count(*) FROM event_site s JOIN event e ON e.id = s.event_id
        WHERE e.status = 'completed' AND NOT EXISTS (SELECT FROM headcount h WHERE h.site_id = s.id)
          AND NOT EXISTS (SELECT FROM attendance a WHERE a.site_id = s.id)
    """
    assert await demo.value(silent) >= 3


async def test_some_were_voided_some_wait_and_some_stayed_away(demo: Demo) -> None:
    assert 5 <= await demo.value("SELECT count(*) FROM attendance WHERE voided_at IS NOT NULL") <= 60
    waiting = "SELECT count(*) FROM attendance WHERE pending AND confirmed_at IS NULL AND voided_at IS NULL"
    reviews = "SELECT count(*) FROM check_in_review WHERE reason = $1 AND status = 'open'"
    unconfirmed = await demo.value(reviews, ReviewReason.walk_in_unconfirmed)
    assert 10 <= await demo.value(waiting) <= unconfirmed <= 100
    absent = """
        SELECT count(*) FROM registration r JOIN event e ON e.id = r.event_id
        WHERE r.status = 'confirmed' AND e.attendance_closed_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM attendance a WHERE a.event_id = r.event_id AND a.person_id = r.person_id)
    """
    assert 1_000 <= await demo.value(absent) <= 6_000
    statuses = "SELECT count(DISTINCT (revoked_at IS NULL, expires_at > $1, token_id IS NULL)) FROM device"
    assert await demo.value(statuses, NOW) >= 4


async def test_young_people_come_again_and_again(demo: Demo) -> None:
    people, shown = (await demo.rows("SELECT count(DISTINCT person_id), count(*) FROM attendance"))[0]
    assert 9_000 <= people <= 14_000
    assert shown / people > 2.2
    ages = await demo.rows(
        "SELECT min(birth_year), max(birth_year) FROM attendance a JOIN person p ON p.id = a.person_id"
    )
    assert tuple(ages[0]) == (1990, 2009)


async def test_who_was_entered_twice_is_a_pair_and_nobody_else_is(demo: Demo) -> None:
    statuses = Counter(
        {row[0]: row[1] for row in await demo.rows("SELECT status, count(*) FROM person_duplicate GROUP BY 1")}
    )
    assert 30 <= statuses["open"] <= 80
    assert statuses["not_duplicate"] >= 1
    assert statuses["merged"] >= 1
    alike = """
        SELECT count(*) FROM walk_in w JOIN person n ON n.id = w.person_id
        JOIN person o ON (o.name_key, o.birth_year, o.locality_id) = (n.name_key, n.birth_year, n.locality_id)
          AND o.id <> n.id
        WHERE NOT EXISTS (SELECT FROM person_duplicate d
                          WHERE d.low_id = least(o.id, n.id) AND d.high_id = greatest(o.id, n.id))
    """
    assert await demo.value(alike) == 0


async def test_merged_people_count_once_where_both_rows_came(demo: Demo) -> None:
    merges = await demo.rows("""
        SELECT m.*, a.survivor_id AS counts_as, s.survivor_id AS counts_further, d.status,
          (SELECT count(*) FROM attendance x JOIN attendance y USING (session_id)
           WHERE x.person_id = m.absorbed_id AND y.person_id = m.survivor_id) AS sessions_of_both
        FROM person_merge m JOIN person a ON a.id = m.absorbed_id JOIN person s ON s.id = m.survivor_id
        JOIN person_duplicate d ON d.low_id = least(a.id, s.id) AND d.high_id = greatest(a.id, s.id)
    """)
    assert merges
    for merge in merges:
        assert (merge["counts_as"], merge["counts_further"], merge["status"]) == (merge["survivor_id"], None, "merged")
        assert merge["moved_ids"] == [merge["absorbed_id"]]
        assert merge["sessions_of_both"] >= 1
    assert await demo.value("SELECT count(*) FROM person WHERE survivor_id IS NOT NULL") == len(merges)


def _presence(scan: Any) -> Presence:
    came = scan["happened_at"] if scan["kind"] == "in" else None
    left = scan["happened_at"] if scan["kind"] == "out" else None
    return Presence(
        scan["session_id"], scan["person_id"], scan["event_id"], scan["site_id"], came, left, left, pending=False
    )
