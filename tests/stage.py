"""One of everything, and somebody who may do everything: where bad input is tried on every operation."""

from datetime import date
from typing import Any
from uuid import UUID

from incubator.accounts.models import RoleGrant
from incubator.actor import NOBODY, Role
from tests.events.stage import set_event_stage
from tests.factories import BAC_HA, LAO_CAI, LONG_AGO, Caller, World, locality_id
from tests.loans.bank import sent
from tests.loans.entering import entered, requested
from tests.loans.stage import SINCE, LoanStage, set_loans

BASELINE = {need: {"needed": True, "why": "Cần vốn"} for need in ("capital", "market", "digital")}
CLASS_DAYS = (SINCE.isoformat(), "2025-01-01")


OF_PHONES = {"getOwnDevice", "sendCheckIns"}
"""What no account may call."""


class Stage:
    """`ids` has a value for each path parameter of the API."""

    phone: Caller

    def __init__(self, world: World, everybody: Caller) -> None:
        self.world = world
        self.everybody = everybody
        self.ids: dict[str, str] = {}

    def caller(self, operation_id: str) -> Caller:
        """Who may call the operation."""
        return self.phone if operation_id in OF_PHONES else self.everybody

    def url(self, path: str) -> str:
        """The address of a path of the document, with ids of things that exist. Events have sessions of their own."""
        own = {"session_id": self.ids["event_session_id"]} if path.startswith("/v1/events/") else {}
        return path.format_map(self.ids | own)


async def set_stage(world: World) -> Stage:
    stage = Stage(world, await omnipotent(world))
    staff, approver = await world.make.account("staff"), await world.make.account("approver")
    reviewer, mentor = await world.make.account("reviewer"), await world.make.account("mentor")
    stage.ids |= await _ideas(world, staff, stage.everybody, reviewer)
    stage.ids |= await _project(world, staff, approver, mentor)
    stage.ids |= await _service(stage.everybody, mentor)
    stage.ids |= await _calendar(stage.everybody)
    stage.ids |= await _register(world, staff)
    stage.ids |= await _sessions(staff, stage.ids)
    stage.ids |= await _advice(stage)
    stage.ids |= await _graduation(staff, approver, stage.ids["project_id"])
    loans = await set_loans(world)
    stage.ids |= await _loan_registers(loans)
    stage.ids |= await _loans(loans)
    stage.ids |= await _ledger(loans, stage.ids["loan_id"])
    stage.ids |= await _followed(loans, stage.ids["loan_id"])
    stage.ids |= await _household(stage)
    stage.ids |= await _twins(stage)
    stage.ids |= await _event(stage)
    return stage


async def omnipotent(world: World) -> Caller:
    """An account with every role."""
    caller = await world.make.account("admin")
    async with world.database.begin() as session:
        place = await locality_id(session, LAO_CAI)
        for role in Role:
            if role is not Role.admin:
                session.add(
                    RoleGrant(
                        account_id=caller.id, role=role, locality_id=place, sensitive=True,
                        granted_by=NOBODY, granted_at=LONG_AGO,
                    )
                )  # fmt: skip
    return caller


async def _ideas(world: World, staff: Caller, everybody: Caller, reviewer: Caller) -> dict[str, str]:
    """Two ideas, one of them under review by everybody, with a row in each of its lists."""
    make = world.make
    await make.idea(staff)
    idea = await make.moved(staff, await make.idea(staff), "start_screening")
    path = f"/v1/ideas/{idea['id']}"
    assigned = await _made(staff, f"{path}/reviews", reviewer_ids=[str(everybody.id), str(reviewer.id)])
    idea = await make.moved(staff, await make.read(staff, idea), "pass_screening")
    for _ in range(2):
        await _made(staff, f"{path}/comments", body="Đã gọi điện.")
        await make.idea(staff, title=idea["title"])
    pairs = (await staff.get(f"{path}/duplicates")).json()["items"]
    return {
        "idea_id": idea["id"],
        "pair_id": pairs[0]["id"],
        "review_id": assigned["items"][0]["id"],
        "call_id": idea["call"]["id"],
        "tracking_code": idea["tracking_code"],
        "person_id": idea["leader"]["person_id"],
        "locality_id": idea["locality"]["id"],
    }


