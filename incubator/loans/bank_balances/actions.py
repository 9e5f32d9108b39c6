"""Taking in a statement: all of its rows or none, in a few statements whatever their number."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import UNSET
from msgspec.structs import replace
from sqlalchemy import Text, any_, insert, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.audit import record_audit
from incubator.days import FIRST_DAY, civil_day, fault_of_day
from incubator.db import param
from incubator.errors import DomainError, FieldError, WrongFields
from incubator.ideas.models import check_day
from incubator.loans.access import record_reading, require_amounts_of_all
from incubator.loans.balances import balances_of
from incubator.loans.bank_balances.schemas import (
    BankResult,
    Statement,
    StatementOut,
    StatementRow,
    StatementRowOut,
)
from incubator.loans.contracts import contract_number
from incubator.loans.lenders.models import Lender
from incubator.loans.models import Loan
from incubator.loans.reconciliation.models import BankBalance, Difference, Reconciliation, ReconciliationStatus
from incubator.territory import shape_of, territory_values, within

Amounts = tuple[int, int, int]
"""Normal, overdue and frozen."""


class Compared(NamedTuple):
    """A row of the statement beside what we hold: its loan, the ledger, and the row that stood before."""

    row: StatementRow
    loan_id: UUID
    ledger: Amounts
    known: Amounts | None
    known_id: UUID | None
    found_id: UUID | None
    found_status: str | None

    @property
    def bank(self) -> Amounts:
        return self.row.normal_vnd, self.row.overdue_vnd, self.row.frozen_vnd

    @property
    def difference(self) -> Difference:
        return Difference(*(bank - ledger for bank, ledger in zip(self.bank, self.ledger, strict=True)))

    @property
    def is_known(self) -> bool:
        """The same row again. Not so where the ledger has moved away from it since, and no difference says so: then it
        is compared anew, for a difference stays visible until it is explained."""
        is_told = self.found_status not in {None, ReconciliationStatus.corrected}
        return self.known == self.bank and (self.difference.is_none or is_told)


def require_statement_writer(actor: Actor) -> None:
    """403 for who may write amounts nowhere."""
    actor.require(Permission.loans_manage)
    if actor.territory(Permission.loans_manage, sensitive=True).nowhere:
        raise DomainError("forbidden")


async def add_statement(session: AsyncSession, actor: Actor, data: Statement, *, now: datetime) -> StatementOut:
    """Keep each row that is new and compare it with the ledger. What is known already stays as it is."""
    require_statement_writer(actor)
    data = replace(data, rows=[replace(row, contract_no=contract_number(row.contract_no)) for row in data.rows])
    wrong = WrongFields(fault_of_day(data.on_day, "/on_day"))
    lender_id = await wrong.gather(_lender_of(session, data))
    loans = await _lock_loans(session, actor, data, lender_id) if lender_id else {}
    wrong.errors += _wrong_rows(data.rows, loans if lender_id else None)
    if wrong.errors or lender_id is None:
        raise DomainError("validation_failed", errors=wrong.errors)
    check_day(data.on_day, not_before=FIRST_DAY, today=civil_day(now))
    compared = await _compare(session, data, loans)
    new = [one for one in compared if not one.is_known]
    balances = await _add_balances(session, actor, new, data.on_day)
    found = await _add_differences(session, new, balances)
    counts = {"rows": len(compared), "new": len(new), "differ": len(found)}
    day = data.on_day.isoformat()
    record_audit(session, actor, "add", "bank_balance", None, lender_id=str(lender_id), on_day=day, **counts)
    await session.flush()
    rows = [_result(number, one, balances, found) for number, one in enumerate(compared)]
    known = len(compared) - len(new)
    return StatementOut(lender_id, data.on_day, len(new) - len(found), len(found), known, rows)


async def look_again(session: AsyncSession, actor: Actor, answer: bytes) -> None:
    """Before a statement's answer is given once more: 403 for who may no longer write amounts of all its loans."""
    rows = msgspec.json.decode(answer, type=StatementOut).rows
    await require_amounts_of_all(session, actor, Permission.loans_manage, {row.loan_id for row in rows})
    record_reading(session, actor, "bank_balance", None, repeated=True)


async def _lender_of(session: AsyncSession, data: Statement) -> UUID:
    """By id, by code, or by both where they agree."""
    sent = {"lender_id": data.lender_id, "lender_code": data.lender_code}
    named = [name for name, value in sent.items() if value is not UNSET]
    if not named:
        raise DomainError("validation_failed", errors=[FieldError(code="required", pointer="/lender_id")])
    columns = {"lender_id": Lender.id, "lender_code": Lender.code}
    lender_id = await session.scalar(select(Lender.id).where(*(columns[name] == sent[name] for name in named)))
    if lender_id is None:
        errors = [FieldError(code="not_found", pointer=f"/{name}") for name in named]
        raise DomainError("validation_failed", errors=errors)
    return lender_id


