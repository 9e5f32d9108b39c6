"""A project's own sessions: planned or only written down afterwards, and the ways in which they come to nothing."""

from datetime import time, timedelta

import msgspec

from incubator.actor import Actor
from incubator.days import civil_day
from incubator.demo.consultations import consult, mistake
from incubator.demo.diary import Appointment, Fate
from incubator.demo.dice import LAST_DAY
from incubator.demo.meetings import Meeting, Minutes, Plan, reported_at
from incubator.demo.mentors import Adviser
from incubator.demo.projects import Venture
from incubator.demo.rows import Rows
from incubator.demo.world import World
from incubator.mentoring.models import CONTACT_MINUTES
from incubator.mentoring.programmes.models import Programme, ProgrammeKind
from incubator.mentoring.sessions.models import GuestStatus, MentorAttendance, MentorRole, Mode, SessionAction
from incubator.projects.models import Platform

_UNPLANNED, _CONFIRMED, _HELPED = 0.3, 0.6, 0.3
_MEMBER_TOO = 0.4
_STARTS = (time(8), time(8, 30), time(9), time(10), time(14), time(15))
_KINDS = (ProgrammeKind.one_to_one, ProgrammeKind.clinic, ProgrammeKind.field_visit)
_MODES, _MODE_WEIGHTS = (Mode.in_person, Mode.online, Mode.phone, Mode.hybrid), (62, 12, 22, 4)
_WITHOUT_PROGRAMME = 0.4
_CANCELLED = ("Trưởng nhóm ốm, hẹn lại sau.", "Đường sạt lở, không đi được.", "Trùng lịch họp của xã.")
_MENTOR_ABSENT = "Cố vấn bận công tác đột xuất, không báo trước."
_GUESTS_ABSENT = "Nhóm đi thu hoạch, không ai đến."
_HELD = frozenset({Fate.held, Fate.stood_in, Fate.short})
_STEPS = {
    Fate.cancelled: SessionAction.cancel,
    Fate.mentor_absent: SessionAction.mentor_absent,
    Fate.guests_absent: SessionAction.guests_absent,
}


class Occasion(msgspec.Struct, frozen=True):
    """Who meets whom in a session of one project."""

    world: World
    rows: Rows
    venture: Venture
    appointment: Appointment
    mentor: Adviser

    @property
    def mentor_actor(self) -> Actor:
        return self.mentor.actor or self.venture.staff


def tell_session(world: World, rows: Rows, venture: Venture, appointment: Appointment) -> None:
    """From its planning to what came of it by the last day."""
    dice, advisers = world.network.dice, world.network.advisers
    occasion = Occasion(world, rows, venture, appointment, advisers.by_account[dice.pick(venture.mentors).id])
    unplanned = appointment.fate in {Fate.held, Fate.short} and dice.chance(_UNPLANNED)
    meeting = _write_down(occasion) if unplanned else _plan(occasion)
    _seat_team(occasion, meeting)
    if appointment.fate in _HELD:
        _hold(occasion, meeting)
    elif appointment.fate in _STEPS:
        _fail(occasion, meeting)
    else:
        meeting.seat_mentor(occasion.mentor, MentorRole.lead, MentorAttendance.expected)


def _plan(occasion: Occasion) -> Meeting:
    """Some days ahead, by the mentor; most are confirmed."""
    dice, venture, day = occasion.world.network.dice, occasion.venture, occasion.appointment.day
    known = venture.mentored_since
    planned_on = max(civil_day(known), min(day, LAST_DAY) - timedelta(days=dice.between(3, 18)))
    at = dice.after(known, planned_on)
    plan = _arrangement(occasion, dice.pick(_STARTS))
    meeting = Meeting(occasion.rows, dice, plan, occasion.mentor_actor, at)
    confirmed_on = day - timedelta(days=dice.between(1, 3))
    if planned_on < confirmed_on <= LAST_DAY and dice.chance(_CONFIRMED):
        meeting.move(SessionAction.confirm, occasion.mentor_actor, dice.after(at, confirmed_on))
    return meeting


def _write_down(occasion: Occasion) -> Meeting:
    """Nobody had planned it: it is logged from a phone when it is over."""
    dice = occasion.world.network.dice
    at = reported_at(dice, occasion.appointment.day)
    return Meeting(occasion.rows, dice, _arrangement(occasion, None), occasion.mentor_actor, at)


def _arrangement(occasion: Occasion, starts: time | None) -> Plan:
    dice, venture, day = occasion.world.network.dice, occasion.venture, occasion.appointment.day
    mode = dice.weighted(_MODES, _MODE_WEIGHTS)
    kind = _kind(occasion, mode)
    return Plan(
        kind=kind, programme=_programme(occasion, kind, mode), day=day, minutes=dice.between(2, 8) * 15, mode=mode,
        locality_id=venture.commune.id, place=_place(occasion, kind, mode), starts=starts,
    )  # fmt: skip


def _kind(occasion: Occasion, mode: Mode) -> ProgrammeKind:
    """The clinic is about digital matters, and a visit takes place where the work is."""
    dice, programmes, day = occasion.world.network.dice, occasion.world.network.programmes, occasion.appointment.day
    weights = (
        60,
        30 if Platform.digital in occasion.appointment.platforms else 0,
        25 if mode is Mode.in_person else 0,
    )
    kind = dice.weighted(_KINDS, weights)
    return kind if programmes[kind].starts_on <= day else ProgrammeKind.one_to_one


