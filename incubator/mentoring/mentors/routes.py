"""`/v1/mentors`, and `/v1/projects/{id}/mentor-suggestions`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, patch, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.days import civil_day
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.mentoring.mentors import actions
from incubator.mentoring.mentors.queries import get_mentor, list_by_load, list_mentors
from incubator.mentoring.mentors.schemas import (
    MentorCreate,
    MentorFilter,
    MentorOut,
    MentorPatch,
    MentorRow,
    SuggestionFilter,
    SuggestionsOut,
)
from incubator.mentoring.mentors.suggestions import suggest_mentors
from incubator.paging import Page

READ = Requires(Permission.mentors_read, Permission.mentors_read_own)
REGISTER = Requires(Permission.mentors_read)
MANAGE = Requires(Permission.mentors_manage)


@get("/", operation_id="listMentors", guards=[READ], dependencies={"filters": Query(MentorFilter)}, opt=LIST)
async def list_mentors_(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[MentorFilter],
) -> Response[Page[MentorRow]]:
    """List mentors, newest first. Staff and approvers see those who can reach a place of theirs, mentors see
    themselves."""
    listing = await list_mentors(reads, actor, filters, today=civil_day(now))
    return await listed(request, reads, listing, filters)


@post("/", operation_id="addMentor", guards=[MANAGE])
async def add_mentor(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[MentorCreate],
) -> Response[MentorOut]:
    """Enter a person as a mentor, with their expertise and the places that they can reach. Who logs a consultation
    without being entered is entered by that."""
    show = partial(get_mentor, SessionReads(session), actor)
    return await once(partial(actions.add_mentor, session, actor, data, now=now), show, at="/v1/mentors/{id}")


@get(
    "/load",
    operation_id="listMentorsByLoad",
    guards=[REGISTER],
    dependencies={"filters": Query(MentorFilter)},
    opt=LIST,
)
async def list_by_load_(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[MentorFilter],
) -> Response[Page[MentorRow]]:
    """List mentors by load, those with the most running projects first. The load may change between two pages, so
    that a mentor who gets or gives back a project meanwhile is met twice or not at all."""
    listing = await list_by_load(reads, actor, filters, today=civil_day(now))
    return await listed(request, reads, listing, filters)


@get("/{mentor_id:uuid}", operation_id="getMentor", guards=[READ])
async def read_mentor(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    mentor_id: FromPath[UUID],
) -> Response[MentorOut]:
    """Read one mentor with the places that they can reach."""
    return resource(request, await get_mentor(reads, actor, mentor_id))


@patch("/{mentor_id:uuid}", operation_id="editMentor", guards=[MANAGE])
async def edit_mentor(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    mentor_id: FromPath[UUID],
    data: JSONBody[MentorPatch],
) -> Response[MentorOut]:
    """Change what is known of a mentor, their status, account or reach, by a JSON merge patch. Places outside your
    localities can neither be added nor taken away."""
    await actions.edit_mentor(session, actor, mentor_id, data, if_match, now=now)
    return resource(request, await get_mentor(SessionReads(session), actor, mentor_id))


@get(
    "/{project_id:uuid}/mentor-suggestions",
    operation_id="suggestMentors",
    guards=[Requires(Permission.projects_manage)],
    dependencies={"filters": Query(SuggestionFilter)},
)
async def suggest(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[SuggestionFilter],
    project_id: FromPath[UUID],
) -> Response[SuggestionsOut]:
    """Suggest mentors whom the project could get, the best first, each with the reasons. They are active, have an
    account and room for one more project, can reach the project, and neither mentor it nor stand too near to it."""
    found = await suggest_mentors(reads, actor, project_id, filters, today=civil_day(now))
    return resource(request, found)


mentors_router = Router(
    "/v1/mentors",
    route_handlers=[list_mentors_, add_mentor, list_by_load_, read_mentor, edit_mentor],
    tags=["Mentors"],
)
mentor_suggestion_handlers = [suggest]
