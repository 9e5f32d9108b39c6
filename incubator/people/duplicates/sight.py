"""Who sees which pair, and how much of its evidence.

A pair is seen by who sees both persons by their places. That two people have the same citizen id is as good as the
number to somebody who knows one of them, so it is told only where the sensitive fields of both are open.
"""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Text, Uuid, and_, case, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import param
from incubator.people.duplicates.candidates import code_text
from incubator.people.duplicates.models import DuplicateStatus, Evidence, PersonDuplicate
from incubator.people.models import Person
from incubator.people.sight import Sight, is_opened, is_seen, sight_by_place

Low, High = aliased(Person, name="low"), aliased(Person, name="high")


class PairSight(msgspec.Struct, frozen=True):
    """How an actor sees persons, and their sensitive fields, by place."""

    seen: Sight
    opened: Sight


def pair_sight_of(actor: Actor) -> PairSight:
    return PairSight(sight_by_place(actor), sight_by_place(actor, sensitive=True))


def is_apart() -> ColumnElement[bool]:
    """Whether the two rows, joined as Low and High, count as two persons."""
    return func.coalesce(Low.survivor_id, Low.id) != func.coalesce(High.survivor_id, High.id)


def is_pair_seen(sight: PairSight) -> ColumnElement[bool]:
    """Whether the actor sees both persons, joined as Low and High, and anything that makes them a pair."""
    both = and_(is_seen(sight.seen, Low), is_seen(sight.seen, High))
    if sight.opened.territory.everywhere:
        return both
    return and_(both, func.cardinality(shown_evidence(sight)) > literal_column("0"))


def shown_evidence(sight: PairSight) -> ColumnElement[Any]:
    """Why the two, joined as Low and High, may be one, as far as the actor is told."""
    less = func.array_remove(PersonDuplicate.evidence, code_text(Evidence.citizen_id), type_=ARRAY(Text))
    if sight.opened.territory.everywhere:
        return PersonDuplicate.evidence.expression
    if sight.opened.territory.nowhere:
        return less
    both = and_(is_opened(sight.opened, Low), is_opened(sight.opened, High))
    return case((both, PersonDuplicate.evidence), else_=less)


def count_of_open_pairs(sight: PairSight) -> ColumnElement[Any]:
    """How many open pairs the person of the parameter `person_id` is in that the actor sees, themselves or by a row
    that was merged into them."""
    return _open_pairs_by(Low, sight) + _open_pairs_by(High, sight)


def _open_pairs_by(side: Any, sight: PairSight) -> ColumnElement[Any]:
    """Asked from either side, because each has its index."""
    person_id = param("person_id", Uuid)
    return (
        select(func.count())
        .select_from(PersonDuplicate)
        .join(Low, Low.id == PersonDuplicate.low_id)
        .join(High, High.id == PersonDuplicate.high_id)
        .where(or_(side.id == person_id, side.survivor_id == person_id), is_apart(), is_pair_seen(sight))
        .where(PersonDuplicate.status == code_text(DuplicateStatus.open))
        .correlate(None)
        .scalar_subquery()
    )
