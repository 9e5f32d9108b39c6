"""`/v1/households`."""

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.paging import Page, PageQuery
from incubator.people.households import actions, classes, members
from incubator.people.households.queries import (
    classes_listing,
    get_member,
    households_listing,
    members_listing,
    require_household,
)
from incubator.people.households.schemas import (
    ClassPut,
    HouseholdClassOut,
    HouseholdCreate,
    HouseholdMemberOut,
    HouseholdOut,
    HouseholdPatch,
    HouseholdQuery,
    HouseholdRow,
    MemberCreate,
    MemberPatch,
)

READ = Requires(Permission.people_read)
ENTER = Requires(Permission.people_enter)


@get(
    "/",
    operation_id="listHouseholds",
    guards=[READ],
    dependencies={"filters": Query(HouseholdQuery)},
    opt={**LIST, "errors": ("forbidden",)},
)
async def list_households(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    session: Given[AsyncSession],
    actor: Given[Actor],
    filters: Given[HouseholdQuery],
    today: Given[date],
) -> Response[Page[HouseholdRow]]:
    """List households. The newest come first; nothing sensitive is shown, and asking by `poverty_class` is
    recorded."""
    listing = await households_listing(reads, actor, filters, today=today)
    if filters.poverty_class is not None:
        classes.record_class_reading(session, actor, None)
    return await listed(request, reads, listing, filters)


@post("/", operation_id="addHousehold", guards=[ENTER])
async def add_household(
    session: Given[AsyncSession],
    actor: Given[Actor],
    data: JSONBody[HouseholdCreate],
    now: Given[datetime],
    today: Given[date],
    once: Given[Once],
) -> Response[HouseholdOut]:
    """Add a household with its head and, in the same call, who lives with them. People who are there already are
    named by their ids. Nobody lives in two households on one day."""
    show = partial(actions.show_household, session, actor, today=today)
    return await once(partial(actions.add_household, session, actor, data, now=now), show, at="/v1/households/{id}")


@get("/{household_id:uuid}", operation_id="getHousehold", guards=[READ])
async def get_household(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    household_id: FromPath[UUID],
    today: Given[date],
) -> Response[HouseholdOut]:
    """Read a household as it is today. `poverty_class` is shown to those whose grant opens sensitive fields there,
    and that is recorded."""
    return resource(request, await actions.show_household(session, actor, household_id, today=today))


@patch("/{household_id:uuid}", operation_id="editHousehold", guards=[ENTER])
async def edit_household(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    household_id: FromPath[UUID],
    data: JSONBody[HouseholdPatch],
    if_match: Given[IfMatch],
    today: Given[date],
) -> Response[HouseholdOut]:
    """Move a household to another village or commune. You must enter people in both communes; its people are seen
    in the new one from then on."""
    await actions.edit_household(session, actor, household_id, data, if_match, today=today)
    return resource(request, await actions.show_household(session, actor, household_id, today=today))


@get(
    "/{household_id:uuid}/members",
    operation_id="listHouseholdMembers",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def list_members(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    household_id: FromPath[UUID],
    filters: Given[PageQuery],
) -> Response[Page[HouseholdMemberOut]]:
    """List who lives in a household and who did, in the order in which they were entered."""
    await require_household(reads, actor, household_id)
    return await listed(request, reads, members_listing(actor, household_id), filters)


@post("/{household_id:uuid}/members", operation_id="addHouseholdMember", guards=[ENTER])
async def add_member(
    session: Given[AsyncSession],
    actor: Given[Actor],
    household_id: FromPath[UUID],
    data: JSONBody[MemberCreate],
    now: Given[datetime],
    once: Given[Once],
) -> Response[HouseholdMemberOut]:
    """Enter somebody who lives in the household. Where they live in another one on one of these days, or the
    household has another head, that is refused; `errors` says since when, if you see that household."""
    show = partial(get_member, SessionReads(session), actor, household_id)
    return await once(partial(members.add_member, session, actor, household_id, data, now=now), show)


@patch("/{household_id:uuid}/members/{member_id:uuid}", operation_id="editHouseholdMember", guards=[ENTER])
async def edit_member(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    household_id: FromPath[UUID],
    member_id: FromPath[UUID],
    data: JSONBody[MemberPatch],
    if_match: Given[IfMatch],
    today: Given[date],
) -> Response[HouseholdMemberOut]:
    """End a membership with its last day, or correct it, by a JSON merge patch."""
    await members.edit_member(session, actor, household_id, member_id, data, if_match, today=today)
    return resource(request, await get_member(SessionReads(session), actor, household_id, member_id))


@get(
    "/{household_id:uuid}/classes",
    operation_id="listHouseholdClasses",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def list_classes(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    session: Given[AsyncSession],
    actor: Given[Actor],
    household_id: FromPath[UUID],
    filters: Given[PageQuery],
) -> Response[Page[HouseholdClassOut]]:
    """List the poverty classes of a household, the last first. This needs a grant that opens sensitive fields there,
    and is recorded."""
    await require_household(reads, actor, household_id, opened=True)
    classes.record_class_reading(session, actor, household_id)
    return await listed(request, reads, classes_listing(actor, household_id), filters)


@put("/{household_id:uuid}/classes/{from_on:date}", operation_id="setHouseholdClass", guards=[ENTER])
async def set_class(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    household_id: FromPath[UUID],
    from_on: FromPath[date],
    data: JSONBody[ClassPut],
    if_match: Given[IfMatch],
    today: Given[date],
) -> Response[HouseholdOut]:
    """Set the poverty class of a household from a day on, until the next row. What that day said before is
    replaced. This needs a grant that opens sensitive fields there. If-Match is that of the household, which is the
    answer, as it is today."""
    await classes.put_class(session, actor, household_id, from_on, data, if_match, today=today)
    return resource(request, await actions.show_household(session, actor, household_id, today=today))


@delete(
    "/{household_id:uuid}/classes/{from_on:date}", operation_id="removeHouseholdClass", status_code=204, guards=[ENTER]
)
async def remove_class(
    session: Given[AsyncSession],
    actor: Given[Actor],
    if_match: Given[IfMatch],
    household_id: FromPath[UUID],
    from_on: FromPath[date],
) -> None:
    """Take back a class that was entered by mistake: the one before it holds on. If-Match is that of the
    household."""
    await classes.remove_class(session, actor, household_id, from_on, if_match)


households_router = Router(
    path="/v1/households",
    route_handlers=[
        list_households, add_household, get_household, edit_household, list_members, add_member, edit_member,
        list_classes, set_class, remove_class,
    ],
    tags=["Households"],
)  # fmt: skip
