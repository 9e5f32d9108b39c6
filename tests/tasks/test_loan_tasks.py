"""What waits for whom in the work on loans."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from incubator.loans.ledger.models import EntryRequest
from tests.factories import BAC_HA, Y_TY, Caller, Make
from tests.loans.bank import differing, sent
from tests.loans.stage import TODAY, LoanStage


async def kinds(caller: Caller) -> dict[str, list[dict[str, Any]]]:
    answer = await caller.get("/v1/me/tasks")
    assert answer.status_code == 200, answer.text
    return {group["kind"]: group["items"] for group in answer.json()["groups"]}


async def request_of(loans: LoanStage, loan_id: UUID, requester: Caller) -> UUID:
    """A request for a write-off that waits."""
    async with loans.world.database.begin() as session:
        request = EntryRequest(
            loan_id=loan_id, kind="write_off", effective_on=TODAY, d_normal=-1, d_overdue=0, d_frozen=0,
            interest_vnd=0, reason="Quyết định xóa nợ", requested_by=requester.id,
            requested_at=datetime(2025, 11, 29, 20, tzinfo=UTC),
        )  # fmt: skip
        session.add(request)
        await session.flush()
        return request.id


async def test_a_request_waits_for_another_account_that_sees_amounts(loans: LoanStage, make: Make) -> None:
    loan = await loans.disbursed()
    request = await request_of(loans, loan, loans.staff)
    assert (await kinds(loans.approver))["entry_request"] == [
        {
            "subject": "entry_request", "id": str(request),
            "title": f"Xóa nợ · {(await loans.row(loan)).contract_no}", "since": "2025-11-30", "due_on": None,
        }
    ]  # fmt: skip
    assert (await kinds(loans.staff))["entry_request"] == []
    assert (await kinds(await make.account("approver", Y_TY, sensitive=True)))["entry_request"] == []
    assert "entry_request" not in await kinds(loans.plain)
    assert "entry_request" not in await kinds(loans.officer)


async def test_open_differences_wait_for_staff_that_sees_amounts(loans: LoanStage) -> None:
    loan, found = await differing(loans)
    [task] = (await kinds(loans.staff))["reconciliation"]
    assert (task["subject"], task["id"]) == ("reconciliation", found)
    assert task["title"] == (await loans.row(loan)).contract_no
    assert "reconciliation" not in await kinds(loans.plain)
    assert "reconciliation" not in await kinds(loans.approver)
    await sent(loans, (loan, 50_000_000, 0, 0))
    assert (await kinds(loans.staff))["reconciliation"] == []


async def test_late_inspections_wait_for_the_commune(loans: LoanStage, make: Make) -> None:
    await loans.disbursed(on=TODAY - timedelta(30))
    late = await loans.disbursed(on=TODAY - timedelta(31))
    officer = await make.account("commune_staff", BAC_HA)
    assert "inspection_late" not in await kinds(loans.staff), "a province has a list of them"
    for caller in (officer, loans.officer):
        assert (await kinds(caller))["inspection_late"] == [
            {
                "subject": "loan", "id": str(late), "title": (await loans.row(late)).contract_no,
                "since": date(2025, 10, 30).isoformat(), "due_on": date(2025, 11, 29).isoformat(),
            }
        ]  # fmt: skip
    assert (await kinds(await make.account("commune_staff", Y_TY)))["inspection_late"] == []
    seen = {"inspected_on": TODAY.isoformat(), "used_as_agreed": "yes"}
    assert (await officer.post(f"/v1/loans/{late}/inspections", seen)).status_code == 201
    assert (await kinds(officer))["inspection_late"] == []
