"""People over HTTP."""

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, patch, post
from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.paging import Page, PageQuery
from incubator.people import actions
from incubator.people.queries import consents_listing, get_consent, people_listing
from incubator.people.schemas import (
    ConsentGiven,
    ConsentOut,
    ConsentWithdrawn,
    PeopleFilter,
    PersonCreate,
    PersonOut,
    PersonPatch,
    PersonRow,
)

READ = Requires(Permission.people_read, Permission.people_read_mentored)
ENTER = Requires(Permission.people_enter)


@get("/", operation_id="listPeople", guards=[READ], dependencies={"filters": Query(PeopleFilter)}, opt=LIST)
async def list_people(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[PeopleFilter],
    today: Given[date],
) -> Response[Page[PersonRow]]:
    """List people. The newest come first; `q` finds names with or without marks. Nothing sensitive is shown."""
    listing = await people_listing(reads, actor, filters, today=today)
    return await listed(request, reads, listing, filters)


@post("/", operation_id="addPerson", guards=[ENTER])
async def add_person(
    session: Given[AsyncSession],
    actor: Given[Actor],
    data: JSONBody[PersonCreate],
    now: Given[datetime],
    once: Given[Once],
) -> Response[PersonOut]:
    """Add a person. Look in the list first: the same person may be there from an idea or an event."""
    show = partial(actions.show_person, session, actor, entered=True)
    return await once(partial(actions.add_person, session, actor, data, now=now), show, at="/v1/people/{id}")


@get("/{person_id:uuid}", operation_id="getPerson", guards=[READ])
async def get_person(
    request: Request[Any, Any, Any], session: Given[AsyncSession], actor: Given[Actor], person_id: FromPath[UUID]
) -> Response[PersonOut]:
    """Read a person. `ethnicity` is shown to those whose grant opens sensitive fields there, and that is recorded."""
    return resource(request, await actions.show_person(session, actor, person_id))


@patch("/{person_id:uuid}", operation_id="editPerson", guards=[ENTER])
async def edit_person(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    person_id: FromPath[UUID],
    data: JSONBody[PersonPatch],
    if_match: Given[IfMatch],
    today: Given[date],
) -> Response[PersonOut]:
    """Change a person by a JSON merge patch: what is absent stays, null clears."""
    await actions.edit_person(session, actor, person_id, data, if_match, today=today)
    entered = data.ethnicity is not UNSET
    return resource(request, await actions.show_person(session, actor, person_id, entered=entered))


@get(
    "/{person_id:uuid}/consents",
    operation_id="listConsents",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def list_consents(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    person_id: FromPath[UUID],
    filters: Given[PageQuery],
) -> Response[Page[ConsentOut]]:
    """List the consents of a person. What was recorded last comes first."""
    return await listed(request, reads, await consents_listing(reads, actor, person_id), filters)


@post("/{person_id:uuid}/consents", operation_id="recordConsent", guards=[ENTER])
async def record_consent(
    session: Given[AsyncSession],
    actor: Given[Actor],
    person_id: FromPath[UUID],
    data: JSONBody[ConsentGiven | ConsentWithdrawn],
    today: Given[date],
    once: Given[Once],
) -> Response[ConsentOut]:
    """Record a consent or its withdrawal. Earlier rows stay as they are."""
    show = partial(get_consent, SessionReads(session), actor)
    return await once(partial(actions.write_consent, session, actor, person_id, data, today=today), show)


people_router = Router(
    path="/v1/people",
    route_handlers=[list_people, add_person, get_person, edit_person, list_consents, record_consent],
    tags=["People"],
)