async def _lock_loans(session: AsyncSession, actor: Actor, data: Statement, lender_id: UUID) -> Mapping[str, UUID]:
    """The loans by contract where the actor may write amounts, in the order of their ids. No entry comes in between
    the comparison and what is said of it."""
    territory = actor.territory(Permission.loans_manage, sensitive=True)
    inside = within(shape_of(territory), "written", province=Loan.province_id, commune=Loan.locality_id)
    named = Loan.contract_no == any_(param("contract_nos", ARRAY(Text)))
    query = select(Loan.contract_no, Loan.id).where(Loan.lender_id == lender_id, named, inside).order_by(Loan.id)
    values = {"contract_nos": list({row.contract_no for row in data.rows}), **territory_values(territory, "written")}
    rows = await session.execute(query.with_for_update(key_share=True), values)
    return dict(rows.all())


def _wrong_rows(rows: list[StatementRow], loans: Mapping[str, UUID] | None) -> list[FieldError]:
    """All of them: contracts that come twice, and those that are no loan of the lender within the caller's reach."""
    errors, seen = [], set()
    for number, row in enumerate(rows):
        pointer = f"/rows/{number}/contract_no"
        if row.contract_no in seen:
            errors.append(FieldError(code="duplicate", pointer=pointer))
        elif loans is not None and row.contract_no not in loans:
            errors.append(FieldError(code="not_found", pointer=pointer))
        seen.add(row.contract_no)
    return errors


async def _compare(session: AsyncSession, data: Statement, loans: Mapping[str, UUID]) -> list[Compared]:
    held = await _held(session, list(loans.values()), data.on_day)
    return [Compared(row, loans[row.contract_no], *held[loans[row.contract_no]]) for row in data.rows]


async def _held(session: AsyncSession, loan_ids: list[UUID], day: date) -> dict[UUID, tuple[Any, ...]]:
    """Loan by loan the ledger at the end of the day, and the row that stands with the difference found by it."""
    b = BankBalance
    ledger = balances_of(Loan.id, day)
    newest = select(b.id, b.normal_vnd, b.overdue_vnd, b.frozen_vnd).where(b.loan_id == Loan.id, b.on_day == day)
    row = newest.order_by(b.id.desc()).limit(1).lateral()
    query = (
        select(
            Loan.id,
            *(ledger.c[name] for name in ("normal", "overdue", "frozen")),
            *row.c,
            Reconciliation.id,
            Reconciliation.status,
        )
        .select_from(Loan)
        .join(ledger, true())
        .outerjoin(row, true())
        .outerjoin(Reconciliation, Reconciliation.bank_balance_id == row.c.id)
        .where(Loan.id == any_(param("loan_ids", ARRAY(Loan.id.type))))
    )
    rows = await session.execute(query, {"loan_ids": loan_ids})
    return {
        loan_id: (tuple(values[:3]), tuple(values[4:7]) if values[3] else None, values[3], *values[7:])
        for loan_id, *values in rows
    }


async def _add_balances(session: AsyncSession, actor: Actor, new: list[Compared], day: date) -> Mapping[UUID, UUID]:
    """The ids of the new rows by loan."""
    if not new:
        return {}
    by = {"recorded_by_kind": actor.kind, "recorded_by_id": actor.id}
    rows = [
        {"loan_id": one.loan_id, "on_day": day, "normal_vnd": one.bank[0], "overdue_vnd": one.bank[1],
         "frozen_vnd": one.bank[2], **by} for one in new
    ]  # fmt: skip
    added = await session.execute(insert(BankBalance).returning(BankBalance.loan_id, BankBalance.id), rows)
    return dict(added.all())


async def _add_differences(
    session: AsyncSession, new: list[Compared], balances: Mapping[UUID, UUID]
) -> Mapping[UUID, UUID]:
    """The ids of the differences by loan."""
    rows = [
        {"bank_balance_id": balances[one.loan_id], "loan_id": one.loan_id, "d_normal": left.normal_vnd,
         "d_overdue": left.overdue_vnd, "d_frozen": left.frozen_vnd}
        for one in new if not (left := one.difference).is_none
    ]  # fmt: skip
    if not rows:
        return {}
    added = await session.execute(insert(Reconciliation).returning(Reconciliation.loan_id, Reconciliation.id), rows)
    return dict(added.all())


def _result(number: int, one: Compared, balances: Mapping[UUID, UUID], found: Mapping[UUID, UUID]) -> StatementRowOut:
    left = one.difference
    said = BankResult.agrees if left.is_none else BankResult.differs
    known_id = one.known_id if one.is_known else None
    return StatementRowOut(
        row=number, contract_no=one.row.contract_no, loan_id=one.loan_id,
        bank_balance_id=known_id or balances[one.loan_id], result=BankResult.known if known_id else said,
        d_normal_vnd=left.normal_vnd, d_overdue_vnd=left.overdue_vnd, d_frozen_vnd=left.frozen_vnd,
        reconciliation_id=one.found_id if known_id else found.get(one.loan_id),
    )  # fmt: skip
