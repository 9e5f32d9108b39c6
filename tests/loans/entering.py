"""How tests enter something into a ledger, and look at what it left."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.factories import Caller
from tests.loans.stage import LoanStage

DAY = "2025-02-10"


def key(text: str | None = None) -> dict[str, str]:
    return {"idempotency-key": text or str(uuid4())}


async def enter(caller: Caller, loan_id: UUID, kind: str, *, repeat: str | None = None, **data: Any) -> httpx.Response:
    """POST an entry; effective on `DAY` where no other day is named. `repeat` is the Idempotency-Key."""
    day = {} if kind == "reversal" else {"effective_on": DAY}
    return await caller.post(f"/v1/loans/{loan_id}/entries", {"kind": kind, **day, **data}, headers=key(repeat))


async def entered(caller: Caller, loan_id: UUID, kind: str, **data: Any) -> dict[str, Any]:
    """An entry that is written."""
    answer = await enter(caller, loan_id, kind, **data)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def requested(caller: Caller, loan_id: UUID, kind: str, **data: Any) -> dict[str, Any]:
    """A request for an entry that needs a second person."""
    answer = await enter(caller, loan_id, kind, **{"reason": "Theo công văn của ngân hàng", **data})
    assert answer.status_code == 202, answer.text
    return dict(answer.json()["request"])


async def decide(caller: Caller, request: dict[str, Any], step: str, **data: Any) -> httpx.Response:
    """`approval`, `refusal` or `withdrawal` of a request as it was last seen."""
    headers = key() | {"if-match": f'"{request["version"]}"'}
    return await caller.post(f"/v1/entry-requests/{request['id']}/{step}", data, headers=headers)


async def approved(caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    answer = await decide(caller, request, "approval")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def balances(loans: LoanStage, loan_id: UUID) -> tuple[int, int, int]:
    """What the loan says is left: normal, overdue, frozen."""
    loan = await loans.row(loan_id)
    return loan.normal_vnd, loan.overdue_vnd, loan.frozen_vnd


def refused_for(answer: httpx.Response, rule: str) -> bool:
    return answer.status_code == 422 and answer.json().get("rule") == rule
