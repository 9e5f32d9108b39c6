"""Schedules: how instalments are worked out, which versions may follow one another, and which one is in force."""

import asyncio
import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import Date, insert, literal, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.audit import AuditEntry
from incubator.loans.labels import VOCABULARIES
from incubator.loans.models import Loan
from incubator.loans.schedules.instalments import equal_days, equal_parts
from incubator.loans.schedules.models import Instalment, ScheduleReason
from incubator.loans.schedules.queries import due_by, oldest_unpaid, past_due, schedule_in_force
from tests.factories import Y_TY, Caller, World
from tests.loans.stage import LoanStage, set_loans

APPROVED_ON = date(2025, 1, 15)
APPROVED = 50_000_000
YEARLY = {
    "method": "equal_principal", "reason": "original", "first_due_on": "2026-01-15", "every_months": 12,
    "instalments_n": 5,
}  # fmt: skip
AT_END = {"method": "at_end", "reason": "original", "due_on": "2027-01-15"}
NOTE = {"note": "QĐ số 12/QĐ-NHCS"}
EXTENDED = {**AT_END, **NOTE, "reason": "extended", "due_on": "2031-01-15"}


def path(loan_id: UUID) -> str:
    return f"/v1/loans/{loan_id}/schedules"


async def added(caller: Caller, loan_id: UUID, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await caller.post(path(loan_id), {**body, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def rule(answer: httpx.Response) -> str:
    assert answer.status_code == 422, answer.text
    return str(answer.json()["rule"])


def pointer(answer: httpx.Response) -> tuple[str, str]:
    assert answer.status_code == 400, answer.text
    [error] = answer.json()["errors"]
    return error.get("pointer", error.get("parameter")), error["code"]


def dues(schedule: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["due_on"], each["principal_vnd"]) for each in schedule["instalments"]]


@pytest.fixture
async def loan(loans: LoanStage) -> UUID:
    return await loans.granted(APPROVED, APPROVED_ON)


async def test_equal_principal(loans: LoanStage, loan: UUID) -> None:
    answer = await loans.staff.post(path(loan), YEARLY)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert dues(made) == [(f"{year}-01-15", 10_000_000) for year in range(2026, 2031)]
    assert [each["due_in_all_vnd"] for each in made["instalments"]] == [n * 10_000_000 for n in range(1, 6)]
    assert [each["number"] for each in made["instalments"]] == [1, 2, 3, 4, 5]
    instalments = made.pop("instalments")
    assert made == {
        "id": made["id"], "loan_id": str(loan), "number": 1, "reason": "original", "decided_on": "2025-01-15",
        "is_in_force": True, "first_due_on": "2026-01-15", "last_due_on": "2030-01-15", "instalments_n": 5,
        "principal_vnd": APPROVED, "first_interest_on": "2025-02-15", "interest_months": 1, "note": None,
        "recorded_by_id": str(loans.staff.id), "recorded_by": loans.staff.username,
        "recorded_at": made["recorded_at"], "amounts_hidden": False,
    }  # fmt: skip
    read = await loans.staff.get(answer.headers["location"])
    assert (read.json(), read.headers["etag"]) == ({**made, "instalments": instalments}, answer.headers["etag"])


async def test_what_a_division_leaves_comes_with_the_last_instalment(loans: LoanStage, loan: UUID) -> None:
    made = await added(loans.staff, loan, YEARLY, instalments_n=3)
    assert [vnd for _, vnd in dues(made)] == [16_666_666, 16_666_666, 16_666_668]


async def test_a_short_month_takes_its_last_day_and_the_next_the_day_again(loans: LoanStage, loan: UUID) -> None:
    made = await added(loans.staff, loan, YEARLY, first_due_on="2027-12-31", every_months=1, instalments_n=5)
    assert [day for day, _ in dues(made)] == ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]


def test_days_and_parts() -> None:
    assert equal_days(date(2024, 2, 29), 12, 5)[1::3] == [date(2025, 2, 28), date(2028, 2, 29)]
    assert equal_parts(7, 7) == [1] * 7
    assert equal_parts(13, 7) == [1] * 6 + [7]


async def test_all_at_the_end(loans: LoanStage, loan: UUID) -> None:
    made = await added(
        loans.staff, loan, AT_END, first_interest_on="2025-04-20", interest_months=3, decided_on="2025-01-16"
    )
    assert dues(made) == [("2027-01-15", APPROVED)]
    assert (made["first_interest_on"], made["interest_months"]) == ("2025-04-20", 3)
    assert made["decided_on"] == "2025-01-16"


async def test_as_the_lender_gave_it_in_any_order(loans: LoanStage, loan: UUID) -> None:
    given = [
        {"due_on": "2027-06-30", "principal_vnd": 20_000_001},
        {"due_on": "2026-06-30", "principal_vnd": 29_999_999},
    ]
    made = await added(loans.staff, loan, {"method": "as_given", "reason": "original", "instalments": given})
    assert dues(made) == [("2026-06-30", 29_999_999), ("2027-06-30", 20_000_001)]
    assert made["principal_vnd"] == APPROVED


async def test_six_hundred_instalments_are_the_most(loans: LoanStage, loan: UUID) -> None:
    refused = await loans.staff.post(path(loan), {**YEARLY, "every_months": 1, "instalments_n": 601})
    assert pointer(refused) == ("/instalments_n", "out_of_range")
    made = await added(loans.staff, loan, YEARLY, every_months=1, instalments_n=600)
    assert (made["instalments_n"], made["last_due_on"]) == (600, "2075-12-15")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({**YEARLY, "first_due_on": "2101-01-01"}, ("/first_due_on", "out_of_range")),
        ({**YEARLY, "first_due_on": "9999-12-31"}, ("/first_due_on", "out_of_range")),
        ({**YEARLY, "first_due_on": "0001-01-01"}, ("/first_due_on", "out_of_range")),
        ({**YEARLY, "instalments_n": 600}, ("/instalments_n", "out_of_range")),
        ({**YEARLY, "every_months": 13}, ("/every_months", "out_of_range")),
        ({**YEARLY, "principal_vnd": 4}, ("/instalments_n", "out_of_range")),
        ({**AT_END, "due_on": "9999-12-31"}, ("/due_on", "out_of_range")),
        ({**AT_END, "interest_months": 0}, ("/interest_months", "out_of_range")),
        ({**AT_END, "first_interest_on": "2025-01-15"}, ("/first_interest_on", "out_of_range")),
        ({**AT_END, "first_interest_on": "2027-01-16"}, ("/first_interest_on", "out_of_range")),
        ({**AT_END, "first_interest_on": "9999-12-31"}, ("/first_interest_on", "out_of_range")),
        ({**AT_END, "method": "by_luck"}, ("/method", "not_in_enum")),
        ({**AT_END, "reason": "because"}, ("/reason", "not_in_enum")),
        ({"method": "as_given", "reason": "original", "instalments": []}, ("/instalments", "too_short")),
        (
            {
                "method": "as_given", "reason": "original",
                "instalments": [{"due_on": "2026-01-15", "principal_vnd": 25_000_000}] * 2,
            },
            ("/instalments/1/due_on", "duplicate"),
        ),
        (
            {
                "method": "as_given", "reason": "original",
                "instalments": [{"due_on": "9999-12-31", "principal_vnd": APPROVED}],
            },
            ("/instalments/0/due_on", "out_of_range"),
        ),
    ],
)  # fmt: skip
async def test_a_wrong_field_is_named(loans: LoanStage, loan: UUID, body: Any, wrong: tuple[str, str]) -> None:
    assert pointer(await loans.staff.post(path(loan), body)) == wrong
    assert (await loans.staff.get(path(loan))).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "broken"),
    [
        ({**AT_END, "due_on": "2025-01-15"}, "instalment_before_approval"),
        ({**YEARLY, "first_due_on": "2024-12-15"}, "instalment_before_approval"),
        ({**AT_END, "principal_vnd": APPROVED - 1}, "schedule_total"),
        ({**AT_END, "decided_on": "2025-12-01"}, "day_in_future"),
        ({**AT_END, "decided_on": "9999-12-31"}, "day_in_future"),
        ({**AT_END, "decided_on": "2025-01-14"}, "schedule_decided_too_early"),
        ({**AT_END, "decided_on": "0001-01-01"}, "schedule_decided_too_early"),
        ({**AT_END, **NOTE, "reason": "correction"}, "schedule_original_first"),
    ],
)
async def test_a_first_version_keeps_the_rules(loans: LoanStage, loan: UUID, body: Any, broken: str) -> None:
    assert rule(await loans.staff.post(path(loan), body)) == broken


