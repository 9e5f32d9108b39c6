"""The ranking of a call, as far as the actor may know the marks."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta
from sqlalchemy import Integer, Select, Subquery, Uuid, and_, exists, func, literal, literal_column, select

from incubator.actor import Actor, Permission
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.ideas.calls.models import Call
from incubator.ideas.models import DECIDED, Idea, IdeaStatus, IdeaVersion
from incubator.ideas.reviews.models import Review, ReviewState
from incubator.ideas.reviews.queries import aggregate_columns, plain_marks
from incubator.ideas.reviews.schemas import RankRow
from incubator.ideas.reviews.sight import ReviewSight, review_sight, review_values, shows_marks
from incubator.ideas.sight import is_visible, shown_status
from incubator.paging import Listing, Order

RANKED = (IdeaStatus.needs_info, IdeaStatus.in_review, IdeaStatus.review_closed, *sorted(DECIDED))
"""Who left the call (withdrawn, merged, lapsed) has no rank in it."""

BEST_FIRST = Order((literal_column("ranked.rank", Integer), literal_column("ranked.idea_id", Uuid)))
"""By name, because the subquery `ranked` is made for each shape."""

Rank = Annotated[int, Meta(ge=1, le=2**31 - 1)]


async def require_call(reads: Reads, actor: Actor, call_id: UUID) -> None:
    """404 where there is no such call, or where a reviewer has no part in it."""
    reads_calls = actor.may(Permission.calls_read)
    await fetch_one(reads, _call(reads_calls), {"call_id": call_id, "me": actor.id}, lambda one: one)


def list_ranking(actor: Actor, call_id: UUID, *, now: datetime) -> Listing[RankRow]:
    """By median, then mean, best first; equals share a rank.

    The rank is counted among the ideas whose marks the actor may read and among no others. So a reviewer, who is
    shown only what they have marked themselves, cannot tell from it where a hidden idea stands.
    """
    return Listing(
        name="ranking",
        query=_ranking,
        shape=(review_sight(actor),),
        order=BEST_FIRST,
        values={**review_values(actor, now), "call_id": call_id},
        row=RankRow,
        show=_in_list,
        place=lambda row: (row.rank, row.idea_id),
        place_types=tuple[Rank, UUID],
    )


@statement
def _call(reads_calls: bool) -> Select[Any]:
    query = select(literal(1)).select_from(Call).where(Call.id == param("call_id", Uuid))
    if reads_calls:
        return query
    mine = (Review.reviewer_id == param("me", Uuid), Idea.call_id == Call.id)
    return query.where(exists().where(Review.idea_id == Idea.id, *mine))


def _ranking(sight: ReviewSight) -> Select[Any]:
    return select(_ranked(sight).c.idea_id)


def _in_list(cut: AnySelect, sight: ReviewSight) -> AnySelect:
    (ranked,) = cut.get_final_froms()
    columns: tuple[Any, ...] = (
        ranked.c.rank, Idea.id, Idea.tracking_code, IdeaVersion.title, shown_status(sight.ideas, Idea),
        *plain_marks(ranked.c),
    )  # fmt: skip
    return (
        cut.with_only_columns(*columns)
        .join(Idea, Idea.id == ranked.c.idea_id)
        .join(IdeaVersion, and_(IdeaVersion.idea_id == Idea.id, IdeaVersion.number == Idea.content_number))
    )


def _ranked(sight: ReviewSight) -> Subquery:
    marks = (
        select(Idea.id.label("idea_id"), *aggregate_columns())
        .join(Review, and_(Review.idea_id == Idea.id, Review.content_number == Idea.content_number))
        .where(Review.state == ReviewState.submitted, Idea.status.in_(RANKED), Idea.call_id == param("call_id", Uuid))
        .where(is_visible(sight.ideas, Idea), shows_marks(sight, Idea))
        .group_by(Idea.id)
        .subquery("marks")
    )
    rank = func.rank().over(order_by=[marks.c.median.desc(), marks.c.mean.desc()])
    return select(marks, rank.label("rank")).subquery("ranked")
