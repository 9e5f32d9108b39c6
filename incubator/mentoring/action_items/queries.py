"""What is read of action items: everybody who follows the project reads all of them."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, Select, Text, Uuid, and_, any_, cast, literal, not_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor, Permission
from incubator.db import AnySelect, Reads, fetch_all, fetch_one, param, statement
from incubator.mentoring.action_items.models import (
    ActionItem,
    ActionItemStatus,
    ActionItemTransition,
    Owner,
    moves_from,
)
from incubator.mentoring.action_items.schemas import (
    ActionItemOut,
    ActionItemQuery,
    ActionItemRow,
    ActionItemTransitionOut,
)
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.sight import Sight, is_followed, is_me, sight_of, sight_values
from incubator.paging import Listing, Order, SmallNumber
from incubator.people.models import Person
from incubator.projects.models import Project
from incubator.projects.sight import is_mentored_by
from incubator.territory import Many

NEWEST_FIRST = Order((ActionItem.id.expression,), descending=True)
IN_ORDER = Order((ActionItemTransition.number.expression,))


class ItemFilters(msgspec.Struct, frozen=True):
    """Which filters are set: the shape of a list's statement."""

    status: Many
    overdue: bool | None
    given: frozenset[str]


def list_action_items(actor: Actor, filters: ActionItemQuery, today: date) -> Listing[ActionItemRow]:
    """Newest first, because the day on which an item is due may change under a walk."""
    values = _filter_values(filters)
    given = {name for name, value in values.items() if name != "status" and value is not None}
    shape = ItemFilters(
        Many(min(len(filters.status), 2)), filters.overdue, frozenset(given | ({"mine"} if filters.mine else set()))
    )
    return Listing(
        name="action_items",
        query=_filtered,
        shape=(sight_of(actor), shape),
        order=NEWEST_FIRST,
        values={**sight_values(actor), **values, "today": today},
        row=ActionItemRow,
        show=_in_list,
    )


async def get_action_item(reads: Reads, actor: Actor, item_id: UUID, today: date) -> ActionItemOut:
    """One item; 404 where the actor does not follow its project."""
    values = {**sight_values(actor), "item_id": item_id, "today": today}
    return await fetch_one(reads, _item(sight_of(actor)), values, _item_out(actor))


async def get_action_items(reads: Reads, actor: Actor, item_ids: list[UUID], today: date) -> list[ActionItemOut]:
    """Those of the items that the actor sees, oldest first."""
    values = {**sight_values(actor), "item_ids": item_ids, "today": today}
    return await fetch_all(reads, _items(sight_of(actor)), values, _item_out(actor))


async def require_action_item(reads: Reads, actor: Actor, item_id: UUID) -> None:
    """404 where the actor does not follow the item's project."""
    await fetch_one(reads, _is_seen(sight_of(actor)), {**sight_values(actor), "item_id": item_id}, lambda one: one)


def list_transitions(actor: Actor, item_id: UUID) -> Listing[ActionItemTransitionOut]:
    """Oldest first."""
    return Listing(
        name="action_item_transitions",
        query=_transitions,
        shape=(sight_of(actor),),
        order=IN_ORDER,
        values={**sight_values(actor), "item_id": item_id},
        row=ActionItemTransitionOut,
        read=_transition,
        place=lambda row: (row.number,),
        place_types=tuple[SmallNumber],
    )


def is_overdue(item: Any, today: Any) -> ColumnElement[bool]:
    return and_(item.status == ActionItemStatus.open.value, item.due_on < today)


@statement
def _item(sight: Sight) -> Select[Any]:
    return _shown_items(sight).where(ActionItem.id == param("item_id", Uuid))


@statement
def _items(sight: Sight) -> Select[Any]:
    return _shown_items(sight).where(ActionItem.id == any_(param("item_ids", ARRAY(Uuid)))).order_by(ActionItem.id)


@statement
def _is_seen(sight: Sight) -> Select[Any]:
    seen = select(literal(1)).select_from(ActionItem).join(Project, Project.id == ActionItem.project_id)
    return seen.where(is_followed(sight), ActionItem.id == param("item_id", Uuid))