async def test_a_loan_paid_out_in_part_is_scheduled_as_approved_or_as_disbursed(loans: LoanStage, loan: UUID) -> None:
    await loans.entry(loan, "disbursement", date(2025, 1, 20), 30_000_000)
    assert rule(await loans.staff.post(path(loan), {**AT_END, "principal_vnd": 30_000_000})) == "schedule_total"
    await added(loans.staff, loan, AT_END)
    adjusted = {**AT_END, **NOTE, "reason": "instalment_adjusted"}
    refused = await loans.staff.post(path(loan), {**adjusted, "principal_vnd": 20_000_000})
    assert rule(refused) == "schedule_total"
    detail = refused.json()["detail"]
    assert "20000000" in detail.replace(",", "").replace(".", "")
    assert (await added(loans.staff, loan, adjusted, principal_vnd=30_000_000))["principal_vnd"] == 30_000_000
    assert (await added(loans.staff, loan, adjusted))["principal_vnd"] == APPROVED


async def test_a_later_version_is_no_original_and_has_a_note(loans: LoanStage, loan: UUID) -> None:
    await added(loans.staff, loan, AT_END)
    assert rule(await loans.staff.post(path(loan), AT_END)) == "schedule_original_first"
    for reason in ("instalment_adjusted", "extended", "after_freeze", "correction"):
        body = {**AT_END, "reason": reason, "due_on": "2028-01-15"}
        assert pointer(await loans.staff.post(path(loan), body)) == ("/note", "required")


