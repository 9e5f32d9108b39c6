"""The phones of an event, `/v1/devices`, and what a phone learns about itself."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.addresses import client_address
from incubator.api.answers import Answer, IfMatch, listed, resource
from incubator.api.entry import LIST, PUBLIC, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.events.access import require_seen
from incubator.events.devices import actions
from incubator.events.devices.guessing import require_known_code
from incubator.events.devices.queries import get_device, get_own_device, list_devices, own_device_of
from incubator.events.devices.schemas import (
    DeviceCreate,
    DeviceCreated,
    DeviceOut,
    EnrolledOut,
    EnrolmentCreate,
    OwnDeviceOut,
)
from incubator.idempotency import Once
from incubator.paging import Page, PageQuery

READ = Requires(Permission.events_read)
MANAGE = Requires(Permission.events_manage)
PHONE = Requires(Permission.check_in)


@get(
    "/{event_id:uuid}/devices",
    operation_id="listDevices",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def list_devices_(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[PageQuery],
    event_id: FromPath[UUID],
) -> Response[Page[DeviceOut]]:
    """List the check-in phones of an event, newest first, with when each was last heard of."""
    await require_seen(reads, actor, event_id)
    return await listed(request, reads, list_devices(actor, event_id, now=now), filters)


@post("/{event_id:uuid}/devices", operation_id="addDevice", guards=[MANAGE], opt={"errors": ("invalid_transition",)})
async def add_device(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    event_id: FromPath[UUID],
    data: JSONBody[DeviceCreate],
) -> Response[DeviceCreated]:
    """Add a phone for sites of an event. The answer shows the code with which it is enrolled, this once; it holds for
    24 hours. You organise the event, or may organise at each of these sites; then the manifest of the phone names only
    people of the communes of these sites.

    Without `expires_at` the phone follows the event: its token ends 30 days after `late_sync_until`, also where that is
    moved, so that a phone that comes too late is told so and what it sends is kept for staff."""
    show = partial(get_device, SessionReads(session), actor, now=now)

    async def add() -> DeviceCreated:
        device_id, code = await actions.add_device(session, actor, event_id, data, now=now)
        return DeviceCreated(**msgspec.structs.asdict(await show(device_id)), enrolment_code=code)

    return await once.answer(add, show, at="/v1/devices/{id}", secrets=("enrolment_code",))


@get("/{device_id:uuid}", operation_id="getDevice", guards=[READ])
async def read_device(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    device_id: FromPath[UUID],
) -> Response[DeviceOut]:
    """Read one phone."""
    return resource(request, await get_device(reads, actor, device_id, now=now))


@post("/{device_id:uuid}/roll", operation_id="rollDevice", status_code=200, guards=[MANAGE])
async def roll_device(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    device_id: FromPath[UUID],
) -> Response[DeviceCreated]:
    """Make a new code for a phone, as when it was lost, replaced or out of time. The answer shows it this once; what
    was enrolled before is out within a second.

    The phone stays the same one, so that what it has not sent yet counts once. Where its time was over it follows the
    event again, or has a week more if that is over too. Only a revoked phone comes back no more."""
    show = partial(get_device, SessionReads(session), actor, now=now)

    async def roll() -> DeviceCreated:
        code = await actions.roll_device(session, actor, device_id, now=now)
        return DeviceCreated(**msgspec.structs.asdict(await show(device_id)), enrolment_code=code)

    return await once.answer(roll, show, status=200, secrets=("enrolment_code",))


@delete("/{device_id:uuid}", operation_id="revokeDevice", status_code=204, guards=[MANAGE])
async def revoke_device(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    device_id: FromPath[UUID],
) -> None:
    """Revoke a phone. It is out within a second, for good; what it sent stays."""
    await actions.revoke_device(session, actor, device_id, if_match, now=now)


@post("/enrolments", operation_id="enrolDevice", opt={**PUBLIC, "errors": ("rate_limited",)})
async def enrol_device(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    now: Given[datetime],
    data: JSONBody[EnrolmentCreate],
) -> Response[EnrolledOut]:
    """Enrol the phone that sends this, by the code that was made for it. The answer shows its token this once.

    A code works once. The same phone, which sends the same `client_nonce`, may repeat this while the code holds: it
    gets a new token, and the one before ends. 30 wrong codes a minute per address.

    Where its token is refused later with 401, a phone keeps all that it has not sent, asks for a new code for itself
    (`rollDevice`), enrols again and sends it then: it is the same phone, and nothing counts twice.
    """
    await require_known_code(request.app.state.database, reads, client_address(request), data.code, now=now)
    token_id, token = await actions.enrol_device(session, data, now=now)
    own = await own_device_of(SessionReads(session), token_id)
    body = msgspec.json.encode(EnrolledOut(own.device, own.event, own.sites, token))
    return Answer(content=body, status_code=201, headers={"cache-control": "no-store"})  # type: ignore[arg-type]


@get("/device", operation_id="getOwnDevice", guards=[PHONE])
async def read_own_device(
    request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor]
) -> Response[OwnDeviceOut]:
    """Read what this phone is: its event, its sites and what it may do there. The header `Date` tells the time of the
    service, by which a phone may set its own clock right."""
    return resource(request, await get_own_device(reads, actor))


device_handlers = [list_devices_, add_device]
devices_router = Router(
    "/v1/devices", route_handlers=[read_device, roll_device, revoke_device, enrol_device], tags=["Devices"]
)
own_device_handlers = [read_own_device]
