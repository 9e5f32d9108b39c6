"""The table of permissions, held against the application over HTTP, caller by caller.

The ids in the addresses belong to nothing and most bodies are empty: who may gets past the guard and is told about
that (404, 400), who may not hears 403 before anything else.
"""

from typing import Any, get_args
from uuid import uuid4

import httpx
import pytest

from incubator.actor import Role, Scope
from incubator.events.attendance.schemas import AttendanceMove
from incubator.events.moves.schemas import EventMove
from incubator.ideas.moves.schemas import IdeaMove
from incubator.loans.applications.schemas import ApplicationStep
from incubator.mentoring.action_items.schemas import ActionItemStep
from incubator.mentoring.graduation.schemas import RequestMove
from incubator.mentoring.sessions.moves.schemas import SessionMove
from incubator.projects.moves.schemas import ProjectMove
from tests.events.stage import set_event_stage
from tests.factories import Caller, World
from tests.permission_table import (
    ANYBODY,
    APPLICATION,
    ATTENDANCE,
    EVENT,
    IDEA,
    PROJECT,
    ROLES,
    SCOPES,
    SESSION,
    TABLE,
    Row,
)

BODIES = {"POST", "PUT", "PATCH"}
NOT_IDS = {
    "{tracking_code}": "000000000000",
    "{code}": "not_found",
    "{file_name}": "nothing.css",
    "{mode}": "in_person",
    "{from_on}": "2025-01-01",
}


@pytest.mark.parametrize("caller", ["anonymous", *ROLES, *SCOPES])
async def test_a_caller_may_do_what_the_table_says_and_nothing_else(caller: str, world: World) -> None:
    headers = await _headers(world, caller)
    wrong = []
    for row in TABLE:
        answer = await _call(world, row, headers)
        if _said(answer) != _expected(row, caller):
            wrong.append(f"{row.name}: {answer.status_code} {answer.text[:200]}")
    assert not wrong


def test_every_route_is_in_the_table(world: World) -> None:
    routes = {
        (method, route.path_format)
        for route in world.service.litestar.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if method not in {"OPTIONS", "HEAD"}
    }
    assert routes == {row.route for row in TABLE}


def test_every_move_has_its_row() -> None:
    unions = {
        IDEA: IdeaMove,
        PROJECT: ProjectMove,
        SESSION: SessionMove,
        "/v1/action-items/{item_id}": ActionItemStep,
        f"{PROJECT}/graduation/requests/{{request_id}}": RequestMove,
        APPLICATION: ApplicationStep,
        ATTENDANCE: AttendanceMove,
        EVENT: EventMove,
    }
    for path, union in unions.items():
        actions = {str(move.__struct_config__.tag) for move in get_args(union)}
        assert actions == {row.body["action"] for row in TABLE if row.route == ("POST", f"{path}/transitions")}


def test_the_table_knows_every_role_and_scope() -> None:
    assert set(ROLES) == {role.value for role in Role}
    assert set(SCOPES) == {scope.value for scope in Scope}
    assert {name for row in TABLE for name in row.may.split()} <= set(ANYBODY.split())


async def test_a_stranger_tries_thirty_tracking_codes_a_minute(world: World) -> None:
    answers = [await world.http.get("/v1/public/ideas/000000000000") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [404] * 30 + [429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


async def _headers(world: World, caller: str) -> dict[str, str]:
    if caller == "anonymous":
        return {}
    return {"authorization": f"Bearer {(await _made(world, caller)).token}"}


async def _made(world: World, caller: str) -> Caller:
    """The scope of check-in belongs to phones, which are enrolled for an event."""
    if caller == "check_in:write":
        return await (await set_event_stage(world)).device()
    return await (world.make.account(caller) if caller in ROLES else world.make.token(caller))


async def _call(world: World, row: Row, headers: dict[str, str]) -> httpx.Response:
    body: dict[str, Any] = {"json": row.body} if row.method in BODIES else {}
    return await world.http.request(row.method, _address(row.path), headers=headers, **body)


def _address(path: str) -> str:
    parts = (NOT_IDS.get(part, str(uuid4())) if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


def _expected(row: Row, caller: str) -> str:
    if caller in row.may.split():
        return "let in"
    return "401" if caller == "anonymous" else "403"


def _said(answer: httpx.Response) -> str:
    """`let in` where the answer speaks of anything but the caller's rights."""
    if answer.status_code not in {401, 403}:
        return "let in" if answer.status_code < 500 else "a fault"
    assert answer.json()["code"] in {"unauthenticated", "forbidden", "insufficient_scope"}
    return str(answer.status_code)
