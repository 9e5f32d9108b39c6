"""The history of an idea, as far as the actor may see it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Text, Uuid, and_, case, cast, exists, func, not_, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account, Token
from incubator.actor import Actor
from incubator.days import civil_day
from incubator.db import AnySelect, param
from incubator.ideas.calls.models import Call
from incubator.ideas.models import Idea, IdeaAction, IdeaStatus, IdeaTransition
from incubator.ideas.moves.schemas import TransitionOut
from incubator.ideas.sight import Sight, is_blinded, is_pending, is_visible, sight_of, sight_values
from incubator.paging import Listing, Order, SmallNumber
from incubator.territory import within

IN_ORDER = Order((IdeaTransition.number.expression,))


def list_transitions(actor: Actor, idea_id: UUID, *, now: datetime) -> Listing[TransitionOut]:
    """Oldest first. A decision that is not published to the actor is not there yet."""
    return Listing(
        name="transitions",
        query=_transitions,
        shape=(sight_of(actor),),
        order=IN_ORDER,
        values={**sight_values(actor, now), "idea_id": idea_id},
        row=TransitionOut,
        read=_transition,
        place=lambda row: (row.number,),
        place_types=tuple[SmallNumber],
    )


def _transitions(sight: Sight) -> AnySelect:
    """Reasons and details are for those who screen and decide; the applicant's side sees code and message."""
    t = IdeaTransition
    inside = within(sight.unpublished, "unpublished", province=Idea.province_id, commune=Idea.locality_id)
    is_told = or_(inside, t.actor_id == param("me", Uuid))
    actor_name = func.coalesce(Account.username, Token.name, t.actor_kind)
    return (
        select(
            t.id, t.number, t.action, t.from_status, t.to_status, t.occurred_on, t.recorded_at,
            case((is_told, t.actor_id), else_=null()), case((is_told, actor_name), else_=null()),
            case((is_blinded(sight, Idea, Call), null()), else_=t.on_behalf_of_id), t.content_number, t.reason_code,
            case((inside, t.reason), else_=null()), t.message,
            case((inside, cast(t.details, Text)), else_="{}"), t.voids_id,
        )
        .join(Idea, Idea.id == t.idea_id)
        .join(Call, Call.id == Idea.call_id)
        .outerjoin(Account, Account.id == t.actor_id)
        .outerjoin(Token, Token.id == t.actor_id)
        .where(is_visible(sight, Idea), t.idea_id == param("idea_id", Uuid))
        .where(or_(inside, not_(_is_unpublished(sight))))
    )  # fmt: skip


def _is_unpublished(sight: Sight) -> ColumnElement[bool]:
    """A decision that waits for its day, or one that was taken back, together with the row that says so: only an
    unpublished one can be voided."""
    t, later, voided = IdeaTransition, aliased(IdeaTransition), aliased(IdeaTransition)
    follows = exists().where(later.idea_id == t.idea_id, later.number > t.number)
    is_pending_now = and_(func.coalesce(is_pending(sight, Idea), False), not_(follows))
    was_voided = exists().where(later.voids_id == t.id)
    voids_decision = exists().where(voided.id == t.voids_id, voided.action == IdeaAction.decide)
    return or_(and_(t.action == IdeaAction.decide, or_(is_pending_now, was_voided)), voids_decision)


def _transition(*row: Any) -> TransitionOut:
    fields = dict(zip(TransitionOut.__struct_fields__, row, strict=True))
    return TransitionOut(**fields | {"details": msgspec.json.decode(fields["details"])})


async def overdue_questions(session: AsyncSession, now: datetime) -> list[UUID]:
    """Ideas whose question went unanswered past its day."""
    query = select(Idea.id).where(Idea.status == IdeaStatus.needs_info, Idea.info_due_on < civil_day(now))
    return list(await session.scalars(query.order_by(Idea.id)))


async def overdue_reviews(session: AsyncSession, now: datetime) -> list[UUID]:
    """Ideas still under review past their call's day."""
    query = (
        select(Idea.id)
        .join(Call, Call.id == Idea.call_id)
        .where(Idea.status == IdeaStatus.in_review, Call.review_due_on < civil_day(now))
    )
    return list(await session.scalars(query.order_by(Idea.id)))
