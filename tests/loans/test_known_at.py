"""What was known at a moment stays what it was, whatever the service corrects afterwards."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from incubator.loans.ledger.models import LoanEntry
from tests.loans.entering import approved, entered, requested
from tests.loans.stage import LoanStage

ASKED = ("2025-01-20", "2025-02-28", "2025-06-30", "2025-11-30")
OF_TODAY = {"version"}


async def test_corrections_of_every_kind_leave_the_past_as_it_was_known(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50)
    paid = await loans.entry(loan_id, "repayment", date(2025, 2, 10), -20, interest=3)
    await loans.entry(loan_id, "overdue_transfer", date(2025, 6, 1), -10, 10)
    async with loans.world.database.begin() as session:
        known = await session.scalar(select(func.max(LoanEntry.recorded_at)).where(LoanEntry.loan_id == loan_id))
    assert known is not None
    loans.world.clock.now = known + timedelta(days=2)
    loans.staff = await loans.world.make.account("staff", sensitive=True)
    loans.approver = await loans.world.make.account("approver", sensitive=True)
    moment = known.isoformat().replace("+00:00", "Z")
    published = await figures(loans, loan_id, moment)
    await entered(loans.staff, loan_id, "reversal", reverses_id=str(paid), reason="Nhập nhầm hộ")
    assert await figures(loans, loan_id, moment) == published
    await entered(loans.staff, loan_id, "repayment", normal_vnd=2, interest_vnd=3)
    await entered(loans.staff, loan_id, "freeze", from_normal_vnd=5, effective_on="2025-01-25")
    await approved(loans.approver, await requested(loans.staff, loan_id, "adjustment", normal_vnd=-1))
    await approved(loans.approver, await requested(loans.staff, loan_id, "write_off", frozen_vnd=5))
    assert await figures(loans, loan_id, moment) == published
    assert await figures(loans, loan_id, None) != published
    assert [figure["outstanding_vnd"] for figure in published] == [50, 30, 30, 30]


async def figures(loans: LoanStage, loan_id: UUID, known_at: str | None) -> list[dict[str, Any]]:
    """The loan as of several days, without what speaks of today."""
    found = []
    for day in ASKED:
        query = f"?as_of={day}" + (f"&known_at={known_at}" if known_at else "")
        answer = await loans.staff.get(f"/v1/loans/{loan_id}{query}")
        assert answer.status_code == 200, answer.text
        found.append({name: value for name, value in answer.json().items() if name not in OF_TODAY})
    return found
