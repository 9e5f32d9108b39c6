"""How poor the commune found a household to be. Rows are kept by day, and a wrong one is replaced or taken back: the
audit trail keeps that it was, and the class itself, which is sensitive, stands nowhere else."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import FIRST_DAY
from incubator.errors import DomainError, FieldError
from incubator.people.households.access import lock_household_to_enter
from incubator.people.households.models import Household, HouseholdClass
from incubator.people.households.schemas import ClassPut
from incubator.text import clean_line


async def put_class(
    session: AsyncSession, actor: Actor, household_id: UUID, from_on: date, data: ClassPut, if_match: IfMatch, *,
    today: date,
) -> None:  # fmt: skip
    """What the household is from that day on. The same once more changes nothing; another one replaces the row."""
    household = await _lock_for_class(session, actor, household_id)
    if_match.check(household.version)
    if errors := faults_of_class_day(from_on, today, parameter="from_on"):
        raise DomainError("validation_failed", errors=errors)
    row = await _class_of(session, household, from_on)
    if row is None:
        session.add(class_row(actor, household, from_on, data))
    elif not _restated(row, actor, data):
        return
    await _record(session, actor, household, "edit_class" if row else "add_class", from_on)


async def remove_class(
    session: AsyncSession, actor: Actor, household_id: UUID, from_on: date, if_match: IfMatch
) -> None:
    """Take back a row that should never have been there: the one before it holds on."""
    household = await _lock_for_class(session, actor, household_id)
    if_match.check(household.version)
    row = await _class_of(session, household, from_on)
    if row is None:
        raise DomainError("not_found")
    await session.delete(row)
    await _record(session, actor, household, "remove_class", from_on)


def record_class_reading(session: AsyncSession, actor: Actor, household_id: UUID | None) -> None:
    record_audit(session, actor, "read_sensitive", "household", household_id, fields=["poverty_class"])


def require_class_right(actor: Actor, household: Household) -> None:
    """Who writes a class is one who may read it: the answer shows it, and so does what it replaces."""
    territory = actor.territory(Permission.people_enter, sensitive=True)
    if not territory.covers(household.province_id, household.locality_id):
        raise DomainError("forbidden")


def faults_of_class_day(
    day: date, today: date, *, pointer: str | None = None, parameter: str | None = None
) -> list[FieldError]:
    """`pointer` or `parameter` says where the day stands."""
    if FIRST_DAY <= day <= today:
        return []
    params = {"min": FIRST_DAY.isoformat(), "max": today.isoformat()}
    return [FieldError(code="out_of_range", pointer=pointer, parameter=parameter, params=params)]


def class_row(actor: Actor, household: Household, from_on: date, data: ClassPut) -> HouseholdClass:
    row = HouseholdClass(household_id=household.id, from_on=from_on)
    _restated(row, actor, data)
    return row


async def _lock_for_class(session: AsyncSession, actor: Actor, household_id: UUID) -> Household:
    household = await lock_household_to_enter(session, actor, household_id)
    require_class_right(actor, household)
    return household


async def _record(session: AsyncSession, actor: Actor, household: Household, action: str, from_on: date) -> None:
    household.count_change()
    record_audit(session, actor, action, "household", household.id, from_on=from_on.isoformat())
    await session.flush()


async def _class_of(session: AsyncSession, household: Household, from_on: date) -> HouseholdClass | None:
    wanted = (HouseholdClass.household_id == household.id, HouseholdClass.from_on == from_on)
    return (await session.scalars(select(HouseholdClass).where(*wanted))).one_or_none()


def _restated(row: HouseholdClass, actor: Actor, data: ClassPut) -> bool:
    """Whether the row says something else now."""
    certificate = data.certificate and clean_line(data.certificate)
    if (row.poverty_class, row.certificate) == (data.poverty_class.value, certificate):
        return False
    row.poverty_class, row.certificate = data.poverty_class.value, certificate
    row.recorded_by_kind, row.recorded_by_id, row.recorded_at = actor.kind, actor.id, func.clock_timestamp()
    return True
