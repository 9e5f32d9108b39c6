"""What is read of reviews: what they add up to, those of one idea, and who is in conflict with it."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Double,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account, AccountStatus, RoleGrant
from incubator.accounts.queries import holds_role
from incubator.actor import Actor, Role
from incubator.db import Reads, fetch_all, fetch_one, param, statement
from incubator.ideas.calls.models import Call
from incubator.ideas.models import Idea, IdeaMember
from incubator.ideas.reviews.models import OWN_MENTEE, SAME_HOUSEHOLD, Review, ReviewerConflict, ReviewState
from incubator.ideas.reviews.rows import ReviewRow, reviews_out
from incubator.ideas.reviews.schemas import (
    AggregateOut,
    ConflictOut,
    ConflictsOut,
    IdeaReviewsOut,
    ReviewStateOut,
)
from incubator.ideas.reviews.sight import ReviewSight, is_inside, review_sight, review_values, shows_marks
from incubator.ideas.schemas import AccountRef
from incubator.ideas.sight import is_visible, lives_with_team, mentors_team

COUNTED = (ReviewState.to_do, ReviewState.draft, ReviewState.submitted)


class Aggregate(msgspec.Struct, frozen=True):
    """Of the submitted reviews of one version: points out of 100; `spread` is the highest less the lowest."""

    n: int
    mean: Decimal | None
    median: Decimal | None
    spread: Decimal | None
    floor_failures: int

    def as_details(self) -> dict[str, Any]:
        """For a row of history, where JSON knows no decimals."""
        marks = msgspec.structs.asdict(self)
        return {name: float(mark) if isinstance(mark, Decimal) else mark for name, mark in marks.items()}


def aggregate_columns() -> tuple[ColumnElement[Any], ...]:
    """The columns of `Aggregate` over rows of `Review`.

    percentile_cont would go through floating point and round 57.425 down. percentile_disc from below and from
    above gives the two middle totals (one and the same where their number is odd), whose mean is exact.
    """
    half: ColumnElement[Any] = literal_column("0.5")
    lower = func.percentile_disc(half).within_group(Review.total.asc())
    upper = func.percentile_disc(half).within_group(Review.total.desc())
    return (
        func.count().label("n"),
        func.round(func.avg(Review.total), 2).label("mean"),
        func.round((lower + upper) * half, 2).label("median"),
        (func.max(Review.total) - func.min(Review.total)).label("spread"),
        func.count().filter(Review.floor_failed).label("floor_failures"),
    )


def plain_marks(marks: Any) -> tuple[ColumnElement[Any], ...]:
    """The same columns out of a subquery, for an answer: JSON has no decimals."""
    points = (cast(column, Double).label(column.key) for column in (marks.mean, marks.median, marks.spread))
    return marks.n, *points, marks.floor_failures


async def aggregate_of(session: AsyncSession, idea_id: UUID, content_number: int) -> Aggregate:
    """The marks of one version of an idea as they stand in this transaction."""
    query = select(*aggregate_columns()).where(
        Review.idea_id == idea_id,
        Review.content_number == content_number,
        Review.state == ReviewState.submitted,
    )
    return Aggregate(*(await session.execute(query)).one())


async def count_assigned(session: AsyncSession, idea: Idea) -> int:
    """Reviewers on whose marks the current version can count: active, without a conflict, not out or abstaining."""
    query = (
        select(func.count())
        .select_from(Review)
        .join(Idea, Idea.id == Review.idea_id)
        .join(Account, Account.id == Review.reviewer_id)
        .where(
            Review.idea_id == idea.id,
            Review.content_number == idea.content_number,
            Review.state.in_(COUNTED),
            may_review(),
            not_(is_in_conflict(Idea, Account)),
        )
    )
    return await session.scalar(query) or 0


async def has_reviewed(session: AsyncSession, idea_id: UUID, account_id: UUID) -> bool:
    """Whether the account ever submitted a review of the idea, of whatever version."""
    theirs = (Review.idea_id == idea_id, Review.reviewer_id == account_id, Review.submitted_at.is_not(None))
    return bool(await session.scalar(select(exists().where(*theirs))))


async def has_conflict(session: AsyncSession, idea_id: UUID, account_id: UUID) -> bool:
    """Whether the account must not review the idea."""
    conflicted = (Idea.id == idea_id, Account.id == account_id, is_in_conflict(Idea, Account))
    return bool(await session.scalar(select(exists().where(*conflicted))))


def may_review() -> ColumnElement[bool]:
    """An active account that still is a reviewer somewhere."""
    return and_(Account.status == AccountStatus.active, holds_role(RoleGrant.role == Role.reviewer))


def is_in_conflict(idea: type[Idea], account: type[Account]) -> ColumnElement[bool]:
    """Recorded as such, the one who entered the idea, behind any version of it, or who mentors or lives with somebody
    who is."""
    recorded = exists().where(ReviewerConflict.idea_id == idea.id, ReviewerConflict.account_id == account.id)
    in_team = exists().where(IdeaMember.idea_id == idea.id, IdeaMember.person_id == account.person_id)
    entered = idea.entered_by_id.is_not_distinct_from(account.id)
    return or_(recorded, entered, in_team, mentors_team(idea, account.id), lives_with_team(idea, account.id))


async def get_reviews(reads: Reads, actor: Actor, idea_id: UUID, *, now: datetime) -> IdeaReviewsOut:
    """All reviews of an idea that the actor may read; 404 where it does not see the idea."""
    sight, values = review_sight(actor), {**review_values(actor, now), "idea_id": idea_id}
    number, shown, aggregate = await fetch_one(reads, _head(sight), values, _read_head)
    rows = await fetch_all(reads, _reviews(sight), values, ReviewRow)
    return IdeaReviewsOut(
        id=idea_id,
        content_number=number,
        aggregate=aggregate if shown else None,
        aggregate_hidden=not shown,
        items=reviews_out(rows),
    )


async def get_review_state(reads: Reads, actor: Actor, review_id: UUID, *, now: datetime) -> ReviewStateOut:
    """Where any review stands, for staff and approvers."""
    values = {**review_values(actor, now), "review_id": review_id}
    return await fetch_one(reads, _state(review_sight(actor)), values, ReviewStateOut)


async def get_conflicts(reads: Reads, actor: Actor, idea_id: UUID, *, now: datetime) -> ConflictsOut:
    """Who is in conflict with an idea, for staff and approvers: as recorded, who mentors one of its team now, and
    which reviewers live with one of it."""
    sight, values = review_sight(actor), {**review_values(actor, now), "idea_id": idea_id}
    await fetch_one(reads, _is_inside(sight), values, lambda one: one)
    return ConflictsOut(id=idea_id, items=await fetch_all(reads, _conflicts(), values, _conflict))


@statement
def _head(sight: ReviewSight) -> Select[Any]:
    current = (
        select(*aggregate_columns())
        .where(Review.idea_id == Idea.id, Review.content_number == Idea.content_number)
        .where(Review.state == ReviewState.submitted)
        .lateral("current")
    )
    return (
        select(Idea.content_number, shows_marks(sight, Idea), *plain_marks(current.c))
        .join(current, true())
        .where(is_visible(sight.ideas, Idea), Idea.id == param("idea_id", Uuid))
    )


@statement
def _reviews(sight: ReviewSight) -> Select[Any]:
    r, is_mine = Review, Review.reviewer_id == param("me", Uuid)
    columns: tuple[Any, ...] = (
            r.id, r.version, r.content_number, r.state, is_mine, is_inside(sight, Idea), Call.blind,
            r.reviewer_id, Account.username, cast(r.scores, Text), cast(r.total, Double), r.floor_failed,
            r.recommendation, r.confidence, r.feedback_to_applicant, r.private_note, r.reason,
            r.assigned_because, r.due_on, r.submitted_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Idea, Idea.id == r.idea_id)
        .join(Call, Call.id == Idea.call_id)
        .join(Account, Account.id == r.reviewer_id)
        .where(is_visible(sight.ideas, Idea), Idea.id == param("idea_id", Uuid))
        .where(or_(is_mine, shows_marks(sight, Idea)))
        .order_by(r.id)
    )


@statement
def _state(sight: ReviewSight) -> Select[Any]:
    inside = (is_visible(sight.ideas, Idea), is_inside(sight, Idea))
    return states_of_reviews().join(Idea, Idea.id == Review.idea_id).where(*inside)


@statement
def _is_inside(sight: ReviewSight) -> Select[Any]:
    inside = (is_visible(sight.ideas, Idea), is_inside(sight, Idea))
    return select(literal_column("1")).select_from(Idea).where(*inside, Idea.id == param("idea_id", Uuid))


def states_of_reviews() -> Select[Any]:
    r = Review
    columns: tuple[Any, ...] = (r.id, r.version, r.idea_id, r.content_number, r.state, r.reason)
    return select(*columns).where(r.id == param("review_id", Uuid))


@statement
def _conflicts() -> Select[Any]:
    c = union_all(_recorded_conflicts(), _mentors_of_team(), _housemates_of_team()).subquery("conflict").c
    columns: tuple[Any, ...] = (Account.id, Account.username, c.kind, c.note, c.recorded_at)
    return (
        select(*columns)
        .join(Account, Account.id == c.account_id)
        .order_by(c.recorded_at.asc().nulls_last(), c.account_id, c.kind)
    )


def _recorded_conflicts() -> Select[Any]:
    c = ReviewerConflict
    columns: tuple[Any, ...] = (c.account_id, c.kind, c.note, c.recorded_at)
    return select(*columns).where(c.idea_id == param("idea_id", Uuid))


def _mentors_of_team() -> Select[Any]:
    """Who mentors somebody behind the idea at present, without being recorded for it. It is their project of another
    idea, so there is no row about this one, and no moment of recording."""
    return _derived_conflicts(OWN_MENTEE).where(mentors_team(Idea, Account.id))


def _housemates_of_team() -> Select[Any]:
    """Who lives with somebody behind the idea. With whom others share a household is nobody's business here."""
    return _derived_conflicts(SAME_HOUSEHOLD).where(may_review(), lives_with_team(Idea, Account.id))


def _derived_conflicts(kind: str) -> Select[Any]:
    """Accounts in a conflict of this kind that is not recorded; what follows from it is for the caller to add."""
    c, of_idea = aliased(ReviewerConflict), Idea.id == param("idea_id", Uuid)
    recorded = exists().where(c.idea_id == Idea.id, c.account_id == Account.id, c.kind == kind)
    columns: tuple[Any, ...] = (Account.id, literal(kind), null(), null())
    return select(*columns).join_from(Account, Idea, of_idea).where(not_(recorded))


def _read_head(content_number: int, shown: bool, *marks: Any) -> tuple[int, bool, AggregateOut]:
    return content_number, shown, AggregateOut(*marks)


def _conflict(id_: UUID, username: str, kind: Any, note: str | None, recorded_at: datetime | None) -> ConflictOut:
    return ConflictOut(AccountRef(id_, username), kind, note, recorded_at)
