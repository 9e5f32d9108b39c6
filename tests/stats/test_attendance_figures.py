"""The figures of attendance, each worked out by hand."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from incubator.events.check_in.models import Scan
from incubator.people.models import Person
from tests.events.stage import ENDS_AT, NOON, STARTS_AT, EventStage, set_event_stage
from tests.factories import BAC_HA, LAO_CAI, SA_PA, Y_TY, Caller, World
from tests.people.alike import merged, undone

PATH = "/v1/stats/attendance"
MONTH = timedelta(days=30)
CLOSED = {"attendance_closed_at": NOON, "status": "completed"}


@pytest.fixture
async def events(world: World) -> EventStage:
    """Without the conference of the stage, which stays a draft."""
    stage = await set_event_stage(world)
    await stage.set(status="draft")
    return stage


async def ask(caller: Caller, **asked: Any) -> dict[str, Any]:
    answer = await caller.get(PATH, params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def totals(events: EventStage, *names: str, **asked: Any) -> tuple[Any, ...]:
    figure = (await ask(events.staff, **asked))["totals"]
    return tuple(figure[name] for name in names)


async def groups(events: EventStage, by: str, *names: str, **asked: Any) -> dict[str, Any]:
    """The groups in which anything was counted."""
    figure = await ask(events.staff, group_by=by, **asked)
    shown = {one["key"][by]: tuple(one[name] for name in names) for one in figure["groups"]}
    return {key: numbers for key, numbers in shown.items() if any(numbers)}


async def crowd(events: EventStage, session: UUID, site: UUID, number: int, commune: str | None = BAC_HA) -> list[UUID]:
    """So many new people, named at the site."""
    people = [await events.person(commune=commune) for _ in range(number)]
    for person in people:
        await events.attendance(session, person, site)
    return people


async def merge(events: EventStage, absorbed: UUID, survivor: UUID | None) -> None:
    async with events.world.database.begin() as session:
        await session.execute(update(Person).where(Person.id == absorbed).values(survivor_id=survivor))


COUNTS = ("named", "anonymous", "attendances", "unique_min", "unique_max", "participations")


async def test_nothing_happened_yet(events: EventStage) -> None:
    figure = await ask(events.staff)
    numbers = dict(figure["totals"])
    assert (numbers.pop("coverage_ppm"), numbers.pop("no_show_ppm"), numbers.pop("suppressed")) == (None, None, False)
    assert set(numbers.values()) == {0}
    assert figure["quality"] == {"unknown_home_n": None, "pending_n": 0, "voided_n": 0, "late_n": 0}


async def test_names_alone(events: EventStage) -> None:
    _, session, site = await events.simple_event()
    await crowd(events, session, site, 3)
    assert await totals(events, *COUNTS) == (3, 0, 3, 3, 3, 3)
    told = await totals(events, "events", "sessions", "sites", "sites_reported", "coverage_ppm", "provisional_sessions")
    assert told == (1, 1, 1, 1, 1_000_000, 1)


async def test_heads_alone(events: EventStage) -> None:
    _, _, site = await events.simple_event(capture="headcount")
    await events.headcount(site, 40)
    assert await totals(events, *COUNTS) == (0, 40, 40, 40, 40, 40)


async def test_names_that_arrive_late_eat_into_those_who_were_merely_counted(events: EventStage) -> None:
    _, session, site = await events.simple_event()
    await events.headcount(site, 5)
    for named, anonymous, attendances in ((3, 2, 5), (5, 0, 5), (6, 0, 6)):
        before = (await totals(events, "named"))[0]
        await crowd(events, session, site, named - before)
        assert await totals(events, *COUNTS) == (named, anonymous, attendances, *[attendances] * 3)


async def test_a_count_that_was_replaced_says_nothing_more(events: EventStage) -> None:
    _, _, site = await events.simple_event()
    first = await events.headcount(site, 50)
    second = await events.headcount(site, 40, replaces_id=first)
    assert await totals(events, "attendances") == (40,)
    await events.headcount(site, 0, replaces_id=second)
    assert await totals(events, "attendances", "sites_reported") == (0, 1)


async def test_silence_is_no_report_and_zero_is_one(events: EventStage) -> None:
    """Four sites: names, a count of zero, nothing, and a row that was taken back."""
    for name in ("named", "zero", "silent", "voided"):
        _, session, site = await events.simple_event()
        if name == "named":
            await crowd(events, session, site, 2)
        elif name == "zero":
            await events.headcount(site, 0)
        elif name == "voided":
            person = await events.person()
            await events.attendance(session, person, site, voided_at=NOON, void_reason="Nhầm")
    assert await totals(events, "sites", "sites_reported", "coverage_ppm", "attendances") == (4, 2, 500_000, 2)


async def test_what_was_voided_or_waits_for_staff_does_not_count(events: EventStage) -> None:
    _, session, site = await events.simple_event()
    for columns in (
        {"voided_at": NOON, "void_reason": "Nhầm"},
        {"pending": True},
        {"pending": True, "confirmed_at": NOON},
        {"pending": True, "voided_at": NOON, "void_reason": "Không đến"},
        {"first_in_at": None, "first_out_at": NOON, "last_out_at": NOON},
    ):
        await events.attendance(session, await events.person(), site, **columns)
    assert await totals(events, "named", "unique_max") == (2, 2)
    quality = (await ask(events.staff))["quality"]
    assert (quality["pending_n"], quality["voided_n"]) == (1, 2)


async def test_two_sessions_are_two_attendances_and_one_participation(events: EventStage) -> None:
    """Morning: 3 named of 10 heads. Afternoon: two of them and two more, of 4 heads."""
    event, morning, hall = await events.simple_event()
    afternoon = await events.session(event, NOON, ENDS_AT)
    later = await events.site(afternoon, "Hội trường")
    people = await crowd(events, morning, hall, 3)
    for person in people[:2]:
        await events.attendance(afternoon, person, later)
    await crowd(events, afternoon, later, 2)
    assert await totals(events, *COUNTS) == (7, 0, 7, 5, 5, 5)
    await events.headcount(hall, 10)
    await events.headcount(later, 4)
    assert await totals(events, *COUNTS) == (7, 7, 14, 10, 12, 10)
    assert await totals(events, "events", "sessions", "sites") == (1, 2, 2)


async def test_participations_add_up_over_events_and_people_do_not(events: EventStage) -> None:
    _, one, here = await events.simple_event(kind="forum")
    _, other, there = await events.simple_event(kind="contest")
    people = await crowd(events, one, here, 4)
    for person in people[:3]:
        await events.attendance(other, person, there)
    assert await totals(events, "attendances", "participations", "unique_min", "unique_max") == (7, 7, 4, 4)
    by_kind = await groups(events, "kind", "events", "participations", "unique_min")
    assert by_kind == {"forum": (1, 4, 4), "contest": (1, 3, 3)}


async def test_sites_of_a_session_are_added_and_each_is_laid_over_its_own_count(events: EventStage) -> None:
    """The hall: 2 named of 1 head. The room: nobody named of 30. The bridge point: 1 named, no count."""
    await events.set(status="published")
    await crowd(events, events.morning, events.hall, 2)
    await events.headcount(events.hall, 1)
    await events.headcount(events.room, 30, method="platform")
    await crowd(events, events.morning, events.bridge, 1, Y_TY)
    assert await totals(events, *COUNTS) == (3, 30, 33, 33, 33, 33)
    assert await totals(events, "sessions", "sites", "sites_reported") == (1, 3, 3)
    by_mode = await groups(events, "mode", "events", "sessions", "attendances", "unique_min", "unique_max")
    assert by_mode == {"in_person": (1, 1, 3, 3, 3), "online": (1, 1, 30, 30, 30)}
    by_place = await groups(events, "held_in", "sites", "attendances", "participations")
    assert by_place == {BAC_HA: (2, 32, 32), Y_TY: (1, 1, 1)}


async def test_a_merge_makes_one_attendance_of_two_and_undoing_it_two_again(events: EventStage) -> None:
    """Both rows at the same session: the earlier one counts, at its site."""
    await events.set(status="published")
    one, other = await events.person(), await events.person()
    await events.attendance(events.morning, one, events.hall, STARTS_AT + timedelta(minutes=5))
    await events.attendance(events.morning, other, events.bridge, STARTS_AT)
    await events.headcount(events.hall, 3)
    assert await totals(events, *COUNTS) == (2, 2, 4, 4, 4, 4)
    for absorbed, survivor in ((one, other), (other, one)):
        await merge(events, absorbed, survivor)
        assert await totals(events, *COUNTS) == (1, 3, 4, 4, 4, 4)
        by_place = await groups(events, "held_in", "named", "anonymous", "unique_max", "sites_reported")
        assert by_place == {BAC_HA: (0, 3, 3, 1), Y_TY: (1, 0, 1, 1)}
        assert (await ask(events.officer))["totals"]["named"] == 0
        await merge(events, absorbed, None)
    assert await totals(events, "named", "unique_min") == (2, 4)


async def test_a_merged_person_of_two_sessions_is_one(events: EventStage) -> None:
    event, morning, hall = await events.simple_event()
    afternoon = await events.session(event, NOON, ENDS_AT)
    later = await events.site(afternoon, "Hội trường")
    one, other, third = [await events.person() for _ in range(3)]
    await events.attendance(morning, one, hall)
    await events.attendance(afternoon, other, later)
    await events.attendance(afternoon, third, later)
    assert await totals(events, *COUNTS) == (3, 0, 3, 3, 3, 3)
    await merge(events, one, third)
    await merge(events, other, third)
    assert await totals(events, *COUNTS) == (2, 0, 2, 1, 1, 1)


async def test_of_merged_rows_one_that_is_voided_hides_none_that_counts(events: EventStage) -> None:
    _, session, site = await events.simple_event()
    one, other = await events.person(), await events.person()
    await events.attendance(session, one, site, voided_at=NOON, void_reason="Nhầm")
    await events.attendance(session, other, site, NOON)
    await merge(events, other, one)
    assert await totals(events, "named") == (1,)


async def test_merging_through_the_api_and_undoing_it_changes_the_figure_and_back(events: EventStage) -> None:
    _, session, site = await events.simple_event()
    one, other = await crowd(events, session, site, 2)
    merge = await merged(events.staff, {"id": str(one)}, {"id": str(other)})
    assert await totals(events, *COUNTS) == (1, 0, 1, 1, 1, 1)
    await undone(events.staff, merge)
    assert await totals(events, *COUNTS) == (2, 0, 2, 2, 2, 2)


async def test_people_are_told_by_home_and_whoever_was_counted_has_none(events: EventStage) -> None:
    _, session, site = await events.simple_event()
    for number, home in ((3, BAC_HA), (2, Y_TY), (1, None)):
        people = await crowd(events, session, site, number, home)
    await events.headcount(site, 10)
    names = ("attendances", "named", "anonymous", "unique_min", "unique_max")
    figure = await ask(events.staff, group_by="home_of")
    shown = {one["key"]["home_of"]: tuple(one[name] for name in names) for one in figure["groups"]}
    assert shown == {Y_TY: (2, 2, 0, 2, 2), BAC_HA: (3, 3, 0, 3, 3), "unknown": (5, 1, 4, 1, 5)}
    assert list(shown)[-1] == "unknown"
    assert {one["ref"] and one["ref"]["name"] for one in figure["groups"]} == {"Bắc Hà", "Y Tý", None}
    assert all(one["events"] is one["participations"] is one["expected"] is None for one in figure["groups"])
    assert (figure["quality"]["unknown_home_n"], figure["totals"]["attendances"]) == (1, 10)
    home = await events.person(commune=SA_PA)
    await merge(events, people[0], home)
    assert await groups(events, "home_of", "named") == {SA_PA: (1,), Y_TY: (2,), BAC_HA: (3,)}


async def test_sessions_count_on_their_civil_day_and_none_that_lies_ahead(events: EventStage) -> None:
    """The last moment of October and the first of November in Viet Nam, this evening, and tomorrow at midnight."""
    moments = {
        "october": STARTS_AT.replace(month=10, day=31, hour=16, minute=59),
        "november": STARTS_AT.replace(month=10, day=31, hour=17),
        "tonight": STARTS_AT.replace(day=30, hour=16, minute=59),
        "tomorrow": STARTS_AT.replace(day=30, hour=17),
    }
    for number, at in enumerate(moments.values(), start=1):
        event = await events.event(starts_at=at, ends_at=at + timedelta(hours=3))
        await events.mode(event)
        session = await events.session(event, at, at + timedelta(hours=3))
        await events.headcount(await events.site(session, "Sân"), number)
    assert await totals(events, "sessions", "attendances") == (3, 6)
    assert await groups(events, "month", "sessions", "attendances") == {"2025-10": (1, 1), "2025-11": (2, 5)}
    for period, counted in (
        ({"from": "2025-11-01"}, (2, 5)),
        ({"to": "2025-11-01"}, (1, 1)),
        ({"from": "2025-10-31", "to": "2025-11-01"}, (1, 1)),
        ({"from": "2025-11-02", "to": "2025-11-30"}, (0, 0)),
        ({"to": "9999-12-31"}, (3, 6)),
        ({"from": "0001-01-01", "to": "2025-12-02"}, (3, 6)),
    ):
        assert await totals(events, "sessions", "attendances", **period) == counted, period


async def test_months_between_are_zeros(events: EventStage) -> None:
    for at in (STARTS_AT - 3 * MONTH, STARTS_AT):
        event = await events.event(starts_at=at, ends_at=at + timedelta(hours=3))
        await events.mode(event)
        await events.site(await events.session(event, at, at + timedelta(hours=3)), "Sân")
    shown = (await ask(events.staff, group_by="month"))["groups"]
    assert [(one["key"]["month"], one["sites"], one["coverage_ppm"]) for one in shown] == [
        ("2025-08", 1, 0), ("2025-09", 0, None), ("2025-10", 0, None), ("2025-11", 1, 0),
    ]  # fmt: skip


async def test_drafts_and_cancelled_events_never_count(events: EventStage) -> None:
    for status in ("draft", "cancelled", "published", "completed"):
        _, session, site = await events.simple_event(status=status)
        await crowd(events, session, site, 1)
    assert await totals(events, "events", "named") == (2, 2)


async def test_final_alone_leaves_out_what_is_not_closed(events: EventStage) -> None:
    for columns in ({}, CLOSED):
        _, session, site = await events.simple_event(**columns)
        await crowd(events, session, site, 2)
    assert await totals(events, "sessions", "provisional_sessions", "named") == (2, 1, 4)
    assert await totals(events, "sessions", "provisional_sessions", "named", final_only=True) == (1, 0, 2)
    figure = await ask(events.staff, final_only=True, kind="forum", locality=BAC_HA)
    assert figure["filters"] == {"locality": BAC_HA, "kind": "forum", "final_only": "true"}


NO_SHOW = ("expected", "shown", "no_show_ppm")


async def test_who_was_expected_and_did_not_come(events: EventStage) -> None:
    """Of five registered, three confirmed; of these two came, one of them by the other mode. A guest came too."""
    event, session, site = await events.simple_event(capture="mixed")
    await events.mode(event, "online")
    room = await events.site(session, "Phòng", "online")
    people = [await events.person() for _ in range(5)]
    for person, mode, status in zip(
        people,
        ("in_person", "in_person", "online", "in_person", "in_person"),
        ("confirmed", "confirmed", "confirmed", "waitlisted", "cancelled"),
        strict=True,
    ):
        await events.registered(person, mode, status, event_id=event)
    for person, at in ((people[0], room), (people[2], room), (people[4], site)):
        await events.attendance(session, person, at)
    await crowd(events, session, site, 1)
    assert await totals(events, *NO_SHOW) == (0, 0, None)
    await events.set(event, **CLOSED)
    assert await totals(events, *NO_SHOW) == (3, 2, 333_333)
    assert await groups(events, "mode", *NO_SHOW) == {"in_person": (2, 1, 500_000), "online": (1, 1, 0)}
    assert await groups(events, "kind", *NO_SHOW) == {"forum": (3, 2, 333_333)}
    await events.set(event, capture="headcount")
    assert await totals(events, *NO_SHOW) == (0, 0, None)


async def test_whoever_was_merged_is_expected_once_and_shown_once(events: EventStage) -> None:
    event, session, site = await events.simple_event(**CLOSED)
    one, other, third = [await events.person() for _ in range(3)]
    for person in (one, other, third):
        await events.registered(person, event_id=event)
    await events.attendance(session, one, site)
    assert await totals(events, *NO_SHOW) == (3, 1, 666_667)
    await merge(events, one, other)
    assert await totals(events, *NO_SHOW) == (2, 1, 500_000)
    await merge(events, third, other)
    assert await totals(events, *NO_SHOW) == (1, 1, 0)


async def test_a_voided_attendance_is_a_no_show(events: EventStage) -> None:
    event, session, site = await events.simple_event(**CLOSED)
    person = await events.person()
    await events.registered(person, event_id=event)
    await events.attendance(session, person, site, voided_at=NOON, void_reason="Nhầm")
    assert await totals(events, *NO_SHOW) == (1, 0, 1_000_000)


async def test_an_event_is_told_as_a_whole_where_all_of_it_is_counted(events: EventStage) -> None:
    """The conference has sites in two communes: neither of them alone tells who stayed away."""
    await events.set(**CLOSED)
    person = await events.person()
    await events.registered(person)
    await events.attendance(events.morning, person, events.bridge)
    assert await totals(events, *NO_SHOW) == (1, 1, 0)
    assert await groups(events, "held_in", *NO_SHOW, "sites") == {BAC_HA: (0, 0, None, 2), Y_TY: (0, 0, None, 1)}
    assert await totals(events, *NO_SHOW, locality=Y_TY) == (0, 0, None)
    assert (await ask(events.officer))["totals"]["expected"] == 0
    assert await totals(events, *NO_SHOW, **{"from": "2025-11-29", "to": "2025-11-30"}) == (1, 1, 0)


async def test_scans_that_came_late_are_told(events: EventStage) -> None:
    """Of three scans one was in time and one was rejected."""
    await events.set(status="published")
    device = await events.device()
    for status, warnings in (("accepted", ["late_sync"]), ("accepted", []), ("rejected", ["late_sync"])):
        async with events.world.database.begin() as session:
            session.add(
                Scan(
                    device_id=device.id, client_scan_id=uuid4(), event_id=events.event_id, payload_hash=bytes(32),
                    session_id=events.morning, site_id=events.hall, received_at=NOON, status=status,
                    code="checked_in", warnings=warnings,
                )
            )  # fmt: skip
    assert (await ask(events.staff))["quality"]["late_n"] == 1
    assert (await ask(events.staff, locality=Y_TY))["quality"]["late_n"] == 0


async def test_a_site_of_the_whole_province_is_the_province_s(events: EventStage) -> None:
    event = await events.event()
    await events.mode(event)
    site = await events.site(await events.session(event), "Trực tuyến toàn tỉnh", commune=LAO_CAI)
    await events.headcount(site, 7)
    assert await groups(events, "held_in", "attendances") == {LAO_CAI: (7,)}
    assert (await ask(events.officer))["totals"]["attendances"] == 0
