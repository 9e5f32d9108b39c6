"""Which rows of statements stand, what they differ by from the ledger, and the differences that were found."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    ScalarSelect,
    Select,
    Text,
    Uuid,
    and_,
    exists,
    func,
    not_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor, Permission
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.loans.asked import was_known
from incubator.loans.balances import balances_of
from incubator.loans.models import Loan
from incubator.loans.reconciliation.models import (
    BankBalance,
    Difference,
    Reconciliation,
    ReconciliationMove,
    ReconciliationStatus,
    actions_from,
)
from incubator.loans.reconciliation.schemas import (
    ReconciliationOut,
    ReconciliationQuery,
    ReconciliationRow,
    ReconciliationTransitionOut,
)
from incubator.loans.sight import Sight, if_opened, is_opened, is_seen, sight_of, sight_values
from incubator.localities.models import Locality
from incubator.paging import Listing, Order, SmallNumber

NEWEST_FIRST = Order((Reconciliation.id.expression,), descending=True)
IN_ORDER = Order((ReconciliationMove.number.expression,))
BUCKETS = ("normal", "overdue", "frozen")


def is_newest_row(balance: Any = BankBalance) -> ColumnElement[bool]:
    """Whether no newer row of a statement speaks of the same loan and day."""
    newer = aliased(BankBalance)
    same = and_(newer.loan_id == balance.loan_id, newer.on_day == balance.on_day)
    return not_(exists().where(same, newer.id > balance.id))


def is_reconciled(balance_id: Any, *, known: bool = False) -> ColumnElement[bool]:
    """Whether the row agreed with the ledger when it came in, or what it differed by is explained or corrected. With
    `known`, as of the parameter `known_at`."""
    found = aliased(Reconciliation)
    status = _status_known(found.id) if known else found.status
    is_open = status == ReconciliationStatus.open.value
    return not_(exists().where(found.bank_balance_id == balance_id, is_open))


def newest_balance(loan_id: Any, as_of: Any, *, known: bool = False) -> ScalarSelect[UUID]:
    """The id of the row that a loan is reconciled by: that of the last day up to `as_of`, which stands; or null. With
    `known`, rows that were recorded after the parameter `known_at` are not there yet."""
    row = aliased(BankBalance)
    rows = select(row.id).where(row.loan_id == loan_id, row.on_day <= as_of, was_known(row.recorded_at, known))
    return rows.order_by(row.on_day.desc(), row.id.desc()).limit(1).scalar_subquery()


def list_reconciliations(actor: Actor, filters: ReconciliationQuery) -> Listing[ReconciliationRow]:
    """Newest first."""
    values = _filter_values(filters)
    given = frozenset(name for name, value in values.items() if value is not None)
    return Listing(
        name="reconciliations",
        query=_filtered,
        shape=(sight_of(actor), given, filters.standing),
        order=NEWEST_FIRST,
        values={**sight_values(actor), **values},
        row=ReconciliationRow,
        show=_in_list,
    )


async def get_reconciliation(reads: Reads, actor: Actor, reconciliation_id: UUID) -> ReconciliationOut:
    """One difference; 404 where the actor does not see its loan."""
    values = {**sight_values(actor), "reconciliation_id": reconciliation_id}
    return await fetch_one(reads, _one(sight_of(actor)), values, _reconciliation_out(actor))


async def difference_left(reads: Reads, balance_id: UUID) -> Difference:
    """Bank minus ledger now, whoever asks."""
    return await fetch_one(reads, _left(), {"balance_id": balance_id}, Difference)


async def require_reconciliation(reads: Reads, actor: Actor, reconciliation_id: UUID) -> None:
    """404 where the actor does not see the loan."""
    values = {**sight_values(actor), "reconciliation_id": reconciliation_id}
    await fetch_one(reads, _is_seen(sight_of(actor)), values, lambda one: one)


def list_transitions(actor: Actor, reconciliation_id: UUID) -> Listing[ReconciliationTransitionOut]:
    """Oldest first."""
    return Listing(
        name="reconciliation_transitions",
        query=_transitions,
        shape=(sight_of(actor),),
        order=IN_ORDER,
        values={**sight_values(actor), "reconciliation_id": reconciliation_id},
        row=ReconciliationTransitionOut,
        place=lambda row: (row.number,),
        place_types=tuple[SmallNumber],
    )


def conditions() -> dict[str, ColumnElement[bool]]:
    """Filter by filter what it asks of a difference, its loan and the row of the statement."""
    commune = select(Locality.id).where(Locality.code == param("locality_code", Text), Locality.valid_to.is_(None))
    return {
        "status": Reconciliation.status == param("status", Text),
        "loan_id": Reconciliation.loan_id == param("loan_id", Uuid),
        "group_id": Loan.group_id == param("group_id", Uuid),
        "lender_id": Loan.lender_id == param("lender_id", Uuid),
        "on_day": BankBalance.on_day == param("on_day", Date),
        "locality_code": Loan.locality_id == commune.scalar_subquery(),
    }


@statement
def _one(sight: Sight) -> AnySelect:
    bank = tuple(if_opened(sight, getattr(BankBalance, f"{name}_vnd")) for name in BUCKETS)
    query = _columns(sight, Reconciliation).add_columns(Loan.province_id, Loan.locality_id, *bank)
    return query.where(is_seen(sight), Reconciliation.id == param("reconciliation_id", Uuid))


@statement
def _is_seen(sight: Sight) -> AnySelect:
    seen = select(Reconciliation.id).join(Loan, Loan.id == Reconciliation.loan_id)
    return seen.where(is_seen(sight), Reconciliation.id == param("reconciliation_id", Uuid))


def _transitions(sight: Sight) -> AnySelect:
    m = ReconciliationMove
    columns: tuple[Any, ...] = (
        m.id, m.number, m.action, m.from_status, m.to_status, m.cause, if_opened(sight, m.note),
        not_(is_opened(sight)), m.recorded_at, m.actor_id, Account.username,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Reconciliation, Reconciliation.id == m.reconciliation_id)
        .join(Loan, Loan.id == Reconciliation.loan_id)
        .outerjoin(Account, Account.id == m.actor_id)
        .where(is_seen(sight), m.reconciliation_id == param("reconciliation_id", Uuid))
    )


def _status_known(reconciliation_id: Any) -> ColumnElement[str]:
    """The status after the last move that was recorded by the parameter `known_at`."""
    m = aliased(ReconciliationMove)
    moves = select(m.to_status).where(m.reconciliation_id == reconciliation_id, was_known(m.recorded_at, True))
    last = moves.order_by(m.number.desc()).limit(1).correlate_except(m).scalar_subquery()
    return func.coalesce(last, ReconciliationStatus.open.value)


@statement
def _left() -> AnySelect:
    ledger = balances_of(BankBalance.loan_id, BankBalance.on_day)
    left = select(*_differences(ledger)).select_from(BankBalance).join(ledger, true())
    return left.where(BankBalance.id == param("balance_id", Uuid))


def _filtered(sight: Sight, given: frozenset[str], standing: bool) -> AnySelect:
    asked = [condition for name, condition in conditions().items() if name in given]
    query: AnySelect = (
        select(Reconciliation)
        .join(Loan, Loan.id == Reconciliation.loan_id)
        .join(BankBalance, BankBalance.id == Reconciliation.bank_balance_id)
        .where(is_seen(sight), *asked)
    )
    return query.where(is_newest_row()) if standing else query


def _filter_values(filters: ReconciliationQuery) -> dict[str, Any]:
    return {
        "status": filters.status and filters.status.value,
        **{name: getattr(filters, name) for name in ("loan_id", "group_id", "lender_id", "on_day", "locality_code")},
    }


def _in_list(cut: AnySelect, sight: Sight, *_: Any) -> AnySelect:
    """The page is cut out before its rows are joined with what they show, and compared with the ledger."""
    page = cut.subquery("page")
    return _columns(sight, aliased(Reconciliation, page)).order_by(page.c.id.desc())


def _columns(sight: Sight, row: type[Reconciliation]) -> Select[Any]:
    settler, ledger = aliased(Account), balances_of(BankBalance.loan_id, BankBalance.on_day)
    left = _differences(ledger)
    found = tuple(getattr(row, f"d_{name}") for name in BUCKETS)
    columns: tuple[Any, ...] = (
        row.id, row.version, row.loan_id, Loan.contract_no, Loan.lender_id, Loan.group_id, Locality.code,
        row.bank_balance_id, BankBalance.on_day, row.status, is_newest_row(), and_(*(one == 0 for one in left)),
        *(if_opened(sight, amount) for amount in (*found, *left)), not_(is_opened(sight)),
        row.cause, if_opened(sight, row.note), row.settled_by, settler.username, row.settled_at, row.created_at,
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(row)
        .join(Loan, Loan.id == row.loan_id)
        .join(Locality, Locality.id == Loan.locality_id)
        .join(BankBalance, BankBalance.id == row.bank_balance_id)
        .join(ledger, true())
        .outerjoin(settler, settler.id == row.settled_by)
    )


def _differences(ledger: FromClause) -> tuple[ColumnElement[int], ...]:
    return tuple(getattr(BankBalance, f"{name}_vnd") - ledger.c[name] for name in BUCKETS)


def _reconciliation_out(actor: Actor) -> Callable[..., ReconciliationOut]:
    """The reader of one row for one actor. Nobody moves what a newer row replaced."""

    def out(*row: Any) -> ReconciliationOut:
        *fields, province_id, commune_id, normal, overdue, frozen = row
        shown = ReconciliationRow(*fields)
        may = actor.territory(Permission.loans_manage, sensitive=True).covers(province_id, commune_id)
        allowed = actions_from(shown.status) if may and shown.is_standing else []
        return ReconciliationOut(*(*fields, normal, overdue, frozen, allowed))

    return out
