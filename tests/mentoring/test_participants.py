"""Who takes part in sessions: entering, seeing and signing them in, and the seats."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, select

from incubator.audit import AuditEntry
from incubator.mentoring.sessions.models import SessionMentor
from tests.factories import BAC_HA, SA_PA, Y_TY, Make, World
from tests.mentoring.table import TOMORROW, Table, came, faults, lay_table, part, stranger


async def test_participants_are_entered_with_and_without_a_project(table: Table) -> None:
    project = await table.team.project()
    leader = project["leaders"][0]
    session = await table.plan()
    known = await table.add(session, person_id=leader["person_id"], project_id=project["id"])
    assert (known["full_name"], known["project_title"]) == (leader["full_name"], project["title"])
    new = await table.add(session, full_name="Thào Thị Dợ", phone="0912345678", status="attended")
    assert (new["project_id"], new["status"]) == (None, "attended")
    assert await table.participants(session) == [known, new]
    after = await table.read(session)
    assert (after["seats_taken"], after["participants"]["attended"]) == (2, 1)
    filtered = await table.staff.get(f"/v1/sessions/{session['id']}/participants", params={"status": "attended"})
    assert [row["id"] for row in filtered.json()["items"]] == [new["id"]]
    of_project = await table.staff.get(
        f"/v1/sessions/{session['id']}/participants", params={"project_id": project["id"]}
    )
    assert [row["id"] for row in of_project.json()["items"]] == [known["id"]]


async def test_a_person_sits_at_a_table_once(table: Table) -> None:
    session = await table.plan()
    guest = await table.add(session)
    answer = await table.try_add(session, person_id=guest["person_id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
    assert answer.json()["errors"][0]["pointer"] == "/person_id"


async def test_everything_wrong_with_a_participant_is_named(table: Table) -> None:
    session = await table.plan()
    assert faults(await table.try_add(session)) == {"/full_name": "required"}
    unknown = await table.try_add(session, full_name="Lý Sín", project_id=str(uuid4()))
    assert faults(unknown) == {"/project_id": "not_found"}
    assert faults(await table.try_add(session, person_id=str(uuid4()))) == {"/person_id": "not_found"}
    assert faults(await table.try_add(session, full_name="Lý Sín", status="absent")) == {"/status": "not_in_enum"}
    assert (await table.try_add({"id": str(uuid4())}, **stranger())).status_code == 404


async def test_a_full_table_takes_nobody_and_a_free_seat_somebody(table: Table) -> None:
    session = await table.plan(capacity=2, participants=[stranger(), stranger()])
    answer = await table.try_add(session, **stranger())
    assert (answer.status_code, answer.json()["code"]) == (409, "capacity_full")
    assert answer.json()["detail"] == (
        "A capacity of 2 does not suffice: 2 seats are taken. Organisers can raise it; others may take part in another "
        "way, or wait where there is a waitlist."
    )
    first, second = await table.participants(session)
    await table.sign_in(session, (first, "excused"))
    third = await table.add(session)
    await table.sign_in(session, (second, "excused"), (third, "absent"))
    assert (await table.read(session))["seats_taken"] == 0
    results = (await table.sign_in(session, (first, "registered"), (third, "attended"), (second, "attended"))).json()
    assert sorted(item["status"] for item in results["items"]) == ["done", "done", "failed"]
    assert (await table.read(session))["seats_taken"] == 2


async def test_a_mentor_sees_those_of_own_projects_and_those_they_brought(table: Table, make: Make) -> None:
    own, foreign = await table.team.project(), await table.team.project()
    await table.team.assign(own)
    session = await table.plan(mentors=[part(table.lead, "lead"), part(table.other, "support")])
    mine = await table.add(session, person_id=own["leaders"][0]["person_id"], project_id=own["id"])
    other = await table.add(session, person_id=foreign["leaders"][0]["person_id"], project_id=foreign["id"])
    unknown = await table.add(session)
    brought = await table.add(session, table.lead)
    everybody = [mine["id"], other["id"], unknown["id"], brought["id"]]
    for caller in (table.staff, table.team.approver, await make.account("commune_staff", BAC_HA)):
        assert [row["id"] for row in await table.participants(session, caller)] == everybody
    assert [row["id"] for row in await table.participants(session, table.lead)] == [mine["id"], brought["id"]]
    assert await table.participants(session, table.other) == []
    sheet = await table.lead.get(f"/v1/sessions/{session['id']}/participants", headers={"accept": "text/csv"})
    assert unknown["full_name"] not in sheet.text
    assert brought["full_name"] in sheet.text
    answer = await table.sign_in(session, (mine, "attended"), (unknown, "attended"), caller=table.lead)
    assert [item["status"] for item in answer.json()["items"]] == ["done", "failed"]
    assert answer.json()["items"][1]["problem"]["code"] == "not_found"
    hold = await table.try_move(
        await table.read(session), "hold", table.lead, mentors=[came(table.lead, 60)],
        sign_ins=[{"participant_id": other["id"], "status": "attended"}],
    )  # fmt: skip
    assert faults(hold) == {"/sign_ins/0/participant_id": "not_found"}


async def test_who_sees_a_session_because_of_a_project_sees_the_people_of_that_project_only(
    table: Table, make: Make
) -> None:
    own, foreign = await table.team.project(await table.team.idea(locality_code=SA_PA)), await table.team.project()
    session = await table.plan()
    theirs = await table.add(session, person_id=own["leaders"][0]["person_id"], project_id=own["id"])
    other = await table.add(session, person_id=foreign["leaders"][0]["person_id"], project_id=foreign["id"])
    unknown = await table.add(session)
    officer = await make.account("commune_staff", SA_PA)
    assert await table.participants(session, officer) == [theirs]
    path = f"/v1/sessions/{session['id']}/participants"
    filtered = await officer.get(path, params={"project_id": foreign["id"]})
    assert filtered.json()["items"] == []
    sheet = await officer.get(path, headers={"accept": "text/csv"})
    assert theirs["full_name"] in sheet.text
    assert not any(row["full_name"] in sheet.text for row in (other, unknown))
    seen = await table.read(session, officer)
    assert seen["participants"]["registered"] == 3, "numbers are of the whole table"
    here = await make.account("commune_staff", BAC_HA)
    assert await table.participants(session, here) == [theirs, other, unknown]


async def test_a_mentor_whose_assignment_ended_sees_its_people_no_more(table: Table) -> None:
    project = await table.team.project()
    assignment = await table.team.assign(project)
    session = await table.plan()
    await table.add(session, table.lead, project_id=project["id"])
    assert len(await table.participants(session, table.lead)) == 1
    await table.team.end(assignment)
    assert await table.participants(session, table.lead) == []


async def test_a_mentor_enters_people_of_own_projects_at_own_tables(table: Table) -> None:
    own, foreign = await table.team.project(), await table.team.project()
    await table.team.assign(own)
    await table.team.assign(foreign, table.other)
    session = await table.plan(participants=[{**stranger(), "project_id": foreign["id"]}])
    refused = await table.try_add(session, table.lead, **stranger(), project_id=foreign["id"])
    assert faults(refused) == {"/project_id": "not_found"}
    refused = await table.try_add(session, table.lead, person_id=foreign["leaders"][0]["person_id"])
    assert faults(refused) == {"/person_id": "not_found"}
    guest = await table.add(session, table.lead, person_id=own["leaders"][0]["person_id"], project_id=own["id"])
    outsider = await table.try_add(session, table.other, **stranger(), project_id=foreign["id"])
    assert outsider.status_code == 403, "a project at the table is no seat for its mentor"
    assert (await table.sign_in(session, (guest, "attended"), caller=table.other)).status_code == 403


async def test_officers_of_the_place_sign_people_in(table: Table, make: Make) -> None:
    project = await table.team.project(await table.team.idea(locality_code=SA_PA))
    session = await table.plan(participants=[{**stranger(), "project_id": project["id"]}])
    (guest,) = await table.participants(session)
    officer = await make.account("commune_staff", BAC_HA)
    assert (await table.sign_in(session, (guest, "attended"), caller=officer)).status_code == 200
    assert (await table.add(session, officer))["status"] == "registered"
    elsewhere = await make.account("commune_staff", SA_PA)
    assert (await table.sign_in(session, (guest, "absent"), caller=elsewhere)).status_code == 403
    assert (await table.sign_in(session, (guest, "absent"), caller=table.team.approver)).status_code == 403
    stranger_here = await make.account("commune_staff", Y_TY)
    assert (await table.sign_in(session, (guest, "absent"), caller=stranger_here)).status_code == 404
    assert (await table.participants(session))[0]["status"] == "attended"


async def test_signing_in_twice_changes_nothing(table: Table) -> None:
    session = await table.plan(participants=[stranger(), stranger()])
    first, second = await table.participants(session)
    for _ in range(2):
        answer = await table.sign_in(session, (first, "attended"), (second, "absent"))
        assert [item["status"] for item in answer.json()["items"]] == ["done", "done"]
    after = await table.read(session)
    assert after["participants"] == {"registered": 0, "attended": 1, "absent": 1, "excused": 0}
    assert after["seats_taken"] == 1


async def test_one_refused_sign_in_undoes_itself_alone(table: Table) -> None:
    session = await table.plan(capacity=1, participants=[stranger()])
    (first,) = await table.participants(session)
    await table.sign_in(session, (first, "excused"))
    second = await table.add(session)
    other = await table.add(await table.plan())
    answer = await table.sign_in(session, (first, "attended"), (other, "attended"), (second, "attended"))
    told = [(item["status"], (item["problem"] or {}).get("code")) for item in answer.json()["items"]]
    assert told == [("failed", "capacity_full"), ("failed", "not_found"), ("done", None)]
    after = await table.read(session)
    assert (after["seats_taken"], after["participants"]["attended"]) == (1, 1)


async def test_sign_ins_name_each_participant_once(table: Table) -> None:
    session = await table.plan(participants=[stranger()])
    (guest,) = await table.participants(session)
    answer = await table.sign_in(session, (guest, "attended"), (guest, "absent"))
    assert faults(answer) == {"/items/1/participant_id": "duplicate"}


async def test_nobody_came_before_the_day(table: Table) -> None:
    session = await table.plan(starts_at=TOMORROW, participants=[stranger()])
    early = await table.try_add(session, **stranger(), status="attended")
    assert (early.status_code, early.json()["rule"]) == (422, "session_in_future")
    (guest,) = await table.participants(session)
    answer = await table.sign_in(session, (guest, "attended"))
    assert answer.json()["items"][0]["problem"]["rule"] == "session_in_future"
    assert (await table.sign_in(session, (guest, "excused"))).json()["items"][0]["status"] == "done"


@pytest.mark.parametrize(("action", "data"), [("cancel", {"reason": "Mưa lũ"}), ("mentor_absent", {})])
async def test_nobody_comes_to_what_did_not_happen(table: Table, action: str, data: dict[str, Any]) -> None:
    session = await table.plan(participants=[stranger()])
    (guest,) = await table.participants(session)
    session = await table.move(session, action, **data)
    refused = await table.try_add(session, **stranger())
    assert (refused.status_code, refused.json()["rule"]) == (422, "session_did_not_happen")
    assert (await table.sign_in(session, (guest, "attended"))).json()["rule"] == "session_did_not_happen"


async def test_who_came_is_written_down_after_the_session_too(table: Table) -> None:
    session = await table.hold(await table.plan(starts_at="2025-11-20T08:00:00+07:00"))
    await table.add(session, status="attended")
    assert (await table.read(session))["participants"]["attended"] == 1


async def test_the_same_participant_from_a_bad_connection_is_one(table: Table) -> None:
    session = await table.plan()
    path, body = f"/v1/sessions/{session['id']}/participants", stranger()
    headers = {"idempotency-key": str(uuid4())}
    first = await table.staff.post(path, body, headers=headers)
    again = await table.staff.post(path, body, headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert len(await table.participants(session)) == 1


async def test_thirty_at_once_get_ten_seats(committed: World) -> None:
    table = await lay_table(committed.make)
    session = await table.plan(capacity=10)
    answers = await asyncio.gather(*(table.try_add(session, **stranger()) for _ in range(30)))
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [409] * 20
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"capacity_full"}
    assert len(await table.participants(session)) == 10
    assert (await table.read(session))["seats_taken"] == 10


async def test_entering_people_and_logging_consultations_do_not_stop_each_other(committed: World) -> None:
    table = await lay_table(committed.make)
    project = await table.team.project()
    await table.team.assign(project)
    session = await table.plan()
    log = {"project_id": project["id"], "session_id": session["id"], "minutes": 30, "advice": "Ghi sổ thu chi"}
    logs = [
        table.lead.post("/v1/consultations", {**log, "platforms": [platform]}) for platform in ("capital", "market")
    ]
    guests = [table.try_add(session, **stranger(), project_id=project["id"]) for _ in range(12)]
    answers = await asyncio.gather(*guests[:6], *logs, *guests[6:])
    assert [answer.status_code for answer in answers] == [201] * 14, [answer.text for answer in answers]
    after = await table.read(session)
    assert (after["status"], after["seats_taken"]) == ("held", 13)


async def test_each_sign_in_that_changes_something_is_in_the_trail(table: Table, world: World) -> None:
    session = await table.plan(participants=[stranger(), stranger()])
    one, two = await table.participants(session)
    for _ in range(2):
        assert (await table.sign_in(session, (one, "attended"), (two, "registered"))).status_code == 200
    async with world.database.begin() as db:
        rows = select(AuditEntry.details).where(AuditEntry.action == "sign_in")
        details = (await db.scalars(rows)).all()
    assert details == [{"participant_id": one["id"], "before": "registered", "after": "attended"}]


async def test_at_a_full_table_those_who_leave_make_room_for_those_who_come(table: Table) -> None:
    session = await table.plan(participants=[stranger(), stranger()], capacity=2)
    one, two = await table.participants(session)
    await table.sign_in(session, (one, "absent"))
    three = await table.add(session)
    swapped = await table.sign_in(session, (one, "attended"), (three, "absent"))
    assert [item["status"] for item in swapped.json()["items"]] == ["done", "done"]
    told = [
        {"participant_id": guest["id"], "status": status} for guest, status in ((three, "attended"), (two, "absent"))
    ]
    held = await table.hold(await table.read(session), sign_ins=told)
    assert held["seats_taken"] == 2


async def test_a_replayed_sign_in_asks_again_who_may_see_it(table: Table, world: World) -> None:
    session = await table.plan(participants=[stranger()])
    (guest,) = await table.participants(session)
    path, key = f"/v1/sessions/{session['id']}/sign-ins", {"idempotency-key": "sổ ký".encode().hex()}
    body = {"items": [{"participant_id": guest["id"], "status": "attended"}]}
    assert (await table.lead.post(path, body, headers=key)).json()["id"] == session["id"]
    assert (await table.lead.post(path, body, headers=key)).status_code == 200
    async with world.database.begin() as db:
        await db.execute(delete(SessionMentor).where(SessionMentor.mentor_id == table.lead.mentor_id))
    assert (await table.lead.post(path, body, headers=key)).status_code == 404
