"""Writing remarks beside an idea and entering the papers that belong to it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.audit import record_audit
from incubator.db import SessionReads
from incubator.errors import DomainError
from incubator.ideas.actions import lock_idea, require_entry_right
from incubator.ideas.dossier.models import IdeaComment, IdeaDocument
from incubator.ideas.dossier.queries import writable_audiences
from incubator.ideas.dossier.schemas import CommentCreate, DocumentCreate
from incubator.text import clean, clean_line


async def add_comment(
    session: AsyncSession, actor: Actor, idea_id: UUID, data: CommentCreate, *, now: datetime
) -> UUID:
    """A remark for those to whom the actor may speak; who only reads the idea writes none (403)."""
    if data.audience not in await writable_audiences(SessionReads(session), actor, idea_id, now=now):
        raise DomainError("forbidden")
    comment = IdeaComment(
        idea_id=idea_id, audience=data.audience, body=clean(data.body), author_kind=actor.kind, author_id=actor.id
    )
    session.add(comment)
    await session.flush()
    record_audit(session, actor, "comment", "idea", idea_id, comment_id=str(comment.id), audience=data.audience)
    return comment.id


async def add_document(
    session: AsyncSession, actor: Actor, idea_id: UUID, data: DocumentCreate, *, now: datetime
) -> UUID:
    """Enter a paper. The same file twice on one idea is a duplicate."""
    idea = await lock_idea(session, actor, idea_id, now=now)
    require_entry_right(actor, idea)
    document = IdeaDocument(
        idea_id=idea.id, kind=data.kind, title=clean_line(data.title), sha256=data.sha256, link=data.link,
        added_by=actor.id,
    )  # fmt: skip
    session.add(document)
    await session.flush()
    record_audit(session, actor, "add_document", "idea", idea.id, document_id=str(document.id), kind=data.kind)
    return document.id
