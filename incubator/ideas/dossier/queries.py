"""What is read of the file on an idea: its versions, the remarks and the papers, each as far as one may see it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Uuid, and_, case, false, func, not_, null, or_, select
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account, Token
from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.ideas.calls.models import Call
from incubator.ideas.dossier.models import IdeaComment, IdeaDocument
from incubator.ideas.dossier.schemas import CommentOut, DocumentOut, VersionOut
from incubator.ideas.models import Idea, IdeaVersion
from incubator.ideas.queries import members_json, version_columns
from incubator.ideas.rows import content_fields, leader_and_team
from incubator.ideas.sight import Sight, is_blinded, is_pending, is_visible, sight_of, sight_values
from incubator.paging import Listing, Order, SmallNumber
from incubator.territory import NOWHERE

OLDEST_VERSION_FIRST = Order((IdeaVersion.number.expression,))
OLDEST_COMMENT_FIRST = Order((IdeaComment.id.expression,))
OLDEST_DOCUMENT_FIRST = Order((IdeaDocument.id.expression,))

Author, AuthorToken = aliased(Account), aliased(Token)

_DOCUMENT: tuple[Any, ...] = (
    IdeaDocument.id, IdeaDocument.kind, IdeaDocument.title, IdeaDocument.sha256, IdeaDocument.link,
    IdeaDocument.created_at,
)  # fmt: skip

EVERY_AUDIENCE = frozenset({"internal", "reviewers", "applicant"})


def list_versions(actor: Actor, idea_id: UUID, *, now: datetime) -> Listing[VersionOut]:
    """Oldest first; without people for who reviews the idea blind."""
    return Listing(
        name="versions",
        query=_versions,
        shape=(sight_of(actor),),
        order=OLDEST_VERSION_FIRST,
        values={**sight_values(actor, now), "idea_id": idea_id},
        row=VersionOut,
        read=_version_out,
        place=lambda row: (row.number,),
        place_types=tuple[SmallNumber],
    )


def list_comments(actor: Actor, idea_id: UUID, *, now: datetime) -> Listing[CommentOut]:
    """Oldest first, those that are meant for the actor."""
    return Listing(
        name="comments",
        query=_comments,
        shape=(_hearing_of(actor),),
        order=OLDEST_COMMENT_FIRST,
        values={**sight_values(actor, now), "idea_id": idea_id},
        row=CommentOut,
    )


def list_documents(actor: Actor, idea_id: UUID, *, now: datetime) -> Listing[DocumentOut]:
    """Oldest first; none for who reviews the idea blind."""
    return Listing(
        name="documents",
        query=_documents,
        shape=(sight_of(actor),),
        order=OLDEST_DOCUMENT_FIRST,
        values={**sight_values(actor, now), "idea_id": idea_id},
        row=DocumentOut,
    )


async def get_comment(reads: Reads, actor: Actor, idea_id: UUID, comment_id: UUID, *, now: datetime) -> CommentOut:
    values = {**sight_values(actor, now), "idea_id": idea_id, "comment_id": comment_id}
    return await fetch_one(reads, _comment(_hearing_of(actor)), values, CommentOut)


async def get_document(reads: Reads, actor: Actor, idea_id: UUID, document_id: UUID, *, now: datetime) -> DocumentOut:
    values = {**sight_values(actor, now), "idea_id": idea_id, "document_id": document_id}
    return await fetch_one(reads, _document(sight_of(actor)), values, DocumentOut)


async def writable_audiences(reads: Reads, actor: Actor, idea_id: UUID, *, now: datetime) -> frozenset[str]:
    """For whom the actor may write remarks beside the idea; 404 where the actor does not see it."""
    values = {**sight_values(actor, now), "idea_id": idea_id}
    return await fetch_one(reads, _standing(_hearing_of(actor)), values, _audiences)


class Hearing(msgspec.Struct, frozen=True):
    """Who listens: the shape of the statements on remarks. A service token stands on the applicant's side."""

    sight: Sight
    token: bool

    @property
    def inside(self) -> Sight:
        """The sight by territory alone."""
        return msgspec.structs.replace(self.sight, reviewer=False, mentor=False, owner=False)

    @property
    def as_reviewer(self) -> Sight:
        return msgspec.structs.replace(self.sight, territory=NOWHERE, mentor=False, owner=False)


