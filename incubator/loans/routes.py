"""`/v1/loans`. Schedules, entries, interest and inspections of a loan have their own routes."""

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post, put
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST, Requires
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.days import civil_day
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.loans import actions, rates
from incubator.loans.access import record_reading
from incubator.loans.asked import check_times
from incubator.loans.queries import get_loan, list_loan_rates, list_loans, require_loan
from incubator.loans.readings import record_list, repeated
from incubator.loans.schemas import (
    LoanCancellation,
    LoanCreate,
    LoanMomentQuery,
    LoanOut,
    LoanPatch,
    LoanQuery,
    LoanRateOut,
    LoanRatePut,
    LoanRow,
)
from incubator.paging import Page, PageQuery

READ = Requires(Permission.loans_read)
MANAGE = Requires(Permission.loans_manage)


@get("/", operation_id="listLoans", guards=[READ], dependencies={"filters": Query(LoanQuery)}, opt=LIST)
async def loans(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[LoanQuery],
) -> Response[Page[LoanRow]]:
    """List loans, newest first. Amounts are for grants that open sensitive fields; each look is recorded."""
    record_list(session, actor, "loan", filters)
    return await listed(request, reads, list_loans(actor, filters), filters)


@post("/", operation_id="addLoan", guards=[MANAGE])
async def add_loan(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[LoanCreate],
) -> Response[LoanOut]:
    """Enter a loan as the lender granted it, from an approved application or by itself. What is unusual is accepted
    and named in `warnings`, because the lender's figures win."""
    show = partial(get_loan, SessionReads(session), actor, today=civil_day(now))
    act, again = partial(actions.add_loan, session, actor, data, now=now), repeated(session, actor, "loan")
    return await once(act, show, at="/v1/loans/{id}", seen_again=again)


@get("/{loan_id:uuid}", operation_id="getLoan", guards=[READ], dependencies={"filters": Query(LoanMomentQuery)})
async def read_loan(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    now: Given[datetime],
    filters: Given[LoanMomentQuery],
    loan_id: FromPath[UUID],
) -> Response[LoanOut]:
    """Read one loan with its sums and the rate in force: of today, as of a day, or as it was known at a moment."""
    today = civil_day(now)
    check_times(filters.as_of, filters.known_at, today=today, now=now)
    loan = await get_loan(reads, actor, loan_id, today=today, asked=filters)
    record_reading(session, actor, "loan", loan.id)
    return resource(request, loan)


@patch("/{loan_id:uuid}", operation_id="editLoan", guards=[MANAGE])
async def edit_loan(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    loan_id: FromPath[UUID],
    data: JSONBody[LoanPatch],
) -> Response[LoanOut]:
    """Correct what is known of a loan's contract by a JSON merge patch."""
    await actions.edit_loan(session, actor, loan_id, data, if_match, now=now)
    return resource(request, await get_loan(SessionReads(session), actor, loan_id, today=civil_day(now)))


@post("/{loan_id:uuid}/cancellation", operation_id="cancelLoan", guards=[MANAGE], status_code=200)
async def cancel_loan(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    if_match: Given[IfMatch],
    loan_id: FromPath[UUID],
    data: JSONBody[LoanCancellation],
) -> Response[LoanOut]:
    """Cancel a loan of which nothing is paid out. That is final."""
    act = partial(actions.cancel_loan, session, actor, loan_id, data, if_match, now=now)
    show = partial(get_loan, SessionReads(session), actor, today=civil_day(now))
    return await once(act, show, status=200, seen_again=repeated(session, actor, "loan"))


@get(
    "/{loan_id:uuid}/rates",
    operation_id="listLoanRates",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def own_rates(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[PageQuery],
    loan_id: FromPath[UUID],
) -> Response[Page[LoanRateOut]]:
    """List a loan's own rates, the latest first. Where it has none, it goes by the rates of its programme."""
    await require_loan(reads, actor, loan_id)
    record_reading(session, actor, "loan", loan_id, list="loan_rates")
    return await listed(request, reads, list_loan_rates(actor, loan_id), filters)


@put("/{loan_id:uuid}/rates/{from_on:date}", operation_id="setLoanRate", guards=[MANAGE])
async def set_rate(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    loan_id: FromPath[UUID],
    from_on: FromPath[date],
    data: JSONBody[LoanRatePut],
) -> Response[LoanOut]:
    """Say which rate the loan has from a day on; the day may lie ahead. The same once more changes nothing. If-Match
    is that of the loan."""
    await rates.put_rate(session, actor, loan_id, from_on, data, if_match)
    return resource(request, await get_loan(SessionReads(session), actor, loan_id, today=civil_day(now)))


@delete("/{loan_id:uuid}/rates/{from_on:date}", operation_id="removeLoanRate", guards=[MANAGE])
async def remove_rate(
    session: Given[AsyncSession],
    actor: Given[Actor],
    if_match: Given[IfMatch],
    loan_id: FromPath[UUID],
    from_on: FromPath[date],
) -> None:
    """Take a rate of the loan back that was entered by mistake. If-Match is that of the loan."""
    await rates.remove_rate(session, actor, loan_id, from_on, if_match)


loan_handlers = [loans, add_loan, read_loan, edit_loan, cancel_loan, own_rates, set_rate, remove_rate]
