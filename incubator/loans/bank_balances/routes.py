"""`/v1/bank-balances`."""

from datetime import datetime
from functools import partial
from typing import Any

from litestar import Request, Response, Router, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import listed
from incubator.api.entry import KEYED, LIST, Requires
from incubator.api.given import Given, JSONBody
from incubator.api.query import Query
from incubator.db import Reads
from incubator.idempotency import Once
from incubator.loans.bank_balances.actions import add_statement, look_again
from incubator.loans.bank_balances.queries import list_bank_balances
from incubator.loans.bank_balances.schemas import BankBalanceOut, BankBalanceQuery, Statement, StatementOut
from incubator.loans.readings import record_list
from incubator.paging import Page

READ = Requires(Permission.loans_read)
MANAGE = Requires(Permission.loans_manage)


@get(
    "/",
    operation_id="listBankBalances",
    guards=[READ],
    dependencies={"filters": Query(BankBalanceQuery)},
    opt=LIST,
)
async def list_balances(
    request: Request[Any, Any, Any],
    session: Given[AsyncSession],
    reads: Given[Reads],
    actor: Given[Actor],
    filters: Given[BankBalanceQuery],
) -> Response[Page[BankBalanceOut]]:
    """List what lenders' statements said of loans, newest first. Amounts are for those who may see them, and each
    reading leaves a trace."""
    record_list(session, actor, "bank_balance", filters)
    return await listed(request, reads, list_bank_balances(actor, filters), filters)


@post("/", operation_id="addBankBalances", guards=[MANAGE], status_code=200, opt=KEYED)
async def add_balances(
    session: Given[AsyncSession],
    actor: Given[Actor],
    now: Given[datetime],
    once: Given[Once],
    data: JSONBody[Statement],
) -> Response[StatementOut]:
    """Send the rows of a lender's statement, and hear of each whether it agrees with the ledger. All rows are taken or
    none; each difference stays open until it is explained or corrected. The same row again changes nothing, and a
    newer one of the same loan and day takes the place of the older."""
    act = partial(add_statement, session, actor, data, now=now)
    return await once.answer_many(act, partial(look_again, session, actor))


bank_balances_router = Router(
    "/v1/bank-balances", route_handlers=[list_balances, add_balances], tags=["Reconciliation"]
)
