"""`/v1/consultations`. The parts of mentoring have their own routes beneath."""

from datetime import date, datetime
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
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.mentoring.actions import correct_consultation, edit_consultation, void_consultation
from incubator.mentoring.one_call import log_consultation
from incubator.mentoring.queries import get_consultation, list_consultations, list_versions
from incubator.mentoring.schemas import (
    ConsultationCorrection,
    ConsultationCreate,
    ConsultationOut,
    ConsultationPatch,
    ConsultationQuery,
    ConsultationVersionOut,
    LoggedOut,
    VoidConsultation,
)
from incubator.paging import Page, PageQuery

FOLLOW = Requires(Permission.mentoring_read, Permission.mentoring_read_mentored)
WRITE = Requires(Permission.mentoring_manage, Permission.mentoring_log)


@get(
    "/",
    operation_id="listConsultations",
    guards=[FOLLOW],
    dependencies={"filters": Query(ConsultationQuery)},
    opt=LIST,
)
async def consultations(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    today: Given[date],
    filters: Given[ConsultationQuery],
) -> Response[Page[ConsultationOut]]:
    """List consultations, newest first. Internal notes are left out unless you gave the advice, or are staff or
    approver of the place."""
    return await listed(request, reads, list_consultations(actor, filters, today), filters)


@post("/", operation_id="logConsultation", guards=[WRITE])
async def log(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    once: Given[Once],
    data: JSONBody[ConsultationCreate],
) -> Response[LoggedOut]:
    """Log a meeting in one call: its session, minutes, consultations by platform and action items. Send an
    Idempotency-Key, so that a bad connection makes one of it; look at `warnings` in the answer."""
    act = partial(log_consultation, session, actor, data, now=now)
    show = partial(get_consultation, SessionReads(session), actor, today=today)
    return await once.answer(act, show, at="/v1/consultations/{id}")


@get("/{consultation_id:uuid}", operation_id="getConsultation", guards=[FOLLOW])
async def read(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    today: Given[date],
    consultation_id: FromPath[UUID],
) -> Response[ConsultationOut]:
    """Read one consultation as it stands."""
    return resource(request, await get_consultation(reads, actor, consultation_id, today))


@patch("/{consultation_id:uuid}", operation_id="editConsultation", guards=[WRITE])
async def edit(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    if_match: Given[IfMatch],
    consultation_id: FromPath[UUID],
    data: JSONBody[ConsultationPatch],
) -> Response[ConsultationOut]:
    """Edit a consultation within seven days of logging it, by a JSON merge patch. It is for its mentor and whoever
    logged it; others correct it. Every edit is a version; the one before stays."""
    await edit_consultation(session, actor, consultation_id, data, if_match, now=now)
    return resource(request, await get_consultation(SessionReads(session), actor, consultation_id, today))


@get(
    "/{consultation_id:uuid}/versions",
    operation_id="listConsultationVersions",
    guards=[FOLLOW],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def versions(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    today: Given[date],
    filters: Given[PageQuery],
    consultation_id: FromPath[UUID],
) -> Response[Page[ConsultationVersionOut]]:
    """The versions of a consultation, oldest first, without those that were not for you."""
    await get_consultation(reads, actor, consultation_id, today)
    return await listed(request, reads, list_versions(actor, consultation_id), filters)


@post(
    "/{consultation_id:uuid}/corrections",
    operation_id="correctConsultation",
    guards=[WRITE],
    status_code=200,
)
async def correct(
    session: Given[AsyncSession],
    actor: Given[Actor],
    today: Given[date],
    once: Given[Once],
    if_match: Given[IfMatch],
    consultation_id: FromPath[UUID],
    data: JSONBody[ConsultationCorrection],
) -> Response[ConsultationOut]:
    """Correct a consultation at any time, with a reason. The version before stays beside it."""
    act = partial(correct_consultation, session, actor, consultation_id, data, if_match)
    show = partial(get_consultation, SessionReads(session), actor, today=today)
    return await once(act, show, status=200)


@post(
    "/{consultation_id:uuid}/transitions",
    operation_id="voidConsultation",
    guards=[WRITE],
    status_code=200,
)
async def void(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    today: Given[date],
    once: Given[Once],
    if_match: Given[IfMatch],
    consultation_id: FromPath[UUID],
    data: JSONBody[VoidConsultation],
) -> Response[ConsultationOut]:
    """Take back a consultation that was logged by mistake: its mentor within seven days, staff at any time. It then
    counts nowhere and may be logged anew; the session and its minutes stay."""
    act = partial(void_consultation, session, actor, consultation_id, data, if_match, now=now)
    show = partial(get_consultation, SessionReads(session), actor, today=today)
    return await once(act, show, status=200)


consultations_router = Router(
    "/v1/consultations",
    route_handlers=[consultations, log, read, edit, versions, correct, void],
    tags=["Consultations"],
)
