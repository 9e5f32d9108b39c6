"""What was known at a moment stays what it was, whatever the service corrects afterwards."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from incubator.loans.ledger.models import LoanEntry
from incubator.loans.schedules.models import LoanSchedule
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


async def test_what_is_due_stays_as_it_was_known(loans: LoanStage) -> None:
    """Versions of the schedule, and the plan, which follows what was disbursed too."""
    loan_id = await loans.disbursed(50_000_000)
    first = await loans.schedule(loan_id, {date(2026, 1, 20): 20_000_000, date(2027, 1, 20): 30_000_000})
    async with loans.world.database.begin() as session:
        known = await session.scalar(select(LoanSchedule.recorded_at).where(LoanSchedule.id == first))
        entry_id = await session.scalar(select(LoanEntry.id).where(LoanEntry.loan_id == loan_id))
    assert known is not None
    loans.world.clock.now = known + timedelta(days=2)
    loans.staff = await loans.world.make.account("staff", sensitive=True)
    moment = known.isoformat().replace("+00:00", "Z")
    published = await dues(loans, loan_id, moment)
    extended = {
        "method": "at_end",
        "reason": "extended",
        "due_on": "2031-06-15",
        "decided_on": "2025-06-01",
        "note": "x",
    }
    answer = await loans.staff.post(f"/v1/loans/{loan_id}/schedules", extended)
    assert answer.status_code == 201, answer.text
    await entered(loans.staff, loan_id, "reversal", reverses_id=str(entry_id), reason="Nhập nhầm")
    await entered(loans.staff, loan_id, "disbursement", amount_vnd=30_000_000, effective_on="2025-02-01")
    assert await dues(loans, loan_id, moment) == published
    later = await dues(loans, loan_id, None)
    for name in ("schedules", "plan"):
        assert later[-1][name] != published[-1][name]
    assert [item["number"] for item in published[-1]["schedules"]["items"]] == [1]
    assert published[-1]["plan"]["rows"][-1]["due_on"] == "2027-01-20"


async def dues(loans: LoanStage, loan_id: UUID, known_at: str | None) -> list[dict[str, Any]]:
    """The schedules and the plan as of several days."""
    known = {"known_at": known_at} if known_at else {}
    found = []
    for day in ASKED[1:]:
        answers = [
            (name, await loans.staff.get(f"/v1/loans/{loan_id}/{name}", params={"as_of": day, **known}))
            for name in ("schedules", "plan")
        ]
        assert [answer.status_code for _, answer in answers] == [200, 200], answers[1][1].text
        found.append({name: answer.json() for name, answer in answers})
    return found


async def figures(loans: LoanStage, loan_id: UUID, known_at: str | None) -> list[dict[str, Any]]:
    """The loan as of several days, without what speaks of today."""
    found = []
    for day in ASKED:
        query = f"?as_of={day}" + (f"&known_at={known_at}" if known_at else "")
        answer = await loans.staff.get(f"/v1/loans/{loan_id}{query}")
        assert answer.status_code == 200, answer.text
        found.append({name: value for name, value in answer.json().items() if name not in OF_TODAY})
    return found
