"""What is read of applications: the list, one of them, and its history."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Text, Uuid, case, select
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.loans.applications.models import (
    NEXT,
    ApplicationAction,
    ApplicationStatus,
    ApplicationTransition,
    LoanApplication,
)
from incubator.loans.applications.schemas import (
    ApplicationOut,
    ApplicationQuery,
    ApplicationRow,
    ApplicationTransitionOut,
)
from incubator.loans.groups.models import CreditGroup
from incubator.loans.lookups import is_loan_of
from incubator.loans.models import Loan
from incubator.loans.programmes.models import LoanProgramme
from incubator.loans.schemas import CreditGroupRef, LoanProgrammeRef, PersonRef
from incubator.loans.sight import Sight, is_opened, is_seen, sight_of, sight_values
from incubator.localities.models import Locality
from incubator.localities.schemas import LocalityRef
from incubator.paging import Listing, Order, SmallNumber
from incubator.people.models import Person
from incubator.territory import Many, among_value, how_many, is_among

NEWEST_FIRST = Order((LoanApplication.id.expression,), descending=True)
IN_ORDER = Order((ApplicationTransition.number.expression,))


class ApplicationFilters(msgspec.Struct, frozen=True):
    """Which filters are set: the shape of a list's statement."""

    status: Many
    given: frozenset[str]


def list_applications(actor: Actor, filters: ApplicationQuery) -> Listing[ApplicationRow]:
    """Newest first."""
    statuses = [status.value for status in filters.status]
    given = frozenset(name for name in _conditions() if getattr(filters, name) is not None)
    return Listing(
        name="loan_applications",
        query=_filtered,
        shape=(sight_of(actor), ApplicationFilters(how_many(statuses), given)),
        order=NEWEST_FIRST,
        values={
            **sight_values(actor),
            **{name: getattr(filters, name) for name in given},
            "status": among_value(statuses),
        },
        row=ApplicationRow,
        show=_in_list,
    )


async def get_application(reads: Reads, actor: Actor, application_id: UUID) -> ApplicationOut:
    """One application; 404 where the actor does not see it."""
    values = {**sight_values(actor), "application_id": application_id}
    return await fetch_one(reads, _application(sight_of(actor)), values, _application_out(actor))


async def require_application(reads: Reads, actor: Actor, application_id: UUID) -> None:
    """404 where the actor does not see the application."""
    values = {**sight_values(actor), "application_id": application_id}
    await fetch_one(reads, _is_seen(sight_of(actor)), values, lambda one: one)


def list_transitions(actor: Actor, application_id: UUID) -> Listing[ApplicationTransitionOut]:
    """Oldest first."""
    return Listing(
        name="loan_application_transitions",
        query=_transitions,
        shape=(sight_of(actor),),
        order=IN_ORDER,
        values={**sight_values(actor), "application_id": application_id},
        row=ApplicationTransitionOut,
        place=lambda row: (row.number,),
        place_types=tuple[SmallNumber],
    )


@statement
def _application(sight: Sight) -> Select[Any]:
    a = LoanApplication
    columns: tuple[Any, ...] = (
        a.id, a.version, a.status, a.household_id, a.group_id, a.project_id, a.asked_vnd, a.months, a.purpose,
        a.applied_on, a.moved_on, a.created_at, a.province_id, is_opened(sight, of=a), Loan.id,
        Person.id, Person.full_name, LoanProgramme.id, LoanProgramme.code, LoanProgramme.name, CreditGroup.name,
        Locality.id, Locality.code, Locality.name, Locality.kind,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Person, Person.id == a.applicant_id)
        .join(LoanProgramme, LoanProgramme.id == a.programme_id)
        .join(Locality, Locality.id == a.locality_id)
        .outerjoin(CreditGroup, CreditGroup.id == a.group_id)
        .outerjoin(Loan, is_loan_of(a.id))
        .where(is_seen(sight, of=a), a.id == param("application_id", Uuid))
    )


@statement
def _is_seen(sight: Sight) -> Select[Any]:
    a = LoanApplication
    return select(a.id).where(is_seen(sight, of=a), a.id == param("application_id", Uuid))


