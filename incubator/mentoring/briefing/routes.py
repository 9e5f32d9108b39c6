"""`/v1/projects/{id}/briefing`."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get

from incubator.actor import Actor, Permission
from incubator.api.answers import resource
from incubator.api.entry import Requires
from incubator.api.given import FromPath, Given
from incubator.db import Reads
from incubator.mentoring.briefing.queries import get_briefing
from incubator.mentoring.briefing.schemas import BriefingOut

READ = Requires(Permission.mentoring_read, Permission.mentoring_read_mentored)


@get("/{project_id:uuid}/briefing", operation_id="getBriefing", guards=[READ])
async def read_briefing(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    today: Given[date],
    project_id: FromPath[UUID],
) -> Response[BriefingOut]:
    """Read what the next mentor needs to know of a project, on one screen.

    Whom to call, what it needs, what was advised last on each platform, what is still to be done, what came of it,
    and when the last and the next session are. Notes that are not for you are left out.
    """
    return resource(request, await get_briefing(reads, actor, project_id, today=today))


briefing_handlers = [read_briefing]
