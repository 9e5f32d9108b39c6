"""The figures of loans: against a second count of random registers in plain Python, and edge by edge."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from incubator.loans.inspections.models import Inspection
from incubator.loans.models import Loan
from incubator.loans.reconciliation.models import BankBalance, Reconciliation, ReconciliationMove
from incubator.people.households.models import HouseholdClass
from incubator.people.models import Person
from incubator.stats.loans.schemas import LoanMeasuresOut
from tests.factories import SA_PA, Caller, World
from tests.loans.bank import differing, items
from tests.loans.stage import BY_SYSTEM, TODAY, LoanStage, set_loans
from tests.stats.lending import Books, Lending, Question, count

PATH = "/v1/stats/loans"
MILLION = 1_000_000
BREAKDOWNS = (
    "programme", "lender", "locality", "group", "project", "sex", "age_band", "ethnicity", "poverty_class",
)  # fmt: skip
VND = tuple(name for name in LoanMeasuresOut.__struct_fields__ if name.endswith("_vnd"))
RATIOS = tuple(name for name in LoanMeasuresOut.__struct_fields__ if name.endswith("_ppm"))
BUCKETS = ("normal_vnd", "overdue_vnd", "frozen_vnd")


@pytest.fixture
async def loans(world: World) -> LoanStage:
    return await set_loans(world)


async def ask(caller: Caller, **asked: Any) -> dict[str, Any]:
    answer = await caller.get(PATH, params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def totals(caller: Caller, *names: str, **asked: Any) -> list[Any]:
    return [(await ask(caller, **asked))["totals"][name] for name in names]


def groups(figure: dict[str, Any], *names: str) -> dict[str, list[Any]]:
    return {next(iter(group["key"].values())): [group[name] for name in names] for group in figure["groups"]}


def question(dice: Random) -> Question:
    as_of = date(2023, 2, 1) + timedelta(dice.randrange((TODAY - date(2023, 2, 1)).days + 1))
    from_ = dice.choice([None, as_of - timedelta(dice.randrange(400))])
    to = dice.choice([None, as_of + timedelta(1), as_of - timedelta(dice.randrange(100))])
    if to is not None and from_ is not None and from_ >= to:
        to = None
    known_at = dice.choice([None, datetime(2025, 2, 1, tzinfo=UTC) + timedelta(hours=dice.randrange(600))])
    return Question(dice.choice([as_of, TODAY]) if to is None and from_ is None else as_of, known_at, from_, to)


@pytest.mark.parametrize("seed", range(4))
async def test_every_number_agrees_with_a_count_by_hand(loans: LoanStage, seed: int) -> None:
    dice = Random(seed)
    await Lending(loans, dice).fill()
    books = await Books.read(loans)
    seen: set[str] = set()
    for asked in (Question(), *(question(dice) for _ in range(20))):
        told = (await ask(loans.staff, **asked.params()))["totals"]
        expected = count(books, books.all(Loan), asked)
        assert {name: told[name] for name in expected} == expected, asked
        seen |= {name for name, number in expected.items() if number}
        assert told["opening_vnd"] + told["disbursed_vnd"] - told["collected_vnd"] - told["written_off_vnd"] + told[
            "adjusted_vnd"
        ] == told["closing_vnd"]  # fmt: skip
        assert sum(told[name] for name in BUCKETS) == told["outstanding_vnd"]
    assert seen == set(expected), "some measure was nothing every time, and so was not tried"


async def test_groups_agree_with_a_count_by_hand_and_add_up(loans: LoanStage) -> None:
    dice = Random(7)
    await Lending(loans, dice).fill()
    books = await Books.read(loans)
    for name, value_of in VALUES.items():
        asked = question(dice)
        figure = await ask(loans.staff, group_by=name, **asked.params())
        for group in figure["groups"]:
            (key,) = group["key"].values()
            chosen = [loan for loan in books.all(Loan) if value_of(books, loan) == key]
            expected = count(books, chosen, asked)
            if group["members"] is None:
                expected["members"] = None
            assert {measure: group[measure] for measure in expected} == expected, (name, key, asked)
        for measure in ("loans", "loans_current", *VND):
            assert sum(group[measure] for group in figure["groups"]) == figure["totals"][measure], (name, measure)


def sex(books: Books, loan: Loan) -> str:
    return borrower(books, loan).sex or "unknown"


def ethnicity(books: Books, loan: Loan) -> str:
    return borrower(books, loan).ethnicity or "unknown"


def borrower(books: Books, loan: Loan) -> Person:
    (person,) = books.all(Person, id=loan.borrower_id)
    assert isinstance(person, Person)
    return person


def age_band(books: Books, loan: Loan) -> str:
    born = borrower(books, loan).birth_year
    if born is None:
        return "unknown"
    age = loan.approved_on.year - born
    bands = {"under_18": 17, "18_24": 24, "25_30": 30, "31_35": 35}
    return next((band for band, last in bands.items() if age <= last), "over_35")


def poverty_class(books: Books, loan: Loan) -> str:
    rows = [row for row in books.all(HouseholdClass, household_id=loan.household_id) if row.from_on <= loan.approved_on]
    return max(rows, key=lambda row: row.from_on).poverty_class if rows else "unknown"


VALUES: dict[str, Callable[[Books, Loan], str]] = {
    "programme": lambda _, loan: str(loan.programme_id),
    "lender": lambda _, loan: str(loan.lender_id),
    "group": lambda _, loan: str(loan.group_id) if loan.group_id else "none",
    "project": lambda _, loan: "yes" if loan.project_id else "no",
    "sex": sex,
    "age_band": age_band,
    "ethnicity": ethnicity,
    "poverty_class": poverty_class,
}


async def test_by_locality_old_communes_are_kept_on_request(loans: LoanStage) -> None:
    await loans.disbursed(MILLION)
    place = await Lending(loans, Random(1)).place(SA_PA)
    await loans.disbursed(2 * MILLION, recorded_locality_id=place["locality_id"])
    current = await ask(loans.staff, group_by="locality")
    assert groups(current, "disbursed_vnd") == {"02839": [3 * MILLION]}
    recorded = await ask(loans.staff, group_by="locality", territory="as_recorded")
    assert groups(recorded, "disbursed_vnd") == {"02839": [MILLION], SA_PA: [2 * MILLION]}
    assert (recorded["territory"], recorded["groups"][0]["ref"]["name"]) == ("as_recorded", "Bắc Hà")


async def test_late_means_by_more_than_so_many_days(loans: LoanStage) -> None:
    """Two instalments of which the first is paid in part; 30 days late is not more than 30 days late."""
    loan_id = await loans.disbursed(10 * MILLION, date(2025, 1, 20))
    due_on = date(2025, 6, 1)
    await loans.schedule(loan_id, {due_on: 4 * MILLION, date(2026, 6, 1): 6 * MILLION})
    await loans.entry(loan_id, "repayment", date(2025, 2, 1), -MILLION)
    names = ("past_due_by_schedule_vnd", "par1_vnd", "par30_vnd", "par90_vnd", "par30_ppm")
    for days, expected in {
        0: [0, 0, 0, 0, 0],
        1: [3, 0, 0, 0, 0],
        2: [3, 9, 0, 0, 0],
        30: [3, 9, 0, 0, 0],
        31: [3, 9, 9, 0, 1_000_000],
        90: [3, 9, 9, 0, 1_000_000],
        91: [3, 9, 9, 9, 1_000_000],
    }.items():
        told = await totals(loans.staff, *names, as_of=due_on + timedelta(days))
        assert [vnd // MILLION for vnd in told[:4]] + told[4:] == expected, days
    await loans.entry(loan_id, "repayment", date(2025, 7, 31), -3 * MILLION)
    assert await totals(loans.staff, *names, as_of=date(2025, 7, 31)) == [0, 0, 0, 0, 0]


async def test_a_figure_of_last_month_stays_after_corrections(loans: LoanStage) -> None:
    then, now = datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 2, tzinfo=UTC)
    loan_id = await loans.granted(10 * MILLION)
    day = date(2025, 1, 20)
    paid = await loans.entry(loan_id, "disbursement", day, 10 * MILLION, recorded_at=then)
    await loans.schedule(loan_id, {date(2025, 6, 1): 10 * MILLION}, recorded_at=then)
    visit = Inspection(loan_id=loan_id, inspected_on=day, used_as_agreed="yes", recorded_at=then, **BY_SYSTEM)
    await add(loans, visit)
    balance = BankBalance(loan_id=loan_id, on_day=date(2025, 9, 30), normal_vnd=1, overdue_vnd=0, frozen_vnd=0,
                          recorded_at=then, **BY_SYSTEM)  # fmt: skip
    await add(loans, balance)
    await add(loans, Reconciliation(bank_balance_id=balance.id, loan_id=loan_id, d_normal=-1, d_overdue=0, d_frozen=0,
                                    status="corrected", settled_by=loans.staff.id, settled_at=now))  # fmt: skip
    october = {"as_of": "2025-09-30", "known_at": "2025-10-31T00:00:00Z"}
    before = await ask(loans.staff, **october)
    repaid = await loans.entry(loan_id, "repayment", date(2025, 3, 1), -9 * MILLION, interest=5, recorded_at=now)
    await loans.entry(loan_id, "reversal", date(2025, 3, 1), reverses=repaid, recorded_at=now)
    await loans.entry(loan_id, "reversal", day, reverses=paid, recorded_at=now)
    await loans.schedule(loan_id, {date(2026, 6, 1): 10 * MILLION}, number=2, reason="extended", recorded_at=now)
    await add(loans, Inspection(loan_id=loan_id, inspected_on=day, voids_id=visit.id, note="Nhầm", recorded_at=now,
                                **BY_SYSTEM))  # fmt: skip
    await add(loans, BankBalance(loan_id=loan_id, on_day=date(2025, 9, 30), normal_vnd=0, overdue_vnd=0, frozen_vnd=0,
                                 recorded_at=now, **BY_SYSTEM))  # fmt: skip
    assert await ask(loans.staff, **october) == before
    told = before["totals"]
    assert (told["disbursed_vnd"], told["par90_vnd"]) == (10 * MILLION, 10 * MILLION)
    assert (told["inspected_share_ppm"], told["reconciled_share_ppm"]) == (1_000_000, 0)
    assert (before["register_basis"], before["known_at"]) == ("today", "2025-10-31T00:00:00Z")
    names = ("disbursed_vnd", "collected_vnd", "loans", "households_ever", "par90_vnd", "interest_received_vnd")
    assert await totals(loans.staff, *names, as_of="2025-09-30") == [0] * 6


async def test_what_becomes_of_a_difference_later_does_not_change_what_was_known(loans: LoanStage) -> None:
    loan_id, id_ = await differing(loans)
    path = f"/v1/reconciliations/{id_}/transitions"

    async def move(version: int, **body: str) -> None:
        answer = await loans.staff.post(path, body, headers={"if-match": f'"{version}"'})
        assert answer.status_code == 200, answer.text

    async def share(**asked: str) -> Any:
        return (await totals(loans.staff, "reconciled_share_ppm", **asked))[0]

    await move(1, action="explain", cause="timing")
    await move(2, action="reopen", reason="Không phải")
    await loans.entry(loan_id, "adjustment", date(2025, 10, 31), 5_000_000)
    await move(3, action="correct")
    moments = [row["recorded_at"] for row in await items(loans.staff, path)]
    async with loans.world.database.begin() as session:
        found_at = await session.scalar(select(func.max(BankBalance.recorded_at)))
        last = await session.scalar(select(func.max(ReconciliationMove.recorded_at)))
    assert found_at is not None
    assert last is not None
    loans.world.clock.now = last + timedelta(days=2)
    loans.staff = await loans.world.make.account("staff", sensitive=True)
    at = [found_at.isoformat().replace("+00:00", "Z"), *moments]
    assert [await share(known_at=moment) for moment in at] == [0, 1_000_000, 0, 1_000_000]
    assert await share() == 1_000_000


async def test_a_positive_adjustment_counts_as_not_paid(loans: LoanStage) -> None:
    names = ("past_due_by_schedule_vnd", "par30_vnd", "outstanding_vnd")
    loan_id = await loans.disbursed(10 * MILLION)
    due_on = date(2025, 6, 1)
    await loans.schedule(loan_id, {due_on: 5 * MILLION, date(2026, 6, 1): 5 * MILLION})
    await loans.entry(loan_id, "repayment", due_on, -5 * MILLION)
    assert await totals(loans.staff, *names) == [0, 0, 5 * MILLION]
    await loans.entry(loan_id, "adjustment", date(2025, 7, 1), MILLION)
    assert await totals(loans.staff, *names) == [MILLION, 6 * MILLION, 6 * MILLION]
    (figure,) = [one for one in await items(loans.staff, "/v1/stats/definitions") if one["id"] == "loans"]
    texts = {term["code"]: term["text"] for term in figure["terms"]}
    for name in ("past_due_by_schedule_vnd", "par1_vnd"):
        assert "positive adjustment" in texts[name]["en"]
        assert "điều chỉnh tăng" in texts[name]["vi"]


async def add(loans: LoanStage, row: Any) -> None:
    async with loans.world.database.begin() as session:
        session.add(row)


async def test_inspections_and_statements_count_for_loans_with_a_balance(loans: LoanStage) -> None:
    async def share(**asked: Any) -> Any:
        return (await totals(loans.staff, "inspected_share_ppm", **asked))[0]

    seen, unseen = await loans.disbursed(), await loans.disbursed()
    await add(loans, Inspection(loan_id=seen, inspected_on=date(2025, 3, 1), used_as_agreed="no", note="Bán",
                                **BY_SYSTEM))  # fmt: skip
    assert await share() == 500_000
    assert await share(**{"from": "2025-03-01"}) == 500_000
    assert await share(**{"from": "2025-03-02"}) == 0
    assert await share(to="2025-03-01", as_of="2025-03-01") == 0
    await loans.entry(unseen, "repayment", date(2025, 4, 1), -50_000_000)
    assert await share() == 1_000_000
    figure = await ask(loans.staff)
    assert figure["quality"] == {"unknown_n": 0, "unscheduled_n": 1, "no_statement_n": 1}
    assert figure["totals"]["reconciled_share_ppm"] == 0


async def test_filters_limit_the_loans(loans: LoanStage) -> None:
    other = await loans.lending()
    programme = await loans.offer(lender_id=other)
    await loans.disbursed(MILLION)
    await loans.disbursed(2 * MILLION, lender_id=other, programme_id=programme)
    place = await Lending(loans, Random(1)).place(SA_PA)
    await loans.disbursed(4 * MILLION, **place)
    for asked, expected in (
        ({"lender": str(other)}, 2), ({"lender": str(loans.lender)}, 5), ({"programme": str(programme)}, 2),
        ({"locality": SA_PA}, 4), ({"locality": "15"}, 7), ({}, 7),
    ):  # fmt: skip
        figure = await ask(loans.staff, **asked)
        assert figure["totals"]["disbursed_vnd"] == expected * MILLION
        assert figure["filters"] == asked
    assert await totals(loans.officer, "disbursed_vnd", "outstanding_vnd") == [3 * MILLION, 3 * MILLION]


async def test_no_loans_give_zeros_and_no_ratios(loans: LoanStage) -> None:
    await loans.granted()
    for name in BREAKDOWNS:
        figure = await ask(loans.staff, group_by=name)
        for part in (figure["totals"], *figure["groups"]):
            assert [part[measure] for measure in ("households_ever", "loans", "groups", *VND)] == [0] * (3 + len(VND))
            assert [part[measure] for measure in RATIOS] == [None] * len(RATIOS)


async def test_what_was_never_paid_out_in_the_end_is_no_loan(loans: LoanStage) -> None:
    loan_id = await loans.granted()
    entry_id = await loans.entry(loan_id, "disbursement", date(2025, 2, 1), 50_000_000)
    assert await totals(loans.staff, "households_ever", "loans", "members") == [1, 1, 5]
    await loans.entry(loan_id, "reversal", date(2025, 2, 1), reverses=entry_id)
    assert await totals(loans.staff, "households_ever", "loans", "members", "disbursed_vnd") == [0, 0, 0, 0]


async def test_the_total_is_the_sum_of_what_each_loan_says_of_itself(loans: LoanStage) -> None:
    await Lending(loans, Random(23)).fill(6)
    names = ("disbursed_vnd", "collected_vnd", "written_off_vnd", "adjusted_vnd", "interest_received_vnd",
             "outstanding_vnd", *BUCKETS)  # fmt: skip
    books = await Books.read(loans)
    for asked in ({"as_of": "2025-11-30"}, {"as_of": "2024-06-30"},
                  {"as_of": "2025-06-30", "known_at": "2025-02-05T00:00:00Z"}):  # fmt: skip
        told = [await read(loans.staff, f"/v1/loans/{loan.id}", asked) for loan in books.all(Loan)]
        sums = [sum(loan[name] for loan in told) for name in names]
        assert await totals(loans.staff, *names, **asked) == sums


async def read(caller: Caller, path: str, asked: dict[str, str]) -> dict[str, Any]:
    answer = await caller.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
