"""Planning sessions, finding them, and changing them while they are ahead."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from incubator.audit import AuditEntry
from incubator.mentoring.programmes.models import Programme
from incubator.mentoring.sessions.models import MentoringSession
from incubator.people.models import PersonPlace
from tests.factories import BAC_HA, LAO_CAI, SA_PA, Y_TY, Caller, Make, World, locality_id
from tests.mentoring.table import TODAY, TOMORROW, Table, faults, part, parts, stranger
from tests.team import make_old


async def test_staff_plans_a_session_with_mentors_and_participants(table: Table, world: World) -> None:
    project = await table.team.project()
    leader = project["leaders"][0]["person_id"]
    session = await table.plan(
        mentors=[part(table.other, "support"), part(table.lead, "lead")],
        participants=[{"person_id": leader, "project_id": project["id"]}, stranger()],
        title="Cà phê tháng 12", place="Nhà văn hóa thôn Na Lo", capacity=10,
    )  # fmt: skip
    assert (session["status"], session["kind"], session["programme"]) == ("planned", "one_to_one", None)
    assert (session["planned_on"], session["starts_at"]) == (TODAY, "2025-11-30T01:00:00Z")
    assert (session["locality"]["code"], session["capacity"], session["seats_taken"]) == (BAC_HA, 10, 2)
    assert session["participants"] == {"registered": 2, "attended": 0, "absent": 0, "excused": 0}
    assert [row["role"] for row in session["mentors"]] == ["lead", "support"]
    assert parts(session)[str(table.lead.mentor_id)] == ("lead", "expected", 0, 0, 0)
    assert session["allowed_actions"] == ["confirm", "hold", "cancel", "mentor_absent", "guests_absent"]
    (planned,) = await table.history(session)
    assert (planned["action"], planned["from_status"], planned["to_status"]) == ("plan", None, "planned")
    assert (planned["occurred_on"], planned["actor"]) == (TODAY, table.staff.username)
    async with world.database.begin() as db:
        places = await db.scalars(select(PersonPlace.source).where(PersonPlace.source_id == UUID(session["id"])))
        assert list(places) == ["mentoring_session"] * 2


async def test_the_commune_is_that_of_the_programme_or_of_the_only_project(table: Table, world: World) -> None:
    project = await table.team.project(await table.team.idea(locality_code=SA_PA))
    guest = {**stranger(), "project_id": project["id"]}
    body = {key: value for key, value in table.body().items() if key != "locality_code"}
    answer = await table.staff.post("/v1/sessions", {**body, "participants": [guest, {**guest, **stranger()}]})
    assert answer.json()["locality"]["code"] == SA_PA
    here, wide = await programme(world, Y_TY), await programme(world, LAO_CAI)
    answer = await table.staff.post("/v1/sessions", {**body, "programme_id": here, "participants": [guest]})
    assert (answer.json()["locality"]["code"], answer.json()["kind"]) == (Y_TY, "startup_coffee")
    assert answer.json()["programme"]["id"] == here
    refused = await table.staff.post("/v1/sessions", {**body, "programme_id": wide})
    assert faults(refused) == {"/locality_code": "required"}


async def test_a_session_of_a_programme_is_of_its_kind(table: Table, world: World) -> None:
    coffee = await programme(world, BAC_HA)
    assert (await table.plan(programme_id=coffee, kind="startup_coffee"))["kind"] == "startup_coffee"
    answer = await table.staff.post("/v1/sessions", table.body(programme_id=coffee, kind="clinic"))
    assert faults(answer) == {"/kind": "not_in_enum"}
    assert (await table.plan(kind="clinic"))["kind"] == "clinic"


async def test_a_mentor_leads_what_they_plan(table: Table) -> None:
    project = await table.team.project()
    await table.team.assign(project)
    leader = {"person_id": project["leaders"][0]["person_id"], "project_id": project["id"]}
    session = await table.plan(table.lead, mentors=[], participants=[leader, stranger()])
    assert parts(session) == {str(table.lead.mentor_id): ("lead", "expected", 0, 0, 0)}
    assert session["allowed_actions"] == ["confirm", "hold", "cancel", "guests_absent"]
    also = await table.plan(table.lead, mentors=[part(table.lead, "support")])
    assert parts(also) == parts(session)


async def test_a_mentor_brings_own_projects_and_their_people_only(table: Table) -> None:
    project = await table.team.project()
    leader = {"person_id": project["leaders"][0]["person_id"], "project_id": project["id"]}
    body = table.body(mentors=[part(table.other, "support")], participants=[leader])
    assert faults(await table.lead.post("/v1/sessions", body)) == {
        "/participants/0/person_id": "not_found",
        "/participants/0/project_id": "not_found",
        "/mentors/0/mentor_id": "not_found",
    }
    assert (await table.staff.post("/v1/sessions", body)).status_code == 201


async def test_a_mentor_plans_where_they_advise_or_where_an_own_project_is(table: Table, make: Make) -> None:
    guest = await make.mentor(Y_TY)
    table.team.mentor = guest
    project = await table.team.project()
    await table.team.assign(project)
    body = table.body(mentors=[])
    assert faults(await guest.post("/v1/sessions", body)) == {"/locality_code": "not_found"}
    visit = {**body, "participants": [{**stranger(), "project_id": project["id"]}]}
    assert (await guest.post("/v1/sessions", visit)).status_code == 201
    assert (await guest.post("/v1/sessions", {**body, "locality_code": Y_TY})).status_code == 201


async def test_a_mentor_needs_a_person_to_lead_a_session(table: Table, make: Make) -> None:
    nameless = await make.account("mentor")
    answer = await nameless.post("/v1/sessions", table.body(mentors=[]))
    assert (answer.status_code, answer.json()["rule"]) == (422, "mentor_without_person")


async def test_staff_plans_in_their_own_communes(table: Table, make: Make) -> None:
    elsewhere = await make.account("staff", Y_TY)
    body = {**table.body(), "mentors": []}
    assert faults(await elsewhere.post("/v1/sessions", body)) == {"/locality_code": "not_found"}
    assert (await elsewhere.post("/v1/sessions", {**body, "locality_code": Y_TY})).status_code == 201


async def test_everything_wrong_with_a_plan_is_named_at_once(table: Table) -> None:
    lead = part(table.lead, "lead")
    stranger_id = str(uuid4())
    body = table.body(
        starts_at="1999-12-31T08:00:00+07:00",
        programme_id=stranger_id,
        locality_code="99999",
        mentors=[lead, {"mentor_id": stranger_id, "role": "support"}],
        participants=[
            {"full_name": "Lý Sín", "birth_year": 2090},
            {"person_id": stranger_id, "project_id": stranger_id},
        ],
    )
    assert faults(await table.staff.post("/v1/sessions", body)) == {
        "/starts_at": "out_of_range",
        "/programme_id": "not_found",
        "/locality_code": "not_found",
        "/mentors/1/mentor_id": "not_found",
        "/participants/0/birth_year": "out_of_range",
        "/participants/1/person_id": "not_found",
        "/participants/1/project_id": "not_found",
    }


async def test_mentors_and_participants_are_named_once(table: Table) -> None:
    project = await table.team.project()
    leader = {"person_id": project["leaders"][0]["person_id"]}
    mentors = [part(table.lead, "lead"), part(table.lead, "support"), part(table.lead, "stand_in")]
    body = table.body(mentors=mentors, participants=[leader, leader])
    assert faults(await table.staff.post("/v1/sessions", body)) == {
        "/mentors/1/mentor_id": "duplicate",
        "/mentors/2/mentor_id": "duplicate",
        "/participants/1/person_id": "duplicate",
    }


@pytest.mark.parametrize(
    ("starts_at", "code"),
    [
        ("2025-12-01T08:00:00", "bad_format"),
        ("9999-12-31T23:59:59Z", "out_of_range"),
        ("9999-12-30T23:59:59Z", "out_of_range"),
        ("0001-01-03T00:00:00Z", "out_of_range"),
    ],
)
async def test_a_session_starts_at_a_moment_of_our_times(table: Table, starts_at: str, code: str) -> None:
    answer = await table.staff.post("/v1/sessions", table.body(starts_at=starts_at))
    assert faults(answer) == {"/starts_at": code}
    session = await table.plan()
    patched = await patch(table.staff, session, starts_at=starts_at)
    assert faults(patched) == {"/starts_at": code}


async def test_more_participants_than_seats_are_not_planned(table: Table) -> None:
    answer = await table.staff.post("/v1/sessions", table.body(capacity=1, participants=[stranger(), stranger()]))
    assert (answer.status_code, answer.json()["code"]) == (409, "capacity_full")
    assert answer.json()["detail"].startswith("A capacity of 1 does not suffice: 0 seats are taken.")
    assert (await table.staff.get("/v1/sessions")).json()["items"] == []


async def test_the_same_plan_from_a_bad_connection_is_one_session(table: Table) -> None:
    body, headers = table.body(participants=[stranger()]), {"idempotency-key": str(uuid4())}
    first = await table.staff.post("/v1/sessions", body, headers=headers)
    again = await table.staff.post("/v1/sessions", body, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert first.headers["location"] == f"/v1/sessions/{first.json()['id']}"
    assert len((await table.staff.get("/v1/sessions")).json()["items"]) == 1


async def test_time_place_and_capacity_change_while_the_session_is_ahead(table: Table, world: World) -> None:
    session = await table.plan(participants=[stranger(), stranger()])
    answer = await patch(table.staff, session, starts_at=TOMORROW, place="Quán cà phê Bắc Hà", capacity=2, title=None)
    changed = answer.json()
    assert (changed["planned_on"], changed["place"], changed["capacity"]) == ("2025-12-01", "Quán cà phê Bắc Hà", 2)
    assert changed["version"] == session["version"] + 1
    assert await calendar_facts(world, session) == 1
    same = await patch(table.staff, changed, capacity=3, mode="in_person")
    assert (same.status_code, await calendar_facts(world, session)) == (200, 1)
    online = await patch(table.staff, same.json(), mode="online")
    assert (online.json()["mode"], await calendar_facts(world, session)) == ("online", 2)
    stale = await patch(table.staff, session, minutes=30)
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
    small = await patch(table.staff, online.json(), capacity=1)
    assert (small.status_code, small.json()["code"]) == (409, "capacity_full")


async def test_a_session_that_was_held_gets_a_larger_table_at_most(table: Table) -> None:
    session = await table.hold(await table.plan(capacity=1, participants=[stranger()]))
    answer = await patch(table.staff, session, minutes=30)
    assert (answer.status_code, answer.json()["rule"]) == (422, "session_not_ahead")
    assert (await patch(table.staff, session, capacity=5)).json()["capacity"] == 5


async def test_a_session_is_changed_by_staff_and_who_leads_it(table: Table, make: Make) -> None:
    project = await table.team.project()
    await table.team.assign(project, table.other)
    guest = {**stranger(), "project_id": project["id"]}
    session = await table.plan(mentors=[part(table.lead, "lead"), part(table.other, "support")], participants=[guest])
    session = (await patch(table.lead, session, minutes=30)).json()
    assert session["minutes"] == 30
    assert (await patch(table.other, session, minutes=45)).status_code == 403
    officer = await make.account("commune_staff", BAC_HA)
    assert (await patch(officer, session, minutes=45)).status_code == 403
    assert (await patch(await make.account("staff", Y_TY), session, minutes=45)).status_code == 404
    assert (await patch(await make.mentor(), session, minutes=45)).status_code == 404


async def test_sessions_are_found_by_what_they_are(table: Table, world: World) -> None:
    project, coffee = await table.team.project(), await programme(world, BAC_HA)
    guest = {**stranger(), "project_id": project["id"]}
    first = await table.plan(participants=[guest])
    second = await table.plan(programme_id=coffee, mentors=[part(table.other, "lead")], starts_at=TOMORROW)
    third = await table.plan(locality_code=SA_PA, starts_at="2025-11-29T08:00:00+07:00", mentors=[])
    held = await table.hold(await table.plan())
    assert await found(table.staff) == [held["id"], third["id"], second["id"], first["id"]]
    assert await found(table.staff, status="held") == [held["id"]]
    assert await found(table.staff, status=["held", "planned"], kind="startup_coffee") == [second["id"]]
    assert await found(table.staff, programme_id=coffee) == [second["id"]]
    assert await found(table.staff, mentor_id=str(table.other.mentor_id)) == [second["id"]]
    assert await found(table.staff, project_id=project["id"]) == [first["id"]]
    assert await found(table.staff, on_gte=TODAY, on_lt="2025-12-01") == [held["id"], first["id"]]
    assert await found(table.staff, locality_code=SA_PA) == [third["id"]]
    assert await found(table.staff, awaiting_report="true") == [third["id"]]
    assert await found(table.staff, mine="true") == []
    assert await found(table.lead, mine="true") == [held["id"], first["id"]]
    assert await found(table.lead, project_id=project["id"]) == [], "who does not follow a project finds none by it"


async def test_a_session_awaits_the_report_on_each_of_its_mentors(table: Table) -> None:
    both = [part(table.lead, "lead"), part(table.other, "support")]
    session = await table.hold(await table.plan(mentors=both))
    await table.hold(await table.plan())
    assert await found(table.staff, awaiting_report="true") == [session["id"]]
    assert await found(table.other, awaiting_report="true", mine="true") == [session["id"]]
    await table.set_part(session, table.other, attendance="attended", contact_minutes=30)
    assert await found(table.staff, awaiting_report="true") == []
    called_off = await table.plan(mentors=both)
    await table.move(called_off, "cancel", reason="Mưa lũ")
    assert await found(table.staff, awaiting_report="true") == []


async def test_a_session_names_the_projects_at_the_table_that_the_caller_follows(
    table: Table, make: Make, world: World
) -> None:
    team = table.team
    here = await team.project(await team.idea(title="Chè Shan tuyết Bắc Hà"))
    there = await team.project(await team.idea(title="Mật ong Sa Pa", locality_code=SA_PA))
    for project in (here, there):
        await team.assign(project)
    guests = [{**stranger(), "project_id": project["id"]} for project in (there, here, here)]
    session = await table.plan(participants=[*guests, stranger()])
    tea, honey = ({"id": project["id"], "title": project["title"]} for project in (here, there))
    assert session["projects"] == [tea, honey]
    assert (await table.read(session, table.lead))["projects"] == [tea, honey]
    assert (await table.read(session, await make.account("commune_staff", SA_PA)))["projects"] == [honey]
    assert (await table.read(session, await make.account("commune_staff", BAC_HA)))["projects"] == [tea]
    alone = await table.plan(mentors=[part(table.other, "lead")])
    assert (await table.read(alone, table.other))["projects"] == []
    log = {"project_id": here["id"], "session_id": session["id"], "platforms": ["capital"], "minutes": 30}
    assert (await table.lead.post("/v1/consultations", {**log, "advice": "Ghi sổ"})).status_code == 201
    assert (await table.read(session))["projects"] == [tea, honey]


async def test_a_list_of_sessions_names_the_mentors_and_is_a_table_too(table: Table, world: World) -> None:
    names = await full_names(table, table.lead, table.other)
    mentors = [part(table.other, "support"), part(table.lead, "lead")]
    await table.plan(mentors=mentors, programme_id=await programme(world, BAC_HA))
    (row,) = (await table.staff.get("/v1/sessions", params={"status": "planned"})).json()["items"]
    assert (row["mentor_names"], row["programme_title"]) == (", ".join(names), "Cà phê khởi nghiệp")
    assert (row["locality_code"], row["seats_taken"], row["held_on"]) == (BAC_HA, 0, None)
    sheet = await table.staff.get("/v1/sessions?status=planned", headers={"accept": "text/csv"})
    assert sheet.status_code == 200
    assert len(sheet.text.strip().splitlines()) == 2


async def test_sessions_are_seen_in_their_place_by_their_project_and_by_their_mentors(table: Table, make: Make) -> None:
    project = await table.team.project(await table.team.idea(locality_code=SA_PA))
    session = await table.plan(participants=[{**stranger(), "project_id": project["id"]}])
    seen = {
        "officer here": await make.account("commune_staff", BAC_HA),
        "officer of the project": await make.account("commune_staff", SA_PA),
        "approver": table.team.approver,
        "mentor in it": table.lead,
    }
    for caller in seen.values():
        assert await found(caller) == [session["id"]]
        assert (await caller.get(f"/v1/sessions/{session['id']}")).status_code == 200
    for caller in (await make.account("commune_staff", Y_TY), table.other):
        assert await found(caller) == []
        assert (await caller.get(f"/v1/sessions/{session['id']}")).status_code == 404
        assert (await caller.get(f"/v1/sessions/{session['id']}/transitions")).status_code == 404
        assert (await caller.get(f"/v1/sessions/{session['id']}/participants")).status_code == 404
    await table.team.assign(project, table.other)
    assert await found(table.other) == [session["id"]]


async def test_a_plan_is_in_the_audit_without_names(table: Table, world: World) -> None:
    session = await table.plan(participants=[stranger()])
    async with world.database.begin() as db:
        rows = await db.scalars(select(AuditEntry).where(AuditEntry.subject_id == UUID(session["id"])))
        assert [(row.action, row.details) for row in rows] == [("plan", {})]


async def test_projects_without_a_session_are_listed(table: Table) -> None:
    team = table.team
    met, waiting = await team.old_project(), await team.old_project()
    guest = {"person_id": met["leaders"][0]["person_id"], "project_id": met["id"]}
    session = await table.plan(participants=[guest])
    assert await waits(table.staff) == [waiting["id"], met["id"]]
    (participant,) = await table.participants(session)
    signed = {"participant_id": participant["id"], "status": "attended"}
    await table.hold(session, sign_ins=[signed])
    assert await waits(table.staff) == [waiting["id"]]
    assert await waits(table.lead) == [waiting["id"]]
    assert await waits(table.other) == []
    (row, *_) = (await table.lead.get("/v1/projects/without-session")).json()["items"]
    assert (row["last_held_on"], row["leader_name"]) == (None, waiting["leaders"][0]["full_name"])
    assert row["mentor_names"] == (await full_names(table, table.lead))[0]


async def test_a_project_waits_from_the_day_of_its_last_session_on(table: Table) -> None:
    project = await table.team.old_project()
    guest = {"person_id": project["leaders"][0]["person_id"], "project_id": project["id"]}
    for day in ("2025-10-20", "2025-10-31"):
        session = await table.plan(starts_at=f"{day}T08:00:00+07:00", participants=[guest])
        (participant,) = await table.participants(session)
        await table.hold(session, sign_ins=[{"participant_id": participant["id"], "status": "attended"}])
    assert await waits(table.staff) == []
    assert await waits(table.staff, days=29) == [project["id"]]
    (row,) = (await table.staff.get("/v1/projects/without-session?days=29")).json()["items"]
    assert row["last_held_on"] == "2025-10-31"


async def test_a_project_that_is_younger_than_the_days_asked_for_does_not_wait_yet(table: Table) -> None:
    young = await table.team.old_project(since="2025-11-01")
    assert await waits(table.staff) == []
    assert await waits(table.staff, days=29) == [young["id"]]


async def test_a_project_that_was_closed_waits_for_nothing(table: Table) -> None:
    project = await table.team.old_project()
    assert await waits(table.staff) == [project["id"]]
    await table.team.move(project, "close", reason_code="family")
    assert await waits(table.staff) == []


async def test_projects_that_wait_are_filtered_by_commune_and_mentor(table: Table) -> None:
    team = table.team
    here, there = await team.old_project(), await team.project(await team.idea(locality_code=SA_PA))
    await team.assign(there, table.other)
    await make_old(table.make, there["id"])
    assert await waits(table.staff) == [there["id"], here["id"]]
    assert await waits(table.staff, locality_code=SA_PA) == [there["id"]]
    assert await waits(table.staff, locality_code="02000") == []
    assert await waits(table.staff, mentor_id=str(table.lead.id)) == [here["id"]]
    assert await waits(table.staff, mentor_id=str(table.lead.id), locality_code=SA_PA) == []
    assert await waits(table.lead, mentor_id=str(table.other.id)) == []
    wrong = await table.staff.get("/v1/projects/without-session?locality_code=Sa+Pa&mentor_id=me")
    assert {error["parameter"] for error in wrong.json()["errors"]} == {"locality_code", "mentor_id"}
    (place_error,) = [error for error in wrong.json()["errors"] if error["parameter"] == "locality_code"]
    assert place_error["detail"] == "is not in the right form, such as 02647"
    assert place_error["params"] == {"expected": "^[0-9]{5}$", "example": "02647"}


async def patch(caller: Caller, session: dict[str, Any], **changes: Any) -> Any:
    headers = {"if-match": f'"{session["version"]}"'}
    return await caller.patch(f"/v1/sessions/{session['id']}", changes, headers=headers)


async def found(caller: Caller, **filters: Any) -> list[str]:
    answer = await caller.get("/v1/sessions", params=filters)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["items"]]


async def waits(caller: Caller, **filters: Any) -> list[str]:
    answer = await caller.get("/v1/projects/without-session", params=filters)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["items"]]


async def full_names(table: Table, *mentors: Any) -> list[str]:
    session = await table.plan(mentors=[part(mentor, "lead") for mentor in mentors], starts_at=TOMORROW)
    names = {row["mentor_id"]: row["full_name"] for row in session["mentors"]}
    await table.move(session, "cancel", reason="Chỉ để đọc tên")
    return [names[str(mentor.mentor_id)] for mentor in mentors]


async def programme(world: World, code: str) -> str:
    """A Startup Coffee of a commune or of a province."""
    async with world.database.begin() as db:
        place, province = await locality_id(db, code), await locality_id(db, LAO_CAI)
        row = Programme(
            kind="startup_coffee", title="Cà phê khởi nghiệp", host="Tỉnh đoàn", cadence="monthly",
            locality_id=place, province_id=province, starts_on=date(2025, 1, 1),
        )  # fmt: skip
        db.add(row)
        await db.flush()
        return str(row.id)


async def calendar_facts(world: World, session: dict[str, Any]) -> int:
    """How often something changed that a calendar shows."""
    async with world.database.begin() as db:
        return (await db.get_one(MentoringSession, UUID(session["id"]))).sequence
