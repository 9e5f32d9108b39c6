"""The rows of statements as a list."""

from typing import Any

from sqlalchemy import Date, Uuid, and_, not_, select, true
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import AnySelect, param
from incubator.loans.balances import balances_of
from incubator.loans.bank_balances.schemas import BankBalanceOut, BankBalanceQuery
from incubator.loans.models import Loan
from incubator.loans.reconciliation.models import BankBalance, Reconciliation
from incubator.loans.reconciliation.queries import BUCKETS, is_newest_row
from incubator.loans.sight import Sight, if_opened, is_opened, is_seen, sight_of, sight_values
from incubator.paging import Listing, Order

NEWEST_FIRST = Order((BankBalance.id.expression,), descending=True)


def list_bank_balances(actor: Actor, filters: BankBalanceQuery) -> Listing[BankBalanceOut]:
    """Newest first."""
    values = {name: getattr(filters, name) for name in ("loan_id", "lender_id", "on_day")}
    given = frozenset(name for name, value in values.items() if value is not None)
    return Listing(
        name="bank_balances",
        query=_filtered,
        shape=(sight_of(actor), given, filters.standing),
        order=NEWEST_FIRST,
        values={**sight_values(actor), **values},
        row=BankBalanceOut,
        show=_in_list,
    )


def _filtered(sight: Sight, given: frozenset[str], standing: bool) -> AnySelect:
    conditions = {
        "loan_id": BankBalance.loan_id == param("loan_id", Uuid),
        "lender_id": Loan.lender_id == param("lender_id", Uuid),
        "on_day": BankBalance.on_day == param("on_day", Date),
    }
    asked = [condition for name, condition in conditions.items() if name in given]
    query: AnySelect = select(BankBalance).join(Loan, Loan.id == BankBalance.loan_id).where(is_seen(sight), *asked)
    return query.where(is_newest_row()) if standing else query


def _in_list(cut: AnySelect, sight: Sight, *_: Any) -> AnySelect:
    """The page is cut out before its rows are joined with what they show, and compared with the ledger."""
    page = cut.subquery("page")
    row = aliased(BankBalance, page)
    ledger = balances_of(row.loan_id, row.on_day)
    bank = [getattr(row, f"{name}_vnd") for name in BUCKETS]
    same = and_(*(amount == ledger.c[name] for name, amount in zip(BUCKETS, bank, strict=True)))
    columns: tuple[Any, ...] = (
        row.id, row.loan_id, Loan.contract_no, Loan.lender_id, Loan.group_id, row.on_day, is_newest_row(row),
        *(if_opened(sight, amount) for amount in bank), not_(is_opened(sight)), same,
        Reconciliation.id, Reconciliation.status, row.recorded_at, row.recorded_by_id, Account.username,
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(row)
        .join(Loan, Loan.id == row.loan_id)
        .join(ledger, true())
        .outerjoin(Reconciliation, Reconciliation.bank_balance_id == row.id)
        .outerjoin(Account, Account.id == row.recorded_by_id)
        .order_by(page.c.id.desc())
    )
