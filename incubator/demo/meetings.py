"""Sessions: planned, moved and filled as the product does it, with every step in their history."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import msgspec

from incubator.actor import Actor
from incubator.days import VIETNAM, civil_day
from incubator.demo.dice import LAST_DAY, Dice, days_later
from incubator.demo.mentors import Adviser
from incubator.demo.places import PROVINCE_ID
from incubator.demo.rows import Rows
from incubator.mentoring.programmes.models import Programme, ProgrammeKind
from incubator.mentoring.sessions.models import (
    SEATED,
    GuestStatus,
    MentorAttendance,
    MentoringSession,
    MentorRole,
    Mode,
    SessionAction,
    SessionMentor,
    SessionParticipant,
    SessionStatus,
    SessionTransition,
)
from incubator.mentoring.sessions.planning import SOURCE
from incubator.people.models import PersonPlace

_SECOND = timedelta(seconds=1)
_VERY_LATE, _SAME_EVENING = 0.03, 0.5


class Plan(msgspec.Struct, frozen=True):
    """What is known of a session before it happens. One without a time is written down afterwards."""

    kind: ProgrammeKind
    programme: Programme | None
    day: date
    minutes: int
    mode: Mode
    locality_id: UUID
    place: str | None = None
    starts: time | None = None
    capacity: int | None = None

    @property
    def starts_at(self) -> datetime | None:
        return datetime.combine(self.day, self.starts, VIETNAM) if self.starts else None


class Minutes(msgspec.Struct, frozen=True):
    """What a mentor gave to a session."""

    contact: int
    preparation: int = 0
    travel: int = 0


NONE = Minutes(0)


class Meeting:
    """A session with its rows; `at` is when the last line about it was written."""

    def __init__(self, rows: Rows, dice: Dice, plan: Plan, planner: Actor, at: datetime) -> None:
        self.rows = rows
        self.dice = dice
        self.plan = plan
        self.at = at
        self._steps = 0
        self.session = MentoringSession(
            id=dice.new_id(at), version=1, programme_id=plan.programme.id if plan.programme else None,
            kind=plan.kind.value, status=SessionStatus.planned.value, planned_on=plan.day, starts_at=plan.starts_at,
            minutes=plan.minutes, mode=plan.mode.value, place=plan.place, locality_id=plan.locality_id,
            province_id=PROVINCE_ID, capacity=plan.capacity, seats_taken=0, sequence=0, changed_at=at, created_at=at,
        )  # fmt: skip
        rows.add(self.session)
        self._write(SessionAction.plan, None, planner, min(civil_day(at), plan.day), None)

    @property
    def id(self) -> UUID:
        return self.session.id

    def move(
        self, action: SessionAction, actor: Actor, at: datetime, *, on: date | None = None, reason: str | None = None
    ) -> None:
        """One step; `on` is the day that it is about, by default that of its recording."""
        before = self.session.status
        held_on = self.plan.day if action is SessionAction.hold else None
        self.at = max(at, self.at + _SECOND)
        self.session.move_to(action, held_on=held_on, today=LAST_DAY, now=self.at)
        self.session.version += 1
        self._write(action, before, actor, on or civil_day(self.at), reason)

    def seat_mentor(
        self, adviser: Adviser, role: MentorRole, attendance: MentorAttendance, minutes: Minutes = NONE
    ) -> None:
        self.rows.put(
            SessionMentor, session_id=self.id, mentor_id=adviser.id, role=role.value, attendance=attendance.value,
            contact_minutes=minutes.contact, preparation_minutes=minutes.preparation, travel_minutes=minutes.travel,
        )  # fmt: skip

    def seat_guest(
        self, person_id: UUID, project_id: UUID | None, status: GuestStatus, actor: Actor, at: datetime
    ) -> None:
        """The commune of the session sees them from then on."""
        self.session.take_seats(status in SEATED)
        at = max(at, self.session.created_at)
        self.rows.put(
            SessionParticipant, id=self.dice.new_id(at), session_id=self.id, person_id=person_id,
            project_id=project_id, status=status.value, added_by_kind=actor.kind, added_by_id=actor.id, created_at=at,
        )  # fmt: skip
        self.rows.put(
            PersonPlace, person_id=person_id, locality_id=self.plan.locality_id, source=SOURCE, source_id=self.id,
            province_id=PROVINCE_ID,
        )  # fmt: skip

    def _write(self, action: SessionAction, before: str | None, actor: Actor, day: date, reason: str | None) -> None:
        self._steps += 1
        self.rows.put(
            SessionTransition, id=self.dice.new_id(self.at), session_id=self.id, number=self._steps,
            action=action.value, from_status=before, to_status=self.session.status, occurred_on=day,
            recorded_at=self.at, actor_kind=actor.kind, actor_id=actor.id, reason=reason, details={},
        )  # fmt: skip


def reported_at(dice: Dice, day: date) -> datetime:
    """When a session is reported: in the evening of its day, or on one of the next days, a few after weeks."""
    later = days_later(day, dice.between(31, 45) if dice.chance(_VERY_LATE) else dice.between(1, 5))
    if later > LAST_DAY or dice.chance(_SAME_EVENING):
        return dice.moment(day, first_hour=18, last_hour=20)
    return dice.moment(later)
