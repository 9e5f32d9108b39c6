"""A mentor with a project of last summer, and the one call in which they tell of a meeting."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select

from incubator.accounts.models import Token, new_token_text, token_hash
from incubator.mentoring.sessions.models import SessionMentor
from tests.factories import LAO_CAI, Caller, MentorCaller, World
from tests.team import Team

DUE = "2025-12-20"


class Mentored:
    """A project that `mentor` and `colleague` mentor since June 2025."""

    def __init__(self, team: Team, mentor: MentorCaller, colleague: MentorCaller, project: dict[str, Any]) -> None:
        self.team = team
        self.make = team.make
        self.staff = team.staff
        self.mentor = mentor
        self.colleague = colleague
        self.project = project

    @property
    def leader_id(self) -> str:
        return str(self.project["leaders"][0]["person_id"])

    def body(self, **more: Any) -> dict[str, Any]:
        return {
            "project_id": self.project["id"],
            "platforms": ["market"],
            "minutes": 45,
            "advice": "Đóng gói 100 g, gửi mẫu cho ba cửa hàng.",
            **more,
        }

    async def try_log(self, caller: Caller | None = None, key: str | None = None, **more: Any) -> httpx.Response:
        headers = {"idempotency-key": key} if key else {}
        return await (caller or self.mentor).post("/v1/consultations", self.body(**more), headers=headers)

    async def log(self, caller: Caller | None = None, **more: Any) -> dict[str, Any]:
        """The answer to a log that must succeed."""
        answer = await self.try_log(caller, **more)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def consultation(self, caller: Caller | None = None, **more: Any) -> dict[str, Any]:
        """The first consultation of a log that must succeed."""
        return dict((await self.log(caller, **more))["consultations"][0])

    async def read(self, consultation_id: str, caller: Caller | None = None) -> httpx.Response:
        return await (caller or self.mentor).get(f"/v1/consultations/{consultation_id}")

    async def listed(self, caller: Caller | None = None, **filters: Any) -> list[dict[str, Any]]:
        answer = await (caller or self.mentor).get("/v1/consultations", params=filters)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def other_project(self, *mentors: MentorCaller) -> dict[str, Any]:
        return dict(await self.team.old_project(mentors=mentors or (self.mentor,)))

    async def programme(self, kind: str = "startup_coffee") -> str:
        body = {
            "kind": kind, "title": "Cà phê khởi nghiệp", "host": "Tỉnh đoàn Lào Cai", "cadence": "monthly",
            "locality_code": LAO_CAI, "starts_on": "2025-01-01",
        }  # fmt: skip
        answer = await self.staff.post("/v1/programmes", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def parts(self, session_id: str) -> dict[str, tuple[str, int, int, int]]:
        """Each mentor's role and minutes in a session: contact, preparation, travel."""
        p = SessionMentor
        columns = (p.mentor_id, p.role, p.contact_minutes, p.preparation_minutes, p.travel_minutes)
        async with self.make.world.database.begin() as session:
            rows = (await session.execute(select(*columns).where(p.session_id == session_id))).all()
        return {str(row[0]): (row[1], row[2], row[3], row[4]) for row in rows}


async def mentored_project(team: Team, **more: Any) -> Mentored:
    mentor, colleague = await team.make.mentor(), await team.make.mentor()
    return Mentored(team, mentor, colleague, await team.old_project(mentors=(mentor, colleague), **more))


async def on_day(world: World, day: str, *callers: Caller) -> None:
    """It is ten in the morning of that day in Viet Nam, and these have logged in again."""
    world.clock.now = now = datetime.fromisoformat(day).replace(hour=3, tzinfo=UTC)
    async with world.database.begin() as session:
        for caller in callers:
            caller.token = new_token_text("session")
            session.add(
                Token(
                    kind="session", hash=token_hash(caller.token), account_id=caller.id, created_at=now,
                    created_by=caller.id, expires_at=now + timedelta(hours=12), extended_at=now,
                )
            )  # fmt: skip


def codes(logged: dict[str, Any]) -> list[str]:
    """Those of the warnings."""
    return [warning["code"] for warning in logged["warnings"]]


def pointers(answer: httpx.Response) -> list[tuple[str, str]]:
    """Which fields were wrong, and how."""
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
