"""What a batch asks of the database: its loans, locked, and which of its rows are there already. Never row by row."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import Text, Uuid, and_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, fetch_all, param, statement
from incubator.loans.ledger.models import LoanEntry
from incubator.loans.lenders.models import Lender
from incubator.loans.models import Loan
from incubator.loans.sight import Sight, is_seen, sight_of, sight_values

Contract = tuple[str, str]
"""The code of a lender and its number of a contract."""

Key = tuple[UUID, str]
"""A loan and the key of a row in it."""


class LockedLoan(msgspec.Struct, frozen=True):
    """What entries are held against, of a loan that is locked."""

    lender_code: str
    contract_no: str
    id: UUID
    province_id: UUID
    locality_id: UUID
    approved_vnd: int
    approved_on: date
    cancelled_on: date | None
    disbursed_vnd: int
    normal_vnd: int
    overdue_vnd: int
    frozen_vnd: int
    last_seq: int


async def lock_loans(reads: Reads, actor: Actor, contracts: Collection[Contract]) -> Mapping[Contract, LockedLoan]:
    """Those that the actor sees, locked to the end of the transaction in the order of their ids."""
    lenders, numbers = [lender for lender, _ in contracts], [number for _, number in contracts]
    values = {**sight_values(actor), "lenders": lenders, "numbers": numbers}
    loans = await fetch_all(reads, _locked(sight_of(actor)), values, LockedLoan)
    return {(loan.lender_code, loan.contract_no): loan for loan in loans}


async def known_rows(reads: Reads, keys: Sequence[Key]) -> Mapping[Key, UUID]:
    """The entries that some of the rows are already."""
    values = {"loan_ids": [loan_id for loan_id, _ in keys], "row_keys": [row_key for _, row_key in keys]}
    return {(loan_id, row_key): entry_id for loan_id, row_key, entry_id in await reads.rows(_known(), values)}


@statement
def _locked(sight: Sight) -> AnySelect:
    named = func.unnest(param("lenders", ARRAY(Text)), param("numbers", ARRAY(Text)))
    asked = named.table_valued("lender_code", "contract_no", name="asked").render_derived()
    return (
        select(
            Lender.code, Loan.contract_no, Loan.id, Loan.province_id, Loan.locality_id, Loan.approved_vnd,
            Loan.approved_on, Loan.cancelled_on, Loan.disbursed_vnd, Loan.normal_vnd, Loan.overdue_vnd,
            Loan.frozen_vnd, Loan.last_seq,
        )
        .join(Lender, Lender.id == Loan.lender_id)
        .join(asked, and_(Lender.code == asked.c.lender_code, Loan.contract_no == asked.c.contract_no))
        .where(is_seen(sight))
        .order_by(Loan.id)
        .with_for_update(of=Loan)
    )  # fmt: skip


@statement
def _known() -> AnySelect:
    named = func.unnest(param("loan_ids", ARRAY(Uuid)), param("row_keys", ARRAY(Text)))
    asked = named.table_valued("loan_id", "row_key", name="asked").render_derived()
    e = LoanEntry
    same = and_(e.loan_id == asked.c.loan_id, e.row_key == asked.c.row_key)
    return select(e.loan_id, e.row_key, e.id).join(asked, same)
