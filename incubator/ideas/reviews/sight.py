"""Who reads whose reviews: others' marks stay hidden from a reviewer until the own ones are in."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Uuid, and_, exists, not_, or_
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.db import param
from incubator.ideas.models import Idea
from incubator.ideas.reviews.models import Review, ReviewState
from incubator.ideas.sight import Sight, sight_of, sight_values
from incubator.territory import Shape, shape_of, territory_values, within

OWED = (ReviewState.to_do, ReviewState.draft)
"""Asked for, and not yet given."""


class ReviewSight(msgspec.Struct, frozen=True):
    """What of an actor's rights changes the SQL about reviews; part of the key under which statements are cached."""

    ideas: Sight
    inside: Shape


def review_sight(actor: Actor) -> ReviewSight:
    return ReviewSight(sight_of(actor), shape_of(actor.territory(Permission.reviews_read)))


def review_values(actor: Actor, now: datetime) -> dict[str, Any]:
    inside = territory_values(actor.territory(Permission.reviews_read), "inside")
    return {**sight_values(actor, now), **inside}


def is_inside(sight: ReviewSight, idea: type[Idea]) -> ColumnElement[bool]:
    """Seen by staff and approvers, whose part it is to read reviews."""
    return within(sight.inside, "inside", province=idea.province_id, commune=idea.locality_id)


def shows_marks(sight: ReviewSight, idea: type[Idea]) -> ColumnElement[bool]:
    """Whether the actor may read others' reviews of the idea's current version, their aggregate and its rank.

    Inside, always; a reviewer once the own one is submitted. Who owes a review waits, whatever else they are.
    """
    inside = is_inside(sight, idea)
    if not sight.ideas.reviewer:
        return inside
    return and_(or_(inside, _mine_is(idea, ReviewState.submitted)), not_(_mine_is(idea, *OWED)))


def _mine_is(idea: type[Idea], *states: ReviewState) -> ColumnElement[bool]:
    """Whether the actor's own review of the current version is in one of these states."""
    mine = aliased(Review)
    return exists().where(
        mine.idea_id == idea.id,
        mine.content_number == idea.content_number,
        mine.reviewer_id == param("me", Uuid),
        mine.state.in_(states),
    )
