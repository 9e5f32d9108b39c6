"""What changes about people. `resolve_people` is how the features above take them in."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import SessionReads
from incubator.errors import DomainError, FieldError, broken_rule, wrong_field
from incubator.localities.queries import find_locality
from incubator.localities.schemas import LocalityOut
from incubator.people.duplicates.finding import note_duplicates
from incubator.people.facts import FIRST_DAY, check_details, check_person, merged, stored
from incubator.people.models import NO_CONSENT_TO_WITHDRAW, Consent, Person, PersonPlace
from incubator.people.places import add_places, people_of_source
from incubator.people.queries import get_person, seen_people
from incubator.people.schemas import (
    ConsentGiven,
    ConsentInput,
    ConsentWithdrawn,
    PersonCreate,
    PersonDetails,
    PersonInput,
    PersonOut,
    PersonPatch,
)
from incubator.people.sight import sight_of, sight_values, visible_people

COMPARED = frozenset({"full_name", "birth_date", "birth_year", "phone", "locality_id"})
"""What of a person is compared with others, beside the citizen id."""


async def add_person(session: AsyncSession, actor: Actor, data: PersonCreate, *, now: datetime) -> UUID:
    """Enter a person by themselves, in a commune of the actor's."""
    today = civil_day(now)
    errors = check_details(data, "", today=today)
    commune = await _commune(session, actor, data.locality_code, errors, today=today)
    if errors:
        raise DomainError("validation_failed", errors=errors)
    person = _new_person(actor, data, _place(commune), now=now)
    session.add(person)
    await session.flush()
    record_audit(session, actor, "add_person", "person", person.id)
    await note_duplicates(session, actor, [person.id])
    return person.id


async def edit_person(
    session: AsyncSession, actor: Actor, person_id: UUID, patch: PersonPatch, if_match: IfMatch, *, today: date
) -> None:
    """Lay a merge patch over a person of a commune in which the actor enters people."""
    person = await lock_person(session, actor, person_id)
    require_entry_right(actor, person)
    if_match.check(person.version)
    given = {name: value for name in PersonDetails.__struct_fields__ if (value := getattr(patch, name)) is not UNSET}
    details = merged({name: getattr(person, name) for name in PersonDetails.__struct_fields__}, given)
    errors = check_details(details, "", today=today)
    place: dict[str, Any] = {}
    if patch.locality_code is not UNSET:
        place = _place(await _commune(session, actor, patch.locality_code, errors, today=today))
    if errors:
        raise DomainError("validation_failed", errors=errors)
    if changed := _change(person, {**stored(details), **place}):
        record_audit(session, actor, "edit_person", "person", person.id, fields=changed)
        await session.flush()
        if not COMPARED.isdisjoint(changed):
            await note_duplicates(session, actor, [person.id])


async def show_person(session: AsyncSession, actor: Actor, person_id: UUID, *, entered: bool = False) -> PersonOut:
    """One person, and in the audit trail that sensitive fields were read, if they were."""
    person = await get_person(SessionReads(session), actor, person_id, entered=entered)
    if person.ethnicity is not None and not entered:
        record_audit(session, actor, "read_sensitive", "person", person.id, fields=["ethnicity"])
    return person


async def resolve_people(
    session: AsyncSession, actor: Actor, refs: Mapping[str, PersonInput], *,
    locality_id: UUID, province_id: UUID, source: str, source_id: UUID, now: datetime,
) -> list[Person]:  # fmt: skip
    """The people that another resource names, in order; the new ones are entered here.

    Keys are the JSON pointers of the references. All of them are seen in that commune from now on, because of
    `source` (a table) and `source_id`; a new one is taken to live there until somebody says otherwise. A person
    who is there for the same source already may be named by an actor who sees them in no other way.
    """
    errors = await check_people(session, actor, refs, source_id=source_id, today=civil_day(now))
    if errors:
        raise DomainError("validation_failed", errors=errors)
    place = {"locality_id": locality_id, "province_id": province_id}
    arrivals = [Arrival(ref, place, source_id) for ref in refs.values()]
    people = await enter_people(session, actor, arrivals, source=source, now=now)
    await add_places(session, [person.id for person in people], source=source, source_id=source_id, **place)
    return people


