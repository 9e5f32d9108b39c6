"""The audit trail over HTTP."""

from typing import Any

from litestar import Request, Response, get

from incubator.accounts.trail.queries import audit_listing
from incubator.accounts.trail.schemas import AuditOut, AuditQuery
from incubator.actor import Actor, Permission
from incubator.api.answers import listed
from incubator.api.entry import LIST, Requires
from incubator.api.given import Given
from incubator.api.query import Query
from incubator.db import Reads
from incubator.paging import Page


@get(
    "/audit",
    operation_id="listAudit",
    guards=[Requires(Permission.audit_read)],
    dependencies={"filters": Query(AuditQuery)},
    opt=LIST,
    tags=["Audit"],
)
async def read_audit(
    request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor], filters: Given[AuditQuery]
) -> Response[Page[AuditOut]]:
    """List the audit trail. Who changed, exported or read what, the newest first; with a grant for a province or
    commune, what its own accounts and tokens did."""
    return await listed(request, reads, audit_listing(actor, filters), filters)
