"""What is read about people, always through `sight`."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, SmallInteger, String, Text, Uuid, any_, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.errors import DomainError, FieldError
from incubator.localities.models import Locality
from incubator.localities.queries import find_locality
from incubator.paging import Listing, Order
from incubator.people.duplicates.sight import PairSight, count_of_open_pairs, pair_sight_of
from incubator.people.models import Consent, Person
from incubator.people.phones import EXPECTED, e164
from incubator.people.schemas import ConsentOut, PeopleFilter, PersonOut, PersonRow
from incubator.people.sight import Sight, is_opened, is_seen, opening_of, sight_by_place, sight_of, sight_values
from incubator.text import search_query

Commune = aliased(Locality, name="commune")
Province = aliased(Locality, name="province")

NEWEST_FIRST = Order((Person.id.expression,), descending=True)
NEWEST_CONSENT_FIRST = Order((Consent.id.expression,), descending=True)

ETHNICITY = PersonOut.__struct_fields__.index("ethnicity")
HIDDEN = PersonOut.__struct_fields__.index("sensitive_hidden")

PERSON_ROW: tuple[Any, ...] = (
    Person.id, Person.full_name, Person.birth_year, Person.sex, Person.phone, Commune.code, Commune.name,
    Person.survivor_id,
)  # fmt: skip
_CONSENT: tuple[Any, ...] = (
    Consent.id, Consent.person_id, Consent.action, Consent.purpose, Consent.form, Consent.occurred_on,
    Consent.recorded_at, Consent.recorded_by_id,
)  # fmt: skip


async def get_person(reads: Reads, actor: Actor, person_id: UUID, *, entered: bool = False) -> PersonOut:
    """One person; 404 where the actor sees none. `entered`: the actor has just written the sensitive fields.

    What this shows beyond that is a sensitive read: answer with `actions.show_person`, which records it.
    """

    def shown(*row: Any) -> PersonOut:
        values = list(row)
        values[HIDDEN] = not (row[HIDDEN] or entered)
        values[ETHNICITY] = None if values[HIDDEN] else row[ETHNICITY]
        return PersonOut(*values)

    query = _person(sight_of(actor), opening_of(actor), pair_sight_of(actor))
    return await fetch_one(reads, query, {**sight_values(actor), "person_id": person_id}, shown)


async def people_listing(reads: Reads, actor: Actor, filters: PeopleFilter, *, today: date) -> Listing[PersonRow]:
    """The newest first. 400 where a filter names no place of today or no telephone number."""
    values = await _filter_values(reads, filters, today)
    asked = frozenset(name for name, value in values.items() if value is not None)
    return Listing(
        name="people",
        query=_people,
        shape=(sight_of(actor), asked, filters.merged),
        order=NEWEST_FIRST,
        values={**sight_values(actor), **values},
        row=PersonRow,
    )


async def seen_people(reads: Reads, actor: Actor, person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the people whom the actor may see."""
    values = {**sight_values(actor), "person_ids": list(person_ids)}
    return {row[0] for row in await reads.rows(_seen_people(sight_of(actor)), values)}


async def seen_by_place(reads: Reads, actor: Actor, person_ids: Iterable[UUID]) -> set[UUID]:
    """The same without those whom the actor only mentors."""
    values = {**sight_values(actor), "person_ids": list(person_ids)}
    return {row[0] for row in await reads.rows(_seen_people(sight_by_place(actor)), values)}


async def get_consent(reads: Reads, actor: Actor, consent_id: UUID) -> ConsentOut:
    values = {**sight_values(actor), "consent_id": consent_id}
    return await fetch_one(reads, _consent(sight_of(actor)), values, ConsentOut)


async def consents_listing(reads: Reads, actor: Actor, person_id: UUID) -> Listing[ConsentOut]:
    """The consents of one person, the last recorded first; 404 where the actor sees no such person."""
    if not await seen_people(reads, actor, [person_id]):
        raise DomainError("not_found")
    return Listing(
        name="consents",
        query=_consents_of_person,
        shape=(sight_of(actor),),
        order=NEWEST_CONSENT_FIRST,
        values={**sight_values(actor), "person_id": person_id},
        row=ConsentOut,
    )


@statement
def _person(sight: Sight, opening: Sight, pair_sight: PairSight) -> Select[Any]:
    """In the order of PersonOut; where that says what is hidden, this says what is shown."""
    columns: tuple[Any, ...] = (
        Person.id, Person.version, Person.full_name, Person.birth_date, Person.birth_year, Person.sex,
        Person.ethnicity, is_opened(opening), Person.phone, Commune.code, Commune.name, Province.code, Province.name,
        Person.created_at, Person.survivor_id, count_of_open_pairs(pair_sight),
    )  # fmt: skip
    return (
        select(*columns)
        .outerjoin(Commune, Commune.id == Person.locality_id)
        .outerjoin(Province, Province.id == Person.province_id)
        .where(Person.id == param("person_id", Uuid), is_seen(sight))
    )


@statement
def _seen_people(sight: Sight) -> Select[Any]:
    return select(Person.id).where(Person.id == any_(param("person_ids", ARRAY(Uuid))), is_seen(sight))


@statement
def _consent(sight: Sight) -> Select[Any]:
    return _consents(sight).where(Consent.id == param("consent_id", Uuid))


def _people(sight: Sight, asked: frozenset[str], merged: bool) -> Select[Any]:
    is_merged = Person.survivor_id.is_not(None) if merged else Person.survivor_id.is_(None)
    query = select(*PERSON_ROW).outerjoin(Commune, Commune.id == Person.locality_id).where(is_seen(sight), is_merged)
    conditions = {
        "q": Person.search.bool_op("@@")(func.to_tsquery("simple", param("q", String))),
        "commune_id": Person.locality_id == param("commune_id", Uuid),
        "province_id": Person.province_id == param("province_id", Uuid),
        "birth_year": Person.birth_year == param("birth_year", SmallInteger),
        "phone": Person.phone == param("phone", Text),
    }
    return query.where(*(condition for name, condition in conditions.items() if name in asked))


def _consents_of_person(sight: Sight) -> Select[Any]:
    return _consents(sight).where(Consent.person_id == param("person_id", Uuid))


def _consents(sight: Sight) -> Select[Any]:
    return select(*_CONSENT).join(Person, Person.id == Consent.person_id).where(is_seen(sight))


async def _filter_values(reads: Reads, filters: PeopleFilter, today: date) -> dict[str, Any]:
    values: dict[str, Any] = {
        "q": None if filters.q is None else search_query(filters.q),
        "birth_year": filters.birth_year,
        "phone": filters.phone and e164(filters.phone),
    }
    errors = []
    if filters.phone and values["phone"] is None:
        errors.append(FieldError(code="bad_format", parameter="phone", params={"expected": EXPECTED}))
    if filters.locality_code is not None:
        place = await find_locality(reads, filters.locality_code, today=today)
        if place is None or place.level == "village":
            errors.append(FieldError(code="not_found", parameter="locality_code"))
        else:
            values[f"{place.level}_id"] = place.id
    if errors:
        raise DomainError("validation_failed", errors=errors)
    return values
