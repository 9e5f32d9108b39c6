"""Open differences summed up by credit group."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Uuid, case, cast, func, literal, not_, select

from incubator.actor import NOBODY, Actor
from incubator.db import AnySelect
from incubator.loans.groups.models import CreditGroup
from incubator.loans.models import Loan
from incubator.loans.reconciliation.models import BankBalance, Reconciliation, ReconciliationStatus
from incubator.loans.reconciliation.queries import BUCKETS, conditions, is_newest_row
from incubator.loans.reconciliation.schemas import GroupDifferenceQuery, GroupDifferenceRow
from incubator.loans.sight import Sight, is_opened, is_seen, sight_of, sight_values
from incubator.paging import Listing, Order

NO_GROUP = NOBODY
"""Stands for the loans without a group, which come first."""

GROUP = func.coalesce(Loan.group_id, literal(NO_GROUP, Uuid), type_=Uuid)
BY_GROUP = Order((GROUP,))


def list_group_differences(actor: Actor, filters: GroupDifferenceQuery) -> Listing[GroupDifferenceRow]:
    """In the order of the groups' ids."""
    values = {name: getattr(filters, name) for name in ("lender_id", "on_day", "locality_code")}
    given = frozenset(name for name, value in values.items() if value is not None)
    return Listing(
        name="differences_by_group",
        query=_by_group,
        shape=(sight_of(actor), given),
        order=BY_GROUP,
        values={**sight_values(actor), **values},
        row=GroupDifferenceRow,
        place=_place,
    )


def _by_group(sight: Sight, given: frozenset[str]) -> AnySelect:
    asked = [condition for name, condition in conditions().items() if name in given]
    is_open = Reconciliation.status == ReconciliationStatus.open.value
    return (
        select(*_columns(sight))
        .select_from(Reconciliation)
        .join(Loan, Loan.id == Reconciliation.loan_id)
        .join(BankBalance, BankBalance.id == Reconciliation.bank_balance_id)
        .outerjoin(CreditGroup, CreditGroup.id == Loan.group_id)
        .where(is_open, is_newest_row(), is_seen(sight), *asked)
        .group_by(Loan.group_id, CreditGroup.name)
    )


def _columns(sight: Sight) -> tuple[Any, ...]:
    """The sums are shown where every loan's amounts are."""
    opened = func.bool_and(is_opened(sight))
    amounts = [getattr(Reconciliation, f"d_{name}") for name in BUCKETS]
    off_by = func.abs(amounts[0]) + func.abs(amounts[1]) + func.abs(amounts[2])
    sums = (_sum_where(opened, amount) for amount in (*amounts, off_by))
    counts = (func.count(), func.count(Loan.id.distinct()))
    return Loan.group_id, CreditGroup.name, *counts, *sums, not_(opened)


def _sum_where(opened: ColumnElement[bool], amount: Any) -> ColumnElement[Any]:
    """PostgreSQL adds big integers up to a numeric, which is turned back."""
    return case((opened, cast(func.sum(amount), BigInteger)))


def _place(row: GroupDifferenceRow) -> tuple[UUID]:
    return (row.group_id or NO_GROUP,)
