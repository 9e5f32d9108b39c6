"""The filters of the list of ideas, each by what the actor is shown, so that a filter tells no more than the list."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    exists,
    func,
    not_,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incubator.db import param
from incubator.ideas.calls.models import Call
from incubator.ideas.models import Idea, IdeaMember, IdeaStatus, IdeaVersion
from incubator.ideas.schemas import IdeaQuery
from incubator.ideas.sight import (
    Sight,
    hides_commune,
    is_blinded,
    is_pending,
    is_visible,
)
from incubator.localities.models import Locality
from incubator.people.models import Person
from incubator.territory import Many
from incubator.text import search_query


class IdeaFilters(msgspec.Struct, frozen=True):
    """Which filters are set: the shape of a list's statement."""

    status: Many
    review_closed: bool
    call: bool
    locality: bool
    sector: bool
    assignee: bool
    since: bool
    before: bool
    q: bool


def filters_shape(filters: IdeaQuery) -> IdeaFilters:
    return IdeaFilters(
        status=Many(min(len(filters.status), 2)),
        review_closed=IdeaStatus.review_closed in filters.status,
        call=filters.call_id is not None,
        locality=filters.locality_code is not None,
        sector=filters.sector is not None,
        assignee=filters.assignee_id is not None,
        since=filters.received_on_gte is not None,
        before=filters.received_on_lt is not None,
        q=filters.q is not None,
    )


def filter_values(filters: IdeaQuery) -> dict[str, Any]:
    values = {name: getattr(filters, name) for name in filters.__struct_fields__}
    statuses = [status.value for status in filters.status]
    return values | {
        "status": statuses[0] if len(statuses) == 1 else statuses,
        "q": search_query(filters.q or ""),
    }


def filtered_ideas(sight: Sight, filters: IdeaFilters) -> Select[Any]:
    query = select(Idea).where(is_visible(sight, Idea), *_plain_filters(filters))
    if filters.status is not Many.none:
        query = query.where(_status_filter(sight, filters))
    if filters.locality:
        query = query.where(Idea.locality_id == _locality_asked_for())
    if sight.reviewer and filters.locality:
        query = query.join(Call, Call.id == Idea.call_id).where(not_(hides_commune(sight, Idea, Call)))
    if filters.q:
        query = query.where(_is_found(sight))
    return query


def _plain_filters(filters: IdeaFilters) -> list[ColumnElement[bool]]:
    content = and_(IdeaVersion.idea_id == Idea.id, IdeaVersion.number == Idea.content_number)
    asked: list[tuple[bool, Callable[[], ColumnElement[bool]]]] = [
        (filters.call, lambda: Idea.call_id == param("call_id", Uuid)),
        (filters.assignee, lambda: Idea.assignee_id == param("assignee_id", Uuid)),
        (filters.since, lambda: Idea.received_on >= param("received_on_gte", Date)),
        (filters.before, lambda: Idea.received_on < param("received_on_lt", Date)),
        (filters.sector, lambda: exists().where(content, IdeaVersion.sector == param("sector", Text))),
    ]
    return [condition() for wanted, condition in asked if wanted]


def _status_filter(sight: Sight, filters: IdeaFilters) -> ColumnElement[bool]:
    """By the status that the actor is shown, so that a filter tells nothing that the list does not."""
    wanted = (
        Idea.status == param("status", Text)
        if filters.status is Many.one
        else Idea.status == any_(param("status", ARRAY(Text)))
    )
    if sight.sees_all_unpublished:
        return wanted
    pending = is_pending(sight, Idea)
    shown = and_(wanted, or_(Idea.publish_at.is_(None), not_(pending)))
    return or_(shown, pending) if filters.review_closed else shown


def _locality_asked_for() -> Any:
    return (
        select(Locality.id)
        .where(Locality.code == param("locality_code", Text), Locality.valid_to.is_(None))
        .scalar_subquery()
    )


def _words_in(search: Any) -> ColumnElement[bool]:
    return search.bool_op("@@")(func.to_tsquery("simple", param("q", Text)))  # type: ignore[no-any-return]


def _is_found(sight: Sight) -> ColumnElement[bool]:
    """By the words of the title, or by the leader's name where it is shown. Two sets, each from its own index: an OR
    of both would read every idea."""
    titled, led = aliased(Idea), aliased(Idea)
    leads = and_(IdeaMember.idea_id == led.id, IdeaMember.number == led.content_number, IdeaMember.position == 0)
    by_title = select(titled.id).where(_words_in(titled.search))
    by_leader = (
        select(led.id)
        .join(IdeaMember, leads)
        .join(Person, Person.id == IdeaMember.person_id)
        .where(_words_in(Person.search))
    )
    if sight.reviewer:
        call = aliased(Call)
        by_leader = by_leader.join(call, call.id == led.call_id).where(not_(is_blinded(sight, led, call)))
    return Idea.id.in_(union(by_title, by_leader))