async def test_extended_means_a_later_end(loans: LoanStage, loan: UUID) -> None:
    await added(loans.staff, loan, YEARLY)
    refused = await loans.staff.post(path(loan), {**EXTENDED, "due_on": "2030-01-15"})
    assert rule(refused) == "schedule_not_extended"
    made = await added(loans.staff, loan, EXTENDED)
    assert (made["number"], made["decided_on"], made["last_due_on"]) == (2, "2025-11-30", "2031-01-15")
    assert (made["first_interest_on"], made["interest_months"]) == ("2025-02-15", 1)
    assert (await added(loans.staff, loan, EXTENDED, reason="after_freeze", due_on="2030-01-15"))["number"] == 3


async def test_only_a_correction_reaches_back(loans: LoanStage, loan: UUID) -> None:
    await added(loans.staff, loan, YEARLY)
    await added(loans.staff, loan, EXTENDED, decided_on="2025-06-01")
    early = {**EXTENDED, "due_on": "2032-01-15", "decided_on": "2025-05-31"}
    assert rule(await loans.staff.post(path(loan), early)) == "schedule_decided_too_early"
    made = await added(loans.staff, loan, early, reason="correction", due_on="2029-01-15")
    assert (made["number"], made["is_in_force"]) == (3, False)
    before_approval = {**early, "reason": "correction", "decided_on": "2025-01-14"}
    assert rule(await loans.staff.post(path(loan), before_approval)) == "schedule_decided_too_early"


async def in_force(caller: Caller, loan_id: UUID, query: str = "") -> list[int]:
    answer = await caller.get(f"{path(loan_id)}?{query}")
    assert answer.status_code == 200, answer.text
    return [version["number"] for version in answer.json()["items"] if version["is_in_force"]]


async def test_the_newest_decision_is_in_force_and_of_one_day_the_later_version(loans: LoanStage, loan: UUID) -> None:
    await added(loans.staff, loan, YEARLY)
    await added(loans.staff, loan, EXTENDED, decided_on="2025-06-01")
    await added(loans.staff, loan, EXTENDED, reason="correction", decided_on="2025-06-01", due_on="2031-06-15")
    await added(loans.staff, loan, EXTENDED, reason="correction", decided_on="2025-03-01", due_on="2031-03-15")
    asked = {"2025-01-14": [], "2025-01-15": [1], "2025-02-28": [1], "2025-03-01": [4], "2025-05-31": [4]}
    for day, expected in {**asked, "2025-06-01": [3], "2025-11-30": [3]}.items():
        assert await in_force(loans.staff, loan, f"as_of={day}") == expected, day
    assert await in_force(loans.staff, loan) == [3]


