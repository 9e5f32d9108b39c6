"""What is read of calls and their rubrics."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import ColumnElement, Date, Select, Text, Uuid, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.db import Reads, fetch_one, param, statement
from incubator.errors import wrong_field
from incubator.ideas.calls.models import OPEN_CALL, Call, Rubric
from incubator.ideas.calls.schemas import CallOut, CallQuery, CallRow, CriterionOut, RubricOut
from incubator.ideas.models import Idea
from incubator.ideas.sight import AS_REVIEWER, is_visible
from incubator.paging import Listing, Order, SmallNumber

NEWEST_FIRST = Order((Call.id.expression,), descending=True)
NEWEST_RUBRIC_FIRST = Order((Rubric.number.expression,), descending=True)

_RUBRIC: tuple[Any, ...] = (Rubric.id, Rubric.number, cast(Rubric.criteria, Text), Rubric.created_at)


async def load_call(session: AsyncSession, call_id: UUID | UnsetType) -> Call:
    """The call that a body names; the one that is always there where it names none."""
    wanted = Call.code == OPEN_CALL if call_id is UNSET else Call.id == call_id
    call = (await session.scalars(select(Call).where(wanted))).one_or_none()
    if call is None:
        raise wrong_field("/call_id", "not_found")
    return call


def visible_calls(*, sees_all: bool) -> Select[Any]:
    """Reviewers see the calls of the ideas assigned to them; the others who may read calls see all."""
    if sees_all:
        return select(Call)
    return select(Call).where(Call.id.in_(select(Idea.call_id).where(is_visible(AS_REVIEWER, Idea))))


def call_sight(actor: Actor) -> bool:
    """Whether the actor sees all calls: the shape of every statement here."""
    return actor.may(Permission.calls_read)


def call_values(actor: Actor) -> dict[str, Any]:
    return {"me": actor.id}


def list_calls(actor: Actor, filters: CallQuery) -> Listing[CallRow]:
    return Listing(
        name="calls",
        query=_calls,
        shape=(call_sight(actor), filters.open_on is not None, filters.code is not None),
        order=NEWEST_FIRST,
        values={**call_values(actor), "open_on": filters.open_on, "code": filters.code},
        row=CallRow,
    )


async def get_call(reads: Reads, actor: Actor, call_id: UUID) -> CallOut:
    """One call with its newest rubric; 404 where the actor does not see it."""
    return await fetch_one(reads, _call(call_sight(actor)), {**call_values(actor), "call_id": call_id}, _call_out)


async def require_call(reads: Reads, actor: Actor, call_id: UUID) -> None:
    """404 where the actor does not see the call."""
    values = {**call_values(actor), "call_id": call_id}
    await fetch_one(reads, _is_seen(call_sight(actor)), values, lambda one: one)


def list_rubrics(actor: Actor, call_id: UUID) -> Listing[RubricOut]:
    """Every version, newest first."""
    return Listing(
        name="rubrics",
        query=_rubrics,
        shape=(call_sight(actor),),
        order=NEWEST_RUBRIC_FIRST,
        values={**call_values(actor), "call_id": call_id},
        row=RubricOut,
        read=_rubric_out,
        place=lambda row: (row.number,),
        place_types=tuple[SmallNumber],
    )


async def get_rubric(reads: Reads, actor: Actor, call_id: UUID, rubric_id: UUID) -> RubricOut:
    values = {**call_values(actor), "call_id": call_id, "rubric_id": rubric_id}
    return await fetch_one(reads, _rubric(call_sight(actor)), values, _rubric_out)


@statement
def _call(sees_all: bool) -> Select[Any]:
    return (
        visible_calls(sees_all=sees_all)
        .join(Rubric, Rubric.id == newest_rubric(Call.id))
        .where(Call.id == param("call_id", Uuid))
        .with_only_columns(*_call_columns(), *_RUBRIC)
    )


@statement
def _is_seen(sees_all: bool) -> Select[Any]:
    return visible_calls(sees_all=sees_all).where(Call.id == param("call_id", Uuid)).with_only_columns(Call.id)


@statement
def _rubric(sees_all: bool) -> Select[Any]:
    return _rubrics(sees_all).where(Rubric.id == param("rubric_id", Uuid))


def newest_rubric(call_id: Any) -> Any:
    """The id of the rubric that ideas of the call are screened under from now on."""
    rubric = aliased(Rubric)
    newest = select(rubric.id).where(rubric.call_id == call_id).order_by(rubric.number.desc()).limit(1)
    return newest.scalar_subquery()


def is_open_on(day: ColumnElement[Any]) -> ColumnElement[bool]:
    return (Call.opens_on <= day) & or_(Call.closes_on.is_(None), Call.closes_on >= day)


def _calls(sees_all: bool, by_day: bool, by_code: bool) -> Select[Any]:
    query = visible_calls(sees_all=sees_all)
    if by_day:
        query = query.where(is_open_on(param("open_on", Date)))
    if by_code:
        query = query.where(Call.code == param("code", Text))
    return query.with_only_columns(*_call_columns())


def _rubrics(sees_all: bool) -> Select[Any]:
    return (
        visible_calls(sees_all=sees_all)
        .join(Rubric, Rubric.call_id == Call.id)
        .where(Call.id == param("call_id", Uuid))
        .with_only_columns(*_RUBRIC)
    )


def _call_columns() -> list[Any]:
    """In the order of `CallRow`, whose fields have the names of the columns."""
    return [getattr(Call, name) for name in CallRow.__struct_fields__]


def _call_out(*row: Any) -> CallOut:
    terms = dict(zip(CallRow.__struct_fields__, row, strict=False))
    return CallOut(**terms, rubric=_rubric_out(*row[len(terms) :]))


def _rubric_out(id_: UUID, number: int, criteria: str, created_at: Any) -> RubricOut:
    return RubricOut(id_, number, msgspec.json.decode(criteria, type=list[CriterionOut]), created_at)
