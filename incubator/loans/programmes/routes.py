"""`/v1/loan-programmes`."""

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch, listed, resource
from incubator.api.entry import LIST
from incubator.api.given import FromPath, Given, JSONBody
from incubator.api.query import Query
from incubator.days import civil_day
from incubator.db import Reads, SessionReads
from incubator.idempotency import Once
from incubator.loans.lenders.routes import MANAGE, READ
from incubator.loans.programmes import actions
from incubator.loans.programmes.queries import (
    get_loan_programme,
    list_loan_programmes,
    list_programme_rates,
    require_loan_programme,
)
from incubator.loans.programmes.schemas import (
    LoanProgrammeCreate,
    LoanProgrammeOut,
    LoanProgrammePatch,
    LoanProgrammeQuery,
    LoanProgrammeRateOut,
    LoanProgrammeRatePut,
    LoanProgrammeRow,
)
from incubator.paging import Page, PageQuery


@get(
    "/", operation_id="listLoanProgrammes", guards=[READ], dependencies={"filters": Query(LoanProgrammeQuery)}, opt=LIST
)
async def loan_programmes(
    request: Request[Any, Any, Any], reads: Given[Reads], now: Given[datetime], filters: Given[LoanProgrammeQuery]
) -> Response[Page[LoanProgrammeRow]]:
    """List what the lenders offer, newest first, each with the rate in force today."""
    return await listed(request, reads, await list_loan_programmes(reads, filters, today=civil_day(now)), filters)


@post("/", operation_id="addLoanProgramme", guards=[MANAGE])
async def add_loan_programme(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[LoanProgrammeCreate],
) -> Response[LoanProgrammeOut]:
    """Add a programme of a lender, with its limits and the rates that are known."""
    show = partial(get_loan_programme, SessionReads(session), today=civil_day(now))
    act = partial(actions.add_loan_programme, session, actor, data)
    return await once(act, show, at="/v1/loan-programmes/{id}")


@get("/{loan_programme_id:uuid}", operation_id="getLoanProgramme", guards=[READ])
async def read_loan_programme(
    request: Request[Any, Any, Any], reads: Given[Reads], now: Given[datetime], loan_programme_id: FromPath[UUID]
) -> Response[LoanProgrammeOut]:
    """Read one loan programme with every rate that it had, has and will have."""
    return resource(request, await get_loan_programme(reads, loan_programme_id, today=civil_day(now)))


@patch("/{loan_programme_id:uuid}", operation_id="editLoanProgramme", guards=[MANAGE])
async def edit_loan_programme(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    loan_programme_id: FromPath[UUID],
    data: JSONBody[LoanProgrammePatch],
) -> Response[LoanProgrammeOut]:
    """Change a loan programme by a JSON merge patch. Loans granted before keep what was agreed on."""
    await actions.edit_loan_programme(session, actor, loan_programme_id, data, if_match)
    programme = await get_loan_programme(SessionReads(session), loan_programme_id, today=civil_day(now))
    return resource(request, programme)


@get(
    "/{loan_programme_id:uuid}/rates",
    operation_id="listLoanProgrammeRates",
    guards=[READ],
    dependencies={"filters": Query(PageQuery)},
    opt=LIST,
)
async def rates(
    request: Request[Any, Any, Any],
    reads: Given[Reads],
    filters: Given[PageQuery],
    loan_programme_id: FromPath[UUID],
) -> Response[Page[LoanProgrammeRateOut]]:
    """List the rates of a loan programme, the latest first. Each holds until the day before the next."""
    await require_loan_programme(reads, loan_programme_id)
    return await listed(request, reads, list_programme_rates(loan_programme_id), filters)


@put("/{loan_programme_id:uuid}/rates/{from_on:date}", operation_id="setLoanProgrammeRate", guards=[MANAGE])
async def set_rate(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    if_match: Given[IfMatch],
    loan_programme_id: FromPath[UUID],
    from_on: FromPath[date],
    data: JSONBody[LoanProgrammeRatePut],
) -> Response[LoanProgrammeOut]:
    """Say which rate is in force from a day on; the day may lie ahead. The same once more changes nothing. If-Match
    is that of the programme."""
    await actions.put_rate(session, actor, loan_programme_id, from_on, data, if_match)
    programme = await get_loan_programme(SessionReads(session), loan_programme_id, today=civil_day(now))
    return resource(request, programme)


@delete(
    "/{loan_programme_id:uuid}/rates/{from_on:date}",
    operation_id="removeLoanProgrammeRate",
    guards=[MANAGE],
    opt={"errors": ("validation_failed",)},
)
async def remove_rate(
    session: Given[AsyncSession],
    actor: Given[Actor],
    if_match: Given[IfMatch],
    loan_programme_id: FromPath[UUID],
    from_on: FromPath[date],
) -> None:
    """Take a rate back that was entered by mistake: from its day on the one before it holds. If-Match is that of the
    programme."""
    await actions.remove_rate(session, actor, loan_programme_id, from_on, if_match)


loan_programmes_router = Router(
    "/v1/loan-programmes",
    route_handlers=[
        loan_programmes,
        add_loan_programme,
        read_loan_programme,
        edit_loan_programme,
        rates,
        set_rate,
        remove_rate,
    ],
    tags=["Loan programmes"],
)
