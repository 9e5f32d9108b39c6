"""The way of a session from the plan to the report, and the minutes of its mentors."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from incubator.audit import AuditEntry
from incubator.mentoring.models import Consultation
from incubator.mentoring.sessions.models import NEXT, SessionAction, SessionStatus, actions_from
from tests.factories import LAO_CAI, Y_TY, Caller, Make, World
from tests.mentoring.logs import on_day
from tests.mentoring.table import (
    TODAY,
    TOMORROW,
    Table,
    came,
    faults,
    lay_table,
    missed,
    part,
    parts,
    stranger,
)


async def test_a_session_is_confirmed_and_reported(table: Table) -> None:
    session = await table.plan(participants=[stranger(), stranger()])
    session = await table.move(session, "confirm", table.lead)
    assert session["status"] == "confirmed"
    here, away = await table.participants(session)
    session = await table.move(
        session, "hold",
        mentors=[came(table.lead, 60, preparation_minutes=30, travel_minutes=45)],
        sign_ins=[
            {"participant_id": here["id"], "status": "attended"}, {"participant_id": away["id"], "status": "absent"},
        ],
    )  # fmt: skip
    assert (session["status"], session["held_on"], session["allowed_actions"]) == ("held", TODAY, ["void"])
    assert parts(session) == {str(table.lead.mentor_id): ("lead", "attended", 60, 30, 45)}
    assert (session["seats_taken"], session["participants"]["attended"]) == (1, 1)
    history = await table.history(session)
    assert [(row["action"], row["from_status"], row["to_status"], row["actor"]) for row in history] == [
        ("plan", None, "planned", table.staff.username),
        ("confirm", "planned", "confirmed", table.lead.username),
        ("hold", "confirmed", "held", table.staff.username),
    ]
    assert [row["number"] for row in history] == [1, 2, 3]


async def test_a_session_is_held_on_the_day_that_is_said_and_never_ahead(table: Table) -> None:
    ahead = await table.plan(starts_at=TOMORROW)
    refused = await table.try_move(ahead, "hold", mentors=[came(table.lead, 60)])
    assert (refused.status_code, refused.json()["rule"]) == (422, "session_in_future")
    assert (await table.hold(ahead, occurred_on=TODAY))["held_on"] == TODAY
    old = await table.plan(starts_at="2025-10-01T08:00:00+07:00")
    for day in ("9999-12-31", "1999-12-31", "0001-01-01"):
        refused = await table.try_move(old, "hold", mentors=[came(table.lead, 60)], occurred_on=day)
        assert faults(refused) == {"/occurred_on": "out_of_range"}
    refused = await table.try_move(old, "hold", mentors=[came(table.lead, 60)], occurred_on="2025-12-01")
    assert refused.json()["rule"] == "session_in_future"
    held = await table.hold(old)
    assert (held["held_on"], (await table.history(held))[-1]["occurred_on"]) == ("2025-10-01", "2025-10-01")


@pytest.mark.parametrize("action", ["confirm", "hold", "cancel", "mentor_absent", "guests_absent"])
async def test_a_step_that_does_not_start_here_names_those_that_do(table: Table, action: str) -> None:
    session = await table.hold(await table.plan())
    bodies: dict[str, dict[str, Any]] = {"hold": {"mentors": [came(table.lead, 60)]}, "cancel": {"reason": "Mưa lũ"}}
    answer = await table.try_move(session, action, **bodies.get(action, {}))
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
    assert answer.json()["allowed_actions"] == []


def test_only_a_session_that_is_ahead_moves() -> None:
    moving = {status for status in SessionStatus if actions_from(status)}
    assert moving == {SessionStatus.planned, SessionStatus.confirmed}
    assert all(step.target not in step.sources for step in NEXT.values())
    assert set(SessionAction) - set(NEXT) == {SessionAction.plan, SessionAction.correct, SessionAction.void}


async def test_a_stand_in_is_no_absence(table: Table) -> None:
    session = await table.plan()
    stand_in = came(table.other, 50, role="stand_in")
    session = await table.move(session, "hold", mentors=[missed(table.lead, "replaced"), stand_in])
    assert parts(session) == {
        str(table.lead.mentor_id): ("lead", "replaced", 0, 0, 0),
        str(table.other.mentor_id): ("stand_in", "attended", 50, 0, 0),
    }


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        ({"attendance": "attended", "contact_minutes": 60, "role": "support"}, "replaced_without_stand_in"),
        ({"attendance": "absent", "role": "stand_in"}, "no_mentor_came"),
    ],
)
async def test_a_mentor_is_replaced_by_a_stand_in_who_came(table: Table, other: dict[str, Any], rule: str) -> None:
    session = await table.plan()
    reports = [missed(table.lead, "replaced"), {"mentor_id": str(table.other.mentor_id), **other}]
    answer = await table.try_move(session, "hold", mentors=reports)
    assert (answer.status_code, answer.json()["rule"]) == (422, rule)
    assert parts(await table.read(session)) == parts(session)


async def test_everything_wrong_with_a_report_is_named_at_once(table: Table, make: Make) -> None:
    third = await make.mentor()
    session = await table.plan(mentors=[part(table.lead, "lead"), part(third, "support")], participants=[stranger()])
    (guest,) = await table.participants(session)
    signed = {"participant_id": guest["id"], "status": "attended"}
    nobody = str(uuid4())
    answer = await table.try_move(
        session, "hold", occurred_on="9999-12-31",
        mentors=[
            missed(table.lead, travel_minutes=10), {"mentor_id": str(third.mentor_id), "attendance": "attended"},
            came(table.other, 60), came(table.other, 60, role="support"), came(table.lead, 0) | {"mentor_id": nobody},
        ],
        sign_ins=[signed, signed, {"participant_id": nobody, "status": "absent"}],
    )  # fmt: skip
    assert faults(answer) == {
        "/occurred_on": "out_of_range",
        "/mentors/0/travel_minutes": "out_of_range",
        "/mentors/1/contact_minutes": "required",
        "/mentors/2/role": "required",
        "/mentors/3/mentor_id": "duplicate",
        "/mentors/4/mentor_id": "not_found",
        "/mentors/4/role": "required",
        "/sign_ins/1/participant_id": "duplicate",
        "/sign_ins/2/participant_id": "not_found",
    }


async def test_a_cancelled_session_counts_nothing(table: Table) -> None:
    session = await table.plan()
    session = (await table.set_part(session, table.lead, attendance="attended")).json()
    session = await table.move(session, "cancel", table.lead, reason="Sạt lở đường")
    assert (session["status"], session["held_on"]) == ("cancelled", None)
    assert parts(session) == {str(table.lead.mentor_id): ("lead", "expected", 0, 0, 0)}
    assert (await table.history(session))[-1]["reason"] == "Sạt lở đường"
    assert (await table.try_move(await table.plan(), "cancel")).status_code == 400


async def test_a_session_without_its_mentors_is_their_absence(table: Table) -> None:
    session = await table.plan(mentors=[part(table.lead, "lead"), part(table.other, "stand_in")])
    session = await table.move(session, "mentor_absent", reason="Không liên lạc được")
    assert session["status"] == "mentor_absent"
    assert {row["attendance"] for row in session["mentors"]} == {"absent"}


async def test_where_a_stand_in_came_the_mentor_was_not_absent(table: Table) -> None:
    session = await table.plan(mentors=[part(table.lead, "lead"), part(table.other, "stand_in")])
    session = (await table.set_part(session, table.other, attendance="attended")).json()
    answer = await table.try_move(session, "mentor_absent")
    assert (answer.status_code, answer.json()["rule"]) == (422, "mentor_came")


@pytest.mark.parametrize("action", ["mentor_absent", "guests_absent"])
async def test_nobody_is_absent_before_the_day(table: Table, action: str) -> None:
    answer = await table.try_move(await table.plan(starts_at=TOMORROW), action)
    assert (answer.status_code, answer.json()["rule"]) == (422, "session_in_future")


async def test_mentors_who_waited_keep_preparation_and_travel(table: Table) -> None:
    session = await table.plan(participants=[stranger()])
    waited = {"mentor_id": str(table.lead.mentor_id), "preparation_minutes": 20, "travel_minutes": 90}
    twice = await table.try_move(session, "guests_absent", mentors=[waited, waited])
    assert faults(twice) == {"/mentors/1/mentor_id": "duplicate"}
    unknown = await table.try_move(session, "guests_absent", mentors=[missed_id(table.other)])
    assert faults(unknown) == {"/mentors/0/mentor_id": "not_found"}
    session = await table.move(session, "guests_absent", table.lead, mentors=[waited])
    assert (session["status"], session["held_on"]) == ("guests_absent", None)
    assert parts(session) == {str(table.lead.mentor_id): ("lead", "attended", 0, 20, 90)}
    more = await table.set_part(session, table.lead, table.lead, travel_minutes=100)
    assert parts(more.json()) == {str(table.lead.mentor_id): ("lead", "attended", 0, 20, 100)}
    contact = await table.set_part(more.json(), table.lead, contact_minutes=15)
    assert faults(contact) == {"/contact_minutes": "out_of_range"}


async def test_where_a_participant_came_they_were_not_absent(table: Table) -> None:
    session = await table.plan(participants=[stranger()])
    (guest,) = await table.participants(session)
    await table.sign_in(session, (guest, "attended"))
    answer = await table.try_move(await table.read(session), "guests_absent")
    assert (answer.status_code, answer.json()["rule"]) == (422, "guests_came")


async def test_a_report_by_mistake_is_taken_back(table: Table) -> None:
    session = await table.hold(await table.move(await table.plan(), "confirm"))
    session = await table.move(session, "void", reason="Ghi nhầm buổi")
    assert (session["status"], session["held_on"]) == ("confirmed", None)
    assert parts(session) == {str(table.lead.mentor_id): ("lead", "expected", 0, 0, 0)}
    void = (await table.history(session))[-1]
    assert (void["action"], void["from_status"], void["to_status"]) == ("void", "held", "confirmed")
    assert void["voids_id"] == (await table.history(session))[-2]["id"]
    assert [row["contact_minutes"] for row in void["details"]["mentors"]] == [60]
    session = await table.move(session, "void", reason="Chưa xác nhận")
    assert session["status"] == "planned"
    answer = await table.try_move(session, "void", reason="Nữa")
    assert (answer.status_code, answer.json()["rule"]) == (422, "planning_not_voidable")
    assert (await table.hold(session))["status"] == "held"


async def test_a_session_with_consultations_stays_held(table: Table, world: World) -> None:
    project = await table.team.project()
    session = await table.hold(await table.plan())
    await consult(world, session, project, table)
    answer = await table.try_move(session, "void", reason="Ghi nhầm")
    assert (answer.status_code, answer.json()["rule"]) == (422, "session_has_consultations")
    away = await table.set_part(session, table.lead, attendance="absent")
    assert (away.status_code, away.json()["rule"]) == (422, "session_has_consultations")


async def test_a_session_is_moved_by_its_staff_and_its_mentors(table: Table, make: Make) -> None:
    project = await table.team.project()
    await table.team.assign(project, table.other)
    session = await table.plan(participants=[{**stranger(), "project_id": project["id"]}])
    assert (await table.try_move(session, "confirm", table.other)).status_code == 403
    assert (await table.try_move(session, "confirm", await make.account("staff", Y_TY))).status_code == 404
    assert (await table.try_move(session, "mentor_absent", table.lead)).status_code == 403
    session = await table.move(session, "confirm", table.lead)
    assert (await table.try_move(session, "void", table.lead, reason="Nhầm")).status_code == 403
    stale = await table.try_move({**session, "version": 1}, "cancel", reason="Mưa")
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")


async def test_a_mentor_enters_own_minutes_after_the_report(table: Table, world: World) -> None:
    session = await table.plan(mentors=[part(table.lead, "lead"), part(table.other, "support")])
    early = await table.set_part(session, table.other, table.other, contact_minutes=30)
    assert faults(early) == {"/contact_minutes": "out_of_range"}, "who is only expected has no minutes"
    early = await table.set_part(session, table.other, table.other, attendance="attended", contact_minutes=30)
    assert (early.status_code, early.json()["rule"]) == (422, "session_without_report")
    session = await table.hold(session)
    assert parts(session)[str(table.other.mentor_id)] == ("support", "expected", 0, 0, 0)
    answer = await table.set_part(
        session, table.other, table.other, attendance="attended", contact_minutes=45, preparation_minutes=15
    )
    assert answer.status_code == 200, answer.text
    assert parts(answer.json())[str(table.other.mentor_id)] == ("support", "attended", 45, 15, 0)
    assert answer.json()["version"] == session["version"] + 1
    async with world.database.begin() as db:
        rows = select(AuditEntry.details).where(AuditEntry.action == "set_mentor")
        (details,) = (await db.scalars(rows.where(AuditEntry.subject_id == UUID(session["id"])))).all()
    assert (details["before"]["contact_minutes"], details["after"]["contact_minutes"]) == (0, 45)
    gone = await table.set_part(answer.json(), table.other, table.other, attendance="absent")
    assert parts(gone.json())[str(table.other.mentor_id)] == ("support", "absent", 0, 0, 0)


async def test_staff_is_told_that_a_move_can_be_taken_back(table: Table) -> None:
    forward = ["hold", "cancel", "mentor_absent", "guests_absent"]
    session = await table.plan()
    assert session["allowed_actions"] == ["confirm", *forward]
    session = await table.move(session, "confirm")
    assert session["allowed_actions"] == [*forward, "void"]
    assert (await table.read(session, table.lead))["allowed_actions"] == ["hold", "cancel", "guests_absent"]
    assert (await table.read(session, table.team.approver))["allowed_actions"] == []
    session = await table.move(session, "cancel", reason="Mưa lũ")
    assert session["allowed_actions"] == ["void"]
    session = await table.move(session, "void", reason="Ghi nhầm")
    assert session["allowed_actions"] == [*forward, "void"]
    session = await table.move(session, "void", reason="Ghi nhầm")
    assert session["allowed_actions"] == ["confirm", *forward]


async def test_a_mentor_changes_own_minutes_for_seven_days_after_the_report(table: Table, world: World) -> None:
    session = await table.hold(await table.plan())
    await on_day(world, "2025-12-07", table.lead)
    session = (await table.set_part(session, table.lead, table.lead, contact_minutes=50)).json()
    assert parts(session)[str(table.lead.mentor_id)][2] == 50
    await on_day(world, "2025-12-08", table.lead, table.staff)
    late = await table.set_part(session, table.lead, table.lead, contact_minutes=480, reason="Nhớ lại")
    assert (late.status_code, late.json()["rule"]) == (422, "session_part_too_old_to_edit")
    assert "2025-12-07" in late.json()["detail"]
    without = await table.set_part(session, table.lead, contact_minutes=45)
    assert faults(without) == {"/reason": "required"}
    new = await table.set_part(session, table.other, role="support", attendance="attended", contact_minutes=45)
    assert faults(new) == {"/reason": "required"}
    mended = await table.set_part(session, table.lead, contact_minutes=45, reason="Theo sổ ghi của xã")
    assert parts(mended.json())[str(table.lead.mentor_id)][2] == 45
    correction = (await table.staff.get(f"/v1/sessions/{session['id']}/transitions")).json()["items"][-1]
    assert (correction["action"], correction["reason"]) == ("correct", "Theo sổ ghi của xã")
    told = correction["details"]
    assert (told["before"]["contact_minutes"], told["after"]["contact_minutes"]) == (50, 45)
    async with world.database.begin() as db:
        rows = select(AuditEntry.details).where(AuditEntry.subject_id == UUID(session["id"])).order_by(AuditEntry.id)
        assert (await db.scalars(rows)).all()[-1] == told, "the trail holds facts and no words"


async def test_a_mentor_who_was_replaced_does_not_write_themselves_present(table: Table) -> None:
    session = await table.plan(mentors=[part(table.lead, "lead"), part(table.other, "stand_in")])
    session = await table.move(session, "hold", mentors=[missed(table.lead, "replaced"), came(table.other, 50)])
    tried = {"attendance": "attended", "contact_minutes": 600}
    refused = await table.set_part(session, table.lead, table.lead, **tried)
    assert (refused.status_code, refused.json()["rule"]) == (422, "mentor_was_absent")
    assert (await table.set_part(session, table.lead, **tried)).status_code == 200


async def test_a_void_takes_back_who_came(table: Table) -> None:
    session = await table.plan(participants=[stranger()])
    (guest,) = await table.participants(session)
    held = await table.hold(session, sign_ins=[{"participant_id": guest["id"], "status": "attended"}])
    session = await table.move(held, "void", reason="Ghi nhầm buổi")
    (guest,) = await table.participants(session)
    assert guest["status"] == "registered"
    assert (await table.move(session, "guests_absent"))["status"] == "guests_absent"


async def test_the_days_of_a_mentor_who_waited_are_counted_too(table: Table, world: World) -> None:
    waited = {"mentor_id": str(table.lead.mentor_id), "travel_minutes": 90}
    session = await table.move(await table.plan(), "guests_absent", mentors=[waited])
    await on_day(world, "2025-12-08", table.lead)
    late = await table.set_part(session, table.lead, table.lead, travel_minutes=100)
    assert late.json()["rule"] == "session_part_too_old_to_edit"


async def test_a_report_that_was_taken_back_does_not_count_the_days(table: Table, world: World) -> None:
    session = await table.hold(await table.plan())
    await on_day(world, "2025-12-06", table.lead, table.staff)
    session = await table.hold(await table.move(session, "void", reason="Ghi nhầm buổi"))
    await on_day(world, "2025-12-13", table.lead, table.staff)
    changed = await table.set_part(session, table.lead, table.lead, contact_minutes=50)
    assert changed.status_code == 200, changed.text


async def test_a_mentor_speaks_only_for_themselves(table: Table) -> None:
    session = await table.hold(await table.plan(mentors=[part(table.lead, "lead"), part(table.other, "support")]))
    assert (await table.set_part(session, table.lead, table.other, contact_minutes=5)).status_code == 403
    assert (await table.set_part(session, table.other, table.other, role="lead")).status_code == 403
    same = await table.set_part(session, table.other, table.other, role="support", attendance="absent")
    assert same.status_code == 200


async def test_staff_adds_and_removes_mentors_before_the_session(table: Table, make: Make) -> None:
    session = await table.plan()
    missing = await table.set_part(session, table.other)
    assert faults(missing) == {"/role": "required"}
    session = (await table.set_part(session, table.other, role="support")).json()
    assert list(parts(session).values()) == [("lead", "expected", 0, 0, 0), ("support", "expected", 0, 0, 0)]
    session = (await table.set_part(session, table.other, role="stand_in")).json()
    assert parts(session)[str(table.other.mentor_id)][0] == "stand_in"
    far = await make.mentor("01", reach=("01",))
    assert (await table.set_part(session, far, role="support")).status_code == 404
    assert (await remove(table.lead, session, str(table.other.mentor_id))).status_code == 403
    assert (await remove(table.staff, {**session, "version": 1}, str(table.other.mentor_id))).status_code == 412
    assert (await remove(table.staff, session, str(uuid4()))).status_code == 404
    assert (await remove(table.staff, session, str(table.other.mentor_id))).status_code == 204
    after = await table.read(session)
    assert (list(parts(after)), after["version"]) == ([str(table.lead.mentor_id)], session["version"] + 1)


async def test_who_was_at_a_held_session_stays_in_it(table: Table, world: World) -> None:
    session = await table.hold(await table.plan())
    answer = await remove(table.staff, session, str(table.lead.mentor_id))
    assert (answer.status_code, answer.json()["rule"]) == (422, "session_not_ahead")
    project = await table.team.project()
    await consult(world, session, project, table, voided=True)
    session = await table.move(session, "void", reason="Ghi nhầm")
    answer = await remove(table.staff, session, str(table.lead.mentor_id))
    assert (answer.status_code, answer.json()["code"]) == (409, "referenced")


async def test_the_report_of_a_held_session_keeps_a_mentor(table: Table) -> None:
    session = await table.hold(await table.plan())
    alone = await table.set_part(session, table.lead, attendance="absent")
    assert (alone.status_code, alone.json()["rule"]) == (422, "no_mentor_came")
    replaced = (await table.set_part(session, table.other, role="stand_in", attendance="attended")).json()
    swapped = await table.set_part(replaced, table.lead, attendance="replaced")
    assert parts(swapped.json())[str(table.lead.mentor_id)] == ("lead", "replaced", 0, 0, 0)


async def test_attendance_waits_for_the_day_and_needs_a_session(table: Table) -> None:
    early = await table.set_part(await table.plan(starts_at=TOMORROW), table.lead, attendance="attended")
    assert (early.status_code, early.json()["rule"]) == (422, "session_in_future")
    cancelled = await table.move(await table.plan(), "cancel", reason="Mưa")
    late = await table.set_part(cancelled, table.lead, attendance="attended")
    assert (late.status_code, late.json()["rule"]) == (422, "session_not_ahead")
    new = await table.set_part(cancelled, table.other, role="support")
    assert (new.status_code, new.json()["rule"]) == (422, "session_did_not_happen")


async def test_the_same_report_from_a_bad_connection_is_one(table: Table) -> None:
    session = await table.plan()
    path, body = f"/v1/sessions/{session['id']}/transitions", {"action": "hold", "mentors": [came(table.lead, 60)]}
    headers = {"idempotency-key": str(uuid4()), "if-match": '"1"'}
    first = await table.lead.post(path, body, headers=headers)
    again = await table.lead.post(path, body, headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert len(await table.history(session)) == 2


async def test_one_of_two_reports_at_once_is_told_that_it_came_second(committed: World) -> None:
    table = await lay_table(committed.make)
    session = await table.plan(mentors=[part(table.lead, "lead"), part(table.other, "support")])
    both = [
        table.try_move(session, "hold", mentor, mentors=[came(table.lead, 60), came(table.other, 60)])
        for mentor in (table.lead, table.other)
    ]
    answers = await asyncio.gather(*both)
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert [row[2] for row in parts(await table.read(session)).values()] == [60, 60]


def missed_id(mentor: Any) -> dict[str, Any]:
    return {"mentor_id": str(mentor.mentor_id)}


async def remove(caller: Caller, session: dict[str, Any], mentor_id: str) -> httpx.Response:
    headers = {"if-match": f'"{session["version"]}"'}
    return await caller.request("DELETE", f"/v1/sessions/{session['id']}/mentors/{mentor_id}", headers=headers)


async def consult(
    world: World, session: dict[str, Any], project: dict[str, Any], table: Table, *, voided: bool = False
) -> None:
    """A consultation of the lead in a session, as its row."""
    async with world.database.begin() as db:
        db.add(
            Consultation(
                session_id=UUID(session["id"]), project_id=UUID(project["id"]), platform="capital",
                mentor_id=table.lead.mentor_id, content_number=1, visibility="internal",
                recorded_by_kind="account", recorded_by_id=table.lead.id,
                voided_at=world.clock.now if voided else None, void_reason="Nhầm" if voided else None,
            )
        )  # fmt: skip


async def test_a_void_takes_back_what_the_report_said_and_nothing_else(table: Table) -> None:
    session = await table.plan(participants=[stranger(), stranger(), stranger()])
    one, two, three = await table.participants(session)
    await table.sign_in(session, (one, "attended"))
    told = [
        {"participant_id": guest["id"], "status": status} for guest, status in ((two, "attended"), (three, "absent"))
    ]
    held = await table.hold(await table.read(session), sign_ins=told)
    session = await table.move(held, "void", reason="Ghi nhầm buổi")
    assert [guest["status"] for guest in await table.participants(session)] == ["attended", "registered", "registered"]
    session = await table.move(session, "mentor_absent")
    session = await table.move(session, "void", reason="Có đến, đi muộn")
    assert [guest["status"] for guest in await table.participants(session)] == ["attended", "registered", "registered"]
    assert session["seats_taken"] == 3


async def test_who_was_not_spoken_of_may_tell_after_the_week_too(table: Table, world: World) -> None:
    session = await table.plan(mentors=[part(table.lead, "lead"), part(table.other, "support")])
    session = await table.hold(session)
    await on_day(world, "2025-12-20", table.other)
    told = {"attendance": "attended", "contact_minutes": 40}
    assert (await table.set_part(session, table.other, table.other, **told)).status_code == 200


async def test_a_session_is_not_put_off_beyond_the_run_of_its_programme(table: Table) -> None:
    body = {
        "kind": "clinic", "title": "Phòng tư vấn số", "host": "Tỉnh đoàn", "cadence": "monthly",
        "locality_code": LAO_CAI, "starts_on": "2025-01-01", "ends_on": "2025-12-31",
    }  # fmt: skip
    clinic = (await table.staff.post("/v1/programmes", body)).json()["id"]
    session = await table.plan(programme_id=clinic, kind="clinic")
    path, seen = f"/v1/sessions/{session['id']}", {"if-match": f'"{session["version"]}"'}
    late = await table.staff.patch(path, {"starts_at": "2026-03-01T08:00:00+07:00"}, headers=seen)
    assert (late.status_code, late.json()["rule"]) == (422, "programme_not_running")


async def test_a_correction_moves_no_session_in_the_figures(table: Table, world: World) -> None:
    """What had failed by a day has failed by it whenever minutes are corrected; and a late report stays one."""
    waited, held = await table.plan(), await table.hold(await table.plan())
    waited = await table.move(waited, "guests_absent")
    await on_day(world, "2025-12-20", table.lead, table.staff)
    for session in (waited, held):
        put = await table.set_part(session, table.lead, attendance="attended", reason="Theo sổ ghi")
        assert put.status_code == 200, put.text
    figure = (await table.staff.get("/v1/stats/mentoring?as_of=2025-12-10")).json()
    assert (figure["totals"]["guests_absent"], figure["quality"]["awaiting_report_n"]) == (1, 0)
    held = await table.move(await table.read(held), "void", reason="Ghi nhầm buổi")
    await on_day(world, "2026-02-01", table.lead, table.staff)
    await table.hold(held, occurred_on=TODAY)
    assert (await table.staff.get("/v1/stats/mentoring")).json()["quality"]["late_n"] == 1
