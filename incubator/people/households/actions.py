"""What changes about households, who lives in them and their class."""

from datetime import date, datetime
from uuid import UUID

from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import SessionReads
from incubator.errors import DomainError, WrongFields
from incubator.localities.places import Enterer, Place, place_of_code, place_of_entry
from incubator.localities.queries import village_of
from incubator.people.households.access import lock_household_to_enter
from incubator.people.households.classes import (
    class_row,
    faults_of_class_day,
    record_class_reading,
    require_class_right,
)
from incubator.people.households.members import Arrival, check_arrivals, move_in
from incubator.people.households.models import Household, Relation
from incubator.people.households.queries import get_household
from incubator.people.households.schemas import HouseholdCreate, HouseholdOut, HouseholdPatch
from incubator.people.places import move_places


async def add_household(session: AsyncSession, actor: Actor, data: HouseholdCreate, *, now: datetime) -> UUID:
    """A household with its head and those who live with them, all of them or none."""
    today = civil_day(now)
    arrivals, class_day = _arrivals(data, today), _class_day(data, today)
    place, village_id = await _check_entry(session, actor, data, arrivals, class_day, today=today)
    household = Household(
        locality_id=place.commune_id, province_id=place.province_id, recorded_locality_id=place.recorded_id,
        village_id=village_id, entered_by_kind=actor.kind, entered_by_id=actor.id, created_at=now,
    )  # fmt: skip
    session.add(household)
    await session.flush()
    await move_in(session, actor, household, arrivals, now=now)
    if data.poverty is not None:
        require_class_right(actor, household)
        session.add(class_row(actor, household, class_day, data.poverty))
    record_audit(session, actor, "add", "household", household.id, members=len(arrivals))
    await session.flush()
    return household.id


async def edit_household(
    session: AsyncSession, actor: Actor, household_id: UUID, data: HouseholdPatch, if_match: IfMatch, *, today: date
) -> None:
    """Move a household to another village or commune; its people are seen there from then on."""
    household = await lock_household_to_enter(session, actor, household_id)
    if_match.check(household.version)
    before = (household.locality_id, household.village_id)
    if data.locality_code is not UNSET:
        await _move(session, actor, household, data.locality_code, today=today)
    if data.village_code is not UNSET:
        household.village_id = await _village(session, data.village_code, household.locality_id, today=today)
    if (household.locality_id, household.village_id) != before:
        fields = [name for name in data.__struct_fields__ if getattr(data, name) is not UNSET]
        record_audit(session, actor, "edit", "household", household.id, fields=fields)
    await session.flush()


async def show_household(session: AsyncSession, actor: Actor, household_id: UUID, *, today: date) -> HouseholdOut:
    """One household, and in the audit trail that its class was read, if it was."""
    household = await get_household(SessionReads(session), actor, household_id, today=today)
    if household.poverty_class is not None:
        record_class_reading(session, actor, household_id)
    return household


def _arrivals(data: HouseholdCreate, today: date) -> list[Arrival]:
    """The head, and then the others in the order of the body."""
    since = today if data.from_on is UNSET else data.from_on
    head = Arrival(at="", person_at="/head", person=data.head, relation=Relation.head, from_on=since)
    others = [
        Arrival(
            at=f"/members/{number}",
            person_at=f"/members/{number}/person",
            person=member.person,
            relation=Relation(member.relation),
            from_on=since if member.from_on is UNSET else member.from_on,
        )
        for number, member in enumerate(data.members)
    ]
    return [head, *others]


def _class_day(data: HouseholdCreate, today: date) -> date:
    return today if data.poverty is None or data.poverty.from_on is UNSET else data.poverty.from_on


async def _check_entry(
    session: AsyncSession, actor: Actor, data: HouseholdCreate, arrivals: list[Arrival], class_day: date, *,
    today: date,
) -> tuple[Place, UUID | None]:  # fmt: skip
    """The place of a new household; every wrong field of the body is named at once."""
    wrong = WrongFields(faults_of_class_day(class_day, today, pointer="/poverty/from_on"))
    reads, enterer = SessionReads(session), Enterer(actor, Permission.people_enter)
    entry = place_of_entry(reads, enterer, data.locality_code, data.locality_name, on=today, today=today)
    place, village_id = await wrong.gather(entry), None
    if place is not None:
        village_id = await wrong.gather(_village(session, data.village_code, place.commune_id, today=today))
    wrong.errors += await check_arrivals(session, actor, arrivals, today=today)
    if wrong.errors or place is None:
        raise DomainError("validation_failed", errors=wrong.errors)
    return place, village_id


async def _move(session: AsyncSession, actor: Actor, household: Household, code: str, *, today: date) -> None:
    """What was written down first was another commune's, and so was the village: both go with it."""
    place = await place_of_code(SessionReads(session), Enterer(actor, Permission.people_enter), code, today=today)
    if place.commune_id == household.locality_id:
        return
    household.locality_id, household.province_id = place.commune_id, place.province_id
    household.recorded_locality_id = household.village_id = None
    await move_places(session, household.id, locality_id=place.commune_id, province_id=place.province_id)


async def _village(session: AsyncSession, code: str | None, commune_id: UUID, *, today: date) -> UUID | None:
    return None if code is None else await village_of(SessionReads(session), code, commune_id, today=today)
