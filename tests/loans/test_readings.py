"""The traces of looks at one loan: whichever list it was, the trail tells it under the same word."""

from tests.loans.bank import readings
from tests.loans.stage import LoanStage


async def test_each_look_at_a_part_of_a_loan_names_the_list(loans: LoanStage) -> None:
    loan = await loans.disbursed()
    body = {"method": "at_end", "reason": "original", "due_on": "2027-01-15"}
    schedule = (await loans.staff.post(f"/v1/loans/{loan}/schedules", body)).json()
    entry = (await loans.staff.get(f"/v1/loans/{loan}/entries")).json()["items"][0]
    asked = {
        "/rates": "loan_rates",
        "/schedules": "schedules",
        f"/schedules/{schedule['id']}": "schedule",
        "/plan": "plan",
        "/interest?from=2025-02-01&to=2025-03-01": "interest",
        "/entries": "entries",
        f"/entries/{entry['id']}": "entry",
        "/inspections": "inspections",
    }
    for path in asked:
        answer = await loans.officer.get(f"/v1/loans/{loan}{path}")
        assert answer.status_code == 200, answer.text
    answer = await loans.officer.get("/v1/entry-requests", params={"loan_id": str(loan)})
    assert answer.status_code == 200, answer.text
    of_requests, *told = await readings(loans, loans.officer)
    assert of_requests["details"] == {"list": "entry_requests", "filters": ["loan_id"]}
    assert [row["details"] for row in reversed(told)] == [{"list": name} for name in asked.values()]
    assert {(row["subject_type"], row["subject_id"]) for row in (of_requests, *told)} == {("loan", str(loan))}