async def test_what_was_recorded_later_was_not_known(loans: LoanStage, loan: UUID, world: World) -> None:
    """Rows get the time of the database's own clock, which the application's is set past."""
    world.clock.now = datetime.now(UTC) + timedelta(days=2)
    staff = await world.make.account("staff", sensitive=True)
    first = await added(staff, loan, YEARLY)
    second = await added(staff, loan, EXTENDED, decided_on="2025-06-01")
    items = (await staff.get(path(loan), params={"known_at": first["recorded_at"]})).json()["items"]
    assert [(item["number"], item["is_in_force"]) for item in items] == [(1, True)]
    items = (await staff.get(path(loan), params={"known_at": second["recorded_at"]})).json()["items"]
    assert [(item["number"], item["is_in_force"]) for item in items] == [(2, True), (1, False)]


async def test_nobody_knows_the_future_nor_the_last_minute(loans: LoanStage, loan: UUID) -> None:
    for asked in ("as_of=2025-12-01", "known_at=2025-11-30T02:59:01Z"):
        assert pointer(await loans.staff.get(f"{path(loan)}?{asked}")) == (asked.partition("=")[0], "out_of_range")
    assert (await loans.staff.get(f"{path(loan)}?known_at=2025-11-30T02:59:00Z")).status_code == 200


