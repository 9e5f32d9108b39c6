"""One statement for each kind of thing that may wait for somebody; the oldest come first."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Date, DateTime, Uuid, and_, exists, not_, null, or_, select
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.days import civil_day
from incubator.db import AnySelect, Reads, Statement, fetch_all, param, statement
from incubator.ideas.calls.models import Call
from incubator.ideas.models import Idea, IdeaStatus, IdeaVersion
from incubator.ideas.reviews.models import Review, ReviewState
from incubator.ideas.sight import AS_REVIEWER, is_visible, sight_values
from incubator.paging import Cut, Order, keyset
from incubator.projects.models import ProjectIdea
from incubator.tasks.schemas import TaskGroup, TaskItem, TaskKind, TasksOut
from incubator.territory import Shape, shape_of, territory_values, within

SHOWN, COUNTED = 10, 100
OLDEST_FIRST = Order((Idea.id.expression,))


class Kind(msgspec.Struct, frozen=True):
    """A kind of task: whose it is, and the statement that finds it."""

    kind: TaskKind
    permission: Permission
    find: Callable[[Shape], Statement]


async def list_tasks(reads: Reads, actor: Actor, *, now: datetime) -> TasksOut:
    """What waits for the actor, for each kind that its role has. A program has nothing to do by itself."""
    if actor.kind != "account":
        return TasksOut([])
    groups = [await _group(reads, actor, kind, now) for kind in KINDS if actor.may(kind.permission)]
    return TasksOut(groups)


async def _group(reads: Reads, actor: Actor, kind: Kind, now: datetime) -> TaskGroup:
    territory = actor.territory(kind.permission)
    values = {**sight_values(actor, now), **territory_values(territory, "task"), "today": civil_day(now)}
    items = await fetch_all(reads, kind.find(shape_of(territory)), values, TaskItem)
    return TaskGroup(kind.kind, min(len(items), COUNTED), len(items) > COUNTED, items[:SHOWN])


@statement
def _to_screen(shape: Shape) -> AnySelect:
    """New ones are anybody's; one that was taken up is its assignee's."""
    mine = and_(Idea.status == IdeaStatus.screening, Idea.assignee_id == param("me", Uuid))
    return _oldest(_ideas(shape).where(or_(Idea.status == IdeaStatus.submitted, mine)))


@statement
def _to_answer(shape: Shape) -> AnySelect:
    return _oldest(_ideas(shape, due_on=Idea.info_due_on).where(Idea.status == IdeaStatus.needs_info))


@statement
def _to_review(shape: Shape) -> AnySelect:
    """Mine, unless a conflict took it away."""
    owed = Review.state.in_([ReviewState.to_do, ReviewState.draft])
    mine = and_(Review.idea_id == Idea.id, Review.reviewer_id == param("me", Uuid), owed)
    query = _with_title(Review.due_on).join(Review, and_(mine, Review.content_number == Idea.content_number))
    return _oldest(query.where(Idea.status == IdeaStatus.in_review, is_visible(AS_REVIEWER, Idea)))


@statement
def _to_close(shape: Shape) -> AnySelect:
    call = aliased(Call)
    query = _ideas(shape, due_on=call.review_due_on).join(call, call.id == Idea.call_id)
    return _oldest(query.where(Idea.status == IdeaStatus.in_review, call.review_due_on < param("today", Date)))


@statement
def _to_decide(shape: Shape) -> AnySelect:
    return _oldest(_ideas(shape).where(Idea.status == IdeaStatus.review_closed))


@statement
def _to_found(shape: Shape) -> AnySelect:
    published = Idea.publish_at <= param("now", DateTime(timezone=True))
    founded = exists().where(ProjectIdea.idea_id == Idea.id)
    return _oldest(_ideas(shape).where(Idea.status == IdeaStatus.accepted, published, not_(founded)))


def _ideas(shape: Shape, due_on: Any = None) -> AnySelect:
    inside = within(shape, "task", province=Idea.province_id, commune=Idea.locality_id)
    return _with_title(null() if due_on is None else due_on).where(inside)


def _with_title(due_on: Any) -> AnySelect:
    current: ColumnElement[bool] = and_(IdeaVersion.idea_id == Idea.id, IdeaVersion.number == Idea.content_number)
    return select(Idea.id, IdeaVersion.title, Idea.moved_on, due_on).join(IdeaVersion, current)


def _oldest(query: AnySelect) -> AnySelect:
    return keyset(query, OLDEST_FIRST, cut=Cut(COUNTED + 1, after=False))


KINDS = (
    Kind("screen", Permission.ideas_screen, _to_screen),
    Kind("answer", Permission.ideas_enter, _to_answer),
    Kind("review", Permission.reviews_write, _to_review),
    Kind("close_review", Permission.ideas_screen, _to_close),
    Kind("decide", Permission.ideas_decide, _to_decide),
    Kind("found_project", Permission.projects_manage, _to_found),
)
