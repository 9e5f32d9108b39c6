"""A table of mentors and participants, and what they do with sessions over HTTP."""

from typing import Any

import httpx

from tests.factories import BAC_HA, NUMBERS, Caller, Make, MentorCaller
from tests.team import Team

TODAY = "2025-11-30"
THIS_MORNING = "2025-11-30T08:00:00+07:00"
TOMORROW = "2025-12-01T08:00:00+07:00"


class Table:
    """Staff and two registered mentors, the first of whom mentors the team's projects."""

    def __init__(self, team: Team, lead: MentorCaller, other: MentorCaller) -> None:
        self.team = team
        self.make: Make = team.make
        self.staff = team.staff
        self.lead = lead
        self.other = other

    def body(self, **more: Any) -> dict[str, Any]:
        """A one-to-one of this morning, led by the first mentor."""
        return {
            "starts_at": THIS_MORNING,
            "minutes": 90,
            "mode": "in_person",
            "locality_code": BAC_HA,
            "mentors": [part(self.lead, "lead")],
            **more,
        }

    async def plan(self, caller: Caller | None = None, **more: Any) -> dict[str, Any]:
        answer = await (caller or self.staff).post("/v1/sessions", self.body(**more))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def read(self, session: dict[str, Any], caller: Caller | None = None) -> dict[str, Any]:
        answer = await (caller or self.staff).get(f"/v1/sessions/{session['id']}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def try_move(
        self, session: dict[str, Any], action: str, caller: Caller | None = None, **data: Any
    ) -> httpx.Response:
        path = f"/v1/sessions/{session['id']}/transitions"
        headers = {"if-match": f'"{session["version"]}"'}
        return await (caller or self.staff).post(path, {"action": action, **data}, headers=headers)

    async def move(
        self, session: dict[str, Any], action: str, caller: Caller | None = None, **data: Any
    ) -> dict[str, Any]:
        """The session after a move that must succeed."""
        answer = await self.try_move(session, action, caller, **data)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def hold(
        self, session: dict[str, Any], caller: Caller | None = None, minutes: int = 60, **data: Any
    ) -> dict[str, Any]:
        """The session after its lead reported it."""
        return await self.move(session, "hold", caller, mentors=[came(self.lead, minutes)], **data)

    async def set_part(
        self, session: dict[str, Any], mentor: MentorCaller, caller: Caller | None = None, **data: Any
    ) -> httpx.Response:
        path = f"/v1/sessions/{session['id']}/mentors/{mentor.mentor_id}"
        return await (caller or self.staff).put(path, data, headers={"if-match": f'"{session["version"]}"'})

    async def try_add(self, session: dict[str, Any], caller: Caller | None = None, **data: Any) -> httpx.Response:
        return await (caller or self.staff).post(f"/v1/sessions/{session['id']}/participants", data)

    async def add(self, session: dict[str, Any], caller: Caller | None = None, **data: Any) -> dict[str, Any]:
        answer = await self.try_add(session, caller, **{**({} if "person_id" in data else stranger()), **data})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def participants(self, session: dict[str, Any], caller: Caller | None = None) -> list[dict[str, Any]]:
        answer = await (caller or self.staff).get(f"/v1/sessions/{session['id']}/participants")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def sign_in(
        self, session: dict[str, Any], *items: tuple[dict[str, Any], str], caller: Caller | None = None
    ) -> httpx.Response:
        body = {"items": [{"participant_id": guest["id"], "status": status} for guest, status in items]}
        return await (caller or self.staff).post(f"/v1/sessions/{session['id']}/sign-ins", body)

    async def history(self, session: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.staff.get(f"/v1/sessions/{session['id']}/transitions")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


async def lay_table(make: Make) -> Table:
    lead, other = await make.mentor(), await make.mentor()
    return Table(Team(make, await make.account("staff"), await make.account("approver"), lead), lead, other)


def part(mentor: MentorCaller, role: str) -> dict[str, Any]:
    return {"mentor_id": str(mentor.mentor_id), "role": role}


def came(mentor: MentorCaller, minutes: int, **more: Any) -> dict[str, Any]:
    return {"mentor_id": str(mentor.mentor_id), "attendance": "attended", "contact_minutes": minutes, **more}


def missed(mentor: MentorCaller, attendance: str = "absent", **more: Any) -> dict[str, Any]:
    return {"mentor_id": str(mentor.mentor_id), "attendance": attendance, **more}


def stranger() -> dict[str, Any]:
    return {"full_name": f"Vàng Thị Mỷ {next(NUMBERS)}"}


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


def parts(session: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """By mentor: role, attendance, and the three numbers of minutes."""
    return {
        row["mentor_id"]: (
            row["role"], row["attendance"], row["contact_minutes"], row["preparation_minutes"], row["travel_minutes"],
        )
        for row in session["mentors"]
    }  # fmt: skip
