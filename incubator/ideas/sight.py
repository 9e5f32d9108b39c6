"""Who sees which idea, and how much of it. Every list, detail, history, export and figure goes through here."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    Uuid,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor, Permission
from incubator.db import param
from incubator.ideas.calls.models import Call
from incubator.ideas.models import Idea, IdeaAction, IdeaMember, IdeaStatus, IdeaTransition, IdeaViewer
from incubator.ideas.reviews.models import Review, ReviewerConflict, ReviewState
from incubator.people.households.membership import lived_together_since
from incubator.people.households.models import HouseholdMember
from incubator.people.models import BY_PROJECT, PersonViewer
from incubator.territory import NOWHERE, Shape, shape_of, territory_values, within

SMALL_COMMUNE = 5
"""With fewer ideas than this in a blind call, a commune's name tells who is behind an idea."""


class Sight(msgspec.Struct, frozen=True):
    """What of an actor's rights changes the SQL; part of the key under which statements are cached."""

    territory: Shape
    unpublished: Shape
    reviewer: bool
    mentor: bool
    owner: bool
    sees_all_unpublished: bool


AS_REVIEWER = Sight(
    territory=NOWHERE, unpublished=NOWHERE, reviewer=True, mentor=False, owner=False, sees_all_unpublished=False
)
"""Only what was assigned, whatever else the account may see."""


def sight_of(actor: Actor) -> Sight:
    territory, unpublished = (
        actor.territory(Permission.ideas_read),
        actor.territory(Permission.ideas_read_unpublished),
    )
    reviewer = actor.may(Permission.ideas_read_assigned) and actor.kind == "account"
    mentor = actor.may(Permission.ideas_read_mentored) and actor.kind == "account"
    owner = actor.may(Permission.ideas_read_owned) and actor.kind == "token"
    return Sight(
        territory=shape_of(territory),
        unpublished=shape_of(unpublished),
        reviewer=reviewer,
        mentor=mentor,
        owner=owner,
        sees_all_unpublished=territory == unpublished and not (territory.nowhere or reviewer or mentor or owner),
    )


def sight_values(actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "me": actor.id,
        **territory_values(actor.territory(Permission.ideas_read), "seen"),
        **territory_values(actor.territory(Permission.ideas_read_unpublished), "unpublished"),
    }


def visible_ideas(sight: Sight) -> Select[Idea]:
    """The ideas that the actor may see: loading through this is the authorisation."""
    return select(Idea).where(is_visible(sight, Idea))


def is_visible(sight: Sight, idea: type[Idea]) -> ColumnElement[bool]:
    ways = [_openly_visible(sight, idea)]
    if sight.reviewer:
        ways.append(_assigned_to_me(idea))
    return or_(*ways) if len(ways) > 1 else ways[0]


def is_pending(sight: Sight, idea: type[Idea]) -> ColumnElement[bool]:
    """Decided, but for this actor not yet: the decision's publish_at lies ahead."""
    if sight.sees_all_unpublished:
        return false()
    ahead = idea.publish_at > param("now", DateTime(timezone=True))
    return and_(ahead, not_(_in_unpublished(sight, idea)))


def shown_status(sight: Sight, idea: type[Idea]) -> ColumnElement[str]:
    if sight.sees_all_unpublished:
        return idea.status.expression
    return case((is_pending(sight, idea), literal(IdeaStatus.review_closed.value)), else_=idea.status)


def shown_moved_on(sight: Sight, idea: type[Idea]) -> ColumnElement[date]:
    """The day of the last move that the actor knows of."""
    if sight.sees_all_unpublished:
        return idea.moved_on.expression
    move = aliased(IdeaTransition)
    before_decision = (
        select(move.occurred_on)
        .where(move.idea_id == idea.id, move.action != IdeaAction.decide)
        .order_by(move.number.desc())
        .limit(1)
        .correlate(idea)
        .scalar_subquery()
    )
    return case((is_pending(sight, idea), before_decision), else_=idea.moved_on)


