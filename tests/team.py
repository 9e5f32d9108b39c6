"""A team around a project: staff, an approver and a mentor, and what they do together."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import update

from incubator.projects.mentors.models import ProjectMentor
from incubator.projects.models import Project
from tests.factories import Caller, Make

TODAY = "2025-11-30"
BASELINE = {
    "capital": {"needed": True, "why": "Cần máy sao chè"},
    "market": {"needed": True, "why": "Chưa có đầu ra"},
    "digital": {"needed": False, "why": "Đã bán trên mạng"},
}


class Team:
    """Callers of one province, and the requests of a project's life."""

    def __init__(self, make: Make, staff: Caller, approver: Caller, mentor: Caller) -> None:
        self.make = make
        self.staff = staff
        self.approver = approver
        self.mentor = mentor

    async def idea(self, **more: Any) -> dict[str, Any]:
        return await self.make.accepted_idea(self.staff, self.approver, **more)

    @staticmethod
    def body(*ideas: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "idea_ids": [idea["id"] for idea in ideas],
            "founded_on": TODAY,
            "baseline": BASELINE,
            **more,
        }

    async def project(self, *ideas: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A project that has just been founded."""
        founding = self.body(*(ideas or (await self.idea(),)), **more)
        answer = await self.staff.post("/v1/projects", founding)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def assign(self, project: dict[str, Any], mentor: Caller | None = None, **more: Any) -> dict[str, Any]:
        account_id = str((mentor or self.mentor).id)
        answer = await self.staff.post(f"/v1/projects/{project['id']}/mentors", {"account_id": account_id, **more})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def end(self, assignment: dict[str, Any], **more: Any) -> httpx.Response:
        path = f"/v1/projects/{assignment['project_id']}/mentors/{assignment['id']}/transitions"
        headers = {"if-match": f'"{assignment["version"]}"'}
        return await self.staff.post(path, {"action": "end", "reason": "Chuyển công tác", **more}, headers=headers)

    async def try_move(
        self, project: dict[str, Any], action: str, caller: Caller | None = None, **data: Any
    ) -> httpx.Response:
        path = f"/v1/projects/{project['id']}/transitions"
        headers = {"if-match": f'"{project["version"]}"'}
        return await (caller or self.staff).post(path, {"action": action, **data}, headers=headers)

    async def move(
        self, project: dict[str, Any], action: str, caller: Caller | None = None, **data: Any
    ) -> dict[str, Any]:
        """The project after a move that must succeed."""
        answer = await self.try_move(project, action, caller, **data)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def active_project(self, **more: Any) -> dict[str, Any]:
        project = await self.project(**more)
        await self.assign(project)
        return await self.move(project, "activate")

    async def old_project(self, *, since: str = "2025-06-01", mentors: tuple[Caller, ...] = (), **more: Any) -> Any:
        """An active project that was founded months ago and mentored since then, as (id, version and so on)."""
        project = await self.project(**more)
        for mentor in mentors or (self.mentor,):
            await self.assign(project, mentor)
        await make_old(self.make, project["id"], since)
        return await self.move(project, "activate")

    async def history(self, project: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.staff.get(f"/v1/projects/{project['id']}/transitions")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


async def gather_team(make: Make) -> Team:
    return Team(make, await make.account("staff"), await make.account("approver"), await make.account("mentor"))


async def make_old(make: Make, project_id: str, since: str = "2025-06-01") -> None:
    """As if the project had been founded and given its mentors on that day."""
    day, id_ = date.fromisoformat(since), UUID(project_id)
    async with make.world.database.begin() as session:
        await session.execute(update(Project).where(Project.id == id_).values(founded_on=day))
        await session.execute(update(ProjectMentor).where(ProjectMentor.project_id == id_).values(from_on=day))
