"""Localities over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.errors import DomainError, FieldError
from incubator.idempotency import Once
from incubator.localities.actions import add_village
from incubator.localities.models import WrittenName
from incubator.localities.queries import get_locality, list_localities, resolve_commune
from incubator.localities.schemas import (
    LocalityDetail,
    LocalityOut,
    LocalityQuery,
    ResolutionOut,
    ResolveQuery,
    VillageCreate,
)
from incubator.paging import Page

READ = Requires(Permission.localities_read)


@get(
    "/localities",
    operation_id="listLocalities",
    summary="List provinces, communes and villages",
    guards=[READ],
    dependencies={"filters": Query(LocalityQuery)},
    opt=LIST,
)
async def get_localities(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    filters: Given[LocalityQuery],
    today: Given[date],
) -> Response[Page[LocalityOut]]:
    """The localities of today in alphabetical order. `parent_code=15` gives the communes of Lào Cai."""
    return await listed(request, reads, list_localities(filters, today=today), filters)


@get(
    "/localities/resolve",
    operation_id="resolveLocality",
    summary="Find the commune that a written name means",
    guards=[READ],
    dependencies={"filters": Query(ResolveQuery)},
    opt={"errors": ("business_rule_failed",)},
)
async def get_resolution(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    filters: Given[ResolveQuery],
    today: Given[date],
) -> Response[ResolutionOut]:
    """The commune of today for a name of today or of before 1 July 2025. It never guesses: where the name may
    mean several communes, the answer is 422 and lists them in `errors[].params.candidates`."""
    candidate = await resolve_commune(reads, written_name(filters, today), today=today)
    return resource(request, msgspec.convert(candidate, ResolutionOut, from_attributes=True))


@get(
    "/localities/{locality_id:uuid}",
    operation_id="getLocality",
    summary="Read a locality",
    guards=[READ],
)
async def get_one_locality(
    request: Request[Any, Any, Any], reads: Given[Reads], locality_id: FromPath[UUID]
) -> Response[LocalityDetail]:
    """A locality of today or of earlier, with what it came from and what it became."""
    return resource(request, await get_locality(reads, locality_id))


@post(
    "/localities",
    operation_id="addVillage",
    summary="Add a village to a commune",
    guards=[Requires(Permission.villages_manage)],
)
async def post_village(
    session: Given[AsyncSession],
    actor: Given[Actor],
    data: JSONBody[VillageCreate],
    today: Given[date],
    once: Given[Once],
) -> Response[LocalityDetail]:
    """A village gets the next code of its commune. Provinces and communes cannot be added here."""
    return await once(
        lambda: add_village(session, actor, data, today=today),
        lambda village_id: get_locality(SessionReads(session), village_id),
        at="/v1/localities/{id}",
    )


localities_router = Router(
    path="/v1",
    route_handlers=[get_localities, get_resolution, get_one_locality, post_village],
    tags=["Localities"],
)


def written_name(filters: ResolveQuery, today: date) -> WrittenName:
    """Every parameter may be absent for the parser of queries; this one may not for us."""
    if filters.name is None:
        raise DomainError("validation_failed", errors=[FieldError(code="required", parameter="name")])
    return WrittenName(name=filters.name, district=filters.district, province=filters.province, on=filters.on or today)