async def _project(world: World, staff: Caller, approver: Caller, mentor: Caller) -> dict[str, str]:
    """Two projects, one of them with a mentor, and two panels."""
    panel = await world.make.panel(staff)
    for _ in range(2):
        idea = await world.make.accepted_idea(staff, approver)
        project = await _made(staff, "/v1/projects", idea_ids=[idea["id"]], founded_on="2025-11-30", baseline=BASELINE)
    assignment = await _made(staff, f"/v1/projects/{project['id']}/mentors", account_id=str(mentor.id))
    return {"panel_id": panel["id"], "project_id": project["id"], "assignment_id": assignment["id"]}


async def _service(everybody: Caller, somebody: Caller) -> dict[str, str]:
    tokens = [await _made(everybody, "/v1/tokens", name=f"Kiosk {i}", scopes=["ideas:submit"]) for i in range(2)]
    account = (await everybody.get(f"/v1/accounts/{somebody.id}")).json()
    await _made(everybody, "/v1/localities", commune_code=BAC_HA, name="Thôn Na Lo")
    return {
        "token_id": tokens[0]["id"],
        "account_id": str(somebody.id),
        "grant_id": account["grants"][0]["id"],
        "code": "not_found",
    }


async def _calendar(everybody: Caller) -> dict[str, str]:
    feeds = [await _made(everybody, "/v1/calendar/feeds", name=f"Máy {i}") for i in range(2)]
    return {"feed_id": feeds[0]["id"], "secret": feeds[1]["path"].split("/")[-2]}


async def _register(world: World, staff: Caller) -> dict[str, str]:
    """Two mentors and two programmes."""
    mentors = [await world.make.mentor(platforms=["market"]) for _ in range(2)]
    coffee = {"kind": "startup_coffee", "host": "Tỉnh đoàn", "cadence": "monthly", "locality_code": LAO_CAI}
    programmes = [
        await _made(staff, "/v1/programmes", title=f"Cà phê {i}", starts_on="2025-01-01", **coffee) for i in range(2)
    ]
    return {"mentor_id": str(mentors[0].mentor_id), "programme_id": programmes[0]["id"]}


async def _advice(stage: Stage) -> dict[str, str]:
    """A log of two consultations and two action items, each of which was done and opened again."""
    agreed = [{"what": f"Việc {i}", "due_on": "2025-12-20"} for i in range(2)]
    logged = await _made(
        stage.everybody, "/v1/consultations", project_id=stage.ids["project_id"], mentor_id=stage.ids["mentor_id"],
        platforms=["market", "digital"], minutes=45, advice="Làm nhãn trước.", actions=agreed,
    )  # fmt: skip
    for item in logged["actions"]:
        await _stepped(stage.everybody, f"/v1/action-items/{item['id']}", 1, action="complete")
        await _stepped(stage.everybody, f"/v1/action-items/{item['id']}", 2, action="reopen", reason="Chưa xong")
    return {"consultation_id": logged["id"], "item_id": logged["actions"][0]["id"]}


async def _graduation(staff: Caller, approver: Caller, project_id: str) -> dict[str, str]:
    """Two outcomes of the project, which becomes active, and two requests to let it graduate, one of them open."""
    path = f"/v1/projects/{project_id}"
    paper = {"kind": "jobs", "jobs": 2, "occurred_on": "2025-11-30", "evidence": "Bảng lương"}
    outcomes = [await _made(staff, f"{path}/outcomes", **paper) for _ in range(2)]
    await _stepped(staff, path, 1, action="activate")
    requests = f"{path}/graduation/requests"
    first = await _made(approver, requests, reason="Đã đủ đầu ra")
    await _stepped(approver, f"{requests}/{first['id']}", 1, action="withdraw")
    second = await _made(approver, requests, reason="Đã đủ đầu ra")
    return {"outcome_id": outcomes[0]["id"], "request_id": second["id"]}


