"""`/v1/sessions/{id}/participants` and signing them in."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import listed
from incubator.api.bulk import run_items
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.mentoring.sessions.guests.actions import add_participant, sign_ins_of
from incubator.mentoring.sessions.guests.queries import get_participant, list_participants
from incubator.mentoring.sessions.guests.schemas import (
    ParticipantCreate,
    ParticipantQuery,
    ParticipantRow,
    SignInsCreate,
    SignInsOut,
)
from incubator.mentoring.sessions.queries import get_session, require_session
from incubator.mentoring.sessions.routes import READ
from incubator.paging import Page

SIGN_IN = Requires(Permission.mentoring_sign_in)


@get(
    "/{session_id:uuid}/participants",
    operation_id="listParticipants",
    guards=[READ],
    dependencies={"filters": Query(ParticipantQuery)},
    opt=LIST,
)
async def participants(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[ParticipantQuery],
    session_id: FromPath[UUID],
) -> Response[Page[ParticipantRow]]:
    """List the participants of a session. Who sees it only because of a project or as its mentor sees those of the
    projects that they follow and those whom they brought."""
    await require_session(reads, actor, session_id)
    return await listed(request, reads, list_participants(actor, session_id, filters), filters)


@post(
    "/{session_id:uuid}/participants",
    operation_id="addParticipant",
    guards=[SIGN_IN],
    opt={"errors": ("capacity_full",)},
)
async def add(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    session_id: FromPath[UUID],
    data: JSONBody[ParticipantCreate],
) -> Response[ParticipantRow]:
    """Enter a participant of a session that is ahead or was held. The seats are counted exactly."""
    show = partial(get_participant, SessionReads(session), actor, session_id)
    return await once(partial(add_participant, session, actor, session_id, data, now=now), show)


@post("/{session_id:uuid}/sign-ins", operation_id="signIn", guards=[SIGN_IN], status_code=200)
async def sign_in(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    session_id: FromPath[UUID],
    data: JSONBody[SignInsCreate],
) -> Response[SignInsOut]:
    """Say of up to 500 participants whether they came. Each item has its own result; one refusal undoes that item
    alone, and the same once more changes nothing."""

    async def act() -> SignInsOut:
        asked = await sign_ins_of(session, actor, session_id, data.items, now=now)
        left = await run_items(request, session, asked.leaving)
        results = {result.id: result for result in (*left, *await run_items(request, session, asked.coming))}
        return SignInsOut(session_id, [results[item.participant_id] for item in data.items])

    return await once.answer(act, partial(get_session, SessionReads(session), actor), status=200)


participant_handlers = [participants, add, sign_in]
