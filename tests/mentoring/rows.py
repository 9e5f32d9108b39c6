"""Rows of mentoring put in directly, where a test needs a past, a status or a number of them that requests would take
long to make."""

from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from incubator.localities.models import Locality
from incubator.mentoring.action_items.models import ActionItem
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.models import Consultation, ConsultationVersion
from incubator.mentoring.outcomes.models import ProjectOutcome
from incubator.mentoring.sessions.models import MentoringSession, SessionMentor, SessionParticipant
from tests.factories import BAC_HA, Caller, World, locality_id
from tests.team import Team

TODAY = date(2025, 11, 30)
NUMBERS = count(1)


class Rows:
    """What happened to projects. A keyword replaces the column of its name."""

    def __init__(self, world: World, team: Team) -> None:
        self._world = world
        self._team = team

    async def mentor(self, account: Caller | None = None, full_name: str = "Vàng Thị Mai") -> UUID:
        """A mentor who is a new person, with the account or without one."""
        person = {"full_name": full_name, "birth_year": 1975, "locality_code": BAC_HA}
        answer = await self._team.staff.post("/v1/people", person)
        assert answer.status_code == 201, answer.text
        account_id = account.id if account else None
        return await self._add(Mentor(person_id=UUID(answer.json()["id"]), account_id=account_id))

    async def session(self, *, day: date = TODAY, status: str = "planned", at: str = BAC_HA, **more: Any) -> UUID:
        async with self._world.database.begin() as session:
            place = await session.get_one(Locality, await locality_id(session, at))
        columns = {
            "kind": "one_to_one", "mode": "in_person", "minutes": 90, "planned_on": day, "status": status,
            "held_on": day if status == "held" else None, "locality_id": place.id, "province_id": place.parent_id,
            "changed_at": self._world.clock.now,
        }  # fmt: skip
        return await self._add(MentoringSession(**{**columns, **more}))

    async def many_sessions(self, number: int, first_day: date) -> None:
        """So many planned sessions in Bắc Hà, one a day."""
        async with self._world.database.begin() as session:
            place = await session.get_one(Locality, await locality_id(session, BAC_HA))
            common = {
                "kind": "clinic", "mode": "in_person", "minutes": 90, "status": "planned",
                "locality_id": place.id, "province_id": place.parent_id,
            }  # fmt: skip
            days = [{**common, "planned_on": first_day + timedelta(day)} for day in range(number)]
            await session.execute(insert(MentoringSession), days)

    async def guest(self, session_id: UUID, project: dict[str, Any], status: str = "attended") -> None:
        """The leader of the project at the session."""
        await self._add(
            SessionParticipant(
                session_id=session_id, person_id=UUID(project["leaders"][0]["person_id"]),
                project_id=UUID(project["id"]), status=status, added_by_kind="account", added_by_id=self._team.staff.id,
            )
        )  # fmt: skip

    async def part(self, session_id: UUID, mentor_id: UUID, minutes: int = 60) -> None:
        """The mentor came and gave so many minutes; with none the mentor is expected."""
        attendance = "attended" if minutes else "expected"
        part = SessionMentor(
            session_id=session_id, mentor_id=mentor_id, role="lead", attendance=attendance, contact_minutes=minutes
        )
        async with self._world.database.begin() as session:
            session.add(part)

    async def consultation(
        self, project: dict[str, Any], mentor_id: UUID, platform: str = "market", *, day: date = TODAY,
        minutes: int = 60, visibility: str = "internal", advice: str = "Làm nhãn trước, rồi mới chào hàng.",
        **more: Any,
    ) -> UUID:  # fmt: skip
        """A consultation in a held session of its own."""
        session_id = await self.session(day=day, status="held")
        await self.guest(session_id, project)
        await self.part(session_id, mentor_id, minutes)
        staff = self._team.staff.id
        consultation_id = await self._add(
            Consultation(
                session_id=session_id, project_id=UUID(project["id"]), platform=platform, mentor_id=mentor_id,
                content_number=1, visibility=visibility, recorded_by_kind="account", recorded_by_id=staff, **more,
            )
        )  # fmt: skip
        async with self._world.database.begin() as session:
            session.add(
                ConsultationVersion(
                    consultation_id=consultation_id, number=1, question="Bán ở đâu?", advice=advice, outcome="none",
                    visibility=visibility, written_by_kind="account", written_by_id=staff,
                )
            )  # fmt: skip
        return consultation_id

    async def action_item(self, project: dict[str, Any], *, due_in: int = 14, **more: Any) -> UUID:
        columns = {
            "what": f"In thử nhãn {next(NUMBERS)}", "owner": "team", "set_on": TODAY - timedelta(60),
            "due_on": TODAY + timedelta(due_in),
        }  # fmt: skip
        return await self._add(ActionItem(project_id=UUID(project["id"]), **{**columns, **more}))

    async def outcome(self, project: dict[str, Any], **more: Any) -> UUID:
        columns = {
            "kind": "jobs", "jobs": 2, "occurred_on": TODAY, "evidence": "Bảng lương", "recorded_by_kind": "account",
            "recorded_by_id": self._team.staff.id,
        }  # fmt: skip
        return await self._add(ProjectOutcome(project_id=UUID(project["id"]), **{**columns, **more}))

    async def change_session(self, session_id: UUID, **columns: Any) -> None:
        async with self._world.database.begin() as session:
            change = update(MentoringSession).where(MentoringSession.id == session_id)
            await session.execute(change.values(**columns))

    async def _add(self, row: Any) -> UUID:
        async with self._world.database.begin() as session:
            session.add(row)
            await session.flush()
            return UUID(str(row.id))
