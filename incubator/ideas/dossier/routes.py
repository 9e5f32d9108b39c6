"""`/v1/ideas/{id}/versions`, `/comments` and `/documents`."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import listed
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads, SessionReads
from incubator.ideas.dossier.actions import add_comment, add_document
from incubator.ideas.dossier.queries import (
    get_comment,
    get_document,
    list_comments,
    list_documents,
    list_versions,
)
from incubator.ideas.dossier.schemas import CommentCreate, CommentOut, DocumentCreate, DocumentOut, VersionOut
from incubator.ideas.queries import require_idea
from incubator.ideas.routes import ENTER, READ
from incubator.idempotency import Once
from incubator.paging import Page, PageQuery

HEAR = Requires(Permission.ideas_read, Permission.ideas_read_assigned, Permission.ideas_read_owned)
SPEAK = Requires(Permission.ideas_enter, Permission.ideas_decide, Permission.ideas_read_assigned)


@get(
    "/{idea_id:uuid}/versions",
    operation_id="listIdeaVersions",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def versions(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[PageQuery],
    idea_id: FromPath[UUID],
) -> Response[Page[VersionOut]]:
    """List what the idea has said over time, oldest first."""
    await require_idea(reads, actor, idea_id, now=now)
    return await listed(request, reads, list_versions(actor, idea_id, now=now), filters)


@get(
    "/{idea_id:uuid}/comments",
    operation_id="listIdeaComments",
    guards=[HEAR],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def comments(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[PageQuery],
    idea_id: FromPath[UUID],
) -> Response[Page[CommentOut]]:
    """List the remarks beside an idea that are meant for you, oldest first."""
    await require_idea(reads, actor, idea_id, now=now)
    return await listed(request, reads, list_comments(actor, idea_id, now=now), filters)


@post("/{idea_id:uuid}/comments", operation_id="addIdeaComment", guards=[SPEAK])
async def comment(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    idea_id: FromPath[UUID],
    data: JSONBody[CommentCreate],
) -> Response[CommentOut]:
    """Write a remark beside an idea. Reviewers write to `reviewers` only, the token that owns the idea to
    `applicant` only."""
    show = partial(get_comment, SessionReads(session), actor, idea_id, now=now)
    return await once(partial(add_comment, session, actor, idea_id, data, now=now), show)


@get(
    "/{idea_id:uuid}/documents",
    operation_id="listIdeaDocuments",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def documents(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[PageQuery],
    idea_id: FromPath[UUID],
) -> Response[Page[DocumentOut]]:
    """List the papers that belong to an idea, oldest first. A blind review sees none."""
    await require_idea(reads, actor, idea_id, now=now)
    return await listed(request, reads, list_documents(actor, idea_id, now=now), filters)


@post("/{idea_id:uuid}/documents", operation_id="addIdeaDocument", guards=[ENTER])
async def document(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    idea_id: FromPath[UUID],
    data: JSONBody[DocumentCreate],
) -> Response[DocumentOut]:
    """Enter a paper that is kept elsewhere, by its SHA-256 and a link."""
    show = partial(get_document, SessionReads(session), actor, idea_id, now=now)
    return await once(partial(add_document, session, actor, idea_id, data, now=now), show)


dossier_handlers = [versions, comments, comment, documents, document]
