"""`/v1/people/{id}/citizen-id` and looking a number up."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put
from litestar.di import Provide
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, resource
from incubator.api.entry import MAKES_THE_FIRST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.people.citizen_ids import actions
from incubator.people.citizen_ids.schemas import (
    CitizenIdLookup,
    CitizenIdMatchesOut,
    CitizenIdOut,
    CitizenIdPut,
    CitizenIdQuery,
)
from incubator.people.citizen_ids.sealing import Sealer, sealer_of

READ = Requires(Permission.people_read)
ENTER = Requires(Permission.people_enter)


@get(
    "/{person_id:uuid}/citizen-id",
    operation_id="getCitizenId",
    guards=[READ],
    dependencies={"filters": Query(CitizenIdQuery)},
    opt={"errors": ("business_rule_failed",)},
)
async def get_citizen_id(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    sealer: Given[Sealer],
    person_id: FromPath[UUID],
    filters: Given[CitizenIdQuery],
    today: Given[date],
) -> Response[CitizenIdOut]:
    """Read the last four digits of a person's citizen id and what looks wrong about it. With `full` all of it is
    shown to those whose grant opens sensitive fields there, and that is recorded."""
    shown = await actions.show_citizen_id(session, actor, sealer, person_id, full=filters.full, today=today)
    return _unkept(resource(request, shown, version=shown.version))


@put("/{person_id:uuid}/citizen-id", operation_id="setCitizenId", guards=[ENTER], opt=MAKES_THE_FIRST)
async def set_citizen_id(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    sealer: Given[Sealer],
    person_id: FromPath[UUID],
    data: JSONBody[CitizenIdPut],
    if_match: Given[IfMatch],
    today: Given[date],
) -> Response[CitizenIdOut]:
    """Set the citizen id of a person. A number that disagrees with the person, or that somebody else has, is kept
    with `warnings`. Where there is one already, If-Match is its own; the same once more changes nothing."""
    await actions.set_citizen_id(session, actor, sealer, person_id, data, if_match)
    shown = await actions.show_citizen_id(session, actor, sealer, person_id, today=today)
    return _unkept(resource(request, shown, version=shown.version))


@delete("/{person_id:uuid}/citizen-id", operation_id="removeCitizenId", status_code=204, guards=[ENTER])
async def remove_citizen_id(
    session: Given[AsyncSession], actor: Given[Actor], if_match: Given[IfMatch], person_id: FromPath[UUID]
) -> None:
    """Remove the citizen id of a person. If-Match is that of the citizen id."""
    await actions.remove_citizen_id(session, actor, person_id, if_match)


@post("/citizen-id-lookups", operation_id="lookUpCitizenId", status_code=200, guards=[READ])
async def look_up_citizen_id(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    sealer: Given[Sealer],
    data: JSONBody[CitizenIdLookup],
) -> Response[CitizenIdMatchesOut]:
    """Find the people with a citizen id, among those whose sensitive fields your grant opens. Each look-up is
    recorded as a reading of the number."""
    return _unkept(resource(request, await actions.look_up(session, actor, sealer, data)))


def _unkept(answer: Response[Any]) -> Response[Any]:
    """No cache keeps it, not even the browser's own."""
    answer.headers["cache-control"] = "no-store"
    return answer


def provide_sealer(request: Request[Any, Any, Any]) -> Sealer:
    return sealer_of(request.app.state.settings.secret_key)


citizen_ids_router = Router(
    path="/v1/people",
    route_handlers=[get_citizen_id, set_citizen_id, remove_citizen_id, look_up_citizen_id],
    dependencies={"sealer": Provide(provide_sealer, sync_to_thread=False)},
    tags=["People"],
)
