"""One call from a phone: what it makes, which session it belongs to, what it refuses, and what happens twice."""

import asyncio
from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select

from incubator.mentoring.action_items.models import ActionItem
from incubator.mentoring.models import Consultation, ConsultationVersion
from incubator.mentoring.sessions.models import MentoringSession, SessionMentor, SessionParticipant, SessionTransition
from incubator.projects.models import Project
from tests.factories import Make, World
from tests.mentoring.logs import DUE, Mentored, codes, mentored_project, on_day, pointers
from tests.mentoring.rows import Rows
from tests.team import TODAY, Team, gather_team

TABLES = (MentoringSession, SessionMentor, SessionParticipant, SessionTransition, Consultation, ConsultationVersion)


@pytest.fixture
async def mentored(team: Team) -> Mentored:
    return await mentored_project(team)


async def test_one_call_makes_session_minutes_consultations_and_actions(mentored: Mentored) -> None:
    answer = await mentored.try_log(
        platforms=["market", "capital"], minutes=45, preparation_minutes=20, travel_minutes=90,
        question="Bán trà cho ai?", place="Na Lo", visibility="team",
        actions=[
            {"what": "Gửi mẫu trà", "due_on": DUE, "owner_person_id": mentored.leader_id},
            {"what": "Giới thiệu bưu điện", "due_on": DUE, "owner": "mentor", "platform": "market"},
        ],
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    logged = answer.json()
    assert answer.headers["location"] == f"/v1/consultations/{logged['id']}"
    assert [one["platform"] for one in logged["consultations"]] == ["market", "capital"]
    assert logged["id"] == logged["consultations"][0]["id"]
    first = logged["consultations"][0]
    expected = {
        "held_on": TODAY, "mode": "in_person", "minutes": 45, "question": "Bán trà cho ai?", "visibility": "team",
        "outcome": "none", "is_editable": True, "counts_as_consulted": True, "version": 1,
        "mentor_id": str(mentored.mentor.mentor_id), "project_title": mentored.project["title"],
    }  # fmt: skip
    assert {name: first[name] for name in expected} == expected
    assert logged["session"] | {"id": "", "version": 0} == {
        "id": "", "version": 0, "status": "held", "held_on": TODAY, "joined": False,
    }  # fmt: skip
    assert [(item["owner"], item["due_on"], item["set_on"]) for item in logged["actions"]] == [
        ("team", DUE, TODAY), ("mentor", DUE, TODAY),
    ]  # fmt: skip
    assert {item["session_id"] for item in logged["actions"]} == {logged["session"]["id"]}
    assert logged["warnings"] == []
    parts = await mentored.parts(logged["session"]["id"])
    assert parts == {str(mentored.mentor.mentor_id): ("lead", 45, 20, 90)}


async def test_the_leaders_came_where_nobody_is_named(mentored: Mentored) -> None:
    logged = await mentored.log()
    async with mentored.make.world.database.begin() as session:
        guests = (await session.scalars(select(SessionParticipant))).all()
    assert [(str(g.session_id), str(g.person_id), g.status) for g in guests] == [
        (logged["session"]["id"], mentored.leader_id, "attended")
    ]


async def test_the_history_of_a_session_that_nobody_planned_begins_like_every_other(mentored: Mentored) -> None:
    await mentored.log(held_on="2025-11-20")
    t = SessionTransition
    async with mentored.make.world.database.begin() as session:
        rows = (await session.execute(select(t.number, t.action, t.from_status, t.to_status).order_by(t.number))).all()
    assert [tuple(row) for row in rows] == [(1, "plan", None, "planned"), (2, "hold", "planned", "held")]


async def test_the_same_again_with_its_key_is_answered_again(mentored: Mentored) -> None:
    first = await mentored.try_log(key="k1", actions=[{"what": "Gửi mẫu", "due_on": DUE}])
    again = await mentored.try_log(key="k1", actions=[{"what": "Gửi mẫu", "due_on": DUE}])
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    assert await counts(mentored.make.world, Consultation, ActionItem) == [1, 1]


async def test_the_same_again_without_a_key_is_refused_and_leaves_nothing(mentored: Mentored) -> None:
    standing = await mentored.consultation(platforms=["market"])
    before = await counts(mentored.make.world, *TABLES, ActionItem)
    again = await mentored.try_log(platforms=["capital", "market"], actions=[{"what": "Gửi mẫu", "due_on": DUE}])
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    assert pointers(again) == [("/platforms/1", "duplicate")]
    assert again.json()["errors"][0]["params"] == {"id": standing["id"]}
    assert await counts(mentored.make.world, *TABLES, ActionItem) == before


async def test_another_platform_of_that_day_joins_the_session_and_keeps_the_greater_minutes(mentored: Mentored) -> None:
    first = await mentored.log(minutes=60, travel_minutes=10)
    second = await mentored.log(platforms=["capital"], minutes=30, travel_minutes=90)
    assert second["session"]["id"] == first["session"]["id"]
    assert second["session"]["joined"] is True
    assert codes(second) == ["session_joined", "minutes_kept"]
    assert second["warnings"][1]["params"] == {"sent": 30, "kept": 60}
    parts = await mentored.parts(first["session"]["id"])
    assert parts == {str(mentored.mentor.mentor_id): ("lead", 60, 0, 90)}


async def test_new_session_makes_a_second_one_of_that_day(mentored: Mentored) -> None:
    first, second = await mentored.log(), await mentored.log(new_session=True)
    assert first["session"]["id"] != second["session"]["id"]
    assert second["session"]["joined"] is False


async def test_another_day_or_programme_is_another_session(mentored: Mentored) -> None:
    clinic, coffee = await mentored.programme("clinic"), await mentored.programme()
    logs = [
        await mentored.log(), await mentored.log(held_on="2025-11-29"), await mentored.log(programme_id=clinic),
        await mentored.log(programme_id=coffee),
    ]  # fmt: skip
    assert len({logged["session"]["id"] for logged in logs}) == 4
    assert not any(logged["session"]["joined"] for logged in logs)


async def test_a_second_mentor_joins_as_support_with_minutes_of_their_own(mentored: Mentored) -> None:
    first = await mentored.log(minutes=60)
    second = await mentored.log(mentored.colleague, minutes=20)
    assert second["session"]["id"] == first["session"]["id"]
    parts = await mentored.parts(first["session"]["id"])
    assert parts == {
        str(mentored.mentor.mentor_id): ("lead", 60, 0, 0),
        str(mentored.colleague.mentor_id): ("support", 20, 0, 0),
    }


async def test_projects_at_one_coffee_share_a_session_and_its_minutes(mentored: Mentored) -> None:
    coffee, other = await mentored.programme(), await mentored.other_project(mentored.mentor)
    first = await mentored.log(programme_id=coffee, minutes=90)
    second = await mentored.log(programme_id=coffee, minutes=90, project_id=other["id"])
    assert second["session"]["id"] == first["session"]["id"]
    assert list((await mentored.parts(first["session"]["id"])).values()) == [("lead", 90, 0, 0)]


async def test_projects_at_a_clinic_do_not_share_a_session(mentored: Mentored) -> None:
    clinic, other = await mentored.programme("clinic"), await mentored.other_project(mentored.mentor)
    first = await mentored.log(programme_id=clinic)
    second = await mentored.log(programme_id=clinic, project_id=other["id"])
    assert second["session"]["id"] != first["session"]["id"]


async def test_a_planned_session_of_that_day_becomes_held(mentored: Mentored, world: World) -> None:
    rows = Rows(world, mentored.team)
    planned = await rows.session(minutes=120, place="Hội trường xã")
    await rows.guest(planned, mentored.project, "registered")
    logged = await mentored.log(mode="online")
    assert logged["session"]["id"] == str(planned)
    assert (logged["session"]["status"], logged["session"]["held_on"]) == ("held", TODAY)
    assert logged["consultations"][0]["mode"] == "online"
    assert codes(logged) == ["session_joined"]


async def test_a_cancelled_session_is_left_alone(mentored: Mentored, world: World) -> None:
    rows = Rows(world, mentored.team)
    cancelled = await rows.session(status="cancelled")
    await rows.guest(cancelled, mentored.project, "registered")
    logged = await mentored.log()
    assert logged["session"]["id"] != str(cancelled)
    refused = await mentored.try_log(
        mentored.staff, mentor_id=str(mentored.mentor.mentor_id), session_id=str(cancelled)
    )
    assert (refused.status_code, refused.json()["rule"]) == (422, "session_not_open")


async def test_the_session_that_is_named_is_taken(mentored: Mentored, world: World) -> None:
    rows = Rows(world, mentored.team)
    planned = await rows.session(day=date(2025, 12, 3))
    await rows.guest(planned, mentored.project, "registered")
    await mentored.log()
    logged = await mentored.log(session_id=str(planned))
    assert logged["session"] | {"version": 0} == {
        "id": str(planned), "version": 0, "status": "held", "held_on": TODAY, "joined": True,
    }  # fmt: skip


async def test_a_held_session_was_held_on_its_day(mentored: Mentored) -> None:
    session_id = (await mentored.log())["session"]["id"]
    refused = await mentored.try_log(session_id=session_id, platforms=["capital"], held_on="2025-11-29")
    assert (refused.status_code, refused.json()["rule"]) == (422, "session_on_other_day")
    assert (await mentored.log(session_id=session_id, platforms=["capital"]))["session"]["joined"] is True


@pytest.mark.parametrize(("planned_on", "status"), [(date(2025, 11, 22), 422), (date(2025, 11, 23), 201)])
async def test_a_session_planned_for_a_day_far_off_is_put_off_first(
    mentored: Mentored, world: World, planned_on: date, status: int
) -> None:
    rows = Rows(world, mentored.team)
    planned = await rows.session(day=planned_on)
    await rows.guest(planned, mentored.project, "registered")
    answer = await mentored.try_log(session_id=str(planned))
    assert answer.status_code == status, answer.text
    assert answer.json().get("rule") == ("session_planned_far_off" if status == 422 else None)
    async with world.database.begin() as session:
        meeting = await session.get_one(MentoringSession, planned)
    assert meeting.status == ("planned" if status == 422 else "held")


@pytest.mark.parametrize("more", [{"new_session": True}, {"programme_id": "coffee"}])
async def test_a_session_is_named_once(mentored: Mentored, more: dict[str, Any]) -> None:
    session_id = (await mentored.log())["session"]["id"]
    if "programme_id" in more:
        more = {"programme_id": await mentored.programme()}
    refused = await mentored.try_log(session_id=session_id, platforms=["capital"], **more)
    assert (refused.status_code, refused.json()["rule"]) == (422, "session_named_twice")


async def test_a_walk_in_does_not_fail_for_want_of_a_seat(mentored: Mentored, world: World) -> None:
    full = await Rows(world, mentored.team).session(status="held", capacity=1, seats_taken=1)
    logged = await mentored.log(mentored.staff, mentor_id=str(mentored.mentor.mentor_id), session_id=str(full))
    assert logged["session"]["id"] == str(full)
    async with world.database.begin() as session:
        meeting = await session.get_one(MentoringSession, full)
    assert (meeting.capacity, meeting.seats_taken) == (2, 2)


async def test_who_is_recorded_as_absent_does_not_log_minutes_for_themselves(mentored: Mentored, world: World) -> None:
    rows = Rows(world, mentored.team)
    held = await rows.session(status="held")
    await rows.guest(held, mentored.project)
    async with world.database.begin() as session:
        session.add(
            SessionMentor(
                session_id=held, mentor_id=mentored.mentor.mentor_id, role="lead", attendance="replaced",
                contact_minutes=0,
            )
        )  # fmt: skip
    refused = await mentored.try_log()
    assert (refused.status_code, refused.json()["rule"]) == (422, "mentor_was_absent")
    logged = await mentored.log(mentored.staff, mentor_id=str(mentored.mentor.mentor_id))
    assert logged["session"]["id"] == str(held)


async def test_staff_logs_in_the_name_of_a_mentor(mentored: Mentored, make: Make) -> None:
    missing = await mentored.try_log(mentored.staff)
    assert (missing.status_code, pointers(missing)) == (400, [("/mentor_id", "required")])
    outsider = await make.mentor()
    logged = await mentored.log(mentored.staff, mentor_id=str(outsider.mentor_id))
    assert logged["consultations"][0]["mentor_id"] == str(outsider.mentor_id)
    assert codes(logged) == ["before_assignment"]


async def test_a_mentor_speaks_for_no_other(mentored: Mentored) -> None:
    refused = await mentored.try_log(mentor_id=str(mentored.colleague.mentor_id))
    assert refused.status_code == 403
    assert (await mentored.try_log(mentor_id=str(mentored.mentor.mentor_id))).status_code == 201


async def test_a_mentor_logs_for_own_projects_alone(mentored: Mentored, make: Make) -> None:
    other = await mentored.other_project(mentored.colleague)
    refused = await mentored.try_log(project_id=other["id"])
    assert (refused.status_code, pointers(refused)) == (400, [("/project_id", "not_found")])
    for caller in (mentored.team.approver, await make.account("commune_staff")):
        assert (await mentored.try_log(caller)).status_code == 403


async def test_a_mentor_without_a_person_cannot_log(mentored: Mentored) -> None:
    await mentored.team.assign(mentored.project, mentored.team.mentor)
    refused = await mentored.try_log(mentored.team.mentor)
    assert (refused.status_code, refused.json()["rule"]) == (422, "mentor_without_person")


async def test_a_mentor_account_enters_the_register_by_its_first_log(mentored: Mentored, make: Make) -> None:
    newcomer = await make.account("mentor", person_id=await make.person())
    await mentored.team.assign(mentored.project, newcomer)
    first, second = await mentored.log(newcomer), await mentored.log(newcomer, platforms=["capital"])
    assert {one["mentor_id"] for logged in (first, second) for one in logged["consultations"]}
    assert first["consultations"][0]["mentor_id"] == second["consultations"][0]["mentor_id"]


async def test_every_wrong_field_is_named_at_once(mentored: Mentored) -> None:
    stranger = str(uuid4())
    refused = await mentored.try_log(
        platforms=["market", "capital", "market"], programme_id=stranger, session_id=stranger,
        person_ids=[mentored.leader_id, stranger, stranger],
        actions=[
            {"what": "Gửi mẫu", "due_on": "2025-11-29"},
            {"what": "Gọi điện", "due_on": DUE, "owner": "staff", "owner_person_id": mentored.leader_id},
            {"what": "In nhãn", "due_on": DUE, "owner_person_id": stranger},
        ],
    )  # fmt: skip
    assert refused.status_code == 400
    assert sorted(pointers(refused)) == sorted(
        [
            ("/platforms/2", "duplicate"), ("/programme_id", "not_found"), ("/session_id", "not_found"),
            ("/person_ids/1", "not_found"), ("/person_ids/2", "not_found"), ("/person_ids/2", "duplicate"),
            ("/actions/0/due_on", "out_of_range"), ("/actions/1/owner_person_id", "unknown_field"),
            ("/actions/2/owner_person_id", "not_found"),
        ]
    )  # fmt: skip


@pytest.mark.parametrize("due_on", ["0001-01-01", "2025-11-29", "2101-01-01", "9999-12-31"])
async def test_what_is_agreed_on_is_due_from_that_day_to_the_end_of_the_century(
    mentored: Mentored, due_on: str
) -> None:
    refused = await mentored.try_log(actions=[{"what": "Gửi mẫu", "due_on": due_on}])
    assert (refused.status_code, pointers(refused)) == (400, [("/actions/0/due_on", "out_of_range")])
    assert refused.json()["errors"][0]["params"] == {"min": TODAY, "max": "2100-12-31"}


@pytest.mark.parametrize(
    ("held_on", "rule"),
    [
        ("2025-12-01", "session_in_future"), ("9999-12-31", "session_in_future"),
        ("2025-05-31", "consultation_before_founding"), ("0001-01-01", "consultation_before_founding"),
    ],
)  # fmt: skip
async def test_the_day_lies_between_the_founding_and_today(mentored: Mentored, held_on: str, rule: str) -> None:
    refused = await mentored.try_log(held_on=held_on, actions=[{"what": "Gửi mẫu", "due_on": DUE}])
    assert (refused.status_code, refused.json()["rule"]) == (422, rule)


async def test_a_closed_project_takes_what_happened_before_its_closing(mentored: Mentored, world: World) -> None:
    await mentored.team.move(mentored.project, "close", reason_code="other", occurred_on=TODAY)
    await on_day(world, "2025-12-01", mentored.mentor)
    assert (await mentored.try_log(held_on=TODAY)).status_code == 201
    refused = await mentored.try_log(held_on="2025-12-01")
    assert (refused.status_code, refused.json()["rule"]) == (422, "consultation_after_closing")


async def test_warnings_say_what_to_look_at(mentored: Mentored) -> None:
    late = await mentored.log(held_on="2025-10-30", minutes=14, platforms=["digital"])
    assert codes(late) == ["late_entry", "short_contact", "platform_not_needed"]
    assert late["warnings"][0]["params"] == {"days": 31}
    assert late["consultations"][0]["counts_as_consulted"] is False
    in_time = await mentored.log(held_on="2025-10-31", minutes=15)
    assert codes(in_time) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": 0}, {"minutes": 1441}, {"minutes": 10**30}, {"platforms": []}, {"platforms": ["sales"]},
        {"advice": ""}, {"advice": "a\0b"}, {"held_on": "30/11/2025"}, {"mode": "carrier_pigeon"},
        {"travel_minutes": -1}, {"person_ids": []}, {"actions": [{"what": "x"}]}, {"hours": 3},
        {"project_id": "1"}, {"actions": [{"what": "x", "due_on": "2025-12-20", "owner": "nobody"}]},
    ],
)  # fmt: skip
async def test_bad_bodies_are_refused(mentored: Mentored, wrong: dict[str, Any]) -> None:
    assert (await mentored.try_log(**wrong)).status_code == 400


