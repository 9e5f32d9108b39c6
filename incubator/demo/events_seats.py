"""Who had a seat, who waited for one, and what their tickets are."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from incubator.demo.events_calendar import LAST_MOMENT, moments_between
from incubator.demo.events_desk import Desk, Stage
from incubator.demo.events_plans import Plan
from incubator.demo.events_youth import Youth
from incubator.demo.places import PROVINCE_ID
from incubator.demo.rows import Rows
from incubator.events.layout.models import EventMode, Mode
from incubator.events.registrations.models import (
    Registration,
    RegistrationSource,
    RegistrationStatus,
    Ticket,
)
from incubator.people.models import PersonPlace

_S, _R = RegistrationSource, RegistrationStatus
_SOURCES, _SOURCE_WEIGHTS = (_S.self, _S.staff, _S.imported), (45, 43, 12)
_WHY_CANCELLED = ("Bận việc gia đình", "Trùng lịch đi làm", None)
_ROLLED = 0.03
_QUIET, _QUEUES = timedelta(hours=2), timedelta(hours=20)
"""Nobody registers in the last hours."""

_VENUES = {Mode.in_person: None, Mode.online: "https://hop.example.vn/phong/"}


class Registrar:
    """Writes the registrations of one event down, in the order in which they came."""

    def __init__(self, rows: Rows, desk: Desk, stage: Stage) -> None:
        self._rows, self._desk, self._stage = rows, desk, stage
        self._seats: Counter[Mode] = Counter()
        self._waited: Counter[Mode] = Counter()

    def book(self, youths: Sequence[tuple[Youth, Mode]], *, cancelled: int = 0) -> dict[Youth, UUID]:
        """Seats for these, of whom so many of the last give theirs back; the ids of those that stand."""
        ends = self._last_moment - timedelta(days=1)
        moments = moments_between(self._desk.dice, self._stage.published_at, ends, len(youths))
        booked = {}
        for place, ((youth, mode), at) in enumerate(zip(youths, moments, strict=True)):
            if place >= len(youths) - cancelled:
                self._cancel(youth, mode, at)
            else:
                self._seats[mode] += 1
                booked[youth] = self._register(youth, mode, _R.confirmed, at)
        return booked

    def queue(self, youths: Sequence[Youth], mode: Mode) -> dict[Youth, UUID]:
        """Those who came too late for a seat, in the order in which they wait."""
        last = self._last_moment
        moments = moments_between(self._desk.dice, last - _QUEUES, last, len(youths))
        waiting = {}
        for youth, at in zip(youths, moments, strict=True):
            self._waited[mode] += 1
            waiting[youth] = self._register(youth, mode, _R.waitlisted, at, wait_number=self._waited[mode])
        return waiting

    def put_modes(self) -> None:
        """Once everybody has registered: the seats that are taken, and those that there are."""
        plan = self._stage.plan
        for mode in plan.modes:
            url = _VENUES[mode]
            self._rows.put(
                EventMode, event_id=self._stage.id, mode=mode.value, capacity=_capacity(plan, mode, self._seats[mode]),
                seats_taken=self._seats[mode], waitlist=True, last_wait=self._waited[mode],
                venue=None if url else next(cell.label for cell in plan.cells if cell.mode is mode),
                join_url=url and f"{url}{self._stage.id.hex[-8:]}",
            )  # fmt: skip

    @property
    def _last_moment(self) -> datetime:
        return min(self._stage.plan.starts_at, LAST_MOMENT) - _QUIET

    def _cancel(self, youth: Youth, mode: Mode, at: datetime) -> None:
        """Before anybody waits, who would have been given the seat."""
        cancelled_at = min(at + timedelta(hours=self._desk.dice.between(1, 40)), self._last_moment - _QUEUES - _QUIET)
        reason = self._desk.dice.pick(_WHY_CANCELLED)
        self._register(youth, mode, _R.cancelled, at, version=2, cancelled_at=cancelled_at, cancel_reason=reason)

    def _register(
        self, youth: Youth, mode: Mode, status: RegistrationStatus, at: datetime, **more: Any
    ) -> UUID:  # fmt: skip
        dice, stage = self._desk.dice, self._stage
        source = dice.weighted(_SOURCES, _SOURCE_WEIGHTS)
        by = self._desk.roster.website if source is _S.self else stage.host
        self._desk.youths.introduce(self._rows, youth, by, at)
        registration_id = dice.new_id(at)
        self._rows.put(
            Registration, id=registration_id, event_id=stage.id, mode=mode.value, person_id=youth.id,
            locality_id=youth.commune_id, province_id=PROVINCE_ID, status=status.value, source=source.value,
            owner_token_id=by.token_id, registered_by_kind=by.kind, registered_by_id=by.id, registered_at=at,
            confirmed_at=None if status is _R.waitlisted else at, **{"version": 1, **more},
        )  # fmt: skip
        self._put_tickets(registration_id, at)
        self._show(youth, registration_id)
        return registration_id

    def _put_tickets(self, registration_id: UUID, at: datetime) -> None:
        """Some lost theirs and were given another one."""
        event_id, issued_at = self._stage.id, at
        if self._desk.dice.chance(_ROLLED):
            issued_at = at + timedelta(hours=1)
            self._put_ticket(registration_id, event_id, at, revoked_at=issued_at)
        self._put_ticket(registration_id, event_id, issued_at)

    def _put_ticket(self, registration_id: UUID, event_id: UUID, at: datetime, **more: Any) -> None:
        """The hash of no text that anybody has: who needs a ticket has it rolled."""
        digest = self._desk.dice.randbytes(32)
        self._rows.put(Ticket, hash=digest, registration_id=registration_id, event_id=event_id, issued_at=at, **more)

    def _show(self, youth: Youth, registration_id: UUID) -> None:
        """The commune of the event sees who is registered for it."""
        if commune := self._stage.plan.commune:
            self._rows.put(
                PersonPlace, person_id=youth.id, locality_id=commune.id, source="registration",
                source_id=registration_id, province_id=PROVINCE_ID,
            )  # fmt: skip


def _capacity(plan: Plan, mode: Mode, taken: int) -> int | None:
    """As many as there are seats taken, or the next round number above; else no limit."""
    if mode in plan.seats:
        return plan.seats[mode]
    return -(-taken // plan.booked) * plan.booked if plan.booked else None
