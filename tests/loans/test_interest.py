"""`GET /v1/loans/{id}/interest`: from the ledger and the rates to an estimate that is explained."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.audit import AuditEntry
from incubator.loans.ledger.models import LoanEntry
from incubator.loans.models import LoanRate
from tests.factories import Y_TY, Caller, World
from tests.loans.stage import BY_SYSTEM, LoanStage

PAID_OUT = date(2025, 9, 15)
HUNDRED_MILLION = 100_000_000
JANUARY = {"from": "2025-01-01", "to": "2025-01-31"}


@pytest.fixture
async def loan(loans: LoanStage) -> UUID:
    """That of the worked example."""
    loan_id = await loans.granted(HUNDRED_MILLION, PAID_OUT)
    await loans.entry(loan_id, "disbursement", PAID_OUT, HUNDRED_MILLION)
    return loan_id


async def read(caller: Caller, loan_id: UUID, from_: str, to: str, **more: str) -> dict[str, Any]:
    answer = await caller.get(f"/v1/loans/{loan_id}/interest", params={"from": from_, "to": to, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_period_in_which_the_rate_changes_is_explained(loans: LoanStage, loan: UUID) -> None:
    segment = {"bucket": "normal", "balance_vnd": HUNDRED_MILLION, "factor_ppm": 1_000_000, "rate_from": "programme"}
    assert await read(loans.staff, loan, "2025-11-15", "2025-12-15") == {
        "loan_id": str(loan), "from": "2025-11-15", "to": "2025-12-15", "known_at": None, "is_estimate": True,
        "interest_vnd": 527_671, "received_vnd": 0, "amounts_hidden": False,
        "segments": [
            {
                **segment, "from_on": "2025-11-16", "to_on": "2025-11-30", "days": 15, "rate_ppm": 66_000,
                "interest_vnd": 271_233,
            },
            {
                **segment, "from_on": "2025-12-01", "to_on": "2025-12-15", "days": 15, "rate_ppm": 62_400,
                "interest_vnd": 256_438,
            },
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("period", "vnd"),
    [
        (("2025-09-15", "2025-10-15"), 542_466),
        (("2025-10-15", "2025-11-15"), 560_548),
        (("2025-12-15", "2026-01-15"), 529_973),
        (("2026-02-15", "2026-03-15"), 478_685),
        (("2025-09-01", "2025-10-15"), 542_466),
        (("2025-09-14", "2025-09-15"), 0),
        (("2025-09-15", "2025-09-16"), 18_082),
    ],
)
async def test_months_of_the_worked_example(loans: LoanStage, loan: UUID, period: tuple[str, str], vnd: int) -> None:
    assert (await read(loans.staff, loan, *period))["interest_vnd"] == vnd


async def test_overdue_and_frozen_parts(loans: LoanStage) -> None:
    """Twenty million overdue for 47 days, and ten million that bear nothing."""
    programme = await loans.offer(rates={date(2019, 1, 1): 62_400})
    loan = await loans.granted(30_000_000, date(2025, 1, 1), programme_id=programme)
    await loans.entry(loan, "disbursement", date(2025, 1, 1), 30_000_000)
    await loans.entry(loan, "overdue_transfer", date(2025, 1, 1), -20_000_000, 20_000_000)
    await loans.entry(loan, "freeze", date(2025, 1, 1), -10_000_000, 0, 10_000_000)
    found = await read(loans.staff, loan, "2025-01-01", "2025-02-17")
    assert found["interest_vnd"] == 208_912
    overdue, frozen = found["segments"]
    assert (overdue["bucket"], overdue["factor_ppm"], overdue["interest_vnd"]) == ("overdue", 1_300_000, 208_912)
    assert frozen == {
        "bucket": "frozen", "from_on": "2025-01-02", "to_on": "2025-02-17", "days": 47, "balance_vnd": 10_000_000,
        "rate_ppm": None, "factor_ppm": 0, "rate_from": None, "interest_vnd": 0,
    }  # fmt: skip


async def test_a_programme_has_its_own_factor(loans: LoanStage) -> None:
    programme = await loans.offer(rates={date(2019, 1, 1): 36_500}, overdue_factor_ppm=1_500_000)
    loan = await loans.disbursed(10_000_000, date(2025, 1, 20), programme_id=programme)
    await loans.entry(loan, "overdue_transfer", date(2025, 3, 1), -10_000_000, 10_000_000)
    assert (await read(loans.staff, loan, "2025-03-01", "2025-03-11"))["interest_vnd"] == 15_000


async def test_a_rate_of_the_loan_wins_until_it_gives_way(loans: LoanStage, loan: UUID, world: World) -> None:
    async with world.database.begin() as session:
        for day, ppm in ((date(2025, 9, 20), 36_500), (date(2025, 9, 30), None)):
            session.add(LoanRate(loan_id=loan, from_on=day, rate_ppm=ppm, **BY_SYSTEM))
    found = await read(loans.staff, loan, "2025-09-15", "2025-10-15")
    shown = [(s["from_on"], s["days"], s["rate_ppm"], s["rate_from"]) for s in found["segments"]]
    assert shown == [
        ("2025-09-16", 4, 66_000, "programme"),
        ("2025-09-20", 10, 36_500, "loan"),
        ("2025-09-30", 16, 66_000, "programme"),
    ]
    assert found["interest_vnd"] == sum(s["interest_vnd"] for s in found["segments"]) == 461_644


async def test_what_was_received_stands_beside_it(loans: LoanStage, loan: UUID) -> None:
    await loans.entry(loan, "repayment", date(2025, 10, 15), interest=540_000)
    wrong = await loans.entry(loan, "repayment", date(2025, 10, 14), -1_000_000, interest=999)
    await loans.entry(loan, "reversal", date(2025, 10, 14), reverses=wrong, counts_as="repayment")
    found = await read(loans.staff, loan, "2025-09-15", "2025-10-15")
    assert (found["interest_vnd"], found["received_vnd"], len(found["segments"])) == (542_466, 540_000, 1)
    assert (await read(loans.staff, loan, "2025-10-15", "2025-11-15"))["received_vnd"] == 0
    assert (await read(loans.staff, loan, "2025-10-14", "2025-10-15"))["received_vnd"] == 540_000


async def test_a_day_without_a_rate_is_named(loans: LoanStage) -> None:
    programme = await loans.offer(rates={date(2025, 2, 1): 66_000})
    loan = await loans.disbursed(on=date(2025, 1, 20), programme_id=programme)
    refused = await loans.staff.get(f"/v1/loans/{loan}/interest", params={"from": "2025-01-25", "to": "2025-02-10"})
    assert (refused.status_code, refused.json()["rule"]) == (422, "no_rate_on_day")
    assert "2025-01-26" in refused.json()["detail"]
    assert (await read(loans.staff, loan, "2025-01-31", "2025-02-10"))["segments"][0]["days"] == 10
    assert (await read(loans.staff, loan, "2025-01-01", "2025-01-20"))["segments"] == []


async def test_nothing_paid_out_bears_no_interest(loans: LoanStage) -> None:
    found = await read(loans.staff, await loans.granted(), "2025-01-15", "2026-01-15")
    assert (found["interest_vnd"], found["received_vnd"], found["segments"]) == (0, 0, [])


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({}, [("from", "required"), ("to", "required")]),
        ({**JANUARY, "to": "2025-01-01"}, [("to", "out_of_range")]),
        ({**JANUARY, "to": "2024-01-01"}, [("to", "out_of_range")]),
        ({**JANUARY, "to": "2035-01-02"}, [("to", "out_of_range")]),
        ({**JANUARY, "to": "9999-12-31"}, [("to", "out_of_range")]),
        ({"from": "0001-01-01", "to": "9999-12-31"}, [("from", "out_of_range"), ("to", "out_of_range")]),
        ({**JANUARY, "from": "January"}, [("from", "bad_format")]),
        ({**JANUARY, "known_at": "2025-11-30T02:59:01Z"}, [("known_at", "out_of_range")]),
        (
            {**JANUARY, "to": "2024-01-01", "known_at": "2999-01-01T00:00:00Z"},
            [("to", "out_of_range"), ("known_at", "out_of_range")],
        ),
    ],
)  # fmt: skip
async def test_wrong_questions_are_named(loans: LoanStage, loan: UUID, asked: Any, wrong: Any) -> None:
    refused = await loans.staff.get(f"/v1/loans/{loan}/interest", params=asked)
    assert refused.status_code == 400, refused.text
    assert [(error["parameter"], error["code"]) for error in refused.json()["errors"]] == wrong


async def test_ten_years_are_the_most(loans: LoanStage, loan: UUID) -> None:
    assert (await read(loans.staff, loan, "2025-01-01", "2035-01-01"))["segments"][-1]["to_on"] == "2035-01-01"
    assert (await read(loans.staff, loan, "2091-01-01", "2100-12-31"))["segments"][0]["from_on"] == "2091-01-02"


async def test_amounts_are_for_those_who_may_see_them(loans: LoanStage, loan: UUID, world: World) -> None:
    found = await read(loans.plain, loan, "2025-09-15", "2025-10-15")
    [segment] = found["segments"]
    assert (found["interest_vnd"], found["received_vnd"], found["amounts_hidden"]) == (None, None, True)
    assert (segment["balance_vnd"], segment["interest_vnd"]) == (None, None)
    assert (segment["rate_ppm"], segment["days"]) == (66_000, 30)
    assert (await read(loans.officer, loan, "2025-09-15", "2025-10-15"))["interest_vnd"] == 542_466
    token = await world.make.token("loans:read", sensitive=True)
    assert (await read(token, loan, "2025-09-15", "2025-10-15"))["interest_vnd"] == 542_466
    elsewhere = await world.make.account("commune_staff", Y_TY, sensitive=True)
    for caller, loan_id in ((elsewhere, loan), (loans.staff, uuid4())):
        assert (await caller.get(f"/v1/loans/{loan_id}/interest", params=JANUARY)).status_code == 404


async def test_a_reading_leaves_a_row_and_an_etag(loans: LoanStage, loan: UUID, session: AsyncSession) -> None:
    first = await loans.officer.get(f"/v1/loans/{loan}/interest", params=JANUARY)
    again = {"if-none-match": first.headers["etag"]}
    assert (await loans.officer.get(f"/v1/loans/{loan}/interest", params=JANUARY, headers=again)).status_code == 304
    rows = (await session.scalars(select(AuditEntry).where(AuditEntry.actor_id == loans.officer.id))).all()
    assert [(row.action, row.subject_type, row.subject_id, row.details) for row in rows] == [
        ("read_loans", "loan", loan, {"list": "interest"})
    ] * 2


async def test_what_was_known_then_is_the_same_after_a_correction(
    loans: LoanStage, loan: UUID, world: World, session: AsyncSession
) -> None:
    world.clock.now = datetime.now(UTC) + timedelta(days=2)
    staff = await world.make.account("staff", sensitive=True)
    before = await read(staff, loan, "2025-09-15", "2025-10-15")
    known_at = await session.scalar(select(LoanEntry.recorded_at).where(LoanEntry.loan_id == loan))
    assert known_at is not None
    await loans.entry(loan, "repayment", date(2025, 9, 25), -50_000_000, interest=1)
    after = await read(staff, loan, "2025-09-15", "2025-10-15")
    assert (after["interest_vnd"], after["received_vnd"], len(after["segments"])) == (361_644, 1, 2)
    then = await read(staff, loan, "2025-09-15", "2025-10-15", known_at=known_at.isoformat())
    assert {**then, "known_at": None} == before
