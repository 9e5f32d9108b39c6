"""The ledger of a loan, as far as the loan is seen, and what new entries are held against."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, Select, Text, Uuid, and_, func, not_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_all, fetch_one, param, statement
from incubator.loans.ledger.models import LoanEntry
from incubator.loans.ledger.requests.queries import get_request
from incubator.loans.ledger.rules import NOTHING, Amounts
from incubator.loans.ledger.schemas import EntryOut, EntryQuery, LedgerBalancesOut, PostedOut
from incubator.loans.models import Loan
from incubator.loans.sight import Sight, if_opened, is_opened, is_seen, sight_of, sight_values
from incubator.paging import Listing, Order

NEWEST_FIRST = Order((LoanEntry.seq.expression,), descending=True)
Seq = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]

Days = dict[date, Amounts]


def list_entries(actor: Actor, loan_id: UUID, filters: EntryQuery) -> Listing[EntryOut]:
    """The last recorded first."""
    values = {
        "kind": filters.kind and filters.kind.value, "gte": filters.effective_on_gte, "lt": filters.effective_on_lt,
    }  # fmt: skip
    return Listing(
        name="loan_entries",
        query=_filtered,
        shape=(sight_of(actor), frozenset(name for name, value in values.items() if value is not None)),
        order=NEWEST_FIRST,
        values={**sight_values(actor), "loan_id": loan_id, **values},
        row=EntryOut,
        place=lambda entry: (entry.seq,),
        place_types=tuple[Seq],
    )


async def get_entry(reads: Reads, actor: Actor, loan_id: UUID, entry_id: UUID) -> EntryOut:
    """One row; 404 where the actor does not see its loan."""
    values = {**sight_values(actor), "loan_id": loan_id, "entry_id": entry_id}
    return await fetch_one(reads, _entry(sight_of(actor)), values, EntryOut)


async def get_ledger_balances(reads: Reads, actor: Actor, loan_id: UUID) -> LedgerBalancesOut:
    values = {**sight_values(actor), "loan_id": loan_id}
    return await fetch_one(reads, _balances(sight_of(actor)), values, LedgerBalancesOut)


async def get_posted(reads: Reads, actor: Actor, loan_id: UUID, posted_id: UUID) -> PostedOut:
    """A written entry, or the request for one that waits for a second person, and the loan after all that is
    written."""
    loan = await get_ledger_balances(reads, actor, loan_id)
    values = {**sight_values(actor), "loan_id": loan_id, "entry_id": posted_id}
    entry = next(iter(await fetch_all(reads, _entry(sight_of(actor)), values, EntryOut)), None)
    request = None if entry else await get_request(reads, actor, posted_id)
    return PostedOut(posted_id, entry, request, loan)


async def changes_since(reads: Reads, since: Mapping[UUID, date]) -> dict[UUID, Days]:
    """Of each loan what its ledger changed on each day, from the day on that is given for it."""
    values = {"loan_ids": list(since), "days": list(since.values())}
    found: dict[UUID, Days] = {loan_id: {} for loan_id in since}
    await fetch_all(reads, _changes(), values, _put_into(found))
    return found


@statement
def _entry(sight: Sight) -> Select[Any]:
    return _entries(sight).where(LoanEntry.id == param("entry_id", Uuid))


@statement
def _balances(sight: Sight) -> Select[Any]:
    outstanding = Loan.normal_vnd + Loan.overdue_vnd + Loan.frozen_vnd
    amounts = (
        Loan.approved_vnd, Loan.disbursed_vnd, Loan.normal_vnd, Loan.overdue_vnd, Loan.frozen_vnd, outstanding,
        Loan.written_off_vnd,
    )  # fmt: skip
    columns = (Loan.id, Loan.version, Loan.status, not_(is_opened(sight)), *(if_opened(sight, vnd) for vnd in amounts))
    return select(*columns).where(is_seen(sight), Loan.id == param("loan_id", Uuid))


@statement
def _changes() -> AnySelect:
    named = func.unnest(param("loan_ids", ARRAY(Uuid)), param("days", ARRAY(Date)))
    asked = named.table_valued("loan_id", "since", name="asked").render_derived()
    e = LoanEntry
    later = and_(e.loan_id == asked.c.loan_id, e.effective_on >= asked.c.since)
    return select(e.loan_id, e.effective_on, e.d_normal, e.d_overdue, e.d_frozen).join(asked, later)


def _filtered(sight: Sight, given: frozenset[str]) -> Select[Any]:
    conditions: dict[str, ColumnElement[bool]] = {
        "kind": LoanEntry.kind == param("kind", Text),
        "gte": LoanEntry.effective_on >= param("gte", Date),
        "lt": LoanEntry.effective_on < param("lt", Date),
    }
    return _entries(sight).where(*(condition for name, condition in conditions.items() if name in given))


def _entries(sight: Sight) -> Select[Any]:
    e, reversal = LoanEntry, aliased(LoanEntry)
    amounts = (if_opened(sight, column) for column in (e.d_normal, e.d_overdue, e.d_frozen, e.interest_vnd))
    columns: tuple[Any, ...] = (
        e.id, e.loan_id, e.seq, e.kind, e.counts_as, e.effective_on, e.recorded_at, not_(is_opened(sight)), *amounts,
        e.reverses_id, reversal.id, if_opened(sight, e.reason), e.source, e.recorded_by_id, Account.username,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Loan, Loan.id == e.loan_id)
        .outerjoin(reversal, reversal.reverses_id == e.id)
        .outerjoin(Account, Account.id == e.recorded_by_id)
        .where(is_seen(sight), e.loan_id == param("loan_id", Uuid))
    )


def _put_into(found: dict[UUID, Days]) -> Callable[..., None]:
    def put(loan_id: UUID, day: date, *amounts: int) -> None:
        days = found[loan_id]
        days[day] = days.get(day, NOTHING).plus(Amounts(*amounts))

    return put
