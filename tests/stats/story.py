"""Projects and their mentoring, written as rows and remembered, so that figures can be counted a second time here."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import msgspec

from incubator.actor import NOBODY
from incubator.db import Database
from incubator.mentoring.action_items.models import ActionItem
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.models import Consultation, ConsultationVersion
from incubator.mentoring.programmes.models import Programme
from incubator.mentoring.sessions.models import (
    MentoringSession,
    SessionMentor,
    SessionParticipant,
    SessionTransition,
)
from incubator.people.models import Person
from incubator.projects.models import ProjectNeed, ProjectTransition
from tests.factories import BAC_HA
from tests.stats.history import History, current_locality

PLATFORMS = ("capital", "market", "digital")
ENDED = {"cancelled": "cancel", "mentor_absent": "mentor_absent", "guests_absent": "guests_absent"}
NUMBERS = count(1)


class Founded(msgspec.Struct, kw_only=True, eq=False):
    id: UUID
    entered_on: date
    founded_on: date
    needs: frozenset[str]
    place: str
    graduated_on: date | None = None


class Met(msgspec.Struct, kw_only=True, eq=False):
    """A session. `parts` are the minutes (contact, preparation, travel) of each mentor who came."""

    id: UUID
    day: date
    status: str
    place: str
    programme_id: UUID | None
    parts: dict[UUID, tuple[int, int, int]]
    guests: set[UUID]


class Advice(msgspec.Struct, kw_only=True, eq=False):
    project: Founded
    platform: str
    met: Met
    mentor_id: UUID
    voided: bool


class Story:
    """Writes mentoring and keeps what it wrote."""

    def __init__(self, database: Database, history: History) -> None:
        self._database = database
        self._history = history
        self.projects: list[Founded] = []
        self.sessions: list[Met] = []
        self.advice: list[Advice] = []

    async def project(
        self, entered_on: str, founded_on: str, *needs: str, place: str = BAC_HA, ideas: tuple[UUID, ...] = ()
    ) -> Founded:
        """A project of one accepted idea, or of the given ones, that needs these platforms."""
        idea_ids = ideas or (await self._history.idea(entered_on, ("accept", entered_on), locality=place),)
        id_ = await self._history.project(founded_on, *idea_ids)
        await self._add(
            *(ProjectNeed(project_id=id_, platform=one, needed=one in needs, why="Cần") for one in PLATFORMS)
        )
        project = Founded(
            id=id_, entered_on=day_of(entered_on), founded_on=day_of(founded_on), needs=frozenset(needs), place=place
        )
        self.projects.append(project)
        return project

    async def move(self, project: Founded, action: str, to_status: str, on: str, *, voided: bool = False) -> None:
        """A step of the project, taken back at once if it was voided."""
        row = await self._step(project, action, to_status, on)
        if voided:
            await self._step(project, "void", "active", on, voids_id=row.id)
        elif action == "graduate" and project.graduated_on is None:
            project.graduated_on = day_of(on)

    async def mentor(self, name: str = "Vàng Thị Mai", *, account_id: UUID | None = None) -> UUID:
        mentor = Mentor(person_id=await self.person(name), account_id=account_id)
        await self._add(mentor)
        return mentor.id

    async def person(self, name: str = "Giàng A Páo") -> UUID:
        person = Person(full_name=name, name_key=name.lower(), entered_by_kind="system", entered_by_id=NOBODY)
        await self._add(person)
        return person.id

    async def programme(self, title: str = "Cà phê khởi nghiệp") -> UUID:
        async with self._database.begin() as session:
            place = await current_locality(session, BAC_HA)
            programme = Programme(
                kind="startup_coffee", title=title, host="Tỉnh Đoàn", cadence="weekly", locality_id=place.id,
                province_id=place.parent_id, starts_on=date(2020, 1, 1),
            )  # fmt: skip
            session.add(programme)
            await session.flush()
            return programme.id

    async def session(
        self,
        on: str,
        *mentors: UUID,
        minutes: tuple[int, int, int] = (60, 20, 40),
        status: str = "held",
        place: str = BAC_HA,
        programme_id: UUID | None = None,
        kind: str = "one_to_one",
        guests: tuple[UUID, ...] = (),
        reported_after: int = 0,
        ended_on: str | None = None,
    ) -> Met:
        """A session of these mentors, each with the same minutes where it was held."""
        day, is_held = day_of(on), status == "held"
        async with self._database.begin() as session:
            locality = await current_locality(session, place)
            meeting = MentoringSession(
                programme_id=programme_id, kind=kind, status=status, planned_on=day, minutes=60, mode="in_person",
                locality_id=locality.id, province_id=locality.parent_id, held_on=day if is_held else None,
            )  # fmt: skip
            session.add(meeting)
            await session.flush()
            came = dict.fromkeys(mentors, minutes) if is_held else {}
            session.add_all(_parts(meeting.id, mentors, came))
            session.add_all(_guests(meeting.id, guests, "attended" if is_held else "registered"))
            if is_held or status in ENDED:
                moved_on = day_of(ended_on) if ended_on else day
                session.add(_transition(meeting.id, status, moved_on, reported_after))
        met = Met(
            id=meeting.id, day=day, status=status, place=place, programme_id=programme_id, parts=came,
            guests=set(guests) if is_held else set(),
        )  # fmt: skip
        self.sessions.append(met)
        return met

    async def seat(self, met: Met, mentor_id: UUID, *, attendance: str) -> None:
        """One more mentor of the session, who did not come."""
        await self._add(SessionMentor(session_id=met.id, mentor_id=mentor_id, role="lead", attendance=attendance))

    async def advise(
        self, project: Founded, met: Met, *platforms: str, mentor_id: UUID | None = None, voided: bool = False
    ) -> None:
        """The mentor of the session, or the one who is named, advises the project on these platforms."""
        mentor = mentor_id or next(iter(met.parts))
        for platform in platforms:
            row = Consultation(
                session_id=met.id, project_id=project.id, platform=platform, mentor_id=mentor, content_number=1,
                visibility="team", recorded_by_kind="system", recorded_by_id=NOBODY,
                voided_at=datetime(2025, 11, 1, tzinfo=UTC) if voided else None, void_reason="Nhầm" if voided else None,
            )  # fmt: skip
            await self._add(row)
            await self._add(
                ConsultationVersion(
                    consultation_id=row.id, number=1, advice="Tìm đầu ra", outcome="none", visibility="team",
                    written_by_kind="system", written_by_id=NOBODY,
                )
            )  # fmt: skip
            self.advice.append(
                Advice(project=project, platform=platform, met=met, mentor_id=mentor, voided=voided)
            )  # fmt: skip

    async def action(self, project: Founded, set_on: str, due_on: str, **more: Any) -> None:
        """An open action, or one that ended: `status` and `closed_on`."""
        closed_on = more.pop("closed_on", None)
        await self._add(
            ActionItem(
                project_id=project.id, what="Gửi mẫu chè", owner="team", set_on=day_of(set_on), due_on=day_of(due_on),
                status=more.pop("status", "open"), closed_on=closed_on and day_of(closed_on), **more,
            )
        )  # fmt: skip

    def counts(self, advice: Advice) -> bool:
        contact, _, _ = advice.met.parts.get(advice.mentor_id, (0, 0, 0))
        return not advice.voided and advice.met.status == "held" and contact >= 15

    def platforms_of(self, project: Founded, on: date) -> set[str]:
        """On which platforms the project had been consulted by that day, by looking at every consultation."""
        return {a.platform for a in self.advice if a.project is project and self.counts(a) and a.met.day <= on}

    def is_consulted(self, project: Founded, on: date) -> bool:
        return bool(self.platforms_of(project, on))

    def is_fully_consulted(self, project: Founded, on: date) -> bool:
        return self.is_consulted(project, on) and project.needs <= self.platforms_of(project, on)

    async def _step(self, project: Founded, action: str, to_status: str, on: str, **more: Any) -> ProjectTransition:
        row = ProjectTransition(
            project_id=project.id, number=next(NUMBERS), action=action, to_status=to_status, occurred_on=day_of(on),
            actor_kind="system", actor_id=NOBODY, **more,
        )  # fmt: skip
        await self._add(row)
        return row

    async def _add(self, *rows: Any) -> None:
        async with self._database.begin() as session:
            session.add_all(rows)


def day_of(text: str) -> date:
    return date.fromisoformat(text)


def _parts(session_id: UUID, mentors: tuple[UUID, ...], came: dict[UUID, tuple[int, int, int]]) -> list[SessionMentor]:
    rows = []
    for place, mentor_id in enumerate(mentors):
        contact, preparation, travel = came.get(mentor_id, (0, 0, 0))
        rows.append(
            SessionMentor(
                session_id=session_id, mentor_id=mentor_id, role="support" if place else "lead",
                attendance="attended" if mentor_id in came else "expected", contact_minutes=contact,
                preparation_minutes=preparation, travel_minutes=travel,
            )
        )  # fmt: skip
    return rows


def _guests(session_id: UUID, people: tuple[UUID, ...], status: str) -> list[SessionParticipant]:
    return [
        SessionParticipant(
            session_id=session_id, person_id=one, status=status, added_by_kind="system", added_by_id=NOBODY
        )
        for one in people
    ]


def _transition(session_id: UUID, status: str, on: date, reported_after: int) -> SessionTransition:
    told = datetime.combine(on + timedelta(reported_after), time(3), UTC)
    return SessionTransition(
        session_id=session_id, number=1, action=ENDED.get(status, "hold"), from_status="planned", to_status=status,
        occurred_on=on, actor_kind="system", actor_id=NOBODY, recorded_at=told,
    )  # fmt: skip