async def test_two_mentors_at_once_make_one_session_with_a_row_each(committed: World) -> None:
    mentored = await mentored_project(await gather_team(committed.make))
    answers = await asyncio.gather(
        *(mentored.try_log(caller, minutes=60) for caller in (mentored.mentor, mentored.colleague) for _ in range(4))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 2, 409: 6}, [a.text for a in answers]
    assert await counts(committed, MentoringSession, SessionMentor, SessionParticipant, Consultation) == [1, 2, 1, 2]
    parts = await mentored.parts(session_of(answers))
    assert {part[1] for part in parts.values()} == {60}
    assert sorted(part[0] for part in parts.values()) == ["lead", "support"]


async def test_the_same_request_in_parallel_with_one_key_makes_one(committed: World) -> None:
    mentored = await mentored_project(await gather_team(committed.make))
    answers = await asyncio.gather(*(mentored.try_log(key="phone-1") for _ in range(8)))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    assert statuses[201] >= 1
    assert all(a.json()["code"] == "idempotency_in_progress" for a in answers if a.status_code == 409)
    assert await counts(committed, MentoringSession, Consultation) == [1, 1]
    again = await mentored.try_log(key="phone-1")
    assert again.headers["idempotency-replayed"] == "true"


async def test_two_phones_at_one_coffee_make_one_session(committed: World) -> None:
    mentored = await mentored_project(await gather_team(committed.make))
    other, coffee = await mentored.other_project(mentored.colleague), await mentored.programme()
    answers = await asyncio.gather(
        mentored.try_log(programme_id=coffee),
        mentored.try_log(mentored.colleague, programme_id=coffee, project_id=other["id"]),
    )
    assert [answer.status_code for answer in answers] == [201, 201], [a.text for a in answers]
    assert await counts(committed, MentoringSession, SessionMentor, Consultation) == [1, 2, 2]