async def _loans(loans: LoanStage) -> dict[str, str]:
    """Two applications that are handed in, and two loans, one of them with two rates of its own."""
    asked: dict[str, Any] = {
        "household_id": str(loans.household),
        "applicant_id": str(loans.head),
        "programme_id": str(loans.programme),
        "asked_vnd": 50_000_000,
        "months": 36,
        "purpose": "Mua trâu",
        "submit": True,
    }
    applications = [await _made(loans.officer, "/v1/loan-applications", **asked) for _ in range(2)]
    await loans.granted()
    loan = str(await loans.granted(approved_on=SINCE, rate_ppm=60_000))
    rate = await loans.staff.put(f"/v1/loans/{loan}/rates/2020-01-01", {"rate_ppm": None}, headers={"if-match": "*"})
    assert rate.status_code == 200, rate.text
    schedules = [
        await _made(loans.staff, f"/v1/loans/{loan}/schedules", method="at_end", due_on="2026-01-15", **reason)
        for reason in ({"reason": "original"}, {"reason": "correction", "note": "Ghi nhầm ngày"})
    ]
    return {"application_id": applications[0]["id"], "loan_id": loan, "schedule_id": schedules[0]["id"]}


async def _ledger(loans: LoanStage, loan_id: str) -> dict[str, str]:
    """Two entries of the loan, and two requests for others that wait for a second person."""
    days = [{"kind": "disbursement", "effective_on": f"2025-02-0{day}", "amount_vnd": 10_000_000} for day in (1, 2)]
    entries = [await entered(loans.staff, UUID(loan_id), **data) for data in days]
    asked = [await requested(loans.staff, UUID(loan_id), "write_off", normal_vnd=1_000_000) for _ in range(2)]
    return {"entry_id": entries[0]["id"], "entry_request_id": asked[0]["id"]}


async def _followed(loans: LoanStage, loan_id: str) -> dict[str, str]:
    """Two loans that are late and end soon, with a difference from the bank each, and two inspections."""
    late = [await loans.disbursed(group_id=group, maturity_on=date(2025, 12, 20)) for group in (loans.group, None)]
    for loan in late:
        await loans.schedule(loan, {date(2025, 11, 20): 20_000_000, date(2025, 12, 20): 30_000_000})
    told = await sent(loans, *((loan, 1, 0, 0) for loan in late))
    seen = {"inspected_on": "2025-11-20", "used_as_agreed": "yes"}
    inspections = [await _made(loans.officer, f"/v1/loans/{loan_id}/inspections", **seen) for _ in range(2)]
    return {"reconciliation_id": told["rows"][0]["reconciliation_id"], "inspection_id": inspections[0]["id"]}


async def _loan_registers(loans: LoanStage) -> dict[str, str]:
    """Two lenders, programmes and credit groups."""
    await loans.offer(lender_id=await loans.lending("vbsp"))
    await loans.circle()
    members = (await loans.staff.get(f"/v1/credit-groups/{loans.group}/members")).json()["items"]
    return {
        "lender_id": str(loans.lender),
        "loan_programme_id": str(loans.programme),
        "from_on": SINCE.isoformat(),
        "group_id": str(loans.group),
        "membership_id": members[0]["id"],
    }