def knows_status(actor: Actor, idea: Idea, now: datetime) -> bool:
    """Whether a loaded idea's status may be told to the actor: not while its decision is unpublished to them."""
    if idea.publish_at is None or idea.publish_at <= now:
        return True
    return actor.territory(Permission.ideas_read_unpublished).covers(idea.province_id, idea.locality_id)


def is_blinded(sight: Sight, idea: type[Idea], call: type[Call]) -> ColumnElement[bool]:
    """A blind call hides people from those who see the idea as its reviewer only."""
    if not sight.reviewer:
        return false()
    return and_(call.blind, not_(_openly_visible(sight, idea)))


def hides_commune(sight: Sight, idea: type[Idea], call: type[Call]) -> ColumnElement[bool]:
    if not sight.reviewer:
        return false()
    other = aliased(Idea)
    few = (
        select(literal(1))
        .where(
            other.locality_id == idea.locality_id,
            other.call_id == idea.call_id,
            other.status != IdeaStatus.draft,
        )
        .limit(SMALL_COMMUNE)
        .correlate(idea)
        .subquery()
    )
    count = select(func.count()).select_from(few).scalar_subquery()
    return and_(is_blinded(sight, idea, call), count < SMALL_COMMUNE)


def mentors_team(idea: type[Idea], account_id: Any) -> ColumnElement[bool]:
    """Whether the account mentors, at present, a project of somebody behind any version of the idea."""
    member, viewer = aliased(IdeaMember), aliased(PersonViewer)
    same_person = (member.person_id == viewer.person_id, viewer.source == BY_PROJECT)
    return exists().where(member.idea_id == idea.id, viewer.account_id == account_id, *same_person)


def lives_with_team(idea: type[Idea], account_id: Any) -> ColumnElement[bool]:
    """Whether the person of the account shared a household with somebody behind any version of the idea, on the day
    on which it was handed in or on any later one."""
    account, member = aliased(Account), aliased(IdeaMember)
    mine, theirs = aliased(HouseholdMember), aliased(HouseholdMember)
    return exists().where(
        account.id == account_id,
        mine.person_id == account.person_id,
        lived_together_since(mine, theirs, idea.received_on),
        member.person_id == theirs.person_id,
        member.idea_id == idea.id,
    )


def _openly_visible(sight: Sight, idea: type[Idea]) -> ColumnElement[bool]:
    ways = []
    if not sight.territory.nowhere:
        ways.append(within(sight.territory, "seen", province=idea.province_id, commune=idea.locality_id))
    if sight.mentor:
        viewer = aliased(IdeaViewer)
        ways.append(exists().where(viewer.idea_id == idea.id, viewer.account_id == param("me", Uuid)))
    if sight.owner:
        ways.append(idea.owner_token_id == param("me", Uuid))
    return or_(*ways) if ways else false()


def _assigned_to_me(idea: type[Idea]) -> ColumnElement[bool]:
    """Assigned, not recused and without a conflict: who has one, or came to stand behind the idea, or to mentor or live
    with somebody who does, reads nothing of it.

    The tables are aliased, because the query around may read reviews itself.
    """
    me = param("me", Uuid)
    member, account = aliased(IdeaMember), aliased(Account)
    stands_behind = (member.idea_id == idea.id, member.person_id == account.person_id, account.id == me)
    mine, left, conflict = aliased(Review), aliased(Review), aliased(ReviewerConflict)
    recused = (left.idea_id == idea.id, left.reviewer_id == me, left.state == ReviewState.recused)
    return and_(
        exists().where(mine.idea_id == idea.id, mine.reviewer_id == me),
        not_(exists().where(*recused)),
        not_(exists().where(conflict.idea_id == idea.id, conflict.account_id == me)),
        not_(exists().where(*stands_behind)),
        not_(mentors_team(idea, me)),
        not_(lives_with_team(idea, me)),
    )


def _in_unpublished(sight: Sight, idea: type[Idea]) -> ColumnElement[bool]:
    if sight.unpublished.everywhere:
        return true()
    return within(sight.unpublished, "unpublished", province=idea.province_id, commune=idea.locality_id)