async def test_a_first_log_of_two_projects_at_once_makes_one_mentor(committed: World) -> None:
    mentored = await mentored_project(await gather_team(committed.make))
    newcomer = await committed.make.account("mentor", person_id=await committed.make.person())
    other = await mentored.other_project(mentored.mentor)
    for project in (mentored.project, other):
        await mentored.team.assign(project, newcomer)
    answers = await asyncio.gather(
        *(mentored.try_log(newcomer, project_id=project["id"]) for project in (mentored.project, other))
    )
    assert [answer.status_code for answer in answers] == [201, 201], [a.text for a in answers]
    assert len({answer.json()["consultations"][0]["mentor_id"] for answer in answers}) == 1


async def counts(world: World, *tables: Any) -> list[int]:
    """How many rows each table has."""
    async with world.database.begin() as session:
        return [int(await session.scalar(select(func.count()).select_from(table)) or 0) for table in tables]


def session_of(answers: list[httpx.Response]) -> str:
    return str(next(answer for answer in answers if answer.status_code == 201).json()["session"]["id"])


async def test_a_log_that_waited_while_the_mentoring_ended_is_refused(committed: World) -> None:
    mentored = await mentored_project(await gather_team(committed.make))
    project_id = UUID(mentored.project["id"])
    assignments = (await mentored.staff.get(f"/v1/projects/{project_id}/mentors")).json()["items"]
    own = next(row for row in assignments if row["account_id"] == str(mentored.mentor.id))
    async with committed.database.begin() as session:
        await session.execute(select(Project.id).where(Project.id == project_id).with_for_update())
        ending = asyncio.create_task(mentored.team.end(own))
        await asyncio.sleep(0.3)
        logging = asyncio.create_task(mentored.try_log())
        await asyncio.sleep(0.3)
    assert (await ending).status_code == 200
    refused = await logging
    assert (refused.status_code, pointers(refused)) == (400, [("/project_id", "not_found")])
    assert await counts(committed, MentoringSession, Consultation) == [0, 0]
