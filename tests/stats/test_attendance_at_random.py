"""The statement of the figures against a plain count of the same rows, for stories that nobody would think of."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from incubator.actor import NOBODY
from incubator.days import civil_day
from incubator.events.attendance.models import Attendance
from incubator.events.headcounts.models import Headcount
from incubator.events.layout.models import EventMode, EventSession, EventSite
from incubator.events.models import COUNTED, NOT_ACTIVITIES, Event
from incubator.events.registrations.models import Registration
from incubator.people.models import Person
from tests.events.stage import NOON, STARTS_AT, EventStage, set_event_stage
from tests.factories import BAC_HA, LAO_CAI, LONG_AGO, SA_PA, Y_TY, World
from tests.stats.test_attendance_figures import ask
from tests.stats.test_attendance_over_http import headlines

PLACES = (BAC_HA, Y_TY, SA_PA)
HOUR = timedelta(hours=1)
STATES: list[dict[str, Any]] = [
    {}, {}, {}, {"voided_at": NOON, "void_reason": "Nhầm"}, {"pending": True}, {"pending": True, "confirmed_at": NOON},
]  # fmt: skip


class Story(msgspec.Struct):
    """All rows, as they were written."""

    code_of: dict[UUID, str]
    events: dict[UUID, Event]
    sessions: dict[UUID, EventSession]
    sites: list[EventSite]
    people: dict[UUID, Person]
    attendance: list[Attendance]
    heads: dict[UUID, int]
    registrations: list[Registration]

    def survivor(self, person_id: UUID) -> UUID:
        return self.people[person_id].survivor_id or person_id

    def home(self, person_id: UUID) -> str:
        place = self.people[person_id].locality_id
        return self.code_of[place] if place else "unknown"

    def named(self) -> dict[UUID, dict[UUID, UUID]]:
        """For each session the site of everybody who counts there."""
        rows: dict[tuple[UUID, UUID], list[Attendance]] = defaultdict(list)
        for row in self.attendance:
            if row.voided_at is None and not (row.pending and row.confirmed_at is None):
                rows[row.session_id, self.survivor(row.person_id)].append(row)
        found: dict[UUID, dict[UUID, UUID]] = defaultdict(dict)
        for (session_id, person_id), same in rows.items():
            found[session_id][person_id] = min(same, key=_place).site_id
        return found


class Cell(msgspec.Struct):
    site: EventSite
    event: Event
    names: set[UUID]
    head: int | None

    @property
    def attendances(self) -> int:
        return max(len(self.names), self.head or 0)

    @property
    def anonymous(self) -> int:
        return self.attendances - len(self.names)


def _place(row: Attendance) -> Any:
    late = NOON.replace(year=9000)
    return (row.first_in_at or late, row.first_out_at or late, row.site_id.int, row.person_id.int)


def cells(story: Story, keep: Callable[[EventSite, Event, EventSession], bool]) -> list[Cell]:
    named = story.named()
    found = []
    for site in story.sites:
        event, session = story.events[site.event_id], story.sessions[site.session_id]
        if event.status in COUNTED and keep(site, event, session):
            names = {person for person, at in named[session.id].items() if at == site.id}
            found.append(Cell(site, event, names, story.heads.get(site.id)))
    return found


def measure(story: Story, chosen: list[Cell], mode: str | None = None) -> dict[str, int]:
    """Everything by its definition; `mode` limits who was expected."""
    by_session: dict[UUID, list[Cell]] = defaultdict(list)
    by_event: dict[UUID, list[Cell]] = defaultdict(list)
    for cell in chosen:
        by_session[cell.site.session_id].append(cell)
        by_event[cell.event.id].append(cell)
    anonymous = sum(cell.anonymous for cell in chosen)
    people = _names(chosen)
    expected, shown = _expected(story, by_event, mode)
    return {
        "events": len(by_event),
        "sessions": len(by_session),
        "provisional_sessions": sum(some[0].event.attendance_closed_at is None for some in by_session.values()),
        "sites": len(chosen),
        "sites_reported": sum(bool(cell.names) or cell.head is not None for cell in chosen),
        "attendances": sum(cell.attendances for cell in chosen),
        "named": sum(len(cell.names) for cell in chosen),
        "anonymous": anonymous,
        "participations": sum(_least(some) for some in by_event.values()),
        "unique_min": _least(chosen),
        "unique_max": len(people) + anonymous,
        "expected": expected,
        "shown": shown,
    }


def _names(chosen: Iterable[Cell]) -> set[UUID]:
    return set().union(*(cell.names for cell in chosen))


def _least(chosen: list[Cell]) -> int:
    size: dict[UUID, int] = defaultdict(int)
    for cell in chosen:
        size[cell.site.session_id] += cell.attendances
    return max(len(_names(chosen)), *size.values(), 0)


def _expected(story: Story, by_event: dict[UUID, list[Cell]], mode: str | None) -> tuple[int, int]:
    due: set[tuple[UUID, UUID]] = set()
    came: set[tuple[UUID, UUID]] = set()
    for event_id, some in by_event.items():
        event = story.events[event_id]
        whole = len(some) == sum(site.event_id == event_id for site in story.sites)
        if whole and event.attendance_closed_at is not None and event.capture != "headcount":
            came |= {(event_id, person) for person in _names(some)}
            due |= {
                (event_id, story.survivor(one.person_id))
                for one in story.registrations
                if one.event_id == event_id and one.status == "confirmed" and mode in {None, one.mode}
            }
    return len(due), len(due & came)


async def write(stage: EventStage, random: Random) -> Story:
    """Fourteen events, thirty people of whom a third was entered twice or thrice, and what a bad day makes of it."""
    places = {code: await stage.place(code) for code in PLACES}
    code_of = {place["locality_id"]: code for code, place in places.items()}
    story = Story(code_of, {}, {}, [], {}, [], {}, [])
    async with stage.world.database.begin() as session:
        for _ in range(30):
            person = Person(
                id=uuid4(), full_name="Lý A", entered_by_kind="system", entered_by_id=NOBODY,
                **random.choice([{}, *places.values()]),
            )  # fmt: skip
            story.people[person.id] = person
        session.add_all(story.people.values())
        await session.flush()
        everybody = list(story.people.values())
        for absorbed in everybody[20:]:
            absorbed.survivor_id = random.choice(everybody[:6]).id
        for _ in range(14):
            await _write_event(session, stage, story, random, places)
        await session.flush()
    return story


async def _write_event(session: Any, stage: EventStage, story: Story, random: Random, places: Any) -> None:
    starts_at = STARTS_AT - timedelta(hours=random.choice([0, 5, 10, 900, 1700, 1703]))
    closed = random.random() < 0.6
    status = "completed" if closed else random.choice(["published", "published", "draft", "cancelled"])
    event = Event(
        id=uuid4(), kind=random.choice(["forum", "conference", "digital_skills_class", "contest"]), title="Diễn đàn",
        organisers=["Đoàn"], starts_at=starts_at, ends_at=starts_at + 9 * HOUR, late_sync_until=starts_at + 99 * HOUR,
        status=status, published_at=None if status == "draft" else LONG_AGO,
        capture=random.choice(["named", "mixed", "mixed", "headcount"]), walk_in_policy="allow", changed_at=LONG_AGO,
        attendance_closed_at=NOON if closed else None, created_by_id=stage.staff.id, **places[BAC_HA],
    )  # fmt: skip
    story.events[event.id] = event
    session.add(event)
    await session.flush()
    modes = random.choice([["in_person"], ["in_person", "online"]])
    session.add_all(EventMode(event_id=event.id, mode=mode) for mode in modes)
    await session.flush()
    for number in range(1, random.randint(1, 3) + 1):
        await _write_session(session, stage, story, random, event, number, modes, places)
    _write_registrations(session, stage, story, random, event, modes)


async def _write_session(
    session: Any, stage: EventStage, story: Story, random: Random, event: Event, number: int, modes: Any, places: Any
) -> None:
    starts_at = event.starts_at + number * 6 * HOUR
    row = EventSession(id=uuid4(), event_id=event.id, number=number, starts_at=starts_at, ends_at=starts_at + HOUR)
    story.sessions[row.id] = row
    session.add(row)
    await session.flush()
    own = {"event_id": event.id, "session_id": row.id}
    sites = [
        EventSite(id=uuid4(), mode=random.choice(modes), label=f"Điểm {n}", **own, **random.choice([*places.values()]))
        for n in range(random.randint(1, 3))
    ]
    story.sites += sites
    session.add_all(sites)
    await session.flush()
    for person in random.sample(list(story.people), random.randint(0, 18)):
        _write_attendance(session, story, random, person, random.choice(sites), starts_at)
    for site in sites:
        await _write_heads(session, stage, story, random, site)


def _write_attendance(
    session: Any, story: Story, random: Random, person: UUID, site: EventSite, starts_at: datetime
) -> None:
    came, left = starts_at + random.randint(0, 2) * HOUR, starts_at + random.randint(3, 4) * HOUR
    seen = random.choice([(came, None), (came, left), (None, left)])
    state = random.choice(
        [
            {},
            {},
            {},
            {"voided_at": NOON, "void_reason": "Nhầm"},
            {"pending": True},
            {"pending": True, "confirmed_at": NOON},
        ]
    )
    values = {"pending": False, "confirmed_at": None, "voided_at": None, **state}
    row = Attendance(
        session_id=site.session_id, person_id=person, event_id=site.event_id, site_id=site.id, first_in_at=seen[0],
        first_out_at=seen[1], last_out_at=seen[1], **values,
    )  # fmt: skip
    story.attendance.append(row)
    session.add(row)


async def _write_heads(session: Any, stage: EventStage, story: Story, random: Random, site: EventSite) -> None:
    replaces_id = None
    for _ in range(random.choice([0, 0, 1, 1, 2, 3])):
        row = Headcount(
            id=uuid4(), event_id=site.event_id, session_id=site.session_id, site_id=site.id, client_report_id=uuid4(),
            total=random.choice([0, 1, 5, 9, 30]), method="count", counted_at=NOON, replaces_id=replaces_id,
            reported_by_kind="account", reported_by_id=stage.staff.id,
        )  # fmt: skip
        session.add(row)
        await session.flush()
        replaces_id, story.heads[site.id] = row.id, row.total


def _write_registrations(
    session: Any, stage: EventStage, story: Story, random: Random, event: Event, modes: list[str]
) -> None:
    for number, person in enumerate(random.sample(list(story.people), 12), start=1):
        status = random.choice(["confirmed", "confirmed", "waitlisted", "cancelled"])
        row = Registration(
            event_id=event.id, mode=random.choice(modes), person_id=person, status=status, source="staff",
            locality_id=event.locality_id, province_id=event.province_id, registered_by_kind="account",
            registered_by_id=stage.staff.id, wait_number=number if status == "waitlisted" else None,
            cancelled_at=NOON if status == "cancelled" else None,
        )  # fmt: skip
        story.registrations.append(row)
        session.add(row)


VALUES: dict[str, Callable[[Story, Cell], str]] = {
    "kind": lambda _, cell: cell.event.kind,
    "held_in": lambda story, cell: story.code_of[cell.site.locality_id],
    "mode": lambda _, cell: cell.site.mode,
    "month": lambda story, cell: f"{civil_day(story.sessions[cell.site.session_id].starts_at):%Y-%m}",
}


async def compare(stage: EventStage, story: Story, chosen: list[Cell], **asked: Any) -> None:
    """The totals, and the groups of every breakdown."""
    for by, value in VALUES.items():
        figure = await ask(stage.staff, group_by=by, **asked)
        total = measure(story, chosen)
        assert {name: figure["totals"][name] for name in total} == total
        for group in figure["groups"]:
            key = group["key"][by]
            numbers = measure(story, [cell for cell in chosen if value(story, cell) == key])
            if by == "mode":
                every = measure(story, chosen, mode=key)
                numbers |= {name: every[name] for name in ("expected", "shown")}
            assert {name: group[name] for name in numbers} == numbers, (by, key, asked)
        keys = {group["key"][by] for group in figure["groups"]}
        assert {value(story, cell) for cell in chosen} <= keys
    await _compare_homes(stage, story, chosen, **asked)


async def _compare_homes(stage: EventStage, story: Story, chosen: list[Cell], **asked: Any) -> None:
    anonymous = sum(cell.anonymous for cell in chosen)
    groups = (await ask(stage.staff, group_by="home_of", **asked))["groups"]
    people = _names(chosen)
    assert {story.home(person) for person in people} <= {group["key"]["home_of"] for group in groups}
    for group in groups:
        home = group["key"]["home_of"]
        number = len([person for person in people if story.home(person) == home])
        named = sum(story.home(person) == home for cell in chosen for person in cell.names)
        more = anonymous if home == "unknown" else 0
        shown = [group[name] for name in ("named", "anonymous", "attendances", "unique_min", "unique_max")]
        assert shown == [named, more, named + more, number, number + more]


@pytest.mark.parametrize("seed", range(6))
async def test_the_figures_are_what_a_plain_count_says(world: World, seed: int) -> None:
    stage = await set_event_stage(world)
    await stage.set(status="draft")
    story = await write(stage, Random(seed))
    now = world.clock.now

    def day(session: EventSession) -> str:
        return civil_day(session.starts_at).isoformat()

    def happened(session: EventSession) -> bool:
        return civil_day(session.starts_at) <= civil_day(now)

    asked: list[tuple[dict[str, Any], Callable[[EventSite, Event, EventSession], bool]]] = [
        ({}, lambda *_: True),
        ({"from": "2025-10-22", "to": "2025-11-29"}, lambda _, __, s: "2025-10-22" <= day(s) < "2025-11-29"),
        ({"locality": Y_TY}, lambda site, _, __: story.code_of[site.locality_id] == Y_TY),
        ({"kind": "forum", "final_only": True}, lambda _, e, __: e.kind == "forum" and bool(e.attendance_closed_at)),
        ({"locality": LAO_CAI, "final_only": True}, lambda _, e, __: bool(e.attendance_closed_at)),
    ]
    for question, keep in asked:
        chosen = cells(story, lambda site, event, session, keep=keep: happened(session) and keep(site, event, session))
        await compare(stage, story, chosen, **question)
    everything = cells(story, lambda _, __, session: happened(session))
    await compare_headlines(stage, story, everything)


async def compare_headlines(stage: EventStage, story: Story, chosen: list[Cell]) -> None:
    activity = measure(story, [cell for cell in chosen if cell.event.kind not in NOT_ACTIVITIES])
    course = measure(story, [cell for cell in chosen if cell.event.kind == "digital_skills_class"])
    assert await headlines(stage.staff) == {
        "activities": activity["events"],
        "activity_attendances": activity["attendances"],
        "conference_attendances": measure(story, [c for c in chosen if c.event.kind == "conference"])["attendances"],
        "digital_skills_classes": course["events"],
        "people_trained": course["participations"],
    }
