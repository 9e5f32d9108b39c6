"""What a log says beside success: what was guessed, and what is hardly so."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from incubator.mentoring.models import ConsultationWarning
from incubator.vocabularies import WORDS
from tests.factories import BAC_HA, SA_PA, Y_TY, Make, World
from tests.mentoring.logs import Mentored, codes, mentored_project, on_day, pointers
from tests.mentoring.rows import Rows
from tests.team import TODAY, Team


@pytest.fixture
async def mentored(team: Team) -> Mentored:
    return await mentored_project(team)


async def test_a_session_that_was_planned_for_another_day(mentored: Mentored, rows: Rows) -> None:
    planned = await rows.session(day=date(2025, 12, 3))
    await rows.guest(planned, mentored.project, "registered")
    logged = await mentored.log(session_id=str(planned))
    assert codes(logged) == ["session_joined", "other_day"]
    assert logged["warnings"][1]["params"] == {"planned_on": "2025-12-03", "held_on": TODAY}
    again = await mentored.log(session_id=str(planned), platforms=["capital"])
    assert codes(again) == ["session_joined"]


async def test_more_than_twelve_hours_with_projects_on_one_day(mentored: Mentored) -> None:
    other = await mentored.other_project(mentored.mentor)
    await mentored.log(minutes=700, held_on="2025-11-29")
    assert codes(await mentored.log(minutes=700)) == []
    assert codes(await mentored.log(project_id=other["id"], minutes=20)) == []
    again = await mentored.log(project_id=other["id"], minutes=21, platforms=["capital"])
    assert codes(again) == ["session_joined", "long_day"]
    assert again["warnings"][1]["params"] == {"minutes": 721}
    assert codes(await mentored.log(mentored.colleague, minutes=60)) == ["session_joined"]


async def test_a_session_of_a_programme_is_planned_for_that_day(mentored: Mentored, rows: Rows) -> None:
    coffee = UUID(await mentored.programme())
    of_project = await rows.session(programme_id=coffee, kind="startup_coffee")
    await rows.guest(of_project, mentored.project, "registered")
    logged = await mentored.log()
    assert (logged["session"]["joined"], codes(logged)) == (False, ["planned_session"])
    expected = {"session_id": str(of_project), "programme": "Cà phê khởi nghiệp"}
    assert logged["warnings"][0]["params"] == expected
    assert codes(await mentored.log(platforms=["capital"])) == ["session_joined"]
    assert codes(await mentored.log(new_session=True)) == []
    assert codes(await mentored.log(held_on="2025-11-29")) == []
    told = await mentored.log(mentored.colleague, programme_id=str(coffee))
    assert (told["session"]["id"], codes(told)) == (str(of_project), ["session_joined"])


async def test_a_session_of_a_programme_awaits_the_mentor_that_day(mentored: Mentored, rows: Rows) -> None:
    mine = await rows.session(programme_id=UUID(await mentored.programme("clinic")), kind="clinic")
    await rows.part(mine, mentored.mentor.mentor_id, minutes=0)
    assert codes(await mentored.log(mentored.colleague)) == []
    logged = await mentored.log(new_session=False, held_on=TODAY, project_id=(await mentored.other_project())["id"])
    assert [warning["params"]["session_id"] for warning in logged["warnings"]] == [str(mine)]


async def test_a_session_that_the_caller_does_not_see_is_not_told(mentored: Mentored, rows: Rows, make: Make) -> None:
    elsewhere = await rows.session(programme_id=UUID(await mentored.programme()), kind="startup_coffee", at=SA_PA)
    await rows.part(elsewhere, mentored.mentor.mentor_id, minutes=0)
    of_commune = await make.account("staff", BAC_HA)
    by_staff = await mentored.log(of_commune, mentor_id=str(mentored.mentor.mentor_id))
    assert codes(by_staff) == []
    other = await mentored.other_project(mentored.mentor)
    assert codes(await mentored.log(project_id=other["id"])) == ["planned_session"]


async def test_a_full_session_takes_one_more(mentored: Mentored, rows: Rows) -> None:
    full = await rows.session(status="held", capacity=1, seats_taken=1)
    mentor_id = str(mentored.mentor.mentor_id)
    logged = await mentored.log(mentored.staff, mentor_id=mentor_id, session_id=str(full))
    assert codes(logged) == ["session_joined", "capacity_raised"]
    assert logged["warnings"][1]["params"] == {"capacity": 2}
    again = await mentored.log(session_id=str(full), platforms=["capital"])
    assert codes(again) == ["session_joined"]


def test_every_warning_has_its_words() -> None:
    assert WORDS["consultation_warning"].keys() == set(ConsultationWarning)


async def test_a_programme_takes_logs_of_its_days_only(mentored: Mentored) -> None:
    coffee = await mentored.programme()
    before = await mentored.try_log(programme_id=coffee, held_on="2024-12-31")
    assert before.status_code == 422
    path = f"/v1/programmes/{coffee}"
    seen = {"if-match": (await mentored.staff.get(path)).headers["etag"]}
    assert (await mentored.staff.patch(path, {"ends_on": "2025-10-31"}, headers=seen)).status_code == 200
    after = await mentored.try_log(programme_id=coffee)
    assert (after.status_code, after.json()["rule"]) == (422, "programme_not_running")
    assert (await mentored.try_log(programme_id=coffee, held_on="2025-10-31")).status_code == 201


async def test_a_programme_of_another_commune_is_not_there_for_a_project(mentored: Mentored) -> None:
    body = {
        "kind": "clinic", "title": "Phòng tư vấn số", "host": "Đoàn xã Y Tý", "cadence": "monthly",
        "locality_code": Y_TY, "starts_on": "2025-01-01",
    }  # fmt: skip
    clinic = (await mentored.staff.post("/v1/programmes", body)).json()["id"]
    refused = await mentored.try_log(programme_id=clinic)
    assert pointers(refused) == [("/programme_id", "not_found")]


async def test_who_turns_up_at_the_coffee_of_others_says_nothing_of_its_place(mentored: Mentored, rows: Rows) -> None:
    coffee = await mentored.programme()
    table = await rows.session(programme_id=UUID(coffee), kind="startup_coffee", place="Hội trường xã", mode="hybrid")
    logged = await mentored.log(programme_id=coffee, mode="phone", place="Quán khác")
    assert logged["session"]["id"] == str(table)
    session = (await mentored.staff.get(f"/v1/sessions/{table}")).json()
    assert (session["status"], session["mode"], session["place"]) == ("held", "hybrid", "Hội trường xã")


async def test_who_tells_in_the_morning_does_not_tell_of_the_evening(
    mentored: Mentored, rows: Rows, world: World
) -> None:
    coffee, other = await mentored.programme(), await mentored.other_project(mentored.mentor)
    same: dict[str, Any] = {"programme_id": UUID(coffee), "kind": "startup_coffee"}
    evening = await rows.session(**same, starts_at=world.clock.now + timedelta(hours=8))
    told = await mentored.log(programme_id=coffee, new_session=False)
    assert told["session"]["id"] != str(evening)
    clinic = await mentored.programme("clinic")
    begun = await rows.session(programme_id=UUID(clinic), kind="clinic", starts_at=world.clock.now + timedelta(hours=1))
    await rows.guest(begun, other, "registered")
    assert (await mentored.log(programme_id=clinic, project_id=other["id"]))["session"]["id"] == str(begun)


async def test_a_later_log_does_not_raise_minutes_that_are_closed(mentored: Mentored, world: World) -> None:
    first = await mentored.log(minutes=20)
    await on_day(world, "2025-12-15", mentored.mentor, mentored.staff)
    again = await mentored.log(held_on=TODAY, platforms=["capital"], minutes=600)
    assert again["session"]["id"] == first["session"]["id"]
    assert "minutes_kept" in codes(again)
    assert [part[1] for part in (await mentored.parts(first["session"]["id"])).values()] == [20]


async def test_a_project_that_was_invited_logs_at_the_coffee_of_another_commune(mentored: Mentored, rows: Rows) -> None:
    body = {
        "kind": "startup_coffee", "title": "Cà phê Sa Pa", "host": "Đoàn xã", "cadence": "monthly",
        "locality_code": SA_PA, "starts_on": "2025-01-01",
    }  # fmt: skip
    coffee = (await mentored.staff.post("/v1/programmes", body)).json()["id"]
    assert pointers(await mentored.try_log(programme_id=coffee)) == [("/programme_id", "not_found")]
    table = await rows.session(programme_id=UUID(coffee), kind="startup_coffee", place="Quán A", at=SA_PA)
    await rows.guest(table, mentored.project, "registered")
    assert (await mentored.log(programme_id=coffee, place="Quán B"))["session"]["id"] == str(table)
    assert (await mentored.staff.get(f"/v1/sessions/{table}")).json()["place"] == "Quán A"
