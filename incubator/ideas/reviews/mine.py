"""A reviewer's own reviews: one with its rubric, and the list of them all."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Double, Select, Text, Uuid, and_, any_, cast, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.ideas.calls.models import Call, Rubric
from incubator.ideas.models import Idea, IdeaStatus, IdeaVersion
from incubator.ideas.reviews.models import Review
from incubator.ideas.reviews.queries import states_of_reviews
from incubator.ideas.reviews.rows import my_review_out
from incubator.ideas.reviews.schemas import MyReviewOut, MyReviewRow, MyReviewsQuery, ReviewStateOut
from incubator.ideas.reviews.sight import OWED
from incubator.ideas.sight import Sight, is_visible, shown_status, sight_of, sight_values
from incubator.paging import Listing, Order
from incubator.territory import Many

NEWEST_FIRST = Order((Review.id.expression,), descending=True)


async def get_my_review(reads: Reads, actor: Actor, idea_id: UUID, *, now: datetime) -> MyReviewOut:
    """The actor's own review of the current version; 404 where it was not asked for one."""
    values = {**sight_values(actor, now), "idea_id": idea_id}
    return await fetch_one(reads, _my_review(sight_of(actor)), values, my_review_out)


async def get_my_step(reads: Reads, actor: Actor, review_id: UUID) -> ReviewStateOut:
    """Where one's own review stands: also after recusal, when the idea itself can no longer be seen."""
    return await fetch_one(reads, _my_state(), {"review_id": review_id, "me": actor.id}, ReviewStateOut)


def list_my_reviews(actor: Actor, filters: MyReviewsQuery, *, now: datetime) -> Listing[MyReviewRow]:
    """A reviewer's own day. Ideas that they left, or that a conflict took from them, are not in it."""
    states = [state.value for state in filters.status]
    return Listing(
        name="my_reviews",
        query=_my_reviews,
        shape=(sight_of(actor), Many(min(len(states), 2))),
        order=NEWEST_FIRST,
        values={**sight_values(actor, now), "state": states[0] if len(states) == 1 else states},
        row=MyReviewRow,
        show=_in_list,
    )


@statement
def _my_review(sight: Sight) -> Select[Any]:
    r = Review
    return (
        select(
            r.id, r.version, r.idea_id, r.content_number, r.state, cast(r.scores, Text), cast(r.total, Double),
            r.floor_failed, r.recommendation, r.confidence, r.feedback_to_applicant, r.private_note, r.reason,
            r.due_on, r.submitted_at, _rubric_json(),
        )
        .join(Idea, and_(Idea.id == r.idea_id, Idea.content_number == r.content_number))
        .where(is_visible(sight, Idea), Idea.id == param("idea_id", Uuid), r.reviewer_id == param("me", Uuid))
    )  # fmt: skip


@statement
def _my_state() -> Select[Any]:
    return states_of_reviews().where(Review.reviewer_id == param("me", Uuid))


def _my_reviews(sight: Sight, states: Many) -> Select[Any]:
    query = (
        select(Review.id)
        .join(Idea, Idea.id == Review.idea_id)
        .where(is_visible(sight, Idea), Review.reviewer_id == param("me", Uuid))
    )
    return query if states is Many.none else query.where(_in_state(states))


def _in_list(cut: AnySelect, sight: Sight, _: Many) -> AnySelect:
    r = Review
    can_be_written = and_(Idea.status == IdeaStatus.in_review, r.state.in_(OWED))
    columns = (
        r.id, r.version, r.idea_id, IdeaVersion.title, shown_status(sight, Idea), Call.id, Call.title,
        r.content_number, r.state, can_be_written, r.due_on, cast(r.total, Double), r.assigned_at, r.submitted_at,
    )  # fmt: skip
    return (
        cut.with_only_columns(*columns)
        .join(IdeaVersion, and_(IdeaVersion.idea_id == r.idea_id, IdeaVersion.number == r.content_number))
        .join(Call, Call.id == Idea.call_id)
    )


def _in_state(states: Many) -> ColumnElement[bool]:
    if states is Many.one:
        return Review.state == param("state", Text)
    return Review.state == any_(param("state", ARRAY(Text)))


def _rubric_json() -> Any:
    """The version that was frozen when the idea passed the screening; before that the call's newest."""
    return (
        select(cast(Rubric.criteria, Text))
        .where(Rubric.call_id == Idea.call_id, or_(Idea.rubric_id.is_(None), Rubric.id == Idea.rubric_id))
        .order_by(Rubric.number.desc())
        .limit(1)
        .scalar_subquery()
    )
