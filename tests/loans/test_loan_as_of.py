"""One loan as of a day and as it was known at a moment."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Date, select, true

from incubator.db import param, statement
from incubator.loans.balances import balances_of
from incubator.loans.ledger.models import LoanEntry
from incubator.loans.models import Loan
from tests.loans.stage import LoanStage

SUMS = ("disbursed_vnd", "collected_vnd", "outstanding_vnd", "overdue_vnd", "frozen_vnd", "written_off_vnd")


async def read(loans: LoanStage, loan_id: UUID, query: str = "") -> dict[str, Any]:
    answer = await loans.staff.get(f"/v1/loans/{loan_id}{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def full_life(loans: LoanStage) -> UUID:
    """Paid out in two tranches, partly repaid, overdue, cured, frozen, written off in part, and settled."""
    loan_id = await loans.granted(50_000_000, date(2025, 1, 15))
    await loans.entry(loan_id, "disbursement", date(2025, 1, 20), 30_000_000)
    await loans.entry(loan_id, "disbursement", date(2025, 2, 20), 20_000_000)
    await loans.entry(loan_id, "repayment", date(2025, 3, 20), -10_000_000, interest=275_000)
    await loans.entry(loan_id, "overdue_transfer", date(2025, 4, 20), -15_000_000, 15_000_000)
    await loans.entry(loan_id, "overdue_cure", date(2025, 5, 20), 5_000_000, -5_000_000)
    await loans.entry(loan_id, "freeze", date(2025, 6, 20), 0, -10_000_000, 10_000_000)
    await loans.entry(loan_id, "write_off", date(2025, 7, 20), 0, 0, -10_000_000)
    await loans.entry(loan_id, "adjustment", date(2025, 8, 20), 1_000_000)
    await loans.entry(loan_id, "repayment", date(2025, 9, 20), -31_000_000, interest=125_000)
    return loan_id


@pytest.mark.parametrize(
    ("as_of", "status", "sums"),
    [
        ("2025-01-14", None, (0, 0, 0, 0, 0, 0)),
        ("2025-01-15", "approved", (0, 0, 0, 0, 0, 0)),
        ("2025-01-20", "disbursing", (30, 0, 30, 0, 0, 0)),
        ("2025-02-19", "disbursing", (30, 0, 30, 0, 0, 0)),
        ("2025-02-20", "active", (50, 0, 50, 0, 0, 0)),
        ("2025-03-20", "active", (50, 10, 40, 0, 0, 0)),
        ("2025-04-20", "active", (50, 10, 40, 15, 0, 0)),
        ("2025-05-20", "active", (50, 10, 40, 10, 0, 0)),
        ("2025-06-20", "active", (50, 10, 40, 0, 10, 0)),
        ("2025-07-20", "active", (50, 10, 30, 0, 0, 10)),
        ("2025-08-20", "active", (50, 10, 31, 0, 0, 10)),
        ("2025-09-20", "written_off", (50, 41, 0, 0, 0, 10)),
        ("0001-01-01", None, (0, 0, 0, 0, 0, 0)),
    ],
)
async def test_sums_and_status_are_those_of_the_day(
    loans: LoanStage, as_of: str, status: str | None, sums: tuple[int, ...]
) -> None:
    loan = await read(loans, await full_life(loans), f"?as_of={as_of}")
    assert (loan["as_of"], loan["status"]) == (as_of, status)
    assert [loan[name] for name in SUMS] == [million * 1_000_000 for million in sums]
    assert (loan["is_overdue"], loan["is_frozen"]) == (sums[3] > 0, sums[4] > 0)
    opening_and_flows = loan["disbursed_vnd"] - loan["collected_vnd"] - loan["written_off_vnd"] + loan["adjusted_vnd"]
    assert loan["outstanding_vnd"] == opening_and_flows


async def test_today_is_what_the_loan_keeps(loans: LoanStage) -> None:
    loan_id = await full_life(loans)
    now, today = await read(loans, loan_id), await read(loans, loan_id, "?as_of=2025-11-30")
    assert now == today
    row = await loans.row(loan_id)
    assert (now["status"], now["interest_received_vnd"]) == (row.status, 400_000)
    assert (now["disbursed_vnd"], now["written_off_vnd"]) == (row.disbursed_vnd, row.written_off_vnd)


async def test_a_settled_and_a_cancelled_loan_on_days_before(loans: LoanStage) -> None:
    settled = await loans.disbursed(10_000_000, date(2025, 2, 1))
    await loans.entry(settled, "repayment", date(2025, 6, 1), -10_000_000)
    assert (await read(loans, settled))["status"] == "settled"
    assert (await read(loans, settled, "?as_of=2025-05-31"))["status"] == "active"
    cancelled = await loans.granted(cancelled_on=date(2025, 6, 1), cancel_reason="Hộ đổi ý")
    assert (await read(loans, cancelled))["status"] == "cancelled"
    assert (await read(loans, cancelled, "?as_of=2025-06-01"))["status"] == "cancelled"
    assert (await read(loans, cancelled, "?as_of=2025-05-31"))["status"] == "approved"


async def test_what_was_known_then_stays_whatever_is_corrected_later(loans: LoanStage) -> None:
    loan_id = await loans.disbursed(50_000_000, date(2025, 1, 20))
    wrong = await loans.entry(loan_id, "repayment", date(2025, 3, 1), -20_000_000, interest=90_000)
    known = await recorded_at(loans, wrong)
    loans.world.clock.now = known + timedelta(days=2)
    loans.staff = await loans.world.make.account("staff", sensitive=True)
    query = f"?as_of=2025-11-30&known_at={known.isoformat().replace('+00:00', 'Z')}"
    before = await read(loans, loan_id, query)
    assert (before["outstanding_vnd"], before["collected_vnd"]) == (30_000_000, 20_000_000)
    await loans.entry(loan_id, "reversal", date(2025, 3, 1), reverses=wrong)
    await loans.entry(loan_id, "repayment", date(2025, 3, 1), -2_000_000, interest=90_000)
    end = await loans.schedule(loan_id, {date(2027, 1, 20): 50_000_000})
    assert end
    then, now = await read(loans, loan_id, query), await read(loans, loan_id)
    of_register = {"version"}
    assert {k: v for k, v in then.items() if k not in of_register} == {
        k: v for k, v in before.items() if k not in of_register
    }
    assert (now["outstanding_vnd"], now["collected_vnd"]) == (48_000_000, 2_000_000)
    assert (now["interest_received_vnd"], now["matures_on"]) == (90_000, "2027-01-20")
    assert then["matures_on"] == then["maturity_on"]
    just_before = (known - timedelta(microseconds=1)).isoformat().replace("+00:00", "Z")
    earlier = await read(loans, loan_id, f"?known_at={just_before}")
    assert (earlier["outstanding_vnd"], earlier["collected_vnd"]) == (50_000_000, 0)
    assert (earlier["known_at"], earlier["register_basis"]) == (just_before, "today")


async def test_rates_of_the_day(loans: LoanStage) -> None:
    loans.world.clock.now = datetime(2025, 12, 15, 3, tzinfo=UTC)
    loans.staff = await loans.world.make.account("staff", sensitive=True)
    loan_id = await loans.granted()
    rates = {
        day: (await read(loans, loan_id, f"?as_of={day}"))["rate"] for day in ("2018-12-31", "2025-11-30", "2025-12-01")
    }
    assert [rate and rate["rate_ppm"] for rate in rates.values()] == [None, 66_000, 62_400]


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("as_of=2025-12-01", "as_of", "out_of_range"),
        ("as_of=9999-12-31", "as_of", "out_of_range"),
        ("as_of=yesterday", "as_of", "bad_format"),
        ("known_at=2025-11-30T02:59:01Z", "known_at", "out_of_range"),
        ("known_at=2025-11-30T02:59:00", "known_at", "bad_format"),
        ("asof=2025-01-01", "asof", "unknown_field"),
    ],
)
async def test_times_of_which_nothing_is_known_yet_are_refused(
    loans: LoanStage, query: str, parameter: str, code: str
) -> None:
    loan_id = await loans.granted()
    answer = await loans.staff.get(f"/v1/loans/{loan_id}?{query}")
    assert answer.status_code == 400, answer.text
    assert [(e["parameter"], e["code"]) for e in answer.json()["errors"]] == [(parameter, code)]
    assert (await loans.staff.get(f"/v1/loans/{loan_id}?known_at=2025-11-30T02:59:00Z")).status_code == 200


async def test_the_balances_of_many_loans_come_in_one_statement(loans: LoanStage) -> None:
    first, second = await full_life(loans), await loans.disbursed(5_000_000)
    reads = loans.world.database.reads
    assert reads is not None
    values = {"as_of": date(2025, 6, 20), "known_at": datetime(2099, 1, 1, tzinfo=UTC)}
    rows = await reads.rows(_both(), values)
    assert {row[0]: tuple(row[1:]) for row in rows} == {
        first: (30_000_000, 0, 10_000_000),
        second: (5_000_000, 0, 0),
    }


@statement
def _both() -> Any:
    sums = balances_of(Loan.id, param("as_of", Date), known=True)
    return select(Loan.id, sums.c.normal, sums.c.overdue, sums.c.frozen).join(sums, true())


async def recorded_at(loans: LoanStage, entry_id: UUID) -> datetime:
    async with loans.world.database.begin() as session:
        return (await session.get_one(LoanEntry, entry_id)).recorded_at