def _transitions(sight: Sight) -> Select[Any]:
    t, a = ApplicationTransition, LoanApplication
    columns: tuple[Any, ...] = (
        t.id, t.number, t.action, t.from_status, t.to_status, t.occurred_on, t.recorded_at,
        t.actor_id, Account.username, t.reason, t.voids_id,
    )  # fmt: skip
    return (
        select(*columns)
        .join(a, a.id == t.application_id)
        .outerjoin(Account, Account.id == t.actor_id)
        .where(is_seen(sight, of=a), t.application_id == param("application_id", Uuid))
    )


def _filtered(sight: Sight, filters: ApplicationFilters) -> Select[Any]:
    a = LoanApplication
    asked = [condition for name, condition in _conditions().items() if name in filters.given]
    return select(a).where(is_seen(sight, of=a), is_among(a.status, filters.status, "status", Text), *asked)


def _conditions() -> dict[str, ColumnElement[bool]]:
    """Filter by filter what it asks of an application."""
    a = LoanApplication
    commune = select(Locality.id).where(Locality.code == param("locality_code", Text), Locality.valid_to.is_(None))
    of_ids = ("household_id", "applicant_id", "programme_id", "group_id", "project_id")
    return {
        **{name: getattr(a, name) == param(name, Uuid) for name in of_ids},
        "locality_code": a.locality_id == commune.scalar_subquery(),
    }


def _in_list(cut: AnySelect, sight: Sight, *_: Any) -> Select[Any]:
    """The page is cut out of the applications alone, by one index; only its rows are then joined."""
    page = cut.subquery("page")
    a = aliased(LoanApplication, page)
    opened = is_opened(sight, of=a)
    columns: tuple[Any, ...] = (
        a.id, a.version, a.status, a.household_id, a.applicant_id, Person.full_name, a.programme_id,
        LoanProgramme.code, a.group_id, a.project_id, Locality.code, Locality.name, case((opened, a.asked_vnd)),
        a.months, a.applied_on, a.moved_on, ~opened, a.created_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Person, Person.id == a.applicant_id)
        .join(LoanProgramme, LoanProgramme.id == a.programme_id)
        .join(Locality, Locality.id == a.locality_id)
        .order_by(page.c.id.desc())
    )


def _application_out(actor: Actor) -> Callable[..., ApplicationOut]:
    """The reader of `_application`'s row for one actor."""

    def out(
        id_: UUID, version: int, status: str, household_id: UUID, group_id: UUID | None, project_id: UUID | None,
        asked_vnd: int, months: int, purpose: str, applied_on: Any, moved_on: Any, created_at: Any, province_id: UUID,
        opened: bool, loan_id: UUID | None, *names: Any,
    ) -> ApplicationOut:  # fmt: skip
        group = None if group_id is None else CreditGroupRef(group_id, names[5])
        return ApplicationOut(
            id=id_, version=version, status=ApplicationStatus(status),
            allowed_actions=_allowed_actions(actor, status, province_id, names[6], has_group=group_id is not None),
            household_id=household_id, applicant=PersonRef(*names[:2]), programme=LoanProgrammeRef(*names[2:5]),
            group=group, project_id=project_id, locality=LocalityRef(*names[6:]),
            asked_vnd=asked_vnd if opened else None, months=months, purpose=purpose, applied_on=applied_on,
            moved_on=moved_on, loan_id=loan_id, amounts_hidden=not opened, created_at=created_at,
        )  # fmt: skip

    return out


def _allowed_actions(actor: Actor, status: str, province_id: UUID, commune_id: UUID, *, has_group: bool) -> list[str]:
    """The steps that start at this status on its way, and that the actor's grants allow at this place."""
    past = {ApplicationAction.certify} if has_group and status == ApplicationStatus.submitted else set()
    past |= set() if has_group else {ApplicationAction.approve_by_group}
    return [
        action.value
        for action, step in NEXT.items()
        if status in step.sources
        and action not in past
        and actor.territory(step.permission).covers(province_id, commune_id)
    ]
