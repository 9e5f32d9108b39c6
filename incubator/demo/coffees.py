"""Startup Coffee and Entrepreneur Coffee: tables at which several projects and other young people sit."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, time, timedelta
from uuid import UUID

import msgspec

from incubator.actor import Actor
from incubator.demo.accounts import SEAT
from incubator.demo.consultations import consult
from incubator.demo.dice import LAST_DAY, days_later
from incubator.demo.meetings import NONE, Meeting, Minutes, Plan, reported_at
from incubator.demo.mentors import Adviser
from incubator.demo.places import Commune
from incubator.demo.programmes import coffee_days
from incubator.demo.projects import Venture
from incubator.demo.rows import Rows
from incubator.demo.world import World
from incubator.mentoring.programmes.models import ProgrammeKind
from incubator.mentoring.sessions.models import GuestStatus, MentorAttendance, MentorRole, Mode, SessionAction
from incubator.people.models import Person
from incubator.projects.models import Platform

CAPACITY, _SEATS_FOR_PROJECTS = 30, 16
_CANCELLED, _ONLINE, _AT_THE_SEAT = 0.06, 0.08, 0.6
_OWN_MENTOR_TOO, _MEMBER_TOO = 0.4, 0.35
_COMES, _COMES_AGAIN, _CURIOUS = 0.85, 0.4, 400
_CONFIRMED = timedelta(days=4)
_ANNOUNCED_DAYS = 21
_BAD_WEATHER = "Mưa lũ, đường vào hội trường bị chia cắt; dời sang tháng sau."
_STARTS = {ProgrammeKind.startup_coffee: time(8, 30), ProgrammeKind.entrepreneur_coffee: time(14, 0)}
_HELD_FROM = {
    ProgrammeKind.startup_coffee: (Platform.market, Platform.digital),
    ProgrammeKind.entrepreneur_coffee: (Platform.capital, Platform.market),
}


class Seat(msgspec.Struct, frozen=True):
    """A project at a table, and what it is consulted on if the coffee takes place."""

    venture: Venture
    platforms: tuple[Platform, ...]


class Table:
    """One table of a coffee. Who leads it and whether it takes place is settled before anybody sits down."""

    def __init__(self, day: date, kind: ProgrammeKind, lead: Adviser, minutes: int, *, cancelled: bool) -> None:
        self.day = day
        self.kind = kind
        self.lead = lead
        self.minutes = minutes
        self.cancelled = cancelled
        self.seats: list[Seat] = []
        self.people: set[UUID] = set()

    @property
    def takes_place(self) -> bool:
        return not self.cancelled and self.day <= LAST_DAY

    def has_room(self, venture: Venture) -> bool:
        """Nobody sits at a table twice, not even somebody who leads two projects."""
        return len(self.people) < _SEATS_FOR_PROJECTS and self.people.isdisjoint(_ids(venture))

    def book(self, venture: Venture, platforms: tuple[Platform, ...]) -> None:
        self.people.update(_ids(venture))
        self.seats.append(Seat(venture, platforms))


class Coffees:
    """All tables of five years and of the weeks ahead; told once every project that may sit at them is known."""

    def __init__(self, world: World, scale: int) -> None:
        self._world = world
        self._dice = world.network.dice
        self._days = coffee_days()
        self._tables = {day: [self._table(day, kind) for _ in range(scale)] for day, kind in self._days}
        self._told = 0
        self._curious: list[Person] = []

    def table_for(self, venture: Venture, first: date, last: date) -> Table | None:
        """A table with room on the next day of a coffee, if that is within the time."""
        at = bisect_left(self._days, (first, ProgrammeKind.clinic))
        if at == len(self._days) or self._days[at][0] > last:
            return None
        table = self._dice.pick(self._tables[self._days[at][0]])
        return table if table.has_room(venture) else None

    def tell(self, rows: Rows, until: date) -> None:
        """Every coffee up to that day."""
        while self._told < len(self._days) and self._days[self._told][0] <= until:
            for table in self._tables.pop(self._days[self._told][0]):
                self._tell(rows, table)
            self._told += 1

    def _table(self, day: date, kind: ProgrammeKind) -> Table:
        dice, experts = self._dice, self._world.network.advisers
        lead = dice.pick(experts.experts_on(dice.pick(_HELD_FROM[kind])))
        cancelled = day <= LAST_DAY and dice.chance(_CANCELLED)
        return Table(day, kind, lead, dice.between(9, 16) * 10, cancelled=cancelled)

    def _tell(self, rows: Rows, table: Table) -> None:
        dice, staff = self._dice, self._dice.pick(self._world.roster.staff)
        at = dice.moment(min(days_later(table.day - timedelta(days=_ANNOUNCED_DAYS), 0), LAST_DAY))
        meeting = Meeting(rows, dice, self._plan(table), staff, at)
        if not table.cancelled and table.day - _CONFIRMED <= LAST_DAY:
            meeting.move(SessionAction.confirm, staff, dice.after(at, table.day - _CONFIRMED))
        if table.cancelled:
            day = table.day - timedelta(days=1)
            meeting.move(SessionAction.cancel, staff, dice.after(at, day), reason=_BAD_WEATHER)
        elif table.takes_place:
            meeting.move(SessionAction.hold, staff, reported_at(dice, table.day), on=table.day)
        self._seat_mentors(meeting, table)
        self._seat_guests(meeting, table, staff)

    def _plan(self, table: Table) -> Plan:
        dice, online = self._dice, self._dice.chance(_ONLINE)
        commune = self._commune()
        return Plan(
            kind=table.kind, programme=self._world.network.programmes[table.kind], day=table.day,
            minutes=max(90, table.minutes), mode=Mode.online if online else Mode.in_person, locality_id=commune.id,
            place=None if online else f"{dice.pick(('Cà phê sách', 'Nhà văn hóa thanh niên', 'Cà phê Mây'))}, "
            f"{commune.words}", starts=_STARTS[table.kind], capacity=CAPACITY,
        )  # fmt: skip

    def _commune(self) -> Commune:
        """Mostly in the capital of the province, else in some ward."""
        wards = [commune for commune in self._world.communes if commune.kind == "ward"]
        seat = next(commune for commune in wards if commune.code == SEAT)
        return seat if self._dice.chance(_AT_THE_SEAT) else self._dice.pick(wards)

    def _seat_mentors(self, meeting: Meeting, table: Table) -> None:
        """The one who leads the table, and mentors who come with their projects: each with their minutes once."""
        dice = self._dice
        came = MentorAttendance.attended if table.takes_place else MentorAttendance.expected
        lead = Minutes(table.minutes, dice.between(0, 4) * 15, dice.between(0, 6) * 15) if table.takes_place else NONE
        meeting.seat_mentor(table.lead, MentorRole.lead, came, lead)
        support: set[UUID] = set()
        for seat in table.seats:
            own = self._world.network.advisers.by_account[dice.pick(seat.venture.mentors).id]
            joins = dice.chance(_OWN_MENTOR_TOO)
            if joins and own.id not in support:
                support.add(own.id)
                minutes = Minutes(dice.between(4, 9) * 10, 0, dice.between(0, 4) * 15) if table.takes_place else NONE
                meeting.seat_mentor(own, MentorRole.support, came, minutes)
            if table.takes_place:
                for platform in seat.platforms:
                    consult(meeting, seat.venture, platform, own if joins else table.lead)

    def _seat_guests(self, meeting: Meeting, table: Table, staff: Actor) -> None:
        """Leaders, some of their members, and people who have no project yet."""
        dice = self._dice
        there = GuestStatus.attended if table.takes_place else GuestStatus.registered
        for seat in table.seats:
            leader, *members = _who_may_come(seat.venture)
            came = [leader, *(person for person in members if dice.chance(_MEMBER_TOO))]
            for person in came:
                meeting.seat_guest(person.id, seat.venture.project.id, there, staff, seat.venture.mentored_since)
        absent = GuestStatus.absent if table.takes_place else GuestStatus.registered
        for person in self._guests(meeting, dice.between(3, 9)):
            meeting.seat_guest(person.id, None, there if dice.chance(_COMES) else absent, staff, person.created_at)

    def _guests(self, meeting: Meeting, wanted: int) -> Iterator[Person]:
        """Some come again. Those who come for the first time are written into the register of people."""
        again = self._dice.sample(self._curious, min(len(self._curious), round(wanted * _COMES_AGAIN)))
        yield from again
        for _ in range(wanted - len(again)):
            yield self._new_guest(meeting)
        del self._curious[:-_CURIOUS]

    def _new_guest(self, meeting: Meeting) -> Person:
        """Without a telephone number, which is not asked for on a list of who is there."""
        commune, staff = self._dice.pick(self._world.communes), self._dice.pick(self._world.roster.staff)
        at = meeting.session.created_at
        person = self._world.network.population.member(commune, staff, received_on=meeting.plan.day, at=at)
        person.phone = None
        meeting.rows.add(person)
        self._curious.append(person)
        return person


def _who_may_come(venture: Venture) -> list[Person]:
    """The leader and one more."""
    return venture.people[:2]


def _ids(venture: Venture) -> set[UUID]:
    return {person.id for person in _who_may_come(venture)}
