"""Statements as tests send them."""

from itertools import count
from typing import Any
from uuid import UUID

import httpx

from tests.factories import Caller
from tests.loans.stage import LoanStage

KEYS = count(1)
DAY = "2025-10-31"


async def send(
    loans: LoanStage, *rows: tuple[UUID, int, int, int], caller: Caller | None = None, key: str | None = None,
    on_day: str = DAY, **more: Any,
) -> httpx.Response:  # fmt: skip
    """Rows of a statement, as the loan and its three balances."""
    body = {
        "lender_id": str(loans.lender), "on_day": on_day,
        "rows": [await row_of(loans, *row) for row in rows], **more,
    }  # fmt: skip
    headers = {"idempotency-key": key or f"statement-{next(KEYS)}"}
    return await (caller or loans.staff).post("/v1/bank-balances", body, headers=headers)


async def sent(loans: LoanStage, *rows: tuple[UUID, int, int, int], **more: Any) -> dict[str, Any]:
    """The answer to rows that must be taken."""
    answer = await send(loans, *rows, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def row_of(loans: LoanStage, loan_id: UUID, normal: int, overdue: int = 0, frozen: int = 0) -> dict[str, Any]:
    contract_no = (await loans.row(loan_id)).contract_no
    return {"contract_no": contract_no, "normal_vnd": normal, "overdue_vnd": overdue, "frozen_vnd": frozen}


async def differing(loans: LoanStage, by: int = 5_000_000, **columns: Any) -> tuple[UUID, str]:
    """A loan that the bank says more of than the ledger, and the id of the difference."""
    loan_id = await loans.disbursed(**columns)
    told = await sent(loans, (loan_id, 50_000_000 + by, 0, 0))
    return loan_id, told["rows"][0]["reconciliation_id"]


async def items(caller: Caller, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = await caller.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def readings(loans: LoanStage, caller: Caller) -> list[dict[str, Any]]:
    """The traces that a caller's looks at loans left, newest first."""
    admin = await loans.world.make.account("admin")
    query = {"actor_id": str(caller.id), "action": "read_loans"}
    return await items(admin, "/v1/audit", **query)