def is_heard(hearing: Hearing) -> ColumnElement[bool]:
    """Internal remarks are for accounts that see the idea through its place; a token, though it sees the row,
    passes what it reads on to applicants."""
    if hearing.token:
        return and_(is_visible(hearing.sight, Idea), IdeaComment.audience == "applicant")
    as_reviewer = and_(_is_my_review(hearing), IdeaComment.audience == "reviewers")
    return or_(is_visible(hearing.inside, Idea), as_reviewer)


def is_on_file(sight: Sight) -> ColumnElement[bool]:
    """Papers show people, so who reviews blind sees none; and minutes tell a decision, so they wait for its day."""
    may_tell = or_(
        IdeaDocument.kind != "minutes",
        IdeaDocument.added_by == param("me", Uuid),
        Idea.publish_at.is_(None),
        not_(is_pending(sight, Idea)),
    )
    return and_(is_visible(sight, Idea), not_(is_blinded(sight, Idea, Call)), may_tell)


@statement
def _comment(hearing: Hearing) -> Select[Any]:
    return _comments(hearing).where(IdeaComment.id == param("comment_id", Uuid))


@statement
def _document(sight: Sight) -> Select[Any]:
    return _documents(sight).where(IdeaDocument.id == param("document_id", Uuid))


@statement
def _standing(hearing: Hearing) -> Select[Any]:
    """How the actor stands to the idea: by its place, as its reviewer, as the token that owns it."""
    inside = false() if hearing.token else is_visible(hearing.inside, Idea)
    owned = Idea.owner_token_id == param("me", Uuid) if hearing.sight.owner else false()
    standing: tuple[Any, ...] = (inside, _is_my_review(hearing), func.coalesce(owned, false()))
    return select(*standing).where(is_visible(hearing.sight, Idea), Idea.id == param("idea_id", Uuid))


def _versions(sight: Sight) -> Select[Any]:
    people = members_json(IdeaVersion.idea_id, IdeaVersion.number)
    shown = case((is_blinded(sight, Idea, Call), null()), else_=people)
    return (
        select(IdeaVersion.number, *version_columns(), shown, IdeaVersion.created_at)
        .join(Idea, Idea.id == IdeaVersion.idea_id)
        .join(Call, Call.id == Idea.call_id)
        .where(is_visible(sight, Idea), IdeaVersion.idea_id == param("idea_id", Uuid))
    )


def _comments(hearing: Hearing) -> Select[Any]:
    c = IdeaComment
    name = func.coalesce(Author.username, AuthorToken.name, c.author_kind)
    hidden = and_(is_blinded(hearing.sight, Idea, Call), c.author_id != param("me", Uuid))
    return (
        select(
            c.id, c.audience, c.body, case((hidden, null()), else_=c.author_id), case((hidden, null()), else_=name),
            c.created_at,
        )
        .join(Idea, Idea.id == c.idea_id)
        .join(Call, Call.id == Idea.call_id)
        .outerjoin(Author, and_(c.author_kind == "account", Author.id == c.author_id))
        .outerjoin(AuthorToken, and_(c.author_kind == "token", AuthorToken.id == c.author_id))
        .where(is_heard(hearing), c.idea_id == param("idea_id", Uuid))
    )  # fmt: skip


def _documents(sight: Sight) -> Select[Any]:
    return (
        select(*_DOCUMENT)
        .join(Idea, Idea.id == IdeaDocument.idea_id)
        .join(Call, Call.id == Idea.call_id)
        .where(is_on_file(sight), IdeaDocument.idea_id == param("idea_id", Uuid))
    )


def _hearing_of(actor: Actor) -> Hearing:
    return Hearing(sight_of(actor), actor.kind == "token")


def _is_my_review(hearing: Hearing) -> ColumnElement[bool]:
    return is_visible(hearing.as_reviewer, Idea) if hearing.sight.reviewer else false()


def _audiences(inside: bool, reviews: bool, owned: bool) -> frozenset[str]:
    if inside:
        return EVERY_AUDIENCE
    return frozenset(["reviewers"] * reviews + ["applicant"] * owned)


def _version_out(number: int, *row: Any) -> VersionOut:
    *content, members, created_at = row
    leader, team = leader_and_team(members)
    return VersionOut(number=number, **content_fields(tuple(content)), leader=leader, team=team, created_at=created_at)