def _programme(occasion: Occasion, kind: ProgrammeKind, mode: Mode) -> Programme | None:
    """A call on the phone mostly belongs to none."""
    programme = occasion.world.network.programmes[kind]
    alone = kind is ProgrammeKind.one_to_one and occasion.world.network.dice.chance(_WITHOUT_PROGRAMME)
    early = programme.starts_on > occasion.appointment.day
    return None if alone or early or mode is Mode.phone else programme


def _place(occasion: Occasion, kind: ProgrammeKind, mode: Mode) -> str | None:
    if mode in {Mode.online, Mode.phone}:
        return None
    commune = occasion.venture.commune.words
    if kind is ProgrammeKind.field_visit:
        return f"Tại cơ sở của nhóm, {commune}"
    return f"{occasion.world.network.dice.pick(('Trụ sở UBND', 'Nhà văn hóa', 'Điểm phục vụ bưu chính'))} {commune}"


def _hold(occasion: Occasion, meeting: Meeting) -> None:
    dice, network, fate = meeting.dice, occasion.world.network, occasion.appointment.fate
    reporter = occasion.mentor_actor if fate is not Fate.stood_in else occasion.venture.staff
    at = reported_at(dice, meeting.plan.day) if meeting.plan.starts else meeting.at
    meeting.move(SessionAction.hold, reporter, at, on=meeting.plan.day)
    platforms = occasion.appointment.platforms
    if fate is Fate.stood_in:
        adviser = dice.pick(network.advisers.experts_on(platforms[0]))
        meeting.seat_mentor(occasion.mentor, MentorRole.lead, MentorAttendance.replaced)
        meeting.seat_mentor(adviser, MentorRole.stand_in, MentorAttendance.attended, _minutes(occasion, meeting))
    else:
        adviser = occasion.mentor
        meeting.seat_mentor(adviser, MentorRole.lead, MentorAttendance.attended, _minutes(occasion, meeting))
    helper = None if fate is Fate.short else _helper(occasion, meeting, adviser)
    for platform in platforms:
        helps = helper is not None and platform in helper.platforms and platform not in adviser.platforms
        consult(meeting, occasion.venture, platform, helper if helps and helper else adviser)
    if unmentioned := [platform for platform in Platform if platform not in platforms]:
        mistake(meeting, occasion.venture, dice.pick(unmentioned), adviser)


def _helper(occasion: Occasion, meeting: Meeting, adviser: Adviser) -> Adviser | None:
    """Somebody who knows what the mentor does not is brought along to some sessions."""
    dice, advisers = meeting.dice, occasion.world.network.advisers
    foreign = [platform for platform in occasion.appointment.platforms if platform not in adviser.platforms]
    if not foreign or not dice.chance(_HELPED):
        return None
    helper = dice.pick([one for one in advisers.experts_on(foreign[0]) if one.id != adviser.id])
    meeting.seat_mentor(helper, MentorRole.support, MentorAttendance.attended, Minutes(dice.between(3, 8) * 10))
    return helper


def _minutes(occasion: Occasion, meeting: Meeting) -> Minutes:
    dice = meeting.dice
    is_short = occasion.appointment.fate is Fate.short
    contact = dice.between(4, CONTACT_MINUTES - 1) if is_short else dice.between(6, 24) * 5
    travels = meeting.plan.mode in {Mode.in_person, Mode.hybrid}
    return Minutes(contact, dice.between(0, 12) * 5, dice.between(1, 12) * 15 if travels else 0)


def _fail(occasion: Occasion, meeting: Meeting) -> None:
    """Nothing came of it, and why. Who waited in vain keeps their preparation and their way."""
    dice, fate, day = meeting.dice, occasion.appointment.fate, meeting.plan.day
    if fate is Fate.cancelled:
        known_on = max(civil_day(meeting.at), day - timedelta(days=dice.between(0, 2)))
        at = dice.after(meeting.at, known_on)
        meeting.move(SessionAction.cancel, occasion.mentor_actor, at, reason=dice.pick(_CANCELLED))
        meeting.seat_mentor(occasion.mentor, MentorRole.lead, MentorAttendance.expected)
        return
    at = reported_at(dice, day)
    if fate is Fate.mentor_absent:
        meeting.move(SessionAction.mentor_absent, occasion.venture.staff, at, on=day, reason=_MENTOR_ABSENT)
        meeting.seat_mentor(occasion.mentor, MentorRole.lead, MentorAttendance.absent)
    else:
        meeting.move(SessionAction.guests_absent, occasion.mentor_actor, at, on=day, reason=_GUESTS_ABSENT)
        waited = Minutes(0, dice.between(1, 6) * 5, dice.between(1, 8) * 15)
        meeting.seat_mentor(occasion.mentor, MentorRole.lead, MentorAttendance.attended, waited)


def _seat_team(occasion: Occasion, meeting: Meeting) -> None:
    """The leader, and some who belong to the team."""
    fate, venture = occasion.appointment.fate, occasion.venture
    status = GuestStatus.registered
    if fate in _HELD:
        status = GuestStatus.attended
    elif fate is Fate.guests_absent:
        status = GuestStatus.absent
    leader, *members = venture.people
    for person in [leader, *(member for member in members if meeting.dice.chance(_MEMBER_TOO))]:
        meeting.seat_guest(
            person.id, venture.project.id, status, occasion.mentor_actor, meeting.session.created_at
        )  # fmt: skip
