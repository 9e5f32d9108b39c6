"""Entering what happened: written at once, or asked for where it needs a second person; and what that one does."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.db import SessionReads
from incubator.errors import DomainError
from incubator.loans.access import lock_loan_to_write
from incubator.loans.ledger.actions import check_entry, posting_of, reversal_of, write_entry
from incubator.loans.ledger.models import (
    NEED_TWO,
    EntryKind,
    EntryRequest,
    EntryRequestAction,
    EntryRequestStatus,
)
from incubator.loans.ledger.requests.queries import loan_of_request
from incubator.loans.ledger.rules import Amounts, Posting
from incubator.loans.ledger.schemas import EntryCreate
from incubator.loans.models import Loan


async def enter_or_request(
    session: AsyncSession, actor: Actor, loan_id: UUID, data: EntryCreate, *, now: datetime
) -> UUID:
    """Write an entry, or ask for it where a second person approves it: the id of the one or of the other. What could
    not be written now is not asked for either."""
    loan = await lock_loan_to_write(session, actor, loan_id, Permission.loans_manage)
    posting = await posting_of(session, loan, data)
    await check_entry(session, loan, posting, now=now)
    if posting.counts_as in NEED_TWO:
        return await _request(session, actor, loan, posting, now=now)
    return await write_entry(session, actor, loan, posting)


async def approve_entry(
    session: AsyncSession, actor: Actor, request_id: UUID, note: str | None, if_match: IfMatch, *, now: datetime
) -> UUID:
    """Write the entry, if it can still be written."""
    loan, request = await _lock(session, actor, request_id, EntryRequestAction.approve, if_match)
    posting = await _posting_of(session, loan, request)
    await check_entry(session, loan, posting, now=now)
    entry_id = await write_entry(session, actor, loan, posting)
    request.end(EntryRequestAction.approve, actor.id, note, now=now, entry_id=entry_id)
    return await _ended(session, actor, request, EntryRequestAction.approve)


async def refuse_entry(
    session: AsyncSession, actor: Actor, request_id: UUID, note: str, if_match: IfMatch, *, now: datetime
) -> UUID:
    _, request = await _lock(session, actor, request_id, EntryRequestAction.refuse, if_match)
    request.end(EntryRequestAction.refuse, actor.id, note, now=now)
    return await _ended(session, actor, request, EntryRequestAction.refuse)


async def withdraw_entry(
    session: AsyncSession, actor: Actor, request_id: UUID, note: str | None, if_match: IfMatch, *, now: datetime
) -> UUID:
    _, request = await _lock(session, actor, request_id, EntryRequestAction.withdraw, if_match)
    request.end(EntryRequestAction.withdraw, actor.id, note, now=now)
    return await _ended(session, actor, request, EntryRequestAction.withdraw)


async def _request(session: AsyncSession, actor: Actor, loan: Loan, posting: Posting, *, now: datetime) -> UUID:
    if posting.reverses_id is not None:
        await _refuse_second_request(session, posting.reverses_id)
    request = EntryRequest(
        loan_id=loan.id, kind=posting.kind.value, effective_on=posting.effective_on, d_normal=posting.change.normal,
        d_overdue=posting.change.overdue, d_frozen=posting.change.frozen, interest_vnd=posting.interest_vnd,
        reverses_id=posting.reverses_id, reason=posting.reason, status=EntryRequestStatus.open.value,
        requested_by=actor.id, requested_at=now,
    )  # fmt: skip
    session.add(request)
    await session.flush()
    record_audit(session, actor, "request", "loan_entry_request", request.id, loan_id=str(loan.id), kind=request.kind)
    await session.flush()
    return request.id


async def _lock(
    session: AsyncSession, actor: Actor, request_id: UUID, action: EntryRequestAction, if_match: IfMatch
) -> tuple[Loan, EntryRequest]:
    """The loan first, as whoever writes an entry does. The person is asked (403) before the version (412) and the
    status (409): reading the request again makes nobody the right one."""
    loan_id = await loan_of_request(SessionReads(session), actor, request_id)
    loan = await lock_loan_to_write(session, actor, loan_id, _PERMISSIONS[action])
    request = await session.get_one(EntryRequest, request_id, with_for_update=True)
    request.require_person(action, actor.id)
    if_match.check(request.version)
    request.require_open(action)
    return loan, request


async def _ended(session: AsyncSession, actor: Actor, request: EntryRequest, action: EntryRequestAction) -> UUID:
    record_audit(session, actor, action.value, "loan_entry_request", request.id, loan_id=str(request.loan_id))
    await session.flush()
    return request.id


async def _posting_of(session: AsyncSession, loan: Loan, request: EntryRequest) -> Posting:
    if request.reverses_id is not None:
        return await reversal_of(session, loan, request.reverses_id, request.reason)
    kind = EntryKind(request.kind)
    change = Amounts(request.d_normal, request.d_overdue, request.d_frozen)
    return Posting(
        kind=kind, counts_as=kind, effective_on=request.effective_on, change=change,
        interest_vnd=request.interest_vnd, reason=request.reason,
    )  # fmt: skip


async def _refuse_second_request(session: AsyncSession, entry_id: UUID) -> None:
    """Of one entry one reversal waits at most."""
    is_open = EntryRequest.status == EntryRequestStatus.open.value
    if await session.scalar(select(EntryRequest.id).where(EntryRequest.reverses_id == entry_id, is_open)):
        raise DomainError("duplicate")


_PERMISSIONS = {
    EntryRequestAction.approve: Permission.loans_approve,
    EntryRequestAction.refuse: Permission.loans_approve,
    EntryRequestAction.withdraw: Permission.loans_manage,
}
