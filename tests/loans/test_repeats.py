"""An answer that is given again tells nothing that its caller may no longer read, and is one more reading."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, get_args, get_type_hints

import httpx
import msgspec
import pytest
from sqlalchemy import select, update

from incubator.accounts.models import RoleGrant
from incubator.idempotency import HIDING, StoredAnswer
from tests.factories import BAC_HA, SA_PA, Caller, World, current_locality
from tests.loans.bank import differing, readings, row_of
from tests.loans.entering import DAY, requested
from tests.loans.stage import LoanStage

KEY = {"idempotency-key": "0b9f2f0e-6c0a-4d0a-9a55-2b3fb6a0b001"}
FIRST = KEY | {"if-match": '"1"'}


class Call(NamedTuple):
    """A POST by somebody who sees amounts, and whether saying its answer again leaves a trace in the list of looks."""

    caller: Caller
    path: str
    body: dict[str, Any]
    headers: dict[str, str] = KEY
    traced: bool = True

    async def send(self) -> httpx.Response:
        return await self.caller.post(self.path, self.body, headers=self.headers)


async def add_loan(loans: LoanStage) -> Call:
    body = {
        "lender_id": str(loans.lender), "contract_no": "HD-REPEAT", "programme_id": str(loans.programme),
        "household_id": str(loans.household), "borrower_id": str(loans.head), "approved_vnd": 50_000_000,
        "approved_on": "2025-01-15", "maturity_on": "2030-01-15",
    }  # fmt: skip
    return Call(loans.staff, "/v1/loans", body)


async def cancel_loan(loans: LoanStage) -> Call:
    return Call(loans.staff, f"/v1/loans/{await loans.granted()}/cancellation", {"reason": "Không nhận vốn"}, FIRST)


async def add_schedule(loans: LoanStage) -> Call:
    body = {"method": "at_end", "reason": "original", "due_on": "2027-01-15"}
    return Call(loans.staff, f"/v1/loans/{await loans.disbursed()}/schedules", body)


async def add_entry(loans: LoanStage) -> Call:
    body = {"kind": "repayment", "effective_on": DAY, "normal_vnd": 10}
    return Call(loans.staff, f"/v1/loans/{await loans.disbursed()}/entries", body)


async def ask_for_entry(loans: LoanStage) -> Call:
    body = {"kind": "write_off", "effective_on": DAY, "normal_vnd": 10, "reason": "Người vay đã mất"}
    return Call(loans.staff, f"/v1/loans/{await loans.disbursed()}/entries", body)


async def approve_entry(loans: LoanStage) -> Call:
    return Call(loans.approver, f"{await request_path(loans)}/approval", {}, FIRST)


async def refuse_entry(loans: LoanStage) -> Call:
    return Call(loans.approver, f"{await request_path(loans)}/refusal", {"note": "Chưa đủ hồ sơ"}, FIRST)


async def withdraw_entry(loans: LoanStage) -> Call:
    return Call(loans.staff, f"{await request_path(loans)}/withdrawal", {}, FIRST)


async def add_application(loans: LoanStage) -> Call:
    body = {
        "household_id": str(loans.household), "applicant_id": str(loans.head), "programme_id": str(loans.programme),
        "group_id": str(loans.group), "asked_vnd": 50_000_000, "months": 36, "purpose": "Mua trâu",
    }  # fmt: skip
    return Call(loans.officer, "/v1/loan-applications", body)


async def move_application(loans: LoanStage) -> Call:
    path = f"/v1/loan-applications/{await loans.application('draft')}/transitions"
    return Call(loans.officer, path, {"action": "submit"}, FIRST)


async def add_statement(loans: LoanStage) -> Call:
    rows = [await row_of(loans, await loans.disbursed(), 49_000_000)]
    body = {"lender_id": str(loans.lender), "on_day": "2025-10-31", "rows": rows}
    return Call(loans.staff, "/v1/bank-balances", body)


async def add_batch(loans: LoanStage) -> Call:
    return Call(loans.staff, "/v1/entry-batches", await batch_of(loans))


async def move_difference(loans: LoanStage) -> Call:
    _, id_ = await differing(loans)
    return Call(loans.staff, f"/v1/reconciliations/{id_}/transitions", {"action": "explain", "cause": "timing"}, FIRST)


async def add_household(loans: LoanStage) -> Call:
    body = {
        "locality_code": BAC_HA, "head": {"full_name": "Sùng Thị Mỷ"},
        "poverty": {"poverty_class": "poor", "from_on": "2024-01-01"},
    }  # fmt: skip
    return Call(loans.staff, "/v1/households", body, traced=False)


CALLS: dict[str, list[Callable[[LoanStage], Awaitable[Call]]]] = {
    "addLoan": [add_loan],
    "cancelLoan": [cancel_loan],
    "addSchedule": [add_schedule],
    "addEntry": [add_entry, ask_for_entry],
    "approveEntryRequest": [approve_entry],
    "refuseEntryRequest": [refuse_entry],
    "withdrawEntryRequest": [withdraw_entry],
    "addLoanApplication": [add_application],
    "moveLoanApplication": [move_application],
    "addBankBalances": [add_statement],
    "addEntryBatch": [add_batch],
    "moveReconciliation": [move_difference],
    "addHousehold": [add_household],
}
OF_MANY = {"addBankBalances", "addEntryBatch"}
OWN_WORDS = {"addPerson"}
"""Its answer shows what the very same body has just said, and nothing else that is sensitive."""

EACH = [pytest.param(prepare, id=prepare.__name__) for prepared in CALLS.values() for prepare in prepared]


@pytest.mark.parametrize("prepare", EACH)
async def test_who_may_no_longer_see_amounts_is_not_told_them_again(
    loans: LoanStage, prepare: Callable[[LoanStage], Awaitable[Call]]
) -> None:
    call = await prepare(loans)
    first = await call.send()
    assert first.status_code < 300, first.text
    again = await call.send()
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    await regrant(loans.world, call.caller, sensitive=False)
    refused = await call.send()
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), refused.text


@pytest.mark.parametrize("prepare", EACH)
async def test_who_works_elsewhere_now_is_not_told_again(
    loans: LoanStage, prepare: Callable[[LoanStage], Awaitable[Call]]
) -> None:
    call = await prepare(loans)
    assert (await call.send()).status_code < 300
    async with loans.world.database.begin() as session:
        elsewhere = (await current_locality(session, SA_PA)).id
    await regrant(loans.world, call.caller, locality_id=elsewhere)
    refused = await call.send()
    assert refused.status_code in {403, 404}, refused.text


@pytest.mark.parametrize("prepare", EACH)
async def test_an_answer_that_is_given_again_is_one_more_reading(
    loans: LoanStage, prepare: Callable[[LoanStage], Awaitable[Call]]
) -> None:
    call = await prepare(loans)
    assert (await call.send()).status_code < 300
    before = await readings(loans, call.caller)
    assert (await call.send()).status_code < 300
    after = await readings(loans, call.caller)
    assert len(after) - len(before) == call.traced
    if call.traced:
        assert after[0]["details"]["repeated"] is True


async def test_amounts_that_were_never_shown_are_no_hindrance(loans: LoanStage) -> None:
    """A step of an application may be made, and made again, by who does not see what is asked for."""
    call = (await move_application(loans))._replace(caller=loans.plain)
    first, again = await call.send(), await call.send()
    assert (first.status_code, first.json()["amounts_hidden"]) == (200, True)
    assert again.content == first.content


async def test_a_dry_run_is_not_kept(loans: LoanStage) -> None:
    """So it can tell nobody again what is left; and its key is still free for the rows themselves."""
    body = await batch_of(loans)
    for _ in range(2):
        dry = await loans.staff.post("/v1/entry-batches", {**body, "dry_run": True}, headers=KEY)
        assert (dry.status_code, dry.headers.get("idempotency-replayed")) == (200, None)
    async with loans.world.database.begin() as session:
        assert (await session.scalars(select(StoredAnswer))).all() == []
    await regrant(loans.world, loans.staff, sensitive=False)
    told = (await loans.staff.post("/v1/entry-batches", {**body, "dry_run": True}, headers=KEY)).json()["rows"][0]
    assert (told["code"], told["params"]) == ("forbidden", {})


def test_every_answer_that_may_hide_something_is_tried(world: World) -> None:
    keyed = {
        handler.operation_id: get_args(get_type_hints(handler.fn)["return"])[0]
        for route in world.service.litestar.routes
        for handler in getattr(route, "route_handlers", ())
        if "POST" in handler.http_methods and "once" in inspect.signature(handler.fn).parameters
    }
    hiding = {operation for operation, out in keyed.items() if hides(out)}
    assert hiding | OF_MANY == CALLS.keys() | OWN_WORDS


def hides(out: Any) -> bool:
    """Whether a field of the struct, or of one inside it, says that something is hidden."""
    if not (isinstance(out, type) and issubclass(out, msgspec.Struct)):
        return any(hides(part) for part in get_args(out))
    fields = msgspec.structs.fields(out)
    return any(field.name in HIDING or hides(field.type) for field in fields)


async def request_path(loans: LoanStage) -> str:
    request = await requested(loans.staff, await loans.disbursed(), "write_off", normal_vnd=10)
    return f"/v1/entry-requests/{request['id']}"


async def batch_of(loans: LoanStage) -> dict[str, Any]:
    contract = (await row_of(loans, await loans.disbursed(), 0))["contract_no"]
    loan = await loans.staff.get("/v1/loans", params={"contract_no": contract})
    lender = (await loans.staff.get(f"/v1/loans/{loan.json()['items'][0]['id']}")).json()["lender"]["code"]
    entry = {"kind": "repayment", "effective_on": DAY, "normal_vnd": 10}
    return {"rows": [{"lender_code": lender, "contract_no": contract, "entry": entry}]}


async def regrant(world: World, caller: Caller, **changes: Any) -> None:
    """The grants of an account as an administrator would have changed them by now."""
    async with world.database.begin() as session:
        changed = update(RoleGrant).where(RoleGrant.account_id == caller.id).values(**changes)
        await session.execute(changed.execution_options(synchronize_session=False))
