"""Inspections of the use of a loan."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from tests.conftest import Clock
from tests.factories import BAC_HA, Y_TY, Caller, Make
from tests.loans.bank import items, readings
from tests.loans.stage import LoanStage
from tests.refusals import faults, refused

SEEN: dict[str, Any] = {"inspected_on": "2025-02-10", "used_as_agreed": "yes"}


async def inspect(caller: Caller, loan_id: UUID, **more: Any) -> httpx.Response:
    return await caller.post(f"/v1/loans/{loan_id}/inspections", {**SEEN, **more})


async def inspected(caller: Caller, loan_id: UUID, **more: Any) -> dict[str, Any]:
    answer = await inspect(caller, loan_id, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def void(caller: Caller, inspection: dict[str, Any], reason: str = "Nhầm hộ") -> httpx.Response:
    path = f"/v1/loans/{inspection['loan_id']}/inspections/{inspection['id']}/void"
    return await caller.post(path, {"reason": reason})


async def test_an_officer_inspects_without_seeing_amounts(loans: LoanStage, make: Make) -> None:
    loan = await loans.disbursed()
    officer = await make.account("commune_staff", BAC_HA)
    told = await inspected(officer, loan, used_as_agreed="partly", note="Chỉ mua một con trâu")
    assert (told["used_as_agreed"], told["is_standing"], told["recorded_by"]) == ("partly", True, officer.username)
    assert await items(officer, f"/v1/loans/{loan}/inspections") == [told]
    [trace] = await readings(loans, officer)
    assert (trace["subject_type"], trace["subject_id"]) == ("loan", str(loan))


async def test_a_deviation_is_described(loans: LoanStage) -> None:
    loan = await loans.disbursed()
    told = refused(await inspect(loans.officer, loan, used_as_agreed="no"), 400, "validation_failed")
    assert faults(told) == {"/note": "required"}


async def test_an_inspection_takes_place_between_the_payment_and_today(loans: LoanStage) -> None:
    loan = await loans.disbursed(on=date(2025, 2, 10))
    assert (await inspect(loans.officer, loan)).status_code == 201
    told = refused(await inspect(loans.officer, loan, inspected_on="2025-02-09"), 422, "business_rule_failed")
    assert told["rule"] == "inspected_before_loan"
    told = refused(await inspect(loans.officer, loan, inspected_on="2025-12-01"), 422, "business_rule_failed")
    assert told["rule"] == "day_in_future"


async def test_where_the_payment_is_not_entered_yet_the_approval_counts(loans: LoanStage) -> None:
    loan = await loans.granted(approved_on=date(2025, 2, 10))
    reversed_ = await loans.entry(loan, "disbursement", date(2025, 3, 1), 1_000_000)
    await loans.entry(loan, "reversal", date(2025, 3, 1), reverses=reversed_)
    assert (await inspect(loans.officer, loan)).status_code == 201
    told = refused(await inspect(loans.officer, loan, inspected_on="2025-02-09"), 422, "business_rule_failed")
    assert "2025-02-10" in told["detail"]


async def test_of_a_cancelled_loan_nothing_is_used(loans: LoanStage) -> None:
    loan = await loans.granted(cancelled_on=date(2025, 2, 1), cancel_reason="Không vay nữa")
    told = refused(await inspect(loans.officer, loan), 422, "business_rule_failed")
    assert told["rule"] == "nothing_to_inspect"


async def test_only_who_works_there_inspects(loans: LoanStage, make: Make) -> None:
    loan = await loans.disbursed()
    elsewhere = await make.account("commune_staff", Y_TY)
    refused(await inspect(elsewhere, loan), 404, "not_found")
    refused(await elsewhere.get(f"/v1/loans/{loan}/inspections"), 404, "not_found")
    refused(await inspect(loans.approver, loan), 403, "forbidden")


async def test_its_author_takes_an_inspection_back_within_a_week(loans: LoanStage, make: Make, clock: Clock) -> None:
    clock.now = datetime.now(UTC)
    loan = await loans.disbursed()
    officer, colleague = await make.account("commune_staff", BAC_HA), await make.account("commune_staff", BAC_HA)
    mine = await inspected(officer, loan)
    refused(await void(colleague, mine), 403, "forbidden")
    answer = await void(officer, mine)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told == {
        **mine, "is_standing": False, "void_reason": "Nhầm hộ", "voided_by_id": str(officer.id),
        "voided_by": officer.username, "voided_at": told["voided_at"],
    }  # fmt: skip
    assert await items(officer, f"/v1/loans/{loan}/inspections") == [told]
    told = refused(await void(officer, mine), 422, "business_rule_failed")
    assert told["rule"] == "inspection_voided"


async def test_after_a_week_staff_still_can(loans: LoanStage, make: Make, clock: Clock) -> None:
    loan = await loans.disbursed()
    clock.now = datetime.now(UTC) + timedelta(days=9)
    officer, staff = await make.account("commune_staff", BAC_HA), await make.account("staff")
    mine = await inspected(officer, loan)
    told = refused(await void(officer, mine), 422, "business_rule_failed")
    assert told["rule"] == "inspection_too_old_to_void"
    refused(await void(staff, {**mine, "id": str(loan)}), 404, "not_found")
    assert (await void(staff, mine)).status_code == 200
