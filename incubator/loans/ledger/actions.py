"""Writing entries. Only here signs are made, and only here a row of the ledger is."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import SessionReads
from incubator.errors import broken_rule, wrong_field
from incubator.loans.ledger.models import EntryKind, EntrySource, LoanEntry
from incubator.loans.ledger.queries import changes_since
from incubator.loans.ledger.rules import (
    ALREADY_REVERSED,
    REVERSAL_OF_AN_ENTRY,
    Amounts,
    Books,
    Posting,
    check_posting,
)
from incubator.loans.ledger.schemas import (
    Adjustment,
    Disbursement,
    EntryCreate,
    Freeze,
    OverdueCure,
    OverdueTransfer,
    PlainEntry,
    Repayment,
    Reversal,
    Unfreeze,
    WriteOff,
)
from incubator.loans.models import Loan


async def check_entry(session: AsyncSession, loan: Loan, posting: Posting, *, now: datetime) -> None:
    """Refuse what the ledger of a loan that is locked cannot take now."""
    check_posting(await books_of(session, loan, posting.effective_on), posting, today=civil_day(now))


async def posting_of(session: AsyncSession, loan: Loan, data: EntryCreate) -> Posting:
    """What is to be written, with its signs; for a reversal the negation of what it reverses."""
    if isinstance(data, Reversal):
        return await reversal_of(session, loan, data.reverses_id, data.reason)
    return signed(data)


def signed(data: PlainEntry | WriteOff | Adjustment) -> Posting:
    """The one place where the positive numbers of the API get the signs of the ledger."""
    match data:
        case Disbursement(amount_vnd=vnd):
            change = Amounts(normal=vnd)
        case (
            Repayment(normal_vnd=normal, overdue_vnd=overdue, frozen_vnd=frozen)
            | WriteOff(normal_vnd=normal, overdue_vnd=overdue, frozen_vnd=frozen)
        ):
            change = Amounts(-normal, -overdue, -frozen)
        case OverdueTransfer(amount_vnd=vnd):
            change = Amounts(normal=-vnd, overdue=vnd)
        case OverdueCure(amount_vnd=vnd):
            change = Amounts(normal=vnd, overdue=-vnd)
        case Freeze(from_normal_vnd=normal, from_overdue_vnd=overdue):
            change = Amounts(-normal, -overdue, normal + overdue)
        case Unfreeze(to_normal_vnd=normal, to_overdue_vnd=overdue):
            change = Amounts(normal, overdue, -normal - overdue)
        case Adjustment(normal_vnd=normal, overdue_vnd=overdue, frozen_vnd=frozen):
            change = Amounts(normal, overdue, frozen)
    kind = EntryKind(str(data.__struct_config__.tag))
    return Posting(
        kind=kind, counts_as=kind, effective_on=data.effective_on, change=change,
        interest_vnd=getattr(data, "interest_vnd", 0), reason=getattr(data, "reason", None),
    )  # fmt: skip


async def reversal_of(session: AsyncSession, loan: Loan, entry_id: UUID, reason: str) -> Posting:
    """The database fills in the same; here it is needed to see whether the balances allow it."""
    wanted = select(LoanEntry).where(LoanEntry.id == entry_id, LoanEntry.loan_id == loan.id)
    entry = await session.scalar(wanted)
    if entry is None:
        raise wrong_field("/reverses_id", "not_found")
    if entry.kind == EntryKind.reversal:
        raise broken_rule(REVERSAL_OF_AN_ENTRY)
    by_id = await session.scalar(select(LoanEntry.id).where(LoanEntry.reverses_id == entry.id))
    if by_id is not None:
        raise broken_rule(ALREADY_REVERSED, by_id=str(by_id))
    return Posting(
        kind=EntryKind.reversal, counts_as=EntryKind(entry.counts_as), effective_on=entry.effective_on,
        change=Amounts(-entry.d_normal, -entry.d_overdue, -entry.d_frozen), interest_vnd=-entry.interest_vnd,
        reverses_id=entry.id, reason=reason,
    )  # fmt: skip


async def books_of(session: AsyncSession, loan: Loan, since: date) -> Books:
    """Of a loan that is locked."""
    days = (await changes_since(SessionReads(session), {loan.id: since}))[loan.id]
    return books(loan, days)


def books(loan: Any, days: dict[date, Amounts]) -> Books:
    """Of a row with the columns of a loan. What is left today without these days is what was there before them."""
    opening = Amounts(loan.normal_vnd, loan.overdue_vnd, loan.frozen_vnd)
    for change in days.values():
        opening = opening.minus(change)
    return Books(
        approved_vnd=loan.approved_vnd, approved_on=loan.approved_on, is_cancelled=loan.cancelled_on is not None,
        disbursed_vnd=loan.disbursed_vnd, opening=opening, days=days,
    )  # fmt: skip


async def write_entry(session: AsyncSession, actor: Actor, loan: Loan, posting: Posting) -> UUID:
    """The next row of a loan that is locked. The database adds it to the sums of the loan, so what the session knows
    of the loan is forgotten."""
    loan_id = loan.id
    entry = LoanEntry(
        loan_id=loan_id, seq=loan.last_seq + 1, kind=posting.kind.value, counts_as=posting.counts_as.value,
        effective_on=posting.effective_on, d_normal=posting.change.normal, d_overdue=posting.change.overdue,
        d_frozen=posting.change.frozen, interest_vnd=posting.interest_vnd, reverses_id=posting.reverses_id,
        reason=posting.reason, source=EntrySource.typed.value, recorded_by_kind=actor.kind, recorded_by_id=actor.id,
    )  # fmt: skip
    session.add(entry)
    await session.flush()
    session.expire(loan)
    record_audit(session, actor, "enter", "loan_entry", entry.id, loan_id=str(loan_id), kind=posting.kind.value)
    await session.flush()
    return entry.id
