"""What the figures of loans can be broken down by."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Integer, Text, Uuid, case, cast, extract, func, literal, null, select

from incubator.db import AnySelect
from incubator.loans.groups.models import CreditGroup
from incubator.loans.lenders.models import Lender
from incubator.loans.models import Loan
from incubator.loans.programmes.models import LoanProgramme
from incubator.localities.models import Locality
from incubator.people.ethnicities import ETHNICITIES
from incubator.people.households.models import HouseholdClass, PovertyClass
from incubator.people.models import SEXES, Person
from incubator.stats.funnel.dimensions import AGE_BANDS, UNKNOWN
from incubator.stats.loans.schemas import GroupBy

NONE = "none"
"""The group of loans without a credit group."""


class Dimension(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is the expression of a loan, the argument telling whether old communes are kept.

    `values` are always shown in full, and `rest` after them: the code of what has no value. `named` selects (id, code,
    name) of values that are ids; one without a code is its own key. Where `has_members` is false, the loans of a group
    are not the whole of a credit group, and so its members are not counted.
    """

    value: Callable[[bool], Any]
    type_: Any = Text
    values: tuple[str, ...] = ()
    rest: str | None = None
    named: AnySelect | None = None
    has_members: bool = False
    is_of_person: bool = False
    is_below_commune: bool = False
    is_sensitive: bool = False


def _place(as_recorded: bool) -> Any:
    return func.coalesce(Loan.recorded_locality_id, Loan.locality_id) if as_recorded else Loan.locality_id


def _age_band(_: bool) -> Any:
    """Of the borrower in the year of the approval."""
    age = cast(extract("year", Loan.approved_on), Integer) - Person.birth_year
    bands = [(age <= last, band) for band, last in AGE_BANDS.items()]
    return case((age.is_(None), UNKNOWN), *bands, else_="over_35")


def _poverty_class(_: bool) -> Any:
    """Of the household on the day of the approval."""
    found = select(HouseholdClass.poverty_class).where(
        HouseholdClass.household_id == Loan.household_id, HouseholdClass.from_on <= Loan.approved_on
    )
    newest = found.order_by(HouseholdClass.from_on.desc()).limit(1).correlate(Loan).scalar_subquery()
    return func.coalesce(newest, literal(UNKNOWN, Text))


def _named(of: Any, code: Any = None) -> AnySelect:
    return select(of.id, (cast(null(), Text) if code is None else code).label("code"), of.name)


DIMENSIONS: Mapping[GroupBy, Dimension] = {
    "programme": Dimension(
        value=lambda _: Loan.programme_id, type_=Uuid, named=_named(LoanProgramme), has_members=True
    ),
    "lender": Dimension(value=lambda _: Loan.lender_id, type_=Uuid, named=_named(Lender), has_members=True),
    "locality": Dimension(value=_place, type_=Uuid, named=_named(Locality, Locality.code), has_members=True),
    "group": Dimension(
        value=lambda _: Loan.group_id,
        type_=Uuid,
        named=_named(CreditGroup),
        rest=NONE,
        has_members=True,
        is_below_commune=True,
    ),
    "project": Dimension(value=lambda _: case((Loan.project_id.is_(None), "no"), else_="yes"), values=("yes", "no")),
    "sex": Dimension(
        value=lambda _: func.coalesce(Person.sex, UNKNOWN), values=tuple(SEXES), rest=UNKNOWN, is_of_person=True
    ),
    "age_band": Dimension(value=_age_band, values=(*AGE_BANDS, "over_35"), rest=UNKNOWN, is_of_person=True),
    "ethnicity": Dimension(
        value=lambda _: func.coalesce(Person.ethnicity, UNKNOWN),
        values=tuple(ETHNICITIES),
        rest=UNKNOWN,
        is_of_person=True,
        is_sensitive=True,
    ),
    "poverty_class": Dimension(value=_poverty_class, values=tuple(PovertyClass), rest=UNKNOWN, is_sensitive=True),
}