class Arrival(msgspec.Struct, frozen=True):
    """A reference to a person, where they are taken to live if they are new, and because of which row they come."""

    ref: PersonInput
    home: Mapping[str, UUID | None]
    source_id: UUID


async def enter_people(
    session: AsyncSession, actor: Actor, arrivals: Sequence[Arrival], *, source: str, now: datetime
) -> list[Person]:
    """The people of references in which `check_people` found nothing wrong, in order; the new ones are entered, and
    those who may be somebody who is there already open a pair. Who names a row that was merged means its survivor."""
    known = await _survivors(session, sorted({a.ref.person_id for a in arrivals if a.ref.person_id is not None}))
    people = [
        known[a.ref.person_id] if a.ref.person_id else _new_person(actor, a.ref, a.home, now=now) for a in arrivals
    ]
    new = [(a, person) for a, person in zip(arrivals, people, strict=True) if a.ref.person_id is None]
    session.add_all(person for _, person in new)
    await session.flush()
    for a, person in new:
        record_audit(session, actor, "add_person", "person", person.id, source=source, source_id=str(a.source_id))
    await note_duplicates(session, actor, [person.id for _, person in new])
    return people


async def check_people(
    session: AsyncSession, actor: Actor, refs: Mapping[str, PersonInput], *, source_id: UUID | None = None, today: date
) -> list[FieldError]:
    """Everything wrong with several references at once, keyed by their pointers; `source_id` as above."""
    errors = [error for pointer, ref in refs.items() for error in check_person(ref, pointer, today=today)]
    ids = _named_ids(refs)
    if not ids:
        return errors
    seen = await seen_people(SessionReads(session), actor, ids)
    if source_id is not None:
        seen |= await people_of_source(session, ids, source_id)
    counted = {row_id: person.id for row_id, person in (await _survivors(session, sorted(seen))).items()}
    first: dict[UUID, str] = {}
    for pointer, ref in refs.items():
        if ref.person_id is None:
            continue
        if ref.person_id not in seen:
            errors.append(FieldError(code="not_found", pointer=f"{pointer}/person_id"))
        elif first.setdefault(counted[ref.person_id], pointer) != pointer:
            errors.append(FieldError(code="duplicate", pointer=f"{pointer}/person_id"))
    return errors


async def write_consent(
    session: AsyncSession, actor: Actor, person_id: UUID, data: ConsentGiven | ConsentWithdrawn, *, today: date
) -> UUID:
    """Record that a person agreed or took it back. Withdrawing needs a consent that was in force on that day."""
    person = await lock_person(session, actor, person_id)
    await _require_consent_right(session, actor, person)
    if isinstance(data, ConsentGiven):
        return (await record_consent(session, actor, person, data, purpose=data.purpose, today=today, pointer="")).id
    _check_day(data.withdrawn_on, "/withdrawn_on", today)
    if not await has_consent(session, person.id, data.purpose, on=data.withdrawn_on):
        raise broken_rule(NO_CONSENT_TO_WITHDRAW)
    return (await _append_consent(session, actor, person, "withdraw", data.purpose, data.form, data.withdrawn_on)).id


async def record_consent(
    session: AsyncSession, actor: Actor, person: Person, given: ConsentInput, *,
    today: date, purpose: str = "programme", pointer: str = "/consent",
) -> Consent:  # fmt: skip
    """A consent that stands at `pointer` of a body."""
    _check_day(given.given_on, f"{pointer}/given_on", today)
    return await _append_consent(session, actor, person, "give", purpose, given.form, given.given_on)


async def has_consent(
    session: AsyncSession, person_id: UUID, purpose: str = "programme", *, on: date | None = None
) -> bool:
    """Whether a consent is in force on the day, or after all that is recorded. What any of the rows said that are
    merged into one person, the person said."""
    row = aliased(Person)
    counted = select(row.counted_id()).where(row.id == person_id).scalar_subquery()
    same = select(Person.id).where(or_(Person.id == counted, Person.survivor_id == counted))
    query = select(Consent.action).where(Consent.person_id.in_(same), Consent.purpose == purpose)
    if on is not None:
        query = query.where(Consent.occurred_on <= on)
    last = await session.scalar(query.order_by(Consent.occurred_on.desc(), Consent.id.desc()).limit(1))
    return last == "give"


