"""`/v1/events/{id}/check-in-manifest`."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import packed_resource
from incubator.api.entry import Requires
from incubator.api.given import FromPath, Given
from incubator.audit import record_audit
from incubator.db import Reads
from incubator.events.access import load_event, require_organiser
from incubator.events.manifest.queries import get_manifest, limited_phone_of
from incubator.events.manifest.schemas import ManifestOut

FETCH = Requires(Permission.check_in, Permission.events_manage)


@get("/{event_id:uuid}/check-in-manifest", operation_id="getCheckInManifest", guards=[FETCH])
async def read_manifest(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    event_id: FromPath[UUID],
) -> Response[ManifestOut]:
    """Read who is expected, for checking tickets without a line. For phones of the event that scan, and for its
    organisers.

    A ticket is known by the beginning of its hash: the first 16 letters of the base64url of the SHA-256 of its 26
    letters, in capitals. The name is null for a phone that was added for single sites by somebody who does not organise
    the event, unless the registration is of the commune of one of them: its ticket is known all the same, and those
    rows stand last. Ask for gzip, and send the ETag that you hold: 2,300 people are about 41 kB, and nothing is
    sent where nothing has changed.
    """
    device_id = None
    if actor.kind == "token":
        device_id = await limited_phone_of(reads, actor, event_id)
    else:
        require_organiser(actor, await load_event(session, actor, event_id))
    answer = await packed_resource(request, await get_manifest(reads, event_id, device_id=device_id))
    if answer.status_code == 200:
        record_audit(session, actor, "export", "check_in_manifest", event_id)
    return answer


manifest_handlers = [read_manifest]
