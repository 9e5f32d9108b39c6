"""One event from its publication to the last paper that came in."""

from collections import defaultdict
from itertools import islice
from uuid import UUID

import msgspec

from incubator.demo.events_desk import Desk, Stage, Venue, set_stage
from incubator.demo.events_doors import Door, warning_of
from incubator.demo.events_doubles import TWICE, Doubles
from incubator.demo.events_heads import put_headcounts
from incubator.demo.events_phones import Phones, put_waiting_phone
from incubator.demo.events_plans import Fate, Plan
from incubator.demo.events_seats import Registrar
from incubator.demo.events_youth import Youth
from incubator.demo.rows import Rows
from incubator.events.check_in.models import ScanWarning
from incubator.events.layout.models import Mode
from incubator.events.models import WalkInPolicy
from incubator.events.registrations.models import RegistrationStatus

_STAYED_AWAY, _CANCELLED, _OTHER_MODE = (0.05, 0.22), 0.03, 0.05
_CAME_AGAIN, _WAITED_IN_VAIN = 0.85, 3


class Expected(msgspec.Struct, frozen=True):
    """Who comes to a venue: with a seat, from the waitlist, without either, and so many whom nobody knows yet."""

    venue: Venue
    seated: list[Youth]
    queued: list[Youth]
    unasked: list[Youth]
    strangers: int