async def lock_person(session: AsyncSession, actor: Actor, person_id: UUID) -> Person:
    """The person, visible to the actor and locked to the end of the transaction; else 404. A merged one is not
    written to any more."""
    query = visible_people(sight_of(actor)).where(Person.id == person_id).with_for_update(of=Person)
    person = (await session.execute(query, sight_values(actor))).scalar_one_or_none()
    if person is None:
        raise DomainError("not_found")
    person.require_not_merged()
    return person


def require_entry_right(actor: Actor, person: Person) -> None:
    """A person who is seen through an idea or a registration only belongs to the officers of their own commune."""
    actor.require(Permission.people_enter)
    if not actor.territory(Permission.people_enter).covers(person.province_id, person.locality_id):
        raise DomainError("forbidden")


async def _append_consent(
    session: AsyncSession, actor: Actor, person: Person, action: str, purpose: str, form: str, day: date
) -> Consent:
    consent = Consent(
        person_id=person.id, action=action, purpose=purpose, form=form, occurred_on=day,
        recorded_by_kind=actor.kind, recorded_by_id=actor.id,
    )  # fmt: skip
    session.add(consent)
    await session.flush()
    record_audit(session, actor, f"{action}_consent", "person", person.id, purpose=purpose)
    return consent


def _check_day(day: date, pointer: str, today: date) -> None:
    if not FIRST_DAY <= day <= today:
        raise wrong_field(pointer, "out_of_range", min=FIRST_DAY.isoformat(), max=today.isoformat())


async def _require_consent_right(session: AsyncSession, actor: Actor, person: Person) -> None:
    """Consent is taken where the person is met: in their own commune or in another place of theirs."""
    actor.require(Permission.people_enter)
    territory = actor.territory(Permission.people_enter)
    places = await session.execute(
        select(PersonPlace.province_id, PersonPlace.locality_id).where(PersonPlace.person_id == person.id)
    )
    own = (person.province_id, person.locality_id)
    if not any(territory.covers(province, commune) for province, commune in (own, *places)):
        raise DomainError("forbidden")


async def _commune(
    session: AsyncSession, actor: Actor, code: str | None, errors: list[FieldError], *, today: date
) -> LocalityOut | None:
    """The commune of today in which the actor may enter people; what is wrong with it joins the errors.

    Without a commune only those who see everybody would see the person, so only they may leave it out.
    """
    territory = actor.territory(Permission.people_enter)
    if code is None:
        if not territory.everywhere:
            errors.append(FieldError(code="required", pointer="/locality_code"))
        return None
    commune = await find_locality(SessionReads(session), code, today=today)
    if commune and commune.parent and commune.level == "commune" and territory.covers(commune.parent.id, commune.id):
        return commune
    errors.append(FieldError(code="not_found", pointer="/locality_code"))
    return None


def _place(commune: LocalityOut | None) -> dict[str, UUID | None]:
    if commune is None or commune.parent is None:
        return {"locality_id": None, "province_id": None}
    return {"locality_id": commune.id, "province_id": commune.parent.id}


def _new_person(actor: Actor, details: PersonDetails, place: Mapping[str, UUID | None], *, now: datetime) -> Person:
    return Person(**stored(details), **place, entered_by_kind=actor.kind, entered_by_id=actor.id, created_at=now)


def _change(person: Person, columns: dict[str, Any]) -> list[str]:
    """Set what differs; the names of it."""
    changed = sorted(name for name, value in columns.items() if getattr(person, name) != value)
    for name in changed:
        setattr(person, name, columns[name])
    return changed


def _named_ids(refs: Mapping[str, PersonInput]) -> list[UUID]:
    return sorted({ref.person_id for ref in refs.values() if ref.person_id is not None})


async def _survivors(session: AsyncSession, ids: list[UUID]) -> dict[UUID, Person]:
    """Each of the rows, or the survivor where it was merged into one."""
    named = aliased(Person)
    pairs = select(named.id, Person).join(Person, Person.id == named.counted_id()).where(named.id.in_(ids))
    return {row[0]: row[1] for row in await session.execute(pairs)}
