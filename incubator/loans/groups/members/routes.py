"""`/v1/credit-groups/{id}/members`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, patch, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.days import civil_day
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.loans.groups.members.actions import edit_membership, join_group
from incubator.loans.groups.members.queries import get_group_member, list_group_members
from incubator.loans.groups.members.schemas import (
    GroupMemberJoin,
    GroupMemberOut,
    GroupMemberPatch,
    GroupMemberQuery,
)
from incubator.loans.groups.queries import require_credit_group
from incubator.loans.lenders.routes import MANAGE, READ
from incubator.paging import Page


@get(
    "/{group_id:uuid}/members",
    operation_id="listGroupMembers",
    guards=[READ],
    dependencies={"filters": Query(GroupMemberQuery)},
    opt=LIST,
)
async def members(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[GroupMemberQuery],
    group_id: FromPath[UUID],
) -> Response[Page[GroupMemberOut]]:
    """List the households that belong or belonged to a credit group, who joined last first."""
    await require_credit_group(reads, actor, group_id)
    return await listed(request, reads, list_group_members(actor, group_id, filters, today=civil_day(now)), filters)


@post("/{group_id:uuid}/members", operation_id="joinCreditGroup", guards=[MANAGE])
async def join(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    group_id: FromPath[UUID],
    data: JSONBody[GroupMemberJoin],
) -> Response[GroupMemberOut]:
    """Let a household of the village join. A group has at most 60 of them, and a household one group at a time."""
    show = partial(get_group_member, SessionReads(session), actor, group_id, today=civil_day(now))
    return await once(partial(join_group, session, actor, group_id, data, now=now), show)


@patch("/{group_id:uuid}/members/{membership_id:uuid}", operation_id="editGroupMember", guards=[MANAGE])
async def edit(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    group_id: FromPath[UUID],
    membership_id: FromPath[UUID],
    data: JSONBody[GroupMemberPatch],
) -> Response[GroupMemberOut]:
    """Let a household leave by its last day, or correct its days. If-Match is that of the membership."""
    await edit_membership(session, actor, group_id, membership_id, data, if_match, now=now)
    shown = await get_group_member(SessionReads(session), actor, group_id, membership_id, today=civil_day(now))
    return resource(request, shown)


group_member_handlers = [members, join, edit]