async def test_versions_are_listed_the_last_first(loans: LoanStage, loan: UUID) -> None:
    await added(loans.staff, loan, YEARLY)
    await added(loans.staff, loan, EXTENDED)
    page = (await loans.staff.get(f"{path(loan)}?limit=1&count=exact")).json()
    assert ([item["number"] for item in page["items"]], page["total"]) == ([2], 2)
    rest = (await loans.staff.get(f"{path(loan)}?limit=1&cursor={page['next_cursor']}")).json()
    assert ([item["number"] for item in rest["items"]], rest["next_cursor"]) == ([1], None)
    table = await loans.staff.get(path(loan), headers={"accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [(row["number"], row["instalments_n"], row["principal_vnd"]) for row in rows] == [
        ("2", "1", "50000000"), ("1", "5", "50000000"),
    ]  # fmt: skip


async def test_amounts_are_for_those_who_may_see_them(loans: LoanStage, loan: UUID) -> None:
    made = await added(loans.staff, loan, YEARLY, note="Vay 50 triệu đồng")
    one = (await loans.plain.get(f"{path(loan)}/{made['id']}")).json()
    assert (one["amounts_hidden"], one["principal_vnd"], one["last_due_on"]) == (True, None, "2030-01-15")
    assert {each["principal_vnd"] for each in one["instalments"]} == {None}
    assert {each["due_in_all_vnd"] for each in one["instalments"]} == {None}
    [row] = (await loans.plain.get(path(loan))).json()["items"]
    assert (row["amounts_hidden"], row["principal_vnd"]) == (True, None)
    assert (made["note"], one["note"], row["note"]) == ("Vay 50 triệu đồng", None, None)
    assert (await loans.officer.get(f"{path(loan)}/{made['id']}")).json() == made


async def test_who_does_not_see_amounts_or_the_loan_adds_none(loans: LoanStage, loan: UUID, world: World) -> None:
    elsewhere = await world.make.account("commune_staff", Y_TY, sensitive=True)
    for caller in (loans.plain, loans.officer, loans.approver):
        refused = await caller.post(path(loan), YEARLY)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    made = await added(loans.staff, loan, YEARLY)
    for url in (path(loan), f"{path(loan)}/{made['id']}", f"/v1/loans/{loan}/plan"):
        assert (await elsewhere.get(url)).status_code == 404
    other = await loans.granted()
    assert (await loans.staff.get(f"{path(other)}/{made['id']}")).status_code == 404
    assert (await loans.staff.post(path(uuid4()), YEARLY)).status_code == 404


async def test_a_cancelled_loan_gets_no_schedule(loans: LoanStage) -> None:
    loan = await loans.granted(cancelled_on=date(2025, 2, 1), cancel_reason="Không vay nữa")
    assert rule(await loans.staff.post(path(loan), YEARLY)) == "loan_is_cancelled"


async def test_each_reading_and_each_version_leaves_a_row(loans: LoanStage, loan: UUID, session: AsyncSession) -> None:
    made = await added(loans.staff, loan, YEARLY)
    await loans.officer.get(path(loan))
    await loans.officer.get(f"{path(loan)}/{made['id']}")
    await loans.officer.get(f"{path(loan)}/{uuid4()}")
    mine = select(AuditEntry).where(AuditEntry.actor_id == loans.officer.id).order_by(AuditEntry.id)
    rows = (await session.scalars(mine)).all()
    assert [(row.action, row.subject_type, row.subject_id) for row in rows] == [("read_loans", "loan", loan)] * 2
    assert [row.details["list"] for row in rows] == ["schedules", "schedule"]
    by_staff = select(AuditEntry).where(AuditEntry.subject_id == UUID(made["id"]))
    [row] = (await session.scalars(by_staff)).all()
    assert (row.action, row.details) == ("add", {"loan_id": str(loan), "reason": "original"})


async def test_a_repeated_request_adds_one_version(loans: LoanStage, loan: UUID) -> None:
    key = {"idempotency-key": "schedule-1"}
    first = await loans.staff.post(path(loan), YEARLY, headers=key)
    again = await loans.staff.post(path(loan), YEARLY, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert len((await loans.staff.get(path(loan))).json()["items"]) == 1


async def test_versions_that_come_at_once_are_numbered_one_after_the_other(committed: World) -> None:
    loans = await set_loans(committed)
    loan = await loans.granted(APPROVED, APPROVED_ON)
    answers = await asyncio.gather(*(loans.staff.post(path(loan), YEARLY) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 5
    adjust = {**YEARLY, **NOTE, "reason": "instalment_adjusted"}
    made = await asyncio.gather(*(added(loans.staff, loan, adjust) for _ in range(5)))
    assert sorted(each["number"] for each in made) == [2, 3, 4, 5, 6]


async def test_the_database_refuses_instalments_that_do_not_add_up(
    loans: LoanStage, loan: UUID, session: AsyncSession
) -> None:
    made = await added(loans.staff, loan, YEARLY)
    more = {
        "schedule_id": UUID(made["id"]), "number": 6, "due_on": date(2031, 1, 15), "principal_vnd": 1,
        "due_in_all_vnd": APPROVED + 1,
    }  # fmt: skip
    with pytest.raises(DBAPIError, match="do not add up"):
        await session.execute(insert(Instalment).values(more))


def test_every_reason_has_its_words() -> None:
    assert VOCABULARIES["schedule_reason"].keys() == set(ScheduleReason)


async def told(session: AsyncSession, loan: UUID, day: date) -> tuple[int, int, date | None]:
    """What is due by a day, what of it is past due, and since when."""
    schedule = schedule_in_force(Loan.id, literal(day, Date))
    sums = {
        "disbursed": Loan.disbursed_vnd,
        "outstanding": Loan.normal_vnd + Loan.overdue_vnd + Loan.frozen_vnd,
    }
    query = select(
        due_by(schedule, literal(day, Date)), past_due(schedule, literal(day, Date), **sums),
        oldest_unpaid(schedule, **sums),
    ).where(Loan.id == loan)  # fmt: skip
    due, late, since = (await session.execute(query)).one()
    return due, late, since


async def test_what_is_past_due(loans: LoanStage, session: AsyncSession) -> None:
    """Ten million at the end of each quarter of 2025; twelve million were paid back in May."""
    days = [date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31)]
    loan = await loans.disbursed(APPROVED)
    assert await told(session, loan, days[0]) == (0, 0, None)
    await loans.schedule(loan, dict.fromkeys(days, 10_000_000))
    assert await told(session, loan, date(2025, 1, 19)) == (0, 0, None)
    assert await told(session, loan, date(2025, 3, 30)) == (0, 0, days[0])
    assert await told(session, loan, days[0]) == (10_000_000, 10_000_000, days[0])
    await loans.entry(loan, "repayment", date(2025, 5, 2), -12_000_000)
    session.expire_all()
    assert await told(session, loan, days[0]) == (10_000_000, 0, days[1])
    assert await told(session, loan, days[2]) == (30_000_000, 18_000_000, days[1])
    await loans.entry(loan, "repayment", date(2025, 7, 1), -8_000_000)
    assert await told(session, loan, days[2]) == (30_000_000, 10_000_000, days[2])
    await loans.entry(loan, "repayment", date(2025, 7, 2), -30_000_000)
    assert await told(session, loan, days[4]) == (APPROVED, 0, None)


async def test_past_due_is_never_more_than_is_outstanding(loans: LoanStage, session: AsyncSession) -> None:
    """Approved 50 million, paid out 30, and scheduled as approved."""
    loan = await loans.granted(APPROVED)
    await loans.entry(loan, "disbursement", date(2025, 1, 20), 30_000_000)
    await loans.schedule(loan, {date(2025, 6, 30): 50_000_000})
    assert await told(session, loan, date(2025, 6, 30)) == (50_000_000, 30_000_000, date(2025, 6, 30))
