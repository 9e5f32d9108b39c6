"""One of everything, and somebody who may do everything: where bad input is tried on every operation."""

from typing import Any

from incubator.accounts.models import RoleGrant
from incubator.actor import NOBODY, Role
from tests.factories import BAC_HA, LAO_CAI, LONG_AGO, Caller, World, locality_id

BASELINE = {need: {"needed": True, "why": "Cần vốn"} for need in ("capital", "market", "digital")}


class Stage:
    """`ids` has a value for each path parameter of the API."""

    def __init__(self, world: World, everybody: Caller) -> None:
        self.world = world
        self.everybody = everybody
        self.ids: dict[str, str] = {}

    def url(self, path: str) -> str:
        """The address of a path of the document, with ids of things that exist."""
        return path.format_map(self.ids)


async def set_stage(world: World) -> Stage:
    stage = Stage(world, await omnipotent(world))
    staff, approver = await world.make.account("staff"), await world.make.account("approver")
    reviewer, mentor = await world.make.account("reviewer"), await world.make.account("mentor")
    stage.ids |= await _ideas(world, staff, stage.everybody, reviewer)
    stage.ids |= await _project(world, staff, approver, mentor)
    stage.ids |= await _service(stage.everybody, mentor)
    return stage


async def omnipotent(world: World) -> Caller:
    """An account with every role."""
    caller = await world.make.account("admin")
    async with world.database.begin() as session:
        place = await locality_id(session, LAO_CAI)
        for role in Role:
            if role is not Role.admin:
                session.add(
                    RoleGrant(
                        account_id=caller.id, role=role, locality_id=place, sensitive=True,
                        granted_by=NOBODY, granted_at=LONG_AGO,
                    )
                )  # fmt: skip
    return caller


async def _ideas(world: World, staff: Caller, everybody: Caller, reviewer: Caller) -> dict[str, str]:
    """Two ideas, one of them under review by everybody, with a row in each of its lists."""
    make = world.make
    await make.idea(staff)
    idea = await make.moved(staff, await make.idea(staff), "start_screening")
    path = f"/v1/ideas/{idea['id']}"
    assigned = await _made(staff, f"{path}/reviews", reviewer_ids=[str(everybody.id), str(reviewer.id)])
    idea = await make.moved(staff, await make.read(staff, idea), "pass_screening")
    for _ in range(2):
        await _made(staff, f"{path}/comments", body="Đã gọi điện.")
    return {
        "idea_id": idea["id"],
        "review_id": assigned["items"][0]["id"],
        "call_id": idea["call"]["id"],
        "tracking_code": idea["tracking_code"],
        "person_id": idea["leader"]["person_id"],
        "locality_id": idea["locality"]["id"],
    }


async def _project(world: World, staff: Caller, approver: Caller, mentor: Caller) -> dict[str, str]:
    """Two projects, one of them with a mentor, and two panels."""
    panel = await world.make.panel(staff)
    for _ in range(2):
        idea = await world.make.accepted_idea(staff, approver)
        project = await _made(staff, "/v1/projects", idea_ids=[idea["id"]], founded_on="2025-11-30", baseline=BASELINE)
    assignment = await _made(staff, f"/v1/projects/{project['id']}/mentors", account_id=str(mentor.id))
    return {"panel_id": panel["id"], "project_id": project["id"], "mentor_id": assignment["id"]}


async def _service(everybody: Caller, somebody: Caller) -> dict[str, str]:
    tokens = [await _made(everybody, "/v1/tokens", name=f"Kiosk {i}", scopes=["ideas:submit"]) for i in range(2)]
    account = (await everybody.get(f"/v1/accounts/{somebody.id}")).json()
    await _made(everybody, "/v1/localities", commune_code=BAC_HA, name="Thôn Na Lo")
    return {
        "token_id": tokens[0]["id"],
        "account_id": str(somebody.id),
        "grant_id": account["grants"][0]["id"],
        "code": "not_found",
    }


async def _made(caller: Caller, path: str, **body: Any) -> dict[str, Any]:
    answer = await caller.post(path, body)
    assert answer.status_code in {200, 201}, answer.text
    return dict(answer.json())