class Story:
    """`met` are those who come no more: to other sites of the event, or, as it grows, to other events."""

    def __init__(self, rows: Rows, desk: Desk, doubles: Doubles, plan: Plan, met: set[Youth]) -> None:
        self._rows, self._desk, self._doubles, self._plan, self._met = rows, desk, doubles, plan, met
        self._stage = set_stage(rows, desk, plan)
        self._registrar = Registrar(rows, desk, self._stage)
        self._booked: dict[Youth, Mode] = {}
        self._present: defaultdict[UUID, set[Youth]] = defaultdict(set)

    def tell(self) -> Stage:
        waiting = self._gather(self._stage.venues[0], self._plan.waiting)
        if self._plan.fate is Fate.held:
            expected = [self._expect(venue, waiting) for venue in self._stage.venues]
            self._let_in(expected, *self._take_seats(waiting))
            put_headcounts(self._rows, self._desk, self._stage)
        else:
            for venue in self._stage.venues:
                self._book(self._gather(venue, venue.cell.named), venue.cell.mode)
            self._take_seats(waiting)
            put_waiting_phone(self._rows, self._desk, self._stage)
        self._registrar.put_modes()
        return self._stage

    def _expect(self, venue: Venue, waiting: list[Youth]) -> Expected:
        """People of an earlier session come to the next one first. Of those who wait some simply come."""
        cell, mode = venue.cell, venue.cell.mode
        uninvited = self._uninvited(venue)
        queued = waiting[: min(uninvited, len(waiting) // _WAITED_IN_VAIN)] if venue is self._stage.venues[0] else []
        seated = self._returning(venue, cell.named - uninvited)
        newly = self._gather(venue, cell.named - uninvited - len(seated))
        self._book(newly, mode)
        self._present[venue.session_id].update(seated, newly)
        strangers = uninvited - len(queued) if cell.by_phone else 0
        unasked = self._gather(venue, uninvited - len(queued) - strangers)
        return Expected(venue, seated + newly, queued, unasked, strangers)

    def _uninvited(self, venue: Venue) -> int:
        """How many come without a registration."""
        plan, cell = self._plan, venue.cell
        if plan.absent is not None:
            first = next(other for other in self._stage.venues if other.cell.mode is cell.mode)
            return plan.absent[cell.mode] if venue is first else 0
        if plan.policy is WalkInPolicy.deny:
            return 0
        return round(cell.named * (1 - plan.registered_share))

    def _returning(self, venue: Venue, most: int) -> list[Youth]:
        if venue.part is self._plan.parts[0]:
            return []
        dice, present = self._desk.dice, self._present[venue.session_id]
        known = [youth for youth, mode in self._booked.items() if mode is venue.cell.mode and youth not in present]
        return [youth for youth in known if dice.chance(_CAME_AGAIN)][:most]

    def _book(self, youths: list[Youth], mode: Mode) -> None:
        """Where there are two modes, some change their minds without telling anybody."""
        dice, modes = self._desk.dice, self._plan.modes
        for youth in youths:
            changes = len(modes) > 1 and self._plan.absent is None and dice.chance(_OTHER_MODE)
            self._booked[youth] = dice.pick(modes) if changes else mode

    def _take_seats(self, waiting: list[Youth]) -> tuple[dict[Youth, UUID], dict[Youth, UUID]]:
        """Of all who come, and of those who stay away or change their minds."""
        if not self._booked and not waiting:
            return {}, {}
        dice, seated = self._desk.dice, list(self._booked.items())
        for mode in self._plan.modes:
            venue = next(venue for venue in self._stage.venues if venue.cell.mode is mode)
            seated += [(youth, mode) for youth in self._gather(venue, self._absent(mode))]
        dice.shuffle(seated)
        cancelled = 0 if self._plan.absent is not None else int(len(seated) * dice.uniform(0, 2 * _CANCELLED))
        gave_back = [(youth, self._plan.modes[0]) for youth in self._gather(self._stage.venues[0], cancelled)]
        booked = self._registrar.book([*seated, *gave_back], cancelled=cancelled)
        return booked, self._registrar.queue(waiting, self._plan.modes[0])

    def _absent(self, mode: Mode) -> int:
        if self._plan.absent is not None:
            return self._plan.absent[mode]
        if self._plan.fate is not Fate.held:
            return 0
        seats = sum(booked is mode for booked in self._booked.values())
        return int(seats * self._desk.dice.uniform(*_STAYED_AWAY))

    def _let_in(self, expected: list[Expected], seats: dict[Youth, UUID], queue: dict[Youth, UUID]) -> None:
        phones = Phones(self._rows, self._desk, self._stage)
        phones.enrol()
        door = Door(self._rows, self._desk, self._stage, phones)
        waited = warning_of(RegistrationStatus.waitlisted)
        for one in expected:
            for youth in one.seated:
                door.admit(one.venue, youth, seats[youth], warnings=self._switched(one.venue, youth))
            for youth in one.queued:
                door.admit(one.venue, youth, queue[youth], warnings=waited)
            for youth in one.unasked:
                door.admit(one.venue, youth, None)
            self._meet(door, one)
            door.note_oddities(one.venue)
        phones.put_contacts()

    def _switched(self, venue: Venue, youth: Youth) -> tuple[ScanWarning, ...]:
        return () if self._booked[youth] is venue.cell.mode else (ScanWarning.mode_switched,)

    def _meet(self, door: Door, expected: Expected) -> None:
        """Strangers, some of whom are none; and now and then somebody who had come is entered a second time."""
        venue, doubles = expected.venue, self._doubles
        for _ in range(expected.strangers):
            if pair := doubles.in_place_of_a_stranger(venue, self._met, self._stage.published_at):
                door.admit(venue, pair[1], None, warnings=TWICE)
                doubles.put_pair(self._rows, *pair)
            else:
                stranger = self._desk.youths.newcomer(venue.cell.commune)
                self._met.add(stranger)
                door.admit(venue, stranger, None)
        is_plain = venue.cell.by_phone and self._plan.policy is WalkInPolicy.allow and venue.cell.commune is not None
        if is_plain and expected.seated and doubles.is_merged_at_next_door():
            self._merge(door, venue, expected.seated)

    def _merge(self, door: Door, venue: Venue, seated: list[Youth]) -> None:
        """One of them, who came twice by the rows and once by the figures."""
        pairs = ((youth, again) for youth in seated if (again := self._desk.youths.double(youth)))
        for known, again in islice(pairs, 1):
            again.survivor_id = known.id
            door.admit(venue, again, None, warnings=TWICE)
            self._doubles.put_merged_pair(self._rows, known, again, venue.cell.commune)

    def _gather(self, venue: Venue, wanted: int) -> list[Youth]:
        """People who may come to this event for the first time."""
        commune = venue.cell.commune
        return self._desk.youths.gather(commune, wanted, self._met, known_at=self._stage.published_at)