def _shown_items(sight: Sight) -> Select[Any]:
    mentors = is_mentored_by(param("me", Uuid)) if sight.mentor else literal(False)
    return _columns(ActionItem).add_columns(Project.province_id, Project.locality_id, mentors).where(is_followed(sight))


def _filtered(sight: Sight, filters: ItemFilters) -> AnySelect:
    asked = [condition for name, condition in _conditions().items() if name in filters.given]
    query: AnySelect = select(ActionItem).join(Project, Project.id == ActionItem.project_id)
    query = query.where(is_followed(sight), *asked)
    if filters.status is Many.one:
        query = query.where(ActionItem.status == param("status", Text))
    elif filters.status is Many.some:
        query = query.where(ActionItem.status == any_(param("status", ARRAY(Text))))
    if filters.overdue is not None:
        overdue = is_overdue(ActionItem, param("today", Date))
        query = query.where(overdue if filters.overdue else not_(overdue))
    return query


def _conditions() -> dict[str, ColumnElement[bool]]:
    """Filter by filter what it asks of an item."""
    return {
        "project_id": ActionItem.project_id == param("project_id", Uuid),
        "mentor_id": ActionItem.mentor_id == param("mentor_id", Uuid),
        "session_id": ActionItem.session_id == param("session_id", Uuid),
        "owner": ActionItem.owner == param("owner", Text),
        "due_on_lt": ActionItem.due_on < param("due_on_lt", Date),
        "mine": and_(ActionItem.owner == Owner.mentor.value, is_me(ActionItem.mentor_id)),
    }


def _filter_values(filters: ActionItemQuery) -> dict[str, Any]:
    statuses = [status.value for status in filters.status]
    return {
        **{name: getattr(filters, name) for name in ("project_id", "mentor_id", "session_id")},
        "status": statuses[0] if len(statuses) == 1 else statuses,
        "owner": filters.owner and filters.owner.value,
        "due_on_lt": filters.due_on_lt,
    }


def _in_list(cut: AnySelect, *_: Any) -> AnySelect:
    """The page is cut out before its rows are joined with what they show."""
    page = cut.subquery("page")
    return _columns(aliased(ActionItem, page)).order_by(page.c.id.desc())


def _columns(item: type[ActionItem]) -> Select[Any]:
    doer, mentoring = aliased(Person), aliased(Person)
    columns: tuple[Any, ...] = (
        item.id, item.version, item.project_id, Project.title, item.session_id, item.platform, item.what,
        item.owner, item.owner_person_id, doer.full_name, item.mentor_id, mentoring.full_name,
        item.set_on, item.due_on, item.status, is_overdue(item, param("today", Date)),
        item.closed_on, item.evidence, item.evidence_link, item.reason, item.created_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Project, Project.id == item.project_id)
        .outerjoin(doer, doer.id == item.owner_person_id)
        .outerjoin(Mentor, Mentor.id == item.mentor_id)
        .outerjoin(mentoring, mentoring.id == Mentor.person_id)
    )


def _item_out(actor: Actor) -> Callable[..., ActionItemOut]:
    """The reader of one item's row for one actor."""

    def out(*row: Any) -> ActionItemOut:
        *fields, province_id, commune_id, mentors = row
        item = ActionItemRow(*fields)
        is_staff = actor.territory(Permission.mentoring_manage).covers(province_id, commune_id)
        may = is_staff or (mentors and actor.may(Permission.mentoring_log))
        return ActionItemOut(*(*fields, moves_from(item.status) if may else []))

    return out


def _transitions(sight: Sight) -> Select[Any]:
    t = ActionItemTransition
    columns: tuple[Any, ...] = (
        t.id, t.number, t.action, t.from_status, t.to_status, t.occurred_on, t.recorded_at,
        t.actor_id, Account.username, t.reason, t.evidence, t.evidence_link, cast(t.before, Text),
    )  # fmt: skip
    return (
        select(*columns)
        .join(ActionItem, ActionItem.id == t.action_item_id)
        .join(Project, Project.id == ActionItem.project_id)
        .outerjoin(Account, Account.id == t.actor_id)
        .where(is_followed(sight), t.action_item_id == param("item_id", Uuid))
    )


def _transition(*row: Any) -> ActionItemTransitionOut:
    *fields, before = row
    return ActionItemTransitionOut(*(*fields, msgspec.json.decode(before)))
