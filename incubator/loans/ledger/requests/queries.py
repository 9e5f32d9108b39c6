"""The requests for entries, as far as their loans are seen."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, not_, select
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.loans.ledger.models import EntryRequest
from incubator.loans.ledger.requests.schemas import EntryRequestOut, EntryRequestQuery
from incubator.loans.models import Loan
from incubator.loans.sight import Sight, if_opened, is_opened, is_seen, sight_of, sight_values
from incubator.paging import Listing, Order

NEWEST_FIRST = Order((EntryRequest.id.expression,), descending=True)


def list_requests(actor: Actor, filters: EntryRequestQuery) -> Listing[EntryRequestOut]:
    """Newest first."""
    return Listing(
        name="entry_requests",
        query=_filtered,
        shape=(sight_of(actor), filters.status is not None, filters.loan_id is not None),
        order=NEWEST_FIRST,
        values={
            **sight_values(actor), "status": filters.status and filters.status.value, "loan_id": filters.loan_id,
        },
        row=EntryRequestOut,
    )  # fmt: skip


async def get_request(reads: Reads, actor: Actor, request_id: UUID) -> EntryRequestOut:
    """404 where the actor does not see its loan."""
    values = {**sight_values(actor), "request_id": request_id}
    return await fetch_one(reads, _request(sight_of(actor)), values, EntryRequestOut)


async def loan_of_request(reads: Reads, actor: Actor, request_id: UUID) -> UUID:
    """The loan, which has to be locked before its request."""
    values = {**sight_values(actor), "request_id": request_id}
    return await fetch_one(reads, _loan(sight_of(actor)), values, lambda loan_id: loan_id)


@statement
def _request(sight: Sight) -> Select[Any]:
    return _requests(sight).where(EntryRequest.id == param("request_id", Uuid))


@statement
def _loan(sight: Sight) -> Select[Any]:
    seen = select(EntryRequest.loan_id).join(Loan, Loan.id == EntryRequest.loan_id).where(is_seen(sight))
    return seen.where(EntryRequest.id == param("request_id", Uuid))


def _filtered(sight: Sight, by_status: bool, by_loan: bool) -> Select[Any]:
    query = _requests(sight)
    if by_status:
        query = query.where(EntryRequest.status == param("status", Text))
    return query.where(EntryRequest.loan_id == param("loan_id", Uuid)) if by_loan else query


def _requests(sight: Sight) -> Select[Any]:
    r, requester, decider = EntryRequest, aliased(Account), aliased(Account)
    amounts = (if_opened(sight, column) for column in (r.d_normal, r.d_overdue, r.d_frozen, r.interest_vnd))
    columns: tuple[Any, ...] = (
        r.id, r.version, r.loan_id, Loan.contract_no, r.kind, r.effective_on, not_(is_opened(sight)), *amounts,
        r.reverses_id, if_opened(sight, r.reason), r.status, r.requested_by, requester.username, r.requested_at,
        r.decided_by, decider.username, r.decided_at, if_opened(sight, r.decision_note), r.entry_id,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Loan, Loan.id == r.loan_id)
        .join(requester, requester.id == r.requested_by)
        .outerjoin(decider, decider.id == r.decided_by)
        .where(is_seen(sight))
    )