async def _household(stage: Stage) -> dict[str, str]:
    """One of two members with two classes, and the citizen id of a person."""
    housemate = {"person": {"full_name": "Sùng Thị Mỷ"}, "relation": "spouse"}
    head = {"full_name": "Sùng A Chứ"}
    home = await _made(stage.everybody, "/v1/households", head=head, members=[housemate], locality_code=BAC_HA)
    kept = {f"/v1/households/{home['id']}/classes/{day}": {"poverty_class": "poor"} for day in CLASS_DAYS}
    kept[f"/v1/people/{stage.ids['person_id']}/citizen-id"] = {"number": "010098001234"}
    for path, body in kept.items():
        answer = await stage.everybody.put(path, body, headers={"if-match": "*"})
        assert answer.status_code == 200, answer.text
    return {"household_id": home["id"], "member_id": home["members"][1]["id"]}


async def _twins(stage: Stage) -> dict[str, str]:
    """Three people with one phone number, and two entries that were merged into the person of the stage."""
    for number in range(3):
        await _made(
            stage.everybody, "/v1/people", full_name=f"Sùng Thị Mỷ {number}", phone="0912 345 678", locality_code=BAC_HA
        )
    pairs = (await stage.everybody.get("/v1/people/duplicates")).json()["items"]
    path, reason = f"/v1/people/{stage.ids['person_id']}/merges", "Một người"
    for _ in range(2):
        again = await _made(stage.everybody, "/v1/people", full_name="Sùng A Chứ", locality_code=BAC_HA)
        merge = await _made(stage.everybody, path, absorbed_id=again["id"], reason=reason)
    return {"duplicate_id": pairs[0]["id"], "merge_id": merge["id"]}


async def _event(stage: Stage) -> dict[str, str]:
    """Two events, one of them a conference with two phones besides the one that calls, and two rows in each list."""
    events = await set_event_stage(stage.world)
    await events.simple_event()
    for _ in range(2):
        await events.leader()
    path = f"/v1/events/{events.event_id}"
    await _stepped(stage.everybody, path, 1, action="close_attendance")
    await _stepped(stage.everybody, path, 2, action="reopen_attendance", reason="Thiếu danh sách")
    stage.phone, *phones = [await events.device() for _ in range(3)]
    for site in (events.hall, events.bridge):
        await events.headcount(site, 62)
    guests = [{"mode": "in_person", "person": {"full_name": f"Lù A Chớ {number}"}} for number in range(2)]
    registrations = [await _made(stage.everybody, f"{path}/registrations", **guest) for guest in guests]
    for person_id in (UUID(stage.ids["person_id"]), await events.person()):
        await events.attendance(events.morning, person_id, events.hall)
    await _made(stage.phone, "/v1/check-in/batches", items=[{}, {"kind": "in"}])
    reviews = (await stage.everybody.get(f"{path}/check-in-reviews")).json()["items"]
    return {
        "check_in_review_id": reviews[0]["id"],
        "event_id": str(events.event_id),
        "registration_id": registrations[0]["id"],
        "event_session_id": str(events.morning),
        "site_id": str(events.hall),
        "mode": "online",
        "device_id": str(phones[0].id),
    }


async def _stepped(caller: Caller, path: str, version: int, **body: Any) -> None:
    answer = await caller.post(f"{path}/transitions", body, headers={"if-match": f'"{version}"'})
    assert answer.status_code == 200, answer.text


async def _sessions(staff: Caller, ids: dict[str, str]) -> dict[str, str]:
    """Two sessions with a mentor and two participants each."""
    body: dict[str, Any] = {
        "starts_at": "2025-11-30T08:00:00+07:00",
        "minutes": 90,
        "mode": "in_person",
        "locality_code": BAC_HA,
        "mentors": [{"mentor_id": ids["mentor_id"], "role": "lead"}],
        "participants": [{"full_name": "Sùng A Chứ"}, {"full_name": "Lù Thị Sen"}],
    }
    sessions = [await _made(staff, "/v1/sessions", **body) for _ in range(2)]
    return {"session_id": sessions[0]["id"]}


async def _made(caller: Caller, path: str, **body: Any) -> dict[str, Any]:
    answer = await caller.post(path, body)
    assert answer.status_code in {200, 201}, answer.text
    return dict(answer.json())
