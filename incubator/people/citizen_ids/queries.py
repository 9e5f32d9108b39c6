"""What is read of citizen ids, through the sight of people. A mentor of somebody is shown none."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import LargeBinary, Select, Uuid, exists, literal_column, or_, select
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import Reads, fetch_all, fetch_one, param, statement
from incubator.errors import DomainError, broken_rule
from incubator.people.citizen_ids.models import CitizenId
from incubator.people.citizen_ids.numbers import Doubt, doubts
from incubator.people.citizen_ids.schemas import CitizenIdMatchesOut, CitizenIdOut, CitizenIdWarningOut
from incubator.people.citizen_ids.sealing import SECRET_KEY_CHANGED, Sealer
from incubator.people.models import Person
from incubator.people.queries import PERSON_ROW, Commune
from incubator.people.schemas import PersonRow
from incubator.people.sight import Sight, is_opened, is_seen, sight_by_place, sight_values

MOST_MATCHES = 50


class _Kept(msgspec.Struct, frozen=True):
    """A row with what is known of its person, and whether the actor may read all of the number."""

    version: int
    sealed: bytes
    last_four: str
    was_padded: bool
    recorded_at: datetime
    recorded_by: UUID
    birth_year: int | None
    sex: str | None
    opened: bool


async def get_citizen_id(
    reads: Reads, actor: Actor, sealer: Sealer, person_id: UUID, *, full: bool = False, today: date
) -> CitizenIdOut:
    """The number of a person with what looks wrong about it; 404 where there is none, 403 where all of it is asked
    for and not open to the actor. With `full` this is a sensitive read: answer with `actions.show_citizen_id`."""
    sights = sight_by_place(actor), sight_by_place(actor, sensitive=True)
    values = {**sight_values(actor), "person_id": person_id}
    kept = await fetch_one(reads, _citizen_id(*sights), values, _Kept)
    if full and not kept.opened:
        raise DomainError("forbidden")
    number = sealer.open(kept.sealed, person_id)
    wrong = doubts(number, birth_year=kept.birth_year, sex=kept.sex, this_year=today.year)
    others = await fetch_all(reads, _other_holders(sights[1]), values, _held_by) if kept.opened else []
    return CitizenIdOut(
        person_id=person_id,
        version=kept.version,
        number=number if full else None,
        last_four=kept.last_four,
        was_padded=kept.was_padded,
        warnings=[*(CitizenIdWarningOut(doubt, None) for doubt in wrong), *others],
        recorded_at=kept.recorded_at,
        recorded_by=kept.recorded_by,
    )


async def people_with_number(reads: Reads, actor: Actor, sealer: Sealer, number: str) -> CitizenIdMatchesOut:
    """Among those whose sensitive fields the actor may read, because who finds a person by a number knows the number;
    403 where that is nobody's. Nobody is an answer only where every number could be compared."""
    opening = sight_by_place(actor, sensitive=True)
    if opening.territory.nowhere:
        raise DomainError("forbidden")
    values = {**sight_values(actor), "digest": sealer.digest(number), "mark": sealer.mark}
    found = await fetch_all(reads, _holders(opening), values, PersonRow)
    if not found and (await reads.rows(has_other_key(), values))[0][0]:
        raise broken_rule(SECRET_KEY_CHANGED)
    return CitizenIdMatchesOut(found)


@statement
def _citizen_id(sight: Sight, opening: Sight) -> Select[Any]:
    """In the order of _Kept."""
    c = CitizenId
    columns: tuple[Any, ...] = (
        c.version, c.sealed, c.last_four, c.was_padded, c.recorded_at, c.recorded_by_id, Person.birth_year, Person.sex,
        is_opened(opening),
    )  # fmt: skip
    return (
        select(*columns)
        .join(Person, Person.id == c.person_id)
        .where(Person.id == param("person_id", Uuid), is_seen(sight))
    )


@statement
def _other_holders(opening: Sight) -> Select[Any]:
    """The others with the same number; null for one whose number is not open to the actor, and once only. The rows of
    people who were merged are one."""
    own, other = aliased(CitizenId), aliased(CitizenId)
    holder, namesake = aliased(Person), aliased(Person)
    known = select(Person.id).where(Person.id == other.person_id, is_opened(opening)).correlate(other)
    return (
        select(known.scalar_subquery())
        .distinct()
        .select_from(own)
        .join(other, (other.digest == own.digest) & (other.person_id != own.person_id))
        .join(holder, holder.id == own.person_id)
        .join(namesake, (namesake.id == other.person_id) & (namesake.counted_id() != holder.counted_id()))
        .where(own.person_id == param("person_id", Uuid))
        .limit(literal_column(str(MOST_MATCHES)))
    )


@statement
def _holders(opening: Sight) -> Select[Any]:
    return (
        select(*PERSON_ROW)
        .join(CitizenId, CitizenId.person_id == Person.id)
        .outerjoin(Commune, Commune.id == Person.locality_id)
        .where(CitizenId.digest == param("digest", LargeBinary), is_opened(opening))
        .order_by(Person.id)
        .limit(literal_column(str(MOST_MATCHES)))
    )


@statement
def has_other_key() -> Select[Any]:
    """Asked from both sides, because an index answers no inequality."""
    mark = param("mark", LargeBinary)
    return select(or_(exists().where(CitizenId.key_mark < mark), exists().where(CitizenId.key_mark > mark)))


def _held_by(person_id: UUID | None) -> CitizenIdWarningOut:
    return CitizenIdWarningOut(Doubt.held_by_another, person_id)
